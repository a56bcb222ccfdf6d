"""What scores are worked out from besides a section itself: how many sections there are, how long
they are, and in how many a term stands. A commit never changes, so that all of it is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from typing import Any, Final

from index.opensearch.reading import Reader, Round
from index.opensearch.scripts import ROUNDED_SCORE
from index.opensearch.spelling import term
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.remembered import Remembered

Json = dict[str, Any]
Term = tuple[str, str]
"""A field of a section and a term in it."""

WORDS: Final = "ranked_words"
GRAMS: Final = "ranked_grams"
_REMEMBERED_BYTES: Final = 8 << 20
_AT_ONCE: Final = 500
_MANY: Final = 200_000
"""Sections; with more a request for each term is faster than one that goes through all."""
_CHARACTERS: Final[Json] = {"characters": {"sum": {"field": section_field("length")}}}
_TOTALS: Final[Json] = {"sections": {"nested": {"path": SECTIONS}, "aggs": _CHARACTERS}}


class Statistics:
    """Counts over one commit."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._counts = Remembered(_REMEMBERED_BYTES)

    @property
    def n_sections(self) -> int:
        """How many sections there are."""
        return self._totals[0]

    @property
    def mean_length(self) -> float:
        """Of the sections' streams, in characters."""
        sections, characters = self._totals
        return characters / sections if sections else 0.0

    @cached_property
    def _totals(self) -> tuple[int, int]:
        """(sections, their characters)."""
        found = self._reader.search({"size": 0, "track_total_hits": False, "aggs": _TOTALS})
        sections = found["aggregations"]["sections"]
        return sections["doc_count"], int(sections["characters"]["value"])

    def ask(self, round: Round, terms: Iterable[Term]) -> dict[Term, int]:
        """In how many sections each term stands; filled in by the time the round has ended."""
        counts: dict[Term, int] = {}
        unknown: list[Term] = []
        for each in dict.fromkeys(terms):
            known = self._counts.get(each)
            if known is None:
                unknown.append(each)
            else:
                counts[each] = known
        if unknown and self.n_sections > _MANY:
            for each in unknown:
                round.add(counting(_has(each)), partial(self._take_count, counts, each))
            return counts
        for first in range(0, len(unknown), _AT_ONCE):
            some = unknown[first : first + _AT_ONCE]
            round.add(_counting_all(some), partial(self._take_counts, counts, some))
        return counts

    def _take_counts(self, counts: dict[Term, int], terms: Sequence[Term], answer: Json) -> None:
        buckets = answer["aggregations"]["sections"]["having"]["buckets"]
        for each, bucket in zip(terms, buckets, strict=True):
            counts[each] = self._counts.put(each, bucket["doc_count"], 0)

    def _take_count(self, counts: dict[Term, int], each: Term, answer: Json) -> None:
        counts[each] = self._counts.put(each, counted(answer), 0)


def _counting_all(terms: Iterable[Term]) -> Json:
    """Counts the sections that have each of some terms by going through all sections once."""
    having = {"having": {"filters": {"filters": [*map(_has, terms)]}}}
    sections = {"nested": {"path": SECTIONS}, "aggs": having}
    return {"size": 0, "track_total_hits": False, "aggs": {"sections": sections}}


def _has(each: Term) -> Query:
    field, text = each
    return {"term": {section_field(field): term(text)}}


def counting(sections: Query) -> Json:
    """Counts sections by going through these alone; `counted` reads the answer."""
    having = {"constant_score": {"filter": sections}}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": nested(having, score_mode="sum"),
        "aggs": {"sections": {"sum": {"script": {"source": ROUNDED_SCORE}}}},
    }


def counted(answer: Json) -> int:
    """The number that was asked for by `counting`."""
    return int(answer["aggregations"]["sections"]["value"])
