"""Lists of ascending numbers packed, many at a time; see `index.segments.unpacking`."""

from __future__ import annotations

import numpy as np

from index.segments.columns import Columns, Values, narrow, offsets, ranges
from index.segments.unpacking import SKIPS, UNIT


def unpack_array(units: memoryview, width: int, count: int) -> Values:
    """(count,) uint32: the numbers of one list."""
    packed = np.asarray(units)
    if width == UNIT:
        return packed
    gaps = packed.view(f"<u{width}")
    numbers = gaps.cumsum(dtype=np.uint32)
    return numbers if len(gaps) == count else numbers.compress(gaps != SKIPS[width])


def packed_columns(name: str, numbers: Values, first: Values) -> Columns:
    """The columns of lists of ascending numbers: `name`, and where and how wide each list is."""
    term = name.split(".")[0]
    units, at, widths = pack_lists(numbers, first)
    return {name: units, f"{term}.packed": narrow(at), f"{term}.width": widths}


def pack_lists(numbers: Values, first: Values) -> tuple[Values, Values, Values]:
    """Pack lists that stand one after the other; numbers[first[i]:first[i + 1]] is a list.

    Returns ((u,) uint32 units, (n + 1,) int64 where each list begins in them, (n,) uint8 widths).
    """
    counts = np.diff(first)
    gaps = numbers.astype(np.int64)
    gaps[1:] -= numbers[:-1]
    begins = first[:-1][counts > 0]
    gaps[begins] = numbers[begins]
    sizes = {UNIT: counts}
    for width, skip in SKIPS.items():
        entries = offsets(gaps // skip)[first]
        sizes[width] = -(-(counts + np.diff(entries)) * width // UNIT)
    order = sorted(sizes, reverse=True)  # of equal ones the widest: it is read as it stands
    widths = np.array(order)[np.argmin([sizes[width] for width in order], axis=0)]
    at = offsets(
        np.choose(np.searchsorted(sorted(sizes), widths), [sizes[w] for w in sorted(sizes)])
    )
    packed = np.full(at[-1] * UNIT, 0xFF, np.uint8)
    for width in sizes:
        _put(packed, width, np.repeat(widths == width, counts), numbers, gaps, first, at)
    return packed.view("<u4"), at, widths.astype(np.uint8)


def _put(
    packed: Values,
    width: int,
    wanted: Values,
    numbers: Values,
    gaps: Values,
    first: Values,
    at: Values,
) -> None:
    """Write the numbers of the lists of one width to where these begin."""
    if not wanted.any():
        return
    begins = np.repeat(at[:-1] * (UNIT // width), np.diff(first))[wanted]
    if width == UNIT:
        within = (np.arange(len(numbers)) - np.repeat(first[:-1], np.diff(first)))[wanted]
        packed.view("<u4")[begins + within] = numbers[wanted]
        return
    skip = SKIPS[width]
    entries = offsets(1 + gaps // skip)
    within = (entries[1:] - 1 - np.repeat(entries[first[:-1]], np.diff(first)))[wanted]
    packed.view(f"<u{width}")[begins + within] = gaps[wanted] % skip


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
