"""Ascending numbers as the gaps between them, each list in the narrowest width that pays.

A list is packed into whole units of four bytes. With width 4 it is the numbers themselves; with
width 1 or 2 it is each number's distance from the one before, the first's from 0. A distance that
a width cannot hold is led up to by as many *skips*: the largest value of the width, which moves on
by so much and stands for no number. Skips also fill the last unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, compress
from typing import Final, Literal

UNIT: Final = 4
SKIPS: Final = {1: 0xFF, 2: 0xFFFF}
_CODES: Final[dict[int, Literal["B", "H"]]] = {1: "B", 2: "H"}


def unpack(units: memoryview, width: int, count: int) -> Sequence[int]:
    """The numbers of one list; units of typecode I. Nothing is copied where width is 4."""
    if width == UNIT:
        return units
    gaps = units.cast("B").cast(_CODES[width])
    numbers: Iterable[int] = accumulate(gaps)
    if len(gaps) != count:
        skip = SKIPS[width]
        numbers = compress(numbers, [gap != skip for gap in gaps])
    return list(numbers)
