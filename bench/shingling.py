"""A process that builds our index alone and times what of it `similar` and `copies` need.

``python -m bench.shingling FOLDER PARSED…`` prints an object: the seconds of the whole, of taking
apart what was read (`prepare`), of the shingles of new segments, and of merged ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Row
from bench.peers import OURS, load_peer
from bench.worker import ROOT, environment
from index.segments.format import read_segment

KEPT = {
    "shingles": ("shingle.hash", "shingle.step", "section.shingle"),
    "common form": ("common.hash", "common.reports", "common.townships", "common.counties"),
}


def measure(parsed: Sequence[Path], folder: Path, sections: int) -> Iterator[Row]:
    """Rows of the seconds of building with one process, and of those for shingles."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.shingling", str(folder), *map(str, parsed)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        check=True,
    )
    for case, seconds in json.loads(run.stdout).items():
        yield Row("shingling", sections, OURS, "1 process", case, "seconds", seconds)


def weigh(folder: Path, sections: int) -> Iterator[Row]:
    """Rows of the bytes of an index: all, its shingles, what of them is common form."""
    segments = [read_segment(file.read_bytes())[1] for file in sorted(folder.glob("*.seg"))]
    for case, names in KEPT.items():
        size = sum(arrays[name].nbytes for arrays in segments for name in names)
        yield Row("disk", sections, OURS, "", case, "megabytes", size / 1e6)
    size = sum(array.nbytes for arrays in segments for array in arrays.values())
    yield Row("disk", sections, OURS, "", "all", "megabytes", size / 1e6)


def main() -> None:
    """Build, and print."""
    from index.segments import build, merge

    folder, *parsed = sys.argv[1:]
    taken: defaultdict[str, float] = defaultdict(float)
    for module, name, label in (
        (build, "shingle_columns", "shingles of new segments"),
        (build, "count_common", "common form of new segments"),
        (merge, "count_common", "common form of merged segments"),
        (merge._Merge, "_merge_shingles", "shingles of merged segments"),
    ):
        setattr(module, name, timed(getattr(module, name), taken, label))
    started = time.perf_counter()
    load_peer(OURS).build(list(map(Path, parsed)), Path(folder), 1)
    taken["all"] = time.perf_counter() - started
    taken["shingles of merged segments"] -= taken["common form of merged segments"]
    print(json.dumps(taken))


def timed(work: Callable[..., Any], taken: dict[str, float], label: str) -> Callable[..., Any]:
    """The same work, its seconds counted."""

    def measured(*arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return work(*arguments)
        finally:
            taken[label] += time.perf_counter() - started

    return measured


if __name__ == "__main__":
    main()
