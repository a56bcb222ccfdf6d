"""Two reports side by side: what stayed, what changed, what moved, what is new and what is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from index.engine import Engine
from index.errors import NotFound, TooCostly
from index.i18n import gettext as _
from index.model import Report
from search.commonform import cut_common
from search.excerpts import Excerpt, Outline, Side
from search.ownnames import own_names
from search.pairing import pair_sections
from search.plans import Measure, PlanMatch, follow_plans
from search.results import Json
from search.show import find
from search.stretches import Place, Stretch, compare

_CHARACTER_US: Final = 5
"""Microseconds that a character of two long reports takes, measured on texts that change a lot."""


class PieceKind(StrEnum):
    """What became of a piece of text, or of a section."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"  # in another section, or in another order
    NEW = "new"
    GONE = "gone"
    COMMON = "common"  # common form: many reports of many places have it


class TextChange(NamedTuple):
    """What stands in the first report, and what the second has for it; one may be empty."""

    kind: str
    first: Excerpt
    second: Excerpt


class Segment(NamedTuple):
    """A stretch of a piece's text: unchanged, or one side of a change."""

    text: str
    change: TextChange | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a section: `here` in the report that of_second tells, `other` in the other one.

    What moved is a piece both where it stood and where it stands now. The pieces that a report's
    section has, here or in the other report's, join to its source.
    """

    kind: PieceKind
    of_second: bool
    here: Excerpt
    other: Excerpt | None
    changes: tuple[TextChange, ...]

    def side(self, *, second: bool) -> Excerpt | None:
        """The text in one of the two reports."""
        return self.here if second is self.of_second else self.other

    def segments(self, *, second: bool) -> Iterator[Segment]:
        """The text in one of the two reports, cut where it was changed."""
        excerpt = self.side(second=second)
        if excerpt is None:
            return
        at = excerpt.start
        for change in self.changes:
            own = change.second if second else change.first
            yield Segment(excerpt.text[at - excerpt.start : own.start - excerpt.start], None)
            yield Segment(own.text, change)
            at = own.end
        yield Segment(excerpt.text[at - excerpt.start :], None)


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """A section of either report, or of both, and its pieces as they are read."""

    first: Outline | None
    second: Outline | None
    kind: PieceKind
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Two reports compared.

    plans is None where the second is not of the year after the first and the same township.
    characters are those of the streams (no white space, no quotation marks): of the second report,
    but of the first those gone; what is equal in a changed piece counts as same. complete: all was
    looked at, as it is unless the reports are very long or repeat themselves.
    """

    first: Report
    second: Report
    sections: tuple[SectionDiff, ...]
    plans: tuple[PlanMatch, ...] | None
    characters: Mapping[PieceKind, int]
    complete: bool

    @property
    def shares_text(self) -> bool:
        """Whether they have any text in common beyond common form."""
        kinds = (PieceKind.SAME, PieceKind.CHANGED, PieceKind.MOVED)
        return any(self.characters[kind] for kind in kinds)


def diff_reports(engine: Engine, first: str, second: str, *, most_ms: float | None = None) -> Diff:
    """Two reports, by their ids, compared.

    most_ms: what it may cost by estimate, None is any. Raises NotFound, TooCostly.
    """
    reports = _find_report(engine, first), _find_report(engine, second)
    _check_cost(reports, most_ms)
    sides = Side(reports[0]), Side(reports[1])
    before, after = sides[0].streams, sides[1].streams
    pairs = pair_sections(sides[0].outlined(), sides[1].outlined())
    names = own_names(sides[0].report.place).all | own_names(sides[1].report.place).all
    compared = compare(before, after, [(m, n) for n, m in pairs.items()], names)
    forms = engine.common_form([*before, *after])
    cut = cut_common(compared.stretches, (before, after), forms)
    stretches = [_told(stretch, is_common=common) for stretch, common in cut]
    return Diff(
        sides[0].report,
        sides[1].report,
        tuple(_sections(sides, pairs, stretches)),
        follow_plans(engine, sides[0].report, sides[1].report),
        _count(stretches),
        compared.complete,
    )


