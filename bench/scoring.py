"""What a finder of copies reports, against what was planted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from bench.plant import Kept, Planted, Stretch
from index.model import Report

LEAST_SAME = 15
"""Characters that a reported pair must have of what was planted, on both sides, to be right."""
Spans = tuple[tuple[int, int], ...]


class Agreeing(NamedTuple):
    """A stretch of a member and the one of the leader that it agrees with, in their sources."""

    start: int
    end: int
    leader_start: int
    leader_end: int


@dataclass(frozen=True, slots=True)
class Group:
    """What a finder reports: a leader's section, and others with what they share with it."""

    leader: str
    members: Mapping[str, tuple[Agreeing, ...]]

    def spans(self, section: str, other: str) -> Spans:
        """The stretches of one section of the group that tie it to another."""
        if section == self.leader:
            return tuple((a.leader_start, a.leader_end) for a in self.members[other])
        return tuple((a.start, a.end) for a in self.members[section])

    def __contains__(self, section: object) -> bool:
        return section == self.leader or section in self.members


def identify(planted: Iterable[Planted], reports: Mapping[str, Report]) -> list[Planted]:
    """What was planted with reports and sections by their ids.

    reports: what the files of the corpus were parsed into, by path under its folder.
    """
    return [_with_ids(copy, reports) for copy in planted]


def _with_ids(copy: Planted, reports: Mapping[str, Report]) -> Planted:
    original, at = reports[copy.original.report], reports[copy.copy.report]
    return replace(
        copy,
        original=copy.original._replace(report=original.id),
        copy=copy.copy._replace(report=at.id),
        original_key=section_at(original, copy.original),
        copy_key=section_at(at, copy.copy),
    )


def section_at(report: Report, stretch: Stretch) -> str:
    """The id of the section whose text holds the stretch. Raises ValueError for none."""
    for section in report.sections:
        if section.text_span.start <= stretch.start and stretch.end <= section.text_span.end:
            return f"{report.id}#{section.key}"
    raise ValueError(f"no section of {report.id} holds {stretch.start} to {stretch.end}")


class Wrong(NamedTuple):
    """A reported pair that is none of those planted."""

    leader: str
    member: str
    agreeing: tuple[Agreeing, ...]


@dataclass(frozen=True)
class Score:
    """Groups against the truth."""

    planted: Sequence[Planted]
    groups: Sequence[Group]

    @cached_property
    def missed(self) -> list[Planted]:
        """The copies that were not found."""
        holders: dict[str, set[int]] = {}
        for number, group in enumerate(self.groups):
            for section in (group.leader, *group.members):
                holders.setdefault(section, set()).add(number)
        return [copy for copy in self.planted if not self._is_found(copy, holders)]

    def _is_found(self, copy: Planted, holders: Mapping[str, set[int]]) -> bool:
        sections = copy.original_key, copy.copy_key
        both = set.intersection(*(holders.get(section, set()) for section in sections))
        return any(ties(self.groups[number], copy) for number in both)

    @cached_property
    def pairs(self) -> int:
        """Pairs of a leader and a member."""
        return sum(len(group.members) for group in self.groups)

    @cached_property
    def wrong(self) -> list[Wrong]:
        """Pairs that were not planted, or that agree in something else than what was."""
        families, same = _by_section(self.planted)
        return [
            Wrong(group.leader, member, agreeing)
            for group in self.groups
            for member, agreeing in group.members.items()
            if families.get(member, -1) != families.get(group.leader)
            or min(
                overlap(same[group.leader], group.spans(group.leader, member)),
                overlap(same[member], group.spans(member, group.leader)),
            )
            < LEAST_SAME
        ]

    @property
    def precision(self) -> float:
        """The share of the reported pairs that were planted; 1 for none."""
        return 1 - len(self.wrong) / self.pairs if self.pairs else 1.0


def _by_section(planted: Iterable[Planted]) -> tuple[dict[str, int], dict[str, Spans]]:
    """For each section its family, and where it has what was planted."""
    families: dict[str, int] = {}
    same: dict[str, list[tuple[int, int]]] = {}
    for copy in planted:
        families[copy.original_key] = families[copy.copy_key] = copy.family
        same.setdefault(copy.original_key, []).extend(kept_spans(copy.kept, 0))
        same.setdefault(copy.copy_key, []).extend(kept_spans(copy.kept, 1))
    return families, {section: joined(spans) for section, spans in same.items()}


def ties(group: Group, copy: Planted) -> bool:
    """Whether the group marks at least half of what a copy kept, on both sides."""
    original, at = copy.original_key, copy.copy_key
    half = sum(kept.size for kept in copy.kept) / 2
    return (
        overlap(kept_spans(copy.kept, 0), group.spans(original, at)) >= half
        and overlap(kept_spans(copy.kept, 1), group.spans(at, original)) >= half
    )


def kept_spans(kept: Iterable[Kept], side: int) -> Spans:
    """What is the same, in the original's source (0) or in the copy's (1), in order."""
    return tuple(sorted((k[side], k[side] + k.size) for k in kept))


def overlap(some: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> int:
    """How many characters stand in both."""
    return sum(
        max(0, min(end, stop) - max(start, begin))
        for start, end in joined(some)
        for begin, stop in joined(others)
    )


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same characters as spans that lie apart, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)
