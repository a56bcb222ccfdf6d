"""What to say when no section matched a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from index.engine import Mode, Question
from index.querytree import And, Field, Filter, Near, Node, Not, Or, Text, YearRange, positive_texts
from search.bounds import Bounded
from search.results import Help, Without

if TYPE_CHECKING:
    from search.vocabulary import Vocabulary

MOST_PARTS = 8
"""Parts of a query that are left out in turn; each costs a search."""
LONGEST_WORD = 6
_NEAR_MS = 50.0
"""What looking for names and words near to one takes at most, about."""
_NAMES = (Field.TOWNSHIP, Field.COUNTY, Field.CITY, Field.PROVINCE)


def explain_nothing(bounded: Bounded, question: Question, vocabulary: Vocabulary) -> Help:
    """Which word or filter left nothing, how many sections there are without it, and near words.

    What would cost more than is left is not told.
    """
    ask = replace(question, mode=Mode.SECTION, limit=0, offset=0, facets=(), by_report=False)
    parts = [*islice(_parts(ask), MOST_PARTS)]
    without = tuple(
        Without(kind, text, found)
        for kind, text, rest in parts
        if (answer := bounded.try_search(rest)) is not None and (found := answer.total_sections)
    )
    return Help(without, tuple(_suggestions(bounded, question, vocabulary)))


def _parts(question: Question) -> Iterator[tuple[str, str, Question]]:
    """(kind, text, the question without it) for each top-level part."""
    tree, filters = question.tree, question.filters
    children = tree.children if isinstance(tree, And) else (tree,)
    for i, child in enumerate(children):
        rest = (*children[:i], *children[i + 1 :])
        if rest or filters:
            kind = "filter" if isinstance(child, Filter) else "word"  # a second one of its field
            yield kind, describe(child), replace(question, tree=And(rest))
    for i, filter in enumerate(filters):
        kept = (*filters[:i], *filters[i + 1 :])
        if kept or children:
            yield "filter", describe(filter), replace(question, filters=kept)


def describe(node: Node) -> str:
    """A part of a query much as it was typed."""
    match node:
        case Text(typed):
            return typed
        case Filter(field, values):
            return f"{field}:{','.join(_value(v) for v in values)}"
        case Not(child):
            return f"-{describe(child)}"
        case And(children):
            return " ".join(map(describe, children))
        case Or(children):
            return "(" + " OR ".join(map(describe, children)) + ")"
        case Near(left, right):
            return f"{describe(left)} … {describe(right)}"


def _value(value: object) -> str:
    if isinstance(value, YearRange):
        return f"{value.first or ''}..{value.last or ''}"
    return "unknown" if value is None else str(value)


def _suggestions(
    bounded: Bounded, question: Question, vocabulary: Vocabulary
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names and words of the index that are near to those of the query which it does not hold."""
    for filter in question.filters:
        for value in filter.values:
            if (
                filter.field not in _NAMES
                or not isinstance(value, str)
                or value in vocabulary.names
            ):
                continue
            if bounded.takes(_NEAR_MS):
                yield from _one(value, vocabulary.near_names.find(value))
    texts = dict.fromkeys(positive_texts(question.tree))
    short = (text for text in texts if len(text.stream) <= LONGEST_WORD)  # no slip of a word else
    for text in islice(short, MOST_PARTS):
        answer = bounded.try_search(Question(text, limit=0))
        if answer is None or answer.total_sections or not bounded.takes(_NEAR_MS):
            continue
        near = vocabulary.near_names.find(text.stream) or vocabulary.near_words.find(text.stream)
        yield from _one(text.typed.strip('"“”'), near)


def _one(typed: str, meant: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if meant:
        yield typed, tuple(meant)
