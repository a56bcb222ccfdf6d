"""Latency: every engine answers the same queries, in turn, several times over.

Each engine sits in a process of its own and times itself; one works while the others wait. A round
asks query by query, engine by engine, each round beginning with another engine. The first round
warms up and is not counted, and before each timed query the engine answers the one before it,
untimed: the processor comes from another engine's work. Slow engines take part in fewer rounds.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.building import resident
from bench.figures import Row
from bench.peers import load_peer
from bench.peers.base import Query, Task
from bench.worker import Worker

ROUNDS = 7
SLOW_ROUNDS = 2
SLOW_MS = 20.0  # median of the warm-up


def cases(queries: Mapping[str, Sequence[Query]]) -> list[tuple[Task, Query]]:
    """What is asked: the mixed queries for three tasks, the phrases for theirs."""
    mixed = [(t, q) for t in (Task.AND, Task.FACETS, Task.OR) for q in queries["mixed"]]
    return [*mixed, *((Task.PHRASES, query) for query in queries["phrases"])]


def measure(
    folders: Mapping[str, Path],
    queries: Mapping[str, Sequence[Query]],
    sections: int,
    rounds: int = ROUNDS,
) -> Iterator[Row]:
    """Rows of milliseconds, of sections found, and of memory while answering."""
    workers = {engine: Worker(engine, folder) for engine, folder in folders.items()}
    for engine, worker in workers.items():
        yield Row("latency", sections, engine, "", "open", "open_ms", worker.opened_ns / 1e6)
    asked = cases(queries)
    limits: dict[str, int] = {}
    for engine, worker in workers.items():  # the warm-up
        answers = yield from warm_up(worker, asked, sections)
        slow = statistics.median(a["ns"] for a in answers) / 1e6 > SLOW_MS
        limits[engine] = min(SLOW_ROUNDS, rounds) if slow else rounds
    names = list(workers)
    for number in range(rounds):
        turn = number % len(names)
        for place, (task, query) in enumerate(asked):
            after = asked[place - 1][1]
            for engine in names[turn:] + names[:turn]:
                if number < limits[engine] and task in load_peer(engine).tasks:
                    took = workers[engine].search(query, task, after=after)["ns"] / 1e6
                    yield Row("latency", sections, engine, task, str(query), "ms", took)
    for worker in workers.values():
        yield from memory(worker, sections)
        worker.close()


def warm_up(worker: Worker, asked: Sequence[tuple[Task, Query]], sections: int) -> Any:
    """The answers of a first round; yields rows of what was found."""
    answers = []
    for task, query in asked:
        if task not in load_peer(worker.engine).tasks:
            continue
        answer = worker.search(query, task)
        answers.append(answer)
        row = ("counts", sections, worker.engine, task, str(query))
        yield Row(*row, "sections", answer["total"])
        if task is Task.FACETS:
            yield Row(*row, "years", len(answer["years"]))
            yield Row(*row, "years_sum", sum(answer["years"].values()))
            yield Row(*row, "places", len(answer["places"]))
            yield Row(*row, "places_sum", sum(answer["places"].values()))
    return answers


def memory(worker: Worker, sections: int) -> Iterator[Row]:
    """Rows of the process's memory, in megabytes; Xapian's is in a process below it."""
    process = psutil.Process(worker.pid)
    found = [resident(p) for p in (process, *process.children())]
    for figure, bytes in zip(
        ("rss_mb", "private_mb"), map(sum, zip(*found, strict=True)), strict=True
    ):
        yield Row("memory", sections, worker.engine, "", "answering", figure, bytes / 1e6)
