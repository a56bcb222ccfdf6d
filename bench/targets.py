"""The targets that this project has set itself, and whether a run met them.

Each is a ratio to a peer in the same run, or a plain limit; a stretch goal stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.figures import Row, Spread, fit_power, medians, spread
from bench.peers import OURS
from bench.peers.base import Task

SECTIONS = 150_000
"""The targets are of a province: smaller corpora are shown and not judged by."""
NO_LIMIT = float("inf")  # where there is only a stretch goal
TANTIVY, WHOOSH, FTS5, TRIGRAM = "tantivy", "whoosh", "fts5", "fts5-trigram"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured against a limit; values at most the limit are met."""

    what: str
    unit: str
    value: float
    limit: float
    stretch: float | None = None

    def __str__(self) -> str:
        if self.stretch is not None and self.value <= self.stretch:
            return "met, and the stretch goal"
        if self.limit == NO_LIMIT:
            return "stretch goal missed"
        return "met" if self.value <= self.limit else "missed"


@dataclass(frozen=True)
class Run:
    """The rows of a run at its size."""

    rows: Sequence[Row]
    sections: int

    @cached_property
    def here(self) -> list[Row]:
        """The rows of the whole corpus."""
        return [row for row in self.rows if row.sections == self.sections]

    def spread(self, engine: str, task: str, measure: str = "latency") -> Spread | None:
        """p50, p95 and mean in milliseconds."""
        found = [r for r in self.here if (r.measure, r.engine, r.task) == (measure, engine, task)]
        return spread(row for row in found if row.figure == "ms")

    def value(
        self, measure: str, engine: str, figure: str, task: str | None = None
    ) -> float | None:
        """The median of a figure over its rows."""
        wanted = (measure, engine, figure)
        found = [
            row.value
            for row in self.here
            if (row.measure, row.engine, row.figure) == wanted and task in (None, row.task)
        ]
        return sorted(found)[len(found) // 2] if found else None


def judge(run: Run) -> Iterator[Verdict]:
    """The verdict on each target that the run has figures for."""
    yield from _latencies(run)
    for verdict in (_indexing, _memory, _disk, _adding, _cold, _throughput, _growth):
        yield from verdict(run)


def _latencies(run: Run) -> Iterator[Verdict]:
    for task, words, p50, p95 in (
        (Task.FACETS, "top 10 + facets", (1.0, None), (NO_LIMIT, 1.0)),
        (Task.AND, "top 10", (1.5, 1.0), None),
        (Task.PHRASES, "phrases", None, (2.0, 1.0)),
    ):
        ours, theirs = run.spread(OURS, task), run.spread(TANTIVY, task)
        if ours is None or theirs is None:
            continue
        if p50:
            for name in ("p50", "mean"):
                ratio = getattr(ours, name) / getattr(theirs, name)
                yield Verdict(f"{words}: {name} / tantivy-py's", "x", ratio, *p50)
        if p95:
            yield Verdict(f"{words}: p95 / tantivy-py's", "x", ours.p95 / theirs.p95, *p95)
    ours, theirs = run.spread(OURS, Task.FACETS), run.spread(WHOOSH, Task.FACETS)
    if ours is not None and theirs is not None:
        words = "top 10 + facets: p50 / Whoosh + ChineseAnalyzer's"
        yield Verdict(words, "x", ours.p50 / theirs.p50, 1 / 200)


def _ratio(
    run: Run, words: str, figure: tuple[str, str], peer: str, limit: float, stretch: float | None
) -> Iterator[Verdict]:
    ours, theirs = run.value(figure[0], OURS, figure[1]), run.value(figure[0], peer, figure[1])
    if ours is not None and theirs is not None:
        yield Verdict(words, "x", ours / theirs, limit, stretch)


def _indexing(run: Run) -> Iterator[Verdict]:
    seconds = ("indexing", "seconds")
    yield from _ratio(run, "indexing: time / Whoosh's", seconds, WHOOSH, 1 / 25, None)
    yield from _ratio(run, "indexing: time / tantivy-py's", seconds, TANTIVY, NO_LIMIT, 2.0)
    taken = run.value("indexing", OURS, "seconds")
    for form in ("txt", "html"):
        rate = run.value("parsing", OURS, "sections_per_s", form)
        if taken is not None and rate is not None:
            words = f"indexing's rate / reading and parsing {form}"
            yield Verdict(words, "x", run.sections / taken / rate, 1.0)


def _memory(run: Run) -> Iterator[Verdict]:
    peak, resident = run.value("indexing", OURS, "peak_mb"), run.value("memory", OURS, "private_mb")
    if peak is not None:
        yield Verdict("peak memory while indexing", "MB", peak, 1000, 500)
    if resident is not None:
        yield Verdict("memory while answering, beyond the page cache", "MB", resident, 250)


def _disk(run: Run) -> Iterator[Verdict]:
    size = ("indexing", "megabytes")
    words = "index on disk / FTS5's words, trigrams and text"
    yield from _ratio(run, words, size, TRIGRAM, 1.0, None)
    yield from _ratio(run, "index on disk / Whoosh's", size, WHOOSH, 0.8, None)
    words = "index on disk / FTS5's words and text"
    yield from _ratio(run, words, size, FTS5, NO_LIMIT, 1.0)


def _adding(run: Run) -> Iterator[Verdict]:
    took = run.value("adding", OURS, "until_found_ms")
    if took is not None:
        words = "adding a report, until a new process finds it"
        yield Verdict(words, "s", took / 1000, 0.5, 0.2)


def _cold(run: Run) -> Iterator[Verdict]:
    theirs = run.value("cold", WHOOSH, "ms")
    for form in ("terminal", "json"):
        ours = run.value("cold", OURS, "ms", form)
        if ours is not None and theirs is not None:
            words = f"cold process, {form}: time / the Whoosh + jieba script's"
            yield Verdict(words, "x", ours / theirs, 1 / 10, 1 / 18)


def _throughput(run: Run) -> Iterator[Verdict]:
    for task, words in ((Task.FACETS, "with facets"), (Task.AND, "without facets")):
        ours = run.value("throughput", OURS, "queries_per_s", task)
        theirs = run.value("throughput", TANTIVY, "queries_per_s", task)
        if ours is not None and theirs is not None:
            words = f"two processes, {words}: tantivy-py's queries a second / ours"
            yield Verdict(words, "x", theirs / ours, 1 / 0.8, 1.0)


def _growth(run: Run) -> Iterator[Verdict]:
    exponent = growth_exponent(run.rows, OURS)
    if exponent is not None:
        words = "growth: exponent of latency over hits"
        yield Verdict(words, "", exponent, 1.0)


def growth_exponent(rows: Sequence[Row], engine: str) -> float | None:
    """e in latency ~ hits ** e, over sizes and within queries; None without growth rows."""
    points: list[tuple[float, float]] = []
    for query in growth_queries(rows, engine):
        first = query[0]
        points += [(hits / first[0], ms / first[1]) for hits, ms in query]
    if len({hits for hits, _ in points}) < 2:
        return None
    return fit_power(points)[0]


def growth_queries(rows: Sequence[Row], engine: str) -> list[list[tuple[float, float]]]:
    """For each query its (hits, milliseconds) at each size, smallest first."""
    found = [row for row in rows if (row.measure, row.engine) == ("growth", engine)]
    hits = {(r.sections, r.case): r.value for r in found if r.figure == "sections" and r.value}
    sizes = sorted({row.sections for row in found})
    taken = {
        size: medians(r for r in found if (r.sections, r.figure) == (size, "ms")) for size in sizes
    }
    queries = dict.fromkeys(case for _, case in hits)
    lines = [
        [(hits[size, case], taken[size][case]) for size in sizes if (size, case) in hits]
        for case in queries
    ]
    return [line for line in lines if len(line) > 1]
