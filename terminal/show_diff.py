"""Two reports compared, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from index.i18n import gettext as _
from search.diff import Diff, Piece, PieceKind, SectionDiff
from search.diffwords import (
    counted,
    kind_label,
    moved_where,
    named,
    no_plans,
    not_complete,
    not_found,
    plans_title,
)
from search.plans import PlanMatch
from terminal.lines import BAD, FAINT, GOOD, MATCH, TITLE, Line, clean
from terminal.lines import Piece as Text

_SHOWN_ENDS: Final = 24  # characters of a long unchanged text that are shown at either end
_STYLES: Final = {
    PieceKind.SAME: FAINT,
    PieceKind.COMMON: FAINT,
    PieceKind.MOVED: BAD,
    PieceKind.NEW: GOOD,
    PieceKind.GONE: MATCH,
    PieceKind.CHANGED: "",
}


def show_diff(diff: Diff) -> Iterator[Line]:
    """What became of the sections of two reports, then of the first one's plans."""
    for number, report in enumerate((diff.first, diff.second), 1):
        faint = Text("  " + clean(report.id), FAINT)
        yield [Text(f"{number}. ", FAINT), Text(clean(named(report)), TITLE), faint]
    yield [Text(counted(diff))]
    if not diff.complete:
        yield [Text(not_complete(), BAD)]
    yield [Text(_legend(), FAINT)]
    for section in diff.sections:
        yield []
        yield from _section(section)
    if diff.plans is not None:
        yield []
        yield from _plans(diff, diff.plans)


def _legend() -> str:
    said = _(
        "= same  ~ changed: [-first-]{{+second+}}  > moved here  < moved away  + new  - gone  "
        "· common form"
    )
    return said.format()


def _section(section: SectionDiff) -> Iterator[Line]:
    outline = section.second or section.first
    path = " › ".join(clean(h) for h in outline.heading_path if h) if outline else ""
    ids = [clean(each.id) if each else "—" for each in (section.first, section.second)]
    head = [Text(path + "  ", TITLE)] if path else []
    kind = Text("  " + kind_label(section.kind), _STYLES[section.kind])
    yield [*head, Text(" → ".join(ids), FAINT), kind]
    for piece in section.pieces:
        yield [Text("  "), *_piece(piece)]


def _piece(piece: Piece) -> Line:
    style = _STYLES[piece.kind]
    mark = Text(_mark(piece) + " ", style)
    if piece.kind is PieceKind.MOVED and piece.other is not None:
        where = moved_where(clean(piece.other.id), second=piece.of_second)
        told = [*_changed(piece)] if piece.of_second else [Text(_short(piece.here.text))]
        return [mark, *told, Text("  " + _bracketed(where), style)]
    if piece.kind is PieceKind.CHANGED:
        return [mark, *_changed(piece)]
    if piece.kind in (PieceKind.SAME, PieceKind.COMMON):
        return [mark, Text(_short(piece.here.text), style)]
    return [mark, Text(clean(piece.here.text).strip(), style)]


def _bracketed(text: str) -> str:
    return _("({term})").format(term=text)


def _mark(piece: Piece) -> str:
    if piece.kind is PieceKind.MOVED:
        return ">" if piece.of_second else "<"
    return {
        PieceKind.SAME: "=",
        PieceKind.CHANGED: "~",
        PieceKind.NEW: "+",
        PieceKind.GONE: "-",
        PieceKind.COMMON: "·",
    }[piece.kind]


def _changed(piece: Piece) -> Iterator[Text]:
    """The text of the second report with what the first had instead."""
    for text, change in piece.segments(second=True):
        if change is None:
            yield Text(_short(text))
            continue
        if change.first.text:
            yield Text(f"[-{clean(change.first.text)}-]", MATCH)
        if change.second.text:
            yield Text(f"{{+{clean(change.second.text)}+}}", GOOD)


def _short(text: str) -> str:
    """The text without the middle where that is long."""
    plain = clean(text).strip()
    if len(plain) <= 2 * _SHOWN_ENDS + 8:
        return plain
    return f"{plain[:_SHOWN_ENDS]} … {plain[-_SHOWN_ENDS:]}"


def _plans(diff: Diff, plans: tuple[PlanMatch, ...]) -> Iterator[Line]:
    yield [Text(plans_title(diff), TITLE)]
    if not plans:
        yield [Text(no_plans(), FAINT)]
    for match in plans:
        yield []
        yield [Text(clean(match.plan.shown).strip()), Text("  " + clean(match.plan.id), FAINT)]
        for done in match.done:
            words = _(", ").join(clean(term.term) for term in done.terms)
            text = _short(done.measure.shown)
            told = Text(f"  {clean(done.measure.id)} {_bracketed(words)}", FAINT)
            yield [Text("  "), Text("→ ", GOOD), Text(text), told]
        if not match.done:
            yield [Text("  "), Text(not_found(), BAD)]
