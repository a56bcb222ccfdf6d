"""What a run of `lawsearch index` did."""

from __future__ import annotations

from collections.abc import Iterator

from index.i18n import gettext as _
from index.i18n import ngettext
from indexer.build import Summary
from indexer.copying import Copied
from terminal.lines import BAD, FAINT, TITLE, Line, Piece, clean

MOST_LISTED = 50


def show_copied(copied: Copied) -> Iterator[Line]:
    """How many reports were copied and how many were there, and what else the target holds."""
    counts = _("{written} reports copied, {unchanged} were there already")
    said = counts.format(written=copied.written, unchanged=copied.unchanged)
    took = _("  ({total} reports, {s:.1f} s)").format(total=copied.total, s=copied.seconds)
    yield [Piece(said, TITLE), Piece(took, FAINT)]
    if copied.others:
        said = ngettext(
            "{n} report of other files was there before and stays.",
            "{n} reports of other files were there before and stay.",
            copied.others,
        )
        yield [Piece(said.format(n=copied.others))]


def show_summary(summary: Summary) -> Iterator[Line]:
    """Counts first, then each file that was refused and why."""
    counts = _("{added} added, {changed} changed, {unchanged} unchanged, {removed} removed")
    line = [
        Piece(
            counts.format(
                added=summary.added,
                changed=summary.changed,
                unchanged=summary.unchanged,
                removed=summary.removed,
            ),
            TITLE,
        )
    ]
    if summary.joined:
        said = ngettext(
            "; {n} file is another form of a report",
            "; {n} files are other forms of reports",
            summary.joined,
        )
        line.append(Piece(said.format(n=summary.joined)))
    took = _("  ({found} files, {s:.1f} s)").format(found=summary.found, s=summary.seconds)
    line.append(Piece(took, FAINT))
    yield line
    if not summary.found:
        said = _("Nothing to read there; read are txt, md, html, docx, pdf, ofd, doc and wps.")
        yield [Piece(said, BAD)]
    if summary.missing:
        said = ngettext(
            "{n} file is gone; its report stays until you index with --prune:",
            "{n} files are gone; their reports stay until you index with --prune:",
            len(summary.missing),
        )
        yield [Piece(said.format(n=len(summary.missing)), BAD)]
        yield from ([Piece("  " + clean(path))] for path in summary.missing[:MOST_LISTED])
    if summary.refused:
        said = ngettext("{n} file refused:", "{n} files refused:", len(summary.refused))
        yield [Piece(said.format(n=len(summary.refused)), BAD)]
    for error in summary.refused[:MOST_LISTED]:
        said = _("{path}: {reason}. {hint}") if error.hint else _("{path}: {reason}.")
        path, reason, hint = clean(error.path), clean(error.reason), clean(error.hint)
        yield [Piece("  " + said.format(path=path, reason=reason, hint=hint))]
    if len(summary.refused) > MOST_LISTED:
        more = _("  … and {n} more: lawsearch status lists them all")
        yield [Piece(more.format(n=len(summary.refused) - MOST_LISTED))]
