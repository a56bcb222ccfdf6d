"""The columns of a snapshot as numpy arrays, its segments as one.

A column of a single segment is the mapped file itself; columns of several are put one after the
other, with the numbers of sections, reports and positions counted on. Arrays are made when they are
first asked for.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.places import place_key
from index.ranking import K1, B
from index.segments.segment import BLOCK, Segment
from index.segments.snapshot import Snapshot
from index.vector.sets import NONE, Floats, Mask, Positions, Rows, Sections, begins_run

_Array = npt.NDArray[Any]
_NARROW: Final = (1 << 32) - (1 << 16)
"""Positions below take four bytes, with room to add the length of a text."""

_MOST_IDS: Final = 20_000


class Arrays:
    """What is known of each section and report of a commit; n is of sections, r of reports.

    Deleted ones have their places in every array; `live` tells them apart.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.segments: list[Segment] = snapshot.segments
        self.n_sections = snapshot.all_sections
        self.n_reports = snapshot.base_report[-1]
        self.n_live = snapshot.n_sections
        self.space = snapshot.base_position[-1]
        self._ids: dict[int, str] = {}
        self.position_type = np.dtype(np.uint32 if self.space < _NARROW else np.int64)

    # Sections

    @cached_property
    def starts(self) -> Positions:
        """(n + 1,) where each section's stream begins; the last is the end of all."""
        if len(self.segments) == 1:
            return self._views("section.start")[0]
        parts = [view[:-1] for view in self._views("section.start")]
        bases = self.snapshot.base_position
        end = np.array([bases[-1]], self.position_type)
        return np.concatenate([*self._moved(parts, bases, self.position_type), end])

    @cached_property
    def heading_ends(self) -> Positions:
        """(n,) where each section's heading ends."""
        return self.starts[:-1] + self.column("section.heading").astype(self.position_type)

    @cached_property
    def heading_share(self) -> float:
        """What part of all streams stands in headings."""
        headings, lengths = (self.column(f"section.{name}") for name in ("heading", "length"))
        return float(headings.sum() / max(1, lengths.sum()))

    @cached_property
    def bare(self) -> Mask:
        """(n,) whether a section has no text beside its heading."""
        found: Mask = self.column("section.heading") == self.column("section.length")
        return found

    @cached_property
    def norms(self) -> Floats:
        """(n,) what a frequency is weighed against, see `index.ranking.saturate`."""
        mean = self.snapshot.mean_length
        if not mean:
            return np.full(self.n_sections, K1)
        lengths = self.column("section.length").astype(np.float64)
        return K1 * (1 - B + B * lengths / mean)

    @cached_property
    def of_block(self) -> _Array:
        """(space / 64,) uint32, the section to which a block of positions belongs."""
        return self._joined("section.of_block", self.snapshot.base_section, np.dtype(np.uint32))

    @cached_property
    def sentence_ends(self) -> Positions:
        """Where sentences end (exclusive), ascending over all sections."""
        return self._joined("sentence.end", self.snapshot.base_position, self.position_type)

    @cached_property
    def paragraph_ends(self) -> Positions:
        """Where paragraphs end (exclusive), ascending over all sections."""
        return self._joined("paragraph.end", self.snapshot.base_position, self.position_type)

    @cached_property
    def report_of(self) -> Rows:
        """(n,) the report of each section."""
        return self._joined("section.report", self.snapshot.base_report, np.dtype(np.intp))

    @cached_property
    def live(self) -> Mask | None:
        """(n,) whether a section is not deleted; None when all are live."""
        live = self._live_reports
        return None if live is None else live.take(self.report_of)

    @cached_property
    def live_sections(self) -> Sections:
        """The numbers of all live sections."""
        if self.live is None:
            return np.arange(self.n_sections, dtype=np.uint32)
        return self.live.nonzero()[0].astype(np.uint32)

    @cached_property
    def deleted_sections(self) -> Sections:
        """The numbers of all deleted sections."""
        return NONE if self.live is None else (~self.live).nonzero()[0].astype(np.uint32)

    def sections_at(self, positions: Positions) -> _Array:
        """(len(positions),) uint32, the section in which each position lies."""
        return self.of_block.take(positions >> BLOCK)

    # Reports

    @cached_property
    def _live_reports(self) -> Mask | None:
        if all(segment.deleted is None for segment in self.segments):
            return None
        return np.concatenate([_live(segment) for segment in self.segments])

    def report_id(self, report: int) -> str:
        """The id of a report; those asked for last are remembered."""
        found = self._ids.get(report)
        if found is None:
            if len(self._ids) >= _MOST_IDS:
                self._ids.clear()
            found = self._ids[report] = self.snapshot.card(report)[0]
        return found

    @cached_property
    def first_section(self) -> Rows:
        """(r + 1,) a report's first section; its last is before that of the next report."""
        parts = [view[:-1] for view in self._views("report.first")]
        moved = self._moved(parts, self.snapshot.base_section, np.dtype(np.intp))
        return np.concatenate([*moved, np.array([self.n_sections])])

    @cached_property
    def years(self) -> Rows:
        """(r,) the year of each report, 0 when it is not known."""
        return self.column("report.year").astype(np.intp)

    @cached_property
    def place_ranks(self) -> Rows:
        """(r,) the rank of each report's place, from the province down, unknown last."""
        keys = [place_key(places) for places in self.snapshot.places]
        rank = {key: n for n, key in enumerate(sorted(set(keys)))}
        return np.array([rank[key] for key in keys], np.intp).take(self.place_numbers)

    @cached_property
    def place_numbers(self) -> Rows:
        """(r,) the place of each report, an index into the snapshot's places."""
        views = zip(self.segments, self._views("report.place"), strict=True)
        numbers = [np.array(self.snapshot.place_numbers(s), np.intp).take(v) for s, v in views]
        return np.concatenate([np.empty(0, np.intp), *numbers])

    @cached_property
    def browse_ranks(self) -> Rows:
        """(r,) the place of each report in browse order."""
        order = np.lexsort((self.place_ranks, -self.years))
        begins = begins_run(self.years[order]) | begins_run(self.place_ranks[order])
        edges = [*begins.nonzero()[0].tolist(), len(order)]
        for start, end in pairwise(edges):
            if end - start > 1:  # only these need to be told apart by their ids
                alike = order[start:end].tolist()
                order[start:end] = sorted(alike, key=self.report_id)
        ranks = np.empty(len(order), np.intp)
        ranks[order] = np.arange(len(order))
        return ranks

    # Segments

    def column(self, name: str) -> _Array:
        """An array of all segments, one after the other, as it is stored."""
        views = self._views(name)
        return views[0] if len(views) == 1 else np.concatenate([np.empty(0, np.uint8), *views])

    def _views(self, name: str) -> list[_Array]:
        return [np.asarray(segment.array(name)) for segment in self.segments]

    def _joined(self, name: str, bases: list[int], dtype: np.dtype[Any]) -> _Array:
        views = self._moved(self._views(name), bases, dtype)
        return views[0] if len(views) == 1 else np.concatenate([np.empty(0, dtype), *views])

    @staticmethod
    def _moved(views: list[_Array], bases: list[int], dtype: np.dtype[Any]) -> list[_Array]:
        """The arrays with each segment's base added; as they are where it is 0."""
        typed = [view.astype(dtype, copy=False) for view in views]
        return [v + dtype.type(b) if b else v for v, b in zip(typed, bases, strict=False)]


def _live(segment: Segment) -> Mask:
    """(reports,) whether each report of a segment is not deleted."""
    if segment.deleted is None:
        return np.ones(segment.n_reports, np.bool_)
    bits = np.frombuffer(segment.deleted, np.uint8)
    live: Mask = np.unpackbits(bits, count=segment.n_reports, bitorder="little") == 0
    return live
