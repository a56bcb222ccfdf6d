"""Where and when a practice stands in the reports: by year, by county, first, and not at all.

A practice is what a query says, each word literally, in one section of a report. Counted are the
annual reports of townships whose year and place are known; every count has its denominator.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from index.engine import Engine, Question
from index.errors import UserError
from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import thousands
from index.places import Places, place_key
from index.querytree import And, Filter, positive_texts
from search.bounds import Bounded
from search.help import describe
from search.language import Ignored
from search.results import Json, Recognition, understood_json
from search.run import Request, Searcher, Understood
from search.sample import Counted, Sample, about_reports, take_sample


@dataclass(frozen=True, slots=True)
class SpreadRequest:
    """What to follow. filters come from flags, at most one a field.

    Filters on year and place choose the reports; those on part and topic say where in a report it
    must stand to count, and leave the denominators as they are. most_ms: what it may cost by
    estimate, None is any.
    """

    query: str
    filters: tuple[Filter, ...] = ()
    most_ms: float | None = None


class Order(StrEnum):
    """What decided which report came first."""

    YEAR = "year"  # it is the only one of its year
    ISSUED = "issued"  # the day of issue; several of one day are all named
    UNKNOWN = "unknown"  # days of issue are missing: each of those named may be the first


class YearCount(NamedTuple):
    """A year: reports that mention it, of how many; townships likewise.

    new_townships: of these, how many for the first time in the sample.
    """

    year: int
    reports: int
    of: int
    townships: int
    new_townships: int
    of_townships: int


class Mention(NamedTuple):
    """A report that mentions it. id is of its best section; places lead from the province down."""

    report: str
    id: str
    year: int
    issued: str | None
    places: Places


class CountySpread(NamedTuple):
    """A county of the sample; places is (province, city, county). years are those with reports."""

    places: Places
    first: tuple[Mention, ...]  # none when nothing mentions it
    order: Order | None
    reports: int
    of: int
    townships: int
    of_townships: int
    years: tuple[YearCount, ...]

    @property
    def first_year(self) -> int | None:
        """The first year in which a report mentions it."""
        return self.first[0].year if self.first else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Who mentions it, when and where, of all who are in the sample.

    years has every year from the sample's first to its last. counties are in the order in which
    they came to it, then those without; without are the townships of the sample that never
    mention it, by place. The last three count reports that mention it and are in no table.
    """

    query: str
    recognised: tuple[Recognition, ...]
    ignored: tuple[Ignored, ...]
    filters: tuple[str, ...]  # as they are typed in a query, wherever they came from
    is_narrowed: bool  # by filters on year or place: the denominators are smaller, too
    reports: int
    of: int
    townships: int
    of_townships: int
    first: tuple[Mention, ...]
    order: Order | None
    years: tuple[YearCount, ...]
    counties: tuple[CountySpread, ...]
    without: tuple[Places, ...]
    unknown_years: int
    unknown_places: int
    other_papers: int
    took_ms: float

    @property
    def few(self) -> frozenset[int]:
        """Years in which less than half as many townships have a report as in the best year.

        A rise or a fall there may be one of the sample, not of the practice.
        """
        best = max((count.of_townships for count in self.years), default=0)
        return frozenset(count.year for count in self.years if count.of_townships * 2 < best)


def find_spread(engine: Engine, request: SpreadRequest) -> Spread:
    """How what the query says spreads. Raises TooCostly, UserError where it has no word."""
    started = time.perf_counter()
    searcher = Searcher(engine)
    asked = Request(request.query, request.filters, exact=True)
    understood = searcher.understand(asked)
    if understood.tree is None or not any(positive_texts(understood.tree)):
        raise _nothing_to_follow(understood)
    tree = understood.tree
    question = Question(tree, understood.filters, by_report=True, limit=None)
    bounded = Bounded(engine, request.most_ms)
    sections = {hit.report_id: hit.number for hit in bounded.search(question).hits}
    children = tree.children if isinstance(tree, And) else (tree,)
    narrowing = [*about_reports((*understood.filters, *children))]
    sample = take_sample(engine.reports(), narrowing)
    rows = sample.counted
    mentioning = [row for row in rows if row.id in sections]
    mentions = _Mentions(engine, sections)
    first, order = mentions.first(mentioning)
    never = {row.places for row in rows} - {row.places for row in mentioning}
    return Spread(
        query=request.query,
        recognised=searcher.counted(understood.recognised),
        ignored=understood.ignored,
        filters=tuple(map(describe, dict.fromkeys((*understood.filters, *narrowing)))),
        is_narrowed=bool(narrowing),
        reports=len(mentioning),
        of=len(rows),
        townships=len({row.places for row in mentioning}),
        of_townships=len({row.places for row in rows}),
        first=first,
        order=order,
        years=_count_years(rows, sections, fill=True),
        counties=_count_counties(rows, sections, mentions),
        without=tuple(sorted(never, key=place_key)),
        unknown_years=sum(id in sections for id in sample.without_year),
        unknown_places=sum(id in sections for id in sample.without_place),
        other_papers=_count_others(sample, sections),
        took_ms=(time.perf_counter() - started) * 1000,
    )


