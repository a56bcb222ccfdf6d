"""What every engine of the benchmark is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

TOP = 10


class Task(StrEnum):
    """What is measured. Each answer has the exact total and the best ten with title and snippet."""

    AND = "and"  # sections with every word and phrase
    FACETS = "facets"  # the same, and how many there are of each year and each township
    OR = "or"  # sections with any word or phrase
    PHRASES = "phrases"  # quoted phrases and nothing else


@dataclass(frozen=True, slots=True)
class Query:
    """Words and phrases as a person types them, and the year that is asked for."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    year: int | None = None
    band: str = ""  # how frequent its words are, for the tables

    def __str__(self) -> str:
        typed = [*self.words, *(f'"{phrase}"' for phrase in self.phrases)]
        return " ".join([*typed, *([str(self.year)] if self.year else [])])


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found; matches in the snippet stand between <b> and </b>."""

    id: str
    title: str
    snippet: str


Facets = tuple[Mapping[int, int], Mapping[str, int]]
"""Sections by year, and by county/township."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer. total counts sections; facets are there where they were asked for.

    An engine gives its counts in a form of its own: `facets` makes it the same form for all, to be
    compared, and is called when the time has been taken.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Callable[[], Facets] | None = None

    @property
    def years(self) -> Mapping[int, int] | None:
        """Sections by year."""
        return self.facets()[0] if self.facets else None

    @property
    def places(self) -> Mapping[str, int] | None:
        """Sections by county/township."""
        return self.facets()[1] if self.facets else None


class Peer(Protocol):
    """An engine with an open index."""

    name: ClassVar[str]
    tasks: ClassVar[frozenset[Task]]

    def __init__(self, folder: Path) -> None:
        """Open the index."""

    @staticmethod
    def version() -> str:
        """The engine's name and version. Raises ImportError or OSError where it is not there."""
        ...

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        """Index the parsed reports into the (new) folder, by that many processes at most."""
        ...

    def search(self, query: Query, task: Task) -> Found:
        """The answer to a query."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...
