"""What `similar` and `copies` cost, at three sizes, beside scikit-learn and Whoosh.

``python -m bench.comparing`` takes a county and half a minute; ``--size province`` measures 2,500,
30,000 and 180,000 sections. Writes raw.csv and summary.md under bench/runs/DATE-SIZE-comparing/.
Corpora and indexes are those of bench.run; ``--only similar,copies`` keeps the rest of the day's
run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import finding, likeness, shingling
from bench.building import Built, build
from bench.corpus import COUNTIES, make_corpus
from bench.figures import Row, percentile, read_rows, write_rows
from bench.likeness import ASKED, SKLEARN, WARM_UP, WHOOSH
from bench.peers import OURS
from bench.run import JOBS, ROOT, count_sections, names_in, processor
from bench.summary import number, table

SIZES = {
    "county": (1,),
    "city": (1, 8),
    "region": (1, 12),
    "province": (1, 12, 75),
    "million": (1, 12, 75, 408),
}
"""Counties that are measured, by size."""
PEERS = (OURS, SKLEARN, WHOOSH)


@dataclass(frozen=True)
class Part:
    """The first so many counties of a corpus."""

    parsed: tuple[Path, ...]
    folder: Path

    @cached_property
    def sections(self) -> int:
        """How many there are."""
        return count_sections(self.parsed)

    def built(self, engine: str) -> Built:
        """The index of an engine, built where it is not."""
        return build(engine, self.parsed, self.sections, self.folder / engine, JOBS)

    @cached_property
    def asked(self) -> Path:
        """The file of measures that are asked."""
        file = self.folder / "measures.jsonl"
        found = likeness.draw_measures(self.parsed, max(ASKED.values()) + WARM_UP)
        lines = (json.dumps(each._asdict(), ensure_ascii=False) + "\n" for each in found)
        self.folder.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), "utf-8")
        return file


def main() -> None:
    """Measure and write."""
    arguments = parse_arguments()
    parts = prepare(arguments)
    kept = read_rows(arguments.out / "raw.csv")
    rows = [row for row in kept if row.measure not in arguments.only]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        for part in parts:
            print(f"{name}, {part.sections:,} sections …", flush=True)
            rows += MEASURES[name](part, arguments.peers)
            write_rows(rows, arguments.out / "raw.csv")
    page = "\n".join(summarise(rows, arguments.size)) + "\n"
    (arguments.out / "summary.md").write_text(page, "utf-8")
    print(page)


def parse_arguments() -> argparse.Namespace:
    """The command line's values, completed."""
    parser = argparse.ArgumentParser(description="Measure similar and copies.")
    parser.add_argument("--size", choices=SIZES, default="county")
    parser.add_argument("--only", type=names_in(MEASURES), default=[*MEASURES])
    parser.add_argument("--peers", type=names_in(dict.fromkeys(PEERS)), default=[*PEERS])
    parser.add_argument("--cache", type=Path, help="where corpora and indexes are kept")
    parser.add_argument("--out", type=Path, help="bench/runs/DATE-SIZE-comparing unless given")
    arguments = parser.parse_args()
    name = f"{dt.date.today().isoformat()}-{arguments.size}-comparing"
    arguments.cache = arguments.cache or Path(tempfile.gettempdir()) / "lawsearch-bench"
    arguments.out = arguments.out or ROOT / "bench" / "runs" / name
    arguments.peers = [peer for peer in arguments.peers if likeness.is_there(peer)]
    return arguments


def prepare(arguments: argparse.Namespace) -> list[Part]:
    """The sizes to measure, smallest first."""
    folder = arguments.cache / arguments.size
    parsed = make_corpus(folder, COUNTIES[arguments.size], JOBS).parsed()
    return [
        Part(tuple(parsed[:counties]), folder / "indexes" / str(counties))
        for counties in SIZES[arguments.size]
    ]


# What is measured, by name


def measure_indexing(part: Part, _peers: Sequence[str]) -> Iterator[Row]:
    """Rows of the build with two processes."""
    built = part.built(OURS)
    row = ("indexing", part.sections, OURS, f"{built.jobs} processes", "all")
    yield Row(*row, "seconds", built.seconds)
    yield Row(*row, "peak_mb", built.peak_rss / 1e6)


def measure_shingling(part: Part, _peers: Sequence[str]) -> Iterator[Row]:
    """Rows of a build alone, taken apart."""
    with tempfile.TemporaryDirectory() as folder:
        yield from shingling.measure(part.parsed, Path(folder), part.sections)


