"""What is like a measure, as plain data; command line and pages draw the same objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from search.agreeing import Agreement
from search.measures import Measure
from search.results import Json


@dataclass(frozen=True, slots=True)
class SimilarQuery:
    """What was looked for. start, end and common_form count in the report's source, or the text.

    text is from start to end, as far as it was looked at; left_out characters of it were not.
    """

    id: str | None
    text: str
    start: int
    end: int
    common_form: tuple[tuple[int, int], ...]
    left_out: int = 0


class Term(NamedTuple):
    """A word that both have, or a related one, and what it adds to the score."""

    term: str
    weight: float
    in_query: bool


@dataclass(frozen=True, slots=True)
class SimilarHit:
    """A measure, and others with the same text. score is 1 for the query's own text, or about it.

    terms: most first, at most MOST_TERMS. townships and years are those of all copies.
    """

    rank: int
    score: float
    measure: Measure
    terms: tuple[Term, ...]
    agreements: tuple[Agreement, ...]
    copies: tuple[Measure, ...]

    @property
    def townships(self) -> tuple[str, ...]:
        """The townships of all reports with this text, each once."""
        places = (each.passage.place for each in (self.measure, *self.copies))
        names = ((p.county or "") + (p.township or "") or p.city or p.province for p in places)
        return tuple(sorted({name for name in names if name}))

    @property
    def years(self) -> tuple[int, ...]:
        """The years of all reports with this text, each once."""
        years = (each.passage.year for each in (self.measure, *self.copies))
        return tuple(sorted({year for year in years if year is not None}))


@dataclass(frozen=True, slots=True)
class Similar:
    """The answer: hits, best first; none where there is nothing beyond common form."""

    query: SimilarQuery
    nothing_beyond_common_form: bool
    took_ms: float
    hits: tuple[SimilarHit, ...]


def similar_json(similar: Similar) -> Json:
    """The Similar object of the JSON contract."""
    query = similar.query
    return {
        "query": {
            "id": query.id,
            "text": query.text,
            "start": query.start,
            "end": query.end,
            "common_form": [list(span) for span in query.common_form],
            "left_out": query.left_out,
        },
        "nothing_beyond_common_form": similar.nothing_beyond_common_form,
        "took_ms": round(similar.took_ms, 2),
        "hits": [_hit_json(hit) for hit in similar.hits],
    }


def _hit_json(hit: SimilarHit) -> Json:
    passage, (start, end) = hit.measure.passage, hit.measure.span
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        **_place_json(hit.measure),
        "title": passage.title,
        "city": passage.place.city,
        "province": passage.place.province,
        "part": passage.part,
        "topics": list(passage.topics),
        "heading_path": list(passage.heading_path),
        "text": passage.cut(start, end),
        "terms": [
            {"term": t.term, "weight": round(t.weight, 4), "in_query": t.in_query}
            for t in hit.terms
        ],
        "agreements": [_agreement_json(each) for each in hit.agreements],
        "copies": [_place_json(copy) for copy in hit.copies],
        "townships": list(hit.townships),
        "years": list(hit.years),
    }


def _place_json(measure: Measure) -> Json:
    passage = measure.passage
    return {
        "id": measure.id,
        "report": passage.report_id,
        "year": passage.year,
        "township": passage.place.township,
        "county": passage.place.county,
        "start": measure.span.start,
        "end": measure.span.end,
    }


def _agreement_json(agreement: Agreement) -> Json:
    found, query = agreement
    return {
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "spans": [list(span) for span in found.spans],
        "query_start": query.start,
        "query_end": query.end,
        "query_text": query.text,
        "query_spans": [list(span) for span in query.spans],
    }
