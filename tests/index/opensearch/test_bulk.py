"""Bulks: several on their way at once, and none any more when the run is over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from threading import Barrier, Event, Lock
from time import sleep
from typing import Any

import pytest
from opensearchpy import OpenSearch

from index.errors import EngineUnavailable, IndexFull
from index.filetable import FileTable
from index.opensearch.bulk import Bulk, Operation, put
from index.opensearch.filerows import table_operations
from index.opensearch.retrying import Patience

Json = dict[str, Any]
HURRY = Patience(tries=3, first_s=0.01, most_s=0.01)
FULL = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage watermark"}
BUSY = {"type": "rejected_execution_exception", "reason": "too much"}


class Answering(OpenSearch):
    """A client whose bulks are answered here: an error for all of its items, or none."""

    def __init__(self, answer: Callable[[str], Json | None]) -> None:
        super().__init__([{"host": "nowhere.invalid", "port": 9}])
        self._answer = answer
        self._lock = Lock()
        self.ids: list[str] = []
        """Of the first document of each, in the order in which they were answered."""

    def bulk(self, body: Any, *args: Any, **more: Any) -> Json:
        lines = body.splitlines()
        id = json.loads(lines[0])["index"]["_id"]
        error = self._answer(id)
        with self._lock:
            self.ids.append(id)
        found: Json = {"index": {"status": 429, "error": error} if error else {"status": 200}}
        return {"errors": error is not None, "items": [found] * (len(lines) // 2)}


def operations(n: int) -> Iterator[Operation]:
    """So many documents of which each fills a request."""
    return (put("x", str(number), {"text": "板" * 2_000_000}) for number in range(n))


def run(client: Answering, n: int) -> None:
    Bulk(client, "there", lambda: None, HURRY).run(operations(n))


def test_several_are_on_their_way_while_the_next_is_made() -> None:
    together = Barrier(3)

    def meet(_id: str) -> None:
        together.wait(timeout=10)  # nobody gets through alone

    client = Answering(meet)
    run(client, 6)
    assert sorted(client.ids) == ["0", "1", "2", "3", "4", "5"]


def test_none_is_on_its_way_when_a_run_has_failed() -> None:
    together = Barrier(3)

    def answer(id: str) -> Json | None:
        together.wait(timeout=10)
        if id == "0":
            return FULL
        sleep(0.2)
        return None

    client = Answering(answer)
    with pytest.raises(IndexFull):
        run(client, 9)
    # Those that were on their way have come to their end, and no other was sent.
    assert set(client.ids) == {"0", "1", "2"}


def test_what_is_tried_again_ends_with_the_run() -> None:
    tried = Event()

    def answer(id: str) -> Json:
        if id == "1":
            tried.set()
            return BUSY
        tried.wait(timeout=10)
        return FULL

    client = Answering(answer)
    forever = Patience(tries=1_000, first_s=0.01, most_s=0.01)
    with pytest.raises(IndexFull):
        Bulk(client, "there", lambda: None, forever).run(operations(2))
    assert client.ids.count("1") < 1_000


def test_who_may_not_send_any_more_sends_nothing() -> None:
    def refuse() -> None:
        raise EngineUnavailable("there", "away")

    client = Answering(lambda _id: None)
    with pytest.raises(EngineUnavailable):
        Bulk(client, "there", refuse, HURRY).run(operations(2))
    assert client.ids == []


def test_a_change_to_the_table_names_each_document_once() -> None:
    forget = frozenset({"/gone", "/again"})
    given = {"/again": "r1", "/other": "r2"}
    change = FileTable({}, frozenset({"r9"}), given, forget)
    made = [*table_operations("x", change)]
    assert len({operation.id for operation in made}) == len(made) == 6
