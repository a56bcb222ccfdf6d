"""Passages that stand in several reports: where and when, what differs, and whose names were kept.

What is told is that texts are the same and which one stands in the earlier report; not who wrote
it, nor that anybody copied.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from index.engine import CommonForm, Engine, Question
from index.errors import TooCostly
from index.i18n import gettext as _
from index.model import Span
from index.passage import Passage
from index.querytree import And, Filter
from search.alignment import Agreement, Change
from search.copied import (
    Agreed,
    Copies,
    Difference,
    Group,
    Member,
    Order,
    Residue,
    copies_json,
)
from search.grouping import Between, Cluster, Grouping, Partner, in_first
from search.ranges import Range, holds, joined
from search.residue import OtherName, OtherNames, sentence_bounds
from search.show import find

__all__ = ["Between", "Copies", "CopiesRequest", "copies_json", "find_copies"]

_LATEST = 9999
_ALL_US: Final = 500
"""Microseconds that a section of an index takes where all are compared, measured on 180,000; …"""
_CHOSEN_US: Final = 1_700  # … and one that was chosen, with those that it is compared with


@dataclass(frozen=True, slots=True)
class CopiesRequest:
    """What to look for: one section of every group passes the filters. limit None is all groups.

    id: of a report or a section, which is then in every group; a measure stands for its section.
    most_ms: what it may cost by estimate, None is any.
    """

    filters: tuple[Filter, ...] = ()
    between: Between = Between.ALL
    limit: int | None = 10
    id: str | None = None
    most_ms: float | None = None


def find_copies(engine: Engine, request: CopiesRequest) -> Copies:
    """The passages that several reports have, and the names of other places that were kept.

    Raises NotFound, TooCostly.
    """
    started = time.perf_counter()
    sections = _sections(engine, request)
    _check_cost(engine, request, len(sections))
    is_narrowed = bool(request.filters) or request.id is not None
    chosen = frozenset(sections) if is_narrowed else None
    grouping = Grouping(engine, between=request.between, chosen=chosen, kept=request.limit)
    grouping.run(engine.shared_texts(chosen))
    ranks = grouping.ranks()
    names = _other_names(engine, grouping, sections, chosen)
    residue = [_residue(name, _rank_of(name, grouping, ranks)) for name in names]
    of_group: defaultdict[int | None, list[Residue]] = defaultdict(list)
    for each in residue:
        of_group[each.rank].append(each)
    groups = [_group(engine, ranks[c.order], c) for c in grouping.best()]
    return Copies(
        id=request.id,
        filters=request.filters,
        between=request.between,
        compared_sections=len(sections),
        took_ms=(time.perf_counter() - started) * 1000,
        total_groups=grouping.total,
        groups=tuple(_with_residue(group, of_group[group.rank]) for group in groups),
        residue=tuple(sorted(residue, key=lambda r: r.rank or len(ranks) + 1)),
    )


def _sections(engine: Engine, request: CopiesRequest) -> list[int]:
    """The numbers of the sections that are asked for, as they are stored."""
    if request.id is None:
        return _passing(engine, request.filters)
    named = _named(engine, request.id)
    if not request.filters:
        return named
    passing = frozenset(_passing(engine, request.filters))
    return [number for number in named if number in passing]


def _passing(engine: Engine, filters: tuple[Filter, ...]) -> list[int]:
    if not filters:
        return [*engine.live_sections()]
    question = Question(tree=And(()), filters=filters, limit=None)
    return sorted(hit.number for hit in engine.search(question).hits)


def _named(engine: Engine, id: str) -> list[int]:
    """The sections of a report, or the one that an id names."""
    found = find(engine, id)
    sections = found.report.sections
    ordinals = range(len(sections)) if found.section is None else [sections.index(found.section)]
    numbers = (engine.section_number(found.report.id, ordinal) for ordinal in ordinals)
    return [number for number in numbers if number is not None]


def _check_cost(engine: Engine, request: CopiesRequest, n_chosen: int) -> None:
    """Raises TooCostly where so many sections would take longer than they may."""
    if request.most_ms is None:
        return
    n_all = sum(1 for _ in engine.live_sections())
    estimated_ms = min(n_chosen * _CHOSEN_US, n_all * _ALL_US) / 1000
    if estimated_ms > request.most_ms:
        error = TooCostly(estimated_ms, request.most_ms)
        error.hint = _(
            "Choose a county and a year, or one report. The command line has no limit: "
            "lawsearch copies"
        )
        raise error


# Groups


def _group(engine: Engine, rank: int, cluster: Cluster) -> Group:
    first, *others = engine.passages([cluster.first, *(p.number for p in cluster.partners)])
    stretches = joined(chain.from_iterable(map(in_first, cluster.partners)))
    spans = [source_span(first, *stretch) for stretch in stretches]
    members = [
        _member(first, passage, partner)
        for passage, partner in zip(others, cluster.partners, strict=True)
    ]
    members.sort(key=lambda member: _in_time(member.passage))
    whole = Span(spans[0].start, spans[-1].end)
    return Group(
        rank=rank,
        characters=cluster.characters,
        members=(Member(first, (), whole), *members),
        stretches=tuple(spans),
        common_form=tuple(_common_form(first, cluster.common_form, stretches)),
        order=_order(first, others),
    )


def _member(first: Passage, passage: Passage, partner: Partner) -> Member:
    agreements = sorted(
        (_agreed(first, passage, each) for each in partner.agreements), key=lambda each: each.own
    )
    span = Span(agreements[0].own.start, max(each.own.end for each in agreements))
    return Member(passage, tuple(agreements), span)


def _agreed(first: Passage, passage: Passage, agreement: Agreement) -> Agreed:
    return Agreed(
        own=source_span(passage, agreement.start_b, agreement.end_b),
        first=source_span(first, agreement.start_a, agreement.end_a),
        same=agreement.same,
        differences=tuple(_difference(first, passage, c) for c in agreement.changes),
    )


def _difference(first: Passage, passage: Passage, change: Change) -> Difference:
    there = source_span(first, change.start_a, change.end_a)
    here = source_span(passage, change.start_b, change.end_b)
    return Difference(change.kind, there, first.cut(*there), here, passage.cut(*here))


def source_span(passage: Passage, start: int, end: int) -> Span:
    """The source span of a stretch of the stream; of an empty one the place where it would be."""
    if start == end:
        at = source_span(passage, start - 1, start).end if start else passage.start
        return Span(at, at)
    return passage.source_span(start, end, passage.sentence_at(start), passage.sentence_at(end - 1))


def _common_form(
    passage: Passage, forms: Iterable[CommonForm], stretches: Sequence[Range]
) -> Iterator[CommonForm]:
    """Common form inside the stretches, by its place in the source."""
    for form in forms:
        for start, end in stretches:
            first, last = max(start, form.start), min(end, form.end)
            if first < last:
                span = source_span(passage, first, last)
                yield form._replace(start=span.start, end=span.end)


def _in_time(passage: Passage) -> tuple[int, str, str]:
    return passage.year or _LATEST, passage.issued or str(_LATEST), passage.id


def _order(first: Passage, others: Iterable[Passage]) -> Order:
    """What makes the first one the earliest, if anything does for all others."""
    found = {_earlier_by(first, other) for other in others}
    if Order.UNKNOWN in found:
        return Order.UNKNOWN
    return Order.ISSUED if Order.ISSUED in found else Order.YEAR


def _earlier_by(first: Passage, other: Passage) -> Order:
    """What makes the one earlier than the other; days of issue that say the opposite unmake it."""
    dated = first.issued is not None and other.issued is not None
    if dated and (first.issued or "") > (other.issued or ""):
        return Order.UNKNOWN
    if first.year and other.year and first.year < other.year:
        return Order.YEAR
    return Order.ISSUED if dated and first.issued != other.issued else Order.UNKNOWN


# Names of other places


def _other_names(
    engine: Engine, grouping: Grouping, sections: Sequence[int], chosen: Container[int] | None
) -> list[OtherName]:
    names = OtherNames(engine)
    found = [
        each
        for each in names.in_groups(grouping.groups())
        if chosen is None or each.number in chosen
    ]
    return sorted([*names.in_sections(sections), *found], key=lambda n: (n.number, n.start))


def _residue(found: OtherName, rank: int | None) -> Residue:
    passage = found.passage
    span = source_span(passage, found.start, found.end)
    sentence = source_span(passage, *sentence_bounds(passage, found.start))
    return Residue(
        id=_id_at(passage, span.start),
        report=passage.report_id,
        place=passage.place,
        name=passage.cut(*span),
        sentence=passage.cut(*sentence),
        span=span,
        sentence_span=sentence,
        rank=rank,
    )


def _id_at(passage: Passage, offset: int) -> str:
    """The id of the measure that a source offset is in, or of the section."""
    for number, (start, end) in enumerate(passage.measures, 1):
        if start <= offset < end:
            return f"{passage.id}-m{number}"
    return passage.id


def _rank_of(found: OtherName, grouping: Grouping, ranks: Mapping[int, int]) -> int | None:
    """The rank of the first group whose passage holds the name."""
    held = (
        ranks[each.group]
        for each in grouping.standing(found.number)
        if each.group in ranks and holds(each.stretches, found.start)
    )
    return min(held, default=None)


def _with_residue(group: Group, residue: Sequence[Residue]) -> Group:
    """The group with the names that its members kept in its passage, which are these."""
    if not residue:
        return group
    members = (
        replace(member, residue=tuple(r for r in residue if _stands_in(r.id, member.passage)))
        for member in group.members
    )
    return replace(group, members=tuple(members))


def _stands_in(id: str, passage: Passage) -> bool:
    """Whether an id is of the section or of one of its measures, not of #1.10 for #1.1."""
    return id == passage.id or id.startswith(f"{passage.id}-m")
