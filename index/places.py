"""When a place, or any value of a field, is the one that a filter asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from index.analysis import fold_stream
from index.querytree import FilterValue, YearRange

_LONGEST: Final = 100
"""Characters of what is remembered; all names of a place in a row are fewer."""
Places = tuple[str | None, ...]
"""Province, city, county, township."""


def place_key(places: Places) -> tuple[tuple[bool, str], ...]:
    """Sorts places from the province down; unknown last."""
    return tuple((place is None, place or "") for place in places)


def names_place(wanted: str, path: Sequence[str | None]) -> bool:
    """Whether `wanted` is the end of a path: 青禾县松岭镇 names (…, 云汀市, 青禾县, 松岭镇)."""
    return spelled(wanted) in path_ends(path)


def spelled(wanted: str) -> str:
    """How the end of a path is written that a filter's value names."""
    wanted = wanted.replace("/", "")
    return _folded(wanted) if len(wanted) <= _LONGEST else fold_stream(wanted)


def path_ends(path: Sequence[str | None]) -> Iterator[str]:
    """Every way to name the place of a path, the shortest first, as `spelled` writes them."""
    end = ""
    for name in reversed(path):
        end = _folded(name or "") + end
        yield end


_folded = lru_cache(1 << 12)(fold_stream)
"""A report may write its township in traditional characters; a query is folded as it is read."""


def value_matches(value: FilterValue, path: Sequence[str | None], wanted: FilterValue) -> bool:
    """Whether a value (a place by its path from the province down) is what a filter wants."""
    if isinstance(wanted, YearRange):
        return isinstance(value, int) and (wanted.first or 0) <= value <= (wanted.last or 9999)
    if value == wanted:
        return True
    return isinstance(wanted, str) and value is not None and names_place(wanted, path)


class Chosen:
    """What filters ask for of a field: of thousands of values each is told at one look."""

    def __init__(self, wanted: Iterable[FilterValue]) -> None:
        self._wanted = frozenset(wanted)
        self._spelled = frozenset(spelled(each) for each in self._wanted if isinstance(each, str))
        self._ranges = [each for each in self._wanted if isinstance(each, YearRange)]

    def takes(self, value: FilterValue, path: Sequence[str | None]) -> bool:
        """Whether one of them is what `value_matches` says of the value."""
        if value in self._wanted or any(value_matches(value, path, r) for r in self._ranges):
            return True
        named = self._spelled and value is not None
        return bool(named) and not self._spelled.isdisjoint(path_ends(path))
