"""Sets of offsets as ranges: joined, taken away, measured."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

Range = tuple[int, int]
"""Half-open."""


def joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same offsets as ranges that are apart, ascending."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return tuple(found)


def size(ranges: Iterable[Range]) -> int:
    """How many offsets there are; the ranges are apart."""
    return sum(end - start for start, end in ranges)


def shared(left: Sequence[Range], right: Sequence[Range]) -> int:
    """How many offsets are in both; each side ascends and is apart."""
    count = i = j = 0
    while i < len(left) and j < len(right):
        count += max(0, min(left[i][1], right[j][1]) - max(left[i][0], right[j][0]))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return count


def without(whole: Iterable[Range], holes: Iterable[Range]) -> tuple[Range, ...]:
    """What is left of the whole, in its order."""
    found: list[Range] = []
    holes = joined(holes)
    for start, end in whole:
        first = max(bisect_right(holes, start, key=itemgetter(0)) - 1, 0)
        last = bisect_right(holes, end, key=itemgetter(0))
        found += _left_of(start, end, holes[first:last])
    return tuple(found)


def _left_of(start: int, end: int, holes: Sequence[Range]) -> Iterator[Range]:
    edges = [(start, start), *holes, (end, end)]
    for (_, before), (after, _) in pairwise(edges):
        left = max(before, start), min(after, end)
        if left[0] < left[1]:
            yield left


def holds(ranges: Sequence[Range], offset: int) -> bool:
    """Whether an offset is in one of the ranges, which ascend and are apart."""
    at = bisect_right(ranges, offset, key=itemgetter(0)) - 1
    return at >= 0 and offset < ranges[at][1]
