"""Many operations in few requests, each as large as a cluster takes well, tried until they hold.

Every operation names its document, so that doing one twice does it once; and it may bring a
version, with which it is refused where a later one came first: from a writer that took over.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from index.errors import LawsearchError
from index.opensearch.failures import error_of, is_passing, is_passing_item, item_error
from index.opensearch.retrying import Patience

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

BULK_BYTES: Final = 5 << 20
BULK_OPERATIONS: Final = 2_000
_AT_ONCE: Final = 3
"""Requests on their way at a time; a client has a connection for each, and one for the lock."""
# The cluster waits so long for a shard that is not there, and then says so. The client takes a
# lone "timeout" for its own.
_TIMES: Final = {"timeout": "30s", "request_timeout": 90}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of a bulk, with the document that it brings (as JSON)."""

    action: str
    index: str
    id: str
    document: str | None = None

    def lines(self, version: int | None = None) -> bytes:
        """What is sent. The same version may come again."""
        named: Json = {"_index": self.index, "_id": self.id}
        if version is not None:
            named |= {"version": version, "version_type": "external_gte"}
        header = _encode({self.action: named})
        body = header if self.document is None else f"{header}\n{self.document}"
        return f"{body}\n".encode()


def put(index: str, id: str, document: Json) -> Operation:
    """Write a document, whatever was there."""
    return Operation("index", index, id, _encode(document))


def drop(index: str, id: str) -> Operation:
    """Delete a document, if it is there."""
    return Operation("delete", index, id)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Sends operations to one cluster; `before_each` is called before each request."""

    client: OpenSearch
    where: str
    before_each: Callable[[], None]
    patience: Patience

    def run(self, operations: Iterable[Operation], version: int | None = None) -> None:
        """Return when all of them hold, in whatever order; no two are of one document.

        Some requests are on their way while the next is made. Whatever happens, none is when this
        ends: what follows may undo what they do. Raises EngineUnavailable, IndexFull, IndexMissing;
        IndexLocked where something has a later version.
        """
        ended, under_way = Event(), deque[Future[None]]()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            try:
                for chunk in chunked(each.lines(version) for each in operations):
                    if len(under_way) == _AT_ONCE:
                        under_way.popleft().result()
                    run = copy_context().run  # which language messages are in
                    under_way.append(threads.submit(run, self._run_chunk, chunk, ended))
                while under_way:
                    under_way.popleft().result()
            except BaseException:
                ended.set()
                raise

    def _run_chunk(self, lines: list[bytes], ended: Event) -> None:
        """Send until all lines hold, or the run has ended without them."""
        tried, begun = 0, time.monotonic()
        while not ended.is_set():
            self.before_each()
            lines, error = self._send(lines)
            if error is None:
                return
            tried += 1
            if not self.patience.goes_on(tried, begun):
                raise error

    def _send(self, lines: list[bytes]) -> tuple[list[bytes], LawsearchError | None]:
        """(what has to be sent again, why). Raises what trying again does not help."""
        from opensearchpy import OpenSearchException

        try:
            response = self.client.bulk(body=b"".join(lines), params=_TIMES)
        except OpenSearchException as error:
            if not is_passing(error):
                raise error_of(error, self.where) from error
            return lines, error_of(error, self.where)
        return self._left(lines, response) if response["errors"] else ([], None)

    def _left(
        self, lines: list[bytes], response: Json
    ) -> tuple[list[bytes], LawsearchError | None]:
        left: list[bytes] = []
        why: LawsearchError | None = None
        for line, item in zip(lines, response["items"], strict=True):
            (result,) = item.values()
            cause = result.get("error")
            if cause is None:
                continue
            why = item_error(self.where, result["status"], cause)
            if not is_passing_item(result["status"], {cause["type"]}):
                raise why
            left.append(line)
        return left, why


def chunked(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines in runs of BULK_BYTES and BULK_OPERATIONS at most; a larger one for itself."""
    run: list[bytes] = []
    size = 0
    for line in lines:
        if run and (size + len(line) > BULK_BYTES or len(run) >= BULK_OPERATIONS):
            yield run
            run, size = [], 0
        run.append(line)
        size += len(line)
    if run:
        yield run
