"""What an index of one commit can suggest: its words, its places, the practices that it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from index.analysis import fold_stream
from index.engine import Engine, Question
from index.places import Places
from index.querytree import And, Field
from search.lookup import Lookup
from search.suggest import Near, near_names, near_words

PLACE_FIELDS: Final = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)
"""The widest first."""
PRACTICES: Final = Path(__file__).with_name("data") / "practices.txt"
_REMEMBERED: Final = 10_000


class KnownPlace(NamedTuple):
    """A place of the index. path leads from the province down to it."""

    field: Field
    name: str
    path: Places
    reports: int


class Vocabulary:
    """Of one engine; each part is read when it is first asked for. One thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counts = dict[str, int]()
        # The engine's own method: with one of ours, nothing would be let go of when it is closed.
        self.values = lru_cache(engine.values)

    def warm(self) -> None:
        """Read all of it, so that nobody has to wait for it."""
        self.near_names.find("某某镇")
        self.near_words.find("某某")
        _ = self.place_lookup, self.practice_lookup, self.sorted_words
        for field in Field:
            self.values(field)

    def counts(self, streams: Collection[str]) -> Mapping[str, int]:
        """In how many sections each stream stands."""
        known = {stream: self._counts[stream] for stream in streams if stream in self._counts}
        if unknown := [stream for stream in streams if stream not in known]:
            if len(self._counts) >= _REMEMBERED:
                self._counts.clear()
            found = self._engine.counts(unknown)
            self._counts.update(found)
            known.update(found)
        return known

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The words of the index, sorted, with their document frequency."""
        return dict(self._engine.words())

    @cached_property
    def sorted_words(self) -> list[str]:
        """The same without frequencies, to be bisected."""
        return list(self.words)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all places."""
        values = (self.values(field) for field in PLACE_FIELDS)
        return frozenset(name for each in values for name in each if isinstance(name, str))

    @cached_property
    def near_names(self) -> Near:
        """The names, by how they sound."""
        return near_names(self.names)

    @cached_property
    def near_words(self) -> Near:
        """The words, by how they sound."""
        return near_words(self.words)

    @cached_property
    def places(self) -> Mapping[str, tuple[KnownPlace, ...]]:
        """The places of each name, folded; those with most reports first."""
        everything = Question(And(()), limit=0, facets=PLACE_FIELDS)
        counted = self._engine.search(everything).facets
        found: dict[str, list[KnownPlace]] = {}
        for field in PLACE_FIELDS:
            for each in counted[field]:
                if isinstance(each.value, str):
                    place = KnownPlace(field, each.value, each.path, each.reports)
                    found.setdefault(fold_stream(each.value), []).append(place)
        return {name: tuple(sorted(same, key=_most_reports_first)) for name, same in found.items()}

    @cached_property
    def place_lookup(self) -> Lookup:
        """The names in `places`, by what is typed for them."""
        return Lookup(self.places, short_forms=True)

    @cached_property
    def practices(self) -> Mapping[str, int]:
        """The named practices that stand in the index, and in how many sections."""
        streams = {name: fold_stream(name) for name in load_practices()}
        counts = self.counts(streams.values())
        return {name: sections for name, stream in streams.items() if (sections := counts[stream])}

    @cached_property
    def practice_lookup(self) -> Lookup:
        """The practices, by what is typed for them."""
        return Lookup(self.practices)


def load_practices() -> list[str]:
    """Names of practices that are known nationwide, from the data file."""
    lines = PRACTICES.read_text("utf-8").splitlines()
    return [name for line in lines if (name := line.strip()) and not name.startswith("#")]


def _most_reports_first(place: KnownPlace) -> tuple[object, ...]:
    known = [name or "" for name in place.path]
    return -place.reports, PLACE_FIELDS.index(place.field), known
