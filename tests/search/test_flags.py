"""Flags: the same values as in a query, but a wrong one is an error that tells the right ones."""

from __future__ import annotations

import pytest

from index.errors import BadFilter
from index.querytree import Field, Filter, FilterValue, YearRange
from search.flags import read_facets, read_flags


@pytest.mark.parametrize(
    ("field", "typed", "values"),
    [
        (Field.YEAR, ["2024"], (2024,)),
        (Field.YEAR, ["２０２４", "2021..2022"], (2024, YearRange(2021, 2022))),
        (Field.YEAR, ["2021.."], (YearRange(2021, None),)),
        (Field.YEAR, ["unknown"], (None,)),
        (Field.YEAR, ["未知"], (None,)),
        (Field.PART, ["problems", "计划"], ("problems", "plans")),
        (Field.LEVEL, ["county"], ("county",)),
        (Field.TOWNSHIP, ["青禾縣荻溪鎮"], ("青禾县荻溪镇",)),
        (Field.TOPIC, ["行政执法"], ("行政执法",)),
    ],
)
def test_flags_are_read(field: Field, typed: list[str], values: tuple[FilterValue, ...]) -> None:
    assert read_flags({field: typed}) == (Filter(field, values),)


@pytest.mark.parametrize(
    ("field", "typed", "known"),
    [
        (Field.YEAR, "soon", "2021..2023"),
        (Field.YEAR, "24", "2024"),
        (Field.YEAR, "..", "2021.."),
        (Field.PART, "nope", "problems"),
        (Field.LEVEL, "nope", "township"),
        (Field.TOWNSHIP, " “” ", ""),
    ],
)
def test_a_wrong_value_is_told_with_the_right_ones(field: Field, typed: str, known: str) -> None:
    with pytest.raises(BadFilter) as error:
        read_flags({field: ["2024" if field is Field.YEAR else "其他", typed]})
    assert f"--{field}" in str(error.value)
    assert known in error.value.hint


def test_a_field_without_values_is_no_filter() -> None:
    assert read_flags({Field.YEAR: [], Field.PART: ["plans"]}) == (Filter(Field.PART, ("plans",)),)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("", ()),
        ("year", (Field.YEAR,)),
        (" part，year, ", (Field.PART, Field.YEAR)),
    ],
)
def test_facets_are_a_list(typed: str, fields: tuple[Field, ...]) -> None:
    assert read_facets(typed) == fields


def test_an_unknown_facet_is_told() -> None:
    with pytest.raises(BadFilter) as error:
        read_facets("year,month")
    assert (error.value.value, error.value.known) == ("month", tuple(Field))
