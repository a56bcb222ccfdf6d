"""How long an answer takes on a cluster, told from how often the query's terms stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from index.analysis import covering_grams
from index.engine import Mode, Question
from index.opensearch.statistics import GRAMS, Term
from index.queryterms import query_terms
from index.querytree import And, Filter, Near, Node, Not, Or, Text, Zone

# Milliseconds, then microseconds, measured on 300,000 sections on three nodes of one x86-64 machine
# with two cores.
_ASKED: Final = 10.0  # for the requests themselves and the passages of a page
_FOUND: Final = 0.1  # for each section that has a text's rarest pair
_COUNTED: Final = 0.5  # for each section that matches, and for each facet
_SCORED: Final = 0.25  # for each section that is ranked, and for each term of the query
_LOOKED_AT: Final = 4.0  # for each section in which a script looks how near texts are


class _Estimate(NamedTuple):
    """Microseconds to find what matches a node, and at most how many sections that are."""

    us: float
    sections: int


def terms_for_cost(question: Question) -> Iterator[Term]:
    """The terms whose frequencies the cost is told from."""
    for text in _texts(question.tree):
        if text.zone is not Zone.TITLE:
            for stream in (text.stream, *text.words):
                yield from ((GRAMS, gram) for gram in _pairs(stream))


def _pairs(stream: str) -> list[str]:
    return [gram for _offset, gram in covering_grams(stream)] if len(stream) > 1 else []


def _texts(node: Node) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(children) | Or(children):
            for child in children:
                yield from _texts(child)
        case Near(left, right):
            yield from _texts(left)
            yield from _texts(right)
        case Not(child):
            yield from _texts(child)
        case Filter():
            return


def cost_ms(question: Question, counts: Mapping[Term, int], n_sections: int) -> float:
    """About how many milliseconds the answer takes."""
    found = _Estimator(counts, n_sections).of(question.tree)
    each = _COUNTED * (1 + len(question.facets))
    if question.limit != 0:
        terms = query_terms(question.tree)
        each += _SCORED * (1 + len(terms.words) + len(terms.grams))
    again = 1 if question.mode is Mode.SECTION else 2
    return _ASKED + again * (found.us + found.sections * each) / 1000


class _Estimator:
    """Over the counts of one index."""

    def __init__(self, counts: Mapping[Term, int], n_sections: int) -> None:
        self._counts, self._n_sections = counts, n_sections

    def of(self, node: Node) -> _Estimate:
        """What a node takes."""
        every = self._n_sections
        match node:
            case Text():
                return self._of_text(node)
            case Filter():
                return _Estimate(every * _FOUND, every)
            case Not(child):
                return _Estimate(self.of(child).us, every)
            case And(children) | Or(children):
                parts = [self.of(child) for child in children]
            case Near(left, right):
                parts = [self.of(left), self.of(right)]
        sizes = [part.sections for part in parts]
        most = min(sum(sizes), every) if isinstance(node, Or) else min(sizes, default=every)
        us = sum(part.us for part in parts)
        return _Estimate(us + _LOOKED_AT * most if isinstance(node, Near) else us, most)

    def _of_text(self, text: Text) -> _Estimate:
        own = self._having(text.stream, text.zone)
        words = [self._having(word, text.zone) for word in text.words]
        most = min(own + min(words, default=0), self._n_sections)
        return _Estimate(_FOUND * (own + sum(words)), most)

    def _having(self, stream: str, zone: Zone) -> int:
        """In at most so many sections does the stream stand."""
        known = [] if zone is Zone.TITLE else _pairs(stream)
        return min((self._counts[GRAMS, gram] for gram in known), default=self._n_sections)
