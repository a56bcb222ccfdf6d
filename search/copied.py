"""What `copies` tells: groups of passages and names of other places, as plain data and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from index.engine import CommonForm
from index.model import Place, Span
from index.passage import Passage
from index.querytree import Filter
from search.grouping import Between
from search.help import describe
from search.results import Json


class Order(StrEnum):
    """What decided which report came first."""

    YEAR = "year"
    ISSUED = "issued"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Residue:
    """A name of another place that a report kept. Spans are the report's source's.

    rank is of the group whose passage holds it.
    """

    id: str  # of the measure, or of the section
    report: str
    place: Place
    name: str
    sentence: str
    span: Span
    sentence_span: Span
    rank: int | None = None


class Difference(NamedTuple):
    """What stands in a member where other text stands in the first one; either may be empty."""

    kind: str
    first: Span
    first_text: str
    own: Span
    text: str


class Agreed(NamedTuple):
    """A stretch of a member and the stretch of the first one that says the same.

    same counts the characters that are equal.
    """

    own: Span
    first: Span
    same: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A section that has a group's passage. The first one agrees with itself: nothing is told."""

    passage: Passage
    agreements: tuple[Agreed, ...]
    span: Span  # from the first to the last stretch, in the report's source
    residue: tuple[Residue, ...] = ()

    @property
    def text(self) -> str:
        """The source text of the span."""
        return self.passage.cut(*self.span)

    @property
    def measures(self) -> Iterator[str]:
        """The ids of the measures that the passage touches."""
        own = [agreed.own for agreed in self.agreements] or [self.span]
        for number, (start, end) in enumerate(self.passage.measures, 1):
            if any(a < end and start < b for a, b in own):
                yield f"{self.passage.id}-m{number}"


@dataclass(frozen=True, slots=True)
class Group:
    """A passage, and the sections that have it; the others were compared with the first one.

    characters: how long the passage is without common form. stretches are spans of the first
    section's source, common_form too. came_first: the first section, where that is known.
    """

    rank: int
    characters: int
    members: tuple[Member, ...]
    stretches: tuple[Span, ...]
    common_form: tuple[CommonForm, ...]
    order: Order

    @property
    def came_first(self) -> Passage | None:
        """The earliest section, None where it is not known."""
        return None if self.order is Order.UNKNOWN else self.members[0].passage

    @property
    def townships(self) -> int:
        """In how many places that are known."""
        return len(self._known)

    @property
    def _known(self) -> Counter[Place]:
        """How often each place that is known has the passage."""
        places = (member.passage.place for member in self.members)
        return Counter(place for place in places if place != Place())

    @property
    def counties(self) -> int:
        """In how many counties that are known."""
        places = (member.passage.place for member in self.members)
        return len({replace(place, township=None) for place in places if place.county})

    @property
    def reports(self) -> int:
        """In how many reports."""
        return len({member.passage.report_id for member in self.members})

    @property
    def between(self) -> Between:
        """Whose text it is: of several places, of one place's years, or of both.

        An unknown place is another one each time.
        """
        known = self._known
        if list(known.values()) == [len(self.members)]:
            return Between.YEARS
        return Between.ALL if max(known.values(), default=1) > 1 else Between.TOWNSHIPS


@dataclass(frozen=True, slots=True)
class Copies:
    """The answer: the groups with the longest passages, and all names of other places."""

    id: str | None
    filters: tuple[Filter, ...]
    between: Between
    compared_sections: int
    took_ms: float
    total_groups: int
    groups: tuple[Group, ...]
    residue: tuple[Residue, ...]


# JSON


def copies_json(copies: Copies) -> Json:
    """The Copies object of the JSON contract."""
    return {
        "id": copies.id,
        "filters": [describe(filter) for filter in copies.filters],
        "between": copies.between,
        "compared_sections": copies.compared_sections,
        "took_ms": round(copies.took_ms, 2),
        "total_groups": copies.total_groups,
        "groups": [_group_json(group) for group in copies.groups],
        "residue": [_residue_json(residue) for residue in copies.residue],
    }


def _group_json(group: Group) -> Json:
    first = group.came_first
    return {
        "rank": group.rank,
        "characters": group.characters,
        "between": group.between,
        "townships": group.townships,
        "counties": group.counties,
        "reports": group.reports,
        "first": first
        and {"id": first.id, "report": first.report_id, "year": first.year, "issued": first.issued},
        "order": group.order,
        "text": group.members[0].text,
        "stretches": [list(span) for span in group.stretches],
        "common_form": [form._asdict() for form in group.common_form],
        "members": [_member_json(member) for member in group.members],
    }


def _member_json(member: Member) -> Json:
    passage, place = member.passage, member.passage.place
    return {
        "id": passage.id,
        "report": passage.report_id,
        "title": passage.title,
        "year": passage.year,
        "issued": passage.issued,
        "township": place.township,
        "county": place.county,
        "city": place.city,
        "province": place.province,
        "heading_path": list(passage.heading_path),
        "measures": list(member.measures),
        "text": member.text,
        "start": member.span.start,
        "end": member.span.end,
        "agreements": [
            {
                "start": agreed.own.start,
                "end": agreed.own.end,
                "first_start": agreed.first.start,
                "first_end": agreed.first.end,
                "same": agreed.same,
                "changes": [_difference_json(each) for each in agreed.differences],
            }
            for agreed in member.agreements
        ],
        "residue": [_residue_json(residue) for residue in member.residue],
    }


def _difference_json(difference: Difference) -> Json:
    return {
        "kind": difference.kind,
        "first_start": difference.first.start,
        "first_end": difference.first.end,
        "first_text": difference.first_text,
        "start": difference.own.start,
        "end": difference.own.end,
        "text": difference.text,
    }


def _residue_json(residue: Residue) -> Json:
    place = residue.place
    return {
        "id": residue.id,
        "report": residue.report,
        "name": residue.name,
        "place_of_report": "".join(
            filter(None, (place.province, place.city, place.county, place.township))
        ),
        "sentence": residue.sentence,
        "start": residue.span.start,
        "end": residue.span.end,
        "sentence_start": residue.sentence_span.start,
        "sentence_end": residue.sentence_span.end,
        "in_group": residue.rank,
    }
