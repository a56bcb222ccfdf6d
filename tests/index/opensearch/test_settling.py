"""After a long run an index is one segment a part."""

from __future__ import annotations

import pytest
from opensearchpy import OpenSearch

from index.engine import Batch
from index.errors import IndexLocked
from index.opensearch import settling
from index.opensearch.connection import Connection
from tests.cluster_index import ONE_SHARD, write_batches
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster
RUNS = range(4)


def batches() -> list[Batch]:
    """Some, each of one report."""
    return [batch(make_report(f"r{n}", [("一、", "板凳会")])) for n in RUNS]


def state(client: OpenSearch, name: str) -> tuple[int, int]:
    """(segments that are searched, reports)."""
    stats = client.indices.stats(index=f"{name}-v1", metric="segments")
    found = client.search(index=name, body={"size": 0, "track_total_hits": True})
    return stats["_all"]["primaries"]["segments"]["count"], found["hits"]["total"]["value"]


def test_the_last_batch_of_a_long_run_leaves_one_segment(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    write_batches(cluster, name, ONE_SHARD, *batches())
    assert state(client, name) == (len(RUNS), len(RUNS))
    write_batches(cluster, name, ONE_SHARD, Batch(settle=True))
    assert state(client, name) == (1, len(RUNS))


def test_a_long_merge_is_waited_for_as_long_as_the_lock_is_held(
    cluster: Connection, client: OpenSearch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_batches(cluster, name, ONE_SHARD, *batches())
    monkeypatch.setattr(settling, "_ASKED_S", 0.001)
    checked = 0

    def check() -> None:
        nonlocal checked
        checked += 1
        if checked == 3:
            raise IndexLocked(name, "another")

    with pytest.raises(IndexLocked):
        settling.settle(client, f"{name}-v1", name, check)
    monkeypatch.undo()
    settling.settle(client, f"{name}-v1", name, check)
    assert state(client, name) == (1, len(RUNS))
