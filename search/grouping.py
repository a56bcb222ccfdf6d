"""Which sections have the same text: groups around the earliest one, streamed.

Every member of a group has been compared with the group's first section itself, character by
character; that a is like b and b like c puts a and c together nowhere. What is kept grows with the
sections that are in groups, not with the pairs that were looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappush, heappushpop
from itertools import chain, groupby, pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from index.engine import CommonForm, Engine, Seed, SharedText
from index.model import Place
from index.segments.shingles import SHINGLE
from search.alignment import Agreement, align, tiles_from_seeds
from search.changes import NUMBER, PLACE
from search.ownnames import own_names
from search.ranges import Range, holds, joined, shared, size, without

ALONE: Final = 29.0
"""Characters of rare text that make an agreement count; chosen with bench/copies.py, as the rest.

Reports that follow one template agree in some 20 of them by chance.
"""
NAMES: Final = 23.0
"""The same where nothing but numbers and places was changed; LEAST where LONG are equal."""
SENTENCE: Final = 17.0
"""The same for a whole sentence in which nothing was changed."""
TOGETHER: Final = 36.0
"""The same for all agreements of two sections, where each has LEAST."""
LEAST: Final = 10.0
LONG: Final = 100
"""Equal characters of two sections that make them count, CLOSE rare ones among them, …"""
CLOSE: Final = 20.0
UNCHANGED: Final = 40  # … in agreements where at most one change in so many is of words
BESIDE: Final = 5.0
"""The same for what is told beside an agreement that counts."""
OVERLAP: Final = 0.5
"""Part of the shorter of two passages that must be in the other for one group."""
TOLD: Final = 0.8
"""Part of what two sections share that a group of both may tell, and the pair is nothing new."""
_OPENED: Final = 1 << 22  # characters of sections that are held open
_PIECE: Final = 64  # characters of a section: groups in the same ones may overlap
_NUMBERING: Final = 4  # characters that number a sentence and need not be the same
_STOPS: Final = frozenset("。；;！!？?")
_STOP: Final = re.compile("[。；;！!？?]")


class Between(StrEnum):
    """Whose texts are compared."""

    ALL = "all"
    TOWNSHIPS = "townships"  # of different places
    YEARS = "years"  # of the same place


class Partner(NamedTuple):
    """A section that has text of the first one, and where: a of an agreement is in the first."""

    number: int
    agreements: tuple[Agreement, ...]


@dataclass(slots=True)
class Cluster:
    """A passage of the first section, and the others that have it.

    characters: of the passage, without common form. partners are forgotten when there are so many
    better groups that this one is not shown.
    """

    order: int  # in which it was found
    first: int
    characters: int
    partners: tuple[Partner, ...]
    common_form: tuple[CommonForm, ...]


class Standing(NamedTuple):
    """Where in a section's stream a group's text stands; group is the group's order."""

    group: int
    section: int
    stretches: tuple[Range, ...]


class _Opened(NamedTuple):
    text: str
    place: Place


