"""Measures lawsearch on an OpenSearch cluster beside lawsearch in a folder.

``LAWSEARCH_URL=http://127.0.0.1:19200 python -m bench.clustering`` takes a county and some minutes;
``--size million`` measures 30,000 and 300,000 sections. Writes raw.csv and summary.md under
bench/runs/DATE-SIZE-cluster/. Corpora and the folder's indexes are those of bench.run; the
cluster's stay there. ``--only latency,similar`` keeps the rest of the day's run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import latency, likeness, throughput
from bench.comparing import Part
from bench.corpus import COUNTIES, make_corpus
from bench.figures import Row, percentile, read_rows, spread, write_rows
from bench.peers import CLUSTER, OURS, load_peer
from bench.peers.base import Query, Task
from bench.queries import load_queries
from bench.run import JOBS, ROOT, names_in, processor
from bench.summary import TASKS, number, table
from bench.worker import Worker

SIZES = {
    "county": (1,),
    "city": (1, 8),
    "region": (1, 12),
    "province": (1, 12, 75),
    "million": (12, 123),
}
"""Counties that are measured, by size."""
ENGINES = (OURS, CLUSTER)
SECONDS = 20.0  # of throughput: a cluster answers few queries in five

Queries = Mapping[str, Sequence[Query]]


def main() -> None:
    """Measure and write."""
    arguments = parse_arguments()
    folder = arguments.cache / arguments.size
    parsed = make_corpus(folder, COUNTIES[arguments.size], JOBS).parsed()
    queries = load_queries(folder / "queries.json", parsed, JOBS)
    kept = read_rows(arguments.out / "raw.csv")
    rows = [row for row in kept if row.measure not in measures_of(arguments.only)]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for counties in arguments.counties or SIZES[arguments.size]:
        part = Part(tuple(parsed[:counties]), folder / "indexes" / str(counties))
        for name in arguments.only:
            print(f"{name}, {part.sections:,} sections …", flush=True)
            rows += MEASURES[name](part, queries)
            write_rows(rows, arguments.out / "raw.csv")
    page = "\n".join(summarise(rows, arguments.size)) + "\n"
    (arguments.out / "summary.md").write_text(page, "utf-8")
    print(page)


def parse_arguments() -> argparse.Namespace:
    """The command line's values, completed."""
    parser = argparse.ArgumentParser(description="Measure a cluster beside a folder.")
    parser.add_argument("--size", choices=SIZES, default="county")
    parser.add_argument("--counties", type=int, nargs="*", help="other sizes than those of SIZE")
    parser.add_argument("--only", type=names_in(MEASURES), default=[*MEASURES])
    parser.add_argument("--cache", type=Path, help="where corpora and indexes are kept")
    parser.add_argument("--out", type=Path, help="bench/runs/DATE-SIZE-cluster unless given")
    arguments = parser.parse_args()
    name = f"{dt.date.today().isoformat()}-{arguments.size}-cluster"
    arguments.cache = arguments.cache or Path(tempfile.gettempdir()) / "lawsearch-bench"
    arguments.out = arguments.out or ROOT / "bench" / "runs" / name
    return arguments


# What is measured, by name


def folders_of(part: Part) -> dict[str, Path]:
    """The index of each engine, built where it is not."""
    return {engine: part.folder / part.built(engine).engine for engine in ENGINES}


def measure_indexing(part: Part, _queries: Queries) -> Iterator[Row]:
    """Rows of the builds from parsed reports, by two processes that prepare and one that writes."""
    for engine in ENGINES:
        built = part.built(engine)
        row = ("indexing", part.sections, engine, f"{built.jobs} processes", "all")
        yield Row(*row, "seconds", built.seconds)
        yield Row(*row, "sections_per_s", part.sections / built.seconds)
        yield Row(*row, "peak_mb", built.peak_rss / 1e6)


def measure_space(part: Part, _queries: Queries) -> Iterator[Row]:
    """Rows of what is on disk."""
    from bench.peers.on_cluster import weigh

    folders = folders_of(part)
    yield Row("space", part.sections, OURS, "", "all", "bytes", part.built(OURS).bytes)
    for kind, figure in weigh(folders[CLUSTER]).items():
        yield Row("space", part.sections, CLUSTER, "", kind, "bytes", figure)


def measure_latency(part: Part, queries: Queries) -> Iterator[Row]:
    """Rows of milliseconds, of what was found, and of the client's memory."""
    yield from latency.measure(folders_of(part), queries, part.sections)


def measure_agreement(part: Part, queries: Queries) -> Iterator[Row]:
    """Rows of how many answers are the same: totals, facets, and the ten in their order."""
    workers = [Worker(engine, folder) for engine, folder in folders_of(part).items()]
    for task in Task:
        asked = queries["phrases" if task is Task.PHRASES else "mixed"]
        same = 0
        for query in asked:
            ours, cluster = (worker.search(query, task) for worker in workers)
            same += {**ours, "ns": 0} == {**cluster, "ns": 0}
        row = ("agreement", part.sections, CLUSTER, task, "all")
        yield Row(*row, "asked", len(asked))
        yield Row(*row, "same", same)
    for worker in workers:
        worker.close()


