"""The values of a facet as they are shown: chosen ones marked, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from index.engine import FacetCount
from index.places import Chosen, path_ends, spelled
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
    takes = Chosen(chosen).takes
    counts = [
        FacetCount(value, path, sections, reports, takes(value, path))
        for (value, path), (sections, reports) in found.items()
    ]
    missing = (FacetCount(value, (), 0, 0, True) for value in _missing(chosen, found))
    return tuple(sorted([*counts, *missing], key=_order(field)))


def _missing(chosen: Iterable[FilterValue], found: Iterable[Value]) -> Iterator[str | int]:
    """Which of the chosen values name none of those found."""
    wanted = [value for value in chosen if isinstance(value, str | int)]
    if not wanted:
        return
    held = [(value, path) for value, path in found if value is not None]
    names, ends = {value for value, _path in held}, set[str]()
    if any(isinstance(value, str) for value in wanted):
        ends.update(end for _value, path in held for end in path_ends(path))
    for value in wanted:
        if value not in names and not (isinstance(value, str) and spelled(value) in ends):
            yield value


def _order(field: Field) -> Callable[[FacetCount], tuple[object, ...]]:
    if field is Field.YEAR:
        return lambda f: (f.value is None, -(f.value if isinstance(f.value, int) else 0))
    return lambda f: (f.value is None, -f.count, tuple(p or "" for p in f.path), str(f.value))
