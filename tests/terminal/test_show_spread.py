"""A spread on a terminal: every column under its head, every list with what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.chart import spread_chart
from search.spread import Order, Spread
from terminal.lines import FAINT, Line, width
from terminal.show_spread import bar, show_spread
from tests.spreads import county_of, mention, spread_of_counties, year

GREEN = county_of("青禾县", year(2021, 1, 4), year(2022, 0, 1), year(2023, 3, 4))
CITY = county_of(None, year(2021, 0, 1), year(2023, 11, 12))
SILENT = county_of("云麓区", year(2021, 0, 2))
WITHOUT = (
    ("澜岳省", "云汀市", "云麓区", "听松街道"),
    ("澜岳省", "云汀市", "云麓区", "麦川乡"),
    ("澜岳省", "云汀市", None, "荻溪镇"),
)


def shown(spread: Spread) -> list[str]:
    return ["".join(piece.text for piece in line).rstrip() for line in show_spread(spread)]


WHOLE = """\
Filters: part:plans
15 of 24 reports mention it, of 15 of 18 townships
First in 2021:
   青禾县荻溪镇  day of issue unknown  青禾县荻溪镇-2021#1.2

Year   Reports  Townships  New  # mention it, . do not
2021*    1 / 7      1 / 7    1  ###.................
2022*    0 / 1      0 / 1    0  ....................
2023   14 / 16    14 / 16   14  ##################..

County  First  Reports  Townships
青禾县   2021    4 / 9      4 / 4
云汀市   2023  11 / 13    11 / 12

3 of 18 townships never mention it:
   云麓区  听松街道, 麦川乡
   云汀市  荻溪镇

Counted is only what is indexed here: 24 reports of 18 townships, 2021–2023.
* Marked years: less than half as many townships have a report as in the best year (16). \
A rise or fall there may be one of the sample.
Not mentioning it does not mean not doing it.
Not counted: 2 reports that mention it, of unknown years.
Not counted: 1 report that mentions it, from an unknown place.
Not counted: 3 papers that mention it and are no township's annual reports."""


def whole() -> Spread:
    spread = spread_of_counties(GREEN, CITY, SILENT, filters=("part:plans",), without=WITHOUT)
    return replace(spread, is_narrowed=False, unknown_years=2, unknown_places=1, other_papers=3)


def test_a_whole_spread() -> None:
    assert shown(whole()) == WHOLE.splitlines()


@pytest.mark.usefixtures("chinese")
def test_columns_are_aligned_in_chinese() -> None:
    lines = shown(whole())
    at = next(n for n, line in enumerate(lines) if line.startswith("年度"))
    columns = [width(line) - width(line.split()[-1]) for line in lines[at + 1 : at + 4]]
    assert len({*columns}) == 1
    counties = lines[at + 5 : at + 8]
    assert len({width(line) for line in counties}) == 1


def test_few_years_are_marked_without_colour_and_with() -> None:
    lines: list[Line] = [*show_spread(whole())]
    (marked,) = [line for line in lines if line and line[0].text.startswith("2022")]
    assert marked[0].text.startswith("2022*")
    assert marked[-1].style == FAINT


def test_nothing_found_still_tells_where_it_was_looked() -> None:
    lines = shown(spread_of_counties(county_of("青禾县", year(2021, 0, 4))))
    assert lines[0] == "None of 4 reports mentions it."
    assert "2021    0 / 4      0 / 4    0  ...................." in lines
    assert "Counted is only what is indexed here: 4 reports of 4 townships, 2021." in lines
    assert not any(line.startswith("County") for line in lines)


def test_nothing_indexed_has_no_table() -> None:
    assert shown(spread_of_counties())[:3] == [
        "None of 0 reports mentions it.",
        "",
        "The index holds no annual report of a township with its year and place.",
    ]


def test_long_lists_are_cut_and_say_so() -> None:
    places = [("澜岳省", "云汀市", "青禾县", f"{n}镇") for n in range(23)]
    counties = [county_of(f"{n}县", year(2021, 1, 1)) for n in range(25)]
    spread = spread_of_counties(*counties, GREEN, without=tuple(places))
    first = tuple(mention(2021, place, "2022-01-31") for place in places)
    lines = shown(replace(spread, first=first, order=Order.ISSUED))
    assert lines[1] == "First in 2021, by the day of issue:"
    assert lines[2] == "   青禾县0镇  issued 2022-01-31  青禾县0镇-2021#1.2"
    assert lines[12] == "   … and 13 more: --json"
    assert lines.count("   … and 6 more: --json") == 1  # of 26 counties
    assert lines[lines.index("23 of 29 townships never mention it:") + 1].endswith("19镇")
    assert "   … and 3 more: --json" in lines


@pytest.mark.parametrize(
    ("county", "said"),
    [
        pytest.param(None, "云汀市荻溪镇", id="in a city without counties"),
        pytest.param("青禾县", "云汀市青禾县荻溪镇", id="in one of two counties of one name"),
    ],
)
def test_the_first_are_told_with_what_tells_them_apart(county: str | None, said: str) -> None:
    own = county_of(county, year(2021, 1, 1))
    namesake = GREEN._replace(places=("澜岳省", "澹州市", "青禾县"))
    first = mention(2021, ("澜岳省", "云汀市", county, "荻溪镇"), "2022-01-31")
    lines = shown(replace(spread_of_counties(own, namesake), first=(first,)))
    assert lines[2].startswith(f"   {said}  issued 2022-01-31")


def test_unknown_order_is_said() -> None:
    spread = replace(whole(), order=Order.UNKNOWN)
    assert "First in 2021; days of issue are missing, any of these may be first:" in shown(spread)


def test_names_cannot_steer_the_terminal() -> None:
    evil = "青\x1b[2J\u202e县"
    county = county_of(evil, year(2021, 1, 2))
    without = ((None, None, evil, "镇\x07\n"), ("澜岳省", "云汀市", evil, "镇\x9b"))
    spread = spread_of_counties(county, filters=(evil,), without=without[1:], query=evil)
    assert all(line.isprintable() for line in shown(spread))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
@example(999, 1000)
@example(1, 1000)
def test_a_bar_is_full_or_empty_only_where_the_part_is(part: int, whole: int) -> None:
    part = min(part, whole)
    drawn = bar(part, whole)
    assert len(drawn) == 20
    assert (set(drawn) == {"#"}) == (part == whole)
    assert (set(drawn) == {"."}) == (part == 0)
    assert abs(drawn.count("#") / 20 - part / whole) <= 1 / 20


def test_no_reports_is_no_bar() -> None:
    assert bar(0, 0) == ""


LARGE = county_of("青禾县", year(2021, 1200, 5000), year(2022, 0, 1001), year(2023, 15000, 16000))


@pytest.mark.parametrize("draw", [lambda spread: "\n".join(shown(spread)), spread_chart])
def test_numbers_have_a_comma_between_thousands(draw: Callable[[Spread], str]) -> None:
    unknown = {"unknown_years": 1000, "unknown_places": 1000, "other_papers": 1000}
    said = draw(replace(spread_of_counties(LARGE, CITY, SILENT, without=WITHOUT), **unknown))  # type: ignore[arg-type]
    said = re.sub(r'"[^"]*"|<style>[^<]*', "", said)  # of a picture: its measures and its style
    assert "16,211" in said
    assert {*re.findall(r"[0-9]{4,}", said)} <= {"2021", "2022", "2023"}
