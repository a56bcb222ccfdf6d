"""Lists of ascending numbers come back as they were, in fewer bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.segments.packing import pack_lists, unpack_array, unpack_lists
from index.segments.unpacking import unpack

_NUMBERS = st.one_of(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2000),
    st.sampled_from([0, 254, 255, 256, 510, 65534, 65535, 65536, 131070, 2**32 - 1]),
)
_DENSE = st.builds(
    lambda start, size: {*range(start, start + size)}, st.integers(0, 99), st.integers(0, 99)
)
LISTS = st.lists(st.one_of(st.sets(_NUMBERS, max_size=12), _DENSE).map(sorted), max_size=8)


@given(LISTS, st.integers(0, 3))
def test_what_was_packed_comes_back(lists: list[list[int]], skipped: int) -> None:
    first = np.cumsum([0, *map(len, lists)])
    numbers = np.array([n for each in lists for n in each], np.uint32)
    units, at, widths = pack_lists(numbers, first)
    assert units.dtype == np.uint32
    for i, wanted in enumerate(lists):
        own, width = units.data[at[i] : at[i + 1]], int(widths[i])
        assert [*unpack(own, width, len(wanted))] == wanted
        assert unpack_array(own, width, len(wanted)).tolist() == wanted
    assert unpack_lists(units, at, widths, first).tolist() == numbers.tolist()
    some = min(skipped, len(lists))  # and those from some list on
    rest = unpack_lists(units[at[some] :], at[some:], widths[some:], first[some:])
    assert rest.tolist() == numbers[first[some] :].tolist()


@given(LISTS)
def test_packed_lists_are_never_longer_than_the_numbers(lists: list[list[int]]) -> None:
    first = np.cumsum([0, *map(len, lists)])
    numbers = np.array([n for each in lists for n in each], np.uint32)
    units, at, _widths = pack_lists(numbers, first)
    assert len(units) == at[-1]
    assert (np.diff(at) <= np.diff(first)).all()


def test_small_gaps_take_a_byte_and_middling_ones_two() -> None:
    numbers = np.array([*range(0, 4000, 40), *range(0, 4_000_000, 40_000), 1 << 30], np.uint32)
    _units, at, widths = pack_lists(numbers, np.array([0, 100, 200, 201]))
    assert widths.tolist() == [1, 2, 4]
    assert np.diff(at).tolist() == [25, 50, 1]
