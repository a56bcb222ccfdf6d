"""Which annual reports of townships are in the index: by place, and by township and year.

A year is missing for a township when it lies between the first and the last year of which its
county has reports in the index, and the township has none of it. Missing means missing from this
index: nobody says that it was not published.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from index.analysis import fold_stream
from index.engine import Engine, ReportRow
from index.errors import UserError
from index.gazetteer import load
from index.i18n import gettext as _
from index.model import Kind, Level, Place
from index.numerals import sane_year
from index.places import Places, place_key, value_matches
from index.querytree import Field, Filter
from search.help import describe
from search.results import Json
from search.sample import Counted, take_sample

MOST_TOWNSHIPS: Final = 200
"""Townships that are listed year by year; more than one county's are all or none."""
MOST_AREAS: Final = 250
"""Provinces, cities and counties that are listed; where they are more, counties go first."""
_DEPTH: Final = {Field.PROVINCE: 1, Field.CITY: 2, Field.COUNTY: 3, Field.TOWNSHIP: 4}
_COUNTY = 3


@dataclass(frozen=True, slots=True)
class MatrixRequest:
    """Which townships and years. filters are on year and place, at most one a field.

    name is in the names of the townships that are counted.
    """

    filters: tuple[Filter, ...] = ()
    name: str = ""


class Filed(NamedTuple):
    """A report that is there. issued is an ISO date."""

    id: str
    issued: str | None


class TownshipYears(NamedTuple):
    """A township and its years, ascending; a year may have several reports.

    is_listed: only the gazetteer has it, the index has no report of it.
    """

    places: Places
    reports: Mapping[int, tuple[Filed, ...]]
    missing: tuple[int, ...]
    is_listed: bool = False


class YearTotal(NamedTuple):
    """A year: its reports, and how many of the townships that could have one have one."""

    year: int
    reports: int
    townships: int
    of: int


class Area(NamedTuple):
    """A province, (province, city), or (province, city, county), and what the index has of it.

    townships of of_townships have a report in the years asked for, all in some year; listed are
    those that only the gazetteer has, None where it does not know the county (or no county of a
    city or province). filled of the `slots` of township and year have a report. absent: places of
    the next kind, of which the gazetteer knows and the index has nothing.
    """

    places: Places
    reports: int
    townships: int
    of_townships: int
    listed: int | None
    filled: int
    slots: int
    years: tuple[YearTotal, ...]
    absent: tuple[str, ...]
    address: tuple[tuple[Field, str], ...]  # filters that choose it and nothing else


@dataclass(frozen=True, slots=True)
class Matrix:
    """What is there of the townships and years that were asked for.

    areas lead from the provinces down, each before what lies in it. townships are there when they
    are of one county or not too many: `left` are those that were left out. The last four count
    reports of the places asked for that are in no cell.
    """

    filters: tuple[str, ...]  # as they are typed in a query
    years: tuple[YearTotal, ...]
    reports: int
    n_townships: int
    of_townships: int
    n_listed: int
    areas: tuple[Area, ...]
    townships: tuple[TownshipYears, ...]
    left: int
    unknown_years: int
    unknown_places: int
    other_levels: int
    other_kinds: int
    took_ms: float

    @property
    def filled(self) -> int:
        """Townships and years with a report."""
        return sum(year.townships for year in self.years)

    @property
    def slots(self) -> int:
        """Townships and years, each counted between the first and the last year of its county."""
        return sum(year.of for year in self.years)


def find_matrix(engine: Engine, request: MatrixRequest) -> Matrix:
    """What is there of what was asked for. Raises UserError for filters on anything else."""
    started = time.perf_counter()
    scope = _Scope(request)
    rows = [*engine.reports()]
    sample = take_sample(rows, ())
    counties, index = _gather(sample.counted, scope), _Places(sample.counted)
    columns = _columns(counties, scope)
    totals = [_count_county(county, columns) for county in counties]
    shown, left = _townships(counties, columns)
    apart = {*sample.without_year} | {row.id for row in sample.counted if not sane_year(row.year)}
    unplaced = {*sample.without_place}
    others = [row for row in rows if not _is_counted(row) and scope.has_place(row.places)]
    return Matrix(
        filters=tuple(map(describe, request.filters)),
        years=_sum_years([area.years for area in totals], fill=columns),
        reports=sum(area.reports for area in totals),
        n_townships=sum(area.townships for area in totals),
        of_townships=sum(area.of_townships for area in totals),
        n_listed=sum(area.listed or 0 for area in totals),
        areas=tuple(_listed_areas(totals, index, scope)),
        townships=shown,
        left=left,
        unknown_years=sum(row.id in apart and scope.has_place(row.places) for row in rows),
        unknown_places=sum(row.id in unplaced and scope.has(row) for row in rows),
        other_levels=sum(row.level is not Level.TOWNSHIP and scope.has(row) for row in others),
        other_kinds=sum(row.level is Level.TOWNSHIP and scope.has(row) for row in others),
        took_ms=(time.perf_counter() - started) * 1000,
    )


