"""The engine: what holds the index. Every engine gives the same answers to the same questions.

A question is a `Question` of a query tree and filters; an engine answers with places in reports
and numbers, and hands out whole reports. Highlighting and wording are the callers'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from index.model import Kind, Level, Report
from index.passage import Passage
from index.places import Places
from index.querytree import Field, Filter, FilterValue, Node

if TYPE_CHECKING:
    from index.prepared import PreparedReport


class Mode(StrEnum):
    """What counts as a match: see the query language's rules for when nothing matches."""

    SECTION = "section"  # a section that matches the whole tree
    REPORT = "report"  # a report whose sections together hold every operand
    PARTIAL = "partial"  # a section that holds at least a part of the words


class Tier(StrEnum):
    """How a section matched, best first."""

    LITERAL = "literal"
    WORDS = "words"
    PARTIAL = "partial"


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    YEAR = "year"
    TOWNSHIP = "township"


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for and how much of the answer to give.

    tree has no top-level filters; these are in `filters`, at most one a field. offset and limit
    count hits (reports when `by_report`); limit None is all. facets are the fields to count.
    """

    tree: Node
    filters: tuple[Filter, ...] = ()
    mode: Mode = Mode.SECTION
    sort: Sort = Sort.RELEVANCE
    by_report: bool = False
    offset: int = 0
    limit: int | None = 10
    facets: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundSection:
    """One hit. ordinal is the section's place in its report's sections, from 0.

    number is the engine's own for the section, until it is closed; sections counts the matching
    sections of the report (1 unless collapsed by report).
    """

    number: int = field(compare=False)
    report_id: str
    ordinal: int
    score: float
    tier: Tier
    sections: int = 1


class FacetCount(NamedTuple):
    """A value of a facet: sections and reports that have it among the matches.

    path leads from the province down to the value (only for places); None is unknown.
    """

    value: FilterValue
    path: tuple[str | None, ...]
    count: int  # type: ignore[assignment]  # tuples have a method of this name, not wanted here
    reports: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine found. Totals are exact and over all matches, whatever the limit."""

    total_sections: int
    literal_sections: int
    total_reports: int
    total_occurrences: int
    hits: tuple[FoundSection, ...]
    facets: Mapping[Field, tuple[FacetCount, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What to find the like of: words, with what each weighs.

    A section's score is the sum of weight * `index.ranking.saturate` over the words. Reports of the
    place `apart_from` are left out.
    """

    words: Mapping[str, float]
    filters: tuple[Filter, ...] = ()
    apart_from: Places | None = None
    limit: int = 100


class CommonForm(NamedTuple):
    """A stretch of a stream that many reports of many places have.

    reports, townships, counties: how many have the shingle of it that fewest have.
    """

    start: int
    end: int
    reports: int
    townships: int
    counties: int


Seed: TypeAlias = tuple[int, int, float]
"""A shingle that two streams share: its offset in each, and what a character of it weighs."""


@dataclass(slots=True)
class SharedText:
    """Two sections, by their numbers, that share rare text; first is the earlier one.

    The earlier is that of the earlier year, then of the earlier day of issue; unknown comes last.
    weight: about how many characters they share, each counted the less the more townships have it.
    seeds ascend by their first offset.
    """

    first: int
    second: int
    weight: float
    seeds: tuple[Seed, ...]


class ReportRow(NamedTuple):
    """What counting needs of a report. issued is an ISO date."""

    id: str
    year: int | None
    issued: str | None
    level: Level
    kind: Kind
    places: Places


class FileRow(NamedTuple):
    """What became of one file: the report it is part of, or why it was refused."""

    path: str
    sha256: str
    size: int
    mtime_ns: int
    report_id: str | None
    refused: str | None = None  # with a report_id: the version of before stays
    basis: str = ""  # digest of what else the report was made from: program, gazetteer, corrections


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that become visible together, or not at all.

    add replaces a report of the same id; remove are ids of reports; files replaces the rows of
    these paths, forget drops rows; retired are ids that must never be given again. settle: it is
    the last of many, and the index may be made as fast as it can be.
    """

    add: tuple[PreparedReport, ...] = ()
    remove: frozenset[str] = frozenset()
    files: tuple[FileRow, ...] = ()
    forget: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()
    settle: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What the index holds. commit counts commits from 1; written is an ISO time in UTC."""

    where: str
    commit: int
    written: str
    reports: int
    sections: int
    files: int
    refused: tuple[FileRow, ...]
    unknown_years: int  # township annual reports without a year
    unknown_places: int  # township annual reports without a township or a county
    by_level: Mapping[str, int]
    by_kind: Mapping[str, int]
    versions: Mapping[str, str]
    bytes: int


class Engine(Protocol):
    """Reading side of an engine: one commit, from opening to closing."""

    def search(self, question: Question) -> Answer:
        """The sections that match, counted and the wanted ones in order."""
        ...

    def cost(self, question: Question) -> float:
        """About how many milliseconds `search` would take in a process that runs already.

        Told from the tree and how often its terms stand in the index; nothing is searched for.
        """
        ...

    def count(self, stream: str) -> int:
        """In how many sections a stream stands; it is not empty."""
        ...

    def counts(self, streams: Collection[str]) -> Mapping[str, int]:
        """The same of each of many."""
        ...

    def fetch(self, report_ids: Collection[str]) -> Mapping[str, Report]:
        """The reports with these ids; ids that are not there are left out."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """What is shown of the sections with these numbers, in the same order."""
        ...

    def section_number(self, report_id: str, ordinal: int) -> int | None:
        """The number of a section by its place in its report's sections, from 0."""
        ...

    def live_sections(self) -> Iterator[int]:
        """The numbers of all sections, as they are stored."""
        ...

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first; tier is WORDS."""
        ...

    def frequencies(self, words: Collection[str]) -> Mapping[str, int]:
        """In how many sections each word stands."""
        ...

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        ...

    def shared_texts(self, sections: Collection[int] | None = None) -> Iterator[SharedText]:
        """Pairs of sections of different reports that share rare text, by the time of the first.

        With sections only pairs of which the first is one of them, or shares text with one: of
        such a first all its pairs.
        """
        ...

    def report_ids(self) -> Iterable[str]:
        """All report ids, in browse order."""
        ...

    def reports(self) -> Iterable[ReportRow]:
        """What counting needs of every report, as they are stored."""
        ...

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field and the number of reports (sections for part and topic)."""
        ...

    def words(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The words of the index that begin with the prefix and their document frequency."""
        ...

    def is_whole_word(self, word: str) -> bool:
        """Whether segmentation is known to leave the word whole; False may mean "not known"."""
        ...

    def files(self) -> Mapping[str, FileRow]:
        """What became of each file that was offered to this index."""
        ...

    def retired(self) -> Collection[str]:
        """Ids that were given once and must not be given again."""
        ...

    def status(self) -> Status:
        """What the index holds."""
        ...

    def verify(self) -> Iterator[str]:
        """One line for each thing that is not as it was committed; nothing when all is well.

        A line that is a Remark is none of these.
        """
        ...

    def close(self) -> None:
        """Let go of the commit."""
        ...


class Remark(str):
    """A line of `verify` that tells of no damage, and of nothing that a rebuild would mend."""


class Writer(Protocol):
    """Writing side of an engine: held by one process at a time."""

    def write(self, batch: Batch) -> None:
        """Commit the batch: all of it, or on any error nothing."""
        ...

    def files(self) -> Mapping[str, FileRow]:
        """The file rows as of the last commit."""
        ...

    def given(self) -> Mapping[str, str]:
        """Ids by path that a rebuild should give again."""
        ...

    def retired(self) -> Collection[str]:
        """Ids that were given once and must not be given again."""
        ...

    def fetch(self, report_ids: Collection[str]) -> Mapping[str, Report]:
        """Reports as of the last commit."""
        ...

    def close(self) -> None:
        """Let go of the lock."""
        ...