def _nothing_to_follow(understood: Understood) -> UserError:
    error = UserError(_("There is no word to look for in it."))
    if understood.recognised:
        error.hint = _("Years and names of places are filters; in quotes “…” they are words.")
    else:
        error.hint = _("Name a practice: lawsearch spread 枫桥经验")
    return error


def _count_others(sample: Sample, sections: Collection[str]) -> int:
    """How many of the reports found are no annual reports of townships."""
    of_townships = chain((r.id for r in sample.counted), sample.without_year, sample.without_place)
    return len(sections) - sum(id in sections for id in of_townships)


def _count_years(
    rows: Sequence[Counted], mentioning: Collection[str], *, fill: bool = False
) -> tuple[YearCount, ...]:
    """The years of the reports, ascending; `fill` those between them that have none, too."""
    by_year: dict[int, list[Counted]] = {}
    for row in rows:
        by_year.setdefault(row.year, []).append(row)
    years: Iterable[int] = sorted(by_year)
    if fill and by_year:
        years = range(min(by_year), max(by_year) + 1)
    counts, before = [], set[Places]()
    for year in years:
        own = by_year.get(year, [])
        having = [row.places for row in own if row.id in mentioning]
        now = set(having)
        counts.append(
            YearCount(
                year=year,
                reports=len(having),
                of=len(own),
                townships=len(now),
                new_townships=len(now - before),
                of_townships=len({row.places for row in own}),
            )
        )
        before |= now
    return tuple(counts)


def _count_counties(
    rows: Iterable[Counted], sections: Collection[str], mentions: _Mentions
) -> tuple[CountySpread, ...]:
    by_county: dict[Places, list[Counted]] = {}
    for row in rows:
        by_county.setdefault(row.county, []).append(row)
    counties = []
    for places, own in by_county.items():
        mentioning = [row for row in own if row.id in sections]
        first, order = mentions.first(mentioning)
        county = CountySpread(
            places=places,
            first=first,
            order=order,
            reports=len(mentioning),
            of=len(own),
            townships=len({row.places for row in mentioning}),
            of_townships=len({row.places for row in own}),
            years=_count_years(own, sections),
        )
        counties.append(county)
    return tuple(sorted(counties, key=_by_first))


def _by_first(county: CountySpread) -> tuple[object, ...]:
    if not county.first:
        return (True, place_key(county.places))
    first = county.first[0]
    return (False, first.year, first.issued is None, first.issued or "", place_key(county.places))


class _Mentions:
    """The reports that mention it, with the ids of their sections as far as these are asked for."""

    def __init__(self, engine: Engine, sections: Mapping[str, int]) -> None:
        self._engine, self._sections = engine, sections

    def first(self, rows: Sequence[Counted]) -> tuple[tuple[Mention, ...], Order | None]:
        """Those of the reports that may be the first, and what decided it."""
        earliest = min((row.year for row in rows), default=0)
        of_year = [row for row in rows if row.year == earliest]
        first, order = _first_issued(of_year)
        first.sort(key=lambda row: (row.issued is None, place_key(row.places), row.id))
        passages = self._engine.passages([self._sections[row.id] for row in first])
        return tuple(
            Mention(row.id, passage.id, earliest, row.issued, row.places)
            for row, passage in zip(first, passages, strict=True)
        ), order


