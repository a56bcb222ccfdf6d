"""Shingles: short stretches of streams as numbers, few enough to keep, many enough to find copies.

A shingle is SHINGLE neighbouring characters of a stream, hashed to 32 bits. Of each WINDOW of
neighbouring shingles the least is selected (*winnowing*), so two streams that share a stretch of
SHINGLE + WINDOW - 1 characters share a selected shingle, and what is selected depends on the text
around it alone. Source: Schleimer, Wilkerson and Aiken, Winnowing: Local Algorithms for Document
Fingerprinting (2003).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from index.segments.columns import Columns, Values, narrow, numbered, offsets

SHINGLE: Final = 8
WINDOW: Final = 8
_BASE: Final = 0x9E3779B97F4A7C15  # of the rolling hash; any odd number with bits all over
_NEVER: Final = np.uint32(0xFFFFFFFF)  # no shingle's hash: none begins here
_CHUNK: Final = 1 << 21
"""Shingles that are sorted at once."""
COMMON_PART: Final = 40
"""A segment keeps count of the shingles that one in so many of its reports has."""


def shingle_columns(text: str, lengths: Values) -> Columns:
    """The shingles of streams that stand one after the other in `text`, in order.

    lengths: (n,) of each stream, in characters.
    """
    hashes, steps, counts = winnow(np.frombuffer(text.encode("utf-32-le"), "<u4"), lengths)
    return {
        "shingle.hash": hashes,
        "shingle.step": steps,
        "section.shingle": narrow(offsets(counts)),
    }


def shingles_of(stream: str) -> tuple[Values, Values]:
    """((k,) uint32 hashes of a stream's selected shingles, (k,) int64 where they begin)."""
    codes = np.frombuffer(stream.encode("utf-32-le"), "<u4")
    hashes, steps, _counts = winnow(codes, np.array([len(stream)]))
    return hashes, np.cumsum(steps, dtype=np.int64)


def winnow(codes: Values, lengths: Values) -> tuple[Values, Values, Values]:
    """The selected shingles of streams that stand one after the other.

    codes: (characters,) code points of all. Returns (k,) uint32 hashes, (k,) uint8 how far each
    begins from the one before it in its stream, the first from the stream's begin, and (n,) how
    many each stream has. Of equal hashes in a window all are selected.
    """
    hashes = _hashes(codes, lengths)
    padded = np.full(len(hashes) + 2 * (WINDOW - 1), _NEVER)
    padded[WINDOW - 1 : WINDOW - 1 + len(hashes)] = hashes
    # Selected is what is the least of some window: the largest of its windows' minima.
    least_somewhere = _sliding(np.maximum, _sliding(np.minimum, padded))
    selected = np.flatnonzero((hashes == least_somewhere) & (hashes != _NEVER))
    begins = offsets(lengths)
    counts = np.diff(np.searchsorted(selected, begins))
    steps = np.diff(selected, prepend=0)
    first = offsets(counts)[:-1][counts > 0]
    steps[first] = selected[first] - begins[:-1][counts > 0]
    return hashes[selected], steps.astype(np.uint8), counts


def _hashes(codes: Values, lengths: Values) -> Values:
    """(characters,) uint32: the hash of the shingle that begins at each, _NEVER where none does."""
    hashes, factor = codes.astype(np.uint64), _BASE
    for reach in (1, 2, 4):  # a hash of twice as many characters from two
        second = hashes[reach:].copy()
        hashes *= np.uint64(factor)
        hashes[: len(second)] += second
        factor = factor * factor % (1 << 64)
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    found: Values = (hashes >> np.uint64(32)).astype(np.uint32)
    np.minimum(found, _NEVER - np.uint32(1), out=found)
    ends = np.cumsum(lengths)
    for reach in range(1, SHINGLE):
        found[(ends - reach)[lengths >= reach]] = _NEVER
    return found


def _sliding(choose: np.ufunc, values: Values) -> Values:
    """For each window of WINDOW values the one that is chosen; WINDOW - 1 fewer than values."""
    for reach in (1, 2, 4):
        values = choose(values[:-reach], values[reach:])
    return values


def count_common(
    shingles: Columns, of_report: Values, of_place: Values, places: Sequence[Sequence[str | None]]
) -> Columns:
    """Counts of the shingles that one in COMMON_PART reports of a segment has, or more.

    shingles: as `shingle_columns` makes them; of_report: (n,) the report of each section; of_place:
    (r,) the place of each report, by its number in `places`.
    """
    held = held_shingles(shingles["section.shingle"], len(shingles["shingle.hash"]))
    of_report = np.repeat(of_report, held)
    paths = [tuple(path[:3]) for path in places]
    of_county = numbered(paths, [*dict.fromkeys(paths)]).astype(np.uint32)
    least = least_counted(len(of_place))
    found: list[Counts] = []
    for part in _parts(shingles["shingle.hash"]):
        hashes, reports = shingles["shingle.hash"][part], of_report[part]
        found.append(count_places(hashes, reports, of_place, of_county, least))
    names = ("hash", "reports", "townships", "counties")
    columns = (np.concatenate(column) for column in zip(*found, strict=True))
    counts = {f"common.{name}": values for name, values in zip(names, columns, strict=True)}
    return {n: v if n == "common.hash" else narrow(v) for n, v in counts.items()}


def _parts(hashes: Values) -> Iterator[Values | slice]:
    """Which hashes are in each of so many ranges, ascending, that each holds about a chunk."""
    bits = (len(hashes) // _CHUNK).bit_length()
    if not bits:
        yield slice(None)
        return
    which = (hashes >> np.uint32(32 - bits)).astype(np.uint16)
    for part in range(1 << bits):
        yield np.flatnonzero(which == part)


def held_shingles(first: Values, n_shingles: int) -> Values:
    """(n,) int64: how many shingles each section has; its first is at `first`.

    Raises ValueError where these are no numbers of so many shingles: what is made of them would
    take any amount of memory.
    """
    if not len(first) or first[0] or first[-1] != n_shingles or (first[1:] < first[:-1]).any():
        raise ValueError("shingles of sections do not fit together")
    return np.diff(first.astype(np.int64))


class Counts(NamedTuple):
    """(k,) different hashes, ascending, and how many reports, townships and counties have each."""

    hashes: Values
    reports: Values
    townships: Values
    counties: Values


def count_places(
    hashes: Values, reports: Values, of_place: Values, of_county: Values, least: int
) -> Counts:
    """How far the shingles are spread that stand in at least so many reports.

    hashes, reports: (k,) a shingle and the report it stands in; of_place: (r,) the township of each
    report, of_county: the county of each township, all by their numbers.
    """
    found, numbers = _unique_pairs(hashes, reports)
    sizes = _sizes(found)
    kept = np.repeat(sizes >= least, sizes)
    found, numbers = found[kept], numbers[kept]
    counts = sizes[sizes >= least]
    townships = of_place[numbers]
    in_townships = _sizes(_unique_pairs(found, townships)[0])
    in_counties = _sizes(_unique_pairs(found, of_county[townships])[0])
    return Counts(found[offsets(counts)[:-1]], counts, in_townships, in_counties)


def least_counted(n_reports: int) -> int:
    """In how many reports of a segment a shingle must stand to be counted there."""
    return -(-n_reports // COMMON_PART)


def _unique_pairs(hashes: Values, numbers: Values) -> tuple[Values, Values]:
    """The different pairs, ascending."""
    pairs = hashes.astype(np.uint64) << np.uint64(32)
    pairs |= numbers.astype(np.uint64)
    pairs.sort()
    is_new = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=is_new[1:])
    found = pairs[is_new]
    return (found >> np.uint64(32)).astype(np.uint32), found.astype(np.uint32)


def _sizes(ascending: Values) -> Values:
    """How often each different value stands in an ascending array."""
    is_new = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    found: Values = np.diff(np.flatnonzero(is_new), append=len(ascending))
    return found
