"""Times the main job on a generated county: indexing, and queries in processes of their own.

``python bench/run.py`` prints one line a figure, with counts beside times, and ends with status 1
when a target is missed. The county is 20 townships x 10 years (about 2,800 sections).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RUNS = 7
INDEX_TARGET_S = 20.0
QUERY_TARGET_S = 0.6
QUERIES = (
    '"枫桥经验"',
    "枫桥经验 2024",
    "法治 建设",
    "矛盾纠纷多元化解机制",
    "为什么行政执法人员要持证上岗",
    "调解 /s 网格员",
)


def lawsearch(*arguments: str | Path) -> tuple[float, str]:
    """(seconds, standard output) of a lawsearch process."""
    command = [sys.executable, "-m", "lawsearch", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    seconds = time.perf_counter() - started
    if done.returncode == 2:
        sys.exit(done.stderr)
    return seconds, done.stdout


def measure(folder: Path) -> Iterator[tuple[str, float, float, str]]:
    """(what, seconds, target in seconds, counts) for each figure."""
    from bench.generate import generate_reports, write_reports

    reports, index = folder / "reports", folder / "index"
    count = write_reports(generate_reports(1, 20, range(2015, 2025), 7), reports)
    seconds, _ = lawsearch("index", reports, "--index-dir", index)
    status = json.loads(lawsearch("status", "--json", "--index-dir", index)[1])
    sections = f"{count} reports, {status['sections']} sections, {status['bytes'] / 1e6:.1f} MB"
    yield "index", seconds, INDEX_TARGET_S, sections
    seconds, _ = lawsearch("index", reports, "--index-dir", index)
    yield "index again, nothing changed", seconds, INDEX_TARGET_S, f"{count} files"
    for query in QUERIES:
        flags = ("query", query, "--index-dir", index)
        times = sorted(lawsearch(*flags)[0] for _ in range(RUNS))
        found = json.loads(lawsearch(*flags, "--json")[1])
        counts = f"{found['total_sections']} sections, {found['mode']}"
        spread = f"{counts}; {times[0]:.2f} to {times[-1]:.2f}"
        yield f"cold query {query}", statistics.median(times), QUERY_TARGET_S, spread


def main() -> int:
    """Print the figures; 1 when a target is missed."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for what, seconds, target, counts in measure(Path(folder)):
            missed += seconds > target
            mark = "MISSED" if seconds > target else "ok"
            print(f"{what}: {seconds:.2f} s (target {target:g} s, {mark}; {counts})", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
