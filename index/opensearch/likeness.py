"""Sections that have most of the weight of many words.

The cluster scores as `index.vector.likeness` does, but for the last bits: those that it ranks first
are scored again here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from index.analysis import Stream, count_words
from index.engine import FoundSection, Likeness, Tier
from index.opensearch.mapping import WINDOW
from index.opensearch.reading import Reader
from index.opensearch.spelling import term
from index.opensearch.translate import SECTIONS, Query, nested, passes, section_field
from index.places import Places
from index.ranking import K1, B
from index.remembered import Remembered

if TYPE_CHECKING:
    from index.opensearch.comparing import Sections
    from index.passage import Passage

Json = dict[str, Any]

_MOST_WORDS: Final = 1_000
"""Words that sections are looked for by; a query takes 1,024. All are scored by."""
_SLACK: Final = 1.0001
"""What an exact score may be above the cluster's: it rounds otherwise."""
_MOST_AGAIN: Final = 4
"""Times as many sections as are wanted that are scored again where scores are equal, …"""
_AND_MORE: Final = 200  # … and so many more.
_SHARE: Final = (
    "params.weight * _score * params.most"
    f" / (_score + params.least + params.each * doc['{section_field('length')}'].value)"
)
"""`index.ranking.saturate`, of how often a word stands in a section."""
_SOME_MORE: Final = 10
"""Sections and reports that are asked for beyond those that are wanted."""
_MOST_OF_ONE: Final = 1_000
"""Sections of one report that are looked at."""
_REMEMBERED_BYTES: Final = 32 << 20  # of counted sections: some 4,000
_LEVELS: Final = ("province", "city", "county", "township")

_Shares = npt.NDArray[np.float32]


class _Candidate(NamedTuple):
    """A section by the cluster's score; sorts in browse order where the scores are equal."""

    falling: float  # the score's negative
    browse: str
    ordinal: int
    report_id: str


class _Scored(NamedTuple):
    """A section by its own score, likewise."""

    falling: float
    browse: str
    ordinal: int
    report_id: str
    number: int


class _Counted(NamedTuple):
    """How often each word stands in a section, and how long its stream is."""

    times: Mapping[str, int]
    length: int


