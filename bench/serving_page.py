"""The page of a run of bench.serving."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence

from bench.figures import Row, percentile
from bench.peers import OURS
from bench.peers import datasette_tables as tables
from bench.summary import number, table

WORKERS = os.cpu_count() or 1
CREW = f"{OURS} --workers"  # one a core, as an office's server is told
ENGINES = (CREW, OURS, tables.NAME)
FLAT = 0.05
"""Share by which memory may be higher in the last quarter of a load than in the second."""


def write_page(rows: Sequence[Row], title: str, about: Sequence[str]) -> str:
    """Targets and tables, in Markdown. about: what was measured on what, a line each."""
    lines = [f"# Serving, {title}", "", *(f"- {line}" for line in about)]
    lines += ["", "## Targets", "", *table(["", "measured", "target", ""], [*targets(rows)])]
    for title, heads, cells in PARTS:
        if found := [*cells(rows)]:
            lines += ["", f"## {title}", "", *table(heads, found)]
    return "\n".join(lines) + "\n"


# Targets


def targets(rows: Sequence[Row]) -> Iterator[tuple[str, str, str, str]]:
    """(what, measured, target, met or missed) of what was measured."""
    for what, found, unit, limit in (
        ("errors under load", one(rows, "load", "errors", CREW), "", 0),
        ("p95 under load", one(rows, "load", "p95_ms", CREW), " ms", 250),
        ("memory, last quarter to second", growth(rows, "load", CREW), " x", 1 + FLAT),
        ("errors while reports are added", one(rows, "adding", "errors", CREW), "", 0),
        ("answers not of one commit", one(rows, "adding", "answers_wrong", CREW), "", 0),
        ("p95 while reports are added", one(rows, "adding", "p95_ms", CREW), " ms", 250),
        (
            "first byte of a search page, p95",
            spread(rows, "first_byte", "first_byte_ms"),
            " ms",
            50,
        ),
        ("heaviest page with its files", most(rows, "weight", "all_kb"), " KB", 150),
        ("start until the first answer", middle(rows, "start", "seconds"), " s", 1.5),
    ):
        if found is not None:
            verdict = "met" if found <= limit else "missed"
            yield what, f"{number(found)}{unit}", f"≤ {number(limit)}", verdict


def values(
    rows: Sequence[Row], measure: str, figure: str, engine: str, task: str | None
) -> list[float]:
    """All values of a figure."""
    return [
        row.value
        for row in rows
        if (row.measure, row.figure, row.engine) == (measure, figure, engine)
        and task in (None, row.task)
    ]


def one(
    rows: Sequence[Row], measure: str, figure: str, engine: str = OURS, task: str = "mixed"
) -> float | None:
    """The value of a figure that is measured once."""
    found = values(rows, measure, figure, engine, task)
    return found[0] if found else None


def growth(
    rows: Sequence[Row], measure: str, engine: str = OURS, task: str = "mixed"
) -> float | None:
    """Memory in the last quarter of a load, as a multiple of that in its second quarter."""
    found = values(rows, measure, "rss_mb", engine, task)
    if len(found) < 8:
        return None
    quarter = len(found) // 4
    return statistics.fmean(found[-quarter:]) / statistics.fmean(found[quarter : 2 * quarter])


def spread(rows: Sequence[Row], measure: str, figure: str, share: float = 0.95) -> float | None:
    """A percentile of our values."""
    found = values(rows, measure, figure, OURS, None)
    return percentile(found, share) if found else None


def most(rows: Sequence[Row], measure: str, figure: str, engine: str = OURS) -> float | None:
    """The highest of an engine's values."""
    return max(values(rows, measure, figure, engine, None), default=None)


def middle(rows: Sequence[Row], measure: str, figure: str, engine: str = OURS) -> float | None:
    """The median of an engine's values."""
    found = values(rows, measure, figure, engine, None)
    return statistics.median(found) if found else None


# Tables


def load_cells(rows: Sequence[Row]) -> Iterator[list[str]]:
    """A line for each engine and mixture, and one for the load while reports are added."""
    for measure, engine, task, said in LOADS:
        found = [one(rows, measure, figure, engine, task) for figure, _head in LOADED]
        memory = values(rows, measure, "rss_mb", engine, task)
        if memory:
            ends = (memory[0], max(memory), memory[-1])
            yield [f"{engine}, {said}", *map(number, [*found, *ends])]


LOADED = (
    ("requests_per_s", "requests/s"), ("p50_ms", "p50 ms"), ("p95_ms", "p95 ms"),
    ("p99_ms", "p99 ms"), ("max_ms", "max ms"), ("errors", "errors"),
    ("kilobytes", "KB an answer"),
)  # fmt: skip
MEMORY = ("MB at first", "at most", "at last")
LOADS = (
    *(("load", engine, task, task) for task in ("mixed", "search pages") for engine in ENGINES),
    ("adding", CREW, "mixed", "mixed, while reports are added"),
)


def adding_cells(rows: Sequence[Row]) -> Iterator[list[str]]:
    """What was committed, what was checked, and how soon it was there."""
    if one(rows, "adding", "commits", CREW) is None:
        return
    for figure, said in (
        ("commits", "commits, of three reports each"),
        ("answers_checked", "answers that were held against their commit"),
        ("answers_wrong", "of these wrong"),
    ):
        yield [said, number(one(rows, "adding", figure, CREW))]
    yield ["`lawsearch index`, median s", number(middle(rows, "adding", "index_s", CREW))]
    yield [
        "from its end to the first answer of it, median ms",
        number(middle(rows, "adding", "fresh_ms", CREW)),
    ]
    yield ["the same, at most", number(most(rows, "adding", "fresh_ms", CREW))]


def single_cells(rows: Sequence[Row]) -> Iterator[list[str]]:
    """One client alone: start and first byte of both."""
    for engine in ENGINES:
        took = middle(rows, "start", "seconds", engine)
        first = values(rows, "first_byte", "first_byte_ms", engine, None)
        whole = values(rows, "first_byte", "whole_ms", engine, None)
        if took is not None or first:
            spreads = [
                percentile(f, share) if f else None for f in (first, whole) for share in SHARE
            ]
            yield [engine, number(took), *map(number, spreads)]


SHARE = (0.5, 0.95)


def weight_cells(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Our pages by kind: compressed bytes of the page and of all that it loads."""
    for kind in dict.fromkeys(row.task for row in rows if row.measure == "weight"):
        page, whole = (
            values(rows, "weight", figure, OURS, kind) for figure in ("page_kb", "all_kb")
        )
        yield [kind, number(statistics.median(page)), number(max(page)), number(max(whole))]


Cells = Callable[[Sequence[Row]], Iterator[list[str]]]
PARTS: tuple[tuple[str, Sequence[str], Cells], ...] = (
    ("Load", ("", *(head for _figure, head in LOADED), *MEMORY), load_cells),
    ("While reports are added", ("", ""), adding_cells),
    (
        "One client",
        ("", "start, s", "first byte p50, ms", "p95", "whole page p50, ms", "p95"),
        single_cells,
    ),
    ("Page weight, KB", ("page", "median", "heaviest", "with its files"), weight_cells),
)
