"""Measures lawsearch beside its peers and writes bench/runs/DATE-SIZE/.

``python -m bench.run`` takes a county and a few minutes; ``--size province`` the whole. Corpora and
indexes are kept under ``--cache`` and used again; ``--rebuild ENGINE`` makes an index anew, and
``--only latency,cold`` measures again only that and keeps the rest of the day's run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # also when run as a script

from bench import adding, coldstart, counts, growth, latency, parsing, throughput  # noqa: E402
from bench.building import Built, build  # noqa: E402
from bench.corpus import COUNTIES, TOWNSHIPS, YEARS, Corpus, in_order, load_sections, make_corpus  # noqa: E402
from bench.figures import Row, read_rows, write_rows  # noqa: E402
from bench.peers import OURS, PEERS, load_peer  # noqa: E402
from bench.peers.base import Query  # noqa: E402
from bench.plots import plot_growth, plot_latency  # noqa: E402
from bench.queries import load_queries  # noqa: E402
from bench.summary import write_summary  # noqa: E402
from bench.targets import SECTIONS, Run, judge  # noqa: E402

JOBS = 2
GROWTH = ("county", "city", "region", "province", "million")


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run has at hand."""

    corpus: Corpus
    parsed: tuple[Path, ...]
    lengths: tuple[int, ...]  # characters of each section
    queries: dict[str, list[Query]]
    engines: tuple[str, ...]
    indexes: Path
    scratch: Path

    @property
    def sections(self) -> int:
        """How many there are."""
        return len(self.lengths)

    def built(self, counties: int | None = None, engines: Sequence[str] = ()) -> list[Built]:
        """The indexes of (the first) counties, built where they are not."""
        parsed = self.parsed[:counties]
        sections = self.sections if len(parsed) == len(self.parsed) else count_sections(parsed)
        folder = self.indexes / str(len(parsed))
        return [
            build(engine, parsed, sections, folder / engine, JOBS)
            for engine in engines or self.engines
        ]

    def folders(self) -> dict[str, Path]:
        """The index folder of each engine."""
        return {b.engine: self.indexes / str(len(self.parsed)) / b.engine for b in self.built()}


def main() -> int:
    """Measure and write; 1 when a target is missed at the size that it is for."""
    arguments = parse_arguments()
    bench = prepare(arguments)
    kept = read_rows(arguments.out / "raw.csv")
    rows = [row for row in kept if row.measure not in measures_of(arguments.only)]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        print(f"{name} …", flush=True)
        rows += MEASURES[name](bench)
        write_rows(rows, arguments.out / "raw.csv")
    run = Run(rows, bench.sections)
    page = write_summary(run, describe(bench, arguments.size))
    (arguments.out / "summary.md").write_text(page, "utf-8")
    if any(row.measure == "latency" for row in rows):
        (arguments.out / "latency.svg").write_text(plot_latency(run), "utf-8")
    if any(row.measure == "growth" for row in rows):
        (arguments.out / "growth.svg").write_text(plot_growth(run), "utf-8")
    print(page)
    missed = any(str(verdict) == "missed" for verdict in judge(run))
    return 1 if missed and bench.sections >= SECTIONS else 0


def parse_arguments() -> argparse.Namespace:
    """The command line's values, completed."""
    parser = argparse.ArgumentParser(description="Measure lawsearch beside its peers.")
    parser.add_argument("--size", choices=COUNTIES, default="county")
    parser.add_argument("--only", type=names_in(MEASURES), default=[*MEASURES])
    parser.add_argument("--engines", type=names_in(PEERS), default=[*PEERS])
    parser.add_argument("--rebuild", type=names_in(PEERS), default=[])
    parser.add_argument("--cache", type=Path, help="where corpora and indexes are kept")
    parser.add_argument("--out", type=Path, help="bench/runs/DATE-SIZE unless given")
    arguments = parser.parse_args()
    date = dt.date.today().isoformat()
    arguments.cache = arguments.cache or Path(tempfile.gettempdir()) / "lawsearch-bench"
    arguments.out = arguments.out or ROOT / "bench" / "runs" / f"{date}-{arguments.size}"
    return arguments


