"""The wanted hits of a question, in order.

Those that can be on the page are fetched and scored again, exactly as the embedded engine scores
them: a cluster's scores are floats, and lack nearness until it is seen who needs it. Where more are
asked for than that is worth, the cluster's own order stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from index.engine import Question, Tier
from index.opensearch.counting import Counts
from index.opensearch.fetched import Fetched, FetchedPostings, fetched
from index.opensearch.hits import First, Hit, Hits, ReportHits, Wanted
from index.opensearch.mapping import WINDOW
from index.opensearch.ranking import Ranking
from index.opensearch.statistics import Statistics, Term
from index.plain.matching import Finder
from index.plain.scoring import Scorer
from index.queryterms import QueryTerms
from index.ranking import NEARNESS_WEIGHT

_EXACT: Final = 200
"""So far down a page may end for its sections to be scored again."""
_EXACT_ALL: Final = 2_000
"""So many sections are scored again where all are asked for, or a page further down."""
_FEW: Final = 60
"""So many sections are all fetched at once."""
_MARGIN: Final = 5
_NEAR_MARGIN: Final = 20
_AT_FIRST: Final = 3
"""Sections of a report that are fetched at first."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A section in its place. height is its score as a cluster would write it, with nearness."""

    report: ReportHits
    hit: Hit
    rank: tuple[object, ...]
    tier: Tier
    score: float
    height: float

    @property
    def key(self) -> tuple[object, ...]:
        """Sorts as hits stand."""
        return self.report.first, self.rank, self.report.browse, self.hit.ordinal


def listed(hits: Hits, stop: int | None, *, by_report: bool) -> list[Ranked]:
    """The sections up to a place in the order of the cluster."""
    ranking, found = hits.ranking, list[Ranked]()
    for report in hits.reports(Wanted(stop, 1 if by_report else WINDOW)):
        found += (_as_listed(report, hit, ranking) for hit in report.hits)
        if ranking is None and stop is not None and len(found) >= stop:
            break
    return sorted(found, key=lambda each: each.key)


def _as_listed(report: ReportHits, hit: Hit, ranking: Ranking | None) -> Ranked:
    if ranking is None:
        return Ranked(report, hit, (), Tier.LITERAL, 0.0, 0.0)
    tier, score = ranking.tier(hit.score), ranking.rest(hit.score)
    return Ranked(report, hit, (-hit.score,), tier, score, hit.score)


def page_of(
    hits: Hits, question: Question, totals: Counts, rescoring: Rescoring | None
) -> list[Ranked]:
    """The wanted ones of the hits, in order."""
    if question.limit == 0 or not totals.sections:
        return []
    stop = None if question.limit is None else question.offset + question.limit
    is_far = stop is None or stop > _EXACT
    if rescoring is not None and totals.sections <= (_EXACT_ALL if is_far else _FEW):
        found = rescoring.all(hits)
    elif rescoring is not None and stop is not None and not is_far:
        found = rescoring.first(hits, stop)
    else:
        found = listed(hits, stop, by_report=question.by_report)
    return found[question.offset : stop]


class _Unseen(NamedTuple):
    """Sections that were not fetched: the best that their order can be."""

    first: First
    score: float
    browse: str


class Rescoring:
    """Scores sections again, exactly."""

    def __init__(
        self,
        question: Question,
        terms: QueryTerms,
        counts: Mapping[Term, int],
        statistics: Statistics,
        ranking: Ranking,
    ) -> None:
        self._question, self._terms, self._ranking = question, terms, ranking
        self._counts, self._statistics = counts, statistics

    def all(self, hits: Hits) -> list[Ranked]:
        """All that matches."""
        return self._ranked([*hits.reports(Wanted(None, WINDOW, passages=True))])

    def first(self, hits: Hits, stop: int) -> list[Ranked]:
        """What stands before a place, and some that come after it."""
        margin = _NEAR_MARGIN if self._may_be_near(Tier.WORDS) else _MARGIN
        wanted = Wanted(stop + margin, _AT_FIRST, passages=True)
        reports = [*hits.reports(wanted)]
        ranked = self._ranked(reports)
        least = self._least(wanted, reports, ranked, stop)
        if least is None:
            return ranked
        more = Wanted(stop + _MARGIN, stop + _MARGIN, passages=True, least=least)
        return self._ranked([*hits.reports(more)])

    def _fetched(self, hit: Hit) -> Fetched:
        if hit.passage is None:
            raise ValueError("a section was fetched without its passage")
        return fetched(hit.passage, self._terms.words)

    def _ranked(self, reports: Sequence[ReportHits]) -> list[Ranked]:
        """The sections in order; of each report the best where they are collapsed."""
        met = [(report, hit) for report in reports for hit in report.hits]
        tiers = {n: self._ranking.tier(hit.score) for n, (_report, hit) in enumerate(met)}
        sections = {n: self._fetched(hit) for n, (_report, hit) in enumerate(met)}
        postings = FetchedPostings(sections, self._counts, self._statistics)
        ranks = Scorer(Finder(postings), self._question.tree, tiers).rank()
        found = []
        for n, (report, hit) in enumerate(met):
            rank, height = ranks[n], self._ranking.height(ranks[n])
            found.append(Ranked(report, hit, rank.key, tiers[n], -rank.minus_score, height))
        found.sort(key=lambda each: each.key)
        if self._question.by_report:
            best: dict[str, Ranked] = {}
            for each in found:
                best.setdefault(each.report.card.id, each)
            found = [*best.values()]
        return found

    def _least(
        self, wanted: Wanted, reports: Sequence[ReportHits], ranked: Sequence[Ranked], stop: int
    ) -> float | None:
        """The least score of a section that was not fetched and may belong before `stop`.

        None where there is none.
        """
        unseen = [_Unseen(r.first, r.hits[-1].score, r.browse) for r in reports if not r.is_whole]
        if len(reports) == wanted.reports:
            last = reports[-1]
            unseen.append(_Unseen(last.first, last.hits[0].score, last.browse))
        if unseen and len(ranked) < stop:
            return 0.0
        page = ranked[:stop]
        if not any(self._may_precede(each, page[-1]) for each in unseen) and not (
            self._question.by_report and any(map(self._may_have_better, page))
        ):
            return None
        # Of those that come first for their year or place there may be any.
        alike = page[0].report.first == page[-1].report.first
        return max(0.0, self._below(page[-1])) if alike else 0.0

    def _may_precede(self, unseen: _Unseen, last: Ranked) -> bool:
        """Whether one of the sections may stand before this one."""
        if unseen.first != last.report.first:
            return unseen.first < last.report.first
        if unseen.score == last.hit.score and not self._may_be_near(last.tier):
            return unseen.browse < last.report.browse  # they are as good as each other
        return unseen.score >= self._below(last)

    def _may_have_better(self, each: Ranked) -> bool:
        """Whether a section that was not fetched may be better than the best of its report."""
        report = each.report
        return not report.is_whole and report.hits[-1].score >= self._below(each)

    def _below(self, each: Ranked) -> float:
        """A section with less than this score stands after this one, however near its words."""
        near = NEARNESS_WEIGHT if self._may_be_near(each.tier) else 0.0
        return each.height - near - self._ranking.error

    def _may_be_near(self, tier: Tier) -> bool:
        """Whether a section of the tier may hold several texts, or words of one."""
        texts = self._terms.texts
        return len(texts) > 1 or (bool(texts[0].words) and tier is not Tier.LITERAL)
