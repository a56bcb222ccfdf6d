"""How long a question would take without numpy, told from the dictionary of terms alone."""

from __future__ import annotations

from typing import Final, NamedTuple

from index.analysis import covering_grams
from index.engine import Mode, Question
from index.queryterms import query_terms
from index.querytree import And, Filter, Near, Node, Not, Or, Text, Zone
from index.segments.snapshot import Snapshot

# Microseconds, measured on one x86-64 machine.
_FOUND: Final = 1.0  # for each posting of a text or of one of its words
_COUNTED: Final = 0.6  # for each section that matches, and for each facet
_MATCHED: Final = 8.0  # for each section that is ranked
_SCORED: Final = 1.0  # and for each term of the query
_NUMBER: Final = 40.0  # and for each text that begins or ends with a figure


class _Estimate(NamedTuple):
    """Microseconds to find what matches a node, and at most how many sections that are."""

    us: float
    sections: int


def estimate_cost(snapshot: Snapshot, question: Question) -> float:
    """About how many microseconds `index.plain` would take."""
    found = _estimate(snapshot, question.tree)
    each = _COUNTED * (1 + len(question.facets))
    if question.limit != 0:  # then matches are only counted, not ranked
        texts, words, grams = query_terms(question.tree)
        each += _MATCHED + _SCORED * (len(words) + len(grams))
        each += _NUMBER * sum(map(_may_be_part, texts))
    again = 1 if question.mode is Mode.SECTION else 2
    return again * (found.us + found.sections * each)


def _may_be_part(text: Text) -> bool:
    """Whether it must be seen if the text stands within a longer number."""
    return text.stream[0].isdigit() or text.stream[-1].isdigit()


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
    most = min(own + min(words, default=0), snapshot.n_sections)
    return _Estimate(_FOUND * (own + sum(words)), most)


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
