"""Two reports compared, as one HTML file to send: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from index.i18n import gettext as _
from index.i18n import preferred_language
from index.model import Report
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
from terminal.lines import clean

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #6a6a6a; --line: #d8d8d8;
  --new: #0b6b2f; --new-back: #e3f6e8; --gone: #a32020; --gone-back: #fdeaea;
  --moved: #7a5200; --moved-back: #fdf3dc; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e4; --paper: #17191c; --faint: #9a9a9a; --line: #3a3d42;
  --new: #7fdc9b; --new-back: #15301d; --gone: #ff9d9d; --gone-back: #3a1a1a;
  --moved: #f0c674; --moved-back: #352a12; } }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.4rem; line-height: 1.4; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; margin: 1.8rem 0 .4rem; padding-top: .6rem;
  border-top: 1px solid var(--line); }
.faint, .id { color: var(--faint); font-weight: normal; font-size: .85rem; }
.id { overflow-wrap: anywhere; }
.row, .heads { display: grid; gap: 0 2rem; }
.row > div, .heads > div { min-width: 0; overflow-wrap: anywhere; }
.row p { margin: .2rem 0; padding: 0 .4rem; white-space: pre-line;
  border-left: 3px solid transparent; }
.same, .common { color: var(--faint); }
.common { text-decoration: underline dotted; text-underline-offset: .2em; }
.new, ins { color: var(--new); background: var(--new-back); }
.gone, del { color: var(--gone); background: var(--gone-back); }
.moved { color: var(--moved); background: var(--moved-back); }
.row .new { border-color: var(--new); } .row .gone { border-color: var(--gone); }
.row .moved { border-color: var(--moved); }
.where { display: block; font-size: .85rem; }
a { color: inherit; }
.plan { margin: 1rem 0; } .plan ul { margin: .2rem 0; }
.legend span { padding: 0 .4rem; margin-right: .4rem; }
@media print, (min-width: 48rem) { .row, .heads { grid-template-columns: 1fr 1fr; } }
@media screen and (max-width: 47.99rem) { .both > div:first-child { display: none; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h3 { break-after: avoid; } .row { break-inside: auto; }
  .new, .gone, .moved, ins, del { print-color-adjust: exact; }
}
"""
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def diff_page(diff: Diff) -> str:
    """The whole file."""
    return "\n".join(_page(diff)) + "\n"


def _page(diff: Diff) -> Iterator[str]:
    language = "zh-CN" if preferred_language().lower().startswith("zh") else "en"
    title = " · ".join(map(named, (diff.first, diff.second)))
    digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
    yield f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">'
    # Nothing in a report can load, send or run anything, even if it got past escaping.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{_text(title)}</h1>"
    yield f"<p>{_text(counted(diff))}</p>"
    if not diff.complete:
        yield f"<p><strong>{_text(not_complete())}</strong></p>"
    yield _legend()
    yield f'<div class="heads">{_head(diff.first)}{_head(diff.second)}</div>'
    yield f'<main lang="zh-CN">{"".join(map(_section, diff.sections))}</main>'
    if diff.plans is not None:
        yield from _plans(diff, diff.plans)
    yield "</body>\n</html>"


def _text(text: str) -> str:
    """The text for HTML, without what could not be seen or would turn it around."""
    shown = text.translate(_UNSEEN)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in shown)
    return escape(shown)


def _legend() -> str:
    kinds = "".join(f'<span class="{kind}">{_text(kind_label(kind))}</span>' for kind in PieceKind)
    return f'<p class="legend">{kinds}</p>'


def _head(report: Report) -> str:
    facts = [_text(report.id), _text(report.title or "")]
    if report.issued:
        facts.append(_text(_("Issued {date}").format(date=report.issued)))
    told = "<br>".join(fact for fact in facts if fact)
    return f'<div><strong>{_text(named(report))}</strong><br><span class="id">{told}</span></div>'


def _section(section: SectionDiff) -> str:
    outline = section.second or section.first
    path = " › ".join(h for h in outline.heading_path if h) if outline else ""
    ids = " → ".join(each.id if each else "—" for each in (section.first, section.second))
    anchors = "".join(
        f'<a id="{_text(each.id)}"></a>' for each in (section.first, section.second) if each
    )
    label = _text(kind_label(section.kind))
    head = f'{_text(path)} <span class="id">{_text(ids)} · {label}</span>'
    return f"<section>{anchors}<h3>{head}</h3>{''.join(_rows(section.pieces))}</section>\n"


def _rows(pieces: Sequence[Piece]) -> Iterator[str]:
    """What both reports have side by side; between that what each has for itself."""
    left: list[str] = []
    right: list[str] = []
    for piece in pieces:
        if piece.kind is PieceKind.MOVED or piece.other is None:
            (right if piece.of_second else left).append(_piece(piece, second=piece.of_second))
            continue
        if left or right:
            yield _row("".join(left), "".join(right))
            left, right = [], []
        equal = piece.kind in (PieceKind.SAME, PieceKind.COMMON)
        yield _row(_piece(piece, second=False), _piece(piece, second=True), "both" if equal else "")
    if left or right:
        yield _row("".join(left), "".join(right))


def _row(left: str, right: str, name: str = "") -> str:
    names = f"row {name}".strip()
    return f'<div class="{names}"><div>{left}</div><div>{right}</div></div>\n'


def _piece(piece: Piece, *, second: bool) -> str:
    mark = "ins" if second else "del"
    text = "".join(
        _text(text) if change is None else f"<{mark}>{_text(text)}</{mark}>" if text else ""
        for text, change in piece.segments(second=second)
    )
    where = ""
    if piece.kind is PieceKind.MOVED and piece.other is not None:
        said = moved_where(piece.other.id, second=second)
        link = f'<a href="#{_text(piece.other.id)}">{_text(said)}</a>'
        where = f'<span class="where">{link}</span>'
    return f'<p class="{piece.kind}">{_trimmed(text)}{where}</p>'


def _trimmed(text: str) -> str:
    """Escaped text without the line breaks around it and doubled in it."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _plans(diff: Diff, plans: Sequence[PlanMatch]) -> Iterator[str]:
    yield f"<h2>{_text(plans_title(diff))}</h2>"
    if not plans:
        yield f"<p>{_text(no_plans())}</p>"
    for match in plans:
        yield f'<div class="plan" lang="zh-CN">{_measure(match.plan.shown, match.plan.id)}<ul>'
        for done in match.done:
            words = _(", ").join(term.term for term in done.terms)
            told = f'<br><span class="faint">{_text(words)}</span>'
            yield f"<li>{_measure(done.measure.shown, done.measure.id)}{told}</li>"
        if not match.done:
            yield f'<li class="faint">{_text(not_found())}</li>'
        yield "</ul></div>"


def _measure(text: str, id: str) -> str:
    """A measure on one line: where the source's lines end there is no space in Chinese."""
    shown = clean(text.translate(_UNSEEN)).strip()
    return f'{_text(shown)} <span class="id">{_text(id)}</span>'