def _is_counted(row: ReportRow) -> bool:
    return row.level is Level.TOWNSHIP and row.kind is Kind.ANNUAL_REPORT


class _Scope:
    """What was asked for: of places, of years, of names. Remembers what it said of a place."""

    def __init__(self, request: MatrixRequest) -> None:
        """Raises UserError. depth is that of the narrowest place, 0 where none is asked for."""
        for each in request.filters:
            if each.field not in _DEPTH and each.field is not Field.YEAR:
                raise UserError(_("Townships by years are narrowed by year and place only."))
        self._years = [f.values for f in request.filters if f.field is Field.YEAR]
        self._places = [f for f in request.filters if f.field is not Field.YEAR]
        self._name = fold_stream(request.name)
        self.has_place = cache(self._has_place)
        depths = [_DEPTH[f.field] for f in self._places]
        self.depth = max([*depths, _DEPTH[Field.TOWNSHIP] if self._name else 0])

    def has_year(self, year: int) -> bool:
        """Whether the year is asked for."""
        return all(
            any(value_matches(year, (), wanted) for wanted in values) for values in self._years
        )

    def has_name(self, township: str | None) -> bool:
        """Whether the township is called so."""
        return self._name in fold_stream(township or "")

    def has(self, row: ReportRow) -> bool:
        """Whether the report is of a place and a year asked for; an unknown year is of none."""
        asked = not self._years if row.year is None else self.has_year(row.year)
        return asked and self.has_place(row.places)

    def _has_place(self, places: Places) -> bool:
        return all(
            any(
                value_matches(places[_DEPTH[f.field] - 1], places[: _DEPTH[f.field]], wanted)
                for wanted in f.values
            )
            for f in self._places
        )


# What there is, county by county.

_Years: TypeAlias = dict[int, tuple[Filed, ...]]
"""The reports of a township by year."""


@dataclass(frozen=True, slots=True)
class _County:
    """A county: its first and last year in the index, its townships, and those it lacks."""

    places: Places
    first: int
    last: int
    townships: Mapping[Places, _Years]
    listed: Sequence[str] | None
    order: Mapping[str | None, int] = field(default_factory=dict)  # official, of townships


def _gather(rows: Iterable[Counted], scope: _Scope) -> list[_County]:
    """The counties asked for, in official order."""
    by_county: dict[Places, list[Counted]] = {}
    for row in rows:
        if sane_year(row.year) is not None:
            by_county.setdefault(row.county, []).append(row)
    counties = (_county(places, own, scope) for places, own in by_county.items())
    return sorted((c for c in counties if c.townships), key=lambda c: _official(c.places))


def _county(places: Places, rows: Sequence[Counted], scope: _Scope) -> _County:
    names = {row.places for row in rows}
    townships: dict[Places, _Years] = {
        places: {} for places in names if scope.has_place(places) and scope.has_name(places[3])
    }
    for row in rows:
        if (years := townships.get(row.places)) is not None:
            years[row.year] = (*years.get(row.year, ()), Filed(row.id, row.issued))
    province, city, county = places
    known = load().townships_of(Place(None, county, city, province)) if townships else None
    here = {fold_stream(name[3] or "") for name in names}
    return _County(
        places=places,
        first=min(row.year for row in rows),
        last=max(row.year for row in rows),
        townships=townships,
        listed=None if known is None else _lacking(known, here, places, scope),
        order={fold_stream(name): number for number, name in enumerate(known or ())},
    )


