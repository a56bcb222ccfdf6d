"""What is said of copies: command line and pages say it in the same words.

Said is that texts are the same and which stands in the earlier report; never who copied whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import thousands
from index.model import Place
from search.changes import BODY, KINDS, NUMBER, PLACE, TEXT
from search.copied import Difference, Group, Member, Order

_LONGEST_CHANGE: Final = 12
_CHANGES: Final = 2  # of a kind that are told


def total(n: int) -> str:
    """How many passages there are."""
    if not n:
        return _("No passage stands in several of these reports.")
    said = ngettext(
        "{n} passage stands in several reports", "{n} passages stand in several reports", n
    )
    return said.format(n=thousands(n))


def compared(n: int) -> tuple[str, str]:
    """(how many sections were compared, that the text may stand elsewhere)."""
    said = ngettext("{n} section was compared.", "{n} sections were compared.", n)
    only = _("Only what is indexed is known: the same text may stand elsewhere, and earlier.")
    return said.format(n=thousands(n)), only


def same_characters(n: int) -> str:
    """How long a passage is, or what of it a member has."""
    return ngettext("{n} character the same", "{n} characters the same", n).format(n=thousands(n))


def common_form(group: Group) -> str:
    """How much of a passage is common form besides; empty where nothing is."""
    n = sum(form.end - form.start for form in group.common_form)
    if not n:
        return ""
    return ngettext("{n} more is common form", "{n} more are common form", n).format(n=thousands(n))


def spread(group: Group) -> Iterator[str]:
    """How many reports, townships and counties have it, and of which years."""
    yield ngettext("{n} report", "{n} reports", group.reports).format(n=thousands(group.reports))
    if group.townships:
        yield ngettext("{n} township", "{n} townships", group.townships).format(
            n=thousands(group.townships)
        )
    if group.counties > 1:
        yield ngettext("{n} county", "{n} counties", group.counties).format(
            n=thousands(group.counties)
        )
    years = sorted({m.passage.year for m in group.members if m.passage.year})
    if years:
        span = f"{years[0]}–{years[-1]}" if years[0] < years[-1] else years[0]
        yield _("{year}").format(year=span)


def which_first(group: Group) -> str:
    """Which report it stands in first, and what decided that."""
    first = group.came_first
    if first is None:
        return _("(which stood first is not known)")
    place = named(first.place) or first.report_id
    if group.order is Order.YEAR:
        return _("(first: {place}, by year)").format(place=place)
    return _("(first: {place}, by day of issue)").format(place=place)


def named(place: Place) -> str:
    """A place by its county and township; empty where none is known."""
    return "".join(filter(None, (place.county, place.township))) or place.city or ""


def what_differs(member: Member) -> str:
    """How much of a member is the same, and the changes by kind."""
    return _("; ").join([same_of(member), *changes_of(member)])


def same_of(member: Member) -> str:
    """How much of a member is the same."""
    same = same_characters(sum(agreed.same for agreed in member.agreements))
    changed = any(agreed.differences for agreed in member.agreements)
    return same if changed else same + _(", word for word")


def changes_of(member: Member) -> Iterator[str]:
    """For each kind of change how many there are, and the first of them."""
    differences = [each for agreed in member.agreements for each in agreed.differences]
    by_kind = sorted(differences, key=lambda each: KINDS.index(each.kind))
    for kind, own in groupby(by_kind, attrgetter("kind")):
        yield _kind(kind, [*own])


def _kind(kind: str, differences: Sequence[Difference]) -> str:
    n = len(differences)
    said = {
        NUMBER: ngettext("{n} number: {changes}", "{n} numbers: {changes}", n),
        PLACE: ngettext("{n} place: {changes}", "{n} places: {changes}", n),
        BODY: ngettext("{n} body: {changes}", "{n} bodies: {changes}", n),
        TEXT: ngettext("{n} other change: {changes}", "{n} other changes: {changes}", n),
    }[kind]
    changes = _(", ").join(map(_change, differences[:_CHANGES]))
    return said.format(n=thousands(n), changes=changes + ("…" if n > _CHANGES else ""))


def _change(difference: Difference) -> str:
    before, after = _short(difference.first_text), _short(difference.text)
    if not before:
        return f"+{after}"
    return f"{before}→{after}" if after else f"-{before}"


def _short(text: str) -> str:
    text = "".join(text.split())
    return text if len(text) <= _LONGEST_CHANGE else text[: _LONGEST_CHANGE - 1] + "…"


def names_kept(n: int) -> str:
    """How many names of other places there are."""
    said = ngettext("{n} name of another place was kept", "{n} names of other places were kept", n)
    return said.format(n=thousands(n))
