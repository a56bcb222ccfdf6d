"""The Whoosh schema: one document for each section, and one before them for their report.

A report's documents stand together: its own first (source and record, `sections` tells how many
follow), then its sections in order of the outline. Merging keeps that order, so a section is
found from its report by counting. Deleting takes the whole group.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from sys import byteorder
from typing import Any

from whoosh.columns import CompressedBytesColumn, NumericColumn, RefBytesColumn, VarBytesColumn
from whoosh.fields import COLUMN, ID, FieldType, Schema
from whoosh.formats import Existence, Frequency, Positions
from whoosh.system import pack_uint

SCHEMA_VERSION = "3"
INDEX_NAME = "lawsearch"
PLACE_FIELDS = ("township", "county", "city", "province")


def _pack(typecode: str, positions: Iterable[int]) -> bytes:
    packed = array(typecode, positions)
    if byteorder == "big":
        packed.byteswap()
    return typecode.encode() + packed.tobytes()


class GramPositions(Positions):  # type: ignore[misc]
    """Stream offsets as little-endian integers of two or four bytes: small, and not pickled."""

    def encode(self, poslist: list[int]) -> bytes:
        """The ascending positions as bytes; the first byte tells their width."""
        return _pack("H" if poslist[-1] < 1 << 16 else "I", poslist)

    def decode_positions(self, valuestring: bytes) -> array[int]:
        """The positions that `encode` packed."""
        positions = array(chr(valuestring[0]))
        positions.frombytes(valuestring[1:])
        if byteorder == "big":
            positions.byteswap()
        return positions

    def decode_frequency(self, valuestring: bytes) -> int:
        """How many positions there are."""
        return (len(valuestring) - 1) // (2 if valuestring[:1] == b"H" else 4)


class GramField(FieldType):  # type: ignore[misc]
    """Grams of a stream with their positions; a value is {gram: ascending positions}."""

    def __init__(self) -> None:
        super().__init__(format=GramPositions(), analyzer=None)

    def index(
        self, value: Mapping[str, list[int]], **_: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one section: (term, frequency, weight, packed positions)."""
        encode = self.format.encode
        for gram, positions in value.items():
            yield gram.encode(), len(positions), float(len(positions)), encode(positions)


class WordField(FieldType):  # type: ignore[misc]
    """Words with their frequencies; a value is {word: frequency}."""

    def __init__(self) -> None:
        super().__init__(format=Frequency(), analyzer=None, scorable=True)

    def index(
        self, value: Mapping[str, int], **_: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one section: (term, frequency, weight, packed frequency)."""
        for word, frequency in value.items():
            yield word.encode(), frequency, float(frequency), pack_uint(frequency)


class TermField(FieldType):  # type: ignore[misc]
    """Terms that are there or not; a value is a collection of them."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None)

    def index(self, value: Iterable[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one report: (term, 1, 1.0, nothing)."""
        for term in value:
            yield term.encode(), 1, 1.0, b""


def make_schema() -> Schema:
    """A new schema; `grams` finds, `words` and `heading_words` rank, the rest are facets.

    `whole_words` holds the words of a report that jieba leaves whole when they stand alone, so
    that a query made of such words needs no dictionary.
    """
    fields: dict[str, FieldType] = {
        "report": ID(),  # this and the next only on a report's own document
        "whole_words": TermField(),
        "grams": GramField(),
        "words": WordField(),
        "heading_words": WordField(),
        "year": ID(sortable=RefBytesColumn()),  # four digits
        "part": ID(sortable=RefBytesColumn()),
        "level": ID(sortable=RefBytesColumn()),
        "kind": ID(sortable=RefBytesColumn()),
        "topics": COLUMN(RefBytesColumn()),  # names joined by "\n"
        "length": COLUMN(NumericColumn("I")),  # of the stream, in characters
        "heading_length": COLUMN(NumericColumn("I")),
        "sections": COLUMN(NumericColumn("I")),  # how many follow a report's document
        "report_id": COLUMN(VarBytesColumn()),
        "title": COLUMN(VarBytesColumn()),
        "record": COLUMN(CompressedBytesColumn()),  # JSON, see index.record
        "source": COLUMN(CompressedBytesColumn()),  # UTF-8
    }
    fields |= {name: ID(sortable=RefBytesColumn()) for name in PLACE_FIELDS}
    return Schema(**fields)
