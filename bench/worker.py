"""A process that holds one engine open and answers what it is asked, timing itself.

``python -m bench.worker ENGINE FOLDER``: a JSON object a line in, one out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.peers import load_peer
from bench.peers.base import Found, Query, Task
from bench.queries import make_query

ROOT = Path(__file__).resolve().parent.parent
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
"""Settings of a machine's owner for other programs; they slow numpy, or each start."""
BYTECODE = Path(tempfile.gettempdir()) / "lawsearch-bench-bytecode"


def environment() -> dict[str, str]:
    """The environment of every measured process.

    Bytecode is kept, as it is where a program was installed: without it each start compiles anew.
    """
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    kept["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


class Worker:
    """An engine in a process of its own."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", engine, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            cwd=ROOT,
        )
        self.opened_ns: int = self.receive()["ns"]

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def search(self, query: Query, task: Task, *, after: Query | None = None) -> dict[str, Any]:
        """ns, total, hits (ids) and, for facets, years and places.

        after is answered first and not timed: the processor has been at other engines' work.
        """
        before = None if after is None else asdict(after)
        self.send({"query": asdict(query), "task": task, "after": before})
        return self.receive()

    def send(self, asked: dict[str, Any]) -> None:
        """Ask without waiting."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked, ensure_ascii=False) + "\n")
        self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.engine} ended; see its message above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Open the engine and answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    started = time.perf_counter_ns()
    peer = load_peer(sys.argv[1])(Path(sys.argv[2]))
    print(json.dumps({"ns": time.perf_counter_ns() - started}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = spin(peer, asked) if "spin" in asked else answer_one(peer, asked)
        print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)
    peer.close()


def answer_one(peer: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to a query, and the nanoseconds that it took."""
    query, task = make_query(asked["query"]), Task(asked["task"])
    if asked["after"] is not None:
        peer.search(make_query(asked["after"]), task)
    started = time.perf_counter_ns()
    found: Found = peer.search(query, task)
    took = time.perf_counter_ns() - started - getattr(peer, "outside_ns", 0)
    return {
        "ns": took,
        "total": found.total,
        "hits": [hit.id for hit in found.hits],
        "years": found.years,
        "places": found.places,
    }


def spin(peer: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """How many of the queries, again and again, were answered in the seconds asked for."""
    queries = [make_query(row) for row in asked["spin"]]
    task = Task(asked["task"])
    count = 0
    started = time.perf_counter()
    until = started + asked["seconds"]
    while time.perf_counter() < until:
        peer.search(queries[count % len(queries)], task)
        count += 1
    return {"count": count, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    main()
