"""Groups of copies as lines for a terminal: the passage, where it stands, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from index.i18n import gettext as _
from index.i18n import ngettext
from index.model import Place, Span
from index.passage import Passage
from search.changes import BODY, KINDS, NUMBER, PLACE, TEXT
from search.copied import Copies, Difference, Group, Member, Order, Residue
from terminal.lines import BAD, FAINT, GOOD, MATCH, TITLE, Line, Piece, clean

_LONGEST: Final = 160  # characters of a passage that are shown
_LONGEST_CHANGE: Final = 12
_CHANGES: Final = 2  # of a kind that are shown
_INDENT: Final = Piece("   ")
_DEEPER: Final = Piece("      ")


def show_copies(copies: Copies, *, limit: int | None) -> Iterator[Line]:
    """Groups, names of other places, and what was compared. limit is of names, None is all."""
    yield [Piece(_total(copies.total_groups), TITLE)]
    for group in copies.groups:
        yield []
        yield from _group(group)
    yield from _more_groups(copies)
    shown = {group.rank for group in copies.groups}
    yield from _names([each for each in copies.residue if each.rank not in shown], limit)
    yield []
    yield from _cautions(copies.compared_sections)


def _total(n: int) -> str:
    if not n:
        return _("No passage stands in several of these reports.")
    said = ngettext(
        "{n} passage stands in several reports", "{n} passages stand in several reports", n
    )
    return said.format(n=n)


def _more_groups(copies: Copies) -> Iterator[Line]:
    if len(copies.groups) < copies.total_groups:
        yield []
        yield [Piece(_("More: --limit 0 for all"), FAINT)]


def _cautions(compared: int) -> Iterator[Line]:
    said = ngettext("{n} section was compared.", "{n} sections were compared.", compared)
    only = _("Only what is indexed is known: the same text may stand elsewhere, and earlier.")
    yield [Piece(clean(said.format(n=compared) + " " + only), FAINT)]


# A group


def _group(group: Group) -> Iterator[Line]:
    yield _head(group)
    yield [_INDENT, *_passage(group)]
    for member in group.members:
        yield from _member(member, is_first=member is group.members[0])


def _head(group: Group) -> Line:
    characters = ngettext(
        "{n} character the same", "{n} characters the same", group.characters
    ).format(n=group.characters)
    line = [Piece(f"{group.rank}. ", FAINT), Piece(characters, TITLE)]
    line.append(Piece(_(", ") + _(", ").join(_spread(group))))
    if group.common_form:
        n = sum(form.end - form.start for form in group.common_form)
        said = ngettext("; {n} more is common form", "; {n} more are common form", n)
        line.append(Piece(said.format(n=n), FAINT))
    return [*line, Piece("  " + _which_first(group))]


def _spread(group: Group) -> Iterator[str]:
    """How many reports, townships and counties have it, and of which years."""
    yield ngettext("{n} report", "{n} reports", group.reports).format(n=group.reports)
    if group.townships:
        yield ngettext("{n} township", "{n} townships", group.townships).format(n=group.townships)
    if group.counties > 1:
        yield ngettext("{n} county", "{n} counties", group.counties).format(n=group.counties)
    years = sorted({m.passage.year for m in group.members if m.passage.year})
    if years:
        span = f"{years[0]}–{years[-1]}" if years[0] < years[-1] else years[0]
        yield _("{year}").format(year=span)


def _which_first(group: Group) -> str:
    first = group.came_first
    if first is None:
        return _("(which stood first is not known)")
    where = clean(_where(first.place) or first.report_id)
    if group.order is Order.YEAR:
        return _("(first: {place}, by year)").format(place=where)
    return _("(first: {place}, by day of issue)").format(place=where)


def _passage(group: Group) -> Line:
    """The beginning of the passage; common form is faint."""
    passage, left = group.members[0].passage, _LONGEST
    faint = [Span(form.start, form.end) for form in group.common_form]
    line: Line = []
    for number, stretch in enumerate(group.stretches):
        if number:
            line.append(Piece(" … ", FAINT))
        start = stretch.start + _stops_before(passage.cut(*stretch))
        shown = Span(start, min(stretch.end, start + left))
        line += [Piece(clean(passage.cut(*s)), style) for s, style in _styled(shown, faint)]
        left -= shown.end - shown.start
        if left <= 0:
            return [*line, Piece("…", FAINT)]
    return line


def _stops_before(text: str) -> int:
    """How much of a text ends the sentence before it."""
    return len(text) - len(text.lstrip("。，；、：！？.,;:!?)）”’ \n"))


def _styled(whole: Span, faint: Iterable[Span]) -> Iterator[tuple[Span, str]]:
    """The span in pieces, each with its style; those that are faint ascend."""
    at = whole.start
    for start, end in faint:
        first, last = max(start, at), min(end, whole.end)
        if first < last:
            yield Span(at, first), ""
            yield Span(first, last), FAINT
            at = last
    yield Span(at, whole.end), ""


def _where(place: Place) -> str:
    return "".join(filter(None, (place.county, place.township))) or place.city or ""


def _place_and_year(passage: Passage) -> Line:
    where = clean(_where(passage.place) or passage.title or passage.report_id)
    year = _("{year}").format(year=passage.year) if passage.year else _("year unknown")
    issued = _("issued {date}").format(date=passage.issued) if passage.issued else ""
    return [
        Piece(f"{where} {year}", GOOD),
        Piece(f"  {clean(issued)}" if issued else ""),
        Piece("  " + clean(passage.id), FAINT),
    ]


def _member(member: Member, *, is_first: bool) -> Iterator[Line]:
    line = [_INDENT, *_place_and_year(member.passage)]
    yield line if is_first else [*line, Piece("  " + _what_differs(member))]
    for residue in member.residue:
        yield [_DEEPER, *_kept_name(residue)]


def _what_differs(member: Member) -> str:
    """How much is the same, and the changes by kind."""
    same = sum(agreed.same for agreed in member.agreements)
    said = ngettext("{n} character the same", "{n} characters the same", same).format(n=same)
    differences = [each for agreed in member.agreements for each in agreed.differences]
    if not differences:
        return said + _(", word for word")
    by_kind = sorted(differences, key=lambda each: KINDS.index(each.kind))
    kinds = [_kind(kind, [*own]) for kind, own in groupby(by_kind, attrgetter("kind"))]
    return said + _("; ") + _("; ").join(kinds)


def _kind(kind: str, differences: Sequence[Difference]) -> str:
    """The changes of a kind: how many, and the first of them."""
    n = len(differences)
    said = {
        NUMBER: ngettext("{n} number: {changes}", "{n} numbers: {changes}", n),
        PLACE: ngettext("{n} place: {changes}", "{n} places: {changes}", n),
        BODY: ngettext("{n} body: {changes}", "{n} bodies: {changes}", n),
        TEXT: ngettext("{n} other change: {changes}", "{n} other changes: {changes}", n),
    }[kind]
    changes = _(", ").join(map(_change, differences[:_CHANGES]))
    return said.format(n=n, changes=changes + ("…" if n > _CHANGES else ""))


def _change(difference: Difference) -> str:
    before, after = _short(difference.first_text), _short(difference.text)
    if not before:
        return f"+{after}"
    return f"{before}→{after}" if after else f"-{before}"


def _short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _LONGEST_CHANGE else text[: _LONGEST_CHANGE - 1] + "…"


# Names of other places


def _names(residue: Sequence[Residue], limit: int | None) -> Iterator[Line]:
    if not residue:
        return
    n = len(residue)
    said = ngettext("{n} name of another place was kept", "{n} names of other places were kept", n)
    yield []
    yield [Piece(said.format(n=n), TITLE)]
    for each in residue[:limit]:
        line = [
            _INDENT,
            Piece(clean(_where(each.place)), GOOD),
            Piece("  " + clean(each.id), FAINT),
        ]
        if each.rank:
            line.append(Piece("  " + _("in passage {rank}").format(rank=each.rank)))
        yield line
        yield [_DEEPER, *_sentence(each)]
    if limit is not None and n > limit:
        yield [_INDENT, Piece(_("More: --limit 0 for all"), FAINT)]


def _kept_name(residue: Residue) -> Line:
    said = _("keeps the name {name}: ").format(name=clean(residue.name))
    return [Piece(said, BAD), *_sentence(residue)]


def _sentence(residue: Residue) -> Line:
    """The sentence with the name in it."""
    start, end = (at - residue.sentence_span.start for at in residue.span)
    text = residue.sentence
    return [
        Piece(clean(text[:start])),
        Piece(clean(text[start:end]), MATCH),
        Piece(clean(text[end:])),
    ]
