"""What became of two reports' streams, stretch by stretch.

Every character of either report stands in one stretch of its own section: as it was (same), with
changes (changed), in another place (moved), or in one report only (alone).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, NamedTuple

from search.alignment import Agreement, Change, align, tile
from search.tiles import Looks

SHORTEST_MOVED: Final = 12
"""Equal characters from which on text that stands elsewhere is told as moved."""
LEAST_SAME: Final = 4
"""A sentence of which less than one character in so many is equal is another sentence."""
_FURTHEST: Final = 40
_ANCHORED: Final = 12  # so much of a section's begin or end may be another number or title
# Between what is left over of different stretches; no stream holds half a character.
_BREAKS: Final = ("\ud800" * (_FURTHEST + 1), "\ud801" * (_FURTHEST + 1))
_SENTENCE_END = re.compile(r"[。！？；!?;]")


class Place(NamedTuple):
    """A stretch of a section's stream; section is its number in its report."""

    section: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the first report, of the second, or of both; changes count in the streams."""

    first: Place | None
    second: Place | None
    moved: bool = False
    changes: tuple[Change, ...] = ()


class Compared(NamedTuple):
    """All stretches, and whether everything was looked at: not in very long repetitive reports."""

    stretches: list[Stretch]
    complete: bool


def compare(
    first: Sequence[str],
    second: Sequence[str],
    pairs: Iterable[tuple[int, int]],
    places: Container[str] = (),
) -> Compared:
    """The stretches of two reports' sections; pairs: which section of the first is which."""
    looks = Looks(sum(map(len, first)) + sum(map(len, second)))
    found: list[Stretch] = []
    for m, n in pairs:
        found += _compare_pair(first[m], second[n], (m, n), places, looks)
    left = _left_over(first, map(attrgetter("first"), found))
    right = _left_over(second, map(attrgetter("second"), found))
    found += _moved(first, second, (left, right), places, looks)
    alone = [Stretch(each, None) for each in _left_over(first, (s.first for s in found))]
    alone += [Stretch(None, each) for each in _left_over(second, (s.second for s in found))]
    return Compared(found + alone, looks.complete)


def _compare_pair(
    a: str, b: str, numbers: tuple[int, int], places: Container[str], looks: Looks
) -> Iterator[Stretch]:
    """What two sections share: in the order of both by sentences, out of it as it is."""
    if a == b:  # however short: a heading that stayed is neither new nor gone
        whole = Agreement(0, len(a), 0, len(b), ())
        yield from [_stretch(whole, numbers)] if a else []
        return
    agreements = align(
        a, b, tile(a, b, looks=looks).tiles, furthest=_FURTHEST, places=places, anchored=_ANCHORED
    )
    in_order = set(_heaviest_rising(agreements))
    for agreement in agreements:
        if agreement in in_order and _tells(agreement, a, b):
            yield from (_stretch(p, numbers) for p in _by_sentence(b, agreement) if _is_alike(p))
        elif agreement not in in_order and agreement.same >= SHORTEST_MOVED:
            yield _stretch(agreement, numbers, moved=True)


def _tells(agreement: Agreement, a: str, b: str) -> bool:
    """Whether it is more than a few words that any two sections may share somewhere."""
    if agreement.start_a == agreement.start_b == 0 or agreement.same >= SHORTEST_MOVED:
        return True
    return agreement.same * 2 >= min(len(a), len(b))


def _is_alike(part: Agreement) -> bool:
    longer = max(part.end_a - part.start_a, part.end_b - part.start_b)
    return 0 < longer <= part.same * LEAST_SAME


def _stretch(part: Agreement, numbers: tuple[int, int], *, moved: bool = False) -> Stretch:
    first = Place(numbers[0], part.start_a, part.end_a)
    return Stretch(first, Place(numbers[1], part.start_b, part.end_b), moved, part.changes)


def _heaviest_rising(agreements: Sequence[Agreement]) -> Iterator[Agreement]:
    """Of agreements ascending in a the ones that ascend in b too and have most in common."""
    starts = sorted(agreement.start_b for agreement in agreements)
    best: list[tuple[int, int]] = [(0, -1)] * (len(starts) + 1)  # Fenwick tree: (sum, last one)
    chosen: list[tuple[int, int]] = []  # for each agreement: the best sum up to it, the one before
    for n, agreement in enumerate(agreements):
        rank = bisect_left(starts, agreement.start_b)
        weight, before = max(_prefix(best, rank))
        chosen.append((weight + agreement.same, before))
        _raise(best, rank + 1, (chosen[n][0], n))
    at = max(range(len(chosen)), key=lambda n: chosen[n][0], default=-1)
    while at >= 0:
        yield agreements[at]
        at = chosen[at][1]


def _prefix(tree: Sequence[tuple[int, int]], at: int) -> Iterator[tuple[int, int]]:
    yield 0, -1
    while at > 0:
        yield tree[at]
        at -= at & -at