def _find_report(engine: Engine, id: str) -> Report:
    found = find(engine, id)
    if found.section is not None:
        raise NotFound(id, [found.report.id])
    return found.report


def _check_cost(reports: tuple[Report, Report], most_ms: float | None) -> None:
    """Raises TooCostly where so many characters would take longer than they may."""
    estimated_ms = sum(len(report.source) for report in reports) * _CHARACTER_US / 1000
    if most_ms is not None and estimated_ms > most_ms:
        error = TooCostly(estimated_ms, most_ms)
        error.hint = _("The command line has no limit: lawsearch diff")
        raise error


class _Told(NamedTuple):
    """A stretch and what it is told as."""

    kind: PieceKind
    stretch: Stretch


def _told(stretch: Stretch, *, is_common: bool) -> _Told:
    if is_common:
        return _Told(PieceKind.COMMON, stretch)
    if stretch.first is None:
        return _Told(PieceKind.NEW, stretch)
    if stretch.second is None:
        return _Told(PieceKind.GONE, stretch)
    if stretch.moved:
        return _Told(PieceKind.MOVED, stretch)
    return _Told(PieceKind.CHANGED if stretch.changes else PieceKind.SAME, stretch)


def _count(told: Sequence[_Told]) -> Mapping[PieceKind, int]:
    counted = dict.fromkeys(PieceKind, 0)
    for kind, stretch in told:
        place = stretch.second or stretch.first
        changed = sum(max(c.end_a - c.start_a, c.end_b - c.start_b) for c in stretch.changes)
        size = place.end - place.start if place else 0
        if kind is PieceKind.CHANGED:
            counted[PieceKind.SAME] += size - sum(c.end_b - c.start_b for c in stretch.changes)
            size = changed
        counted[kind] += size
    return counted


Entry = tuple[int | None, int | None]
"""A section of the first report, the one of the second that stands for it, or one of them."""


def _sections(
    sides: tuple[Side, Side], pairs: Mapping[int, int], told: Sequence[_Told]
) -> Iterator[SectionDiff]:
    """The sections of the second report, and where they stood those that it has no more."""
    of_first: dict[int | None, list[_Told]] = defaultdict(list)
    of_second: dict[int | None, list[_Told]] = defaultdict(list)
    for each in told:
        if each.stretch.first is not None:
            of_first[each.stretch.first.section].append(each)
        if each.stretch.second is not None:
            of_second[each.stretch.second.section].append(each)
    for m, n in _entries(len(sides[0].streams), len(sides[1].streams), pairs):
        pieces = tuple(
            _piece(sides, each, second) for each, second in _woven(of_first[m], of_second[n])
        )
        first = None if m is None else sides[0].outlines[m]
        second_outline = None if n is None else sides[1].outlines[n]
        yield SectionDiff(first, second_outline, _section_kind(m, n, pieces), pieces)


def _entries(n_first: int, n_second: int, pairs: Mapping[int, int]) -> Iterator[Entry]:
    following: dict[int, list[int]] = defaultdict(list)  # sections gone, by the one before them
    kept, last = set(pairs.values()), -1
    for m in range(n_first):
        if m in kept:
            last = m
        else:
            following[last].append(m)
    yield from ((m, None) for m in following[-1])
    for n in range(n_second):
        found = pairs.get(n)
        yield found, n
        if found is not None:
            yield from ((m, None) for m in following[found])


def _section_kind(m: int | None, n: int | None, pieces: Sequence[Piece]) -> PieceKind:
    if m is None:
        return PieceKind.NEW
    if n is None:
        return PieceKind.GONE
    unchanged = all(
        piece.other and piece.kind in (PieceKind.SAME, PieceKind.COMMON) for piece in pieces
    )
    return PieceKind.SAME if unchanged else PieceKind.CHANGED


