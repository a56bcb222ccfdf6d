"""The values of a facet as they are shown: chosen ones marked, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from index.engine import FacetCount
from index.places import value_matches
from index.querytree import Field, Filter, FilterValue

Value = tuple[FilterValue, tuple[str | None, ...]]
"""A value of a field, and its path from the province down (only for places)."""


def facet_counts(
    field: Field, found: Mapping[Value, tuple[int, int]], filters: Iterable[Filter]
) -> tuple[FacetCount, ...]:
    """The values with their (sections, reports), most sections first; years newest first.

    What a filter asks for and no match has is there with zero.
    """
    chosen = [value for f in filters if f.field is field for value in f.values]
    counts = [
        FacetCount(value, path, sections, reports, _selected(value, path, chosen))
        for (value, path), (sections, reports) in found.items()
    ]
    missing = (
        FacetCount(value, (), 0, 0, True)
        for value in chosen
        if isinstance(value, str | int)
        and not any(_selected(f.value, f.path, [value]) for f in counts)
    )
    return tuple(sorted([*counts, *missing], key=_order(field)))


def _selected(
    value: FilterValue, path: tuple[str | None, ...], chosen: Iterable[FilterValue]
) -> bool:
    return any(value_matches(value, path, wanted) for wanted in chosen)


def _order(field: Field) -> Callable[[FacetCount], tuple[object, ...]]:
    if field is Field.YEAR:
        return lambda f: (f.value is None, -(f.value if isinstance(f.value, int) else 0))
    return lambda f: (f.value is None, -f.count, tuple(p or "" for p in f.path), str(f.value))
