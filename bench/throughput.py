"""Queries a second: two processes of one engine at once, each with a core to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.figures import Row
from bench.peers import load_peer
from bench.peers.base import Query, Task
from bench.worker import Worker

SECONDS = 5.0
PROCESSES = 2


def measure(
    folders: Mapping[str, Path],
    queries: Mapping[str, Sequence[Query]],
    sections: int,
    seconds: float = SECONDS,
) -> Iterator[Row]:
    """Rows of queries a second, all processes together."""
    rows = [asdict(query) for query in queries["mixed"]]
    for engine, folder in folders.items():
        workers = [Worker(engine, folder) for _ in range(PROCESSES)]
        for task in (Task.AND, Task.FACETS):
            if task not in load_peer(engine).tasks:
                continue
            for lasting in (seconds / 5, seconds):  # the first warms up
                for number, worker in enumerate(workers):
                    half = len(rows) // PROCESSES * number  # they are not at the same query
                    order = rows[half:] + rows[:half]
                    worker.send({"spin": order, "task": task, "seconds": lasting})
                found = [worker.receive() for worker in workers]
            rate = sum(answer["count"] / answer["seconds"] for answer in found)
            yield Row("throughput", sections, engine, task, "mixed", "queries_per_s", rate)
        for worker in workers:
            worker.close()
