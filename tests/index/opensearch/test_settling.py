"""After a long run an index is one segment a part."""

from __future__ import annotations

import pytest
from opensearchpy import OpenSearch

from index.engine import Batch
from index.errors import IndexLocked
from index.opensearch.connection import Connection
from index.opensearch.settling import settle
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


def test_who_has_lost_the_lock_does_not_wait(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    write_batches(cluster, name, ONE_SHARD, *batches())

    def check() -> None:
        raise IndexLocked(name, "another")

    with pytest.raises(IndexLocked):
        settle(client, f"{name}-v1", name, check)
