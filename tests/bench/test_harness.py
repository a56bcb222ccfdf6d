"""Builds, workers and measures, on an engine that Python brings with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import counts, growth, latency, throughput
from bench.building import Built, build
from bench.corpus import load_sections
from bench.figures import Row, medians
from bench.peers.base import Query, Task
from bench.worker import Worker
from tests.bench.made_corpus import scan, write_corpus

QUERIES = {
    "mixed": [Query(("法治",)), Query(("社区", "培训"), year=2021)],
    "phrases": [Query((), ("开展培训",))],
}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The parsed reports."""
    return write_corpus(tmp_path_factory.mktemp("parsed"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the index goes."""
    return tmp_path_factory.mktemp("indexes") / "fts5"


@pytest.fixture(scope="module")
def built(parsed: list[Path], folder: Path) -> Built:
    """The index, built by a process of its own."""
    return build("fts5", parsed, sum(len(load_sections(file)) for file in parsed), folder, 2)


def test_a_build_is_timed_weighed_and_kept(built: Built, parsed: list[Path], folder: Path) -> None:
    assert built.sections == 18
    assert built.seconds > 0
    assert built.bytes == (folder / "fts5.db").stat().st_size
    assert built.peak_rss >= built.peak_private > 10_000_000
    assert build("fts5", parsed, 18, folder, 2) == built, "with the figures of when it was built"


def test_a_worker_answers_as_reading_does(built: Built, parsed: list[Path], folder: Path) -> None:
    worker = Worker("fts5", folder)
    query = QUERIES["mixed"][1]
    expected, ids = scan(parsed, query, Task.FACETS)

    answer = worker.search(query, Task.FACETS, after=QUERIES["mixed"][0])
    worker.close()

    assert answer["total"] == expected.total
    assert {*answer["hits"]} == ids
    assert answer["places"] == expected.places
    assert answer["ns"] > 0


def test_latency_is_measured_for_every_task_and_round(built: Built, folder: Path) -> None:
    rows = list(latency.measure({"fts5": folder}, QUERIES, 18, rounds=3))

    timed = [row for row in rows if (row.measure, row.figure) == ("latency", "ms")]
    assert len(timed) == 3 * (2 + 2 + 2 + 1)
    assert {row.task for row in timed} == set(Task)
    assert {row.measure for row in rows} == {"latency", "counts", "memory"}


def test_totals_of_phrases_are_those_of_a_plain_reading(built: Built, parsed: list[Path]) -> None:
    (row,) = counts.measure(parsed, QUERIES["phrases"], 18, 1)

    assert row.value == scan(parsed, QUERIES["phrases"][0], Task.PHRASES)[0].total > 0


def test_two_processes_are_added_up(built: Built, folder: Path) -> None:
    rows = list(throughput.measure({"fts5": folder}, QUERIES, 18, seconds=0.1))

    assert [row.task for row in rows] == [Task.AND, Task.FACETS]
    assert all(row.value > 10 for row in rows)


def test_growth_asks_every_size(built: Built, folder: Path) -> None:
    rows = list(growth.measure({("fts5", 18): folder, ("fts5", 36): folder}, QUERIES["mixed"]))

    found = [row for row in rows if row.figure == "sections"]
    assert {(row.sections, row.case) for row in found} == {
        (size, str(query)) for size in (18, 36) for query in QUERIES["mixed"]
    }
    assert medians(rows_of(rows, 18)).keys() == medians(rows_of(rows, 36)).keys()


def rows_of(rows: list[Row], size: int) -> list[Row]:
    """The latencies at a size."""
    return [row for row in rows if (row.sections, row.figure) == (size, "ms")]
