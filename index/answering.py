"""Answers a question over one snapshot: match, filter, count facets, rank, page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from index import relaxing
from index.engine import Answer, FacetCount, FoundSection, Mode, Question, Sort, Tier
from index.matching import Matcher, Postings
from index.places import value_matches
from index.querytree import And, Field, Filter, FilterValue
from index.scoring import Scorer

SECTION_FIELDS = (Field.PART, Field.TOPIC)


class Row(Protocol):
    """What sorting and facets need of a report."""

    @property
    def id(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def places(self) -> tuple[str | None, ...]: ...
    def value(self, field: Field) -> FilterValue: ...
    def path(self, field: Field) -> tuple[str | None, ...]: ...


class Sections(Postings, Protocol):
    """A snapshot, as far as an answer needs it."""

    @property
    def rows(self) -> Sequence[Row]: ...
    @property
    def report_of(self) -> Sequence[int]: ...
    def locate(self, section: int) -> tuple[int, int]: ...
    def section_values(self, section: int, field: Field) -> Sequence[FilterValue]: ...


def answer(snapshot: Sections, matcher: Matcher, question: Question) -> Answer:
    """The answer: exact totals over all matches, the wanted hits, the wanted facets."""
    tiers = _match(snapshot, matcher, question)
    kept, by_field = _apply(snapshot, question.filters, tiers)
    if question.mode is Mode.REPORT:
        by_field |= _without_own(snapshot, matcher, question)
    hits = _Hits(snapshot, matcher, question, kept)
    return Answer(
        total_sections=len(kept),
        literal_sections=sum(tier is Tier.LITERAL for tier in kept.values()),
        total_reports=len({snapshot.report_of[s] for s in kept}),
        total_occurrences=hits.scorer.occurrences(),
        hits=hits.page(),
        facets={
            field: count_facet(snapshot, field, by_field.get(field, kept.keys()), question.filters)
            for field in question.facets
        },
    )


def _match(snapshot: Sections, matcher: Matcher, question: Question) -> dict[int, Tier]:
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
        held = relaxing.by_report(matcher, tree, snapshot.report_of.__getitem__)
    return dict.fromkeys(held, Tier.PARTIAL)


def _without_own(
    snapshot: Sections, matcher: Matcher, question: Question
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
    snapshot: Sections, filters: Sequence[Filter], tiers: Mapping[int, Tier]
) -> tuple[dict[int, Tier], dict[Field, list[int]]]:
    """(matches that pass every filter, for each filter's field those that pass all others)."""
    if not filters:
        return dict(tiers), {}
    allowed = [(f.field, snapshot.filtered(f)) for f in filters]
    kept: dict[int, Tier] = {}
    by_field: dict[Field, list[int]] = {f.field: [] for f in filters}
    for section, tier in tiers.items():
        failed = [field for field, passing in allowed if section not in passing]
        if not failed:
            kept[section] = tier
            for sections in by_field.values():
                sections.append(section)
        elif len(failed) == 1:
            by_field[failed[0]].append(section)
    return kept, by_field


def count_facet(
    snapshot: Sections, field: Field, sections: Collection[int], filters: Iterable[Filter]
) -> tuple[FacetCount, ...]:
    """The values of a field over the sections, most sections first; years newest first."""
    counts: Counter[tuple[FilterValue, tuple[str | None, ...]]] = Counter()
    reports: dict[tuple[FilterValue, tuple[str | None, ...]], set[int]] = {}
    per_section = field in SECTION_FIELDS
    for section in sections:
        report = snapshot.report_of[section]
        row = snapshot.rows[report]
        values = snapshot.section_values(section, field) if per_section else (row.value(field),)
        for value in values:
            key = (value, row.path(field))
            counts[key] += 1
            reports.setdefault(key, set()).add(report)
    chosen = [value for f in filters if f.field is field for value in f.values]
    found = [
        FacetCount(value, path, n, len(reports[value, path]), _selected(value, path, chosen))
        for (value, path), n in counts.items()
    ]
    missing = (
        FacetCount(value, (), 0, 0, True)
        for value in chosen
        if isinstance(value, str | int)
        and not any(_selected(f.value, f.path, [value]) for f in found)
    )
    return tuple(sorted([*found, *missing], key=_facet_order(field)))


def _selected(
    value: FilterValue, path: tuple[str | None, ...], chosen: Iterable[FilterValue]
) -> bool:
    return any(value_matches(value, path, wanted) for wanted in chosen)


def _facet_order(field: Field) -> Callable[[FacetCount], tuple[object, ...]]:
    if field is Field.YEAR:
        return lambda f: (f.value is None, -(f.value if isinstance(f.value, int) else 0))
    return lambda f: (f.value is None, -f.count, tuple(p or "" for p in f.path), str(f.value))


class _Hits:
    """The wanted page of hits."""

    def __init__(
        self,
        snapshot: Sections,
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
        order = sorted(ranks, key=lambda s: (ranks[s].key, s))
        counts: Counter[int] = Counter()
        if self._question.by_report:
            best: dict[int, int] = {}
            for section in order:
                report = self._snapshot.report_of[section]
                best.setdefault(report, section)
                counts[report] += 1
            order = [*best.values()]
        order = self._sorted(order)
        start = self._question.offset
        stop = None if self._question.limit is None else start + self._question.limit
        return tuple(self._hit(s, -ranks[s].minus_score, counts) for s in order[start:stop])

    def _sorted(self, order: list[int]) -> list[int]:
        rows, report_of = self._snapshot.rows, self._snapshot.report_of
        if self._question.sort is Sort.YEAR:
            return sorted(order, key=lambda s: -(rows[report_of[s]].year or 0))
        if self._question.sort is Sort.TOWNSHIP:
            return sorted(
                order, key=lambda s: tuple((p is None, p or "") for p in rows[report_of[s]].places)
            )
        return order

    def _hit(self, section: int, score: float, counts: Mapping[int, int]) -> FoundSection:
        report, ordinal = self._snapshot.locate(section)
        return FoundSection(
            report_id=self._snapshot.rows[report].id,
            ordinal=ordinal,
            score=score,
            tier=self._kept[section],
            sections=counts.get(report, 1),
        )
