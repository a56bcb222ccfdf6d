"""Lists of ascending numbers packed, many at a time; see `index.segments.unpacking`."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from index.segments.columns import Columns, Values, narrow, offsets, ranges
from index.segments.unpacking import SKIPS, UNIT

_FEW: Final = 64  # skips that are cut out one by one: most are the first and the last of a list


def unpack_array(units: memoryview, width: int, count: int) -> Values:
    """(count,) uint32: the numbers of one list."""
    packed = np.asarray(units)
    if width == UNIT:
        return packed
    gaps = packed.view(f"<u{width}")
    numbers = gaps.cumsum(dtype=np.uint32)
    if len(gaps) == count:
        return numbers
    if len(gaps) - count > _FEW:
        return numbers.compress(gaps != SKIPS[width])
    skips = (gaps == SKIPS[width]).nonzero()[0].tolist()
    edges = pairwise([-1, *skips, len(gaps)])
    parts = [numbers[before + 1 : skip] for before, skip in edges if before + 1 < skip]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def packed_columns(name: str, numbers: Values, first: Values) -> Columns:
    """The columns of lists of ascending numbers: `name`, and where and how wide each list is."""
    term = name.split(".")[0]
    units, at, widths = pack_lists(numbers, first)
    return {name: units, f"{term}.packed": narrow(at), f"{term}.width": widths}


def pack_lists(numbers: Values, first: Values) -> tuple[Values, Values, Values]:
    """Pack lists that stand one after the other; numbers[first[i]:first[i + 1]] is a list.

    Returns ((u,) uint32 units, (n + 1,) int64 where each list begins in them, (n,) uint8 widths).
    """
    numbers = numbers.astype(np.uint32, copy=False)
    counts = np.diff(first)
    widths = _choose_widths(numbers, first)
    sizes, narrow_lists = counts.copy(), []
    for width in SKIPS:
        lists = np.flatnonzero(widths == width)
        if len(lists):
            found = _Narrow(width, _gaps(numbers, first[lists], counts[lists]), counts[lists])
            sizes[lists] = found.units
            narrow_lists.append((lists, found))
    at = offsets(sizes)
    packed = np.full(at[-1], 0xFFFFFFFF, "<u4")
    wide = np.flatnonzero(widths == UNIT)
    packed[ranges(at[wide], counts[wide])] = numbers[ranges(first[wide], counts[wide])]
    for lists, found in narrow_lists:
        found.put(packed, at[lists])
    return packed, at, widths


def _choose_widths(numbers: Values, first: Values) -> Values:
    """(n,) uint8: for each list the width that takes least, by its length and largest number.

    A list takes at most as many skips as lead from 0 to its largest number.
    """
    counts = np.diff(first)
    largest = np.zeros(len(counts), np.int64)
    largest[counts > 0] = numbers[first[1:][counts > 0] - 1]
    widths, least = np.full(len(counts), UNIT, np.uint8), counts
    for width in sorted(SKIPS, reverse=True):
        units = -(-(counts + largest // SKIPS[width]) * width // UNIT)
        widths[units < least] = width
        least = np.minimum(units, least)
    return widths


def _gaps(numbers: Values, first: Values, counts: Values) -> Values:
    """uint32: the numbers of some lists, none empty, as distances from the one before."""
    where = ranges(first, counts)
    gaps: Values = numbers[where]
    gaps[1:] -= numbers[where[:-1]]
    begins = offsets(counts)[:-1]
    gaps[begins] = numbers[first]
    return gaps


class _Narrow:
    """Lists that are packed in one width of less than a unit; none of them is empty."""

    def __init__(self, width: int, gaps: Values, counts: Values) -> None:
        self._width, self._counts = width, counts
        skips = gaps // np.uint32(SKIPS[width])
        self._rests = (gaps - skips * np.uint32(SKIPS[width])).astype(f"<u{width}")
        self._ends = np.cumsum(skips + np.uint32(1), dtype=np.int64)
        ends = self._ends[offsets(counts)[1:] - 1]
        self._begins = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        self.units = -(-(ends - self._begins) * width // UNIT)

    def put(self, packed: Values, at: Values) -> None:
        """Write the lists to where they begin among the units, which are full of skips."""
        per_unit = UNIT // self._width
        shifts = np.repeat(at * per_unit - self._begins - 1, self._counts)
        packed.view(f"<u{self._width}")[self._ends + shifts] = self._rests


def unpack_lists(units: Values, at: Values, widths: Values, first: Values) -> Values:
    """(first[-1] - first[0],) uint32: the numbers of lists that stand one after the other.

    at, first: (n + 1,) where a list begins in the units, and its numbers among all numbers.
    """
    at, first = at - at[0], first - first[0]
    found = np.empty(first[-1], np.uint32)
    for width in (*SKIPS, UNIT):
        lists = np.flatnonzero(widths == width)
        if not len(lists):
            continue
        per_unit = UNIT // width
        sizes = (at[lists + 1] - at[lists]) * per_unit
        entries = units.view(f"<u{width}")[ranges(at[lists] * per_unit, sizes)]
        if width != UNIT:
            skip, running = SKIPS[width], offsets(entries)
            before = np.repeat(running[offsets(sizes)[:-1]], sizes)
            entries = (running[1:] - before)[entries != skip]
        found[ranges(first[lists], first[lists + 1] - first[lists])] = entries
    return found
