"""Whether the engines find the same: ours against a plain scan, the others against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bench.corpus import in_order, load_sections
from bench.figures import Row
from bench.peers.base import Query, Task
from index.analysis import fold_stream


def measure(
    parsed: Sequence[Path], queries: Sequence[Query], sections: int, jobs: int
) -> Iterator[Row]:
    """Rows of the sections whose text holds each phrase, found by reading every one of them."""
    phrases = [(fold_stream(query.phrases[0]), query.year) for query in queries]
    totals = [0] * len(phrases)
    for found in in_order(partial(scan_county, phrases=phrases), parsed, jobs):
        totals = [a + b for a, b in zip(totals, found, strict=True)]
    for query, total in zip(queries, totals, strict=True):
        yield Row("scan", sections, "scan", Task.PHRASES, str(query), "sections", total)


def scan_county(file: Path, phrases: Sequence[tuple[str, int | None]]) -> list[int]:
    """For each (phrase, year) the sections of a county that hold it."""
    totals = [0] * len(phrases)
    for section in load_sections(file):
        stream = fold_stream(section.text)
        for place, (phrase, year) in enumerate(phrases):
            totals[place] += phrase in stream and year in (None, section.year)
    return totals
