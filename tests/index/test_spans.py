"""The small sums behind matching, against the same sums done the long way."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.places import names_place, value_matches
from index.querytree import FilterValue, Text, YearRange
from index.ranking import idf, nearness, saturate
from index.spans import count_disjoint, disjoint, smallest_gap, text_spans

Spans = list[tuple[int, int]]


def spans_of(size: st.SearchStrategy[int]) -> st.SearchStrategy[Spans]:
    starts = st.sets(st.integers(0, 60), min_size=1, max_size=8)
    return st.tuples(starts, size).map(lambda made: [(at, at + made[1]) for at in sorted(made[0])])


@given(spans_of(st.integers(1, 6)), spans_of(st.integers(1, 6)))
def test_the_smallest_gap_is_that_of_the_nearest_two(left: Spans, right: Spans) -> None:
    gaps = [max(b - a_end, a - b_end, 0) for (a, a_end), (b, b_end) in product(left, right)]
    assert smallest_gap(left, right) == min(gaps)
    assert smallest_gap(left, []) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6))))
def test_disjoint_spans_are_as_many_as_fit_from_the_left(made: list[tuple[int, int]]) -> None:
    spans = [(start, start + size) for start, size in made]
    kept = disjoint(spans)
    assert set(kept) <= set(spans)
    assert all(a_end <= b for (_, a_end), (b, _) in combinations(kept, 2))
    for start, end in spans:  # nothing that would fit was left out
        assert any(a < end and start < a_end for a, a_end in kept)


@given(st.text("人民", max_size=30), st.text("人民", min_size=1, max_size=4))
def test_occurrences_are_counted_as_str_count_does(text: str, wanted: str) -> None:
    positions = [at for at in range(len(text)) if text.startswith(wanted, at)]
    assert count_disjoint(positions, len(wanted)) == text.count(wanted)


@given(st.text("人民调", max_size=30))
def test_spans_of_a_text_are_its_own_else_those_of_its_words(stream: str) -> None:
    text = Text("人民调", "人民调", quoted=False, words=("人民", "调"))
    found = text_spans(stream, text)
    if "人民调" in stream:
        assert {stream[a:b] for a, b in found} == {"人民调"}
        assert len(found) == stream.count("人民调")
    else:
        assert len(found) == stream.count("人民") + stream.count("调")


# Ranking.


@given(st.integers(1, 10**6), st.data())
def test_a_rarer_term_tells_more(n_sections: int, data: st.DataObject) -> None:
    few = data.draw(st.integers(0, n_sections))
    more = data.draw(st.integers(few, n_sections))
    assert idf(n_sections, few) >= idf(n_sections, more) >= 0


@given(st.integers(1, 1000), st.integers(0, 5000), st.floats(1, 5000))
def test_more_occurrences_and_a_shorter_text_score_more(tf: int, length: int, mean: float) -> None:
    score = saturate(tf, length, mean)
    assert 0 < score < 2.2
    assert saturate(tf + 1, length, mean) >= score
    assert saturate(tf, length + 100, mean) <= score


def test_nearer_is_better() -> None:
    assert nearness(0) > nearness(1) > nearness(100) > 0


# Places.

PATH = ("澜岳省", "云汀市", "青禾县", "荻溪镇")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("荻溪镇", True),
        ("青禾县荻溪镇", True),
        ("青禾县/荻溪镇", True),
        ("澜岳省云汀市青禾县荻溪镇", True),
        ("禾县荻溪镇", False),
        ("溪镇", False),
        ("青禾县", False),
        ("云麓区荻溪镇", False),
        ("", False),
    ],
)
def test_a_place_is_named_by_the_end_of_its_path(wanted: str, found: bool) -> None:
    assert names_place(wanted, PATH) == found
    assert names_place(wanted, (None, None, "青禾县", "荻溪镇")) == (found and "云汀" not in wanted)


@pytest.mark.parametrize(
    ("value", "wanted", "found"),
    [
        pytest.param(2023, 2023, True, id="a year"),
        pytest.param(2023, YearRange(2021, 2023), True, id="the end of a range"),
        pytest.param(2020, YearRange(2021, 2023), False, id="before a range"),
        pytest.param(2023, YearRange(None, 2022), False, id="after an open range"),
        pytest.param(2023, YearRange(2022, None), True, id="in an open range"),
        pytest.param(None, YearRange(2022, None), False, id="unknown is in no range"),
        pytest.param(None, None, True, id="unknown"),
        pytest.param(2023, None, False, id="not unknown"),
    ],
)
def test_a_year_is_matched_by_a_year_or_a_range(
    value: FilterValue, wanted: FilterValue, found: bool
) -> None:
    assert value_matches(value, (), wanted) == found