def _lacking(
    known: Iterable[str], here: Collection[str], county: Places, scope: _Scope
) -> list[str]:
    """The townships of the gazetteer that are asked for and of which there is no report."""
    return [
        name
        for name in known
        if fold_stream(name) not in here
        and scope.has_name(name)
        and scope.has_place((*county, name))
    ]


def _official(county: Places) -> tuple[object, ...]:
    """Sorts counties as the gazetteer does, those outside it after those of their city."""
    ranks = load().ranks
    return tuple(
        (name is None, ranks.get(county[: n + 1], len(ranks)), name or "")
        for n, name in enumerate(county)
    )


def _columns(counties: Iterable[_County], scope: _Scope) -> list[int]:
    """The years asked for, from the first to the last that a county has."""
    ends = [year for county in counties for year in (county.first, county.last)]
    years = range(min(ends), max(ends) + 1) if ends else ()
    return [year for year in years if scope.has_year(year)]


# Townships, year by year.


def _townships(
    counties: Sequence[_County], columns: Sequence[int]
) -> tuple[tuple[TownshipYears, ...], int]:
    """(the townships to list, how many more there are)."""
    n = sum(len(county.townships) + len(county.listed or ()) for county in counties)
    if len(counties) > 1 and n > MOST_TOWNSHIPS:
        return (), n
    every = (row for county in counties for row in _rows(county, columns))
    shown = tuple(islice(every, MOST_TOWNSHIPS))
    return shown, n - len(shown)


def _rows(county: _County, columns: Sequence[int]) -> Iterator[TownshipYears]:
    """The townships of a county in official order, then those of which there is no report."""
    within = [year for year in columns if county.first <= year <= county.last]
    ranked = sorted(
        county.townships,
        key=lambda p: (county.order.get(fold_stream(p[3] or ""), 1 << 20), place_key(p)),
    )
    for places in ranked:
        years = county.townships[places]
        reports = {year: tuple(sorted(years[year])) for year in within if year in years}
        yield TownshipYears(places, reports, tuple(year for year in within if year not in years))
    for name in county.listed or ():
        yield TownshipYears((*county.places, name), {}, tuple(within), is_listed=True)


# Provinces, cities and counties.


def _count_county(county: _County, columns: Sequence[int]) -> Area:
    reports, townships, asked = Counter[int](), Counter[int](), frozenset(columns)
    for by_year in county.townships.values():
        for year, filed in by_year.items():
            reports[year] += len(filed)
            townships[year] += 1
    years = tuple(
        YearTotal(year, reports[year], townships[year], len(county.townships))
        for year in columns
        if county.first <= year <= county.last
    )
    listed = None if county.listed is None else len(county.listed)
    reporting = sum(not asked.isdisjoint(by_year) for by_year in county.townships.values())
    return _area(county.places, (reporting, len(county.townships)), listed, years)


def _area(
    places: Places,
    townships: tuple[int, int],
    listed: int | None,
    years: tuple[YearTotal, ...],
) -> Area:
    return Area(
        places=places,
        reports=sum(year.reports for year in years),
        townships=townships[0],
        of_townships=townships[1],
        listed=listed,
        filled=sum(year.townships for year in years),
        slots=sum(year.of for year in years),
        years=years,
        absent=(),
        address=(),
    )


def _sum_years(
    all: Iterable[Iterable[YearTotal]], fill: Iterable[int] = ()
) -> tuple[YearTotal, ...]:
    """The sums by year, ascending; years to fill in are there in any case."""
    sums = dict.fromkeys(fill, (0, 0, 0))
    for years in all:
        for year, *counts in years:
            before = sums.get(year, (0, 0, 0))
            sums[year] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])
    return tuple(YearTotal(year, *sums[year]) for year in sorted(sums))


def _listed_areas(counties: Sequence[Area], index: _Places, scope: _Scope) -> Iterator[Area]:
    """Each province before its cities, each city before its counties, as deep as there is room."""
    levels = [_grouped(counties, depth) for depth in range(1, _COUNTY + 1)]
    deepest, room = 1, MOST_AREAS - len(levels[0])
    while deepest < _COUNTY and len(levels[deepest]) <= room:
        room -= len(levels[deepest])
        deepest += 1
    below: dict[Places, list[Area]] = {}
    for level in levels[1:deepest]:
        for area in level.values():
            below.setdefault(area.places[:-1], []).append(area)

    def walk(areas: Iterable[Area]) -> Iterator[Area]:
        for area in areas:
            absent = index.absent(area.places) if len(area.places) >= scope.depth else ()
            yield area._replace(absent=absent, address=index.address(area.places))
            yield from walk(below.get(area.places, ()))

    return walk(levels[0].values())


