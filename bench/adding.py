"""Adding one report to an index, until a process that starts then finds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Row
from bench.generate import generate_reports
from bench.peers import OURS
from bench.worker import ROOT, environment

RUNS = 5
MARK = "糯稗榫卯"  # what no other report holds
NUMBERS = "甲乙丙丁戊己庚辛壬癸子丑"  # one for each report


def measure(folder: Path, scratch: Path, sections: int) -> Iterator[Row]:
    """Rows of milliseconds: the commit alone, the command, and until a query finds the report."""
    copy = scratch / "adding"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    reports = generate_reports(1, 2 * (RUNS + 1), [2031], 99)
    files = [write_report(report.text, number, scratch) for number, report in enumerate(reports)]
    row = ("adding", sections, OURS, "one report")
    for number, (first, second) in enumerate(zip(files[::2], files[1::2], strict=True)):
        committed = float(run("bench.adding", str(copy), str(first)))
        started = time.perf_counter()
        run("lawsearch", "index", str(second), "--index-dir", str(copy))
        indexed = time.perf_counter()
        mark = f'"{MARK}{NUMBERS[2 * number + 1]}"'
        run("lawsearch", "query", mark, "--index-dir", str(copy), "--json")
        found = time.perf_counter()
        if number:  # the first of each warms up
            yield Row(*row, f"{number}", "commit_ms", committed)
            yield Row(*row, f"{number}", "command_ms", (indexed - started) * 1000)
            yield Row(*row, f"{number}", "until_found_ms", (found - started) * 1000)
    shutil.rmtree(copy)


def write_report(text: str, number: int, folder: Path) -> Path:
    """A file with the text and a mark of its own."""
    file = folder / f"added-{number}.txt"
    file.write_text(f"{text}{MARK}{NUMBERS[number]}。\n", "utf-8")
    return file


def run(module: str, *arguments: str) -> str:
    """What a module prints that runs as a process; CalledProcessError unless it ends well."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, check=True, capture_output=True, encoding="utf-8", env=environment(), cwd=ROOT
    )
    return done.stdout


def main() -> None:
    """Add FILE to the index in FOLDER; print the milliseconds, without those of importing."""
    from index.whoosh_writer import WhooshWriter
    from indexer.build import build_index
    from indexer.prepare import Settings

    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    started = time.perf_counter()
    writer = WhooshWriter(folder)
    build_index([file], writer, settings=Settings())
    writer.close()
    print((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    main()
