"""Where two streams say the same, and what differs there: tiles, agreements, changes.

A tile is equal text. Tiles that follow each other in both texts are one agreement; what stands
between them was changed. Applying an agreement's changes to the one text gives the other exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Final

from search.changes import Change, Edit, changes_of, classify
from search.tiles import (
    SHORTEST,
    Tile,
    all_tiles,
    common_prefix,
    lay_apart,
    tile,
    tiles_from_seeds,
)

__all__ = [
    "Agreement",
    "Change",
    "Tile",
    "align",
    "all_tiles",
    "classify",
    "tile",
    "tiles_from_seeds",
]

FURTHEST: Final = 40
"""Characters that may stand between two tiles of one agreement, in either text."""
_CHANCE: Final = 16  # a shorter tile that tears an agreement apart is there by chance
_SHORT: Final = 4  # characters of the shortest stretch that is told at the end of an agreement …
_NEAR: Final = 16  # … where at most so many others stand between
_AROUND: Final = 120  # characters around an agreement that are looked through
_FIGURES = frozenset("0123456789")
_ORDINALS = frozenset("一二三四五六七八九十")
_CLOSING = frozenset("。，；、：！？,;:!?)）》")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two stretches that say the same but for the changes; spans are half-open in the streams."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    changes: tuple[Change, ...]

    @property
    def same(self) -> int:
        """How many characters are equal."""
        return self.end_a - self.start_a - sum(c.end_a - c.start_a for c in self.changes)


def align(
    a: str,
    b: str,
    tiles: Iterable[Tile],
    *,
    furthest: int = FURTHEST,
    places: Container[str] = (),
    anchored: int = 0,
) -> list[Agreement]:
    """The agreements that the tiles make, by their place in a; no two overlap in a or in b.

    Tiles that follow each other in both within `furthest` characters are one agreement; a tile
    that stands elsewhere is one of its own. places: names and stems of names that the caller
    knows, for the kinds of the changes. anchored: the texts' own ends count as equal where no more
    characters than that stand between them and the next tile.
    """
    given = list(tiles)
    shortest = min([SHORTEST, *(tile.size for tile in given)])
    apart = sorted(lay_apart(given, shortest=max(shortest, 1)))
    apart = _without_chance(apart, furthest)
    apart = sorted(lay_apart([*apart, *_beyond_ends(a, b, apart, furthest)], shortest=1))
    ends = Tile(0, 0, 0), Tile(len(a), len(b), 0)
    if apart and anchored and _follows(ends[0], apart[0], anchored):
        apart.insert(0, ends[0])
    if apart and anchored and _follows(apart[-1], ends[1], anchored):
        apart.append(ends[1])
    chains = (chain for chain in _chains(apart, furthest) if any(each.size for each in chain))
    return [_agreement(a, b, chain, places) for chain in chains]


def _without_chance(tiles: Sequence[Tile], furthest: int) -> list[Tile]:
    """The tiles without short ones that lie, in one text only, between two that follow.

    Left in they would tear an agreement apart for a few characters that many texts share.
    """
    kept = _without_between(sorted(tiles), furthest)
    turned = _without_between(sorted(Tile(b, a, size) for a, b, size in kept), furthest)
    return sorted(Tile(a, b, size) for b, a, size in turned)


def _without_between(tiles: Sequence[Tile], furthest: int) -> list[Tile]:
    kept: list[Tile] = []
    for n, short in enumerate(tiles):
        between = kept and n + 1 < len(tiles) and short.size < _CHANCE
        if between and _tears(kept[-1], short, tiles[n + 1], furthest):
            continue
        kept.append(short)
    return kept


def _tears(before: Tile, short: Tile, after: Tile, furthest: int) -> bool:
    elsewhere = not before.b + before.size <= short.b < after.b
    return elsewhere and _follows(before, after, furthest)


def _follows(before: Tile, after: Tile, furthest: int) -> bool:
    gap_a, gap_b = after.a - before.a - before.size, after.b - before.b - before.size
    return 0 <= gap_a <= furthest and 0 <= gap_b <= furthest


def _chains(tiles: Sequence[Tile], furthest: int) -> Iterator[list[Tile]]:
    """The tiles (by their place in a) as runs that follow each other in b too."""
    rank = {each: n for n, each in enumerate(sorted(tiles, key=attrgetter("b")))}
    chain: list[Tile] = []
    for each in tiles:
        follows = chain and rank[each] == rank[chain[-1]] + 1
        if chain and not (follows and _follows(chain[-1], each, furthest)):
            yield chain
            chain = []
        chain.append(each)
    if chain:
        yield chain


def _beyond_ends(a: str, b: str, tiles: Sequence[Tile], furthest: int) -> Iterator[Tile]:
    """Stretches too short for a tile that stand right before or behind an agreement.

    A sentence whose name and number were swapped has many such.
    """
    starts_a, starts_b = sorted(t.a for t in tiles), sorted(t.b for t in tiles)
    ends_a, ends_b = sorted(t.a + t.size for t in tiles), sorted(t.b + t.size for t in tiles)
    for chain in _chains(tiles, furthest):
        end_a, end_b = chain[-1].a + chain[-1].size, chain[-1].b + chain[-1].size
        right_a = a[end_a : min(end_a + _AROUND, _next(starts_a, end_a, len(a)))]
        right_b = b[end_b : min(end_b + _AROUND, _next(starts_b, end_b, len(b)))]
        for i, j, size in _nearby(right_a, right_b):
            yield Tile(end_a + i, end_b + j, size)
        start_a, start_b = chain[0].a, chain[0].b
        left_a = a[max(start_a - _AROUND, _last(ends_a, start_a)) : start_a]
        left_b = b[max(start_b - _AROUND, _last(ends_b, start_b)) : start_b]
        for i, j, size in _nearby(left_a[::-1], left_b[::-1]):
            yield Tile(start_a - i - size, start_b - j - size, size)


def _next(ascending: Sequence[int], at: int, otherwise: int) -> int:
    n = bisect_left(ascending, at)
    return ascending[n] if n < len(ascending) else otherwise


def _last(ascending: Sequence[int], at: int) -> int:
    n = bisect_right(ascending, at)
    return ascending[n - 1] if n else 0


def _nearby(left: str, right: str) -> Iterator[tuple[int, int, int]]:
    """Short stretches that both texts have, one after the other from their beginning on.

    A shorter one must be nearer to what it follows.
    """
    i = j = 0
    while found := _nearest(left[i:], right[j:]):
        i, j, size = i + found[0], j + found[1], found[2]
        yield i, j, size
        i, j = i + size, j + size


def _nearest(left: str, right: str) -> tuple[int, int, int] | None:
    places = {left[i : i + _SHORT]: i for i in reversed(range(min(len(left) - _SHORT + 1, _NEAR)))}
    both = (
        (places[right[j : j + _SHORT]], j)
        for j in range(min(len(right) - _SHORT + 1, _NEAR))
        if right[j : j + _SHORT] in places
    )
    i, j = min(both, key=sum, default=(-1, -1))
    if i < 0:
        return None
    size = common_prefix(left[i:], right[j:])
    return (i, j, size) if max(i, j) <= _NEAR // _SHORT * size else None


def _agreement(a: str, b: str, chain: Sequence[Tile], places: Container[str]) -> Agreement:
    bounds = _bounds(a, b, chain)
    edits = [edit for before, after in pairwise(chain) for edit in _edits(a, b, before, after)]
    return Agreement(*bounds, tuple(changes_of(a, b, bounds, edits, places)))


def _bounds(a: str, b: str, chain: Sequence[Tile]) -> Edit:
    """From the first tile to the last, without what is only the rest of a sentence or a number."""
    first, last = chain[0], chain[-1]
    cut = _loose_start(a, first.a, b, first.b, first.size - 1)
    end_a, end_b = last.a + last.size, last.b + last.size
    back = _loose_end(a, end_a, b, end_b, last.size - 1 - (cut if last is first else 0))
    return Edit(first.a + cut, end_a - back, first.b + cut, end_b - back)


def _loose_start(a: str, i: int, b: str, j: int, most: int) -> int:
    """How many characters at a tile's start belong to what stands before and differs."""
    if not i or not j:
        return 0
    loose = 0
    if a[i] in _FIGURES and (a[i - 1] in _FIGURES or b[j - 1] in _FIGURES):
        while loose < most and a[i + loose] in _FIGURES:
            loose += 1
    elif a[i] == "是" and a[i - 1] in _ORDINALS and b[j - 1] in _ORDINALS:  # of 一是 and 二是
        loose = min(1, most)
    while loose < most and a[i + loose] in _CLOSING:
        loose += 1
    return max(loose, 0)


def _loose_end(a: str, i: int, b: str, j: int, most: int) -> int:
    """How many characters at a tile's end are the beginning of a number that goes on."""
    beyond = a[i : i + 1], b[j : j + 1]
    loose = 0
    if any(c in _FIGURES for c in beyond):
        while loose < most and a[i - loose - 1] in _FIGURES:
            loose += 1
    return loose


def _edits(a: str, b: str, before: Tile, after: Tile) -> Iterator[Edit]:
    """The least edits between two tiles."""
    start_a, start_b = before.a + before.size, before.b + before.size
    left, right = a[start_a : after.a], b[start_b : after.b]
    if not left or not right:
        if left or right:
            yield Edit(start_a, after.a, start_b, after.b)
        return
    from rapidfuzz.distance import Levenshtein  # 50 ms to import

    for op in Levenshtein.opcodes(left, right):
        if op.tag != "equal":
            yield Edit(
                start_a + op.src_start,
                start_a + op.src_end,
                start_b + op.dest_start,
                start_b + op.dest_end,
            )
