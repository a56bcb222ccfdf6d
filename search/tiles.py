"""The stretches that two texts share, each as long as it can be.

Nothing here takes quadratic time: repetitive text (a page of one character) shares so many
stretches with another that only some of them are looked at, the ones that keep its order first.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from operator import itemgetter
from typing import Final, NamedTuple

SHORTEST: Final = 8
"""Characters of the shortest stretch that is looked for."""
_INDEXED: Final = 200_000  # places of a text that are looked up; of a longer one only each nth is
_TRIED: Final = 4  # places of one gram that are tried on each side of where it is expected
_LOOKS: Final = 300_000  # how often texts may be compared, some 3 µs each time …
_LOOKS_EACH: Final = 4  # … and once more for this many characters
_LOOK: Final = 64  # characters of a shared stretch that take as long again


class Tile(NamedTuple):
    """A stretch of a that stands in b too: a[a : a + size] == b[b : b + size]."""

    a: int
    b: int
    size: int


class Tiling(NamedTuple):
    """Tiles, and whether they are all there are: not so where there was too much to look at."""

    tiles: list[Tile]
    complete: bool


class Looks:
    """How often texts of so many characters together may be compared before it is too much."""

    def __init__(self, characters: int) -> None:
        self._left = _LOOKS + characters // _LOOKS_EACH
        self.complete = True
        """Whether nothing was left out yet."""

    @property
    def are_left(self) -> bool:
        """Whether there is more time to spend."""
        self.complete = self.complete and self._left > 0
        return self._left > 0

    def spend(self, characters: int) -> None:
        """Count a comparison that found so many characters."""
        self._left -= 1 + characters // _LOOK


def tiles_from_seeds(
    a: str, b: str, seeds: Iterable[tuple[int, int]], *, shortest: int = SHORTEST
) -> list[Tile]:
    """The tiles that hold a seed, each once, by their place in a; each as long as it can be.

    A seed is (offset in a, offset in b) of a shingle; one whose texts differ is passed over.
    """
    extension = _Extension(a, b, Looks(len(a) + len(b)))
    found = (extension.tile(i, j) for i, j in sorted(set(seeds)))
    return sorted(tile for tile in found if tile is not None and tile.size >= shortest)


def all_tiles(a: str, b: str, *, shortest: int = SHORTEST) -> list[Tile]:
    """Every stretch that both texts have, longest first, no two overlapping in either.

    Source: M. J. Wise, "String similarity via greedy string tiling and running Karp-Rabin
    matching" (1993); here by a table of grams and a heap.
    """
    return tile(a, b, shortest=shortest).tiles


def tile(a: str, b: str, *, shortest: int = SHORTEST, looks: Looks | None = None) -> Tiling:
    """The same as `all_tiles`, and whether that is all; looks: what several texts may take."""
    if a == b:
        return Tiling([Tile(0, 0, len(a))] if len(a) >= shortest else [], True)
    looks = looks or Looks(len(a) + len(b))
    if not looks.are_left:
        return Tiling([], complete=False)
    found = list(_matches(a, b, _Extension(a, b, looks), shortest))
    return Tiling(lay_apart(found, shortest=shortest), looks.complete)


def _matches(a: str, b: str, extension: _Extension, shortest: int) -> Iterator[Tile]:
    """Stretches that both have, as long as they can be; they may overlap."""
    every = 1 + len(a) // _INDEXED
    grams: dict[str, list[int]] = {}
    for i in range(0, len(a) - shortest + 1, every):
        grams.setdefault(a[i : i + shortest], []).append(i)
    extension.looks.complete &= every == 1
    j = ahead = 0  # ahead: how much further on in a than in b stands what was found last
    while j <= len(b) - shortest and extension.looks.are_left:
        places = grams.get(b[j : j + shortest], ())
        tried = [extension.tile(i, j) for i in _nearest(places, j + ahead, extension)]
        tiles = [tile for tile in tried if tile is not None and tile.size >= shortest]
        yield from tiles
        if tiles and not extension.is_known(j + ahead, j):
            best = max(tiles, key=lambda tile: (tile.size, -abs(tile.a - tile.b - ahead)))
            ahead = best.a - best.b
        j += 1
        # In a text that is too long to look at everything, what was found is passed over.
        if every > 1 and tiles:
            j = max(j, *(tile.b + tile.size for tile in tiles))


def _nearest(places: Sequence[int], expected: int, extension: _Extension) -> Sequence[int]:
    if len(places) <= 2 * _TRIED:
        return places
    extension.looks.complete = False
    extension.looks.spend(0)  # for what is passed over
    middle = bisect_left(places, expected)
    return places[max(middle - _TRIED, 0) : middle + _TRIED]


class _Extension:
    """Makes seeds as long as they can be, each stretch once, as long as that is not too much."""

    def __init__(self, a: str, b: str, looks: Looks) -> None:
        self._a, self._b, self.looks = a, b, looks
        self._reached: dict[int, int] = {}  # by diagonal: where its last tile ends in a

    def is_known(self, i: int, j: int) -> bool:
        """Whether a[i] and b[j] are in a stretch that was found."""
        return i < self._reached.get(i - j, 0)

    def tile(self, i: int, j: int) -> Tile | None:
        """The longest stretch through a[i] and b[j]; None where that is known already."""
        if self.is_known(i, j) or not self.looks.are_left:
            return None
        before, after = _same_before(self._a, i, self._b, j), _same_after(self._a, i, self._b, j)
        self.looks.spend(before + after)
        self._reached[i - j] = i + max(after, 1)
        return Tile(i - before, j - before, before + after) if after else None


def _same_after(a: str, i: int, b: str, j: int) -> int:
    """How many characters agree from a[i] and b[j] on."""
    size, step = 0, 16
    while True:
        left, right = a[i + size : i + size + step], b[j + size : j + size + step]
        if left != right:
            return size + common_prefix(left, right)
        size += len(left)
        if len(left) < step:
            return size
        step *= 2


def common_prefix(left: str, right: str) -> int:
    """How many characters both texts begin with."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_before(a: str, i: int, b: str, j: int) -> int:
    """How many characters agree before a[i] and b[j]."""
    size, step, most = 0, 16, min(i, j)
    while size < most:
        step = min(step, most - size)
        left, right = a[i - size - step : i - size], b[j - size - step : j - size]
        if left != right:
            return size + common_prefix(left[::-1], right[::-1])
        size += step
        step *= 2
    return size