def _raise(tree: list[tuple[int, int]], at: int, value: tuple[int, int]) -> None:
    while at < len(tree):
        tree[at] = max(tree[at], value)
        at += at & -at


def _by_sentence(b: str, agreement: Agreement) -> Iterator[Agreement]:
    """The agreement cut after sentences; those without a change stay together."""
    together: Agreement | None = None
    for whole in _without_long(agreement):
        for part in _sentences(b, whole):
            if together is not None and (together.changes or part.changes):
                yield together
                together = None
            start = together or part
            together = replace(part, start_a=start.start_a, start_b=start.start_b)
        if together is not None:
            yield together
            together = None


def _without_long(agreement: Agreement) -> Iterator[Agreement]:
    """The agreement cut where so much was put in or left out that it may have moved."""
    start_a, start_b, first = agreement.start_a, agreement.start_b, 0
    for n, change in enumerate(agreement.changes):
        sizes = change.end_a - change.start_a, change.end_b - change.start_b
        if max(sizes) >= SHORTEST_MOVED and min(sizes) * LEAST_SAME < max(sizes):
            yield Agreement(
                start_a, change.start_a, start_b, change.start_b, agreement.changes[first:n]
            )
            start_a, start_b, first = change.end_a, change.end_b, n + 1
    yield replace(agreement, start_a=start_a, start_b=start_b, changes=agreement.changes[first:])


def _sentences(b: str, agreement: Agreement) -> Iterator[Agreement]:
    """The agreement cut after every sentence end that both texts have."""
    changes, n, first = agreement.changes, 0, 0
    at_a, at_b, ahead = agreement.start_a, agreement.start_b, agreement.start_a - agreement.start_b
    for found in _SENTENCE_END.finditer(b, agreement.start_b, agreement.end_b):
        stop = found.end()
        while n < len(changes) and changes[n].start_b < stop >= changes[n].end_b:
            ahead = changes[n].end_a - changes[n].end_b
            n += 1
        is_put_in = n > 0 and found.start() < changes[n - 1].end_b
        is_cut = n < len(changes) and changes[n].start_b < stop
        goes_on = stop < agreement.end_b or stop + ahead < agreement.end_a
        if goes_on and not is_put_in and not is_cut:
            yield Agreement(at_a, stop + ahead, at_b, stop, changes[first:n])
            at_a, at_b, first = stop + ahead, stop, n
    yield replace(agreement, start_a=at_a, start_b=at_b, changes=changes[first:])


def _left_over(streams: Sequence[str], used: Iterable[Place | None]) -> list[Place]:
    """What of each section no place covers; ascending."""
    left: list[Place] = []
    taken: list[list[Place]] = [[] for _ in streams]
    for place in used:
        if place is not None:
            taken[place.section].append(place)
    for section, stream in enumerate(streams):
        at = 0
        for place in [*sorted(taken[section]), Place(section, len(stream), len(stream))]:
            if at < place.start:
                left.append(Place(section, at, place.start))
            at = place.end
    return left


def _moved(
    first: Sequence[str],
    second: Sequence[str],
    left: tuple[Sequence[Place], Sequence[Place]],
    places: Container[str],
    looks: Looks,
) -> Iterator[Stretch]:
    """Stretches of what is left over of the one report that stand in what is left of the other."""
    before, after = _Leaves(first, left[0], _BREAKS[0]), _Leaves(second, left[1], _BREAKS[1])
    tiles = tile(before.text, after.text, shortest=SHORTEST_MOVED, looks=looks).tiles
    for agreement in align(before.text, after.text, tiles, furthest=_FURTHEST, places=places):
        back, on = before.moved_by(agreement.start_a), after.moved_by(agreement.start_b)
        yield Stretch(
            before.place(agreement.start_a, agreement.end_a),
            after.place(agreement.start_b, agreement.end_b),
            moved=True,
            changes=tuple(
                Change(c.start_a + back, c.end_a + back, c.start_b + on, c.end_b + on, c.kind)
                for c in agreement.changes
            ),
        )


class _Leaves:
    """Places long enough to be told as moved, as one text, and the way back."""

    def __init__(self, streams: Sequence[str], places: Iterable[Place], between: str) -> None:
        self._places: list[Place] = []
        self._starts: list[int] = []
        texts: list[str] = []
        at = 0
        for place in places:
            if place.end - place.start >= SHORTEST_MOVED:
                self._places.append(place)
                self._starts.append(at)
                texts.append(streams[place.section][place.start : place.end])
                at += place.end - place.start + len(between)
        self.text = between.join(texts)

    def moved_by(self, at: int) -> int:
        """How much further on in its section's stream stands what stands at an offset here."""
        n = bisect_right(self._starts, at) - 1
        return self._places[n].start - self._starts[n]

    def place(self, start: int, end: int) -> Place:
        """Where a stretch stands in its section."""
        section = self._places[bisect_right(self._starts, start) - 1].section
        return Place(section, start + self.moved_by(start), end + self.moved_by(start))
