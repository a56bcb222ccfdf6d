"""Measures the web page: under load beside Datasette over FTS5, and while reports are added.

``python -m bench.serving`` takes a county and some minutes; ``--size province`` is what counts.
Writes raw.csv and summary.md under bench/runs/DATE-SIZE-serving/. Needs wrk, which Debian has.
Corpora and indexes are those of bench.run; ``--only load,start`` keeps the rest of the day's run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
import platform
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import committing, loading, mixture
from bench.building import build
from bench.corpus import COUNTIES, make_corpus
from bench.figures import Row, read_rows, write_rows
from bench.hosting import Client, Hosted, free_port, ours
from bench.loading import Load, load, visit
from bench.peers import OURS, load_peer
from bench.peers import datasette_tables as tables
from bench.peers.base import Query
from bench.queries import load_queries
from bench.run import JOBS, ROOT, count_sections, names_in, processor
from bench.serving_page import CREW, WORKERS, write_page

CLIENTS = 32
SECONDS = 60.0
WARM_UP_SECONDS = 5.0
STARTS = 7
FIRST_BYTES = 200
WHOLE, SEARCHES = "mixed", "search pages"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run has at hand."""

    sections: int
    queries: tuple[Query, ...]
    reports: tuple[str, ...]
    index_dir: Path
    tables: Path | None  # Datasette's folder, where it is installed
    scratch: Path
    seconds: float
    clients: int

    def addresses(self, engine: str, kind: str) -> list[str]:
        """What is asked of an engine."""
        makers = mixture.DATASETTE if engine == tables.NAME else mixture.OURS
        kinds = tuple(mixture.SHARES) if kind == WHOLE else ("search",)
        return mixture.mix(self.queries, self.reports, makers, kinds)

    def host(self, engine: str, index_dir: Path | None = None) -> Hosted:
        """A server that runs."""
        port = free_port()
        log = self.scratch / f"{engine}.log"
        first = self.addresses(engine, SEARCHES)[0]
        if engine != tables.NAME:
            workers = WORKERS if engine == CREW else 1
            return Hosted(ours(index_dir or self.index_dir, port, workers), port, first, log)
        assert self.tables is not None
        return Hosted(tables.command(self.tables, port), port, first, log)


def main() -> None:
    """Measure and write."""
    arguments = parse_arguments()
    bench = prepare(arguments)
    kept = read_rows(arguments.out / "raw.csv")
    rows = [row for row in kept if row.measure not in arguments.only]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        print(f"{name} …", flush=True)
        rows += MEASURES[name](bench)
        write_rows(rows, arguments.out / "raw.csv")
    title = f"{dt.date.today().isoformat()}, {arguments.size}"
    page = write_page(rows, title, [*describe(bench)])
    (arguments.out / "summary.md").write_text(page, "utf-8")
    print(page)


def parse_arguments() -> argparse.Namespace:
    """The command line's values, completed."""
    parser = argparse.ArgumentParser(description="Measure the web page under load.")
    parser.add_argument("--size", choices=COUNTIES, default="county")
    parser.add_argument("--only", type=names_in(MEASURES), default=[*MEASURES])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--cache", type=Path, help="where corpora and indexes are kept")
    parser.add_argument("--out", type=Path, help="bench/runs/DATE-SIZE-serving unless given")
    arguments = parser.parse_args()
    name = f"{dt.date.today().isoformat()}-{arguments.size}-serving"
    arguments.cache = arguments.cache or Path(tempfile.gettempdir()) / "lawsearch-bench"
    arguments.out = arguments.out or ROOT / "bench" / "runs" / name
    return arguments