def lay_apart(tiles: Iterable[Tile], *, shortest: int = SHORTEST) -> list[Tile]:
    """The tiles cut so that no two overlap in a or in b, longest first; the longer one is kept.

    Of what is left of a cut tile, stretches of at least `shortest` characters stay.
    """
    kept: list[Tile] = []
    taken_a, taken_b = _Taken(), _Taken()
    heap = [(-size, abs(a - b), a, b) for a, b, size in set(tiles)]
    heapify(heap)
    while heap:
        negative, _far, a, b = heappop(heap)
        size = -negative
        holes = sorted([*taken_a.within(a, size), *taken_b.within(b, size)])
        if not holes:
            kept.append(Tile(a, b, size))
            taken_a.add(a, size)
            taken_b.add(b, size)
        for start, end in _between(holes, size) if holes else ():
            if end - start >= shortest:
                heappush(heap, (start - end, abs(a - b), a + start, b + start))
    return kept


def _between(holes: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """What the (sorted) holes leave of 0..size."""
    at = 0
    for start, end in holes:
        if start > at:
            yield at, start
        at = max(at, end)
    if at < size:
        yield at, size


class _Taken:
    """Stretches of a text that are given away; they never overlap."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, start: int, size: int) -> None:
        """Give away a stretch that is free."""
        insort(self._spans, (start, start + size))

    def within(self, start: int, size: int) -> Iterator[tuple[int, int]]:
        """What of a stretch is taken, counted from its start."""
        spans = self._spans
        first = bisect_left(spans, start + 1, key=itemgetter(1))  # the first that ends after it
        for n in range(first, len(spans)):
            if spans[n][0] >= start + size:
                break
            yield max(spans[n][0] - start, 0), min(spans[n][1] - start, size)
