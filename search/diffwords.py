"""What is said of two compared reports: command line and pages say it in the same words."""

from __future__ import annotations

from index.i18n import gettext as _
from index.labels import thousands
from index.model import Report
from search.diff import Diff, PieceKind


def kind_label(kind: PieceKind) -> str:
    """What became of a text, in a word."""
    return {
        PieceKind.SAME: _("same"),
        PieceKind.CHANGED: _("changed"),
        PieceKind.MOVED: _("moved"),
        PieceKind.NEW: _("new"),
        PieceKind.GONE: _("gone"),
        PieceKind.COMMON: _("common form"),
    }[kind]


def not_complete() -> str:
    """What is said where not everything was looked at."""
    return _("These reports are very long or repeat themselves: some shared text is not shown.")


def counted(diff: Diff) -> str:
    """How many characters became what."""
    parts = (
        _("{kind} {n}").format(kind=kind_label(kind), n=thousands(n))
        for kind, n in diff.characters.items()
    )
    return _("Characters: {counts}").format(counts=_(", ").join(parts))


def named(report: Report) -> str:
    """A report by its place and year."""
    place = report.place
    where = "".join(filter(None, (place.county, place.township))) or report.title or report.id
    year = _("{year}").format(year=report.year) if report.year else _("year unknown")
    return f"{where} {year}"


def moved_where(id: str, *, second: bool) -> str:
    """Where text that moved stands in the other report; second: it is told in the second one."""
    return (_("from {id}") if second else _("now in {id}")).format(id=id)


def plans_title(diff: Diff) -> str:
    """What the comparison of plans and achievements is called."""
    return _("Planned in {first}, and the achievements of {second} that speak of it").format(
        first=diff.first.year, second=diff.second.year
    )


def not_found() -> str:
    """What is said of a plan that no achievement speaks of."""
    return _("not found in the achievements part")


def no_plans() -> str:
    """What is said where there is nothing to look for."""
    return _("The first report has no plans part.")
