"""What a search page was asked: its address as a request, and the addresses next to it.

Everything a reader can choose is in the address, under the names of the command line's options. An
address says only what is not so anyway, in one order: two addresses of the same search are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus

from starlette.datastructures import QueryParams

from index.engine import Sort
from index.errors import BadFilter, UserError
from index.i18n import gettext as _
from index.labels import thousands
from index.querytree import Field, Filter
from search.flags import read_flags
from search.run import Request

LIMIT: Final = 10
MOST: Final = 100
"""Hits on one page."""
DEEPEST: Final = 10_000
"""The last hit that pages lead to; an export has them all."""
MOST_VALUES: Final = 100
"""Values that are chosen, of all fields, and as many that are left out: a page has links for each
of them, and each link has all of them."""
MOST_WITHIN: Final = 8
LONGEST_QUERY: Final = 1000
"""Characters of a query, with what is searched within: every address of a page repeats them."""
UNITS: Final = ("section", "report")
FIELDS: Final = (*Field,)
_FLAGS: Final = ("exact", "literal", "synonyms")
Values = Mapping[Field, tuple[str, ...]]
NO_VALUES: Final[Values] = MappingProxyType({})


class Asked(NamedTuple):
    """A search as an address tells it. chosen and excluded hold values as they were typed."""

    query: str = ""
    within: tuple[str, ...] = ()
    chosen: Values = NO_VALUES
    excluded: Values = NO_VALUES
    exact: bool = False
    literal: bool = False
    synonyms: bool = False
    sort: Sort = Sort.RELEVANCE
    by_report: bool = False
    page: int = 1
    limit: int = LIMIT

    def request(self, facets: Sequence[Field], most_ms: float | None) -> Request:
        """The request for the query layer. Raises BadFilter for a value that no field takes."""
        from search.synonyms import load_synonyms

        return Request(
            query=self.query,
            within=self.within,
            filters=read_flags(self.chosen),
            excluded=read_flags(self.excluded),
            exact=self.exact,
            literal=self.literal,
            sort=self.sort,
            by_report=self.by_report,
            limit=self.limit,
            page=self.page,
            facets=tuple(facets),
            synonyms=load_synonyms() if self.synonyms else None,
            most_ms=most_ms,
        )

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What was chosen, as filters. Raises BadFilter."""
        return read_flags(self.chosen)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked at all."""
        return not (self.query.strip() or self.within or self.chosen or self.excluded)

    # Addresses

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters, in their order; for an address, or a form's hidden fields."""
        found = [("q", self.query)] if self.query else []
        found += [("within", text) for text in self.within]
        found += [(name.value, value) for name, value in _in_order(self.chosen)]
        found += [("not", f"{name.value}:{value}") for name, value in _in_order(self.excluded)]
        found += [(name, "1") for name in _FLAGS if getattr(self, name)]
        found += [("sort", self.sort)] if self.sort is not Sort.RELEVANCE else []
        found += [("by", "report")] if self.by_report else []
        found += [("limit", str(self.limit))] if self.limit != LIMIT else []
        return [*found, ("page", str(self.page))] if self.page > 1 else found

    def url(self, path: str = "/search", extra: Iterable[tuple[str, str]] = ()) -> str:
        """The address of this search on a page; extra parameters are the page's own."""
        parameters = "&".join(_encoded(name, value) for name, value in (*self.pairs(), *extra))
        return f"{path}?{parameters}" if parameters else path

    def at(self, page: int) -> Asked:
        """Another page of the same hits."""
        return self._replace(page=page)

    def but(self, **changes: Any) -> Asked:
        """The same search with other options or another query, from its first page."""
        return self._replace(page=1, **changes)

    def choosing(self, field: Field, value: str, *, drop: Iterable[Field] = ()) -> Asked:
        """With one value more; those of the fields in `drop` are let go."""
        dropped = {*drop}
        kept = {name: values for name, values in self.chosen.items() if name not in dropped}
        return self.but(
            chosen=_with(kept, field, value), excluded=_less(self.excluded, field, value)
        )

    def not_choosing(self, field: Field, value: str) -> Asked:
        """Without one of the values."""
        return self.but(chosen=_less(self.chosen, field, value))

    def excluding(self, field: Field, value: str) -> Asked:
        """Without the sections that have the value."""
        return self.but(
            excluded=_with(self.excluded, field, value), chosen=_less(self.chosen, field, value)
        )

    def not_excluding(self, field: Field, value: str) -> Asked:
        """With the sections that have the value, again."""
        return self.but(excluded=_less(self.excluded, field, value))

    def not_within(self, text: str) -> Asked:
        """Without one of the texts that were searched within the hits."""
        return self.but(within=tuple(each for each in self.within if each != text))


