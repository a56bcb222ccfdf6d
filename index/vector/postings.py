"""Where texts stand and how often words do, from the arrays of a commit."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.analysis import covering_grams
from index.querytree import Zone
from index.remembered import Remembered
from index.segments.packing import unpack_array, unpack_lists
from index.segments.segment import Segment
from index.vector.arrays import Arrays
from index.vector.sets import (
    NO_ROWS,
    NONE,
    Positions,
    Rows,
    Sections,
    begins_run,
    common,
    distinct,
    owned_bytes,
    ranges,
)

_REMEMBERED_BYTES: Final = 128 << 20
_RARER: Final = 8
"""A gram beside the covering ones is looked at first where it is so many times rarer."""


@dataclass(slots=True, eq=False)
class Occurrences:
    """Where a stream stands in live sections, and how often it does as a term of ranking.

    positions: (p,) ascending. sections: (s,) those that hold it. first: (s + 1,) unsigned,
    positions[first[i]:first[i + 1]] lie in sections[i]. as_gram, as_word: (s,) unsigned, twice the
    term's frequency as `index.vector.scoring` wants it; None as long as nobody asked.
    n_with_word: in how many live sections it stands as a word.
    """

    positions: Positions
    sections: Sections
    first: npt.NDArray[Any]
    as_gram: npt.NDArray[Any] | None = None
    as_word: npt.NDArray[Any] | None = None
    n_with_word: int = 0

    @property
    def n_bytes(self) -> int:
        """What it takes in memory, the mapped file left out."""
        terms = (term for term in (self.as_gram, self.as_word) if term is not None)
        return owned_bytes(self.positions, self.sections, self.first, *terms)


class Postings:
    """The terms of a commit; what was found last is remembered."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.remembered = Remembered(_REMEMBERED_BYTES)

    # Texts

    def standing(self, stream: str, zone: Zone) -> Sections:
        """The sections (for TITLE: of the reports) in which the stream stands."""
        if zone is Zone.TITLE:
            return self.titled((stream,))
        return self.occurrences(stream, zone).sections

    def occurrences(self, stream: str, zone: Zone = Zone.ANYWHERE) -> Occurrences:
        """Where the stream stands, overlapping occurrences included; nowhere for TITLE."""
        if zone is Zone.TITLE:
            return _nowhere()
        key = _key(stream, zone)
        found: Occurrences | None = self.remembered.get(key)
        if found is None:
            made = self._find(stream, zone)
            found = self.remembered.put(key, made, made.n_bytes)
        return found

    def is_remembered(self, stream: str) -> bool:
        """Whether it is known where the stream stands."""
        return self.remembered.get(_key(stream)) is not None

    def has_grown(self, stream: str, found: Occurrences) -> None:
        """Count again what a stream's occurrences take in memory."""
        self.remembered.put(_key(stream), found, found.n_bytes)

    def _find(self, stream: str, zone: Zone) -> Occurrences:
        if zone is Zone.HEADING:
            return self._within_headings(self.occurrences(stream), len(stream))
        return self._grouped(self._positions_of(stream))

    def _within_headings(self, everywhere: Occurrences, size: int) -> Occurrences:
        counts = np.diff(everywhere.first)
        limits = self.arrays.heading_ends.take(everywhere.sections).repeat(counts)
        ends = everywhere.positions + self.arrays.position_type.type(size)
        return self._grouped(everywhere.positions.compress(ends <= limits))

    def _grouped(self, positions: Positions) -> Occurrences:
        """Ascending positions by their sections, those of deleted reports left out."""
        if not len(positions):
            return _nowhere()
        sections, live = self.arrays.sections_at(positions), self.arrays.live
        if live is not None:
            kept = live.take(sections)
            if not kept.all():
                positions, sections = positions.compress(kept), sections.compress(kept)
        begins = begins_run(sections).nonzero()[0]
        first = np.append(begins, len(positions)).astype(self.arrays.position_type)
        return Occurrences(positions, sections.take(begins), first)

    def _positions_of(self, stream: str) -> Positions:
        """Where the stream begins, also in deleted reports: its rarest gram first."""
        if len(stream) == 1:
            return np.sort(self._character(stream))
        if len(stream) == 2:
            return self._gram(stream)
        steps = sorted(self._telling_grams(stream), key=lambda step: self.n_positions(step[1]))
        at, rarest = steps[0]
        found = self.positions(rarest)
        for offset, gram in steps[1:]:
            if not len(found):
                break
            found = common(_moved(found, offset - at), self.positions(gram))
            at = offset
        return _moved(found, -at)

    def _telling_grams(self, stream: str) -> Sequence[tuple[int, str]]:
        """Grams that together spell the stream, and one that tells more where there is one."""
        cover = covering_grams(stream)
        others = {at: stream[at : at + 2] for at in range(len(stream) - 1)}
        for at, _gram in cover:
            del others[at]
        if not others:
            return cover
        rarest = min(others, key=lambda at: self.n_positions(others[at]))
        least = min(self.n_positions(gram) for _at, gram in cover)
        if self.n_positions(others[rarest]) * _RARER > least:
            return cover
        return [*cover, (rarest, others[rarest])]

    def n_positions(self, gram: str) -> int:
        """How often a gram stands in the index, in deleted reports as well."""
        return self.remembered.kept(("n", gram), lambda: self._n_positions(gram), lambda _n: 0)

    def _n_positions(self, gram: str) -> int:
        found = ((segment, segment.find_gram(gram)) for segment in self.arrays.segments)
        ranges = ((s.array("gram.first"), number) for s, number in found if number >= 0)
        return sum(first[number + 1] - first[number] for first, number in ranges)

    def n_character(self, character: str) -> int:
        """How often a character stands in the index, in deleted reports as well."""
        segments = self.arrays.segments
        found = ((s.array("gram.first"), *s.grams_from(character)) for s in segments)
        return sum(first[end] - first[begin] for first, begin, end in found)

    def n_stored(self, gram: str) -> int:
        """How many sections hold a gram of two characters, deleted ones as well."""
        found = ((segment, segment.find_gram(gram)) for segment in self.arrays.segments)
        return sum(s.array("gram.sections")[number] for s, number in found if number >= 0)

    def positions(self, gram: str) -> Positions:
        """Where a gram of two characters stands, in deleted reports as well."""
        if self.arrays.live is None and self.is_remembered(gram):
            return self.occurrences(gram).positions
        return self.remembered.kept(
            ("gram", gram), lambda: self._gram(gram), lambda array: owned_bytes(array)
        )

    def _gram(self, gram: str) -> Positions:
        parts = []
        for at, segment in enumerate(self.arrays.segments):
            number = segment.find_gram(gram)
            if number >= 0:
                parts.append(
                    self._numbered(unpack_array(*segment.packed("gram.position", number)), at)
                )
        return _together(parts, self.arrays.position_type)

    def _character(self, character: str) -> Positions:
        """Where a character stands, in no order."""
        segments = enumerate(self.arrays.segments)
        parts = [
            self._numbered(_all_positions(s, *s.grams_from(character)), at) for at, s in segments
        ]
        return _together(parts, self.arrays.position_type)

    def _numbered(self, positions: Positions, at: int) -> Positions:
        """Positions of a segment as those of the snapshot."""
        base, dtype = self.arrays.snapshot.base_position[at], self.arrays.position_type
        own = positions.astype(dtype, copy=False)
        return own + dtype.type(base) if base else own

    def n_holding(self, gram: str) -> int:
        """How many live sections hold a gram: its document frequency."""
        return self.remembered.kept(("df", gram), lambda: self._n_holding(gram), lambda _n: 0)

    def _n_holding(self, gram: str) -> int:
        deleted = self.arrays.deleted_sections
        return self.n_stored(gram) - int(np.count_nonzero(self.counts_in(gram, deleted)[0]))

    def counts_in(self, gram: str, sections: Sections) -> tuple[Rows, Rows]:
        """((n,) how often a gram stands in each section, (n,) index of its first position)."""
        positions, starts = self.positions(gram), self.arrays.starts
        first = positions.searchsorted(starts.take(sections))
        return positions.searchsorted(starts.take(sections + 1)) - first, first

    # Words

    def word(self, word: str, field: str) -> tuple[Rows, npt.NDArray[Any]]:
        """((s,) live sections that have a word, (s,) how often).

        field: "word", or "heading" for headings alone.
        """
        sections: list[Rows] = []
        counts: list[npt.NDArray[Any]] = []
        bases = self.arrays.snapshot.base_section
        for segment, base in zip(self.arrays.segments, bases, strict=False):
            number = segment.find_word(word)
            if number >= 0:
                own = unpack_array(*segment.packed(f"{field}.section", number))
                sections.append(own.astype(np.intp) + base if base else own.astype(np.intp))
                counts.append(np.asarray(segment.counts(field, number)))
        together, all_counts = _together(sections, np.intp), _together(counts, np.uint8)
        if self.arrays.live is None:
            return together, all_counts
        live = self.arrays.live.take(together)
        return together.compress(live), all_counts.compress(live)

    # Titles

    def titled(self, streams: Collection[str]) -> Sections:
        """The live sections of reports whose title holds all the streams."""
        reports = reduce(np.intersect1d, (self._titled(stream) for stream in streams))
        first, last = self.arrays.first_section.take(reports), self.arrays.first_section[1:]
        sections = ranges(first, last.take(reports) - first).astype(np.uint32)
        live = self.arrays.live
        return sections if live is None else sections.compress(live.take(sections))

    def _titled(self, stream: str) -> Rows:
        """The reports whose title holds the stream."""
        sought = stream.encode("utf-8", "surrogatepass")
        bases = self.arrays.snapshot.base_report
        parts = [
            _holding(segment, sought) + base
            for segment, base in zip(self.arrays.segments, bases, strict=False)
        ]
        return np.concatenate([NO_ROWS, *parts])


