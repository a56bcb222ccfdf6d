"""Pairs of sections that share rare text.

Sections that have a shingle in common are compared in the order of time, each with later ones: with
all of them where few have the shingle, else the first with all and each with the next, so that work
and memory grow with the text and not with the pairs that there could be.

Whether two sections are a pair is told by the sections that have the shingles of these two alone.
So what one section shares is found by looking at its own shingles, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from index.engine import SharedText
from index.segments.shingles import SHINGLE
from index.vector.sets import Floats, Mask, Rows, Sections, begins_run, distinct, ranges
from index.vector.shingles import Hashes, among_hashes

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


class Texts(Protocol):
    """Sections by their numbers, n of them of r reports, and their shingles, k.

    hashes, offsets, sections: (k,) of each shingle, in the order of sections and offsets. first:
    (n + 1,) the first shingle of each section. report_of: (n,), place_numbers: (r,). order: the
    live sections in the order of time. common_hashes: common form, ascending. common_limit: the
    reports from which on a shingle may be that.
    """

    @property
    def hashes(self) -> Hashes: ...
    @property
    def offsets(self) -> npt.NDArray[np.uint32]: ...
    @property
    def sections(self) -> Sections: ...
    @property
    def first(self) -> Rows: ...
    @property
    def report_of(self) -> Rows: ...
    @property
    def place_numbers(self) -> Rows: ...
    @property
    def order(self) -> Rows: ...
    @property
    def common_hashes(self) -> Hashes: ...
    @property
    def common_limit(self) -> int: ...


def shared_texts(texts: Texts, wanted: Collection[int] | None) -> Iterator[SharedText]:
    """The pairs by the time of the first: all of these, or of some firsts all.

    wanted: sections. Each first is one of them, or has a pair with one.
    """
    return pairs_of(texts, None if wanted is None else first_sections(texts, wanted))


def first_sections(texts: Texts, wanted: Collection[int]) -> Rows:
    """The wanted sections, and those that are the first in a pair with one of them.

    Needed are the sections that have any of the wanted ones' shingles.
    """
    numbers = np.array(sorted(wanted), np.intp)
    own = _is_among(texts, numbers)
    pairs = _Pairs(texts, _held_among(texts, own_hashes(texts, numbers)))
    return texts.order[own | pairs.firsts_with(own)]


def pairs_of(texts: Texts, firsts: Rows | None) -> Iterator[SharedText]:
    """All pairs by the time of the first, or those that begin with these sections.

    Needed are the sections that have any of the firsts' shingles.
    """
    if firsts is None:
        pairs, wanted = _Pairs(texts, _held_by_all(texts)), None
    else:
        pairs = _Pairs(texts, _held_among(texts, own_hashes(texts, firsts)))
        wanted = _is_among(texts, firsts)
    for rows in pairs.chunks(wanted):
        yield from pairs.joined(*rows)


def _is_among(texts: Texts, numbers: Rows) -> Mask:
    """(len(order),) which of the sections in time are among these."""
    found = np.zeros(len(texts.report_of), np.bool_)
    found[numbers] = True
    return found.take(texts.order)


def own_hashes(texts: Texts, sections: Rows) -> Hashes:
    """The different shingles of some sections, ascending, without common form."""
    first = texts.first
    numbers = ranges(first.take(sections), first.take(sections + 1) - first.take(sections))
    hashes: Hashes = distinct(np.sort(texts.hashes.take(numbers)))
    return hashes[~_is_common(hashes, texts.common_hashes)]


_Standing = tuple[Rows, Rows]
"""(k,) shingles by their numbers, and their sections' places in time, in the order of these."""


def _held_by_all(texts: Texts) -> _Standing:
    counts = np.diff(texts.first).take(texts.order)
    numbers = ranges(texts.first.take(texts.order), counts)
    return numbers, np.arange(len(texts.order)).repeat(counts)


def _held_among(texts: Texts, hashes: Hashes) -> _Standing:
    """Wherever some ascending hashes stand."""
    order = texts.order
    numbers = among_hashes(texts.hashes, hashes)
    places = np.full(len(texts.first), len(order))  # of deleted sections: after all others
    places[order] = np.arange(len(order))
    keys = places.take(texts.sections.take(numbers)).astype(np.uint64) << np.uint64(32)
    keys |= np.arange(len(keys), dtype=np.uint64)
    keys.sort()
    sections = (keys >> np.uint64(32)).astype(np.intp)
    n_live = int(sections.searchsorted(len(order)))
    return numbers.take(keys[:n_live].astype(np.uint32)), sections[:n_live]


