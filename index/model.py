"""The data model: what a report is made of, as plain immutable data.

Every span is half-open and counts code points of the report's source, the decoded text of its
file. Texts are never copied: a section or a measure is its spans, and its text is cut from the
source where it is needed (`Report.section_text`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points in a source."""

    start: int
    end: int


class Part(StrEnum):
    """Which of the official contents a section belongs to."""

    ACHIEVEMENTS = "achievements"
    PROBLEMS = "problems"
    LEADERSHIP = "leadership"
    PLANS = "plans"
    OTHER = "other"


class Level(StrEnum):
    """Whose report it is."""

    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    DEPARTMENT = "department"
    OTHER = "other"


class Kind(StrEnum):
    """What paper it is: a rule-of-law annual report, or something else."""

    ANNUAL_REPORT = "annual_report"
    OTHER = "other"


class Furniture(NamedTuple):
    """A stretch of the source that is not the report's own text.

    kind: one of page_number, navigation, metadata, site (buttons, footers, share bars).
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered block of a report, without its sub-sections.

    key is its place in the outline ("1.4"; "0" for what stands before the first heading, "end"
    for a sign-off), number the printed path with half-width brackets (["一", "(四)"]); heading is
    the heading's text without its number, on one line. `heading_span` begins at the number and
    `text_span` holds the section's own text; both may be empty, they never overlap.
    """

    key: str
    number: tuple[str, ...]
    heading: str
    part: Part | None
    topics: tuple[str, ...]
    heading_span: Span
    text_span: Span
    measures: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its names, from the township up; None is unknown."""

    township: str | None = None
    county: str | None = None
    city: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that a report was read from. sha256 is of its bytes; size in bytes."""

    path: str
    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one field has its value: shown by `lawsearch parse --explain`."""

    field: str
    value: str | int | None
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """One township's report for one year (or another paper, told by level and kind)."""

    id: str
    files: tuple[SourceFile, ...]  # the one that `source` was read from comes first
    source: str
    level: Level
    kind: Kind
    title: str | None
    year: int | None
    place: Place
    issuer: str | None
    document_number: str | None
    issued: str | None  # ISO date
    furniture: tuple[Furniture, ...]
    sections: tuple[Section, ...]
    reasons: tuple[Reason, ...] = field(default=(), compare=False)

    @property
    def file(self) -> str:
        """The path of the file that the source was read from."""
        return self.files[0].path

    def section_text(self, section: Section) -> str:
        """The section's own text as it stands in the source."""
        return self.source[section.text_span.start : section.text_span.end]
