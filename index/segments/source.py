"""A segment that goes into a merge: what of it is live, and where that goes."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from index.segments.columns import Columns, Values, count_sections, dtype, offsets, stretches
from index.segments.packing import unpack_lists
from index.segments.segment import Segment
from index.segments.shingles import held_shingles

CHUNK: Final = 1 << 20
"""Postings that are worked on at once; a term that has more is worked on at once too."""
PIECE: Final = 8 << 20
"""Bytes of text that are copied at once."""


class Source:
    """The live reports of a segment, and their new numbers once `move_to` was called."""

    def __init__(self, segment: Segment) -> None:
        self.meta = segment.meta
        self._segment = segment
        live = np.ones(segment.n_reports, bool)
        if segment.deleted is not None:
            bits = np.frombuffer(segment.deleted, np.uint8)
            live &= np.unpackbits(bits, count=len(live), bitorder="little") == 0
        self.reports = np.flatnonzero(live)
        first: Values = self.array("report.first").astype(np.int64)
        counts = first[1:] - first[:-1]
        self.counts = counts[live]
        self._is_live_report = live
        self._is_live = np.repeat(live, counts)  # each section
        self._is_whole = bool(live.all())

    def move_to(self, first: int, starts: Values) -> int:
        """Number the live sections from `first` on; returns the number behind the last.

        starts are those of all sections of the new segment.
        """
        self._numbers = first + offsets(self._is_live)[:-1]  # of dead ones: whatever comes next
        self._shifts = starts[self._numbers] - self.array("section.start")[:-1]
        return first + int(self._is_live.sum())

    def array(self, name: str) -> Values:
        """A column, mapped."""
        values = self._segment.array(name)
        return np.frombuffer(values, dtype(values.format))

    def release(self) -> None:
        """Let go of the memory of what was read, where the system can be told so."""
        data = self._segment.array("stored").obj
        if sys.platform != "win32" and isinstance(data, mmap.mmap):
            data.madvise(mmap.MADV_DONTNEED)

    # Reports and sections

    @property
    def ids(self) -> list[str]:
        """The ids of the live reports."""
        return [self._segment.card(report)[0] for report in self.reports.tolist()]

    def of_reports(self, name: str) -> Values:
        """A column of the live reports."""
        return self.array(name)[self.reports]

    def of_sections(self, name: str) -> Values:
        """A column of the live sections."""
        found: Values = self.array(name)[self._is_live]
        return found

    def bounds(self, name: str) -> tuple[Values, Values]:
        """(where live sections' sentences or paragraphs end now, which of all those these are)."""
        ends = self.array(name)
        sections = self.array("section.of_block")[(ends - 1) >> 6]
        live = self._is_live[sections]
        return (ends[live] + self._shifts[sections[live]]).astype(np.uint32), live

    def shingles(self) -> Columns:
        """The shingles of live sections, each with its distance from the one before."""
        names = ("shingle.hash", "shingle.step")
        if self._is_whole:
            return {name: self.array(name) for name in names}
        held = held_shingles(self.array("section.shingle"), len(self.array("shingle.hash")))
        live = np.repeat(self._is_live, held)
        return {name: self.array(name)[live] for name in names}

    def piece_sizes(self, at: str) -> Values:
        """Bytes of each live piece of a blob, by the column that says where they begin."""
        begins: Values = self.array(at).astype(np.int64)
        found: Values = (begins[1:] - begins[:-1])[self._live_pieces(at)]
        return found

    def pieces(self, name: str, at: str) -> Iterator[Values]:
        """The live pieces of a blob, some megabytes at a time."""
        blob, begins = self.array(name), self.array(at).astype(np.int64)
        edges = np.flatnonzero(np.diff(self._live_pieces(at).astype(np.int8), prepend=0, append=0))
        for start, end in begins[edges.reshape(-1, 2)].tolist():
            for first in range(start, end, PIECE):
                yield blob[first : min(end, first + PIECE)]
                self.release()

    def _live_pieces(self, at: str) -> Values:
        return self._is_live_report if at.startswith("report.") else self._is_live

    # Terms

    @cached_property
    def words(self) -> list[bytes]:
        """The words, in their order."""
        text, at = self._segment.array("word.text").tobytes(), self.array("word.at").tolist()
        return [text[start:end] for start, end in pairwise(at)]

    def kept(self, field: str, column: str, terms: slice) -> tuple[Values, Values]:
        """(how many live postings each of the terms has, their column with new numbers)."""
        first = self.array(f"{field}.first")[terms.start : terms.stop + 1].astype(np.int64)
        counts = self.array(f"{field}.count")[first[0] : first[-1]] if column == "count" else None
        if self._is_whole and counts is not None:
            return np.diff(first), counts
        numbers = self._unpacked(field, terms)
        if self._is_whole:
            return np.diff(first), self._renumbered(column, numbers, numbers)
        sections, values = self._sections(field, numbers), numbers if counts is None else counts
        live = self._is_live[sections]
        sizes = np.diff(offsets(live)[first - first[0]])
        return sizes, self._renumbered(column, values[live], sections[live])

    def _unpacked(self, field: str, terms: slice) -> Values:
        """The positions of some grams, or the sections of some words, one term after the other."""
        column = "position" if field == "gram" else "section"
        bounds = slice(terms.start, terms.stop + 1)
        at = self.array(f"{field}.packed")[bounds].astype(np.int64)
        first = self.array(f"{field}.first")[bounds].astype(np.int64)
        units = self.array(f"{field}.{column}")[at[0] : at[-1]]
        return unpack_lists(units, at, self.array(f"{field}.width")[terms], first)

    def _sections(self, field: str, values: Values) -> Values:
        """The old number of the section of each posting, by its position or section."""
        if field != "gram":
            return values
        found: Values = self.array("section.of_block")[values >> 6]
        return found

    def _renumbered(self, column: str, values: Values, sections: Values) -> Values:
        if column == "count":
            return values
        if column == "section":
            found: Values = self._numbers[sections]
        elif self._is_whole:  # then all have moved by as much
            found = values + self._shifts[:1]
        else:
            found = values + self._shifts[sections]
        return found.astype(np.uint32)

    def gram_sections(self) -> Values:
        """In how many live sections each gram stands."""
        if self._is_whole:
            return self.array("gram.sections")
        first = self.array("gram.first").astype(np.int64)
        counts = [np.zeros(0, np.int64)]
        for start, end in stretches(first, CHUNK):
            sections = self._sections("gram", self._unpacked("gram", slice(start, end)))
            begins = first[start:end] - first[start]
            counts.append(count_sections(sections, begins, self._is_live))
            self.release()
        return np.concatenate(counts)
