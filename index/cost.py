"""How long a question would take without numpy, told from the dictionary of terms alone."""

from __future__ import annotations

from typing import Final, NamedTuple

from index.analysis import covering_grams
from index.engine import Mode, Question
from index.queryterms import query_terms
from index.querytree import And, Filter, Near, Node, Not, Or, Text, Zone
from index.segments.snapshot import Snapshot

# Microseconds, measured on one x86-64 machine.
_FOUND: Final = 1.5  # for each posting of a text or of one of its words
_NUMBER: Final = 40.0  # and for one that may be inside a longer number
_MATCHED: Final = 8.0  # for each section that matches
_SCORED: Final = 1.0  # and for each term of the query
_COUNTED: Final = 0.6  # and for each facet


class _Estimate(NamedTuple):
    """Microseconds to find what matches a node, and at most how many sections that are."""

    us: float
    sections: int


def estimate_cost(snapshot: Snapshot, question: Question) -> float:
    """About how many microseconds `index.plain` would take."""
    found = _estimate(snapshot, question.tree)
    terms = query_terms(question.tree)
    each = _MATCHED + _SCORED * (len(terms.words) + len(terms.grams))
    each += _COUNTED * len(question.facets)
    again = 1 if question.mode is Mode.SECTION else 2
    return again * (found.us + found.sections * each)


def _estimate(snapshot: Snapshot, node: Node) -> _Estimate:
    match node:
        case Text(zone=Zone.TITLE) | Filter():
            return _Estimate(snapshot.n_sections * _FOUND, snapshot.n_sections)
        case Text():
            return _of_text(snapshot, node)
        case Not(child):
            return _Estimate(_estimate(snapshot, child).us, snapshot.n_sections)
        case And(children) | Or(children):
            parts = [_estimate(snapshot, child) for child in children]
        case Near(left, right):
            parts = [_estimate(snapshot, left), _estimate(snapshot, right)]
    sizes = [part.sections for part in parts]
    most = sum(sizes) if isinstance(node, Or) else min(sizes, default=snapshot.n_sections)
    return _Estimate(sum(part.us for part in parts), min(most, snapshot.n_sections))


def _of_text(snapshot: Snapshot, text: Text) -> _Estimate:
    own = _occurrences(snapshot, text.stream)
    words = [_occurrences(snapshot, word) for word in text.words]
    us = _FOUND * (own + sum(words))
    if text.stream[0].isdigit() or text.stream[-1].isdigit():
        us += _NUMBER * own
    return _Estimate(us, min(own + min(words, default=0), snapshot.n_sections))


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
