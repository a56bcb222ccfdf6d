"""How long a question would take without numpy, told from the dictionary of terms alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from index.analysis import covering_grams
from index.engine import Mode, Question
from index.querytree import And, Filter, Near, Node, Not, Or, Text, Zone
from index.segments.snapshot import Snapshot

# Microseconds that a posting takes, measured on one x86-64 machine; only their sum's order counts.
_FOUND: Final = 2.0
_SCORED: Final = 0.8  # for each term of a text
_COUNTED: Final = 0.4  # for each facet


def estimate_cost(snapshot: Snapshot, question: Question) -> float:
    """About how many microseconds `index.plain` would take, by the counts of terms."""
    counted = _COUNTED * len(question.facets)
    if isinstance(question.tree, And) and not question.tree.children:
        return snapshot.n_sections * (_FOUND + counted)
    again = 1 if question.mode is Mode.SECTION else 2
    return again * sum(_cost(snapshot, node, counted) for node in _leaves(question.tree))


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _leaves(child)
        case Near(left, right):
            yield from _leaves(left)
            yield from _leaves(right)
        case Not(child):
            yield node
            yield from _leaves(child)
        case Text() | Filter():
            yield node


def _cost(snapshot: Snapshot, node: Node, counted: float) -> float:
    if not isinstance(node, Text) or node.zone is Zone.TITLE:
        return snapshot.n_sections * _FOUND
    streams = dict.fromkeys((node.stream, *node.words))
    each = _FOUND + counted + _SCORED * len(streams)
    return sum(_occurrences(snapshot, stream) for stream in streams) * each


def _occurrences(snapshot: Snapshot, stream: str) -> int:
    """At most so often does the stream stand in the index."""
    total = 0
    for segment in snapshot.segments:
        at = segment.array("gram.first")
        if len(stream) == 1:
            first, last = segment.grams_from(stream)
            total += at[last] - at[first]
            continue
        numbers = [segment.find_gram(gram) for _offset, gram in covering_grams(stream)]
        if min(numbers) >= 0:
            total += min(at[number + 1] - at[number] for number in numbers)
    return total