class Grouping:
    """The groups of pairs of sections that come by the time of the first."""

    def __init__(
        self,
        engine: Engine,
        *,
        between: Between,
        chosen: frozenset[int] | None,
        kept: int | None,
    ) -> None:
        """chosen: sections one of which is in every group; kept: groups to keep whole."""
        self._engine = engine
        self._between, self._chosen, self._kept = between, chosen, kept
        self._sections: OrderedDict[int, _Opened] = OrderedDict()
        self._opened = 0  # characters
        self._formed: tuple[int, tuple[CommonForm, ...]] = -1, ()  # the last section's
        self._standing: dict[int, list[Standing]] = {}
        self._found: list[int] = []  # characters of each group, 0 where it is not told
        self._best: list[tuple[int, int, Cluster]] = []

    def run(self, pairs: Iterable[SharedText]) -> None:
        """Take all pairs; those of one first section follow each other."""
        for first, own in groupby(pairs, key=attrgetter("first")):
            likely = [pair for pair in own if pair.weight >= LEAST]
            if likely and self._is_wanted(first, likely):
                self._take(first, likely)

    @property
    def total(self) -> int:
        """How many groups there are."""
        return sum(map(bool, self._found))

    def best(self) -> list[Cluster]:
        """The groups with most characters, in the order of their ranks; those that were kept."""
        return [cluster for *_, cluster in sorted(self._best, key=lambda b: (-b[0], -b[1]))]

    def ranks(self) -> dict[int, int]:
        """The rank of every group by its order, from 1."""
        told = (order for order, characters in enumerate(self._found) if characters)
        ranked = sorted(told, key=lambda order: -self._found[order])
        return {order: rank for rank, order in enumerate(ranked, 1)}

    def standing(self, section: int) -> Sequence[Standing]:
        """The groups that a section is in."""
        return self._standing.get(section, ())

    def groups(self) -> Iterator[list[Standing]]:
        """For every group the sections that have its text."""
        of_group: dict[int, list[Standing]] = {}
        for each in chain.from_iterable(self._standing.values()):
            if self._found[each.group]:
                of_group.setdefault(each.group, []).append(each)
        yield from (of_group[group] for group in sorted(of_group))

    # Pairs

    def _is_wanted(self, first: int, pairs: Iterable[SharedText]) -> bool:
        if self._chosen is None or first in self._chosen:
            return True
        return any(pair.second in self._chosen for pair in pairs)

    def _take(self, first: int, pairs: Iterable[SharedText]) -> None:
        """The groups that begin with a section."""
        partners = []
        for pair in pairs:
            if self._may_be_compared(pair) and not self._is_told(pair):
                agreements = self._agreements(pair)
                if agreements:
                    partners.append(Partner(pair.second, agreements))
        for group in _divided(partners):
            self._add(first, group)

    def _may_be_compared(self, pair: SharedText) -> bool:
        return self._between is not Between.YEARS or self._same_place(pair.first, pair.second)

    def _same_place(self, first: int, second: int) -> bool:
        """Whether both are of one place; an unknown place is nobody's."""
        a, b = self._open(first).place, self._open(second).place
        return a == b and a != Place()

    def _is_told(self, pair: SharedText) -> bool:
        """Whether most of what the two share is told by a group that both are in."""
        firsts = self._standing.get(pair.first)
        seconds = self._standing.get(pair.second)
        if not firsts or not seconds:
            return False
        of_second = {each.group: each.stretches for each in seconds}
        return any(
            _told(pair.seeds, each.stretches, of_second[each.group]) >= TOLD
            for each in firsts
            if each.group in of_second
        )

    def _agreements(self, pair: SharedText) -> tuple[Agreement, ...]:
        """Where the two sections agree in enough rare text."""
        first, second = self._open(pair.first), self._open(pair.second)
        a, b = first.text, second.text
        names = own_names(first.place).all | own_names(second.place).all
        tiles = tiles_from_seeds(a, b, [(at, there) for at, there, _ in pair.seeds])
        found = align(a, b, tiles, places=names)
        rated = [(each, _rare(each, pair.seeds)) for each in found]
        together = sum(rare for _, rare in rated if rare >= LEAST)
        if (
            together >= TOGETHER
            or any(_counts(a, *each, pair.seeds) for each in rated)
            or _is_long(rated)
        ):
            return tuple(each for each, rare in rated if rare >= BESIDE)
        return ()

    # Groups

    def _add(self, first: int, partners: Sequence[Partner]) -> None:
        order = len(self._found)
        self._stands(first, order, (s for p in partners for s in in_first(p)))
        for partner in partners:
            self._stands(partner.number, order, in_partner(partner))
        if not self._is_told_of(first, partners):
            self._found.append(0)
            return
        common = self._common_form(first, partners)
        characters = self._characters(first, partners, common)
        self._found.append(characters)
        if characters:
            self._keep(Cluster(order, first, characters, tuple(partners), common))

    def _common_form(self, first: int, partners: Iterable[Partner]) -> tuple[CommonForm, ...]:
        """The common form in what a section shares; found once for all groups that begin there."""
        if self._formed[0] != first:
            self._formed = first, self._engine.common_form([self._open(first).text])[0]
        forms = self._formed[1]
        stretches = [stretch for partner in partners for stretch in in_first(partner)]
        start, end = min(start for start, _ in stretches), max(end for _, end in stretches)
        within = slice(
            bisect_right(forms, start, key=attrgetter("end")),
            bisect_left(forms, end, key=attrgetter("start")),
        )
        return forms[within]

    def _stands(self, section: int, group: int, stretches: Iterable[Range]) -> None:
        standing = Standing(group, section, joined(stretches))
        self._standing.setdefault(section, []).append(standing)

    def _is_told_of(self, first: int, partners: Sequence[Partner]) -> bool:
        """Whether the group is one that was asked for."""
        if self._chosen is not None:
            numbers = {first, *(partner.number for partner in partners)}
            if self._chosen.isdisjoint(numbers):
                return False
        return self._between is not Between.TOWNSHIPS or any(self._crossing(first, partners))

    def _crossing(self, first: int, partners: Iterable[Partner]) -> Iterator[Partner]:
        """The partners of other places."""
        return (p for p in partners if not self._same_place(first, p.number))

    def _characters(
        self, first: int, partners: Sequence[Partner], common: Iterable[CommonForm]
    ) -> int:
        """How long the passage is: what is equal in some partner, without common form."""
        if self._between is Between.TOWNSHIPS:
            partners = [*self._crossing(first, partners)]
        equal = joined(stretch for partner in partners for stretch in equal_in_first(partner))
        return size(without(equal, ((form.start, form.end) for form in common)))

    def _keep(self, cluster: Cluster) -> None:
        ranked = cluster.characters, -cluster.order, cluster
        if self._kept is None or len(self._best) < self._kept:
            heappush(self._best, ranked)
        elif self._kept:
            heappushpop(self._best, ranked)

    # Sections

    def _open(self, number: int) -> _Opened:
        """A section's text and place; the last ones are held."""
        if number in self._sections:
            self._sections.move_to_end(number)
            return self._sections[number]
        passage = self._engine.passages([number])[0]
        opened = self._sections[number] = _Opened(passage.text, passage.place)
        self._opened += len(opened.text)
        while self._opened > _OPENED and len(self._sections) > 1:
            self._opened -= len(self._sections.popitem(last=False)[1].text)
        return opened


