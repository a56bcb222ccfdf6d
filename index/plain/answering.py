"""Answers a question over one snapshot: match, filter, count facets, rank, page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, islice

from index.engine import Answer, FacetCount, FoundSection, Mode, Question, Sort, Tier
from index.facets import Value, facet_counts
from index.places import place_key
from index.plain import relaxing
from index.plain.matching import Matcher
from index.plain.scoring import Scorer
from index.querytree import And, Field, Filter
from index.segments.snapshot import SECTION_FIELDS, Snapshot


def answer(snapshot: Snapshot, matcher: Matcher, question: Question) -> Answer:
    """The answer: exact totals over all matches, the wanted hits, the wanted facets."""
    tiers = _match(snapshot, matcher, question)
    kept, by_field = _apply(snapshot, question.filters, tiers)
    if question.mode is Mode.REPORT:
        by_field |= _without_own(snapshot, matcher, question)
    hits = _Hits(snapshot, matcher, question, kept)
    return Answer(
        total_sections=len(kept),
        literal_sections=sum(tier is Tier.LITERAL for tier in kept.values()),
        total_reports=len(set(snapshot.reports_of(kept))),
        total_occurrences=hits.scorer.occurrences(),
        hits=hits.page(),
        facets={
            field: _count(snapshot, field, by_field.get(field, kept.keys()), question.filters)
            for field in question.facets
        },
    )


def _match(snapshot: Snapshot, matcher: Matcher, question: Question) -> dict[int, Tier]:
    """The tier of each match, before filters."""
    if question.mode is Mode.SECTION:
        matches = matcher.match(question.tree)
        return {s: Tier.LITERAL if lit else Tier.WORDS for s, lit in matches.items()}
    if question.mode is Mode.PARTIAL:
        held = relaxing.partial(matcher, question.tree)
    else:
        # Filters on the report itself come later; one on its sections says which may be used.
        own = tuple(f for f in question.filters if f.field in SECTION_FIELDS)
        tree = And((question.tree, *own)) if own else question.tree
        held = relaxing.by_report(matcher, tree, snapshot.report_of)
    return dict.fromkeys(held, Tier.PARTIAL)


def _without_own(
    snapshot: Snapshot, matcher: Matcher, question: Question
) -> dict[Field, list[int]]:
    """For each filter on sections, the matches without it: it says which reports match at all."""
    found: dict[Field, list[int]] = {}
    for own in question.filters:
        if own.field in SECTION_FIELDS and own.field in question.facets:
            others = tuple(f for f in question.filters if f is not own)
            tiers = _match(snapshot, matcher, replace(question, filters=others))
            found[own.field] = [*_apply(snapshot, others, tiers)[0]]
    return found


def _apply(
    snapshot: Snapshot, filters: Sequence[Filter], tiers: Mapping[int, Tier]
) -> tuple[dict[int, Tier], dict[Field, list[int]]]:
    """(matches that pass every filter, for each filter's field those that pass all others)."""
    sections = [*tiers]
    passing = [_passing(snapshot, filter, sections) for filter in filters]
    kept = {s: tier for (s, tier), *ok in zip(tiers.items(), *passing, strict=True) if all(ok)}
    by_field = {
        filter.field: [
            s for s, *ok in zip(sections, *passing[:n], *passing[n + 1 :], strict=True) if all(ok)
        ]
        for n, filter in enumerate(filters)
    }
    return kept, by_field


def _passing(snapshot: Snapshot, filter: Filter, sections: list[int]) -> list[bool]:
    """Whether each of the sections passes the filter."""
    per_section = filter.field in SECTION_FIELDS
    codes = snapshot.code_of(
        filter.field, sections if per_section else snapshot.reports_of(sections)
    )
    accepted = {code for code in set(codes) if snapshot.accepts(filter, code)}
    return [code in accepted for code in codes]


def _count(
    snapshot: Snapshot, field: Field, sections: Collection[int], filters: Sequence[Filter]
) -> tuple[FacetCount, ...]:
    """The values of a field over the sections."""
    reports = snapshot.reports_of(sections)
    if field in SECTION_FIELDS:
        having = Counter(zip(snapshot.code_of(field, [*sections]), reports, strict=True))
    else:
        per_report = Counter(reports)
        codes = snapshot.code_of(field, [*per_report])
        having = Counter(
            dict(zip(zip(codes, per_report, strict=True), per_report.values(), strict=True))
        )
    counts: Counter[Value] = Counter()
    in_reports: dict[Value, set[int]] = {}
    for (code, report), n in having.items():
        values, path = snapshot.decode(field, code)
        for value in values:
            counts[value, path] += n
            in_reports.setdefault((value, path), set()).add(report)
    found = {value: (count, len(in_reports[value])) for value, count in counts.items()}
    return facet_counts(field, found, filters)


class _Hits:
    """The wanted page of hits."""

    def __init__(
        self,
        snapshot: Snapshot,
        matcher: Matcher,
        question: Question,
        kept: Mapping[int, Tier],
    ) -> None:
        self._snapshot, self._question, self._kept = snapshot, question, kept
        self.scorer = Scorer(matcher, question.tree, kept)

    def page(self) -> tuple[FoundSection, ...]:
        """The hits from offset on, limit of them."""
        if self._question.limit == 0:  # only the totals are asked for
            return ()
        ranks = self.scorer.rank()
        question, counts = self._question, Counter[int]()
        stop = None if question.limit is None else question.offset + question.limit
        in_order = self._in_order({s: rank.key for s, rank in ranks.items()})
        if question.sort is Sort.RELEVANCE and not question.by_report:
            order = [*islice(in_order, stop)]  # what is equal further down is left as it is
        else:
            order = [*in_order]
        if question.by_report:
            best: dict[int, int] = {}
            for section, report in zip(order, self._snapshot.reports_of(order), strict=True):
                best.setdefault(report, section)
                counts[report] += 1
            order = [*best.values()]
        order = self._sorted(order)[question.offset : stop]
        return tuple(self._hit(s, -ranks[s].minus_score, counts) for s in order)

    def _in_order(self, keys: Mapping[int, tuple[object, ...]]) -> Iterator[int]:
        """The sections by their keys; what is equal stands in browse order."""
        browse_key = cache(self._snapshot.browse_key)
        report_of = self._snapshot.report_of
        for _key, equal in groupby(sorted(keys, key=keys.__getitem__), keys.__getitem__):
            tied = [*equal]
            if len(tied) > 1:
                tied.sort(key=lambda s: (browse_key(report_of(s)), s))
            yield from tied

    def _sorted(self, order: list[int]) -> list[int]:
        row, report_of = cache(self._snapshot.row), self._snapshot.report_of
        if self._question.sort is Sort.YEAR:
            return sorted(order, key=lambda s: -(row(report_of(s)).year or 0))
        if self._question.sort is Sort.TOWNSHIP:
            return sorted(order, key=lambda s: place_key(row(report_of(s)).places))
        return order

    def _hit(self, section: int, score: float, counts: Mapping[int, int]) -> FoundSection:
        report, ordinal = self._snapshot.locate(section)
        return FoundSection(
            number=section,
            report_id=self._snapshot.card(report)[0],
            ordinal=ordinal,
            score=score,
            tier=self._kept[section],
            sections=counts.get(report, 1),
        )
