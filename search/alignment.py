"""Where two streams say the same, and what differs there: tiles, agreements, changes.

A tile is equal text. Tiles that follow each other in both texts are one agreement; what stands
between them was changed. Applying an agreement's changes to the one text gives the other exactly.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Final

from search.changes import Change, Edit, changes_of, classify
from search.tiles import SHORTEST, Tile, all_tiles, lay_apart, tile, tiles_from_seeds

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
_FIGURES = frozenset("0123456789")


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
) -> list[Agreement]:
    """The agreements that the tiles make, by their place in a; no two overlap in a or in b.

    Tiles that follow each other in both within `furthest` characters are one agreement; a tile
    that stands elsewhere is one of its own. places: names and stems of names that the caller
    knows, for the kinds of the changes.
    """
    given = list(tiles)
    shortest = min([SHORTEST, *(tile.size for tile in given)])
    apart = sorted(lay_apart(given, shortest=max(shortest, 1)))
    apart = _without_chance(apart, furthest)
    return [_agreement(a, b, chain, places) for chain in _chains(apart, furthest)]


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


def _agreement(a: str, b: str, chain: Sequence[Tile], places: Container[str]) -> Agreement:
    bounds = _bounds(a, b, chain)
    edits = [edit for before, after in pairwise(chain) for edit in _edits(a, b, before, after)]
    return Agreement(*bounds, tuple(changes_of(a, b, bounds, edits, places)))


def _bounds(a: str, b: str, chain: Sequence[Tile]) -> Edit:
    """From the first tile to the last, without the halves of numbers that differ beyond."""
    first, last = chain[0], chain[-1]
    cut = 0
    if _is_figure(a, first.a - 1) or _is_figure(b, first.b - 1):
        while cut < first.size - 1 and _is_figure(a, first.a + cut):
            cut += 1
    end_a, end_b, back = last.a + last.size, last.b + last.size, 0
    if _is_figure(a, end_a) or _is_figure(b, end_b):
        room = last.size - 1 - (cut if last is first else 0)
        while back < room and _is_figure(a, end_a - back - 1):
            back += 1
    return Edit(first.a + cut, end_a - back, first.b + cut, end_b - back)


def _is_figure(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in _FIGURES


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
