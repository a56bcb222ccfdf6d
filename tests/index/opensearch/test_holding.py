"""Which state of an index a reader holds."""

from __future__ import annotations

import json

import pytest
from opensearchpy import OpenSearch

from index.errors import EngineUnavailable
from index.opensearch.connection import Connection
from index.opensearch.filerows import files_index
from index.opensearch.holding import hold
from index.opensearch.journal import COMMIT
from tests.cluster_index import ONE_SHARD, write_batches
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster


def pend(client: OpenSearch, name: str, phase: str | None) -> None:
    """Let the journal say that a commit is so far."""
    pending = json.dumps(None if phase is None else {"phase": phase})
    client.update(index=files_index(f"{name}-v1"), id=COMMIT, body={"doc": {"pending": pending}})


def test_a_commit_that_stays_half_written_is_not_read(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    write_batches(cluster, name, ONE_SHARD, batch(make_report("r1", [("一、", "板凳会")])))
    pend(client, name, "decided")
    with pytest.raises(EngineUnavailable, match="a commit is half written; ask again"):
        hold(client, name, "there", tries=2)
    for phase in ("writing", None):
        pend(client, name, phase)
        held = hold(client, name, "there", tries=1)
        assert held.record.commit == 1
        held.close()
