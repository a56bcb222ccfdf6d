"""The access log: a JSON object a line, without what people looked for unless that is wanted."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.limits import client_of
from web.metrics import Metrics

log: Final = logging.getLogger("lawsearch.access")
_NO_ROUTE: Final = "none"
_HEAD: Final = "lawsearch.head"  # where a scope tells that nobody will read the body


class AccessLog:
    """Logs and counts every request; answers HEAD as GET without its body."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, with_queries: bool) -> None:
        self.app = app
        self._metrics = metrics
        self._with_queries = with_queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell of it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status, sent = time.perf_counter(), 500, 0
        asks_head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET", _HEAD: True} if asks_head else scope

        async def watch(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                if asks_head:
                    message = {**message, "body": b""}
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(inner, receive, watch)
        finally:
            self._tell(scope, inner, status, sent, time.perf_counter() - started)

    def _tell(self, scope: Scope, inner: Scope, status: int, sent: int, seconds: float) -> None:
        route = getattr(inner.get("route"), "path", _NO_ROUTE)
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        request = Request(scope)
        told = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": client_of(request),
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "bytes": sent,
            "ms": round(seconds * 1000, 1),
        }
        if self._with_queries:
            told["query"] = scope["query_string"].decode("ascii", "replace")
        log.info("%s", _line(told))


def _line(told: Mapping[str, object]) -> str:
    """The object as JSON that can be read, and can do nothing to a terminal or to a log's reader.

    Escaped is what cannot be seen or would turn a line around, and what is beyond 16 bits: a
    stream in another encoding than UTF-8 would not write that as JSON does.
    """
    text = json.dumps(told, ensure_ascii=False)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and c <= "\uffff" else json.dumps(c)[1:-1] for c in text)


def is_head(request: Request) -> bool:
    """Whether only the headers are wanted, though it is answered as GET."""
    return _HEAD in request.scope
