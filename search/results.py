"""What a query gives back, as plain data; command line and pages draw the same objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from index.engine import FacetCount, Mode, Tier
from index.passage import Passage
from index.querytree import Field, YearRange
from search.language import Ignored


class Snippet(NamedTuple):
    """Source text around matches: start is its place in the source, spans count within it."""

    text: str
    start: int
    spans: tuple[tuple[int, int], ...]


class Hit(NamedTuple):
    """A section that matched. sections counts the matching sections of its report."""

    rank: int
    score: float
    tier: Tier
    passage: Passage
    snippets: tuple[Snippet, ...]
    sections: int

    @property
    def id(self) -> str:
        """The section's id."""
        return self.passage.id


class Recognition(NamedTuple):
    """A word that was read as a filter, and how many sections hold it literally."""

    field: Field
    value: str | int
    word: str
    literal_sections: int


class Without(NamedTuple):
    """A part of a query that left nothing, and how many sections there are without it."""

    kind: str  # "word" or "filter"
    text: str
    sections: int


class Help(NamedTuple):
    """What to try when no section matched. suggestions: (typed, what may have been meant)."""

    without: tuple[Without, ...]
    suggestions: tuple[tuple[str, tuple[str, ...]], ...]


class SynonymUse(NamedTuple):
    """A word of the query and what was searched beside it."""

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query. limit 0 means that every hit is there."""

    query: str
    recognised: tuple[Recognition, ...]
    ignored: tuple[Ignored, ...]
    synonyms: tuple[SynonymUse, ...]
    mode: Mode
    total_sections: int
    literal_sections: int
    total_reports: int
    total_occurrences: int
    help: Help | None
    took_ms: float
    page: int
    limit: int
    facets: Mapping[Field, tuple[FacetCount, ...]]
    hits: tuple[Hit, ...]


Json = dict[str, Any]


def results_json(results: Results, *, by_report: bool = False) -> Json:
    """The Results object of the JSON contract."""
    return {
        "query": results.query,
        **understood_json(results.recognised, results.ignored),
        "synonyms": [{"word": s.word, "others": list(s.others)} for s in results.synonyms],
        "mode": results.mode,
        "total_sections": results.total_sections,
        "literal_sections": results.literal_sections,
        "total_reports": results.total_reports,
        "total_occurrences": results.total_occurrences,
        "help": _help_json(results.help),
        "took_ms": round(results.took_ms, 2),
        "page": results.page,
        "limit": results.limit,
        "facets": {f: [_facet_json(v) for v in vs] for f, vs in results.facets.items()},
        "hits": [hit_json(h, by_report=by_report) for h in results.hits],
    }


def understood_json(recognised: Sequence[Recognition], ignored: Sequence[Ignored]) -> Json:
    """What every answer to a query tells of how it was read."""
    return {
        "recognised": [
            {
                "field": r.field,
                "value": r.value,
                "word": r.word,
                "literal_sections": r.literal_sections,
            }
            for r in recognised
        ],
        "ignored": [{"word": i.word, "why": i.why} for i in ignored],
    }


def _help_json(help: Help | None) -> Json | None:
    if help is None:
        return None
    return {
        "without": [{"kind": w.kind, "text": w.text, "sections": w.sections} for w in help.without],
        "suggestions": [{"word": w, "meant": list(meant)} for w, meant in help.suggestions],
    }


def _facet_json(found: FacetCount) -> Json:
    value = found.value
    if isinstance(value, YearRange):  # a facet counts values, not ranges
        raise TypeError("a facet has no ranges")
    return {
        "value": value,
        "path": list(found.path),
        "count": found.count,
        "reports": found.reports,
        "selected": found.selected,
    }


def hit_json(hit: Hit, *, by_report: bool = False) -> Json:
    """The Hit object of the JSON contract; with by_report it tells how many sections matched."""
    passage = hit.passage
    found: Json = {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "tier": hit.tier,
        "id": hit.id,
        "report": passage.report_id,
        "file": passage.file,
        "title": passage.title,
        "year": passage.year,
        "township": passage.place.township,
        "county": passage.place.county,
        "city": passage.place.city,
        "province": passage.place.province,
        "part": passage.part,
        "topics": list(passage.topics),
        "heading_path": list(passage.heading_path),
        "start": passage.start,
        "end": passage.end,
        "snippets": [
            {"text": s.text, "start": s.start, "spans": [list(span) for span in s.spans]}
            for s in hit.snippets
        ],
    }
    return found | ({"sections": hit.sections} if by_report else {})
