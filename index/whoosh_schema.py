"""The Whoosh schema of our segments: what Whoosh may look for, group by and read, never write.

A document is a section; its number is the section's in its segment. What each field is made from
is told in `index.whoosh_codec` and `index.whoosh_terms`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from sys import byteorder
from typing import Any, Final, Never

from whoosh.analysis import IDAnalyzer
from whoosh.columns import NumericColumn, RefBytesColumn
from whoosh.fields import COLUMN, ID, STORED, FieldType, Schema
from whoosh.formats import Frequency, Positions
from whoosh.query import NullQuery, Phrase, Prefix, Query

FACETS: Final = ("year", "township", "county", "city", "province", "part", "level", "kind")
"""Fields with at most one value a section; `topics` may have several."""
STORED_ONLY: Final = ("id", "key", "file", "heading", "text")


def refuse(*_: Any, **__: Any) -> Never:
    """Never returns: what a Whoosh writer adds would be a segment that lawsearch cannot read."""
    raise NotImplementedError(
        "this index is written by lawsearch alone: lawsearch index REPORTS, or --prune"
    )


class GramPositions(Positions):  # type: ignore[misc]
    """Stream offsets as little-endian integers of two or four bytes: small, and not pickled."""

    def encode(self, poslist: Iterable[int]) -> bytes:
        """The ascending positions as bytes; the first byte tells their width."""
        positions = array("I", poslist)
        if positions[-1] < 1 << 16:
            positions = array("H", positions)
        if byteorder == "big":
            positions.byteswap()
        return positions.typecode.encode() + positions.tobytes()

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


class _ReadOnly:
    """What every field here is; refuses at the first document and not only at the commit."""

    def index(self, value: Any, **_: Any) -> Never:
        refuse()

    def to_column_value(self, value: Any) -> Never:
        refuse()


class GramField(_ReadOnly, FieldType):  # type: ignore[misc]
    """The pairs of neighbouring characters of a section's stream, and its last alone.

    A length is that of the stream, which has as many grams as characters.
    """

    def __init__(self) -> None:
        super().__init__(format=GramPositions(), analyzer=None, scorable=True)

    def self_parsing(self) -> bool:
        """Yes: a text in Whoosh's query language is a phrase here, quoted or not."""
        return True

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> Query:
        """What finds exactly the sections whose stream holds the text."""
        from index.analysis import fold_stream

        return stream_query(fold_stream(qstring), fieldname, boost)


def stream_query(stream: str, field: str = "grams", boost: float = 1.0) -> Query:
    """The Whoosh query for a folded text, through grams; its spans are of gram positions."""
    if not stream:
        return NullQuery
    if len(stream) == 1:
        return Prefix(field, stream, boost=boost)
    return Phrase(field, [stream[i : i + 2] for i in range(len(stream) - 1)], boost=boost)


class WordField(_ReadOnly, FieldType):  # type: ignore[misc]
    """Words with their frequencies.

    A length is that of the stream (for heading_words: of the heading in it) in characters and not
    in words, as in our own BM25: characters are what is kept, exactly, for every section.
    """

    def __init__(self) -> None:
        super().__init__(format=Frequency(), analyzer=IDAnalyzer(), scorable=True)


class ValueField(_ReadOnly, ID):  # type: ignore[misc]
    """A value of the section or of its report; unknown is no term, and empty in the column.

    Each of several is a term of its own; the column has them joined by line breaks.
    """

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=RefBytesColumn())


class LengthField(_ReadOnly, COLUMN):  # type: ignore[misc]
    """A number of characters."""

    indexed = True  # or a writer would not ask it to index, and so not be refused

    def __init__(self) -> None:
        super().__init__(NumericColumn("I"))


class StoredField(_ReadOnly, STORED):  # type: ignore[misc]
    """What is only read."""

    indexed = True


class ReadOnlySchema(Schema):  # type: ignore[misc]
    """A schema that no table of contents can be written with."""

    def clean(self) -> Never:
        """Whoosh's writer calls this first of all when it commits."""
        refuse()


def make_schema() -> Schema:
    """A new schema; `grams` finds, `words` and `heading_words` rank, values are facets.

    `report` is the report's id; `title` is folded as it is searched (the stored one is as it
    stands), a term for each report.
    """
    fields: dict[str, FieldType] = {
        "grams": GramField(),
        "words": WordField(),
        "heading_words": WordField(),
        "length": LengthField(),  # of the stream, in characters
        "heading_length": LengthField(),
    }
    fields |= {name: ValueField() for name in (*FACETS, "topics", "report", "title")}
    fields |= {name: StoredField() for name in STORED_ONLY}
    return ReadOnlySchema(**fields)
