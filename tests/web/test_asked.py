"""An address and the search that it asks for say the same."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from index.engine import Sort
from index.errors import BadFilter, UserError
from index.querytree import Field, Filter, YearRange
from web.asked import DEEPEST, LONGEST_QUERY, MOST, MOST_VALUES, Asked, read_asked


def read(address: str) -> Asked:
    return read_asked(QueryParams(parse_qsl(urlsplit(address).query, keep_blank_values=True)))


def test_everything_in_an_address_is_read() -> None:
    asked = read(
        "/search?q=枫桥经验 2024&within=网格员&year=2023&year=2024&county=云汀市/青禾县"
        "&not=part:plans&exact=1&literal=true&synonyms=1&sort=year&by=report&page=3&limit=20"
    )
    assert asked == Asked(
        query="枫桥经验 2024",
        within=("网格员",),
        chosen={Field.YEAR: ("2023", "2024"), Field.COUNTY: ("云汀市/青禾县",)},
        excluded={Field.PART: ("plans",)},
        exact=True,
        literal=True,
        synonyms=True,
        sort=Sort.YEAR,
        by_report=True,
        page=3,
        limit=20,
    )


_TYPED = st.text(min_size=1, max_size=8).filter(str.strip)
_VALUES = st.dictionaries(
    st.sampled_from([*Field]), st.lists(_TYPED, min_size=1, max_size=3, unique=True).map(tuple)
)


@given(
    st.builds(
        Asked,
        query=st.text(max_size=10),
        within=st.lists(_TYPED, max_size=3, unique=True).map(tuple),
        chosen=_VALUES,
        excluded=_VALUES,
        exact=st.booleans(),
        sort=st.sampled_from([*Sort]),
        by_report=st.booleans(),
        page=st.integers(1, 100),
        limit=st.integers(1, MOST),
    )
)
def test_an_address_leads_back_to_its_search(asked: Asked) -> None:
    assert read(asked.url()) == asked


@pytest.mark.parametrize(
    ("address", "named"),
    [
        pytest.param("/search?page=0", "page", id="page 0"),
        pytest.param("/search?page=-1", "page", id="negative"),
        pytest.param("/search?page=2e3", "page", id="no number"),
        pytest.param("/search?page=１", "page", id="full-width figures"),
        pytest.param(f"/search?page={DEEPEST // 10 + 1}", "page", id="too deep"),
        pytest.param("/search?limit=0", "limit", id="every hit"),
        pytest.param(f"/search?limit={MOST + 1}", "limit", id="too many"),
        pytest.param("/search?sort=size", "sort", id="unknown order"),
        pytest.param("/search?by=township", "by", id="unknown unit"),
        pytest.param("/search?exact=yes", "exact", id="no switch"),
        pytest.param("/search?not=plans", "not", id="excluded without a field"),
        pytest.param("/search?not=colour:red", "not", id="excluded by an unknown field"),
        pytest.param(
            "/search?" + "".join(f"year={n}&county=c{n}&" for n in range(MOST_VALUES // 2 + 1)),
            "year",
            id="too many values of all fields",
        ),
        pytest.param(
            "/search?" + "".join(f"not=county:c{n}&" for n in range(MOST_VALUES + 1)),
            "county",
            id="too many values left out",
        ),
    ],
)
def test_a_bad_value_is_told_by_its_name(address: str, named: str) -> None:
    with pytest.raises(BadFilter) as found:
        read(address)
    assert found.value.flag == named


def test_empty_values_are_as_if_not_there() -> None:
    assert read("/search?q=&year=&township= &within=&page=&sort=") == Asked()


def test_a_range_of_two_fields_is_a_year() -> None:
    asked = read("/search?year_from=2021&year_to=2023")
    assert asked.filters == (Filter(Field.YEAR, (YearRange(2021, 2023),)),)
    assert "year=2021..2023" in asked.url()
    assert read("/search?year_from=2021").filters == (Filter(Field.YEAR, (YearRange(2021, None),)),)


def test_choosing_and_letting_go() -> None:
    asked = Asked("调解", page=4).choosing(Field.PART, "plans")
    assert (asked.page, asked.chosen) == (1, {Field.PART: ("plans",)})
    assert asked.choosing(Field.PART, "plans") == asked
    assert asked.not_choosing(Field.PART, "plans") == Asked("调解")
    both = asked.choosing(Field.PART, "problems")
    assert both.chosen == {Field.PART: ("plans", "problems")}
    assert both.not_choosing(Field.PART, "plans").chosen == {Field.PART: ("problems",)}


def test_a_value_is_either_chosen_or_excluded() -> None:
    chosen = Asked().choosing(Field.PART, "plans")
    excluded = chosen.excluding(Field.PART, "plans")
    assert (excluded.chosen, excluded.excluded) == ({}, {Field.PART: ("plans",)})
    assert excluded.choosing(Field.PART, "plans") == chosen
    assert excluded.not_excluding(Field.PART, "plans") == Asked()


def test_a_place_takes_the_place_of_those_at_other_levels() -> None:
    county = Asked().choosing(Field.COUNTY, "青禾县")
    township = county.choosing(Field.TOWNSHIP, "槿岭镇", drop=[Field.COUNTY])
    assert township.chosen == {Field.TOWNSHIP: ("槿岭镇",)}


def test_a_query_is_as_long_as_addresses_can_repeat() -> None:
    assert len(read("/search?q=" + "调" * LONGEST_QUERY).query) == LONGEST_QUERY
    for address in (
        "/search?q=" + "调" * (LONGEST_QUERY + 1),
        "/search?q=" + "调" * LONGEST_QUERY + "&within=a",
    ):
        with pytest.raises(UserError, match="1,001 characters"):
            read(address)
