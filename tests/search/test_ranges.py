"""Ranges are sets of offsets: every answer is that of sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.ranges import Range, holds, joined, shared, size, without

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def offsets(ranges: object) -> set[int]:
    assert isinstance(ranges, (list, tuple))
    return {at for start, end in ranges for at in range(start, end)}


def are_apart(ranges: tuple[Range, ...]) -> bool:
    edges = [edge for each in ranges for edge in each]
    return edges == sorted(set(edges))


@given(RANGES, RANGES)
def test_ranges_answer_as_sets_of_offsets_do(some: list[Range], others: list[Range]) -> None:
    left, right = joined(some), joined(others)
    assert offsets(left) == offsets(some)
    assert are_apart(left)
    assert size(left) == len(offsets(some))
    assert shared(left, right) == len(offsets(some) & offsets(others))
    assert offsets(without(left, others)) == offsets(some) - offsets(others)
    assert {at for at in range(32) if holds(left, at)} == offsets(some)
