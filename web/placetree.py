"""The tree of places under a search: province, city, county, township, opened one branch at a time.

Counts are those under everything but the filters of places themselves, so that the places beside
the chosen one keep theirs. A level that is not known (a county without its city) is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from index.analysis import fold_stream
from index.engine import Engine, FacetCount, Mode, Question
from index.i18n import gettext as _
from index.places import Chosen
from index.querytree import Field, Filter
from web.facetview import UNKNOWN, Links, Path

LEVELS: Final = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)
COUNTY_DEPTH: Final = 3
SHOWN: Final = 12
"""Places of a level that are shown before somebody asks for all."""
MOST_FOUND: Final = 30
OPEN, FIND = "tree", "place"
"""The parameters of an address: the branch that is open, and what was typed to find a place."""
ROOT: Final = "all"
_NOT_KNOWN: Final = "-"


class Count(NamedTuple):
    """Sections and reports."""

    sections: int
    reports: int


class Node(NamedTuple):
    """A place. open_url opens its branch or closes it, "" where it has none; more are not shown."""

    name: str
    count: Count  # type: ignore[assignment]  # tuples have a method of this name, not wanted here
    is_chosen: bool
    url: str
    without: str
    above: str = ""
    open_url: str = ""
    is_open: bool = False
    branches: tuple[Node, ...] = ()
    more: int = 0
    more_url: str = ""


class Branches(NamedTuple):
    """What stands below a place."""

    nodes: tuple[Node, ...]
    more: int
    more_url: str


@dataclass(frozen=True)
class PlaceQuestion:
    """Counts places under a search, but not under its filters of places.

    most_ms: what one count may cost, as estimated; over that nothing is counted.
    """

    engine: Engine
    question: Question
    mode: Mode
    most_ms: float
    known: tuple[FacetCount, ...] = ()  # the counties, where they were counted before

    def count(self, field: Field, filters: Iterable[Filter] = ()) -> tuple[FacetCount, ...]:
        """The places of a level."""
        kept = [each for each in self.question.filters if each.field not in LEVELS]
        question = replace(
            self.question,
            mode=self.mode,
            filters=(*kept, *filters),
            by_report=False,
            offset=0,
            limit=0,
            facets=(field,),
        )
        if self.engine.cost(question) > self.most_ms:
            return ()
        return self.engine.search(question).facets[field]

    def townships(self, county: Path) -> dict[Path, Count]:
        """The townships of one county."""
        found = self.count(Field.TOWNSHIP, filters_of(county))
        return {
            each.path: Count(each.count, each.reports)
            for each in found
            if each.path[:COUNTY_DEPTH] == county
        }


def filters_of(path: Path) -> tuple[Filter, ...]:
    """What the sections of a place have in common: its name, and that what is unknown is so."""
    filters = [Filter(LEVELS[depth], (None,)) for depth, name in enumerate(path) if name is None]
    named = [depth for depth, name in enumerate(path) if name is not None]
    if named:
        filters.append(Filter(LEVELS[named[-1]], (typed_path(path),)))
    return tuple(filters)


def typed_path(path: Path) -> str:
    """A place as an address has it, with all that is above it: 浙江省/云汀市/青禾县."""
    return "/".join(name for name in path if name) or UNKNOWN


class PlaceTree:
    """The places of a search, and the branch of them that is open."""

    def __init__(self, places: PlaceQuestion, links: Links, opened: str = "") -> None:
        """opened names a branch, ROOT the first level; without it the branch of what is chosen."""
        self._places = places
        self._links = links
        self._wanted = opened
        self._chosen: Mapping[Field, Chosen] = {field: links.chosen(field) for field in LEVELS}
        self._has_chosen = {f.field for f in links.filters if f.field in LEVELS}

    @cached_property
    def _counts(self) -> dict[Path, Count]:
        """Every place from the province to the county, most sections first."""
        counts: dict[Path, Count] = {}
        for each in self._places.known or self._places.count(Field.COUNTY):
            for depth in range(1, len(each.path) + 1):
                sections, reports = counts.get(each.path[:depth], (0, 0))
                counts[each.path[:depth]] = Count(sections + each.count, reports + each.reports)
        return counts

    @cached_property
    def _below(self) -> dict[Path, list[Path]]:
        """The places right below each, those of an unknown level counted to the level above."""
        below: dict[Path, list[Path]] = {}
        for path in sorted(self._counts, key=lambda path: -self._counts[path].sections):
            if path[-1] is None and len(path) < COUNTY_DEPTH:
                continue
            below.setdefault(_above(path), []).append(path)
        return below

    @cached_property
    def opened(self) -> Path:
        """The branch that is open."""
        if self._wanted:
            return _read_path(self._wanted)
        chosen = [*self._counties_of_chosen, *filter(self._is_chosen, self._counts)]
        if len(chosen) == 1:
            return chosen[0]
        return _above(chosen[0]) if chosen else self._first_fork()

    @cached_property
    def _counties_of_chosen(self) -> list[Path]:
        """The counties of the townships that are chosen."""
        filters = [f for f in self._links.filters if f.field is Field.TOWNSHIP]
        found = self._places.count(Field.COUNTY, filters) if filters else ()
        return [each.path for each in found]

    def _first_fork(self) -> Path:
        """The first place from above that has several below it."""
        path: Path = ()
        while len(below := self._below.get(path, [])) == 1 and len(below[0]) < COUNTY_DEPTH:
            path = below[0]
        return path

    def branches(self) -> Branches:
        """The first level, with what is open below it."""
        return self._branches(())

    def _branches(self, path: Path) -> Branches:
        below = self._sorted_below(path)
        if self._wanted and self.opened == path:
            return Branches(tuple(map(self._node, below)), 0, "")
        shown = [each for n, each in enumerate(below) if n < SHOWN or self._is_kept(each)]
        more = len(below) - len(shown)
        return Branches(tuple(map(self._node, shown)), more, self._open_url(path) if more else "")

    def _sorted_below(self, path: Path) -> Sequence[Path]:
        if len(path) < COUNTY_DEPTH:
            return self._below.get(path, [])
        found = self._townships
        return sorted(found, key=lambda each: (each[-1] is None, -found[each].sections))

    @cached_property
    def _townships(self) -> dict[Path, Count]:
        return self._places.townships(self.opened)

    def _is_kept(self, path: Path) -> bool:
        opened = (self.opened, *self._counties_of_chosen[:SHOWN])
        return self._is_chosen(path) or any(each[: len(path)] == path for each in opened)

    def _is_chosen(self, path: Path) -> bool:
        field = LEVELS[len(path) - 1]
        return field in self._has_chosen and self._chosen[field].takes(path[-1], path)

    def _node(self, path: Path) -> Node:
        if len(path) > COUNTY_DEPTH:
            return self._alone(path, self._townships[path])
        alone = self._alone(path, self._counts[path])
        if self.opened[: len(path)] != path:
            return alone._replace(open_url=self._open_url(path))
        inner = self._branches(path)
        return alone._replace(
            open_url=self._open_url(_above(path) or (None,)),
            is_open=True,
            branches=inner.nodes,
            more=inner.more,
            more_url=inner.more_url,
        )

    def _alone(self, path: Path, count: Count) -> Node:
        """A place without what is below it."""
        return Node(
            name=path[-1] or (_("no township") if len(path) > COUNTY_DEPTH else _("unknown")),
            count=count,
            is_chosen=self._is_chosen(path),
            url=self._choose_url(path),
            without=self._without_url(path),
        )

    def _open_url(self, path: Path) -> str:
        written = "/".join(name or _NOT_KNOWN for name in path) or ROOT
        return self._links.asked.url(extra=[(OPEN, written)])

    def _choose_url(self, path: Path) -> str:
        field = LEVELS[len(path) - 1]
        if self._is_chosen(path):
            asked = self._links.letting_go(field, path[-1], path)
            return asked.url() if asked else ""
        others = [each for each in LEVELS if each is not field]
        asked = self._links.choosing(field, typed_place(path), drop=others)
        above = _above(path)
        if path[-1] is None and above:  # the unknown one of this place, not of all
            asked = asked.choosing(LEVELS[len(above) - 1], typed_path(above))
        return asked.url()

    def _without_url(self, path: Path) -> str:
        if self._is_chosen(path):
            return ""
        return self._links.asked.excluding(LEVELS[len(path) - 1], typed_place(path)).url()

    def find(self, typed: str) -> tuple[Node, ...]:
        """The places with a text in their name, at any level, most sections first."""
        wanted = fold_stream(typed)
        if not wanted:
            return ()
        towns = self._places.count(Field.TOWNSHIP)
        counts = {each.path: Count(each.count, each.reports) for each in towns} | self._counts
        found = [path for path in counts if path and path[-1] and wanted in fold_stream(path[-1])]
        found.sort(key=lambda path: (len(path), -counts[path].sections))
        return tuple(self._found(path, counts[path]) for path in found[:MOST_FOUND])

    def _found(self, path: Path, count: Count) -> Node:
        above = " ".join(name for name in reversed(path[:-1]) if name)
        return self._alone(path, count)._replace(above=above)


def _above(path: Path) -> Path:
    """The nearest known place that a place is in."""
    depth = len(path) - 1
    while depth and path[depth - 1] is None:
        depth -= 1
    return path[:depth]


def typed_place(path: Path) -> str:
    """The value of a place's own field in an address."""
    return UNKNOWN if path[-1] is None else typed_path(path)


def _read_path(typed: str) -> Path:
    if typed == ROOT:
        return ()
    return tuple(None if name == _NOT_KNOWN else name for name in typed.split("/"))[:COUNTY_DEPTH]
