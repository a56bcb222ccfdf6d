"""What building and merging share: numpy arrays as a segment's columns.

Only writing modules import this one: numpy takes longer to load than a query to answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np

from index.segments.format import TYPECODES, Arrays, Meta, narrowest, typed, write_segment

if TYPE_CHECKING:
    import numpy.typing as npt  # a third of what importing numpy takes

Values: TypeAlias = "npt.NDArray[Any]"
Columns = dict[str, Values]
"""Arrays of unsigned integers by their names."""
Name = TypeVar("Name", bound=Hashable)

BLOCK: Final = 64  # positions; each belongs to one section
_TYPECODE_OF: Final = {size: code for code, size in TYPECODES.items()}


def typecode(values: Values) -> str:
    """The format's typecode for an array."""
    return _TYPECODE_OF[values.dtype.itemsize]


def dtype(code: str) -> npt.DTypeLike:
    """The numpy type of a typecode."""
    return f"<u{TYPECODES[code]}"


def narrow(values: Values) -> Values:
    """The values in the narrowest type that holds them."""
    largest = int(values.max()) if len(values) else 0
    found: Values = values.astype(dtype(narrowest(largest)))
    return found


def offsets(sizes: Values) -> Values:
    """(n + 1,) int64: where each of n pieces begins that stand one after the other, and the end."""
    found = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=found[1:])
    return found


def ranges(starts: Values, sizes: Values) -> Values:
    """All numbers of the ranges that begin at `starts`, one range after the other, as int64."""
    at = offsets(sizes)
    found: Values = np.repeat(starts - at[:-1], sizes)
    found += np.arange(at[-1], dtype=np.int64)
    return found


def place_sections(lengths: Values) -> tuple[Values, Values]:
    """(where each section's positions begin and the last end, the section of each block).

    lengths are of the streams. Block 0 is nobody's, and each section has a position to spare.
    """
    blocks = lengths.astype(np.int64) // BLOCK + 1
    starts = (offsets(blocks) + 1) * BLOCK
    of_block = np.repeat(np.arange(len(lengths), dtype=np.uint32), blocks)
    return starts, np.concatenate([np.zeros(1, np.uint32), of_block])


def count_sections(sections: Values, first: Values, live: Values | None = None) -> Values:
    """In how many (live) sections each term stands.

    sections: of each posting, ascending in a term; the terms' postings begin at `first`, and each
    term has some.
    """
    if not len(sections):
        return np.zeros(len(first), np.int64)
    is_new = np.ones(len(sections), bool)
    np.not_equal(sections[1:], sections[:-1], out=is_new[1:])
    is_new[first] = True
    if live is not None:
        is_new &= live[sections]
    return np.add.reduceat(is_new, first, dtype=np.int64)


def stretches(at: Values, size: int) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of runs of terms that have some `size` postings each.

    at: (n_terms + 1,) where the terms' postings begin, and the end.
    """
    cuts = np.searchsorted(at, np.arange(size, at[-1], size))
    return pairwise(np.unique([0, *cuts.tolist(), len(at) - 1]).tolist())


def numbered(names: Iterable[Name], order: Sequence[Name]) -> Values:
    """For each name its place in the order."""
    numbers = {name: number for number, name in enumerate(order)}
    return np.fromiter(map(numbers.__getitem__, names), np.int64)


def views(columns: Columns) -> Arrays:
    """The columns as a segment's file would show them."""
    return {
        name: typed(values.data.cast("B"), typecode(values)) for name, values in columns.items()
    }


def write_columns(path: Path, columns: Columns, meta: Meta) -> None:
    """Write a whole segment. Raises OSError."""
    arrays = {name: (typecode(values), values.data) for name, values in columns.items()}
    write_segment(path, arrays, meta)
