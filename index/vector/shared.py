"""Pairs of sections that share rare text.

Sections that have a shingle in common are compared in the order of time, each with later ones: with
all of them where few have the shingle, else the first with all and each with the next, so that work
and memory grow with the text and not with the pairs that there could be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.engine import SharedText
from index.querytree import Filter
from index.segments.shingles import SHINGLE
from index.vector.arrays import Arrays
from index.vector.fields import Fields
from index.vector.sets import Floats, Mask, Rows, begins_run, ranges
from index.vector.shingles import Shingles

LEAST_WEIGHT: Final = 10.0
"""Characters of rare text that two sections must share to be told of."""
_FEW: Final = 10
"""Sections with a shingle up to which each is compared with each."""
_MOST_IN_SECTION: Final = 4
"""Times that a shingle counts in one section."""
_LEAST_RANGE: Final = 64
"""Townships over which a shingle's weight falls to nothing, in a small index."""
_CHUNK: Final = 1 << 20
"""Pairs of shingles that are looked at together."""

_Array = npt.NDArray[Any]


def shared_texts(
    arrays: Arrays, fields: Fields, shingles: Shingles, filters: Sequence[Filter]
) -> Iterator[SharedText]:
    """The pairs of which at least one section passes the filters, by the time of the first."""
    order = _in_time(arrays)
    held = _Held.make(arrays, shingles, order)
    chosen = np.ones(arrays.n_sections, np.bool_)
    for each in filters:
        chosen &= fields.passes(each, np.arange(arrays.n_sections, dtype=np.uint32))
    pairs = _Pairs(arrays, shingles, order, held, chosen.take(order))
    for rows in pairs.chunks():
        yield from pairs.joined(*rows)


