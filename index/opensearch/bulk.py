"""Many operations in few requests, each as large as a cluster takes well, tried until they hold.

Every operation names its document, so that doing one twice does it once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from index.errors import StoreError
from index.opensearch.failures import error_of, is_passing, is_passing_item, item_error
from index.opensearch.retrying import Patience

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

BULK_BYTES: Final = 5 << 20
BULK_OPERATIONS: Final = 2_000
# The cluster waits so long for a shard that is not there, and then says so. The client takes a
# lone "timeout" for its own.
_TIMES: Final = {"timeout": "30s", "request_timeout": 90}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of a bulk, with the document that it brings (as JSON)."""

    header: str
    document: str | None = None

    @property
    def lines(self) -> bytes:
        """What is sent."""
        body = self.header if self.document is None else f"{self.header}\n{self.document}"
        return f"{body}\n".encode()


def put(index: str, id: str, document: Json) -> Operation:
    """Write a document, whatever was there."""
    return Operation(_encode({"index": {"_index": index, "_id": id}}), _encode(document))


def drop(index: str, id: str) -> Operation:
    """Delete a document, if it is there."""
    return Operation(_encode({"delete": {"_index": index, "_id": id}}))


@dataclass(frozen=True, slots=True)
class Bulk:
    """Sends operations to one cluster; `before_each` is called before each request."""

    client: OpenSearch
    where: str
    before_each: Callable[[], None]
    patience: Patience

    def run(self, operations: Iterable[Operation]) -> None:
        """Return when all of them hold. Raises EngineUnavailable, IndexFull, IndexMissing."""
        for chunk in chunked(operation.lines for operation in operations):
            self._run_chunk(chunk)

    def _run_chunk(self, lines: list[bytes]) -> None:
        for tried in range(1, self.patience.tries + 1):
            self.before_each()
            lines, error = self._send(lines)
            if error is None:
                return
            if tried == self.patience.tries:
                raise error
            self.patience.pause(tried)

    def _send(self, lines: list[bytes]) -> tuple[list[bytes], StoreError | None]:
        """(what has to be sent again, why). Raises what trying again does not help."""
        from opensearchpy import OpenSearchException

        try:
            response = self.client.bulk(body=b"".join(lines), params=_TIMES)
        except OpenSearchException as error:
            if not is_passing(error):
                raise error_of(error, self.where) from error
            return lines, error_of(error, self.where)
        return self._left(lines, response) if response["errors"] else ([], None)

    def _left(self, lines: list[bytes], response: Json) -> tuple[list[bytes], StoreError | None]:
        left: list[bytes] = []
        why: StoreError | None = None
        for line, item in zip(lines, response["items"], strict=True):
            (result,) = item.values()
            cause = result.get("error")
            if cause is None:
                continue
            why = item_error(self.where, result["status"], cause)
            if not is_passing_item(result["status"], cause["type"]):
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
