"""The reports that are counted over: the townships' annual reports that pass the filters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from index.engine import ReportRow
from index.model import Kind, Level
from index.places import Places, value_matches
from index.querytree import And, Field, Filter, FilterValue, Node, Not, Or

_DEPTH: Final = {Field.PROVINCE: 0, Field.CITY: 1, Field.COUNTY: 2, Field.TOWNSHIP: 3}


class Counted(NamedTuple):
    """A report of which year and place are known; issued is an ISO date."""

    id: str
    year: int
    issued: str | None
    places: Places

    @property
    def county(self) -> Places:
        """(province, city, county) of its township."""
        return self.places[:3]


@dataclass(frozen=True, slots=True)
class Sample:
    """Township annual reports: those that can be counted, and the ids of those that cannot."""

    counted: Sequence[Counted]
    without_year: Collection[str]
    without_place: Collection[str]  # the year is known


def take_sample(rows: Iterable[ReportRow], narrowing: Sequence[Node]) -> Sample:
    """The township annual reports for which all of the nodes hold."""
    passing = [
        row
        for row in rows
        if row.level is Level.TOWNSHIP
        and row.kind is Kind.ANNUAL_REPORT
        and all(_holds(node, row) for node in narrowing)
    ]
    whole = _whole_counties({row.places[:3] for row in passing if _is_placed(row.places)})
    counted, without_year, without_place = list[Counted](), list[str](), list[str]()
    for row in passing:
        if row.year is None:
            without_year.append(row.id)
        elif not _is_placed(row.places):
            without_place.append(row.id)
        else:
            places = (*whole[row.places[:3]], row.places[3])
            counted.append(Counted(row.id, row.year, row.issued, places))
    return Sample(counted, without_year, without_place)


def _is_placed(places: Places) -> bool:
    """Whether the township is known and where it lies; a few cities have no counties."""
    _province, city, county, township = places
    return township is not None and (county is not None or city is not None)


def _whole_counties(counties: Collection[Places]) -> dict[Places, Places]:
    """For each county (province, city, county) the one that it is, with what is above it.

    Of a county outside the gazetteer one report names the city and another does not: both mean the
    same when no other county of that name is there.
    """
    named: dict[str | None, list[Places]] = {}
    for county in counties:
        named.setdefault(county[2], []).append(county)
    return {county: _fullest(county, named[county[2]]) for county in counties}


def _fullest(county: Places, namesakes: Sequence[Places]) -> Places:
    if county[2] is None or None not in county:
        return county
    fuller = [other for other in namesakes if _is_within(county, other)]
    best = max(fuller, key=_known)
    return best if all(_is_within(other, best) for other in fuller) else county


def _is_within(county: Places, other: Places) -> bool:
    """Whether all that is known of a county is so of the other."""
    return all(a in (None, b) for a, b in zip(county, other, strict=True))


def _known(places: Places) -> int:
    return sum(place is not None for place in places)


# Filters on reports, told without the index's columns.


def about_reports(nodes: Iterable[Node]) -> Iterator[Node]:
    """Those of a query's top-level nodes that ask only for a report's year, place or level."""
    return (node for node in nodes if _is_about_reports(node))


def _is_about_reports(node: Node) -> bool:
    match node:
        case Filter(field):
            return field not in (Field.PART, Field.TOPIC)
        case Not(child):
            return _is_about_reports(child)
        case And(children) | Or(children):
            return all(map(_is_about_reports, children))
        case _:
            return False


def _holds(node: Node, row: ReportRow) -> bool:
    match node:
        case Filter(field, wanted):
            value, path = _value(row, field)
            return any(value_matches(value, path, each) for each in wanted)
        case Not(child):
            return not _holds(child, row)
        case And(children):
            return all(_holds(child, row) for child in children)
        case Or(children):
            return any(_holds(child, row) for child in children)
        case _:
            raise TypeError("no text stands in a row")


def _value(row: ReportRow, field: Field) -> tuple[FilterValue, Places]:
    if field is Field.YEAR:
        return row.year, ()
    if field is Field.LEVEL:
        return row.level, ()
    depth = _DEPTH[field]
    return row.places[depth], row.places[: depth + 1]
