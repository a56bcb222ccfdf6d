"""Indexes for tests on a cluster that others may be using: each has a name of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from index.engine import Batch
from index.opensearch.connection import Connection, connection_to
from index.opensearch.generations import Shape
from tests.cluster_process import NAMED, cluster_addresses, why_not

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

ONE_SHARD = Shape(shards=1, replicas=0)
THREE_SHARDS = Shape(shards=3, replicas=0)


@contextmanager
def reachable(folder: Path, named: str | None) -> Iterator[Connection]:
    """A cluster: the one that the environment names, or one of the tests' own; else a skip."""
    if not named and (missing := why_not()):
        pytest.skip(f"no cluster: {missing} (or name a running one in {NAMED})")
    with cluster_addresses(folder) as addresses:
        yield connection_to(",".join(addresses), environ={})


@contextmanager
def fresh_name(client: OpenSearch) -> Iterator[str]:
    """A name that no index has; whatever is made under it is deleted in the end."""
    name = f"test-{uuid4().hex}"
    try:
        yield name
    finally:
        for index in client.indices.get(index=f"{name}*"):
            client.indices.delete(index=index)


def write_batches(connection: Connection, name: str, shape: Shape, *batches: Batch) -> None:
    """Commit the batches one by one."""
    from index.opensearch.writer import OpenSearchWriter

    writer = OpenSearchWriter(connection, name, shape=shape)
    try:
        for each in batches:
            writer.write(each)
    finally:
        writer.close()
