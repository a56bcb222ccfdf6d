"""What a page shows of measures that say alike: each beside what was asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

from index.passage import Passage
from search.agreeing import Side
from search.alike import Similar, SimilarHit, SimilarQuery, Term
from search.measures import Measure
from web.beside import Run, cut_runs, flowing

LONGEST: Final = 1_000
"""Characters of a text that are shown whole; of a longer one its agreeing sentences."""
MOST_COPIES: Final = 60
_GAP: Final = Run(" … ", "", "gap")


class Copy(NamedTuple):
    """A measure of another report with the same text."""

    passage: Passage
    id: str


class HitView(NamedTuple):
    """A hit: what of the query agrees, and the measure that was found, both in runs."""

    hit: SimilarHit
    passage: Passage
    asked: list[Run]
    found: list[Run]
    own_terms: list[Term]
    related_terms: list[Term]
    copies: list[Copy]
    n_copies: int
    compare: str  # the address that compares the two reports; empty for a typed text


def query_runs(query: SimilarQuery) -> list[Run]:
    """What was asked about, its common form told apart."""
    marks = [(start, end, "common") for start, end in query.common_form]
    if len(query.text) <= LONGEST * 2:
        return flowing(cut_runs(query.text, query.start, marks))
    return [*flowing(cut_runs(query.text[: LONGEST * 2], query.start, marks)), _GAP]


def hit_views(similar: Similar, report: str | None) -> list[HitView]:
    """The hits; report is that of what was asked about."""
    return [_view(hit, report) for hit in similar.hits]


def _view(hit: SimilarHit, report: str | None) -> HitView:
    passage, span = hit.measure.passage, hit.measure.span
    text = passage.cut(*span)
    found = [each.found for each in hit.agreements]
    others = [*_others(hit)]
    return HitView(
        hit=hit,
        passage=passage,
        asked=_sentences([each.query for each in hit.agreements]),
        found=_whole(text, span[0], found) if len(text) <= LONGEST else _shortened(text, found),
        own_terms=[term for term in hit.terms if term.in_query],
        related_terms=[term for term in hit.terms if not term.in_query],
        copies=[Copy(copy.passage, copy.id) for copy in others[:MOST_COPIES]],
        n_copies=len(others),
        compare=_compare(report, passage.report_id),
    )


def _compare(report: str | None, other: str) -> str:
    if report is None:
        return ""
    return f"/diff?{urlencode({'first': report, 'second': other})}"


def _others(hit: SimilarHit) -> Iterator[Measure]:
    """A copy of each other report that has one; a report may say the same in several measures."""
    told = {hit.measure.passage.report_id}
    for copy in hit.copies:
        if copy.passage.report_id not in told:
            told.add(copy.passage.report_id)
            yield copy


def _whole(text: str, start: int, sides: Iterable[Side]) -> list[Run]:
    marks = [(side.start + a, side.start + b, "mark") for side in sides for a, b in side.spans]
    return flowing(cut_runs(text, start, marks))


def _shortened(text: str, sides: Sequence[Side]) -> list[Run]:
    if not sides:
        return [*flowing([Run(text[:LONGEST])]), _GAP]
    return [_GAP, *_sentences(sides), _GAP]


def _sentences(sides: Sequence[Side]) -> list[Run]:
    """Sentences in the order of their text, what lies between them told by dots."""
    runs: list[Run] = []
    end = None
    for side in sorted(sides):
        if end is not None and side.start > end + 2:
            runs.append(_GAP)
        runs += _whole(side.text, side.start, [side])
        end = side.end
    return runs
