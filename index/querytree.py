"""The query tree: what a query asks for, in a form that any engine can run.

`search.language` makes it from what was typed; engines only read it. Trees are immutable and
compare by value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """A field that a filter can ask for; facets count over the same fields."""

    YEAR = "year"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    PART = "part"
    TOPIC = "topic"
    LEVEL = "level"


class YearRange(NamedTuple):
    """Years from first to last, both included; None leaves that end open."""

    first: int | None
    last: int | None


FilterValue = str | int | YearRange | None
"""A filter's value: a name, a year, a range of years; None is "unknown"."""


class Zone(StrEnum):
    """Where a text may stand."""

    ANYWHERE = "anywhere"  # the section's whole stream: number, heading, own text
    HEADING = "heading"  # the section's number and heading
    TITLE = "title"  # the title of the section's report


class Scope(StrEnum):
    """How near two operands of `Near` must stand."""

    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted phrase or an unquoted word.

    typed is what stood in the query, stream the same folded as sections are (never empty).
    A quoted text matches where its stream stands. An unquoted one also matches where all its
    `words` stand (each folded; filled in by the query layer, empty when there is nothing to cut).
    """

    typed: str
    stream: str
    quoted: bool
    zone: Zone = Zone.ANYWHERE
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Sections whose field has one of the values."""

    field: Field
    values: tuple[FilterValue, ...]


@dataclass(frozen=True, slots=True)
class And:
    """Sections that match every child; without children, all sections."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Sections that match at least one child."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Sections that do not match the child."""

    child: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Sections where some occurrence of each operand stands within the scope, in either order.

    distance counts code points of the stream between the two occurrences (only for CHARACTERS).
    """

    left: Text | Or
    right: Text | Or
    scope: Scope
    distance: int = 0


Node = Text | Filter | And | Or | Not | Near


def positive_texts(node: Node) -> Iterator[Text]:
    """The texts that a match may hold (those outside NOT), in order of the query."""
    match node:
        case Text():
            yield node
        case And(children) | Or(children):
            for child in children:
                yield from positive_texts(child)
        case Near(left, right):
            yield from positive_texts(left)
            yield from positive_texts(right)
        case Filter() | Not():
            return
