"""What matches a question, as queries: over sections, and over the reports that they are in.

The same as `index.plain.answering._match` and `index.plain.relaxing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.engine import Mode, Question
from index.opensearch.translate import (
    NONE,
    Query,
    all_of,
    any_of,
    any_stands,
    is_literal,
    matches,
    nested,
    passes,
)
from index.plain.relaxing import split, units
from index.querytree import And, Field, Node, Text

SECTION_FIELDS = (Field.PART, Field.TOPIC)


@dataclass(frozen=True, slots=True)
class Matching:
    """Queries for what matches.

    sections: over sections, all filters among it. literal: which of these hold all literally, NONE
    where a part is enough. reports: what a report must have besides.
    """

    sections: Query
    literal: Query
    reports: tuple[Query, ...] = ()

    def within(self, query: Query | None = None, **options: Any) -> Query:
        """The reports that match, scored by a query over their matching sections."""
        scored = nested(query or self.sections, **options)
        return {"bool": {"filter": [*self.reports], "must": [scored]}}


def matching(question: Question) -> Matching:
    """What matches the question, filters included."""
    filters = [passes(each) for each in question.filters]
    if question.mode is Mode.SECTION:
        found = all_of([matches(question.tree), *filters])
        return Matching(found, is_literal(question.tree))
    if question.mode is Mode.PARTIAL:
        return Matching(all_of([*_partial(question.tree), *filters]), NONE)
    # A filter on sections says which of them may make their report match.
    own = tuple(each for each in question.filters if each.field in SECTION_FIELDS)
    tree = And((question.tree, *own)) if own else question.tree
    strict, loose = split(tree)
    if len(loose) < 2:
        return Matching(NONE, NONE)
    allowed = matches(And(tuple(strict)))
    reports = tuple(nested(all_of([matches(operand), allowed])) for operand in loose)
    return Matching(all_of([*_partial(tree), *filters]), NONE, reports)


def _partial(tree: Node) -> Iterator[Query]:
    """Sections that hold at least one word of the query, and all that must hold."""
    strict, loose = split(tree)
    some = units(loose)
    words = [unit.stream for unit in some if isinstance(unit, Text)]
    others = [matches(unit) for unit in some if not isinstance(unit, Text)]
    yield any_of([*others, *([any_stands(words)] if words else [])])
    yield matches(And(tuple(strict)))
