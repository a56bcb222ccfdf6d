"""A real OpenSearch cluster for tests: one of their own, or the one that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import cluster as nodes
from tools.cluster import Cluster

# A cluster that runs already, by the URL of any node of it; its nodes are then not to be killed.
NAMED = "LAWSEARCH_TEST_CLUSTER"
PORT = 19600
_running: list[ClusterProcess] = []
"""The tests' own, while somebody has it: who comes meanwhile shares it."""


class ClusterProcess:
    """Three nodes that tests kill, pause and start again; numbers count from 1.

    Only for a cluster of the test's own: a fault, such as a full node, reaches every index.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @property
    def addresses(self) -> list[str]:
        """The URLs of the nodes."""
        return self.cluster.addresses

    def up(self) -> None:
        """Start what does not run, wake what is paused, and wait till all is green."""
        for number in self.cluster.numbers:
            self.resume(number)
        nodes.up(self.cluster)

    def kill(self, number: int) -> None:
        """SIGKILL."""
        nodes.kill(self.cluster, number)

    def start(self, number: int) -> None:
        """Start a node again, without waiting."""
        nodes.start(self.cluster, number)

    def pause(self, number: int) -> None:
        """SIGSTOP: the node keeps its connections and answers nothing."""
        nodes.send(self.cluster, number, "SIGSTOP")

    def resume(self, number: int) -> None:
        """SIGCONT."""
        nodes.send(self.cluster, number, "SIGCONT")

    def wait_green(self) -> None:
        """Return once all nodes are there and every copy of every shard."""
        nodes.wait_green(self.cluster)

    def stop(self) -> None:
        """End all nodes; the data stays."""
        nodes.down(self.cluster)


def why_not() -> str | None:
    """What is missing to start a cluster here, None where nothing is."""
    try:
        nodes.find_java()
        nodes.find_maven()
    except nodes.Missing as missing:
        return str(missing)
    return None


@contextmanager
def cluster_addresses(home: Path) -> Iterator[list[str]]:
    """The URLs of a cluster for tests that do it no harm: the named one, or one of their own."""
    if named := os.environ.get(NAMED):
        yield [named.rstrip("/")]
    elif _running:
        yield _running[0].addresses
    else:
        with cluster_process(home) as cluster:
            _running.append(cluster)
            try:
                yield cluster.addresses
            finally:
                _running.remove(cluster)


@contextmanager
def cluster_process(home: Path, port: int = PORT) -> Iterator[ClusterProcess]:
    """A green cluster of the caller's own, which ends with the block."""
    cluster = ClusterProcess(Cluster(home, port=port))
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.stop()


def main() -> None:
    """Say what becomes of the tests that need a cluster."""
    missing = why_not()
    print(f"skipped: the tests on a cluster. {missing or 'They can run here: make test-cluster'}")


if __name__ == "__main__":
    main()
