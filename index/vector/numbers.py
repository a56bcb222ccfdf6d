"""Where numbers of a query stand only as parts of longer numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from index.querytree import Text
from index.vector.operands import stands_in
from index.vector.postings import Postings
from index.vector.sets import Mask, Positions, Sections, common

NUMERIC: Final = "0123456789."


def numeric_texts(texts: Sequence[Text]) -> list[Text]:
    """The texts that begin or end with a number."""
    return [text for text in texts if text.stream[0] in NUMERIC or text.stream[-1] in NUMERIC]


def parts_of_numbers(postings: Postings, texts: Sequence[Text], sections: Sections) -> Mask:
    """(n,) in which sections some text only stands inside longer numbers."""
    parts = np.zeros(len(sections), np.bool_)
    for text in texts:
        found = stands_in(postings, text, text.stream, sections)
        if len(found.rows):
            positions, counts = found.positions, found.counts
            inside = np.zeros(len(positions), np.bool_)
            for held in _inside(postings, text.stream, positions):
                inside[positions.searchsorted(held)] = True
            all_inside = np.logical_and.reduceat(inside, counts.cumsum() - counts)
            parts[found.rows.compress(all_inside)] = True
    return parts


def _inside(postings: Postings, stream: str, positions: Positions) -> Iterator[Positions]:
    """Those of the positions at which a digit stands before the stream, then behind it."""
    one, back = positions.dtype.type(1), positions.dtype.type(len(stream) - 1)
    for digit in NUMERIC:
        if stream[0].isdigit():
            yield common(positions - one, postings.positions(digit + stream[0])) + one
        if stream[-1].isdigit():
            yield common(positions + back, postings.positions(stream[-1] + digit)) - back