def _first_issued(rows: list[Counted]) -> tuple[list[Counted], Order | None]:
    """Of a year's reports those that may be the first, and what decided it."""
    if len(rows) < 2:
        return rows, Order.YEAR if rows else None
    issued = min((row.issued for row in rows if row.issued), default=None)
    first = [row for row in rows if row.issued in (None, issued)]
    undated = any(row.issued is None for row in first)
    return first, Order.UNKNOWN if undated else Order.ISSUED


# What is told beside the figures.


def sample_caution(spread: Spread) -> str:
    """A sentence on what was counted: it is not all there is."""
    if not spread.years:
        if spread.is_narrowed:
            return _("No annual report of a township passes the filters.")
        return _("The index holds no annual report of a township with its year and place.")
    reports = ngettext("{n} report", "{n} reports", spread.of).format(n=thousands(spread.of))
    n = spread.of_townships
    townships = ngettext("{n} township", "{n} townships", n).format(n=thousands(n))
    said = (
        _("Counted is only what is indexed here and passes the filters: {sample}.")
        if spread.is_narrowed
        else _("Counted is only what is indexed here: {sample}.")
    )
    sample = _("{reports} of {townships}, {years}").format(
        reports=reports,
        townships=townships,
        years=year_span(spread.years[0].year, spread.years[-1].year),
    )
    return said.format(sample=sample)


def silence_caution() -> str:
    """A sentence on what it means that a report does not mention something."""
    return _("Not mentioning it does not mean not doing it.")


def few_caution(spread: Spread) -> str:
    """A sentence on the years that are marked; empty when there are none."""
    if not spread.few:
        return ""
    best = max(count.of_townships for count in spread.years)
    said = ngettext(
        "Marked years: less than half as many townships have a report as in the best year ({n}). "
        "A rise or fall there may be one of the sample.",
        "Marked years: less than half as many townships have a report as in the best year ({n}). "
        "A rise or fall there may be one of the sample.",
        best,
    )
    return said.format(n=thousands(best))


def year_span(first: int, last: int) -> str:
    """Years from the first to the last, in words."""
    return str(first) if first == last else f"{first}–{last}"


def county_names(counties: Iterable[CountySpread]) -> list[str]:
    """What each county is called; where two have one name, with what is above it."""
    all = [county.places for county in counties]
    owners: dict[str | None, set[Places]] = {}
    for places in all:
        owners.setdefault(places[2], set()).add(places)
    return [_county_name(places, alone=len(owners[places[2]]) == 1) for places in all]


def _county_name(places: Places, *, alone: bool) -> str:
    province, city, county = places
    if county is None:  # a few cities have none
        return city or _("county unknown")
    above = city or province or _("city unknown")
    return county if alone else f"{above}{county}"


def spread_json(spread: Spread) -> Json:
    """The Spread object of the JSON contract."""
    return {
        "query": spread.query,
        **understood_json(spread.recognised, spread.ignored),
        "filters": [*spread.filters],
        "took_ms": round(spread.took_ms, 2),
        "reports": spread.reports,
        "of": spread.of,
        "townships": spread.townships,
        "of_townships": spread.of_townships,
        "first": [_mention_json(mention) for mention in spread.first],
        "order": spread.order,
        "years": [_year_json(count) | {"few": count.year in spread.few} for count in spread.years],
        "counties": [_county_json(county) for county in spread.counties],
        "without": {
            "townships": len(spread.without),
            "of": spread.of_townships,
            "names": [list(places) for places in spread.without],
        },
        "unknown_years": spread.unknown_years,
        "unknown_places": spread.unknown_places,
        "other_papers": spread.other_papers,
        "sample": sample_caution(spread),
    }


def _mention_json(mention: Mention) -> Json:
    province, city, county, township = mention.places
    return {
        "report": mention.report,
        "id": mention.id,
        "year": mention.year,
        "issued": mention.issued,
        "township": township,
        "county": county,
        "city": city,
        "province": province,
    }


def _year_json(count: YearCount) -> Json:
    return count._asdict()


def _county_json(county: CountySpread) -> Json:
    province, city, name = county.places
    return {
        "province": province,
        "city": city,
        "county": name,
        "first_year": county.first_year,
        "first": [_mention_json(mention) for mention in county.first],
        "order": county.order,
        "reports": county.reports,
        "of": county.of,
        "townships": county.townships,
        "of_townships": county.of_townships,
        "years": [_year_json(count) for count in county.years],
    }