class LikenessFinder:
    """Finds the like over one commit."""

    def __init__(self, reader: Reader, sections: Sections) -> None:
        self._reader, self._sections = reader, sections
        self._counted = Remembered(_REMEMBERED_BYTES)

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first; equal ones as browsed."""
        if likeness.limit <= 0:
            return []
        best: list[_Scored] = []
        candidates = self._candidates(likeness)
        most = _MOST_AGAIN * likeness.limit + _AND_MORE
        size = likeness.limit + _SOME_MORE
        unasked = _unasked(likeness.words)
        while some := [*islice(candidates, size)]:
            best = sorted([*best, *self._scored(some, likeness.words)])[: likeness.limit]
            most -= len(some)
            if most <= 0 or _are_best(best, likeness.limit, unasked - some[-1].falling):
                break
        return [
            FoundSection(each.number, each.report_id, each.ordinal, -each.falling, Tier.WORDS)
            for each in best
        ]

    # Candidates

    def _candidates(self, likeness: Likeness) -> Iterator[_Candidate]:
        """The sections as the cluster ranks them."""
        weights = {word: weight for word, weight in likeness.words.items() if weight > 0}
        if not weights:
            return
        # The first sections are in the first reports, one in each if they are not in fewer.
        size = min(WINDOW, likeness.limit + _SOME_MORE)
        body = {
            "query": _ranked(weights, likeness, size, self._mean_length),
            "sort": [{"_score": "desc"}, {"browse": "asc"}],
            "_source": ["card"],
        }
        waiting: list[_Candidate] = []
        for hits in self._reader.pages(body, size):
            for hit in hits:
                for candidate in _sections_of(hit):
                    heappush(waiting, candidate)
            # Reports that are yet to come have no section that scores more than the last one.
            least = hits[-1]["sort"][0]
            while waiting and -waiting[0].falling >= least:
                yield heappop(waiting)
        while waiting:
            yield heappop(waiting)

    # Scores

    def _scored(
        self, candidates: Sequence[_Candidate], words: Mapping[str, float]
    ) -> Iterator[_Scored]:
        """Those of the sections that score anything, each with its own score."""
        numbers = [self._sections.number(each.report_id, each.ordinal) for each in candidates]
        counted = self._count(numbers)
        scores = _scores(counted, words, self._mean_length)
        for each, number, score in zip(candidates, numbers, scores.tolist(), strict=True):
            if score > 0:
                yield _Scored(-score, each.browse, each.ordinal, each.report_id, number)

    def _count(self, numbers: Sequence[int]) -> list[_Counted]:
        known: dict[int, _Counted | None] = {n: self._counted.get(n) for n in numbers}
        unknown = [number for number, counted in known.items() if counted is None]
        found = {n: counted for n, counted in known.items() if counted is not None}
        for number, passage in zip(unknown, self._sections.passages(unknown), strict=True):
            counted = found[number] = _count(passage)
            self._counted.put(number, counted, 100 * len(counted.times))
        return [found[number] for number in numbers]

    @cached_property
    def _mean_length(self) -> float:
        """Characters of a section."""
        sums = {"characters": {"sum": {"field": section_field("length")}}}
        aggs = {"sections": {"nested": {"path": SECTIONS}, "aggs": sums}}
        answer = self._reader.search({"size": 0, "track_total_hits": False, "aggs": aggs})
        found = answer["aggregations"]["sections"]
        n_sections = found["doc_count"]
        return float(found["characters"]["value"] / n_sections) if n_sections else 0.0


def _are_best(best: Sequence[_Scored], limit: int, next_score: float) -> bool:
    """Whether no section that the cluster scores less, or the same, may be among the best."""
    return len(best) == limit and -best[-1].falling >= next_score * _SLACK


def _unasked(words: Mapping[str, float]) -> float:
    """What the words that the cluster is not asked for may add to a score."""
    return (K1 + 1) * sum(weight for weight in sorted(words.values())[:-_MOST_WORDS] if weight > 0)


def _ranked(
    weights: Mapping[str, float], likeness: Likeness, size: int, mean_length: float
) -> Query:
    """The reports by their best section, each with its sections."""
    heaviest = sorted(weights, key=lambda word: -weights[word])[:_MOST_WORDS]
    any_word = {
        "should": [_weighed(word, weights[word], mean_length) for word in heaviest],
        "minimum_should_match": 1,
        "filter": [passes(each) for each in likeness.filters],
    }
    inner = {"size": min(size, _MOST_OF_ONE), "_source": False}
    found = nested({"bool": any_word}, score_mode="max", inner_hits=inner)
    return {"bool": {"must": [found], "must_not": [*_of_place(likeness.apart_from)]}}


def _weighed(word: str, weight: float, mean_length: float) -> Query:
    """The sections that have a word, with what it adds to their scores."""
    params = {
        "weight": weight,
        "most": K1 + 1,
        "least": K1 * (1 - B),
        "each": K1 * B / mean_length if mean_length else 0.0,
    }
    query = {"term": {section_field("counted_words"): term(word)}}
    return {"script_score": {"query": query, "script": {"source": _SHARE, "params": params}}}


def _of_place(place: Places | None) -> Iterator[Query]:
    """The reports of a place; an upper level that is not known may be any."""
    if place is None or not any(place):
        return
    lowest = max(depth for depth, name in enumerate(place) if name is not None)
    same: list[Query] = []
    for depth, (level, name) in enumerate(zip(_LEVELS, place, strict=True)):
        unknown: Query = {"bool": {"must_not": [{"exists": {"field": level}}]}}
        if depth > lowest:
            same.append(unknown)
        elif name is not None:
            named: Query = {"term": {level: term(name)}}
            any_of = [named] if depth == lowest else [named, unknown]
            same.append({"bool": {"should": any_of, "minimum_should_match": 1}})
    yield {"bool": {"filter": same}}


def _sections_of(hit: Json) -> Iterator[_Candidate]:
    """The sections of a report that was found."""
    id = json.loads(hit["_source"]["card"])[0]
    for inner in hit["inner_hits"][SECTIONS]["hits"]["hits"]:
        ordinal = inner["_nested"]["offset"]
        yield _Candidate(-inner["_score"], hit["sort"][1], ordinal, id)


def _count(passage: Passage) -> _Counted:
    times, _headings = count_words(Stream(passage.text, passage.heading_length, ()))
    return _Counted(times, len(passage.text))


def _scores(counted: Sequence[_Counted], words: Mapping[str, float], mean_length: float) -> _Shares:
    """(n,) of each section, the words added in their order, in the steps of a small float."""
    lengths = np.array([each.length for each in counted], np.float64)
    exact = K1 * (1 - B + B * lengths / mean_length) if mean_length else np.full(len(lengths), K1)
    norms = exact.astype(np.float32)
    scores = np.zeros(len(counted), np.float32)
    for word, weight in words.items():
        times = np.array([each.times.get(word, 0) for each in counted], np.float32)
        held = times.nonzero()[0]
        some = times.take(held)
        shares = some * np.float32(K1 + 1) / (some + norms.take(held))
        scores[held] += shares * np.float32(weight)
    return scores
