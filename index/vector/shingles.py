"""The shingles of a commit, and which of them are common form.

Common form is what many reports of many places have: headings, slogans, prescribed sentences. It is
learnt from the index alone: a shingle is common form when one report in COMMON_SHARE has it, of at
least LEAST_TOWNSHIPS townships and LEAST_COUNTIES counties. An index of fewer counties cannot tell
a county's habit from a prescribed text: there half of its townships must have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from index.engine import CommonForm
from index.segments.segment import Segment
from index.segments.shingles import (
    SHINGLE,
    Counts,
    count_places,
    held_shingles,
    least_counted,
    winnow,
)
from index.vector.arrays import Arrays
from index.vector.sets import Rows, Sections

COMMON_SHARE: Final = 20
LEAST_TOWNSHIPS: Final = 5
LEAST_COUNTIES: Final = 3
_TABLE_BITS: Final = 22

Hashes = npt.NDArray[np.uint32]


class Shingles:
    """The shingles of one commit."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    @cached_property
    def hashes(self) -> Hashes:
        """(k,) all shingles, in the order of sections and offsets; of deleted reports too."""
        return self._arrays.column("shingle.hash").astype(np.uint32, copy=False)

    @cached_property
    def first(self) -> Rows:
        """(n + 1,) the first shingle of each section."""
        counts = [_held(segment) for segment in self._s]
        return np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.intp), *counts]))])

    @property
    def _s(self) -> list[Segment]:
        return self._arrays.segments

    @cached_property
    def offsets(self) -> npt.NDArray[np.uint32]:
        """(k,) where each shingle begins in its section's stream."""
        ends = np.cumsum(self._arrays.column("shingle.step"), dtype=np.int64)
        counts = np.diff(self.first)
        before = np.concatenate([[0], ends])[self.first[:-1]]
        ends -= before.repeat(counts)
        return ends.astype(np.uint32)

    @cached_property
    def sections(self) -> Sections:
        """(k,) the section of each shingle."""
        numbers = np.arange(self._arrays.n_sections, dtype=np.uint32)
        return numbers.repeat(np.diff(self.first))

    # Places

    @cached_property
    def counties(self) -> npt.NDArray[np.uint32]:
        """(townships,) the number of each township's county."""
        paths = [tuple(path[:3]) for path in self._arrays.snapshot.places]
        numbers = {path: n for n, path in enumerate(dict.fromkeys(paths))}
        return np.array([numbers[path] for path in paths], np.uint32)

    # Common form

    @property
    def common_limit(self) -> int:
        """The number of reports from which on a shingle may be common form."""
        return common_limit(len(self._reports))

    @property
    def _reports(self) -> Rows:
        """The live reports that have sections."""
        return np.unique(self._arrays.report_of.take(self._arrays.live_sections))

    @cached_property
    def common(self) -> Counts:
        """The shingles that are common form, and in how many places."""
        townships = np.unique(self._arrays.place_numbers.take(self._reports))
        n_counties = len(np.unique(self.counties.take(townships)))
        return common_among(self._counted(), len(self._reports), len(townships), n_counties)

    def _counted(self) -> Counts:
        """Counts of all shingles that may be common form."""
        if len(self._s) == 1 and self._arrays.live is None:
            names = ("hash", "reports", "townships", "counties")
            return Counts(*(np.asarray(self._s[0].array(f"common.{name}")) for name in names))
        sections = self.sections
        candidates = self._candidates()
        held = slice(None) if candidates is None else among_hashes(self.hashes, candidates)
        hashes, sections = self.hashes[held], sections[held]
        if self._arrays.live is not None:
            live = self._arrays.live.take(sections)
            hashes, sections = hashes[live], sections[live]
        reports = self._arrays.report_of.take(sections)
        return count_places(
            hashes, reports, self._arrays.place_numbers, self.counties, self.common_limit
        )

    def _candidates(self) -> Hashes | None:
        """All shingles that can be common form; None where each may be.

        A segment counts the shingles of one in COMMON_PART of its reports. Another one stands in
        fewer of each segment's reports, so it cannot be in one of COMMON_SHARE of all, unless more
        than half of these are deleted.
        """
        least = [least_counted(segment.n_reports) for segment in self._s]
        if sum(each - 1 for each in least) >= self.common_limit:
            return None
        known = [np.asarray(segment.array("common.hash")) for segment in self._s]
        hashes = np.unique(np.concatenate([np.empty(0, np.uint32), *known]))
        most = np.zeros(len(hashes), np.int64)  # reports that may have each
        for segment, own, elsewhere in zip(self._s, known, least, strict=True):
            at = hashes.searchsorted(own)
            counts = np.full(len(hashes), elsewhere - 1, np.int64)
            counts[at] = np.asarray(segment.array("common.reports"))
            most += counts
        return hashes[most >= self.common_limit]

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        return stretches_of(selected(streams), self.common)


