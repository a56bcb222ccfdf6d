"""The writer's lock on a cluster: held for a while, renewed as long as its holder lives.

It is one document that a script changes, by the cluster's own clock: whoever finds it run out takes
it. A holder that was asleep for longer finds that out before it writes on; what it had sent by then
is of an older step of the journal than what its successor writes, and is refused.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from index.errors import IndexLocked, StoreError
from index.i18n import gettext as _
from index.opensearch.generations import SOON
from index.opensearch.mapping import lock_definition
from index.opensearch.retrying import Patience, patiently

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

HELD_S: Final = 30.0
_RENEWALS: Final = 4  # in that time
_ID: Final = "writer"
_ONCE: Final = Patience(tries=1)
_TAKE: Final = """
boolean free = ctx._source.owner == null || ctx._source.until < ctx._now;
if (ctx._source.owner == params.owner || free && params.first) {
    ctx._source.owner = params.owner;
    ctx._source.since = params.since;
    ctx._source.holder = params.holder;
    ctx._source.until = ctx._now + params.held_ms;
    ctx._source.held_ms = params.held_ms;
} else {
    ctx.op = 'none';
}
"""
_LEAVE: Final = "ctx.op = ctx._source.owner == params.owner ? 'delete' : 'none';"


class Lease:
    """The lock of one index name. Held from opening until released; renewed by a thread."""

    def __init__(
        self,
        client: OpenSearch,
        name: str,
        where: str,
        *,
        replicas: int,
        wait_s: float,
        held_s: float,
        patience: Patience,
    ) -> None:
        """Wait up to wait_s seconds; longer for one that does not renew it, till it has run out.

        Raises IndexLocked, naming the holder; EngineUnavailable.
        """
        self._client, self._index, self._where = client, f"{name}-lock", where
        self._held_s, self._patience = held_s, patience
        self._owner = uuid4().hex
        self._since = time.strftime("%Y-%m-%d %H:%M:%S")
        self._create(replicas)
        self._wait(wait_s)
        self._renewed = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def _create(self, replicas: int) -> None:
        from opensearchpy import RequestError

        def request() -> None:
            if self._client.indices.exists(index=self._index, params=SOON):
                return
            try:
                self._client.indices.create(index=self._index, body=lock_definition(replicas))
            except RequestError as error:  # by another that came first
                if error.error != "resource_already_exists_exception":
                    raise

        patiently(request, self._where, self._patience)

    def _wait(self, wait_s: float) -> None:
        begun, seen = time.monotonic(), self._lock()
        while not self._take(self._patience, first=True):
            waited_s, lock = time.monotonic() - begun, self._lock()
            held_s = lock.get("held_ms", 0) / 1000
            is_silent = lock == seen and waited_s > 1.2 * held_s / _RENEWALS
            if waited_s >= wait_s and not (is_silent and waited_s < held_s + wait_s):
                raise IndexLocked(self._where, _holder(lock))
            time.sleep(min(0.5, self._held_s / _RENEWALS))

    def _lock(self) -> Json:
        """What the document says."""
        found = patiently(
            lambda: self._client.get(index=self._index, id=_ID, params={"ignore": 404}),
            self._where,
            self._patience,
        )
        lock: Json = found.get("_source", {})
        return lock

    def _take(self, patience: Patience, *, first: bool = False) -> bool:
        params: Json = {
            "first": first,
            "owner": self._owner,
            "holder": [os.getpid(), socket.gethostname()],
            "since": self._since,
            "held_ms": int(self._held_s * 1000),
        }
        return self._update(_TAKE, params, patience) != "noop"

    def _update(self, source: str, params: Json, patience: Patience) -> str:
        script = {"lang": "painless", "source": source, "params": params}
        body = {"script": script, "scripted_upsert": True, "upsert": {}}
        times: Json = {"retry_on_conflict": 5}
        if patience is _ONCE:  # another node may answer before the lock has run out
            times["request_timeout"] = max(1.0, self._held_s / _RENEWALS)
        request = partial(self._client.update, index=self._index, id=_ID, body=body, params=times)
        return str(patiently(request, self._where, patience)["result"])

    def _renew(self) -> None:
        while not self._ended.wait(self._held_s / _RENEWALS):
            with contextlib.suppress(StoreError):  # `check` tells whoever writes
                if self._take(_ONCE):
                    self._renewed = time.monotonic()

    def check(self, *, anew: bool = False) -> None:
        """Raises IndexLocked when another has taken the lock since; EngineUnavailable.

        What was renewed a moment ago is believed, unless it is asked anew.
        """
        if not anew and time.monotonic() - self._renewed < self._held_s / 2:
            return
        if not self._take(self._patience):
            raise IndexLocked(self._where, _holder(self._lock()))
        self._renewed = time.monotonic()

    def release(self) -> None:
        """Let the next writer in; where the cluster is away, time does."""
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(StoreError):
            self._update(_LEAVE, {"owner": self._owner}, _ONCE)


def _holder(lock: Json) -> str:
    """Who holds a lock, by its document."""
    try:
        (pid, host), since = lock["holder"], lock["since"]
    except (LookupError, TypeError, ValueError):
        return _("a process that has not said its number")
    return _("process {pid} on {host}, since {since}").format(pid=pid, host=host, since=since)