def measure_throughput(part: Part, queries: Queries) -> Iterator[Row]:
    """Rows of queries a second of two processes; the nodes have no other cores than they."""
    yield from throughput.measure(folders_of(part), queries, part.sections, SECONDS)


def measure_similar(part: Part, _queries: Queries) -> Iterator[Row]:
    """Rows of `similar`."""
    for engine, folder in folders_of(part).items():
        yield from likeness.measure(engine, folder, part.parsed, part.asked, part.sections)


MEASURES: dict[str, Callable[[Part, Queries], Iterator[Row]]] = {
    "indexing": measure_indexing,
    "space": measure_space,
    "latency": measure_latency,
    "agreement": measure_agreement,
    "throughput": measure_throughput,
    "similar": measure_similar,
}


def measures_of(names: Sequence[str]) -> set[str]:
    """The measures of rows that these write."""
    return {each for name in names for each in ALSO.get(name, {name})}


ALSO = {"latency": {"latency", "counts", "memory"}}


# The page


def summarise(rows: Sequence[Row], size: str) -> Iterator[str]:
    """The page's lines."""
    yield f"# {dt.date.today().isoformat()}, {size}: a cluster beside a folder"
    yield ""
    yield from _about()
    for title, lines in (
        ("Indexing from parsed reports, and space", _builds(rows)),
        ("Latency, warm, milliseconds", _latencies(rows)),
        ("What was the same", _agreements(rows)),
        ("Queries a second, two processes", _throughputs(rows)),
    ):
        yield from ("", f"## {title}", "", *lines)


def _about() -> Iterator[str]:
    yield f"- engines: {load_peer(OURS).version()}; {load_peer(CLUSTER).version()}, three nodes"
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    yield f"- machine, of nodes and client: {machine}, Python {platform.python_version()}"


def _sizes(rows: Sequence[Row]) -> list[int]:
    return sorted({row.sections for row in rows})


def _only(rows: Sequence[Row], measure: str, sections: int, engine: str) -> list[Row]:
    wanted = (measure, sections, engine)
    return [row for row in rows if (row.measure, row.sections, row.engine) == wanted]


def _value(rows: Sequence[Row], case: str, figure: str) -> float | None:
    found = [row.value for row in rows if (row.case, row.figure) == (case, figure)]
    return found[0] if found else None


BUILT = ("seconds", "sections_per_s", "peak_mb")


def _builds(rows: Sequence[Row]) -> list[str]:
    """A line an engine and size."""
    cells = []
    for sections in _sizes(rows):
        for engine in ENGINES:
            built = _only(rows, "indexing", sections, engine)
            space = _only(rows, "space", sections, engine)
            sizes = [_value(space, case, "bytes") for case in ("all", "with copies")]
            each = [None if size is None else size / sections for size in sizes]
            figures = [
                _value(built, "all", name) for name in ("seconds", "sections_per_s", "peak_mb")
            ]
            cells.append([f"{sections:,}", engine, *map(number, [*figures, *each])])
    heads = ["sections", "", "s", "sections/s", "client's MB", "bytes a section", "with copies"]
    return table(heads, cells)


def _latencies(rows: Sequence[Row]) -> list[str]:
    cells = []
    for sections in _sizes(rows):
        for engine in ENGINES:
            found = [r for r in _only(rows, "latency", sections, engine) if r.figure == "ms"]
            for task in Task:
                spreads = spread(row for row in found if row.task == task)
                if spreads:
                    times = map(number, (spreads.p50, spreads.p95, spreads.mean))
                    cells.append([f"{sections:,}", engine, TASKS[task], *times])
            similar = _only(rows, "similar", sections, engine)
            if times_ms := [row.value for row in similar if row.figure == "ms"]:
                mean = sum(times_ms) / len(times_ms)
                times = map(number, (percentile(times_ms, 0.5), percentile(times_ms, 0.95), mean))
                cells.append([f"{sections:,}", engine, "Similar measures", *times])
    return table(["sections", "", "", "p50", "p95", "mean"], cells)


def _agreements(rows: Sequence[Row]) -> list[str]:
    cells = []
    for sections in _sizes(rows):
        found = _only(rows, "agreement", sections, CLUSTER)
        for task in Task:
            of_task = [row for row in found if row.task == task]
            asked, same = (_value(of_task, "all", figure) for figure in ("asked", "same"))
            if asked is not None and same is not None:
                cells.append([f"{sections:,}", TASKS[task], f"{same:.0f} of {asked:.0f}"])
    return table(["sections", "totals, facets, and the best ten in order", ""], cells)


def _throughputs(rows: Sequence[Row]) -> list[str]:
    cells = []
    for sections in _sizes(rows):
        for engine in ENGINES:
            for row in _only(rows, "throughput", sections, engine):
                cells.append([f"{sections:,}", engine, TASKS[Task(row.task)], number(row.value)])
    return table(["sections", "", "", "queries/s"], cells)


if __name__ == "__main__":
    main()
