"""lawsearch on an OpenSearch cluster: the one that LAWSEARCH_URL names."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from bench.peers import CLUSTER
from bench.peers.ours import Lawsearch, fill
from index.engine import Engine
from index.opensearch.client import connect
from index.opensearch.connection import Connection, connection_to
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.writer import OpenSearchWriter
from lawsearch import __version__

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

QUIET_SECONDS = 12  # a cluster looks at the size of its files every ten
NAME = "name"
"""The file of an index's folder that says what it is called on the cluster."""


class OnCluster(Lawsearch):
    """An index there, through the same query layer."""

    name: ClassVar[str] = CLUSTER

    @staticmethod
    def open(folder: Path) -> Engine:
        return OpenSearchEngine(connection(), name_of(folder))

    @staticmethod
    def version() -> str:
        client = connect(connection())
        try:
            about = client.info()
        finally:
            client.close()
        number, cluster = about["version"]["number"], about["cluster_uuid"]
        return f"lawsearch {__version__} on OpenSearch {number} (cluster {cluster})"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        name = f"bench-{uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        (folder / NAME).write_text(name, "utf-8")
        writer = OpenSearchWriter(connection(), name)
        try:
            fill(writer, parsed, jobs)
            writer.finish()
        finally:
            writer.close()


def connection() -> Connection:
    """How to reach the cluster. Raises OSError where none is named."""
    if not (url := os.environ.get("LAWSEARCH_URL")):
        raise OSError("LAWSEARCH_URL names no cluster; make cluster starts one")
    return connection_to(url)


def name_of(folder: Path) -> str:
    """What the index is called on the cluster."""
    return (folder / NAME).read_text("utf-8")


def weigh(folder: Path) -> dict[str, float]:
    """Bytes of the index by what they are for, segments, and heap, once nothing is merged.

    "all" is the index without its copies, "with copies" with them.
    """
    client = connect(connection())
    try:
        index = f"{name_of(folder)}-v*"
        _wait_merged(client, index)
        params = {"include_segment_file_sizes": "true"}
        stats = client.indices.stats(index=index, metric="store,segments", params=params)["_all"]
        heaps = client.nodes.stats(metric="jvm")["nodes"].values()
    finally:
        client.close()
    files = stats["primaries"]["segments"]["file_sizes"].items()
    return {
        "all": stats["primaries"]["store"]["size_in_bytes"],
        "with copies": stats["total"]["store"]["size_in_bytes"],
        **{kind: each["size_in_bytes"] for kind, each in files},
        "segments": stats["primaries"]["segments"]["count"],
        "heap": sum(each["jvm"]["mem"]["heap_used_in_bytes"] for each in heaps),
    }


def _wait_merged(client: OpenSearch, index: str) -> None:
    """Return once no segments have been merged for some seconds."""
    quiet = 0
    while quiet < QUIET_SECONDS:
        merges = client.indices.stats(index=index, metric="merge")["_all"]["total"]["merges"]
        quiet = 0 if merges["current"] else quiet + 1
        time.sleep(1)
