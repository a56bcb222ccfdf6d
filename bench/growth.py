"""Growth: the same queries on smaller and larger parts of the corpus, latency beside hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.figures import Row
from bench.peers.base import Query, Task
from bench.worker import Worker

ROUNDS = 5
ENGINES = ("lawsearch", "tantivy", "fts5")


def measure(
    folders: Mapping[tuple[str, int], Path], queries: Sequence[Query], task: Task = Task.FACETS
) -> Iterator[Row]:
    """Rows of milliseconds and of sections found; folders are by (engine, sections)."""
    workers = {key: Worker(key[0], folder) for key, folder in folders.items()}
    for number in range(ROUNDS + 1):
        for place, query in enumerate(queries):
            for (engine, sections), worker in workers.items():
                answer = worker.search(query, task, after=queries[place - 1])
                row = ("growth", sections, engine, task, str(query))
                if not number:
                    yield Row(*row, "sections", answer["total"])
                else:
                    yield Row(*row, "ms", answer["ns"] / 1e6)
    for worker in workers.values():
        worker.close()
