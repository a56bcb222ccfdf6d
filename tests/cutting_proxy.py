"""A way to a cluster that breaks at a chosen request, as if the line or the client died there."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOST = "127.0.0.1"


class CuttingProxy:
    """Counts requests, but for those about a lock; from number `last` + 1 on none is answered.

    unheard: the first of these is still done, and only its answer is lost; once: and only of it.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or HOST, parts.port or 9200
        self.last: int | None = None
        self.unheard = self.once = False
        self.requests: list[str] = []
        self._guard = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                proxy.pass_on(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: standard error is the test's."""

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_address[1]}"

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a request on and its answer back, or close the connection."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._guard:
            if "-lock" not in handler.path and handler.path != "/":
                self.requests.append(f"{handler.command} {handler.path}")
            over = 0 if self.last is None else len(self.requests) - self.last
        if over == 1 or (over > 0 and not self.once):
            if over == 1 and self.unheard:
                self._ask(handler, body)
            handler.close_connection = True
            return
        status, headers, data = self._ask(handler, body)
        handler.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(data)

    def _ask(
        self, handler: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host",)}
        asked = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            asked.request(handler.command, handler.path, body or None, headers)
            answer = asked.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            asked.close()


@contextmanager
def cutting_proxy(target: str) -> Iterator[CuttingProxy]:
    """A proxy before a node, running."""
    proxy = CuttingProxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        with suppress(OSError):
            proxy.server.server_close()
        thread.join()
