"""The terms of a segment and their postings, as Whoosh walks them.

Terms are found by bisecting the segment's own dictionaries. A posting list becomes Python lists
when a matcher or a term's statistics are asked for, since Whoosh takes a number at a time;
positions only for the section that the matcher stands on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from whoosh.codec.base import FieldCursor, TermsReader
from whoosh.matching import ListMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound
from whoosh.system import pack_uint

from index.segments.packing import unpack_array
from index.segments.segment import BLOCK, Segment, gram_of
from index.whoosh_values import Values

_REMEMBERED: Final = 32
"""Posting lists a segment: one is asked for its statistics and then for its matcher."""

NOTHING: Final = b""


@dataclass(frozen=True, slots=True)
class Postings:
    """One term's postings: ascending sections, how often each has it, what else is told of each.

    value(i) is the encoded value of the i-th posting, as the format decodes it; positions(i) are,
    for grams, the stream offsets in it.
    """

    sections: Sequence[int]
    counts: Sequence[int]
    value: Callable[[int], bytes]
    positions: Callable[[int], list[int]] | None = None


class Terms(Sequence[bytes]):
    """A field's terms, ascending by their bytes."""

    def postings(self, number: int) -> Postings:
        """The postings of a term by its number."""
        raise NotImplementedError

    def frequencies(self, number: int) -> tuple[int, int]:
        """(sections that have the term, deleted ones too; how often it stands in all)."""
        raise NotImplementedError

    def find(self, term: bytes) -> int:
        """The number of a term. Raises KeyError where it has no postings."""
        at = bisect_left(self, term)
        if at == len(self) or self[at] != term or not self.frequencies(at)[0]:
            raise KeyError(term)
        return at

    def numbers_from(self, prefix: bytes) -> Iterator[int]:
        """The numbers of terms with postings, from the first that is not before the prefix."""
        for number in range(bisect_left(self, prefix), len(self)):
            if self.frequencies(number)[0]:
                yield number


class GramTerms(Terms):
    """Grams; their keys stand in the order of their UTF-8."""

    def __init__(self, segment: Segment) -> None:
        self._keys = segment.array("gram.key")
        self._first = segment.array("gram.first")
        self._sections = segment.array("gram.sections")
        self._segment = segment
        self._of_block = np.asarray(segment.array("section.of_block"))
        self._starts = np.asarray(segment.array("section.start"))

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, number: Any) -> Any:
        return gram_of(self._keys[number]).encode()

    def frequencies(self, number: int) -> tuple[int, int]:
        return self._sections[number], self._first[number + 1] - self._first[number]

    def postings(self, number: int) -> Postings:
        """The values are stream offsets, packed by `GramPositions`."""
        from index.whoosh_schema import GramPositions

        at = unpack_array(*self._segment.packed("gram.position", number))
        sections, first = np.unique(self._of_block[at >> BLOCK], return_index=True)
        ends = np.append(first, len(at))
        counts = np.diff(ends)
        offsets = at - np.repeat(self._starts[sections], counts)
        bounds = ends.tolist()
        encode = GramPositions().encode

        def positions(i: int) -> list[int]:
            found: list[int] = offsets[bounds[i] : bounds[i + 1]].tolist()
            return found

        def value(i: int) -> bytes:
            return encode(positions(i))

        return Postings(sections.tolist(), counts.tolist(), value, positions)


class WordTerms(Terms):
    """Words of heading and text ("word"), or of headings alone ("heading")."""

    def __init__(self, segment: Segment, field: str) -> None:
        self._segment, self._field = segment, field
        self._text, self._at = segment.array("word.text"), segment.array("word.at")
        self._first = segment.array(f"{field}.first")
        self._counts = segment.array(f"{field}.count")

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: Any) -> Any:
        return bytes(self._text[self._at[number] : self._at[number + 1]])

    def frequencies(self, number: int) -> tuple[int, int]:
        first, last = self._first[number], self._first[number + 1]
        return last - first, sum(self._counts[first:last])

    def postings(self, number: int) -> Postings:
        """The values are frequencies."""
        sections, counts = self._segment.postings(self._field, number)
        return Postings(list(sections), counts.tolist(), lambda i: pack_uint(counts[i]))


class ValueTerms(Terms):
    """The values of a field of sections or reports."""

    def __init__(self, values: Values, field: str) -> None:
        self._values, self._field = values, field

    @cached_property
    def _texts(self) -> Sequence[bytes]:
        return self._values.terms(self._field)

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: Any) -> Any:
        return self._texts[number]

    def frequencies(self, number: int) -> tuple[int, int]:
        n = len(self._values.sections(self._field, number))
        return n, n

    def postings(self, number: int) -> Postings:
        """The values are empty: a section has the term or not."""
        sections = self._values.sections(self._field, number).tolist()
        return Postings(sections, [1] * len(sections), lambda i: NOTHING)


