"""Which section of one report stands for which of another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from index.model import Part
from search.tiles import SHORTEST

_LEAST_SHARED: Final = 8  # grams of SHORTEST characters that two sections must share to be a pair
_SAME_HEADING: Final = 1.5  # what shared text counts under the same heading
_MOST_SECTIONS: Final = 4  # a gram that more sections of a report have does not tell which is which
_GRAMS: Final = 200_000  # of a longer report only each nth is looked at


class Outlined(NamedTuple):
    """What tells of a section which other it is like: its stream, and what the outline says."""

    stream: str
    heading: str
    part: Part | None
    topics: tuple[str, ...]
    key: str


def pair_sections(first: Sequence[Outlined], second: Sequence[Outlined]) -> dict[int, int]:
    """Sections of the second report, each with its section of the first; each stands once.

    Those of the same text, then those that share most text, then those of the same heading, of the
    same topics, at the same place, all three within one part.
    """
    pairs: dict[int, int] = {}
    for match in (_same(_text), _sharing, _same(_heading), _same(_topics), _same(_place)):
        used = set(pairs.values())
        left = {n: section for n, section in enumerate(first) if n not in used}
        right = {n: section for n, section in enumerate(second) if n not in pairs}
        pairs.update(match(left, right))
    return pairs


Numbered = Mapping[int, Outlined]
Match = Callable[[Numbered, Numbered], Mapping[int, int]]


def _text(section: Outlined) -> Hashable:
    return section.stream or None


def _heading(section: Outlined) -> Hashable:
    return (section.heading, section.part) if section.heading else None


def _topics(section: Outlined) -> Hashable:
    return (section.topics, section.part) if section.topics else None


def _place(section: Outlined) -> Hashable:
    """Its place, unless it has a number and topics: no other section of its part has these."""
    is_numbered = section.key[:1].isdigit() and section.key != "0"
    return None if section.topics and is_numbered else (section.key, section.part)


def _same(key: Callable[[Outlined], Hashable]) -> Match:
    """Pairs sections of one key in their order; those of key None stay alone."""

    def match(first: Numbered, second: Numbered) -> dict[int, int]:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for n, section in first.items():
            waiting[key(section)].append(n)
        waiting.pop(None, None)
        keys = ((n, key(section)) for n, section in second.items())
        return {n: waiting[k].popleft() for n, k in keys if waiting.get(k)}

    return match


def _sharing(first: Numbered, second: Numbered) -> dict[int, int]:
    """Pairs sections by the text that they share, those that share most first."""
    shared = _shared_weight(first, second)
    for m, n in shared:
        if _heading(first[m]) == _heading(second[n]) is not None:
            shared[m, n] *= _SAME_HEADING
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for (m, n), weight in sorted(shared.items(), key=lambda each: (-each[1], *_distance(*each[0]))):
        if weight >= _LEAST_SHARED and m not in taken and n not in pairs:
            pairs[n] = m
            taken.add(m)
    return pairs


def _distance(m: int, n: int) -> tuple[int, int, int]:
    return abs(m - n), m, n


def _shared_weight(first: Numbered, second: Numbered) -> dict[tuple[int, int], float]:
    """How many grams each two sections share; one that several sections have counts less."""
    every = 1 + sum(len(section.stream) for section in first.values()) // _GRAMS
    holders: dict[str, set[int]] = defaultdict(set)
    for m, section in first.items():
        for gram in _grams(section.stream, every):
            holders[gram].add(m)
    sharing: dict[str, set[int]] = defaultdict(set)
    for n, section in second.items():
        for gram in _grams(section.stream, 1):
            if gram in holders:
                sharing[gram].add(n)
    found: dict[tuple[int, int], float] = defaultdict(float)
    for gram, numbers in sharing.items():
        if len(numbers) <= _MOST_SECTIONS >= len(holders[gram]):
            weight = every / len(numbers) / len(holders[gram])
            for n in numbers:
                for m in holders[gram]:
                    found[m, n] += weight
    return found


def _grams(stream: str, every: int) -> Iterator[str]:
    return (stream[at : at + SHORTEST] for at in range(0, len(stream) - SHORTEST + 1, every))
