"""What a page shows of how a practice spreads: the tables beside the chart, each number a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from index.places import Places
from index.querytree import Field
from search.spread import CountySpread, Mention, Spread, YearCount, county_names
from web.asked import Asked

MOST_WITH_YEARS: Final = 16
"""Counties up to which each year of each is told; of more each has a page of its own."""
MOST_COUNTIES: Final = 120
MOST_FIRST: Final = 20
MOST_WITHOUT: Final = 200


class Cell(NamedTuple):
    """A number and the search that lists what it counts; url is empty where that is nothing."""

    n: int
    of: int
    url: str


class YearRow(NamedTuple):
    """A year of the sample."""

    count: YearCount  # type: ignore[assignment]  # tuples have a method of this name
    is_few: bool
    reports: Cell


class CountyRow(NamedTuple):
    """A county. years: a cell for each year of the sample, None for one without a report."""

    name: str
    county: CountySpread
    url: str  # of the county's own spread
    reports: Cell
    years: list[Cell | None]


class FirstRow(NamedTuple):
    """One of the first reports."""

    mention: Mention
    name: str


class Links:
    """Addresses of searches for what is counted."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked.but(exact=True, by_report=True)

    def search(self, *, year: int | None = None, places: Places = ()) -> str:
        """The search for the reports of a year, of a county, or of both, that mention it."""
        narrowed = self._narrowed(year, places)
        return narrowed.but(chosen={**narrowed.chosen, Field.LEVEL: ("township",)}).url()

    def county(self, places: Places) -> str:
        """The spread in one county."""
        return self._narrowed(None, places).but(exact=False, by_report=False).url("/spread")

    def _narrowed(self, year: int | None, places: Places) -> Asked:
        chosen = dict(self._asked.chosen)
        if year is not None:
            chosen[Field.YEAR] = (str(year),)
        if any(places):
            for field in (Field.PROVINCE, Field.CITY, Field.COUNTY):
                chosen.pop(field, None)
            chosen[_lowest(places)] = ("/".join(place for place in places if place),)
        return self._asked.but(chosen=chosen)


def _lowest(places: Places) -> Field:
    fields = (Field.PROVINCE, Field.CITY, Field.COUNTY)
    return [field for field, place in zip(fields, places, strict=True) if place][-1]


def year_rows(spread: Spread, links: Links) -> list[YearRow]:
    """Every year of the sample."""
    return [
        YearRow(each, each.year in spread.few, _cell(each, links.search(year=each.year)))
        for each in spread.years
    ]


def _cell(counted: YearCount | CountySpread, url: str) -> Cell:
    return Cell(counted.reports, counted.of, url if counted.reports else "")


def county_rows(spread: Spread, links: Links) -> list[CountyRow]:
    """The counties in the order in which they came to it, as many as a page shows."""
    names = county_names(spread.counties)
    pairs = [*zip(names, spread.counties, strict=True)][:MOST_COUNTIES]
    with_years = len(spread.counties) <= MOST_WITH_YEARS
    return [_county_row(name, county, spread, links, with_years) for name, county in pairs]


def _county_row(
    name: str, county: CountySpread, spread: Spread, links: Links, with_years: bool
) -> CountyRow:
    own = {each.year: each for each in county.years}
    cells = [
        _cell(own[year.year], links.search(year=year.year, places=county.places))
        if year.year in own
        else None
        for year in spread.years
    ]
    return CountyRow(
        name=name,
        county=county,
        url=links.county(county.places),
        reports=_cell(county, links.search(places=county.places)),
        years=cells if with_years else [],
    )


def first_rows(spread: Spread) -> list[FirstRow]:
    """The first reports, by place."""
    names = _names(spread)
    return [
        FirstRow(each, names[each.places[:3]] + (each.places[3] or ""))
        for each in spread.first[:MOST_FIRST]
    ]


def without_rows(spread: Spread) -> Iterator[tuple[str, Sequence[str]]]:
    """(county, its townships that never mention it), as many as a page shows."""
    names = _names(spread)
    shown = spread.without[:MOST_WITHOUT]
    for county, townships in groupby(shown, lambda places: places[:3]):
        yield names[county], [places[-1] or "" for places in townships]


def _names(spread: Spread) -> Mapping[Places, str]:
    """What each county is called, by its places."""
    counties = (county.places for county in spread.counties)
    return dict(zip(counties, county_names(spread.counties), strict=True))
