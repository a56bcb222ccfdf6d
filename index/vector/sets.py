"""Sets of numbers as ascending arrays without duplicates: sections, or positions.

Each operation has a way for a few numbers (bisection) and one for many (a table over all sections,
or one sort); which is taken depends on the sizes alone, by what either costs.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Sections: TypeAlias = npt.NDArray[np.uint32]
"""Numbers of sections, as they are stored."""
Rows: TypeAlias = npt.NDArray[np.intp]
"""Indexes into another array, and numbers of reports."""
Positions: TypeAlias = npt.NDArray[Any]
"""Stream positions: uint32, or int64 where several segments need more."""
Mask: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]

# What one step costs in about a nanosecond, measured on x86-64; only their ratios matter.
_BISECTION: Final = 22
_TABLE: Final = 1 / 50  # per section, to clear a table of a byte each
_SORTING: Final = 3

NONE: Final[Sections] = np.empty(0, np.uint32)
NO_ROWS: Final[Rows] = np.empty(0, np.intp)


def among(numbers: Sections, others: Sections, n_sections: int) -> Mask:
    """Which of the numbers are in the other set; both are sections out of n_sections."""
    if numbers is others:
        return np.ones(len(numbers), np.bool_)
    if not len(numbers) or not len(others):
        return np.zeros(len(numbers), np.bool_)
    by_table = n_sections * _TABLE + len(numbers) + len(others)
    if min(len(numbers), len(others)) * _BISECTION > by_table:
        table = np.zeros(n_sections, np.bool_)
        table[_rows(others)] = True
        return table.take(numbers)
    if len(numbers) <= len(others):
        return bisected(numbers, others)[1]
    at, held = bisected(others, numbers)
    mask = np.zeros(len(numbers), np.bool_)
    mask[at.compress(held)] = True
    return mask


def bisected(numbers: Positions, others: Positions) -> tuple[Rows, Mask]:
    """(index in the other set, which are in it) of each number; where none is, any index.

    The other set is not empty.
    """
    at = others.searchsorted(numbers)
    return at, others.take(at, mode="clip") == numbers


def located(numbers: Sections, others: Sections, n_sections: int) -> tuple[Rows, Mask]:
    """What `bisected` gives, of sections out of n_sections."""
    if len(numbers) * _BISECTION < 2 * (len(numbers) + len(others)):
        return bisected(numbers, others)
    table = np.empty(n_sections, np.uint32)  # not cleared: what it gives is looked up
    table[_rows(others)] = np.arange(len(others), dtype=np.uint32)
    at = table.take(numbers)
    return _rows(at), others.take(at, mode="clip") == numbers


def _rows(numbers: Sections) -> Rows:
    """The numbers as numpy is quickest to write at."""
    return numbers.astype(np.intp, copy=False)


def intersection(left: Sections, right: Sections, n_sections: int) -> Sections:
    """The sections that are in both."""
    if left is right:
        return left
    fewer, more = (left, right) if len(left) <= len(right) else (right, left)
    return fewer.compress(among(fewer, more, n_sections))


def difference(left: Sections, right: Sections, n_sections: int) -> Sections:
    """The sections of the left set that are not in the right one."""
    if left is right or not len(left):
        return NONE
    if not len(right):
        return left
    return left.compress(~among(left, right, n_sections))


def union(left: Sections, right: Sections, n_sections: int) -> Sections:
    """The sections that are in either set."""
    if left is right or not len(right):
        return left
    if not len(left):
        return right
    if (len(left) + len(right)) * _SORTING > n_sections * _TABLE:
        table = np.zeros(n_sections, np.bool_)
        table[_rows(left)] = True
        table[_rows(right)] = True
        return table.nonzero()[0].astype(left.dtype)
    return distinct(np.sort(np.concatenate((left, right))))


def common(left: Positions, right: Positions) -> Positions:
    """The positions that are in both sets; both have the same dtype."""
    fewer, more = (left, right) if len(left) <= len(right) else (right, left)
    if not len(fewer):
        return fewer
    if len(fewer) * _BISECTION < (len(fewer) + len(more)) * _SORTING:
        return fewer.compress(bisected(fewer, more)[1])
    both = np.concatenate((fewer, more))
    both.sort()
    return both[:-1].compress(both[1:] == both[:-1])


def begins_run(values: npt.NDArray[Any]) -> Mask:
    """Where a value differs from the one before it."""
    begins = np.empty(len(values), np.bool_)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values of an ascending array, each once."""
    found: npt.NDArray[Any] = values.compress(begins_run(values))
    return found


def ranges(first: Rows, counts: Rows) -> Rows:
    """The numbers first[0], first[0] + 1, … (counts[0] of them), then those of first[1], …"""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    found: Rows = (first - ends + counts).repeat(counts) + np.arange(total)
    return found


def owned_bytes(*arrays: npt.NDArray[Any]) -> int:
    """What arrays take in memory; one that looks into the mapped file takes nothing."""
    return sum(array.nbytes for array in arrays if not _is_mapped(array))


def _is_mapped(array: np.ndarray[Any, Any]) -> bool:
    base: object = array
    while isinstance(base, np.ndarray):
        array, base = base, base.base
    return base is not None
