"""What a page shows of passages that stand in several reports: who has them, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlencode

from index.model import Span
from index.passage import Passage
from search.copied import Agreed, Copies, Group, Member, Residue
from search.copywords import changes_of, named, same_of
from web.beside import Run, cut_runs, flowing

MOST_MEMBERS: Final = 24
"""Members of a group that a page names; the API has them all."""
MOST_CHARACTERS: Final = 24_000
"""Characters that a page shows side by side; what is beyond is a link away."""
LONGEST: Final = 3_000
MOST_NAMES: Final = 30


class Row(NamedTuple):
    """A stretch of the first section, and that of a member which says the same."""

    first: list[Run]
    own: list[Run]


class MemberView(NamedTuple):
    """A section that has a group's passage; rows are empty where there is no room for them."""

    passage: Passage
    name: str  # of its place and year
    is_first: bool
    same: str
    changes: list[str]
    names: list[str]  # of other places, that it kept
    rows: list[Row]
    compare: str  # the address that compares its whole report with the first one's


class GroupView(NamedTuple):
    """A group: its members, as many as are shown; its passage in runs, where none is beside it."""

    group: Group
    passage: list[Run]
    members: list[MemberView]
    more: int


class NameView(NamedTuple):
    """A name of another place, in its sentence."""

    residue: Residue
    sentence: list[Run]


class Room:
    """How much more text a page may show."""

    def __init__(self, characters: int = MOST_CHARACTERS) -> None:
        self._left = characters

    def take(self, characters: int) -> bool:
        """Whether there is room for so much, which is then taken."""
        if characters > self._left:
            return False
        self._left -= characters
        return True


def group_views(copies: Copies) -> list[GroupView]:
    """The groups that were found, as far as a page shows them."""
    room = Room()
    return [_view(group, room) for group in copies.groups]


def _view(group: Group, room: Room) -> GroupView:
    shown = [_member(group, member, room) for member in group.members[:MOST_MEMBERS]]
    is_beside = any(member.rows for member in shown[1:2])
    return GroupView(
        group=group,
        passage=[] if is_beside else [*_passage(group)],
        members=shown,
        more=len(group.members) - len(shown),
    )


def _passage(group: Group) -> Iterator[Run]:
    """The group's passage as the first section has it; common form is told apart."""
    passage, left = group.members[0].passage, LONGEST
    common = [(form.start, form.end, "common") for form in group.common_form]
    kept = [(*each.span, "kept") for each in group.members[0].residue]
    for n, stretch in enumerate(group.stretches):
        if n:
            yield Run(" … ", "", "gap")
        end = min(stretch.end, stretch.start + left)
        yield from _runs(passage, Span(stretch.start, end), [*common, *kept])
        left -= end - stretch.start
        if left <= 0:
            yield Run(" …", "", "gap")
            return


def _member(group: Group, member: Member, room: Room) -> MemberView:
    first, passage = group.members[0], member.passage
    is_first = member is first
    names = [residue.name for residue in member.residue]
    if is_first:
        return MemberView(passage, _name(passage), True, "", [], names, [], "")
    size = sum(a.own.end - a.own.start + a.first.end - a.first.start for a in member.agreements)
    return MemberView(
        passage=passage,
        name=_name(passage),
        is_first=False,
        same=same_of(member),
        changes=[*changes_of(member)],
        names=names,
        rows=[_row(group, member, each) for each in member.agreements] if room.take(size) else [],
        compare=_compare(first.passage, passage),
    )


def _name(passage: Passage) -> str:
    name = named(passage.place) or passage.report_id
    return f"{name} {passage.year or ''}".strip()


def _compare(first: Passage, other: Passage) -> str:
    reports = urlencode({"first": first.report_id, "second": other.report_id})
    return f"/diff?{reports}"


def _row(group: Group, member: Member, agreed: Agreed) -> Row:
    first = group.members[0]
    gone = [(*each.first, "del") for each in agreed.differences]
    new = [(*each.own, "ins") for each in agreed.differences]
    common = [(form.start, form.end, "common") for form in group.common_form]
    return Row(
        first=_runs(first.passage, agreed.first, [*gone, *common, *_kept(first)]),
        own=_runs(member.passage, agreed.own, [*new, *_kept(member)]),
    )


def _kept(member: Member) -> Iterator[tuple[int, int, str]]:
    return ((*residue.span, "kept") for residue in member.residue)


def _runs(passage: Passage, span: Span, marks: Iterable[tuple[int, int, str]]) -> list[Run]:
    return flowing(cut_runs(passage.cut(*span), span.start, marks))


def name_views(copies: Copies) -> tuple[list[NameView], int]:
    """(names of other places in no group that is shown, how many more there are)."""
    shown = {group.rank for group in copies.groups}
    names = [each for each in copies.residue if each.rank not in shown]
    found = [
        NameView(
            each, flowing(cut_runs(each.sentence, each.sentence_span.start, [(*each.span, "kept")]))
        )
        for each in names[:MOST_NAMES]
    ]
    return found, len(names) - len(found)
