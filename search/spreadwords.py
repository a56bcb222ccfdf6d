"""What is said of how a practice spreads: command line and pages say it in the same words."""

from __future__ import annotations

from collections.abc import Iterator

from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import thousands
from search.spread import Order, Spread


def totals(spread: Spread) -> tuple[str, str]:
    """(how many reports mention it, of how many townships); the second is empty for none."""
    if not spread.reports:
        none = ngettext(
            "None of {of} report mentions it.", "None of {of} reports mentions it.", spread.of
        )
        return none.format(of=thousands(spread.of)), ""
    reports = ngettext(
        "{n} of {of} reports mentions it", "{n} of {of} reports mention it", spread.reports
    )
    townships = ngettext(
        ", of {n} of {of} townships", ", of {n} of {of} townships", spread.townships
    )
    return (
        reports.format(n=thousands(spread.reports), of=thousands(spread.of)),
        townships.format(n=thousands(spread.townships), of=thousands(spread.of_townships)),
    )


def which_first(spread: Spread) -> str:
    """What is said before the first reports; there is one."""
    said = {
        Order.YEAR: _("First in {year}:"),
        Order.ISSUED: _("First in {year}, by the day of issue:"),
        Order.UNKNOWN: _("First in {year}; days of issue are missing, any of these may be first:"),
    }[spread.order or Order.UNKNOWN]
    return said.format(year=spread.first[0].year)


def issued(day: str | None) -> str:
    """When a report was issued."""
    return _("issued {date}").format(date=day) if day else _("day of issue unknown")


def without(spread: Spread) -> str:
    """How many townships never mention it."""
    n, of = len(spread.without), spread.of_townships
    said = ngettext(
        "{n} of {of} townships never mentions it:", "{n} of {of} townships never mention it:", n
    )
    return said.format(n=thousands(n), of=thousands(of))


def each_word() -> str:
    """What to know where nothing mentions it."""
    return _("Each word is looked for as it was typed; A OR B finds either name.")


def uncounted(spread: Spread) -> Iterator[str]:
    """A sentence for each kind of report that mentions it and is in no table."""
    if n := spread.unknown_years:
        said = ngettext(
            "Not counted: {n} report that mentions it, of an unknown year.",
            "Not counted: {n} reports that mention it, of unknown years.",
            n,
        )
        yield said.format(n=thousands(n))
    if n := spread.unknown_places:
        said = ngettext(
            "Not counted: {n} report that mentions it, from an unknown place.",
            "Not counted: {n} reports that mention it, from unknown places.",
            n,
        )
        yield said.format(n=thousands(n))
    if n := spread.other_papers:
        said = ngettext(
            "Not counted: {n} paper that mentions it and is no township's annual report.",
            "Not counted: {n} papers that mention it and are no township's annual reports.",
            n,
        )
        yield said.format(n=thousands(n))