def _woven(first: Sequence[_Told], second: Sequence[_Told]) -> Iterator[tuple[_Told, bool]]:
    """What two sections hold as it is read, each with whether it is told as the second's.

    Between what both have comes first what only the first has.
    """
    own = sorted((t.stretch.first, t) for t in first if t.stretch.first and _is_own(t.stretch))
    waiting = own[::-1]
    held: list[_Told] = []
    for _place, each in sorted((t.stretch.second, t) for t in second if t.stretch.second):
        if _is_own(each.stretch):
            held.append(each)
            continue
        while waiting and each.stretch.first and waiting[-1][0] < each.stretch.first:
            yield waiting.pop()[1], False
        yield from ((new, True) for new in held)
        held = []
        yield each, True
    yield from ((gone, False) for _place, gone in reversed(waiting))
    yield from ((new, True) for new in held)


def _is_own(stretch: Stretch) -> bool:
    """Whether the stretch is told in each report's section by itself."""
    return stretch.moved or stretch.first is None or stretch.second is None


def _piece(sides: tuple[Side, Side], told: _Told, of_second: bool) -> Piece:
    stretch = told.stretch
    first = sides[0].piece(stretch.first) if stretch.first else None
    second = sides[1].piece(stretch.second) if stretch.second else None
    here, other = (second, first) if of_second else (first, second)
    assert here is not None
    changes = (
        TextChange(
            change.kind,
            sides[0].exactly(Place(stretch.first.section, change.start_a, change.end_a)),
            sides[1].exactly(Place(stretch.second.section, change.start_b, change.end_b)),
        )
        for change in stretch.changes
        if stretch.first and stretch.second
    )
    return Piece(told.kind, of_second, here, other, tuple(changes))


def diff_json(diff: Diff) -> Json:
    """The Diff object of the JSON contract."""
    return {
        "first": _report_json(diff.first),
        "second": _report_json(diff.second),
        "sections": [_section_json(section) for section in diff.sections],
        "plans": None if diff.plans is None else [_plan_json(plan) for plan in diff.plans],
        "characters": dict(diff.characters),
        "complete": diff.complete,
    }


def _report_json(report: Report) -> Json:
    place = report.place
    return {
        "id": report.id,
        "title": report.title,
        "file": report.file,
        "year": report.year,
        "issued": report.issued,
        "township": place.township,
        "county": place.county,
        "city": place.city,
        "province": place.province,
    }


def _section_json(section: SectionDiff) -> Json:
    return {
        "first": section.first and section.first.id,
        "second": section.second and section.second.id,
        "heading_path": list((section.second or section.first or _NOWHERE).heading_path),
        "kind": section.kind,
        "pieces": [_piece_json(piece) for piece in section.pieces],
    }


_NOWHERE: Final = Outline("", (), None)


def _piece_json(piece: Piece) -> Json:
    here = piece.here
    return {
        "kind": piece.kind,
        "of": "second" if piece.of_second else "first",
        "text": here.text,
        "start": here.start,
        "end": here.end,
        "other": piece.other and piece.other._asdict(),
        "changes": [_change_json(change) for change in piece.changes],
    }


def _change_json(change: TextChange) -> Json:
    return {
        "kind": change.kind,
        "first_start": change.first.start,
        "first_end": change.first.end,
        "first_text": change.first.text,
        "start": change.second.start,
        "end": change.second.end,
        "text": change.second.text,
    }


def _plan_json(match: PlanMatch) -> Json:
    return {
        "plan": _measure_json(match.plan),
        "done": [
            _measure_json(done.measure)
            | {
                "score": round(done.score, 4),
                "terms": [{"term": t.term, "weight": round(t.weight, 4)} for t in done.terms],
            }
            for done in match.done
        ],
    }


def _measure_json(measure: Measure) -> Json:
    start, end = measure.span
    return {
        "id": measure.id,
        "heading": measure.heading,
        "text": measure.text,
        "start": start,
        "end": end,
    }
