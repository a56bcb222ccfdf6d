"""The order of what matches, as a cluster works it out.

A section's score says all that `index.plain.scoring.Rank` says but nearness: its tier, whether its
numbers are whole, whether it is more than a heading, and BM25. Each of the first three weighs more
than all after it together, so that it can be read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, log2
from typing import Any, Final

from index.engine import Mode, Question, Tier
from index.fillers import without_fillers
from index.opensearch import scripts
from index.opensearch.matching import Matching
from index.opensearch.spelling import term
from index.opensearch.statistics import GRAMS, WORDS, Statistics, Term
from index.opensearch.translate import (
    Query,
    all_of,
    any_of,
    confirmed,
    none_of,
    section_field,
    stands,
)
from index.plain.scoring import Rank
from index.queryterms import QueryTerms
from index.querytree import Text, Zone
from index.ranking import K1, NEARNESS_WEIGHT, idf

Json = dict[str, Any]

_LITERAL: Final = 4
_WHOLE: Final = 2  # numbers
_TEXT: Final = 1  # beside a heading
_ERROR: Final = 2.0**-19  # a float has 24 bits, and scores are below 8 units
_FEW: Final = 24
_MOST: Final = 200
"""Terms that a cluster scores; of a longer query those that tell most."""
_NUMERIC: Final = "0123456789."


def terms_of(terms: QueryTerms) -> list[Term]:
    """The terms whose frequencies a score needs."""
    return [*((WORDS, word) for word in terms.words), *((GRAMS, gram) for gram in terms.grams)]


class Ranking:
    """The query that scores the sections that match, and what its scores mean."""

    def __init__(
        self, question: Question, terms: QueryTerms, counts: Mapping[Term, int], about: Statistics
    ) -> None:
        self._mode, self._terms, self._mean = question.mode, terms, about.mean_length
        self._weights = [idf(about.n_sections, counts[each]) for each in terms_of(terms)]
        most = sum(self._weights) * (K1 + 1) + NEARNESS_WEIGHT
        self._unit = 2.0 ** ceil(log2(most + 1))
        self.error = self._unit * _ERROR
        """What a score of the cluster may be off by."""

    def query(self, found: Matching) -> Query:
        """The sections that match, scored."""
        scored = [*self._steps(found), *self._terms_scored()]
        return {"bool": {"filter": [found.sections], "should": scored}}

    def query_from(self, least: float, found: Matching) -> Query:
        """Those with at least this score, scored with nearness."""
        query = {"function_score": {"query": self.query(found), "min_score": least}}
        texts = [text for text in self._terms.texts if text.zone is not Zone.TITLE]
        script = scripts.with_nearness(texts, [without_fillers(text.words) for text in texts])
        return {"script_score": {"query": query, "script": script}}

    def _terms_scored(self) -> Iterator[Query]:
        """One script for a few terms, which most sections have; else one for each term."""
        weighed = [*zip(terms_of(self._terms), self._weights, strict=True)]
        if len(weighed) <= _FEW:
            yield self._scored({"match_all": {}}, weighed)
            return
        weighed.sort(key=lambda each: -each[1])
        for (field, text), weight in weighed[:_MOST]:
            having = {"term": {section_field(field): term(text)}}
            yield self._scored(having, [((field, text), weight)])

    def _scored(self, sections: Query, weighed: Sequence[tuple[Term, float]]) -> Query:
        words = [(term(text), weight) for (field, text), weight in weighed if field == WORDS]
        grams = [(text, weight) for (field, text), weight in weighed if field == GRAMS]
        script = scripts.score(words, grams, self._mean)
        return {"script_score": {"query": {"bool": {"filter": [sections]}}, "script": script}}

    def _steps(self, found: Matching) -> Iterator[Query]:
        if self._mode is Mode.SECTION:
            yield self._step(_LITERAL, found.literal)
        if parts := [*map(_part_of_number, filter(_is_numeric, self._terms.texts))]:
            yield self._step(_WHOLE, none_of(parts))
        yield self._step(_TEXT, {"term": {section_field("bare"): False}})

    def _step(self, weight: int, query: Query) -> Query:
        return {"constant_score": {"filter": query, "boost": weight * self._unit}}

    def tier(self, score: float) -> Tier:
        """The tier of a section by its score."""
        if self._mode is not Mode.SECTION:
            return Tier.PARTIAL
        return Tier.LITERAL if int(score // self._unit) & _LITERAL else Tier.WORDS

    def rest(self, score: float) -> float:
        """What of a score is BM25."""
        return score % self._unit

    def height(self, rank: Rank) -> float:
        """A rank as a score of the cluster, but with nearness."""
        steps = _LITERAL * (self._mode is Mode.SECTION and rank.tier == 0)
        if any(map(_is_numeric, self._terms.texts)):
            steps += _WHOLE * (not rank.part_of_number)
        steps += _TEXT * (not rank.heading_only)
        return steps * self._unit - rank.minus_score


def _is_numeric(text: Text) -> bool:
    # What a title holds has no place in a section that could be looked at.
    ends = text.stream[0], text.stream[-1]
    return text.zone is not Zone.TITLE and any(end in _NUMERIC for end in ends)


def _part_of_number(text: Text) -> Query:
    """The sections in which the text only stands inside longer numbers."""
    stream = text.stream
    longer = [digit + stream for digit in _NUMERIC if stream[0].isdigit()]
    longer += [stream + digit for digit in _NUMERIC if stream[-1].isdigit()]
    inside = all_of([stands(stream, text.zone), any_of(map(stands, longer))])
    return confirmed(inside, scripts.is_part_of_number(text))
