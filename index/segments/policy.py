"""Which segments of an index are merged when a batch is written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import inf
from typing import Final, NamedTuple

from index.segments.format import MOST_POSITIONS, MOST_TOPICS
from index.segments.segment import Segment

RATIO: Final = 2
"""A segment stays for itself while it is at least so many times what comes after it. So there are
at most log₃ of them, and each report is written 2.6 times while 30 batches are added."""


SETTLED: Final = inf


class Run(NamedTuple):
    """Segments, by their indexes, of which the next commit has one; anew: it must be written."""

    members: tuple[int, ...]
    anew: bool


def plan_merges(segments: Sequence[Segment], ratio: float = RATIO) -> list[Run]:
    """The segments of the next commit, made of these (older ones first), in their order.

    Those of which nothing is left are not among them. With SETTLED as ratio as few as can be.
    """
    left = [n for n, segment in enumerate(segments) if _live_weight(segment)]
    first = len(left) - 1
    while first > 0:
        later = [segments[n] for n in left[first:]]
        if not _belongs(segments[left[first - 1]], later, ratio):
            break
        first -= 1
    tail = left[max(first, 0) :]
    runs = [Run((n,), _is_sparse(segments[n])) for n in left[: max(first, 0)]]
    if tail:
        runs.append(Run(tuple(tail), len(tail) > 1 or _is_sparse(segments[tail[0]])))
    return runs


def _belongs(segment: Segment, later: Sequence[Segment], ratio: float) -> bool:
    """Whether a segment should become one with all that come after it, and can."""
    if _live_weight(segment) >= ratio * sum(map(_live_weight, later)):
        return False
    together = [segment, *later]
    topics = set(chain.from_iterable(each.meta["topics"] for each in together))
    return sum(e.space for e in together) <= MOST_POSITIONS and len(topics) <= MOST_TOPICS


def _live_weight(segment: Segment) -> int:
    """What merging costs: reports and sections that are not deleted."""
    return segment.n_reports - len(segment.deleted_reports) + segment.live_sections


def _is_sparse(segment: Segment) -> bool:
    """Whether more of the segment is deleted than left."""
    return 2 * _live_weight(segment) < segment.n_reports + segment.n_sections