def names_in(known: Mapping[str, object]) -> Callable[[str], list[str]]:
    """Reads names with commas between."""

    def read(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
        return names

    return read


def prepare(arguments: argparse.Namespace) -> Bench:
    """The corpus, its queries, and the engines that are installed."""
    folder = arguments.cache / arguments.size
    corpus = make_corpus(folder, COUNTIES[arguments.size], JOBS)
    parsed = corpus.parsed()
    lengths = [n for found in in_order(section_lengths, parsed, JOBS) for n in found]
    for engine in arguments.rebuild:
        for figures in (folder / "indexes").glob(f"*/{engine}.json"):
            figures.unlink()
    return Bench(
        corpus=corpus,
        parsed=tuple(parsed),
        lengths=tuple(lengths),
        queries=load_queries(folder / "queries.json", parsed, JOBS),
        engines=tuple(engine for engine in arguments.engines if is_there(engine)),
        indexes=folder / "indexes",
        scratch=folder / "scratch",
    )


def section_lengths(file: Path) -> list[int]:
    """The characters of each section of a county."""
    return [len(section.text) for section in load_sections(file)]


def count_sections(parsed: Sequence[Path]) -> int:
    """The sections of some counties."""
    return sum(len(found) for found in in_order(section_lengths, parsed, JOBS))


def is_there(engine: str) -> bool:
    """Whether an engine can run here; says why not."""
    try:
        load_peer(engine).version()
    except (ImportError, OSError) as error:
        print(f"Without {engine}: {error}", flush=True)
        return False
    return True


# What is measured, by name


def measure_indexing(bench: Bench) -> Iterator[Row]:
    """Rows of the builds."""
    for built in bench.built():
        row = ("indexing", built.sections, built.engine, f"{built.jobs} processes", "all")
        yield Row(*row, "seconds", built.seconds)
        yield Row(*row, "sections_per_s", built.sections / built.seconds)
        yield Row(*row, "megabytes", built.bytes / 1e6)
        yield Row(*row, "peak_mb", built.peak_rss / 1e6)
        yield Row(*row, "peak_private_mb", built.peak_private / 1e6)


def measure_growth(bench: Bench) -> Iterator[Row]:
    """Rows of the smallest corpus's queries on the larger ones."""
    engines = [engine for engine in growth.ENGINES if engine in bench.engines]
    folders = {}
    for counties in [COUNTIES[name] for name in GROWTH]:
        if counties <= len(bench.parsed):
            for built in bench.built(counties, engines):
                folder = bench.indexes / str(counties) / built.engine
                folders[built.engine, built.sections] = folder
    file = bench.corpus.folder / "queries-growth.json"
    queries = load_queries(file, bench.parsed[: COUNTIES[GROWTH[0]]], JOBS)["mixed"]
    yield from growth.measure(folders, queries)


def only_ours(measure: Callable[[Bench, Path], Iterator[Row]]) -> Callable[[Bench], Iterator[Row]]:
    """The measure on our index, and nothing where it is not among the engines."""

    def measured(bench: Bench) -> Iterator[Row]:
        if OURS in bench.engines:
            bench.scratch.mkdir(exist_ok=True)
            yield from measure(bench, bench.folders()[OURS])

    return measured


MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "indexing": measure_indexing,
    "latency": lambda b: latency.measure(b.folders(), b.queries, b.sections),
    "counts": lambda b: counts.measure(b.parsed, b.queries["phrases"], b.sections, JOBS),
    "throughput": lambda b: throughput.measure(b.folders(), b.queries, b.sections),
    "cold": lambda b: coldstart.measure(b.folders(), b.sections),
    "adding": only_ours(lambda b, folder: adding.measure(folder, b.scratch, b.sections)),
    "parsing": only_ours(lambda b, _: parsing.measure(b.corpus.reports, b.scratch, b.sections)),
    "growth": measure_growth,
}


def measures_of(names: Sequence[str]) -> set[str]:
    """The measures of rows that these write."""
    also = {"latency": {"latency", "counts", "memory"}, "counts": {"scan"}}
    return {measure for name in names for measure in also.get(name, {name})}


def describe(bench: Bench, size: str) -> dict[str, str]:
    """What was measured, and on what machine."""
    reports = len(bench.parsed) * TOWNSHIPS * len(YEARS)
    quarter = statistics.quantiles(bench.lengths, n=4)
    return {
        "date": dt.date.today().isoformat(),
        "size": size,
        "corpus": f"{reports:,} reports, {bench.sections:,} sections of "
        f"{quarter[1]:.0f} characters (quartiles {quarter[0]:.0f} and {quarter[2]:.0f}), generated",
        "queries": ", ".join(f"{len(found)} {name}" for name, found in bench.queries.items()),
        "engines": "; ".join(dict.fromkeys(load_peer(e).version() for e in bench.engines)),
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}",
    }


def processor() -> str:
    """The processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    raise SystemExit(main())