class Selected(NamedTuple):
    """The shingles of some streams, one after the other.

    (k,) hashes, and steps from one to the next; (n,) how many each stream has.
    """

    hashes: Hashes
    steps: npt.NDArray[np.uint8]
    counts: Rows


def selected(streams: Sequence[str]) -> Selected:
    """The shingles of streams."""
    codes = np.frombuffer("".join(streams).encode("utf-32-le", "surrogatepass"), "<u4")
    return Selected(*winnow(codes, np.array([len(s) for s in streams], np.int64)))


def common_limit(n_reports: int) -> int:
    """Of so many reports with sections those from which on a shingle may be common form."""
    return max(LEAST_TOWNSHIPS, -(-n_reports // COMMON_SHARE))


def common_among(counts: Counts, n_reports: int, n_townships: int, n_counties: int) -> Counts:
    """Those that are common form where there are so many reports of so many places."""
    few = n_counties < LEAST_COUNTIES
    kept = counts.reports >= common_limit(n_reports)
    kept &= counts.townships >= max(LEAST_TOWNSHIPS, -(-n_townships // 2) if few else 0)
    kept &= counts.counties >= min(LEAST_COUNTIES, n_counties)
    return Counts(*(column[kept] for column in counts))


def stretches_of(selected: Selected, common: Counts) -> list[tuple[CommonForm, ...]]:
    """For each stream its stretches of common form, ascending and apart."""
    hashes, steps, counts = selected
    found: list[list[CommonForm]] = [[] for _ in counts]
    if not len(hashes) or not len(common.hashes):
        return [() for _ in counts]
    at = common.hashes.searchsorted(hashes)
    held = (common.hashes.take(at, mode="clip") == hashes).nonzero()[0]
    ends = np.concatenate([[0], np.cumsum(steps, dtype=np.int64)])
    first = np.concatenate([[0], np.cumsum(counts)])
    which = first.searchsorted(held, side="right") - 1
    starts = (ends.take(held + 1) - ends.take(first.take(which))).tolist()
    columns = (column[at[held]].tolist() for column in common[1:])
    for n, start, *numbers in zip(which.tolist(), starts, *columns, strict=True):
        found[n].append(_joined(found[n], CommonForm(start, start + SHINGLE, *numbers)))
    return [tuple(forms) for forms in found]


def _held(segment: Segment) -> Rows:
    """(sections,) how many shingles each section of a segment has."""
    n_shingles = len(segment.array("shingle.hash"))
    if len(segment.array("shingle.step")) != n_shingles:
        raise ValueError("shingles have no places")
    return held_shingles(np.asarray(segment.array("section.shingle")), n_shingles)


def _joined(found: list[CommonForm], new: CommonForm) -> CommonForm:
    """The new stretch, together with the last one found where they touch."""
    if not found or found[-1].end < new.start:
        return new
    last = found.pop()
    counts = (min(a, b) for a, b in zip(last[2:], new[2:], strict=True))
    return CommonForm(last.start, new.end, *counts)


def among_hashes(hashes: Hashes, wanted: Hashes) -> Rows:
    """Where the hashes are that are among the wanted, ascending ones."""
    table = np.zeros(1 << _TABLE_BITS, np.bool_)
    shift = np.uint32(32 - _TABLE_BITS)
    table[wanted >> shift] = True
    near = table.take(hashes >> shift).nonzero()[0]
    found = hashes.take(near)
    at = wanted.searchsorted(found)
    return near.compress(wanted.take(at, mode="clip") == found)
