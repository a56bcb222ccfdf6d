"""Where numbers of a query stand only as parts of longer numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from index.vector.operands import Operand
from index.vector.postings import Postings
from index.vector.sets import Mask, Positions, common

_NUMERIC: Final = "0123456789."


def parts_of_numbers(postings: Postings, operands: Sequence[Operand], n: int) -> Mask:
    """(n,) in which sections found some text of the query only stands inside longer numbers."""
    parts = np.zeros(n, np.bool_)
    for operand in operands:
        stream = operand.stream
        if stream == operand.text.stream and (stream[0] in _NUMERIC or stream[-1] in _NUMERIC):
            positions = operand.positions
            inside = np.zeros(len(positions), np.bool_)
            for held in _inside(postings, stream, positions):
                inside[positions.searchsorted(held)] = True
            first = operand.counts.cumsum() - operand.counts
            parts[operand.rows.compress(np.logical_and.reduceat(inside, first))] = True
    return parts


def _inside(postings: Postings, stream: str, positions: Positions) -> Iterator[Positions]:
    """Those of the positions at which a digit stands before the stream, then behind it."""
    one, back = positions.dtype.type(1), positions.dtype.type(len(stream) - 1)
    for digit in _NUMERIC:
        if stream[0].isdigit():
            yield common(positions - one, postings.positions(digit + stream[0])) + one
        if stream[-1].isdigit():
            yield common(positions + back, postings.positions(stream[-1] + digit)) - back
