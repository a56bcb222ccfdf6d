"""Answers a question in two rounds of requests: what there is, and which come first."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any, Final

from index.engine import Answer, FoundSection, Question
from index.opensearch.cost import cost_ms, terms_for_cost
from index.opensearch.counting import ask_counts
from index.opensearch.hits import Hits
from index.opensearch.matching import matching
from index.opensearch.page import Ranked, Rescoring, page_of
from index.opensearch.ranking import Ranking, terms_of
from index.opensearch.reading import Reader, Round
from index.opensearch.sections import Sections
from index.opensearch.statistics import Statistics, counted, counting
from index.queryterms import query_terms
from index.querytree import Text
from index.remembered import Remembered

Json = dict[str, Any]

_REMEMBERED_BYTES: Final = 2 << 20
_TOGETHER: Final = 100
"""Streams that are counted in one request."""


class Answerer:
    """Answers over one commit."""

    def __init__(self, reader: Reader, sections: Sections) -> None:
        self._reader, self._sections = reader, sections
        self._statistics = Statistics(reader)
        self._counted = Remembered(_REMEMBERED_BYTES)

    def answer(self, question: Question) -> Answer:
        """The answer: exact totals over all matches, the wanted hits, the wanted facets."""
        found, terms = matching(question), query_terms(question.tree)
        round = Round(self._reader)
        totals = ask_counts(round, question, found)
        is_ranked = bool(terms.texts) and question.limit != 0
        counts = self._statistics.ask(round, terms_of(terms) if is_ranked else ())
        round.end()
        ranking = rescoring = None
        if is_ranked:
            ranking = Ranking(question, terms, counts, self._statistics)
            rescoring = Rescoring(question, terms, counts, self._statistics, ranking)
        hits = Hits(self._reader, question, found, ranking)
        page = page_of(hits, question, totals, rescoring)
        return Answer(
            total_sections=totals.sections,
            literal_sections=totals.literal,
            total_reports=totals.reports,
            total_occurrences=totals.occurrences,
            hits=tuple(self._found(each, question) for each in page),
            facets={field: totals.facets[field] for field in question.facets},
        )

    def _found(self, each: Ranked, question: Question) -> FoundSection:
        id = each.report.card.id
        number = self._sections.number(id, each.hit.ordinal)
        if each.hit.passage is not None:
            self._sections.keep(number, each.hit.passage)
        sections = each.report.n_sections if question.by_report else 1
        return FoundSection(number, id, each.hit.ordinal, each.score, each.tier, sections)

    def counts(self, streams: Collection[str]) -> dict[str, int]:
        """In how many sections each stream stands."""
        known: dict[str, int | None] = {stream: self._counted.get(stream) for stream in streams}
        unknown = [stream for stream, count in known.items() if count is None]
        for at in range(0, len(unknown), _TOGETHER):
            round = Round(self._reader)
            for stream in unknown[at : at + _TOGETHER]:
                question = Question(Text(stream, stream, quoted=True))
                body = counting(matching(question).sections)
                round.add(body, partial(self._take_count, known, stream))
            round.end()
        return {stream: count or 0 for stream, count in known.items()}

    def _take_count(self, counts: dict[str, int | None], stream: str, answer: Json) -> None:
        counts[stream] = self._counted.put(stream, counted(answer), 0)

    def cost(self, question: Question) -> float:
        """About how many milliseconds an answer would take."""
        round = Round(self._reader)
        counts = self._statistics.ask(round, terms_for_cost(question))
        round.end()
        return cost_ms(question, counts, self._statistics.n_sections)