def prepare(arguments: argparse.Namespace) -> Bench:
    """The corpus, its queries, our index and Datasette's database."""
    loading.version()  # without wrk nothing is built in vain
    folder = arguments.cache / arguments.size
    parsed = make_corpus(folder, COUNTIES[arguments.size], JOBS).parsed()
    sections = count_sections(parsed)
    indexes = folder / "indexes" / str(len(parsed))
    build(OURS, parsed, sections, indexes / OURS, JOBS)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    drawn = load_queries(folder / "queries.json", parsed, JOBS)
    return Bench(
        sections=sections,
        queries=(*drawn["mixed"], *drawn["phrases"]),
        reports=tuple(mixture.draw_reports(parsed)),
        index_dir=indexes / OURS,
        tables=prepare_tables(parsed, indexes / tables.NAME),
        scratch=scratch,
        seconds=arguments.seconds,
        clients=arguments.clients,
    )


def prepare_tables(parsed: Sequence[Path], folder: Path) -> Path | None:
    """Datasette's folder; None, and why, where it is not installed."""
    try:
        tables.version()
    except ImportError as error:
        print(f"Without Datasette: {error}", flush=True)
        return None
    tables.build(parsed, folder, JOBS)
    return folder


def describe(bench: Bench) -> Iterator[str]:
    """What is measured on what."""
    shares = ", ".join(f"{share} {kind}" for kind, share in mixture.SHARES.items())
    versions = [load_peer(OURS).version(), loading.version()]
    yield f"corpus: {bench.sections:,} sections, generated"
    yield f"load: {bench.clients} connections for {bench.seconds:g} s over loopback, one at a time"
    yield f"mixed: of 20 requests {shares}; search pages: nothing else"
    if bench.tables is not None:
        versions.append(tables.version())
        yield "Datasette has no suggestions and is asked the other 18; it ranks nothing"
        yield "Datasette answers in one process with threads; ours in one, or in one a core"
    yield f"programs: {'; '.join(versions)}"
    yield (
        f"machine: {processor()}, {os.cpu_count()} cores, the load generator on them too; "
        f"Python {platform.python_version()}"
    )


# What is measured, by name


def measure_load(bench: Bench) -> Iterator[Row]:
    """Rows of each engine under each mixture; each address has been asked once before."""
    engines = [CREW, OURS] if bench.tables is None else [CREW, OURS, tables.NAME]
    for engine in engines:
        for kind in (WHOLE, SEARCHES):
            addresses = bench.addresses(engine, kind)
            with bench.host(engine) as server:
                visit(server.port, addresses)
                load(server.port, addresses, bench.clients, WARM_UP_SECONDS)
                began = len(server.memory.megabytes)
                found = load(server.port, addresses, bench.clients, bench.seconds)
                memory = server.memory.megabytes[began:]
                row = ("load", bench.sections, engine, kind)
                yield from load_rows(row, found, server.failures())
                yield from memory_rows(row, memory)


RowHead = tuple[str, int, str, str]


def load_rows(row: RowHead, found: Load, failures: int) -> Iterator[Row]:
    """Rows of what wrk saw and of what the server's log says."""
    yield Row(*row, "all", "requests", found.requests)
    yield Row(*row, "all", "errors", found.errors + failures)
    yield Row(*row, "all", "requests_per_s", found.per_second)
    yield Row(*row, "all", "kilobytes", found.bytes / found.requests / 1000)
    for figure in ("p50_ms", "p95_ms", "p99_ms", "max_ms"):
        yield Row(*row, "all", figure, getattr(found, figure))


def memory_rows(row: RowHead, megabytes: Sequence[float]) -> Iterator[Row]:
    """Rows of resident memory, a second each: its place in the load is the case."""
    for second, value in enumerate(megabytes):
        yield Row(*row, str(second), "rss_mb", value)


