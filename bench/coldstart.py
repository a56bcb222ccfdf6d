"""A query in a process of its own, from nothing to the printed answer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Row
from bench.peers import OURS
from bench.worker import ROOT, environment

WORDS, YEAR = "枫桥经验", "2024"
RUNS = 7
SCRIPTS = {
    "whoosh": "whoosh_jieba.py",
    "fts5": "fts5_rjieba.py",
    "tantivy": "tantivy_rjieba.py",
}


def commands(folders: Mapping[str, Path]) -> dict[tuple[str, str], list[str]]:
    """The command lines by (engine, form)."""
    found: dict[tuple[str, str], list[str]] = {}
    if OURS in folders:
        ours = [sys.executable, "-m", "lawsearch", "query", WORDS, YEAR, "--index-dir"]
        ours.append(str(folders[OURS]))
        found = {(OURS, "terminal"): ours, (OURS, "json"): [*ours, "--json"]}
    for engine, script in SCRIPTS.items():
        if engine in folders:
            file = str(ROOT / "bench" / "cold" / script)
            command = [sys.executable, file, str(folders[engine]), WORDS, YEAR]
            found[engine, "script"] = command
    return found


def measure(folders: Mapping[str, Path], sections: int) -> Iterator[Row]:
    """Rows of milliseconds, interleaved; the first run of each is not counted."""
    for number in range(RUNS + 1):
        for (engine, form), command in commands(folders).items():
            started = time.perf_counter()
            done = subprocess.run(command, capture_output=True, env=environment(), cwd=ROOT)
            took = (time.perf_counter() - started) * 1000
            if done.returncode or not done.stdout:
                raise RuntimeError(f"{command}: {done.stderr.decode('utf-8', 'replace')}")
            if number:
                yield Row("cold", sections, engine, form, f"{WORDS} {YEAR}", "ms", took)
    yield Row("cold", sections, "python", "pass", "-c pass", "ms", bare_start_ms())


def bare_start_ms() -> float:
    """What starting Python and nothing else takes, at best."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True, env=environment())
        best = min(best, time.perf_counter() - started)
    return best * 1000
