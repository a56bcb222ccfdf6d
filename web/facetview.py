"""Facets as a page shows them: every value with its count and what a click on it asks for.

Values of one field are joined by OR, fields by AND. A word of the query that was read as a year or
a place counts as chosen: a click on another value of its field takes it out of the query and puts
it among what was chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress
from typing import Final, NamedTuple

from index.engine import FacetCount
from index.i18n import gettext as _
from index.labels import level_label, part_label
from index.places import Chosen
from index.querytree import Field, Filter, FilterValue, YearRange
from search.fields import read_value
from search.results import Recognition
from web.asked import Asked
from web.rewording import take_filters, taken_out

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


class Links:
    """What clicks on values ask for."""

    def __init__(
        self,
        asked: Asked,
        recognised: Sequence[Recognition] = (),
        filters: Sequence[Filter] = (),
        extra: Sequence[tuple[str, str]] = (),
    ) -> None:
        """filters are all that hold, those of the query too; extra goes along in every address."""
        self.asked = asked
        self.filters = filters
        self._recognised = recognised
        self._extra = extra
        self._freed: dict[frozenset[Field], Asked] = {}

    def url(self, asked: Asked) -> str:
        """The address of a search."""
        return asked.url(extra=self._extra)

    def chosen(self, field: Field) -> Chosen:
        """What holds of a field."""
        return Chosen(self._held(field))

    def _held(self, field: Field) -> Iterator[FilterValue]:
        return (v for filter in self.filters if filter.field is field for v in filter.values)

    def freed(self, fields: Iterable[Field]) -> Asked:
        """The search with what its query asks of the fields as choices."""
        wanted = frozenset(fields)
        if wanted not in self._freed:
            self._freed[wanted] = self._free(wanted)
        return self._freed[wanted]

    def _free(self, fields: Collection[Field]) -> Asked:
        read = [each for each in self._recognised if each.field in fields]
        asked, taken = taken_out(self.asked, [each.word for each in read])
        for each in compress(read, taken):
            asked = asked.choosing(each.field, str(each.value))
        texts = [take_filters(text, fields) for text in (asked.query, *asked.within)]
        query, *within = (rest for rest, _taken in texts)
        asked = asked.but(query=query, within=tuple(filter(None, within)))
        for found in chain.from_iterable(taken for _rest, taken in texts):
            for value in found.values:
                asked = asked.choosing(found.field, typed_value(value))
        return asked

    def choosing(self, field: Field, value: str, *, drop: Sequence[Field] = ()) -> Asked:
        """With one value more; those of the fields in drop are let go."""
        asked = self.freed([field, *drop])
        if self._is_bound(field, asked):
            return asked.but(query=f"{asked.query} {field}:{value}")  # joined by OR, as choices are
        return asked.choosing(field, value, drop=drop)

    def letting_go(self, field: Field, value: FilterValue, path: Path) -> Asked | None:
        """Without what asks for a value; None where the query does in a way of its own."""
        asked = self.freed([field])
        if self._is_bound(field, asked):
            return None
        typed = asked.chosen.get(field, ())
        read = {each: read_value(field, each) for each in typed}
        kept = tuple(each for each in typed if not Chosen(read[each]).takes(value, path))
        gone = (wanted for each in typed if each not in kept for wanted in read[each])
        if any(isinstance(wanted, YearRange) for wanted in gone):
            kept = (*kept, str(value))  # a year of a range that was chosen: only that year
        chosen = {name: each for name, each in asked.chosen.items() if name is not field}
        return asked.but(chosen=chosen | ({field: kept} if kept else {}))

    def _is_bound(self, field: Field, freed: Asked) -> bool:
        """Whether the query asks for the field in brackets, from where it cannot be taken."""
        known = {v for typed in freed.chosen.get(field, ()) for v in read_value(field, typed)}
        read = {v for value in self._held(field) for v in read_value(field, typed_value(value))}
        return not read <= known


def typed_value(value: FilterValue) -> str:
    """A value as an address has it."""
    if isinstance(value, YearRange):
        return f"{value.first or ''}..{value.last or ''}"
    return UNKNOWN if value is None else str(value)


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
    typed = typed_value(found.value)
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
