"""The engines on which the contract is tried. A new engine needs a line here and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest

from index.engine import Batch, Engine
from index.opensearch.connection import Connection
from index.opensearch.generations import Shape
from index.whoosh_engine import WhooshEngine
from tests.cluster_index import THREE_SHARDS, fresh_name, reachable, write_batches
from tests.cluster_process import NAMED
from tests.made import write


class Opener(Protocol):
    """Opens an engine over an index to which the batches were written one by one."""

    def __call__(self, *batches: Batch) -> AbstractContextManager[Engine]: ...


@contextmanager
def _open_whoosh(*batches: Batch) -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), *batches))
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _open_large(*batches: Batch) -> Iterator[Engine]:
    """The same engine as it answers when it has worked for a while: by numpy."""
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), *batches))
        engine._spent = inf
        try:
            yield engine
        finally:
            engine.close()


class _OpenSearch:
    """The engine on a cluster; every index is new and deleted afterwards."""

    def __init__(self, connection: Connection, shape: Shape) -> None:
        from index.opensearch.client import connect

        self._connection, self._shape = connection, shape
        self.client = connect(connection)

    @contextmanager
    def __call__(self, *batches: Batch) -> Iterator[Engine]:
        from index.opensearch.engine import OpenSearchEngine

        with fresh_name(self.client) as name:
            write_batches(self._connection, name, self._shape, *batches)
            engine = OpenSearchEngine(self._connection, name)
            try:
                yield engine
            finally:
                engine.close()


ENGINES = [
    pytest.param(_open_whoosh, id="whoosh"),
    pytest.param(_open_large, id="numpy"),
    pytest.param(THREE_SHARDS, id="opensearch", marks=pytest.mark.cluster),
]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """How to reach a cluster."""
    with reachable(tmp_path_factory.mktemp("cluster"), os.environ.get(NAMED)) as connection:
        yield connection


@pytest.fixture(scope="session", params=ENGINES)
def open_engine(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """How to open the engine under test."""
    if not isinstance(request.param, Shape):
        opener: Opener = request.param
        yield opener
        return
    on_cluster = _OpenSearch(request.getfixturevalue("cluster"), request.param)
    try:
        yield on_cluster
    finally:
        on_cluster.client.close()
