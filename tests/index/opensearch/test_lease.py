"""Who may write: a lock that outlives its holder, and a holder that outlives its lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from index.engine import Batch
from index.errors import IndexLocked, StoreError
from index.model import Report
from index.opensearch.connection import Connection
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.lease import HELD_S
from index.opensearch.writer import OpenSearchWriter
from tests.cluster_index import ONE_SHARD
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster


def report(id: str, text: str) -> Report:
    return make_report(id, [("一、", text)])


@contextmanager
def opened(connection: Connection, name: str, **options: Any) -> Iterator[OpenSearchWriter]:
    writer = OpenSearchWriter(connection, name, **{"shape": ONE_SHARD, **options})
    try:
        yield writer
    finally:
        writer.close()


def stop_heart(writer: OpenSearchWriter) -> None:
    """The writer renews its lock no more, as if it were dead or asleep."""
    writer._lease._ended.set()
    writer._lease._thread.join()


def test_a_lock_that_nobody_renews_is_waited_for(cluster: Connection, name: str) -> None:
    dead = OpenSearchWriter(cluster, name, shape=ONE_SHARD, held_s=6)
    stop_heart(dead)
    begun = time.monotonic()
    with opened(cluster, name, wait_s=2.5):
        assert 2.5 < time.monotonic() - begun < 12
    dead._client.close()


def test_what_waits_as_a_command_does_sees_whether_the_holder_lives() -> None:
    """A command waits for ten seconds; whoever lives has renewed the lock by then."""
    assert 1.2 * HELD_S / 4 < 10


def test_who_does_not_wait_is_told_at_once(cluster: Connection, name: str) -> None:
    with opened(cluster, name):
        begun = time.monotonic()
        with pytest.raises(IndexLocked):
            OpenSearchWriter(cluster, name, wait_s=0.2)
        assert time.monotonic() - begun < HELD_S / 4


# A writer that sleeps in the middle of a commit while another takes over

OLD = batch(report("r1", "板凳会"), report("r0", "村民说事"))


class Sleeper:
    """A commit that stops before its bulk of this number, from 1, and goes on when woken."""

    def __init__(self, writer: OpenSearchWriter, number: int, change: Batch) -> None:
        self._writer, self._change = writer, change
        self._number, self._count = number, 0
        self.asleep, self._awake = threading.Event(), threading.Event()
        self.error: StoreError | None = None
        transport: Any = writer._client.transport
        self._perform, transport.perform_request = transport.perform_request, self._request
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        self._count += url.startswith("/_bulk")
        if self._count == self._number and not self.asleep.is_set():
            stop_heart(self._writer)
            self.asleep.set()
            self._awake.wait()
        return self._perform(method, url, *args, **more)

    def _write(self) -> None:
        try:
            self._writer.write(self._change)
        except StoreError as error:
            self.error = error

    def wake(self) -> None:
        """Send what was to be sent; come to an end."""
        self._awake.set()
        self._thread.join()


@pytest.mark.parametrize(
    ("number", "slept_over", "meanwhile"),
    [
        pytest.param(
            *(1, batch(report("r1", "院坝会"), report("r2", "屋场会"))),
            *([batch(report("r1", "枫桥经验"))],),
            id="reports, one is another by then",
        ),
        pytest.param(
            *(1, batch(report("r1", "院坝会"))),
            *([batch(report("r1", "板凳会"))],),
            id="reports, one is as before by then",
        ),
        pytest.param(
            *(2, batch(report("r1", "院坝会"), report("r2", "屋场会"))),
            *([batch(report("r1", "枫桥经验")), batch(report("r2", "枫桥经验"))],),
            id="files",
        ),
        pytest.param(
            *(2, batch(report("r1", "院坝会"), remove=["r0"])),
            *([batch(report("r0", "村民说事"), report("r1", "板凳会"))],),
            id="a report to delete, which is there again by then",
        ),
    ],
)
def test_what_a_sleeping_writer_sends_late_is_refused(
    cluster: Connection, name: str, number: int, slept_over: Batch, meanwhile: list[Batch]
) -> None:
    with opened(cluster, name) as writer:
        writer.write(OLD)
    with opened(cluster, name, held_s=1.0) as sleeping:
        sleeper = Sleeper(sleeping, number, slept_over)
        assert sleeper.asleep.wait(20)
        with opened(cluster, name, wait_s=20) as writer:
            for each in meanwhile:
                writer.write(each)
            rows = dict(writer.files())
        sleeper.wake()
    assert isinstance(sleeper.error, IndexLocked)
    with opened(cluster, name) as writer:
        writer.write(Batch())  # readers see whatever there is
        assert dict(writer.files()) == rows
    written = {p.id: p.report for each in (OLD, *meanwhile) for p in each.add}
    engine = OpenSearchEngine(cluster, name)
    assert engine.fetch(["r0", "r1", "r2"]) == written
    assert [*engine.verify()] == []
    engine.close()
