"""Filters from flags: the same values that a query's fields take, but a bad one is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.errors import BadFilter
from index.model import Level, Part
from index.querytree import Field, Filter, FilterValue
from search.fields import read_value

_KNOWN: Mapping[Field, Sequence[str]] = {
    Field.YEAR: ("2024", "2021..2023", "2021..", "unknown"),
    Field.PART: [*Part, "unknown"],
    Field.LEVEL: [*Level],
}


def read_flags(flags: Mapping[Field, Sequence[str]]) -> tuple[Filter, ...]:
    """One filter for each field that has values. Raises BadFilter."""
    return tuple(
        Filter(field, tuple(v for typed in values for v in _read(field, typed)))
        for field, values in flags.items()
        if values
    )


def _read(field: Field, typed: str) -> tuple[FilterValue, ...]:
    values = read_value(field, typed)
    if not values:
        raise BadFilter(f"--{field}", typed, _KNOWN.get(field, ()))
    return values


def read_facets(typed: str) -> tuple[Field, ...]:
    """The fields of a list such as year,township. Raises BadFilter."""
    names = [name.strip() for name in typed.replace("，", ",").split(",") if name.strip()]
    for name in names:
        if name not in [*Field]:
            raise BadFilter("--facets", name, [*Field])
    return tuple(Field(name) for name in names)