def in_time(
    sections: Rows, report_of: Rows, years: Rows, issued: npt.NDArray[np.int64], browse: Rows
) -> Rows:
    """Ascending sections by their report's year and day of issue, unknown last; then as browsed.

    report_of: (n,). years, issued: (r,) 0 is unknown. browse: (r,) each report's place there.
    """
    latest = np.iinfo(np.int64).max
    by_time = np.lexsort(
        (browse, np.where(issued == 0, latest, issued), np.where(years == 0, latest, years))
    )
    ranks = np.empty(len(by_time), np.intp)
    ranks[by_time] = np.arange(len(by_time))
    return sections[np.argsort(ranks.take(report_of.take(sections)), kind="stable")]


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
    def make(cls, texts: Texts, standing: _Standing) -> _Held:
        """Those of the shingles that several reports have, without common form."""
        numbers, sections = standing
        keys = texts.hashes.take(numbers).astype(np.uint64) << np.uint64(32)
        keys |= np.arange(len(keys), dtype=np.uint64)
        keys.sort()
        hashes, at = (keys >> np.uint64(32)).astype(np.uint32), keys.astype(np.uint32)
        del keys
        sections, numbers = sections.take(at), numbers.take(at)
        kept = _several(hashes) & ~_is_common(hashes, texts.common_hashes)
        kept &= _few_in_section(hashes, sections)
        hashes, numbers, sections = hashes[kept], numbers[kept], sections[kept]
        reports = texts.report_of.take(texts.order).take(sections)
        limit = max(texts.common_limit, _LEAST_RANGE)
        group = np.cumsum(begins_run(hashes)) - 1
        n_reports = _different(group, reports)
        weights = _weights(_different(group, texts.place_numbers.take(reports)), limit)
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


class _Weighed(NamedTuple):
    """Pairs of sections that share enough, of rows of shingles that they share.

    starts, ends: (p,) where each pair's rows begin and end; totals: (p,) what they weigh together;
    first, second, at, weights: (rows,) the shingles by their rows, where the first begins in its
    section, and what a character of each weighs.
    """

    keys: npt.NDArray[np.uint64]
    starts: Rows
    ends: Rows
    totals: Floats
    second: Rows
    at: _Array
    weights: Floats


class _Pairs:
    """Which sections are compared, a chunk of them at a time."""

    def __init__(self, texts: Texts, standing: _Standing) -> None:
        self._order = texts.order
        self._held = held = _Held.make(texts, standing)
        self._reports = texts.report_of.take(texts.order)
        self._offsets = texts.offsets
        sizes = np.diff(held.begins)
        self._group = np.arange(len(sizes)).repeat(sizes)
        place = np.arange(len(held.sections)) - held.begins[:-1].repeat(sizes)
        own = sizes.repeat(sizes)
        later = own - 1 - place
        next_only = (own > _FEW) & (place > 0)
        self._later = np.where(next_only, np.minimum(later, 1), later)

    def chunks(self, firsts: Mask | None = None) -> Iterator[tuple[Rows, Rows]]:
        """(first, second): rows of shingles that are compared, whole first sections together.

        firsts: of sections in time, which are to be first ones.
        """
        sections = self._held.sections
        wanted = np.ones(len(sections), np.bool_) if firsts is None else firsts.take(sections)
        rows = wanted.nonzero()[0]
        rows = rows.take(np.argsort(sections.take(rows), kind="stable"))
        ends = np.cumsum(self._later.take(rows))
        borders = np.append(begins_run(sections.take(rows)).nonzero()[0], len(rows))
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

    def firsts_with(self, own: Mask) -> Mask:
        """Of the sections in time those that are the first in a pair with one of these."""
        found = np.zeros(len(own), np.bool_)
        for first, second in self.chunks():
            kept = own.take(self._held.sections.take(second))
            weighed = self._weighed(first[kept], second[kept])
            found[(weighed.keys >> np.uint64(32)).astype(np.intp)] = True
        return found

    def joined(self, first: Rows, second: Rows) -> Iterator[SharedText]:
        """The pairs of sections, each with all shingles that they share."""
        found = self._weighed(first, second)
        there = self._offsets.take(self._held.shingles.take(found.second))
        pairs = (column.tolist() for column in (found.keys, found.starts, found.ends, found.totals))
        for key, start, end, total in zip(*pairs, strict=True):
            own = slice(start, end)
            seeds = zip(
                found.at[own].tolist(),
                there[own].tolist(),
                found.weights[own].tolist(),
                strict=True,
            )
            yield SharedText(
                first=int(self._order[key >> 32]),
                second=int(self._order[key & 0xFFFFFFFF]),
                weight=total,
                seeds=tuple(seeds),
            )

    def _weighed(self, first: Rows, second: Rows) -> _Weighed:
        """The pairs of sections of different reports that share LEAST_WEIGHT, ascending."""
        a, b = self._held.sections.take(first), self._held.sections.take(second)
        kept = self._reports.take(a) != self._reports.take(b)
        first, second = first[kept], second[kept]
        keys = a[kept].astype(np.uint64) << np.uint64(32) | b[kept].astype(np.uint64)
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
        totals = np.add.reduceat(weights * step, starts) if len(starts) else weights
        told = totals >= LEAST_WEIGHT
        ends = np.append(starts[1:], len(at))
        return _Weighed(
            keys[starts[told]], starts[told], ends[told], totals[told], second, at, weights
        )