def _key(stream: str, zone: Zone = Zone.ANYWHERE) -> tuple[str, str]:
    """Under what a stream's occurrences are remembered."""
    return zone.value, stream


def _together(parts: Sequence[npt.NDArray[Any]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Arrays of segments as one; a single one as it is."""
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])


def _all_positions(segment: Segment, first: int, last: int) -> Positions:
    """Positions of the grams numbered first to last (exclusive), ascending in each."""
    grams = slice(first, last + 1)
    at = np.asarray(segment.array("gram.packed")[grams]).astype(np.intp)
    counted = np.asarray(segment.array("gram.first")[grams]).astype(np.intp)
    widths = np.asarray(segment.array("gram.width")[first:last])
    units = np.asarray(segment.array("gram.position")[at[0] : at[-1]])
    return unpack_lists(units, at, widths, counted)


def _holding(segment: Segment, sought: bytes) -> Rows:
    """The reports of a segment whose title holds the bytes, which are those of one line."""
    found = re.finditer(re.escape(sought), segment.array("titles"))
    places = np.array([each.start() for each in found], np.intp)
    offsets = np.asarray(segment.array("report.title")).astype(np.intp)
    reports: Rows = distinct(offsets.searchsorted(places, side="right") - 1)
    return reports


def _moved(positions: Positions, by: int) -> Positions:
    """The positions so much further right; those that would lie before all text are left out."""
    if by >= 0:
        return positions + positions.dtype.type(by) if by else positions
    begin = int(positions.searchsorted(positions.dtype.type(-by)))
    moved: Positions = positions[begin:] - positions.dtype.type(-by)
    return moved


def _nowhere() -> Occurrences:
    return Occurrences(np.empty(0, np.uint32), NONE, np.zeros(1, np.uint32))
