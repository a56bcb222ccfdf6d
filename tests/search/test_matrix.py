"""Townships by years: every count against what a reader with the list of reports would count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import Engine
from index.errors import UserError
from index.gazetteer import load
from index.model import Kind, Level, Place, Report
from index.places import Places
from index.querytree import Field, Filter, YearRange
from index.whoosh_engine import WhooshEngine
from search import matrix as matrix_module
from search.flags import read_flags
from search.matrix import Filed, Matrix, MatrixRequest, YearTotal, find_matrix, matrix_json
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

DIXI = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")
SONGLING = Place("松岭镇", "青禾县", "云汀市", "澜岳省")
NAMESAKE = Place("荻溪镇", "云麓区", "云汀市", "澜岳省")
# Of the gazetteer, so that it has townships to lack: 城口县 has 25, 东莞市 no counties.
CHENGKOU = Place("高观镇", "城口县", "重庆市", "重庆市")
DALINGSHAN = Place("大岭山镇", None, "东莞市", "广东省")


def make(
    id: str,
    place: Place = DIXI,
    year: int | None = 2022,
    *,
    issued: str | None = None,
    level: Level = Level.TOWNSHIP,
    kind: Kind = Kind.ANNUAL_REPORT,
) -> Report:
    made = make_report(id, [("一、", "普法。")], year=year, place=place, level=level)
    return replace(made, issued=issued, kind=kind)


@contextmanager
def opened(reports: Sequence[Report]) -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), batch(*reports)))
        try:
            yield engine
        finally:
            engine.close()


def matrix_of(*reports: Report, name: str = "", **flags: str) -> Matrix:
    filters = read_flags({Field(field): [value] for field, value in flags.items()})
    with opened(reports) as engine:
        return find_matrix(engine, MatrixRequest(filters, name))


def path(place: Place) -> Places:
    return (place.province, place.city, place.county, place.township)


def missing(matrix: Matrix) -> dict[str | None, tuple[int, ...]]:
    return {row.places[3]: row.missing for row in matrix.townships}


# What is there and what is missing.


def test_a_township_has_its_reports_by_year_with_their_days_of_issue() -> None:
    matrix = matrix_of(
        make("b", year=2023), make("a", year=2021, issued="2022-01-09"), make("c", SONGLING, 2022)
    )
    first, second = matrix.townships
    assert (first.places, second.places) == (path(SONGLING), path(DIXI))
    assert second.reports == {2021: (Filed("a", "2022-01-09"),), 2023: (Filed("b", None),)}
    assert (first.missing, second.missing) == ((2021, 2023), (2022,))
    assert not first.is_listed


def test_several_reports_of_one_township_and_year_are_all_told() -> None:
    matrix = matrix_of(make("a~2"), make("a"))
    (row,) = matrix.townships
    assert [filed.id for filed in row.reports[2022]] == ["a", "a~2"]
    assert matrix.years == (YearTotal(2022, reports=2, townships=1, of=1),)


def test_a_year_is_missing_only_between_the_first_and_the_last_of_the_county() -> None:
    matrix = matrix_of(make("a", DIXI, 2020), make("b", SONGLING, 2021), make("c", NAMESAKE, 2023))
    assert [(row.places[2], row.missing) for row in matrix.townships] == [
        ("云麓区", ()),
        ("青禾县", (2020,)),
        ("青禾县", (2021,)),
    ]
    assert matrix.years == (
        YearTotal(2020, 1, 1, 2),
        YearTotal(2021, 1, 1, 2),
        YearTotal(2022, 0, 0, 0),
        YearTotal(2023, 1, 1, 1),
    )
    assert (matrix.filled, matrix.slots) == (3, 5)


def test_of_a_chosen_year_a_township_is_missing_that_has_only_other_years() -> None:
    matrix = matrix_of(
        make("a", DIXI, 2020), make("b", SONGLING, 2021), make("c", SONGLING, 2020), year="2021"
    )
    assert missing(matrix) == {"松岭镇": (), "荻溪镇": (2021,)}
    assert (matrix.n_townships, matrix.of_townships, matrix.reports) == (1, 2, 1)
    assert matrix.years == (YearTotal(2021, 1, 1, 2),)


def test_of_a_year_in_which_nothing_can_be_missing_nothing_is() -> None:
    matrix = matrix_of(make("a", DIXI, 2020), year="2024")
    assert (matrix.years, matrix.reports, matrix.of_townships) == ((), 0, 1)
    assert missing(matrix) == {"荻溪镇": ()}


def test_a_county_that_a_report_names_without_its_city_is_the_same_county() -> None:
    bare = Place("荻溪镇", "青禾县", None, None)
    reports = make("a", DIXI, 2020), make("b", bare, 2021)
    assert [dict(row.reports).keys() for row in matrix_of(*reports).townships] == [{2020, 2021}]
    narrowed = matrix_of(*reports, county="澜岳省/云汀市/青禾县")
    assert (narrowed.reports, narrowed.slots) == (2, 2)


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        pytest.param({"county": "青禾县"}, {"a", "b"}, id="county"),
        pytest.param({"county": "澜岳省/云汀市/云麓区"}, {"c"}, id="county by its path"),
        pytest.param({"township": "荻溪镇"}, {"a", "c"}, id="township"),
        pytest.param({"township": "青禾县荻溪镇"}, {"a"}, id="township of a county"),
        pytest.param({"city": "云汀市"}, {"a", "b", "c"}, id="city"),
        pytest.param({"province": "unknown"}, set(), id="unknown province"),
        pytest.param({"name": "松"}, {"b"}, id="a part of its name"),
    ],
)
def test_places_and_names_choose_townships(flags: dict[str, str], ids: set[str]) -> None:
    matrix = matrix_of(make("a"), make("b", SONGLING), make("c", NAMESAKE), **flags)
    there = {f.id for row in matrix.townships for all in row.reports.values() for f in all}
    assert there == ids
    assert matrix.reports == len(ids)


def test_filters_on_anything_but_year_and_place_are_refused() -> None:
    with pytest.raises(UserError, match="year and place only"):
        matrix_of(make("a"), part="plans")


# What is in no cell.


def test_reports_that_are_in_no_cell_are_counted_apart() -> None:
    matrix = matrix_of(
        make("a"),
        make("no year", year=None),
        make("no township", Place(None, "青禾县", "云汀市", "澜岳省")),
        make("of the county", Place(None, "青禾县", "云汀市", "澜岳省"), level=Level.COUNTY),
        make("a notice", kind=Kind.OTHER),
        make("elsewhere", NAMESAKE, None),
        county="青禾县",
    )
    assert matrix.reports == 1
    assert (matrix.unknown_years, matrix.unknown_places) == (1, 1)
    assert (matrix.other_levels, matrix.other_kinds) == (1, 1)


def test_an_empty_index_has_an_empty_matrix() -> None:
    matrix = matrix_of(make("a notice", kind=Kind.OTHER))
    assert (matrix.areas, matrix.townships, matrix.years, matrix.slots) == ((), (), (), 0)


# The gazetteer.


def test_townships_that_only_the_gazetteer_has_are_listed_and_not_counted() -> None:
    matrix = matrix_of(make("a", CHENGKOU, 2021), make("b", CHENGKOU, 2022))
    known = load().townships_of(CHENGKOU) or ()
    own, *listed = matrix.townships
    assert own.places == path(CHENGKOU)
    assert [row.places[3] for row in listed] == [name for name in known if name != "高观镇"]
    assert {row.missing for row in listed} == {(2021, 2022)}
    assert all(row.is_listed for row in listed)
    assert (matrix.n_listed, matrix.slots, matrix.filled) == (len(known) - 1, 2, 2)


def test_townships_of_a_county_stand_in_official_order() -> None:
    known = load().townships_of(CHENGKOU) or ()
    reports = [make(name, replace(CHENGKOU, township=name)) for name in sorted(known)]
    assert [row.places[3] for row in matrix_of(*reports).townships] == [*known]


def test_a_city_without_counties_has_its_townships_too() -> None:
    matrix = matrix_of(make("a", DALINGSHAN))
    assert [area.places[-1] for area in matrix.areas] == ["广东省", "东莞市", None]
    assert matrix.areas[-1].listed == matrix.n_listed == len(matrix.townships) - 1 > 20


def test_counties_of_which_nothing_is_there_are_named_where_all_was_asked_for() -> None:
    city = next(a for a in matrix_of(make("a", CHENGKOU)).areas if len(a.places) == 2)
    assert "巫溪县" in city.absent
    assert "城口县" not in city.absent
    narrowed = matrix_of(make("a", CHENGKOU), county="城口县")
    assert not any(area.absent for area in narrowed.areas)


def test_a_county_outside_the_gazetteer_has_no_list() -> None:
    assert {area.listed for area in matrix_of(make("a")).areas} == {None}


# Areas.


def test_areas_lead_from_provinces_down_and_add_up() -> None:
    matrix = matrix_of(
        make("a", DIXI, 2020), make("b", SONGLING, 2021), make("c", NAMESAKE), make("d", CHENGKOU)
    )
    names = [area.places[-1] for area in matrix.areas]
    assert names == ["重庆市", "重庆市", "城口县", "澜岳省", "云汀市", "云麓区", "青禾县"]
    for area in matrix.areas[:2]:
        assert (area.reports, area.townships) == (1, 1)
    province, city, cloud, green = matrix.areas[3:]
    assert province[1:8] == city[1:8]
    for counts in ("reports", "townships", "of_townships", "filled", "slots"):
        assert getattr(city, counts) == getattr(cloud, counts) + getattr(green, counts)
    assert green.years == (YearTotal(2020, 1, 1, 2), YearTotal(2021, 1, 1, 2))


def test_the_address_of_an_area_chooses_it_and_nothing_else() -> None:
    bare = Place("桂渡镇", "青禾县", None, None)
    other = Place("荻溪镇", "青禾县", "霁川市", "澜岳省")
    places = [DIXI, SONGLING, NAMESAKE, other, bare, DALINGSHAN, CHENGKOU]
    reports = [make(f"r{n}", place) for n, place in enumerate(places)]
    with opened(reports) as engine:
        areas = find_matrix(engine, MatrixRequest()).areas
        for area in areas:
            filters = read_flags({field: [value] for field, value in area.address})
            found = find_matrix(engine, MatrixRequest(filters))
            assert (found.reports, found.slots) == (area.reports, area.slots), area
    assert len({area.address for area in areas}) == len(areas)


def test_where_areas_are_too_many_the_counties_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = make("a"), make("b", NAMESAKE), make("c", CHENGKOU)
    monkeypatch.setattr(matrix_module, "MOST_AREAS", 6)
    assert {len(area.places) for area in matrix_of(*reports).areas} == {1, 2}
    monkeypatch.setattr(matrix_module, "MOST_AREAS", 1)
    assert {len(area.places) for area in matrix_of(*reports).areas} == {1}


def test_townships_of_several_counties_are_listed_all_or_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = make("a"), make("b", NAMESAKE), make("c", SONGLING)
    monkeypatch.setattr(matrix_module, "MOST_TOWNSHIPS", 2)
    assert (matrix_of(*reports).townships, matrix_of(*reports).left) == ((), 3)
    assert len(matrix_of(*reports, county="青禾县").townships) == 2
    monkeypatch.setattr(matrix_module, "MOST_TOWNSHIPS", 1)
    county = matrix_of(*reports, county="青禾县")
    assert (len(county.townships), county.left) == (1, 1)


# Against a reader who counts by hand.

_PLACES = [DIXI, SONGLING, NAMESAKE, Place(None, "青禾县", "云汀市", "澜岳省")]
_DRAWN = st.lists(
    st.tuples(st.sampled_from(_PLACES), st.one_of(st.none(), st.integers(2019, 2024))), max_size=12
)
_ASKED = st.tuples(st.integers(2018, 2025), st.integers(2018, 2025)).map(sorted)


@settings(max_examples=60)
@given(_DRAWN, st.none() | _ASKED)
def test_every_cell_is_as_a_reader_would_fill_it(
    drawn: list[tuple[Place, int | None]], asked: list[int] | None
) -> None:
    first, last = asked or (0, 9999)
    filters = (Filter(Field.YEAR, (YearRange(first, last),)),) if asked else ()
    reports = [make(f"r{n}", place, year) for n, (place, year) in enumerate(drawn)]
    with opened(reports) as engine:
        matrix = find_matrix(engine, MatrixRequest(filters))
    placed = [(p, y) for p, y in drawn if p.township and y]
    slots = filled = 0
    for row in matrix.townships:
        own = {y for p, y in placed if path(p) == row.places}
        county = [y for p, y in placed if path(p)[:3] == row.places[:3]]
        within = [y for y in range(min(county), max(county) + 1) if first <= y <= last]
        assert {*row.reports} == own & {*within}
        assert row.missing == tuple(y for y in within if y not in own)
        slots, filled = slots + len(within), filled + len(own & {*within})
    assert {row.places for row in matrix.townships} == {path(p) for p, _ in placed}
    assert (matrix.slots, matrix.filled) == (slots, filled)
    assert matrix.reports == sum(first <= y <= last for _, y in placed)
    assert matrix.unknown_years == sum(y is None for _, y in drawn)
    provinces = [area for area in matrix.areas if len(area.places) == 1]
    assert sum(area.slots for area in provinces) == slots


# As JSON.


def test_json_tells_every_cell_and_what_missing_means() -> None:
    matrix = matrix_of(make("a", DIXI, 2020, issued="2021-01-02"), make("b", SONGLING, 2021))
    told: dict[str, Any] = json.loads(json.dumps(matrix_json(matrix)))
    assert told["rows"][1] == {
        "province": "澜岳省",
        "city": "云汀市",
        "county": "青禾县",
        "township": "荻溪镇",
        "listed": False,
        "reports": [{"year": 2020, "id": "a", "issued": "2021-01-02"}],
        "missing": [2021],
    }
    assert [area["level"] for area in told["areas"]] == ["province", "city", "county"]
    assert told["areas"][2] == {
        "level": "county",
        "province": "澜岳省",
        "city": "云汀市",
        "county": "青禾县",
        "reports": 2,
        "townships": 2,
        "of_townships": 2,
        "listed": None,
        "filled": 2,
        "missing": 2,
        "years": [
            {"year": 2020, "reports": 1, "townships": 1, "of": 2},
            {"year": 2021, "reports": 1, "townships": 1, "of": 2},
        ],
        "absent": [],
    }
    assert (told["reports"], told["filled"], told["missing"]) == (2, 2, 2)
    assert "missing from this index" in told["note"]