def measure_disk(part: Part, _peers: Sequence[str]) -> Iterator[Row]:
    """Rows of what is stored."""
    part.built(OURS)
    yield from shingling.weigh(part.folder / OURS, part.sections)


def measure_similar(part: Part, peers: Sequence[str]) -> Iterator[Row]:
    """Rows of the answers of each peer."""
    for peer in peers:
        if peer != SKLEARN:
            part.built(peer)
        yield from likeness.measure(
            peer, part.folder / peer, part.parsed, part.asked, part.sections
        )


def measure_copies(part: Part, _peers: Sequence[str]) -> Iterator[Row]:
    """Rows of looking for copies in everything."""
    part.built(OURS)
    found = finding.find(OURS, part.folder / OURS, part.parsed)
    row = ("copies", part.sections, OURS, "", "all")
    yield Row(*row, "seconds", found.seconds)
    yield Row(*row, "peak_mb", found.peak_rss / 1e6)
    yield Row(*row, "private_mb", found.peak_private / 1e6)
    yield Row(*row, "looked_at", found.looked_at)
    yield Row(*row, "groups", len(found.groups))
    yield Row(*row, "pairs", sum(len(group.members) for group in found.groups))


MEASURES: dict[str, Callable[[Part, Sequence[str]], Iterator[Row]]] = {
    "indexing": measure_indexing,
    "shingling": measure_shingling,
    "disk": measure_disk,
    "similar": measure_similar,
    "copies": measure_copies,
}


# The page


def summarise(rows: Sequence[Row], size: str) -> Iterator[str]:
    """The page's lines: one table, a column for each size."""
    sizes = sorted({row.sections for row in rows})
    yield f"# similar and copies, {dt.date.today().isoformat()}, {size}"
    yield ""
    yield f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}."
    yield f"Measures asked: {', '.join(f'{count} of {name}' for name, count in ASKED.items())}."
    yield ""
    lines = [line for line in cells(rows, sizes) if set(line[1:]) != {number(None)}]
    yield from table(["sections", *(f"{size:,}" for size in sizes)], lines)


def cells(rows: Sequence[Row], sizes: Sequence[int]) -> Iterator[list[str]]:
    """The table's lines, those that nothing is known of too."""
    for peer in PEERS:
        for label, share in (("p50", 0.5), ("p95", 0.95)):
            took = [values(rows, size, "similar", peer, "ms") for size in sizes]
            spread = [percentile(found, share) if found else None for found in took]
            yield [f"similar, {peer}: {label}, ms", *map(number, spread)]
        for label, case, figure in (
            ("ready after, s", "open", "seconds"),
            ("memory, MB", "answering", "private_mb"),
        ):
            found = [value(rows, size, "similar", peer, figure, case) for size in sizes]
            yield [f"similar, {peer}: {label}", *map(number, found)]
    for label, measure, figure, case in OUR_LINES:
        found = [value(rows, size, measure, OURS, figure, case) for size in sizes]
        yield [label, *map(number, found)]


OUR_LINES = (
    ("copies: seconds", "copies", "seconds", "all"),
    ("copies: peak memory, MB", "copies", "peak_mb", "all"),
    ("copies: of these its own", "copies", "private_mb", "all"),
    ("copies: pairs looked at", "copies", "looked_at", "all"),
    ("copies: pairs in groups", "copies", "pairs", "all"),
    ("copies: groups", "copies", "groups", "all"),
    ("indexing, 2 processes: seconds", "indexing", "seconds", "all"),
    ("indexing, 1 process: seconds", "shingling", "seconds", "all"),
    *(
        (f"of these {case}", "shingling", "seconds", case)
        for case in (
            "shingles of new segments",
            "common form of new segments",
            "shingles of merged segments",
            "common form of merged segments",
        )
    ),
    ("on disk, MB", "disk", "megabytes", "all"),
    ("of these shingles", "disk", "megabytes", "shingles"),
    ("of these common form", "disk", "megabytes", "common form"),
)


def values(
    rows: Sequence[Row], sections: int, measure: str, engine: str, figure: str
) -> list[float]:
    """All values of a figure at a size."""
    wanted = sections, measure, engine, figure
    return [r.value for r in rows if (r.sections, r.measure, r.engine, r.figure) == wanted]


def value(
    rows: Sequence[Row], sections: int, measure: str, engine: str, figure: str, case: str
) -> float | None:
    """A figure's one value at a size; None where it was not measured."""
    of_case = [row for row in rows if row.case == case]
    found = values(of_case, sections, measure, engine, figure)
    return found[0] if found else None


if __name__ == "__main__":
    main()