class ColumnarTerms(TermsReader):  # type: ignore[misc]
    """The terms of all fields of a segment."""

    def __init__(self, segment: Segment, values: Values) -> None:
        self._fields: dict[str, Terms] = {
            "grams": GramTerms(segment),
            "words": WordTerms(segment, "word"),
            "heading_words": WordTerms(segment, "heading"),
            **{name: ValueTerms(values, name) for name in values.fields},
        }
        self._lengths = {
            "grams": np.asarray(segment.array("section.length")),
            "words": np.asarray(segment.array("section.length")),
            "heading_words": np.asarray(segment.array("section.heading")),
        }
        self._postings = lru_cache(_REMEMBERED)(self._read)

    def _read(self, fieldname: str, text: bytes) -> Postings:
        terms = self._field(fieldname)
        return terms.postings(terms.find(text))

    def _field(self, name: str) -> Terms:
        """Raises KeyError for a field without terms."""
        return self._fields[name]

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        try:
            self._field(term[0]).find(term[1])
        except KeyError:
            return False
        return True

    def indexed_field_names(self) -> list[str]:
        return [*self._fields]

    def cursor(self, fieldname: str, fieldobj: Any) -> Cursor:
        return Cursor(self, fieldname, self._field(fieldname), fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for fieldname in sorted(self._fields):
            yield from self.terms_from(fieldname, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """(field, term) from the prefix to the end of this field."""
        terms = self._field(fieldname)
        return ((fieldname, terms[number]) for number in terms.numbers_from(prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The term's statistics, deleted sections counted. Raises KeyError."""
        found = self._postings(fieldname, text)
        shortest = longest = 1
        if fieldname in self._lengths:
            lengths = self._lengths[fieldname][found.sections]
            shortest, longest = int(lengths.min()), int(lengths.max())
        return TermInfo(
            weight=sum(found.counts),
            df=len(found.sections),
            minlength=shortest,
            maxlength=longest,
            maxweight=max(found.counts),
            minid=found.sections[0],
            maxid=found.sections[-1],
        )

    def frequency(self, fieldname: str, text: bytes) -> int:
        terms = self._field(fieldname)
        return terms.frequencies(terms.find(text))[1]

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        terms = self._field(fieldname)
        return terms.frequencies(terms.find(text))[0]

    def matcher(
        self, fieldname: str, text: bytes, format_: Any, scorer: Any = None
    ) -> ColumnarMatcher:
        try:
            found, info = self._postings(fieldname, text), self.term_info(fieldname, text)
        except KeyError:
            raise TermNotFound((fieldname, text)) from None
        return ColumnarMatcher(found, format_, scorer, (fieldname, text), info)


class ColumnarMatcher(ListMatcher):  # type: ignore[misc]
    """Stands on one posting of a term after the other; the whole list is one block."""

    _i: int  # which posting it stands on

    def __init__(
        self, found: Postings, format: Any, scorer: Any, term: tuple[str, bytes], info: TermInfo
    ) -> None:
        sections, counts = found.sections, found.counts
        super().__init__(sections, counts, None, format, scorer, term=term, terminfo=info)
        self._found = found

    def copy(self) -> ColumnarMatcher:
        made = ColumnarMatcher(self._found, self._format, self._scorer, self._term, self._terminfo)
        made._i = self._i
        return made

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._i = bisect_left(self._ids, id, lo=self._i)

    def skip_to_quality(self, minquality: float) -> int:
        if self.is_active() and self.block_quality() <= minquality:
            self._i = len(self._ids)
        return 0

    def value(self) -> bytes:
        return self._found.value(self._i)

    def value_as(self, astype: str) -> Any:
        if astype == "positions" and self._found.positions:
            return self._found.positions(self._i)  # without packing them first
        return super().value_as(astype)

    def all_items(self) -> Iterator[tuple[int, bytes]]:
        return ((section, self._found.value(i)) for i, section in enumerate(self._ids))

    def block_max_weight(self) -> float:
        weight: float = self._terminfo.max_weight()
        return weight


class Cursor(FieldCursor):  # type: ignore[misc]
    """Walks a field's terms, and jumps among them."""

    def __init__(self, reader: ColumnarTerms, field: str, terms: Terms, fieldobj: Any) -> None:
        self._reader, self._name, self._terms, self._fieldobj = reader, field, terms, fieldobj
        self.first()

    def first(self) -> str | None:
        """The field's first term, None where it has none; it stands on it from now on."""
        return self.find(b"")

    def find(self, term: str | bytes) -> str | None:
        """The first term that is not before the one sought."""
        sought = self._fieldobj.to_bytes(term) if isinstance(term, str) else term
        self._rest = self._terms.numbers_from(sought)
        return self.next()

    def next(self) -> str | None:
        """The next term."""
        self._number = next(self._rest, None)
        return self.text()

    def text(self) -> str | None:
        """The term that it stands on, None behind the last."""
        if self._number is None:
            return None
        text: str = self._fieldobj.from_bytes(self._terms[self._number])
        return text

    term = text  # what Whoosh's cursor over several segments calls it

    def term_info(self) -> TermInfo | None:
        if self._number is None:
            return None
        return self._reader.term_info(self._name, self._terms[self._number])

    def is_valid(self) -> bool:
        return self._number is not None
