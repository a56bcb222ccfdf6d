"""What matches as a cluster hands it out: reports in order, each with its best sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from index.engine import Question, Sort
from index.opensearch.mapping import WINDOW
from index.opensearch.matching import Matching
from index.opensearch.ranking import Ranking
from index.opensearch.reading import Reader
from index.opensearch.stored import Card, card_of, passage_of_source
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.passage import Passage

Json = dict[str, Any]
First = tuple[tuple[bool, Any], ...]
"""What a report is sorted by before anything else, ascending; unknown last."""

PASSAGE_SOURCE: Final = tuple(
    section_field(name)
    for name in ("piece", "begin", "end", "text_start", "heading_length", "sentences", "part")
)
"""Of a section, what `passage_of_source` reads."""
_PLACES: Final = ("province", "city", "county", "township")
_FIRST: Final[Mapping[Sort, Sequence[Json]]] = {
    Sort.RELEVANCE: (),
    Sort.YEAR: ({"year": {"order": "desc", "missing": "_last"}},),
    Sort.TOWNSHIP: tuple({place: {"order": "asc", "missing": "_last"}} for place in _PLACES),
}
_PAGE: Final = 500
_ALL: Final = "all"


class Hit(NamedTuple):
    """A section that was handed out, with its passage if that was asked for."""

    ordinal: int
    score: float
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class ReportHits:
    """A report, how many of its sections match, and the best of these."""

    first: First
    browse: str
    card: Card
    n_sections: int
    hits: Sequence[Hit]

    @property
    def is_whole(self) -> bool:
        """Whether every matching section is among the hits."""
        return len(self.hits) == self.n_sections


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: reports at most (None: all), sections of each at most, the best first.

    passages: with their passages. least: the score that sections must have; they are then scored
    with nearness.
    """

    reports: int | None
    sections: int
    passages: bool = False
    least: float | None = None


class Hits:
    """What matches a question; without a ranking all sections are as good as each other."""

    def __init__(
        self, reader: Reader, question: Question, found: Matching, ranking: Ranking | None
    ) -> None:
        self._reader, self._sort = reader, question.sort
        self._found, self.ranking = found, ranking

    def reports(self, wanted: Wanted) -> Iterator[ReportHits]:
        """The reports in the order of the question, by what the cluster knows."""
        size = _PAGE if wanted.reports is None else min(wanted.reports, _PAGE)
        pages = self._reader.pages(self._body(wanted), max(size, 1))
        yield from map(self._read, islice(chain.from_iterable(pages), wanted.reports))

    def _body(self, wanted: Wanted) -> Json:
        query = self._query(wanted)
        within = self._found.within(query, score_mode="max", inner_hits=self._inner(wanted))
        if wanted.least is not None:
            every = nested(self._found.sections, inner_hits={"name": _ALL, "size": 0})
            within["bool"]["filter"].append(every)
        score: list[Json] = [] if self.ranking is None else [{"_score": {"order": "desc"}}]
        order = [*_FIRST[self._sort], *score, {"browse": {"order": "asc"}}]
        return {"query": within, "sort": order, "_source": ["card"]}

    def _query(self, wanted: Wanted) -> Query:
        if self.ranking is None:
            return self._found.sections
        if wanted.least is None:
            return self.ranking.query(self._found)
        return self.ranking.query_from(wanted.least, self._found)

    def _inner(self, wanted: Wanted) -> Json:
        """What of each report's sections is handed out."""
        outline: Json = {section_field("ordinal"): "asc"}
        return {
            "size": min(wanted.sections, WINDOW),
            "sort": [outline] if self.ranking is None else ["_score", outline],
            "_source": [*PASSAGE_SOURCE] if wanted.passages else False,
        }

    def _read(self, hit: Json) -> ReportHits:
        card, inner = card_of(hit["_source"]), hit["inner_hits"]
        found = inner[SECTIONS]["hits"]
        n_first = len(_FIRST[self._sort])
        return ReportHits(
            first=tuple(map(self._ascending, hit["sort"][:n_first])),
            browse=hit["sort"][-1],
            card=card,
            n_sections=inner.get(_ALL, inner[SECTIONS])["hits"]["total"]["value"],
            hits=[self._read_section(card, section) for section in found["hits"]],
        )

    def _ascending(self, key: Any) -> tuple[bool, Any]:
        if key is None:
            return True, ""
        return False, -key if self._sort is Sort.YEAR else key

    def _read_section(self, card: Card, hit: Json) -> Hit:
        source = hit.get("_source")
        return Hit(
            ordinal=hit["_nested"]["offset"],
            score=0.0 if self.ranking is None else hit["sort"][0],
            passage=None if source is None else passage_of_source(card, source),
        )