def measure_adding(bench: Bench) -> Iterator[Row]:
    """Rows of the same load while reports are added to a copy of the index."""
    copy, addresses = bench.scratch / "serving", bench.addresses(OURS, WHOLE)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bench.index_dir, copy)
    writer = committing.Writer(copy, bench.scratch / "serving-reports")
    writer.begin()
    with bench.host(CREW, copy) as server:
        visit(server.port, addresses)
        began = len(server.memory.megabytes)
        loads: list[Load] = []
        loader = threading.Thread(
            target=lambda: loads.append(load(server.port, addresses, bench.clients, bench.seconds))
        )
        loader.start()
        judged = committing.watch(server.port, writer, lambda: not loader.is_alive())
        loader.join()
        memory = server.memory.megabytes[began:]
        failures = server.failures()
    shutil.rmtree(copy)
    row = ("adding", bench.sections, CREW, WHOLE)
    yield from load_rows(row, loads[0], failures)
    yield from memory_rows(row, memory)
    yield Row(*row, "all", "commits", judged.commits)
    yield Row(*row, "all", "answers_checked", judged.answers)
    yield Row(*row, "all", "answers_wrong", len(judged.wrong))
    for number, value in enumerate(writer.took_seconds):
        yield Row(*row, str(number), "index_s", value)
    for number, value in enumerate(judged.fresh_ms):
        yield Row(*row, str(number), "fresh_ms", value)
    for said in judged.wrong[:20]:
        print(f"  wrong: {said}", flush=True)


def measure_start(bench: Bench) -> Iterator[Row]:
    """Rows of the time from starting the command to the end of its first search page."""
    engines = [OURS] if bench.tables is None else [OURS, tables.NAME]
    for number in range(STARTS + 1):
        for engine in engines:
            with bench.host(engine) as server:
                if number:  # the first compiles and fills the system's caches
                    took = server.ready_seconds
                    yield Row("start", bench.sections, engine, "", str(number), "seconds", took)


def measure_first_byte(bench: Bench) -> Iterator[Row]:
    """Rows of one client's search pages, warm: until the first byte, and until the last."""
    engines = [OURS] if bench.tables is None else [OURS, tables.NAME]
    for engine in engines:
        addresses = bench.addresses(engine, SEARCHES)[:FIRST_BYTES]
        with bench.host(engine) as server:
            visit(server.port, addresses)
            client = Client(server.port)
            for number, address in enumerate(addresses):
                started = time.perf_counter()
                answer = client.get(address)
                whole = (time.perf_counter() - started) * 1000
                row = ("first_byte", bench.sections, engine, SEARCHES, str(number))
                yield Row(*row, "first_byte_ms", answer.first_byte_ms)
                yield Row(*row, "whole_ms", whole)
            client.close()


LINKED = re.compile(rb'(?:href|src)="(/(?:static|-/static)[^"]+)"')


def measure_weight(bench: Bench) -> Iterator[Row]:
    """Rows of the bytes that a browser fetches for a page: it, its styles and its scripts."""
    by_kind = {
        kind: mixture.mix(bench.queries, bench.reports, mixture.OURS, (kind,))
        for kind in ("search", "report")
    }
    pages = {"home": ["/"], "status": ["/status"], "browse": ["/browse"], **by_kind}
    with bench.host(OURS) as server:
        client = Client(server.port)
        for kind, addresses in pages.items():
            for number, address in enumerate(addresses[:20]):
                page, files = weigh(client, address)
                row = ("weight", bench.sections, OURS, kind, str(number))
                yield Row(*row, "page_kb", page / 1000)
                yield Row(*row, "all_kb", (page + files) / 1000)
        client.close()


def weigh(client: Client, address: str) -> tuple[int, int]:
    """(bytes of the page, of its files) as they are sent, compressed."""
    page = client.get(address)
    is_packed = page.headers.get("Content-Encoding") == "gzip"
    text = gzip.decompress(page.body) if is_packed else page.body
    files = {match.decode() for match in LINKED.findall(text)}
    return len(page.body), sum(len(client.get(file).body) for file in files)


MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "load": measure_load,
    "adding": measure_adding,
    "start": measure_start,
    "first_byte": measure_first_byte,
    "weight": measure_weight,
}


if __name__ == "__main__":
    main()
