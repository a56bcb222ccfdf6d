"""A cluster is measured beside a folder, asked the same, and told in tables."""

from __future__ import annotations

import os

import pytest

from bench import clustering
from bench.clustering import summarise
from bench.comparing import Part
from bench.corpus import parse_county
from bench.figures import Row
from bench.generate import generate_reports, write_reports
from bench.peers import CLUSTER, OURS, load_peer
from bench.peers.base import Query, Task
from bench.peers.on_cluster import connection, name_of
from index.opensearch.client import connect
from tests.cluster_index import reachable
from tests.cluster_process import NAMED

QUERIES = {
    "mixed": [Query(("法治",)), Query(("矛盾", "调解")), Query(("学习",), year=2021)],
    "phrases": [Query((), ("法治政府",)), Query((), ("行政执法",)), Query((), ("没有的话",))],
}


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    """Forty reports, parsed."""
    folder = tmp_path_factory.mktemp("corpus")
    write_reports(generate_reports(1, 8, range(2020, 2025), 7), folder / "reports")
    (folder / "parsed").mkdir()
    for county in (folder / "reports").iterdir():
        parse_county(county)
    return Part(tuple((folder / "parsed").glob("*.pickle")), folder / "indexes")


@pytest.mark.cluster
@pytest.mark.timeout(240)
def test_both_are_measured_and_answer_the_same(
    part: Part, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "SECONDS", 0.5)
    with reachable(tmp_path_factory.mktemp("nodes"), os.environ.get(NAMED)) as cluster:
        monkeypatch.setenv("LAWSEARCH_URL", cluster.where)
        rows = [row for each in clustering.MEASURES.values() for row in each(part, QUERIES)]
        page = "\n".join(summarise(rows, "small"))
        client = connect(connection())
        client.indices.delete(index=f"{name_of(part.folder / CLUSTER)}-*")
        client.close()

    agreed = {(row.task, row.figure): row.value for row in rows if row.measure == "agreement"}
    assert {task for task, _figure in agreed} == set(Task)
    assert all(agreed[task, "same"] == agreed[task, "asked"] == 3 for task in Task)
    space = {(row.engine, row.case): row.value for row in rows if row.measure == "space"}
    assert space[CLUSTER, "with copies"] >= 1.5 * space[CLUSTER, "all"] > space[OURS, "all"] > 0
    timed = [row for row in rows if row.figure in ("ms", "queries_per_s")]
    assert {row.measure for row in timed} == {"latency", "throughput", "similar"}
    assert all(row.value > 0 for row in timed)
    assert "3 of 3" in page


def test_without_a_cluster_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAWSEARCH_URL", raising=False)
    with pytest.raises(OSError, match="make cluster"):
        load_peer(CLUSTER).version()


def test_the_page_has_a_line_for_each_size_and_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "_about", lambda: iter(["about"]))
    rows = [
        Row(measure, sections, engine, task, case, figure, value)
        for sections in (1000, 10_000)
        for engine, value in ((OURS, 2.0), (CLUSTER, 8.0))
        for measure, task, case, figure in (
            ("indexing", "2 processes", "all", "sections_per_s"),
            ("space", "", "all", "bytes"),
            ("latency", Task.AND, "法治", "ms"),
            ("similar", "", "m1", "ms"),
        )
    ]
    page = "\n".join(summarise(rows, "city"))

    assert "| 10,000 | cluster | Top 10 and snippets, every word | 8.00 | 8.00 | 8.00 |" in page
    assert "| 1,000 | lawsearch | Similar measures | 2.00 | 2.00 | 2.00 |" in page
    assert "| 10,000 | cluster | – | 8.00 | – | 0.001 | – |" in page