def in_first(partner: Partner) -> list[Range]:
    """Where the first section has the text, ascending."""
    return [(each.start_a, each.end_a) for each in partner.agreements]


def in_partner(partner: Partner) -> list[Range]:
    """Where the partner has the text."""
    return [(each.start_b, each.end_b) for each in partner.agreements]


def equal_in_first(partner: Partner) -> Iterator[Range]:
    """The stretches of the first section that are equal in the partner."""
    for each in partner.agreements:
        yield from _equal(each)


def _equal(agreement: Agreement) -> tuple[Range, ...]:
    changed = ((change.start_a, change.end_a) for change in agreement.changes)
    return without([(agreement.start_a, agreement.end_a)], changed)


def _rare(agreement: Agreement, seeds: Sequence[Seed], within: Range | None = None) -> float:
    """How many characters of rare text an agreement's seeds cover, within a stretch of a."""
    start, end = within or (agreement.start_a, agreement.end_a)
    weight, covered = 0.0, start
    for at in range(bisect_left(seeds, (start,)), bisect_left(seeds, (end,))):
        first, second, per_character = seeds[at]
        if agreement.start_b <= second < agreement.end_b:
            last = min(first + SHINGLE, end)
            weight += per_character * max(last - max(first, covered), 0)
            covered = max(covered, last)
    return weight


def _counts(a: str, agreement: Agreement, rare: float, seeds: Sequence[Seed]) -> bool:
    """Whether an agreement is enough by itself."""
    if rare >= ALONE:
        return True
    if all(change.kind in (NUMBER, PLACE) for change in agreement.changes):
        least = LEAST if agreement.same >= LONG else NAMES
        if rare >= least:
            return True
    return rare >= SENTENCE and _has_sentence(a, agreement, seeds)


def _is_long(rated: Iterable[tuple[Agreement, float]]) -> bool:
    """Whether two sections agree at length, almost word for word: templates leave more open."""
    close = [each for each in rated if _is_close(each[0])]
    rare = sum(rare for _, rare in close)
    return rare >= CLOSE and sum(each.same for each, _ in close) >= LONG


def _is_close(agreement: Agreement) -> bool:
    changed = sum(change.kind not in (NUMBER, PLACE) for change in agreement.changes)
    return changed * UNCHANGED <= agreement.same


def _has_sentence(a: str, agreement: Agreement, seeds: Sequence[Seed]) -> bool:
    """Whether the agreement has a whole sentence of rare text that is equal."""
    for start, end in _equal(agreement):
        before = a[max(start - _NUMBERING - 1, 0) : start]
        begins = start <= _NUMBERING or not _STOPS.isdisjoint(before)
        # A pattern of whole sentences would take quadratic time where there is no stop.
        ends = [stop.end() for stop in _STOP.finditer(a, start, end)]
        for sentence in pairwise([start, *ends] if begins else ends):
            if _rare(agreement, seeds, sentence) >= SENTENCE:
                return True
    return False


def _told(seeds: Iterable[Seed], first: Sequence[Range], second: Sequence[Range]) -> float:
    """Which part of the seeds' weight lies in the stretches of both."""
    within = total = 0.0
    for a, b, weight in seeds:
        total += weight
        if holds(first, a) and holds(second, b):
            within += weight
    return within / total


def _divided(partners: Sequence[Partner]) -> Iterator[list[Partner]]:
    """The partners by which text of the first they have.

    Each joins the group whose longest passage and its own overlap by half of the shorter one.
    """
    groups: list[tuple[tuple[Range, ...], list[Partner]]] = []
    touching: defaultdict[int, list[int]] = defaultdict(list)  # groups, by pieces of the section
    measured = [(joined(in_first(partner)), partner) for partner in partners]
    for stretches, partner in sorted(measured, key=lambda each: -size(each[0])):
        own = size(stretches)
        pieces = {n for start, end in stretches for n in range(start // _PIECE, -(-end // _PIECE))}
        for number in sorted({number for n in pieces for number in touching.get(n, ())}):
            longest, group = groups[number]
            if shared(longest, stretches) >= OVERLAP * own:  # its own is the shorter
                group.append(partner)
                break
        else:
            for n in pieces:
                touching[n].append(len(groups))
            groups.append((stretches, [partner]))
    yield from (group for _, group in groups)
