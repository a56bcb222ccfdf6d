"""Stretches of a stream, as sets of offsets: joined, taken away, measured."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

Stretch = tuple[int, int]
"""A half-open range of offsets."""


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same offsets as stretches that are apart, ascending."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return tuple(found)


def size(stretches: Iterable[Stretch]) -> int:
    """How many offsets there are; the stretches are apart."""
    return sum(end - start for start, end in stretches)


def shared(left: Sequence[Stretch], right: Sequence[Stretch]) -> int:
    """How many offsets are in both; each side ascends and is apart."""
    count = i = j = 0
    while i < len(left) and j < len(right):
        count += max(0, min(left[i][1], right[j][1]) - max(left[i][0], right[j][0]))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return count


def without(whole: Iterable[Stretch], holes: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """What is left of the whole; the holes ascend and are apart."""
    found: list[Stretch] = []
    holes = joined(holes)
    starts = [start for start, _ in holes]
    for start, end in whole:
        first = max(bisect_right(starts, start) - 1, 0)
        found += _left_of(start, end, holes[first : bisect_right(starts, end)])
    return tuple(found)


def _left_of(start: int, end: int, holes: Sequence[Stretch]) -> Iterator[Stretch]:
    edges = [(start, start), *holes, (end, end)]
    for (_, before), (after, _) in pairwise(edges):
        left = max(before, start), min(after, end)
        if left[0] < left[1]:
            yield left


def holds(stretches: Sequence[Stretch], offset: int) -> bool:
    """Whether an offset is in one of the stretches, which ascend and are apart."""
    at = bisect_right(stretches, offset, key=itemgetter(0)) - 1
    return at >= 0 and offset < stretches[at][1]
