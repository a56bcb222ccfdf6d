"""A real cluster for the tests of this folder that need one; they are skipped without."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from index.opensearch.client import connect
from index.opensearch.connection import Connection
from tests.cluster_index import fresh_name, reachable
from tests.cluster_process import NAMED


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """How to reach a cluster."""
    with reachable(tmp_path_factory.mktemp("cluster"), os.environ.get(NAMED)) as connection:
        yield connection


@pytest.fixture(scope="session")
def client(cluster: Connection) -> Iterator[OpenSearch]:
    """A client of it, to look with."""
    made = connect(cluster)
    yield made
    made.close()


@pytest.fixture
def name(client: OpenSearch) -> Iterator[str]:
    """A name for an index of the test's own."""
    with fresh_name(client) as fresh:
        yield fresh
