"""Groups of copies as lines for a terminal: the passage, where it stands, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from index.i18n import gettext as _
from index.model import Span
from index.passage import Passage
from search.copied import Copies, Group, Member, Residue
from search.copywords import (
    common_form,
    compared,
    named,
    names_kept,
    same_characters,
    spread,
    total,
    what_differs,
    which_first,
)
from terminal.lines import BAD, FAINT, GOOD, MATCH, TITLE, Line, Piece, clean

_LONGEST: Final = 160  # characters of a passage that are shown
_INDENT: Final = Piece("   ")
_DEEPER: Final = Piece("      ")


def show_copies(copies: Copies, *, limit: int | None) -> Iterator[Line]:
    """Groups, names of other places, and what was compared. limit is of names, None is all."""
    yield [Piece(total(copies.total_groups), TITLE)]
    for group in copies.groups:
        yield []
        yield from _group(group)
    yield from _more_groups(copies)
    shown = {group.rank for group in copies.groups}
    yield from _names([each for each in copies.residue if each.rank not in shown], limit)
    yield []
    yield [Piece(clean(" ".join(compared(copies.compared_sections))), FAINT)]


def _more_groups(copies: Copies) -> Iterator[Line]:
    if len(copies.groups) < copies.total_groups:
        yield []
        yield [Piece(_("More: --limit 0 for all"), FAINT)]


# A group


def _group(group: Group) -> Iterator[Line]:
    yield _head(group)
    yield [_INDENT, *_passage(group)]
    for member in group.members:
        yield from _member(member, is_first=member is group.members[0])


def _head(group: Group) -> Line:
    line = [
        Piece(f"{group.rank}. ", FAINT),
        Piece(same_characters(group.characters), TITLE),
        Piece(_(", ") + _(", ").join(spread(group))),
    ]
    if common := common_form(group):
        line.append(Piece(_("; ") + common, FAINT))
    return [*line, Piece("  " + clean(which_first(group)))]


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


def _place_and_year(passage: Passage) -> Line:
    where = clean(named(passage.place) or passage.title or passage.report_id)
    year = _("{year}").format(year=passage.year) if passage.year else _("year unknown")
    issued = _("issued {date}").format(date=passage.issued) if passage.issued else ""
    return [
        Piece(f"{where} {year}", GOOD),
        Piece(f"  {clean(issued)}" if issued else ""),
        Piece("  " + clean(passage.id), FAINT),
    ]


def _member(member: Member, *, is_first: bool) -> Iterator[Line]:
    line = [_INDENT, *_place_and_year(member.passage)]
    yield line if is_first else [*line, Piece("  " + clean(what_differs(member)))]
    for residue in member.residue:
        yield [_DEEPER, *_kept_name(residue)]


def _names(residue: Sequence[Residue], limit: int | None) -> Iterator[Line]:
    if not residue:
        return
    n = len(residue)
    yield []
    yield [Piece(names_kept(n), TITLE)]
    for each in residue[:limit]:
        line = [
            _INDENT,
            Piece(clean(named(each.place)), GOOD),
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
