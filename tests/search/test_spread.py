"""Who mentions a practice, when and where: every count against what a reader would count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import Engine
from index.errors import UserError
from index.model import Kind, Level, Part, Place, Report
from index.places import Places
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from search.spread import (
    Mention,
    Order,
    Spread,
    SpreadRequest,
    YearCount,
    county_names,
    few_caution,
    find_spread,
    sample_caution,
    spread_json,
)
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

DIXI = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")
SONGLING = Place("松岭镇", "青禾县", "云汀市", "澜岳省")
NAMESAKE = Place("荻溪镇", "云麓区", "云汀市", "澜岳省")


def make(
    id: str,
    text: str = "枫桥经验",
    *,
    year: int | None = 2022,
    place: Place = DIXI,
    issued: str | None = None,
    level: Level = Level.TOWNSHIP,
    kind: Kind = Kind.ANNUAL_REPORT,
) -> Report:
    """A report with an empty section before the one that holds the text."""
    blocks = [("一、", "普法。"), ("二、", text)]
    parts = (Part.ACHIEVEMENTS, Part.PLANS)
    made = make_report(id, blocks, year=year, place=place, level=level, parts=parts)
    return replace(made, issued=issued, kind=kind)


@contextmanager
def opened(*reports: Report) -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), batch(*reports)))
        try:
            yield engine
        finally:
            engine.close()


def spread_of(
    *reports: Report, query: str = "枫桥经验", filters: tuple[Filter, ...] = ()
) -> Spread:
    with opened(*reports) as engine:
        return find_spread(engine, SpreadRequest(query, filters))


def path(place: Place) -> Places:
    return (place.province, place.city, place.county, place.township)


def ids(mentions: Sequence[Mention]) -> list[str]:
    return [mention.report for mention in mentions]


# Counts.


def test_a_year_has_its_reports_its_townships_and_those_that_are_new() -> None:
    spread = spread_of(
        make("a", year=2020, place=DIXI),
        make("b", "调解。", year=2020, place=SONGLING),
        make("c", year=2021, place=DIXI),
        make("c2", year=2021, place=DIXI),  # a second report of one year
        make("d", year=2021, place=SONGLING),
        make("e", "调解。", year=2021, place=NAMESAKE),
        make("f", year=2023, place=SONGLING),
    )
    assert spread.years == (
        YearCount(2020, reports=1, of=2, townships=1, new_townships=1, of_townships=2),
        YearCount(2021, reports=3, of=4, townships=2, new_townships=1, of_townships=3),
        YearCount(2022, reports=0, of=0, townships=0, new_townships=0, of_townships=0),
        YearCount(2023, reports=1, of=1, townships=1, new_townships=0, of_townships=1),
    )
    assert (spread.reports, spread.of, spread.townships, spread.of_townships) == (5, 7, 2, 3)
    assert spread.without == (path(NAMESAKE),)
    assert spread.few == {2022, 2023}


def test_a_county_has_its_first_reports_and_only_years_with_reports() -> None:
    spread = spread_of(
        make("a", "调解。", year=2020, place=DIXI),
        make("b", year=2022, place=SONGLING, issued="2023-01-09"),
        make("c", year=2021, place=NAMESAKE),
    )
    cloud, green = spread.counties
    assert (cloud.places[2], cloud.first_year, ids(cloud.first)) == ("云麓区", 2021, ["c"])
    assert (green.first_year, green.order) == (2022, Order.YEAR)
    assert green.first == (Mention("b", "b#1", 2022, "2023-01-09", path(SONGLING)),)
    assert (green.reports, green.of, green.townships, green.of_townships) == (1, 2, 1, 2)
    assert [(year.year, year.reports, year.of) for year in green.years] == [
        (2020, 0, 1),
        (2022, 1, 1),
    ]


def test_a_county_without_any_comes_last_and_has_no_first_year() -> None:
    spread = spread_of(make("a", place=NAMESAKE), make("b", "调解。", place=DIXI, year=2019))
    assert [(c.places[2], c.first_year, c.order) for c in spread.counties] == [
        ("云麓区", 2022, Order.YEAR),
        ("青禾县", None, None),
    ]


class Drawn(NamedTuple):
    """What a report of a drawn corpus is."""

    place: Place
    year: int | None
    mentions: bool
    level: Level


PLACES = (DIXI, SONGLING, NAMESAKE, Place("荻溪镇"), Place(None, "青禾县", "云汀市", "澜岳省"))
drawn = st.lists(
    st.builds(
        Drawn,
        st.sampled_from(PLACES),
        st.sampled_from([2019, 2020, 2022, None]),
        st.booleans(),
        st.sampled_from([Level.TOWNSHIP, Level.TOWNSHIP, Level.COUNTY]),
    ),
    max_size=9,
)


@settings(max_examples=40)
@given(drawn)
def test_every_count_is_what_a_reader_counts(corpus: list[Drawn]) -> None:
    reports = [
        make(
            f"r{n}", "枫桥经验" if d.mentions else "调解", year=d.year, place=d.place, level=d.level
        )
        for n, d in enumerate(corpus)
    ]
    spread = spread_of(*reports)
    known = [d for d in corpus if d.level is Level.TOWNSHIP and d.place.township and d.place.county]
    sample = [d for d in known if d.year is not None]
    seen: set[Place] = set()
    for count in spread.years:
        own = [d for d in sample if d.year == count.year]
        having = {d.place for d in own if d.mentions}
        assert count == YearCount(
            count.year,
            sum(d.mentions for d in own),
            len(own),
            len(having),
            len(having - seen),
            len({d.place for d in own}),
        )
        seen |= having
    assert sum(count.of for count in spread.years) == len(sample) == spread.of
    assert {*spread.without} == {path(d.place) for d in sample} - {path(p) for p in seen}
    told = spread.reports + spread.unknown_years + spread.unknown_places + spread.other_papers
    assert told == sum(d.mentions for d in corpus)
    for figure in ("reports", "of", "townships", "of_townships"):
        assert sum(getattr(c, figure) for c in spread.counties) == getattr(spread, figure)
    for county in spread.counties:
        assert sum(year.new_townships for year in county.years) == county.townships


def test_numpy_gives_the_same() -> None:
    reports = [make(f"r{n}", "枫桥经验" * (n % 3), year=2019 + n % 4) for n in range(12)]
    with opened(*reports) as engine:
        plain = find_spread(engine, SpreadRequest("枫桥经验"))
        assert isinstance(engine, WhooshEngine)
        engine._spent = inf
        assert (
            replace(find_spread(engine, SpreadRequest("枫桥经验")), took_ms=plain.took_ms) == plain
        )


# First.


@pytest.mark.parametrize(
    ("issued", "first", "order"),
    [
        pytest.param({"a": None}, ["a"], Order.YEAR, id="alone in its year"),
        pytest.param(
            {"a": "2023-02-01", "b": "2023-01-09"}, ["b"], Order.ISSUED, id="by the day of issue"
        ),
        pytest.param(
            {"a": "2023-01-09", "b": "2023-01-09", "c": "2023-03-01"},
            ["a", "b"],
            Order.ISSUED,
            id="two of one day",
        ),
        pytest.param({"a": None, "b": None}, ["a", "b"], Order.UNKNOWN, id="no days at all"),
        pytest.param(
            {"a": None, "b": "2023-02-01", "c": "2023-01-09"},
            ["c", "a"],
            Order.UNKNOWN,
            id="one day is missing: neither it nor the earliest can be left out",
        ),
    ],
)
def test_the_first_report(issued: dict[str, str | None], first: list[str], order: Order) -> None:
    reports = [make(id, issued=day) for id, day in issued.items()]
    later = make("later", year=2023, issued="2020-01-01")  # its year counts, whatever its day says
    spread = spread_of(*reports, later, make("earlier", "调解。", year=2018))
    assert (ids(spread.first), spread.order) == (first, order)
    assert {mention.year for mention in spread.first} == {2022}


# What is counted.


def test_namesakes_stay_apart() -> None:
    spread = spread_of(make("a", place=DIXI), make("b", "调解。", place=NAMESAKE))
    assert (spread.townships, spread.of_townships) == (1, 2)
    assert spread.without == (path(NAMESAKE),)


def test_a_county_is_one_though_only_some_of_its_reports_name_the_city() -> None:
    bare = Place("荻溪镇", "青禾县")
    spread = spread_of(make("a", year=2020, place=bare), make("b", year=2021, place=DIXI))
    assert (spread.townships, len(spread.counties)) == (1, 1)
    assert [count.new_townships for count in spread.years] == [1, 0]
    assert spread.first[0].places == path(DIXI)


def test_a_county_of_which_two_cities_have_one_is_not_given_to_either() -> None:
    bare = Place("荻溪镇", "青禾县")
    other = Place("荻溪镇", "青禾县", "霁川市", "澜岳省")
    spread = spread_of(make("a", place=bare), make("b", place=DIXI), make("c", place=other))
    assert (spread.townships, len(spread.counties)) == (3, 3)
    assert sorted(county_names(spread.counties)) == [
        "city unknown青禾县",
        "云汀市青禾县",
        "霁川市青禾县",
    ]


def test_a_city_without_counties_is_a_place() -> None:
    spread = spread_of(make("a", place=Place("荻溪镇", None, "霁川市", "澜岳省")))
    assert (spread.reports, county_names(spread.counties)) == (1, ["霁川市"])


def test_what_is_not_counted_is_told() -> None:
    spread = spread_of(
        make("year", year=None),
        make("place", place=Place("荻溪镇")),
        make("county", level=Level.COUNTY, place=Place(None, "青禾县")),
        make("notice", kind=Kind.OTHER),
        make("silent", "调解。", year=None),
        make("counted", "调解。"),
    )
    told = (spread.unknown_years, spread.unknown_places, spread.other_papers)
    assert (spread.reports, spread.of, told) == (0, 1, (1, 1, 2))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        pytest.param("枫桥经验", ["a", "d"], id="a word"),
        pytest.param("“枫桥经验”", ["a", "d"], id="quoted"),
        pytest.param("枫桥经验推广", [], id="words apart do not count"),
        pytest.param("枫桥经验 网格员", ["d"], id="both in one section"),
        pytest.param("枫桥经验 OR 屋场会", ["a", "b", "d"], id="either name"),
        pytest.param("枫桥经验 -网格员", ["a"], id="without a word"),
        pytest.param("枫桥 /3 推广", ["a"], id="near"),
    ],
)
def test_the_query_language_works(query: str, wanted: list[str]) -> None:
    places = [replace(DIXI, township=name) for name in ("一镇", "二镇", "三镇", "四镇")]
    spread = spread_of(
        make("a", "推广枫桥经验", place=places[0]),
        make("b", "屋场会", place=places[1]),
        make("c", "枫桥。经验。推广。", place=places[2]),
        make("d", "网格员学枫桥经验", place=places[3]),
        query=query,
    )
    found = {path(place)[3] for place in places} - {without[3] for without in spread.without}
    by_id = dict(zip("abcd", ("一镇", "二镇", "三镇", "四镇"), strict=True))
    assert found == {by_id[id] for id in wanted}


CORPUS = (
    make("a", year=2021, place=DIXI),
    make("b", "调解。", year=2021, place=NAMESAKE),
    make("c", year=2022, place=SONGLING),
    make("d", "调解。", year=2022, place=DIXI),
)


@pytest.mark.parametrize(
    ("query", "filters", "counts"),
    [
        pytest.param("枫桥经验", (), (2, 4, 3), id="none"),
        pytest.param("枫桥经验 2021", (), (1, 2, 2), id="a year in the query"),
        pytest.param("枫桥经验 青禾县", (), (2, 3, 2), id="a county in the query"),
        pytest.param("枫桥经验 year:2021..2022 2022", (), (1, 2, 2), id="a range and a year"),
        pytest.param("枫桥经验 -county:青禾县", (), (0, 1, 1), id="all but a county"),
        pytest.param(
            "枫桥经验 (year:2021 OR township:松岭镇)", (), (2, 3, 3), id="a year or a township"
        ),
        pytest.param(
            "枫桥经验", (Filter(Field.TOWNSHIP, ("青禾县荻溪镇",)),), (1, 2, 1), id="a flag"
        ),
        pytest.param("枫桥经验", (Filter(Field.YEAR, (None,)),), (0, 0, 0), id="unknown years"),
        pytest.param("枫桥经验 level:county", (), (0, 0, 0), id="another level"),
        # Where in a report it stands says nothing about which reports there are.
        pytest.param("枫桥经验", (Filter(Field.PART, (Part.PLANS,)),), (2, 4, 3), id="its part"),
        pytest.param(
            "枫桥经验", (Filter(Field.PART, (Part.ACHIEVEMENTS,)),), (0, 4, 3), id="another part"
        ),
    ],
)
def test_filters_on_reports_narrow_the_denominator(
    query: str, filters: tuple[Filter, ...], counts: tuple[int, int, int]
) -> None:
    spread = spread_of(*CORPUS, query=query, filters=filters)
    assert (spread.reports, spread.of, spread.of_townships) == counts
    assert bool(spread.filters) == (query != "枫桥经验" or bool(filters))


def test_what_was_read_as_a_filter_is_told() -> None:
    spread = spread_of(*CORPUS, query="枫桥经验 2021 （")
    assert [(r.field, r.value) for r in spread.recognised] == [(Field.YEAR, 2021)]
    assert spread.filters == ("year:2021",)
    assert [each.word for each in spread.ignored] == ["（"]


@pytest.mark.parametrize("query", ["", " ", "2021", "青禾县", "“”", "-枫桥经验", "year:2021"])
def test_a_query_without_a_word_is_an_error(query: str) -> None:
    with pytest.raises(UserError) as caught:
        spread_of(*CORPUS, query=query)
    assert caught.value.hint


@given(st.text(st.sampled_from('枫桥 2021"“(（)-|/s:OR青禾县\x00\ud800'), max_size=12))
@settings(max_examples=50)
def test_no_query_crashes(query: str) -> None:
    with suppress(UserError):
        spread_of(CORPUS[0], query=query)


# Years with few reports, and what is said.


def test_years_with_less_than_half_of_the_best_year_are_marked() -> None:
    towns = [replace(DIXI, township=f"{n}镇") for n in "甲乙丙丁"]
    sizes = {2020: 1, 2021: 2, 2022: 4}
    reports = [
        make(f"{year}-{n}", year=year, place=towns[n])
        for year, size in sizes.items()
        for n in range(size)
    ]
    spread = spread_of(*reports)
    assert spread.few == {2020}
    assert "best year (4)" in few_caution(spread)
    assert few_caution(spread_of(reports[-1])) == ""


def test_the_sample_is_told_with_its_size() -> None:
    said = "Counted is only what is indexed here: 4 reports of 3 townships, 2021–2022."
    assert sample_caution(spread_of(*CORPUS)) == said
    said = "Counted is only what is indexed here and passes the filters: "
    spread = spread_of(*CORPUS, query="枫桥经验 2021 青禾县")
    assert sample_caution(spread) == said + "1 report of 1 township, 2021."
    none = spread_of(*CORPUS, query="枫桥经验 year:2019")
    assert sample_caution(none) == "No annual report of a township passes the filters."
    empty = spread_of(make("county", level=Level.COUNTY))
    assert sample_caution(empty).startswith("The index holds no annual report of a township")


def test_json_is_the_contract() -> None:
    found = json.loads(json.dumps(spread_json(spread_of(*CORPUS))))
    mention = {
        "report": "a", "id": "a#1", "year": 2021, "issued": None, "township": "荻溪镇",
        "county": "青禾县", "city": "云汀市", "province": "澜岳省",
    }  # fmt: skip
    year = {
        "year": 2021, "reports": 1, "of": 2, "townships": 1, "new_townships": 1,
        "of_townships": 2, "few": False,
    }  # fmt: skip
    assert isinstance(found.pop("took_ms"), float)
    assert found["years"][0] == year
    assert found["counties"][0].pop("years")[0] == {
        "year": 2021, "reports": 1, "of": 1, "townships": 1, "new_townships": 1, "of_townships": 1
    }  # fmt: skip
    assert found["counties"][0] == {
        "province": "澜岳省", "city": "云汀市", "county": "青禾县", "first_year": 2021,
        "first": [mention], "order": "year", "reports": 2, "of": 3, "townships": 2,
        "of_townships": 2,
    }  # fmt: skip
    del found["years"], found["counties"]
    assert found == {
        "query": "枫桥经验", "recognised": [], "ignored": [], "filters": [],
        "reports": 2, "of": 4, "townships": 2, "of_townships": 3,
        "first": [mention], "order": "year",
        "without": {"townships": 1, "of": 3, "names": [["澜岳省", "云汀市", "云麓区", "荻溪镇"]]},
        "unknown_years": 0, "unknown_places": 0, "other_papers": 0,
        "sample": sample_caution(spread_of(*CORPUS)),
    }  # fmt: skip
