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


def measure(folder: Path, scratch: Path, sections: int) -> Iterator[Row]:
    """Rows of milliseconds: a commit alone, and the command until a query finds the report."""
    copy = scratch / "adding"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    texts = [r.text for r in generate_reports(1, RUNS + 1, [2031], 99)]
    for number, text in enumerate(texts):
        mark = f"{MARK}{'甲乙丙丁戊己'[number]}"
        file = scratch / f"added-{number}.txt"
        file.write_text(f"{text}{mark}。\n", "utf-8")
        started = time.perf_counter()
        run("lawsearch", "index", str(file), "--index-dir", str(copy))
        indexed = time.perf_counter()
        run("lawsearch", "query", f'"{mark}"', "--index-dir", str(copy), "--json")
        found = time.perf_counter()
        if number:
            row = ("adding", sections, OURS, "one report", mark)
            yield Row(*row, "command_ms", (indexed - started) * 1000)
            yield Row(*row, "until_found_ms", (found - started) * 1000)
    shutil.rmtree(copy)


def run(module: str, *arguments: str) -> None:
    """Run a module as a process. Raises CalledProcessError unless it ends well."""
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment(), cwd=ROOT)
