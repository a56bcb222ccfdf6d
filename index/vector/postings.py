"""Where texts stand and how often words do, from the arrays of a commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.analysis import covering_grams
from index.querytree import Zone
from index.segments.segment import Segment
from index.vector.arrays import Arrays
from index.vector.remembered import Remembered, owned_bytes
from index.vector.sets import (
    NONE,
    Positions,
    Sections,
    begins_run,
    common,
    ranges,
)

_REMEMBERED_BYTES: Final = 48 << 20
_RARER: Final = 8
"""A gram beside the covering ones is looked at first where it is so many times rarer."""


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Where a stream stands in live sections.

    positions: (p,) ascending; sections: (s,) those that hold it; first: (s + 1,) intp,
    positions[first[i]:first[i + 1]] lie in sections[i].
    """

    positions: Positions
    sections: Sections
    first: Sections

    @property
    def counts(self) -> Sections:
        """(s,) how often the stream stands in each section, overlaps counted."""
        return self.first[1:] - self.first[:-1]

    @property
    def n_bytes(self) -> int:
        """What it takes in memory, the mapped file left out."""
        return owned_bytes(self.positions, self.sections, self.first)


@dataclass(frozen=True, slots=True, eq=False)
class WordPostings:
    """How often a word stands in live sections: (s,) sections and counts, headings included.

    heading_sections, heading_counts: (h,) the same of headings alone.
    """

    sections: Sections
    counts: npt.NDArray[Any]
    heading_sections: Sections
    heading_counts: npt.NDArray[Any]

    @property
    def n_bytes(self) -> int:
        """What it takes in memory, the mapped file left out."""
        return owned_bytes(self.sections, self.counts, self.heading_sections, self.heading_counts)


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
            return _NOWHERE
        return self.remembered.kept(
            ("stands", stream, zone), lambda: self._find(stream, zone), lambda o: o.n_bytes
        )

    def _find(self, stream: str, zone: Zone) -> Occurrences:
        if zone is Zone.HEADING:
            return self._within_headings(self.occurrences(stream), len(stream))
        return self._grouped(self._positions_of(stream))

    def _within_headings(self, everywhere: Occurrences, size: int) -> Occurrences:
        limits = self.arrays.heading_ends.take(everywhere.sections).repeat(everywhere.counts)
        ends = everywhere.positions + self.arrays.position_type.type(size)
        return self._grouped(everywhere.positions.compress(ends <= limits))

    def _grouped(self, positions: Positions) -> Occurrences:
        """Ascending positions by their sections, those of deleted reports left out."""
        if not len(positions):
            return _NOWHERE
        sections, live = self.arrays.sections_at(positions), self.arrays.live
        if live is not None:
            kept = live.take(sections)
            if not kept.all():
                positions, sections = positions.compress(kept), sections.compress(kept)
        begins = begins_run(sections).nonzero()[0]
        first = np.append(begins, len(positions))
        return Occurrences(positions, sections.take(begins).astype(np.intp), first)

    def _positions_of(self, stream: str) -> Positions:
        """Where the stream begins, also in deleted reports: its rarest gram first."""
        if len(stream) == 1:
            return np.sort(self._character(stream))
        steps = [(self.positions(gram), offset) for offset, gram in self._telling_grams(stream)]
        steps.sort(key=lambda step: len(step[0]))
        found, at = steps[0]
        for positions, offset in steps[1:]:
            found = common(_moved(found, offset - at), positions)
            at = offset
            if not len(found):
                break
        return _moved(found, -at)

    def _telling_grams(self, stream: str) -> Sequence[tuple[int, str]]:
        """Grams that together spell the stream, and one that tells more where there is one."""
        cover = covering_grams(stream)
        others = {at: stream[at : at + 2] for at in range(len(stream) - 1)}
        for at, _gram in cover:
            del others[at]
        if not others:
            return cover
        rarest = min(others, key=lambda at: len(self.positions(others[at])))
        least = min(len(self.positions(gram)) for _at, gram in cover)
        if len(self.positions(others[rarest])) * _RARER > least:
            return cover
        return [*cover, (rarest, others[rarest])]

    def positions(self, gram: str) -> Positions:
        """Where a gram of two characters (or a stream's last one) stands, deleted ones as well."""
        return self.remembered.kept(
            ("gram", gram), lambda: self._gram(gram), lambda array: owned_bytes(array)
        )

    def _gram(self, gram: str) -> Positions:
        parts = []
        for at, segment in enumerate(self.arrays.segments):
            number = segment.find_gram(gram)
            if number >= 0:
                parts.append(self._numbered(segment.positions(number, number + 1), at))
        return self._together(parts)

    def _character(self, character: str) -> Positions:
        """Where a character stands, in no order."""
        segments = enumerate(self.arrays.segments)
        return self._together(
            [self._numbered(s.positions(*s.grams_from(character)), at) for at, s in segments]
        )

    def _numbered(self, positions: memoryview, at: int) -> Positions:
        """Positions of a segment as those of the snapshot."""
        base, dtype = self.arrays.snapshot.base_position[at], self.arrays.position_type
        own = np.asarray(positions).astype(dtype, copy=False)
        return own + dtype.type(base) if base else own

    def _together(self, parts: Sequence[Positions]) -> Positions:
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([np.empty(0, self.arrays.position_type), *parts])

    def n_holding(self, gram: str) -> int:
        """How many live sections hold a gram: its document frequency."""
        return self.remembered.kept(("df", gram), lambda: self._n_holding(gram), lambda _n: 0)

    def _n_holding(self, gram: str) -> int:
        found = ((segment, segment.find_gram(gram)) for segment in self.arrays.segments)
        everywhere = sum(s.array("gram.sections")[number] for s, number in found if number >= 0)
        deleted = self.arrays.deleted_sections
        return everywhere - int(np.count_nonzero(self.counts_in(gram, deleted)[0]))

    def counts_in(self, gram: str, sections: Sections) -> tuple[Sections, Positions]:
        """((n,) how often a gram stands in each section, (n,) index of its first position)."""
        positions, starts = self.positions(gram), self.arrays.starts
        first = positions.searchsorted(starts.take(sections))
        return positions.searchsorted(starts.take(sections + 1)) - first, first

    # Words

    def word(self, word: str) -> WordPostings:
        """How often a word stands in the live sections that have it."""
        return self.remembered.kept(("word", word), lambda: self._word(word), lambda w: w.n_bytes)

    def _word(self, word: str) -> WordPostings:
        found = [(segment, segment.find_word(word)) for segment in self.arrays.segments]
        everywhere = self._word_postings(found, "word")
        return WordPostings(*everywhere, *self._word_postings(found, "heading"))

    def _word_postings(
        self, found: Sequence[tuple[Segment, int]], field: str
    ) -> tuple[Sections, npt.NDArray[Any]]:
        sections, counts = [NONE], [np.empty(0, np.uint8)]
        for (segment, number), base in zip(found, self.arrays.snapshot.base_section, strict=False):
            if number >= 0:
                own, frequencies = segment.postings(field, number)
                sections.append(np.asarray(own).astype(np.intp) + base)
                counts.append(np.asarray(frequencies))
        together, all_counts = np.concatenate(sections), np.concatenate(counts)
        if self.arrays.live is None:
            return together, all_counts
        live = self.arrays.live.take(together)
        return together.compress(live), all_counts.compress(live)

    # Titles

    def titled(self, streams: Collection[str]) -> Sections:
        """The live sections of reports whose title holds all the streams."""
        reports = reduce(np.intersect1d, (self._titled(stream) for stream in streams))
        first, last = self.arrays.first_section.take(reports), self.arrays.first_section[1:]
        sections = ranges(first, last.take(reports) - first)
        return (
            sections
            if self.arrays.live is None
            else sections.compress(self.arrays.live.take(sections))
        )

    def _titled(self, stream: str) -> Sections:
        """The reports whose title holds the stream."""
        sought = stream.encode("utf-8", "surrogatepass")
        bases = self.arrays.snapshot.base_report
        parts = [
            _holding(segment, sought) + base
            for segment, base in zip(self.arrays.segments, bases, strict=False)
        ]
        return np.concatenate([NONE, *parts])


def _holding(segment: Segment, sought: bytes) -> Sections:
    """The reports of a segment whose title holds the bytes."""
    titles = bytes(segment.array("titles"))
    offsets = np.asarray(segment.array("report.title")).astype(np.intp)
    found, at = [], titles.find(sought)
    while at >= 0:
        report = int(offsets.searchsorted(at, side="right")) - 1
        end = int(offsets[report + 1])
        if at + len(sought) < end:  # a title is followed by a line break
            found.append(report)
            at = titles.find(sought, end)
        else:
            at = titles.find(sought, at + 1)
    return np.array(found, np.intp)


def _moved(positions: Positions, by: int) -> Positions:
    """The positions so much further right; those that would lie before all text are left out."""
    if by >= 0:
        return positions + positions.dtype.type(by) if by else positions
    begin = int(positions.searchsorted(positions.dtype.type(-by)))
    moved: Positions = positions[begin:] - positions.dtype.type(-by)
    return moved


_NOWHERE: Final = Occurrences(np.empty(0, np.uint32), NONE, np.zeros(1, np.intp))
