"""Shingles and their counts worked out one at a time in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from index.model import Report

SHINGLE = WINDOW = 8
ONES = (1 << 64) - 1


def shingle_hash(shingle: str) -> int:
    """The hash of a shingle: its code points as the digits of a number, mixed, 32 bits of it."""
    number = 0
    for character in shingle:
        number = number * 0x9E3779B97F4A7C15 + ord(character) & ONES
    number ^= number >> 29
    return min((number * 0xBF58476D1CE4E5B9 & ONES) >> 32, 0xFFFFFFFE)


def selected(stream: str) -> list[tuple[int, int]]:
    """(offset, hash) of a stream's shingles that are the least of some window, whole or not."""
    hashes = [shingle_hash(stream[at : at + SHINGLE]) for at in range(len(stream) - SHINGLE + 1)]
    found = set()
    for start in range(1 - WINDOW, len(hashes)) if hashes else ():
        window = range(max(start, 0), min(start + WINDOW, len(hashes)))
        least = min(hashes[at] for at in window)
        found |= {at for at in window if hashes[at] == least}
    return [(at, hashes[at]) for at in sorted(found)]


def shingle_columns(
    reports: Sequence[Report], of_report: Sequence[int], streams: Sequence[str]
) -> dict[str, list[int]]:
    """A segment's columns of shingles; of_report is the report of each stream."""
    first, hashes, steps = [0], [], []
    holding: dict[int, set[int]] = {}
    for report, stream in zip(of_report, streams, strict=True):
        own = selected(stream)
        for _at, hash in own:
            holding.setdefault(hash, set()).add(report)
        hashes += [hash for _at, hash in own]
        steps += [own[0][0], *(b - a for (a, _), (b, _) in pairwise(own))] if own else []
        first.append(len(hashes))
    common = sorted(hash for hash, held in holding.items() if len(held) * 40 >= len(reports))
    places = [
        {(p.province, p.city, p.county, p.township) for p in (reports[n].place for n in held)}
        for held in map(holding.__getitem__, common)
    ]
    return {
        "shingle.hash": hashes,
        "shingle.step": steps,
        "section.shingle": first,
        "common.hash": common,
        "common.reports": [len(holding[hash]) for hash in common],
        "common.townships": [len(found) for found in places],
        "common.counties": [len({path[:3] for path in found}) for found in places],
    }
