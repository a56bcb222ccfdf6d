"""Facets as a page shows them: every value with its count and what a click on it asks for.

Values of one field are joined by OR, fields by AND. A word of the query that was read as a year or
a place counts as chosen: a click on another value of its field takes it out of the query and puts
it among what was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from index.engine import FacetCount
from index.i18n import gettext as _
from index.labels import level_label, part_label
from index.places import Chosen
from index.querytree import Field, Filter, FilterValue, YearRange
from search.fields import read_value
from search.results import Recognition
from web.asked import Asked
from web.rewording import changed, reword

UNKNOWN: Final = "unknown"
MOST_YEARS: Final = 40
"""Years that a histogram has room for."""
Path = tuple[str | None, ...]


class Row(NamedTuple):
    """A value of a facet. url chooses it or lets it go, without leaves it out; "" is neither."""

    name: str
    count: int  # type: ignore[assignment]  # tuples have a method of this name, not wanted here
    reports: int
    is_chosen: bool
    url: str
    without: str


class Year(NamedTuple):
    """A year of the histogram; row is None where no section is of it."""

    year: int
    share: float  # of the most that a year has, 0 to 1
    row: Row | None


@dataclass(frozen=True, slots=True)
class Links:
    """What clicks on values ask for. extra parameters go along in every address."""

    asked: Asked
    recognised: tuple[Recognition, ...] = ()
    filters: tuple[Filter, ...] = ()  # all that hold, those of the query too
    extra: tuple[tuple[str, str], ...] = ()

    def url(self, asked: Asked) -> str:
        """The address of a search."""
        return asked.url(extra=self.extra)

    def chosen(self, field: Field) -> Chosen:
        """What holds of a field."""
        return Chosen(v for filter in self.filters if filter.field is field for v in filter.values)

    def freed(self, fields: Iterable[Field]) -> Asked:
        """The search with what words of the query ask of the fields as choices."""
        asked, fields = self.asked.but(), {*fields}
        for each in self.recognised:
            if each.field in fields:
                rest = changed(asked, partial(reword, word=each.word))
                asked = rest.choosing(each.field, str(each.value)) if rest != asked else asked
        return asked

    def choosing(self, field: Field, value: str, *, drop: Sequence[Field] = ()) -> Asked:
        """With one value more; those of the fields in drop are let go."""
        asked = self.freed([field, *drop])
        if self._is_in_query(field):
            return asked.but(query=f"{asked.query} {field}:{value}")  # joined by OR, as choices are
        return asked.choosing(field, value, drop=drop)

    def letting_go(self, field: Field, value: FilterValue, path: Path) -> Asked | None:
        """Without what asks for a value; None where the query itself asks for it."""
        if self._is_in_query(field):
            return None
        asked = self.freed([field])
        typed = asked.chosen.get(field, ())
        read = {each: read_value(field, each) for each in typed}
        kept = tuple(each for each in typed if not Chosen(read[each]).takes(value, path))
        gone = (wanted for each in typed if each not in kept for wanted in read[each])
        if any(isinstance(wanted, YearRange) for wanted in gone):
            kept = (*kept, str(value))  # a year of a range that was chosen: only that year
        chosen = {name: each for name, each in asked.chosen.items() if name is not field}
        return asked.but(chosen=chosen | ({field: kept} if kept else {}))

    def _is_in_query(self, field: Field) -> bool:
        """Whether the query has `field:value`."""
        known = {v for each in self.asked.filters if each.field is field for v in each.values}
        known |= {each.value for each in self.recognised if each.field is field}
        held = {v for each in self.filters if each.field is field for v in each.values}
        return not held <= known


def value_name(field: Field, value: FilterValue) -> str:
    """What a value is called."""
    if value is None:
        return _("none") if field is Field.TOPIC else _("unknown")
    if field is Field.PART:
        return part_label(str(value))
    return level_label(str(value)) if field is Field.LEVEL else str(value)


def typed_name(field: Field, typed: str) -> str:
    """What a value is called, as an address or a query has it."""
    values = read_value(field, typed)
    if len(values) != 1 or isinstance(values[0], YearRange) or field not in _NAMED:
        return typed if values != (None,) else value_name(field, None)
    return value_name(field, values[0])


_NAMED: Final = (Field.PART, Field.LEVEL)


def facet_rows(field: Field, counts: Iterable[FacetCount], links: Links) -> tuple[Row, ...]:
    """The values of a facet as rows, in the order that they come in."""
    return tuple(_row(field, each, links) for each in counts)


def _row(field: Field, found: FacetCount, links: Links) -> Row:
    typed = UNKNOWN if found.value is None else str(found.value)
    asked = (
        links.letting_go(field, found.value, found.path)
        if found.selected
        else links.choosing(field, typed)
    )
    return Row(
        value_name(field, found.value),
        found.count,
        found.reports,
        found.selected,
        links.url(asked) if asked else "",
        "" if found.selected else links.url(links.asked.excluding(field, typed)),
    )


def year_bars(counts: Sequence[FacetCount], rows: Sequence[Row]) -> tuple[Year, ...]:
    """The years from the first to the last, with those between them that no section is of."""
    found: Mapping[int, Row] = {
        each.value: row
        for each, row in zip(counts, rows, strict=True)
        if isinstance(each.value, int)
    }
    if not found:
        return ()
    most = max(1, *(row.count for row in found.values()))
    years: Iterable[int] = range(min(found), max(found) + 1)
    if len(range(min(found), max(found) + 1)) > MOST_YEARS:
        years = sorted(found)[-MOST_YEARS:]
    return tuple(
        Year(year, row.count / most if (row := found.get(year)) else 0.0, row) for year in years
    )
