"""How many of many spans do not overlap, counted from the left."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.vector.sets import Positions, Rows

_FEW: Final = 32
_LONG: Final = 100


def may_meet(one: str, other: str) -> bool:
    """Whether two occurrences of the streams can share a character (of one stream: overlap)."""
    if one != other and set(one).isdisjoint(other):
        return False
    if len(one) + len(other) > _LONG:
        return True  # to find out would take longer than to count with care
    return _can_share(one, other)


@lru_cache(1 << 12)
def _can_share(one: str, other: str) -> bool:
    if one == other:
        return any(one.startswith(one[n:]) for n in range(1, len(one)))
    sizes = range(1, min(len(one), len(other)))
    ends = any(one.endswith(other[:n]) or other.endswith(one[:n]) for n in sizes)
    return ends or one in other or other in one


def count_disjoint(starts: Positions, sizes: npt.NDArray[Any]) -> int:
    """How many spans `index.spans.disjoint` keeps: (n,) ascending, the longest first at a start."""
    if not len(starts):
        return 0
    ends = starts + sizes.astype(starts.dtype)
    begins = np.ones(len(starts), np.bool_)
    begins[1:] = starts[1:] >= np.maximum.accumulate(ends)[:-1]
    heads = begins.nonzero()[0]  # a cluster: spans that hang together by overlaps
    tails = np.append(heads[1:], len(starts))
    long = tails - heads > 2  # of two the first one is kept
    n_short = len(heads) - int(np.count_nonzero(long))
    return n_short + _count_chains(starts, ends, heads.compress(long), tails.compress(long))


def _count_chains(starts: Positions, ends: Positions, at: Rows, tails: Rows) -> int:
    """How many spans are kept of the clusters from `at` to `tails`: a step in each at a time."""
    count = 0
    while len(at) > _FEW:
        count += len(at)
        at = starts.searchsorted(ends.take(at))
        inside = at < tails
        at, tails = at.compress(inside), tails.compress(inside)
    for first, last in zip(at.tolist(), tails.tolist(), strict=True):
        count += _count_chain(starts[first:last], ends[first:last])
    return count


def _count_chain(starts: Positions, ends: Positions) -> int:
    """How many spans are kept of one cluster."""
    following = starts.searchsorted(ends).tolist()
    count = at = 0
    while at < len(following):
        count += 1
        at = following[at]
    return count
