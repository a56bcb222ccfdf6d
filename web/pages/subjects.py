"""How many sections of each part or topic there are, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from index.i18n import gettext as _
from index.labels import part_label
from index.model import Part
from index.querytree import Field, FilterValue
from search.run import Request
from web.asked import Asked
from web.live import Held

SHADES: Final = 5
UNKNOWN: Final = "unknown"


class Count(NamedTuple):
    """Sections and the reports that they are in; the address of the search for them.

    shade is from 0 to SHADES, by the share of that year's reports.
    """

    sections: int
    reports: int
    url: str
    shade: int


class Subject(NamedTuple):
    """A part or a topic, by year and of all these years."""

    name: str
    counts: list[Count]
    total: Count


class Subjects(NamedTuple):
    """A line a value. years are (name, reports), the last of them perhaps the unknown."""

    field: Field
    years: list[tuple[str, int]]
    lines: list[Subject]
    sections: int
    reports: int


class _Counted(NamedTuple):
    """What the sections that pass some filters are about: (sections, reports) by value."""

    by_value: Mapping[FilterValue, tuple[int, int]]
    sections: int
    reports: int


def count_subjects(held: Held, asked: Asked, field: Field) -> Subjects:
    """The counts of a field's values, of what was chosen. Raises BadFilter."""
    all = _count(held, asked, field)
    columns = [asked.but(chosen={**asked.chosen, Field.YEAR: (y,)}) for y in _years(held, asked)]
    counted = [_count(held, each, field) for each in columns]
    values = _ordered(field, all.by_value)
    lines = [
        Subject(
            name=_name(field, value),
            counts=[
                _linked(by_year, each, field, value)
                for by_year, each in zip(counted, columns, strict=True)
            ],
            total=_linked(all, asked, field, value),
        )
        for value in values
    ]
    names = [*map(_year_name, columns)]
    years = [(name, each.reports) for name, each in zip(names, counted, strict=True)]
    return Subjects(field, years, lines, all.sections, all.reports)


def _years(held: Held, asked: Asked) -> list[str]:
    """The years among those chosen that have sections, ascending, then the unknown."""
    request = Request("", filters=asked.filters, limit=0, facets=(Field.YEAR,))
    found = held.searcher.run(request).facets[Field.YEAR]
    is_chosen = Field.YEAR in asked.chosen
    known = (each.value for each in found if each.count and (each.selected or not is_chosen))
    return sorted(UNKNOWN if year is None else str(year) for year in known)


def _count(held: Held, asked: Asked, field: Field) -> _Counted:
    others = tuple(f for f in asked.filters if f.field is not field)
    results = held.searcher.run(Request("", filters=others, limit=0, facets=(field,)))
    by_value = {each.value: (each.count, each.reports) for each in results.facets[field]}
    return _Counted(by_value, results.total_sections, results.total_reports)


def _ordered(field: Field, found: Mapping[FilterValue, tuple[int, int]]) -> list[FilterValue]:
    """Parts in the order of a report, topics by their sections; the unknown last."""
    known = [value for value in found if value is not None]
    if field is Field.PART:
        known.sort(key=[*Part].index)
    else:
        known.sort(key=lambda value: (-found[value][0], str(value)))
    return [*known, *(value for value in found if value is None)]


def _linked(counted: _Counted, asked: Asked, field: Field, value: FilterValue) -> Count:
    sections, reports = counted.by_value.get(value, (0, 0))
    share = reports / counted.reports if counted.reports else 0.0
    shade = min(int(share * SHADES) + 1, SHADES) if reports else 0
    typed = UNKNOWN if value is None else str(value)
    return Count(sections, reports, asked.choosing(field, typed).url(), shade)


def _name(field: Field, value: FilterValue) -> str:
    if value is None:
        return _("not told") if field is Field.PART else _("no topic")
    return part_label(str(value)) if field is Field.PART else str(value)


def _year_name(asked: Asked) -> str:
    (year,) = asked.chosen[Field.YEAR]
    return _("Year unknown") if year == UNKNOWN else year