@lru_cache(256)
def _encoded(name: str, value: str) -> str:
    """A parameter as an address has it: a page has a hundred addresses that differ in one."""
    return f"{name}={quote_plus(value)}"


def _in_order(values: Values) -> Iterator[tuple[Field, str]]:
    for name in FIELDS if values else ():
        for value in values.get(name, ()):
            yield name, value


def _with(values: Values, field: Field, value: str) -> Values:
    return {**values, field: tuple(dict.fromkeys((*values.get(field, ()), value)))}


def _less(values: Values, field: Field, value: str) -> Values:
    if value not in values.get(field, ()):
        return values
    kept = {**values, field: tuple(each for each in values[field] if each != value)}
    return {name: each for name, each in kept.items() if each}


# From an address


def read_asked(params: QueryParams) -> Asked:
    """What an address asks. Unknown parameters do not count, empty ones are as if not there.

    Raises BadFilter for a value that its parameter does not take, UserError for too long a query.
    """
    query, within = params.get("q", ""), _read_within(params)
    limit, page = read_number(params, "limit", LIMIT, MOST), read_number(params, "page", 1, DEEPEST)
    if page > 1 and page * limit > DEEPEST:
        raise BadFilter("page", str(page), (f"1..{DEEPEST // limit}",))
    _check_length("".join((query, *within)))
    return Asked(
        query=query,
        within=within,
        chosen=read_chosen(params),
        excluded=_read_excluded(params.getlist("not")),
        exact=read_flag(params, "exact"),
        literal=read_flag(params, "literal"),
        synonyms=read_flag(params, "synonyms"),
        sort=Sort(read_one(params, "sort", [*Sort])),
        by_report=read_one(params, "by", UNITS) == "report",
        page=page,
        limit=limit,
    )


def _read_within(params: QueryParams) -> tuple[str, ...]:
    typed = (text for text in params.getlist("within") if text.strip())
    return tuple(dict.fromkeys(typed))[:MOST_WITHIN]


def _check_length(typed: str) -> None:
    if len(typed) > LONGEST_QUERY:
        said = _("The query has {n} characters; {most} are the most here.")
        failed = UserError(said.format(n=thousands(len(typed)), most=thousands(LONGEST_QUERY)))
        failed.hint = _("Ask for what matters in it. The like of a whole text is found at /similar")
        raise failed


def read_chosen(params: QueryParams) -> Values:
    """The values of each field; year_from and year_to are a range. Raises BadFilter."""
    found: dict[Field, tuple[str, ...]] = {}
    for name in Field:
        values = [value for value in params.getlist(name) if value.strip()]
        if name is Field.YEAR:
            values += _range(params)
        if values:
            found[name] = tuple(dict.fromkeys(values))
    _check_number(found)
    return found


def _range(params: QueryParams) -> list[str]:
    first, last = (params.get(name, "").strip() for name in ("year_from", "year_to"))
    return [f"{first}..{last}"] if first or last else []


def _read_excluded(typed: Sequence[str]) -> Values:
    found: Values = {}
    for each in typed:
        name, colon, value = each.partition(":")
        if not colon or name not in [*Field] or not value.strip():
            raise BadFilter("not", each, [f"{name}:…" for name in Field])
        found = _with(found, Field(name), value)
        _check_number(found)
    return found


def _check_number(values: Values) -> None:
    """Raise BadFilter where they are too many."""
    if sum(map(len, values.values())) > MOST_VALUES:
        field = next(iter(values))
        raise BadFilter(field, f"{values[field][0]} …", (f"1..{MOST_VALUES}",))


def read_number(params: QueryParams, name: str, default: int, most: int) -> int:
    """A number from 1 on. Raises BadFilter."""
    typed = params.get(name, "").strip()
    if not typed:
        return default
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10 and 1 <= int(typed) <= most):
        raise BadFilter(name, typed, (f"1..{most}",))
    return int(typed)


def read_flag(params: QueryParams, name: str) -> bool:
    """Whether something is switched on. Raises BadFilter."""
    return read_one(params, name, ("0", "1", "true", "false")) in ("1", "true")


def read_one(params: QueryParams, name: str, known: Sequence[str]) -> str:
    """One of the known values, the first where none is given. Raises BadFilter."""
    typed = params.get(name, "").strip() or known[0]
    if typed not in known:
        raise BadFilter(name, typed, known)
    return typed
