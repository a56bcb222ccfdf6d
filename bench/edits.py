"""What a copyist does to a passage: nothing, edits here and there, another order, other names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

from bench.generate import VILLAGE_FIRST, VILLAGE_SECOND, VILLAGES, zipf

SHORTEST_EDIT, LONGEST_EDIT = 4, 20
SENTENCE = re.compile(r"[^。；]*[。；]?")
_ITEM = re.compile(r"[一二三四五六七八九十]+是")
_VILLAGE = rf"[{VILLAGE_FIRST}](?:{'|'.join(VILLAGE_SECOND)})村"


class Piece(NamedTuple):
    """A stretch of a copy, and the stretch of the original that it stands for."""

    start: int
    end: int
    text: str


def is_kept(piece: Piece, original: str) -> bool:
    """Whether the piece says what the original says there."""
    return piece.text == original[piece.start : piece.end]


def verbatim(original: str) -> list[Piece]:
    """All of it."""
    return [Piece(0, len(original), original)]


def edited(original: str, share: float, words: Sequence[str], rng: Random) -> list[Piece]:
    """The original with that share of its characters replaced by words, 4 to 20 at a time.

    The stretches stand apart, every arrangement as likely; what comes in has a length of its own.
    """
    lengths = edit_lengths(round(share * len(original)), rng)
    kept = len(original) - sum(lengths)
    places = sorted(rng.sample(range(kept + len(lengths)), len(lengths)))
    pieces, at = [], 0
    before = accumulate([0, *lengths[:-1]])
    for number, (place, length, moved) in enumerate(zip(places, lengths, before, strict=True)):
        start = place - number + moved
        pieces.append(Piece(at, start, original[at:start]))
        at = start + length
        pieces.append(Piece(start, at, write_words(rng.randint(4, 20), words, rng)))
    pieces.append(Piece(at, len(original), original[at:]))
    return [piece for piece in pieces if piece.text]


def edit_lengths(total: int, rng: Random) -> list[int]:
    """Lengths from 4 to 20 that sum up to the total, which is at least 4."""
    lengths = []
    while total > LONGEST_EDIT:
        lengths.append(rng.randint(SHORTEST_EDIT, min(LONGEST_EDIT, total - SHORTEST_EDIT)))
        total -= lengths[-1]
    return [*lengths, max(total, SHORTEST_EDIT)]


def write_words(length: int, words: Sequence[str], rng: Random) -> str:
    """That many characters of words one after the other."""
    text = ""
    while len(text) < length:
        text += zipf(words, rng)
    return text[:length]


def reordered(original: str, rng: Random) -> list[Piece]:
    """Its sentences in another order; there are at least two."""
    pieces = list(sentences(original))
    order = pieces[:]
    while order == pieces:
        rng.shuffle(order)
    return order


def sentences(text: str) -> Iterator[Piece]:
    """The text's sentences and parts of sentences that end with a semicolon."""
    for found in SENTENCE.finditer(text):
        if found[0]:
            yield Piece(*found.span(), found[0])


def without_item(sentence: Piece) -> Piece:
    """The sentence without 一是 before it."""
    found = _ITEM.match(sentence.text)
    cut = found.end() if found else 0
    return Piece(sentence.start + cut, sentence.end, sentence.text[cut:])


def swapped(original: str, names: Mapping[str, str], years: int, rng: Random) -> list[Piece]:
    """The original with other names of places and other numbers; years are moved on by some.

    names: what stands for each name; villages get any other name.
    """
    pattern = re.compile("|".join([*map(re.escape, names), _VILLAGE, "[0-9]+"]))
    swaps = list(pattern.finditer(original))
    ends = [0, *(at for found in swaps for at in found.span()), len(original)]
    pieces = [Piece(start, end, original[start:end]) for start, end in pairwise(ends)]
    for number, found in enumerate(swaps):
        name = names.get(found[0]) or _another(found[0], years, rng)
        pieces[2 * number + 1] = Piece(*found.span(), name)
    return [piece for piece in pieces if piece.text]


def _another(name: str, years: int, rng: Random) -> str:
    """Another village or number."""
    if not name.isdigit():
        return _unlike(name, lambda: rng.choice(VILLAGES) + "村")
    if 2000 <= int(name) < 2100:
        return str(int(name) + years)
    first = rng.choice("123456789") if len(name) > 1 else ""
    digits = len(name) - len(first)
    return _unlike(name, lambda: first + "".join(rng.choices("0123456789", k=digits)))


def _unlike(old: str, make: Callable[[], str]) -> str:
    while (new := make()) == old:
        pass
    return new
