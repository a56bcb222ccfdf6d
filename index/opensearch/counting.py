"""Totals and facets of what matches: one request, and one more for each facet whose own filter
must not shrink it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from index.engine import FacetCount, Question
from index.facets import facet_counts
from index.opensearch.facets import counts_of, of_sections, over_reports, over_sections
from index.opensearch.matching import Matching, matching
from index.opensearch.occurrences import counted
from index.opensearch.reading import Round
from index.opensearch.scripts import ROUNDED_SCORE
from index.opensearch.translate import Query
from index.queryterms import query_terms
from index.querytree import Field

Json = dict[str, Any]


@dataclass(slots=True)
class Counts:
    """What there is of what matches; filled in by the time the round of requests has ended."""

    sections: int = 0
    literal: int = 0
    reports: int = 0
    occurrences: int = 0
    facets: dict[Field, tuple[FacetCount, ...]] = field(default_factory=dict)


def ask_counts(round: Round, question: Question, found: Matching) -> Counts:
    """The totals and facets of a question; found is what matches it."""
    counts = Counts()
    filtered = {each.field for each in question.filters}
    free = [each for each in question.facets if each not in filtered]
    texts = query_terms(question.tree).texts
    body = _body(
        found, counted(texts, found.sections), free, {"literal": {"filter": found.literal}}
    )
    body["aggs"]["occurrences"] = {"sum": {"script": {"source": ROUNDED_SCORE}}}
    body["track_total_hits"] = True
    round.add(body, partial(_take, counts, question, free, round.where))
    for own in filtered.intersection(question.facets):
        others = tuple(each for each in question.filters if each.field is not own)
        without = matching(replace(question, filters=others))
        body = _body(without, without.sections, [own], {})
        round.add(body, partial(_take_facets, counts, question, [own], round.where))
    return counts


def _body(found: Matching, scored: Query, fields: Collection[Field], others: Json) -> Json:
    inside = over_sections(fields) | others
    aggs = over_reports(fields, found.sections)
    if inside:
        aggs["sections"] = of_sections(found.sections, inside)
    return {"size": 0, "query": found.within(scored, score_mode="sum"), "aggs": aggs}


def _take(
    counts: Counts, question: Question, fields: Collection[Field], where: str, answer: Json
) -> None:
    found = answer["aggregations"]
    kept = found["sections"]["kept"]
    counts.sections, counts.literal = kept["doc_count"], kept["literal"]["doc_count"]
    counts.reports = answer["hits"]["total"]["value"]
    counts.occurrences = int(found["occurrences"]["value"])
    _take_facets(counts, question, fields, where, answer)


def _take_facets(
    counts: Counts, question: Question, fields: Collection[Field], where: str, answer: Json
) -> None:
    found = answer["aggregations"]
    buckets = found | found.get("sections", {}).get("kept", {})
    for each in fields:
        of_field = counts_of(each, fields, buckets, where)
        counts.facets[each] = facet_counts(each, of_field, question.filters)
