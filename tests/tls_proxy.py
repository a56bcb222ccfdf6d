"""TLS and passwords in front of a cluster that has none, for tests of what a client refuses.

It stands for OpenSearch's security plugin and answers a stranger and a read-only user in its words.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trustme

HOST = "127.0.0.1"
PATIENCE_SECONDS = 60
ADMIN = ("admin", "administers")
READER = ("reader", "reads only")
_PASSWORDS = dict([ADMIN, READER])

# What only reads although it is sent by POST or DELETE; all else of these changes something.
_READS = {
    "POST": re.compile(
        r"/_(search|msearch|count|mget|analyze|termvectors|field_caps|validate/query"
        r"|search/point_in_time|search/scroll)$|/_explain/[^/]+$"
    ),
    "DELETE": re.compile(r"^/_search/(point_in_time|scroll)(/[^/]+)?$"),
}
# These belong to one connection, not to the message (RFC 9110, 7.6.1), or are made anew.
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files. All but `ca` hold a key and its chain, `elsewhere` not for 127.0.0.1."""

    ca: Path
    good: Path
    expired: Path
    foreign: Path
    elsewhere: Path


def make_certificates(folder: Path) -> Certificates:
    """Write two authorities' certificates; only one authority, `ca`, is to be trusted."""
    ours, other = trustme.CA(), trustme.CA()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    made = {
        "good": ours.issue_cert(HOST, "localhost"),
        "expired": ours.issue_cert(HOST, "localhost", not_after=yesterday),
        "foreign": other.issue_cert(HOST, "localhost"),
        "elsewhere": ours.issue_cert("search.example"),
    }
    for name, leaf in made.items():
        leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    ours.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Certificates(folder / "ca.pem", *(folder / f"{name}.pem" for name in made))


def is_read(method: str, path: str) -> bool:
    """True if the request changes nothing."""
    if method in ("GET", "HEAD"):
        return True
    pattern = _READS.get(method)
    return bool(pattern and pattern.search(path))


def refusal(method: str, path: str, user: str) -> dict[str, Any]:
    """The body of a 403."""
    reason = f"no permissions for [{method} {path}] and User [name={user}, backend_roles=[]]"
    cause = {"type": "security_exception", "reason": reason}
    return {"error": {"root_cause": [cause], **cause}, "status": 403}


def user_of(header: str | None) -> str | None:
    """The user whose name and password an Authorization header holds."""
    kind, _, secret = (header or "").partition(" ")
    try:
        name, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except ValueError:
        return None
    return name if kind.lower() == "basic" and _PASSWORDS.get(name) == password else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECONDS
    server: _Server

    def setup(self) -> None:
        # Here, in the connection's own thread: one that never says hello must not stop the others.
        self.request.settimeout(PATIENCE_SECONDS)
        self.request.do_handshake()
        super().setup()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        user = user_of(self.headers.get("Authorization"))
        if user is None:
            challenge = {"WWW-Authenticate": 'Basic realm="OpenSearch Security"'}
            self.reply(401, challenge, b"Unauthorized")
        elif user == READER[0] and not is_read(self.command, path):
            refused = json.dumps(refusal(self.command, path, user)).encode()
            self.reply(403, {"Content-Type": "application/json"}, refused)
        else:
            self.pass_on(body)

    def pass_on(self, body: bytes) -> None:
        passed = {k: v for k, v in self.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        passed.pop("Authorization", None)
        cluster = http.client.HTTPConnection(self.server.behind, timeout=PATIENCE_SECONDS)
        try:
            cluster.request(self.command, self.path, body, passed)
            answer = cluster.getresponse()
            headers = {k: v for k, v in answer.getheaders() if k.lower() not in _OF_THE_CONNECTION}
            self.reply(answer.status, headers, answer.read())
        except OSError as error:
            self.reply(502, {"Content-Type": "text/plain"}, str(error).encode())
        finally:
            cluster.close()

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behind: str, certificate: Path) -> None:
        super().__init__((HOST, 0), _Handler)
        self.behind = behind
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that refuses the certificate hangs up: what the tests are about


@contextmanager
def tls_proxy(url: str, certificate: Path) -> Iterator[str]:
    """The https address in front of a cluster's address, with a certificate of one's choice."""
    server = _Server(urlsplit(url).netloc, certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