def _in_time(arrays: Arrays) -> Rows:
    """The live sections by their report's year and day of issue, unknown last; then as stored."""
    years, issued = arrays.years, arrays.column("report.issued").astype(np.int64)
    latest = np.iinfo(np.int64).max
    by_time = np.lexsort(
        (np.where(issued == 0, latest, issued), np.where(years == 0, latest, years))
    )
    ranks = np.empty(len(by_time), np.intp)
    ranks[by_time] = np.arange(len(by_time))
    live = arrays.live_sections.astype(np.intp)
    return live[np.argsort(ranks.take(arrays.report_of.take(live)), kind="stable")]


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Shingles that several reports have, by hash and then time.

    shingles: (m,) their numbers; sections: (m,) their sections' places in time; begins: (g + 1,)
    where each hash begins among them; weights: (g,) what a character of each weighs.
    """

    shingles: Rows
    sections: Rows
    begins: Rows
    weights: Floats

    @classmethod
    def make(cls, arrays: Arrays, shingles: Shingles, order: Rows) -> _Held:
        """The shingles of the sections in this order, without common form."""
        counts = np.diff(shingles.first).take(order)
        numbers = ranges(shingles.first.take(order), counts)
        keys = shingles.hashes.take(numbers).astype(np.uint64) << np.uint64(32)
        keys |= np.arange(len(keys), dtype=np.uint64)
        keys.sort()
        hashes, at = (keys >> np.uint64(32)).astype(np.uint32), keys.astype(np.uint32)
        del keys
        sections = np.arange(len(order)).repeat(counts).take(at)
        numbers = numbers.take(at)
        kept = _several(hashes) & ~_is_common(hashes, shingles.common.hashes)
        kept &= _few_in_section(hashes, sections)
        hashes, numbers, sections = hashes[kept], numbers[kept], sections[kept]
        reports = arrays.report_of.take(order).take(sections)
        limit = max(shingles.common_limit, _LEAST_RANGE)
        group = np.cumsum(begins_run(hashes)) - 1
        n_reports = _different(group, reports)
        weights = _weights(_different(group, arrays.place_numbers.take(reports)), limit)
        weights[n_reports < 2] = 0
        kept = (weights > 0).take(group)
        begins = begins_run(hashes[kept]).nonzero()[0]
        return cls(
            numbers[kept], sections[kept], np.append(begins, kept.sum()), weights[weights > 0]
        )


def _several(hashes: _Array) -> Mask:
    """Which of ascending hashes stand there more than once."""
    same = hashes[1:] == hashes[:-1]
    found = np.zeros(len(hashes), np.bool_)
    found[1:] = same
    found[:-1] |= same
    return found


def _is_common(hashes: _Array, common: _Array) -> Mask:
    """Which of ascending hashes are among the common ones."""
    found = np.zeros(len(hashes) + 1, np.int8)
    np.add.at(found, hashes.searchsorted(common, "left"), 1)
    np.add.at(found, hashes.searchsorted(common, "right"), -1)
    is_common: Mask = np.cumsum(found[:-1], dtype=np.int8) > 0
    return is_common


def _few_in_section(hashes: _Array, sections: Rows) -> Mask:
    """All but the shingles that their section has had so many times already."""
    kept = np.ones(len(hashes), np.bool_)
    n = _MOST_IN_SECTION
    kept[n:] = (hashes[n:] != hashes[:-n]) | (sections[n:] != sections[:-n])
    return kept


def _different(group: Rows, values: _Array) -> Rows:
    """How many different values each group has; groups are numbered from 0 and ascend."""
    if not len(group):
        return np.empty(0, np.intp)
    pairs = group.astype(np.uint64) << np.uint64(32)
    pairs |= values.astype(np.uint64)
    pairs.sort()
    found = pairs[begins_run(pairs)] >> np.uint64(32)
    return np.bincount(found.astype(np.intp))


def _weights(townships: Rows, limit: int) -> Floats:
    """What a character is worth that so many townships have: 1 for two, nothing at the limit."""
    share = np.log(np.maximum(townships, 2) / 2) / np.log(limit / 2)
    weights: Floats = np.clip(1 - share, 0, 1)
    return weights


class _Pairs:
    """Which sections are compared, a chunk of them at a time."""

    def __init__(
        self, arrays: Arrays, shingles: Shingles, order: Rows, held: _Held, chosen: Mask
    ) -> None:
        self._order, self._held, self._chosen = order, held, chosen
        self._reports = arrays.report_of.take(order)
        self._offsets = shingles.offsets
        sizes = np.diff(held.begins)
        self._group = np.arange(len(sizes)).repeat(sizes)
        place = np.arange(len(held.sections)) - held.begins[:-1].repeat(sizes)
        own = sizes.repeat(sizes)
        later = own - 1 - place
        next_only = (own > _FEW) & (place > 0)
        self._later = np.where(next_only, np.minimum(later, 1), later)

    def chunks(self) -> Iterator[tuple[Rows, Rows]]:
        """(first, second): rows of shingles that are compared, whole first sections together."""
        rows = np.argsort(self._held.sections, kind="stable")
        ends = np.cumsum(self._later.take(rows))
        borders = np.append(begins_run(self._held.sections.take(rows)).nonzero()[0], len(rows))
        start = 0
        while start < len(rows):
            before = int(ends[start - 1]) if start else 0
            limit = int(ends.searchsorted(before + _CHUNK, "right"))
            at = max(int(borders.searchsorted(limit, "right")) - 1, 0)
            end = int(borders[at])
            if end <= start:  # a single section that is compared more often than that
                end = int(borders[borders.searchsorted(start, "right")])
            first = rows[start:end]
            counts = self._later.take(first)
            second = ranges(first + 1, counts)
            yield first.repeat(counts), second
            start = end

    def joined(self, first: Rows, second: Rows) -> Iterator[SharedText]:
        """The pairs of sections, each with all shingles that they share."""
        sections = self._held.sections
        a, b = sections.take(first), sections.take(second)
        kept = (self._reports.take(a) != self._reports.take(b)) & (
            self._chosen.take(a) | self._chosen.take(b)
        )
        first, second, a, b = first[kept], second[kept], a[kept], b[kept]
        if not len(first):
            return
        keys = a.astype(np.uint64) << np.uint64(32) | b.astype(np.uint64)
        at = self._offsets.take(self._held.shingles.take(first))
        order = np.lexsort((at, keys))
        first, second, keys, at = first[order], second[order], keys[order], at[order]
        weights = self._held.weights.take(self._group.take(first))
        begins = begins_run(keys)
        step = np.full(len(at), SHINGLE)
        step[:-1] = np.where(
            begins[1:], SHINGLE, np.minimum(at[1:] - at[:-1].astype(np.int64), SHINGLE)
        )
        starts = begins.nonzero()[0]
        totals = np.add.reduceat(weights * step, starts)
        ends = np.append(starts[1:], len(at))
        told = totals >= LEAST_WEIGHT
        there = self._offsets.take(self._held.shingles.take(second))
        for start, end, total in zip(
            starts[told].tolist(), ends[told].tolist(), totals[told].tolist(), strict=True
        ):
            own = slice(start, end)
            key = int(keys[start])
            seeds = zip(at[own].tolist(), there[own].tolist(), weights[own].tolist(), strict=True)
            yield SharedText(
                first=int(self._order[key >> 32]),
                second=int(self._order[key & 0xFFFFFFFF]),
                weight=total,
                seeds=tuple(seeds),
            )
