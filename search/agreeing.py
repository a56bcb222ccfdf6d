"""Sentences of two texts that say alike, with what they share marked on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final, NamedTuple

from search.ranges import Range, joined
from search.tiles import all_tiles

MOST: Final = 3
_LEAST_PART: Final = 0.25
"""A pair that shares less than so much of what the best one shares is not told."""
_LONGEST: Final = 240
"""Characters of a stretch without a stop that are taken as a sentence."""
_COMPARED: Final = 60  # sentences of a text, each with each of the other
_SENTENCE: Final = re.compile(rf"[^。；;！!？?\n]{{1,{_LONGEST}}}[。；;！!？?]?")


@dataclass(frozen=True, slots=True)
class Readable:
    """A text as it is compared and as it is shown.

    stream has for each of its characters its offset in a source; shown is the source from `start`
    on, as far as it is needed.
    """

    stream: str
    offsets: Sequence[int]
    shown: str
    start: int

    def cut(self, start: int, end: int) -> str:
        """The source between two of its offsets."""
        return self.shown[start - self.start : end - self.start]

    def source_span(self, start: int, end: int) -> Range:
        """Where the stream's characters start..end (end > start) stand in the source."""
        return self.offsets[start], self.offsets[end - 1] + 1


class Side(NamedTuple):
    """A sentence in a source: start and end in it, its text, and spans within that."""

    start: int
    end: int
    text: str
    spans: tuple[Range, ...]


class Agreement(NamedTuple):
    """A sentence and the one of the query that says alike."""

    found: Side
    query: Side


def agreements(query: Readable, found: Readable, words: Mapping[str, float]) -> list[Agreement]:
    """The pairs of sentences that share most of the words' weight, best first."""
    pairs = sorted(_pairs(query.stream, found.stream, words), key=lambda pair: -pair[0])
    taken: tuple[set[Range], set[Range]] = set(), set()
    chosen: list[Agreement] = []
    for weight, one, other in pairs:
        if len(chosen) == MOST or weight < _LEAST_PART * pairs[0][0]:
            break
        if one not in taken[0] and other not in taken[1]:
            taken[0].add(one)
            taken[1].add(other)
            chosen.append(_marked(query, one, found, other, words))
    return chosen


def _pairs(
    query: str, found: str, words: Mapping[str, float]
) -> Iterator[tuple[float, Range, Range]]:
    """(weight that they share, sentence of the query, sentence of what was found)."""
    others = _sentences(found, words)
    for one, held in _sentences(query, words):
        for other, also in others:
            weight = _weight(held & also, words)
            if weight:
                yield weight, one, other


def _sentences(stream: str, words: Mapping[str, float]) -> list[tuple[Range, frozenset[str]]]:
    """The sentences that have most of the words' weight, in their order, and what they have."""
    spans = (match.span() for match in _SENTENCE.finditer(stream))
    found = [(span, _held(stream[slice(*span)], words)) for span in spans]
    return sorted(nlargest(_COMPARED, found, key=lambda each: _weight(each[1], words)))


def _weight(held: Iterable[str], words: Mapping[str, float]) -> float:
    return sum(words[word] for word in longest(held))


def _held(text: str, words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word in text)


def longest(words: Iterable[str]) -> list[str]:
    """The words without those that are a part of another, longest first."""
    found: list[str] = []
    for word in sorted(words, key=lambda word: (-len(word), word)):
        if not any(word in other for other in found):
            found.append(word)
    return found


def _marked(
    query: Readable, one: Range, found: Readable, other: Range, words: Mapping[str, float]
) -> Agreement:
    left, right = query.stream[slice(*one)], found.stream[slice(*other)]
    shared = longest(_held(left, words) & _held(right, words))
    tiles = all_tiles(left, right)
    in_left = [(tile.a, tile.a + tile.size) for tile in tiles]
    in_right = [(tile.b, tile.b + tile.size) for tile in tiles]
    return Agreement(
        _side(found, other, [*in_right, *_places(right, shared)]),
        _side(query, one, [*in_left, *_places(left, shared)]),
    )


def _places(text: str, words: Iterable[str]) -> Iterator[Range]:
    for word in words:
        at = text.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = text.find(word, at + 1)


def _side(text: Readable, sentence: Range, marks: Iterable[Range]) -> Side:
    start, end = text.source_span(*sentence)
    places = (text.source_span(sentence[0] + a, sentence[0] + b) for a, b in joined(marks))
    spans = tuple((a - start, b - start) for a, b in places)
    return Side(start, end, text.cut(start, end), spans)
