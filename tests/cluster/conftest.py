"""Three nodes of this folder's own, which its tests kill, pause and fill, and reports to index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from bench.generate import generate_reports, write_reports
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from tests.cluster.asking import ask
from tests.cluster.indexed import BATCH, Indexed, Whole, build, read_whole
from tests.cluster_process import ClusterProcess, cluster_process, why_not

PORT = 19400
TOWNSHIPS, YEARS = 8, range(2019, 2024)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterProcess]:
    """One cluster for the session."""
    if missing := why_not():
        pytest.skip(missing)
    with cluster_process(tmp_path_factory.mktemp("nodes"), PORT) as cluster:
        # Where the shards lie is decided by the faults, not by what the cluster finds prettier.
        still = {"persistent": {"cluster.routing.rebalance.enable": "none"}}
        ask(f"{cluster.addresses[0]}/_cluster/settings", "PUT", still)
        yield cluster


@pytest.fixture
def cluster(started: ClusterProcess) -> ClusterProcess:
    """The cluster, green again whatever the test before did."""
    started.up()
    return started


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of reports, TOWNSHIPS × YEARS."""
    folder = tmp_path_factory.mktemp("reports")
    write_reports(generate_reports(1, TOWNSHIPS, YEARS, 7), folder)
    return folder


@pytest.fixture(scope="session")
def truth(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """What an index of all reports holds and answers, by the engine that needs no cluster."""
    return embedded([reports], tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="session")
def some(reports: Path) -> list[Path]:
    """The first of the reports, two commits of them."""
    return sorted(reports.rglob("*.txt"))[: 2 * BATCH]


@pytest.fixture(scope="session")
def truth_of_some(some: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The same of an index of some of the reports."""
    return embedded(some, tmp_path_factory.mktemp("some"))


def embedded(reports: Sequence[Path], folder: Path) -> Whole:
    """What an index of the reports holds and answers, by the engine that needs no cluster."""
    build(WhooshWriter(folder), reports)
    return read_whole(WhooshEngine(folder))


@pytest.fixture
def indexed(cluster: ClusterProcess, reports: Path, truth: Whole) -> Iterator[Indexed]:
    """An index of its own for the test; nothing is in it yet."""
    made = Indexed(cluster.addresses, f"fault-{uuid4().hex[:12]}", [reports], truth)
    yield made
    cluster.up()
    made.delete()


@pytest.fixture
def part(indexed: Indexed, some: list[Path], truth_of_some: Whole) -> Indexed:
    """The same index, before all reports are there."""
    return replace(indexed, reports=some, truth=truth_of_some)