def _grouped(counties: Iterable[Area], depth: int) -> dict[Places, Area]:
    """The areas of one depth, each the sum of its counties."""
    groups: dict[Places, list[Area]] = {}
    for county in counties:
        groups.setdefault(county.places[:depth], []).append(county)
    return {places: _sum_area(places, own) for places, own in groups.items()}


def _sum_area(places: Places, own: Sequence[Area]) -> Area:
    if len(places) == _COUNTY:
        return own[0]
    known = [area.listed for area in own if area.listed is not None]
    return _area(
        places,
        (sum(area.townships for area in own), sum(area.of_townships for area in own)),
        sum(known) if known else None,
        _sum_years(area.years for area in own),
    )


class _Places:
    """The provinces, cities and counties of which the whole index has reports."""

    def __init__(self, rows: Iterable[Counted]) -> None:
        counties = {row.county for row in rows}
        self._areas = {county[:depth] for county in counties for depth in range(1, _COUNTY + 1)}
        self._namesakes = Counter((len(area), area[-1]) for area in self._areas)

    def absent(self, places: Places) -> tuple[str, ...]:
        """What lies in a province or city by the gazetteer, and of which there is no report."""
        known = self._known.get(places, ())
        return tuple(name for name in known if (*places, name) not in self._areas)

    @cached_property
    def _known(self) -> dict[Places, list[str]]:
        found: dict[Places, list[str]] = {}
        for *above, name in load().ranks:
            if above and name is not None:
                found.setdefault(tuple(above), []).append(name)
        return found

    def address(self, places: Places) -> tuple[tuple[Field, str], ...]:
        """Filters for the area by its path; what is unknown above it where it has namesakes."""
        names = [*zip(_DEPTH, places, strict=False)]
        known = [(name, place) for name, place in names if place is not None]
        unknown = [(name, "unknown") for name, place in names if place is None]
        if places[-1] is not None and self._namesakes[(len(places), places[-1])] == 1:
            unknown = []
        path = "/".join(place for _field, place in known)
        return ((known[-1][0], path), *unknown) if known else tuple(unknown)


# As JSON.


def matrix_json(matrix: Matrix) -> Json:
    """The Matrix object of the JSON contract."""
    return {
        "filters": [*matrix.filters],
        "took_ms": round(matrix.took_ms, 2),
        "reports": matrix.reports,
        "townships": matrix.n_townships,
        "of_townships": matrix.of_townships,
        "listed": matrix.n_listed,
        "filled": matrix.filled,
        "missing": matrix.slots - matrix.filled,
        "years": [year._asdict() for year in matrix.years],
        "areas": [_area_json(area) for area in matrix.areas],
        "rows": [_township_json(row) for row in matrix.townships],
        "left": matrix.left,
        "unknown_years": matrix.unknown_years,
        "unknown_places": matrix.unknown_places,
        "other_levels": matrix.other_levels,
        "other_kinds": matrix.other_kinds,
        "note": missing_note(),
    }


def _area_json(area: Area) -> Json:
    province, city, county = (*area.places, None, None)[:_COUNTY]
    return {
        "level": (Field.PROVINCE, Field.CITY, Field.COUNTY)[len(area.places) - 1],
        "province": province,
        "city": city,
        "county": county,
        "reports": area.reports,
        "townships": area.townships,
        "of_townships": area.of_townships,
        "listed": area.listed,
        "filled": area.filled,
        "missing": area.slots - area.filled,
        "years": [year._asdict() for year in area.years],
        "absent": [*area.absent],
    }


def _township_json(row: TownshipYears) -> Json:
    province, city, county, township = row.places
    return {
        "province": province,
        "city": city,
        "county": county,
        "township": township,
        "listed": row.is_listed,
        "reports": [
            {"year": year, **filed._asdict()} for year, all in row.reports.items() for filed in all
        ],
        "missing": [*row.missing],
    }


def missing_note() -> str:
    """A sentence on what it means that a report is missing."""
    return _("Missing means missing from this index; it does not say that nothing was published.")
