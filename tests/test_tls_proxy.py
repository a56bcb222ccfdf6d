"""The proxy that stands for a secured cluster: what it lets through and what it refuses."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.tls_proxy import ADMIN, READER, Certificates, is_read, make_certificates, tls_proxy


class _Echo(BaseHTTPRequestHandler):
    """Tells what came through, in place of a cluster."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        told = [self.command, self.path, body, "Authorization" in self.headers]
        data = json.dumps(told).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    """The address of what is behind the proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Good and bad ones."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secured(behind: str, certificates: Certificates) -> Iterator[str]:
    """The address of a proxy that all is well with."""
    with tls_proxy(behind, certificates.good) as url:
        yield url


def send(
    url: str, ca: Path, user: tuple[str, str] | None, method: str = "GET", body: str = ""
) -> tuple[int, Any]:
    """The status and what was said, JSON or not."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca))),
    )
    asked = urllib.request.Request(url, body.encode() or None, method=method)
    if user:
        secret = base64.b64encode(":".join(user).encode()).decode()
        asked.add_header("Authorization", f"Basic {secret}")
    try:
        with opener.open(asked, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_admin_comes_through_without_the_password(
    secured: str, certificates: Certificates
) -> None:
    told = send(f"{secured}/x/_doc/1?a=b", certificates.ca, ADMIN, "PUT", '{"词": 1}')
    assert told == (201, ["PUT", "/x/_doc/1?a=b", '{"词": 1}', False])


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(None, id="nobody"),
        pytest.param((ADMIN[0], "wrong"), id="wrong password"),
        pytest.param(("nobody", ""), id="unknown user"),
    ],
)
def test_a_stranger_is_refused(
    secured: str, certificates: Certificates, user: tuple[str, str] | None
) -> None:
    assert send(f"{secured}/", certificates.ca, user) == (401, "Unauthorized")


def test_the_reader_cannot_write(secured: str, certificates: Certificates) -> None:
    assert send(f"{secured}/x/_search", certificates.ca, READER, "POST", "{}")[0] == 201
    status, said = send(f"{secured}/x/_bulk", certificates.ca, READER, "POST", "{}\n")
    error = json.loads(said)["error"]
    assert (status, error["type"]) == (403, "security_exception")
    assert error["root_cause"][0]["reason"] == error["reason"]
    assert "no permissions for [POST /x/_bulk] and User [name=reader" in error["reason"]


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        pytest.param("GET", "/_cluster/health", True, id="health"),
        pytest.param("POST", "/x/_search", True, id="search"),
        pytest.param("POST", "/x/_search/point_in_time", True, id="open a point in time"),
        pytest.param("DELETE", "/_search/point_in_time", True, id="close it"),
        pytest.param("POST", "/_bulk", False, id="bulk"),
        pytest.param("POST", "/x/_update/1", False, id="update"),
        pytest.param("POST", "/x/_doc", False, id="add"),
        pytest.param("POST", "/x/_delete_by_query", False, id="delete by query"),
        pytest.param("POST", "/_aliases", False, id="swap an alias"),
        pytest.param("PUT", "/x", False, id="make an index"),
        pytest.param("DELETE", "/x", False, id="delete an index"),
        pytest.param("DELETE", "/_search", False, id="an index by another name"),
        pytest.param("PATCH", "/x", False, id="an unknown method"),
    ],
)
def test_what_only_reads_is_known(method: str, path: str, reads: bool) -> None:
    assert is_read(method, path) == reads


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("expired", "certificate has expired", id="expired"),
        pytest.param("foreign", "unable to get local issuer|self-signed", id="another authority"),
    ],
)
def test_a_bad_certificate_is_not_taken(
    behind: str, certificates: Certificates, name: str, reason: str
) -> None:
    with (
        tls_proxy(behind, getattr(certificates, name)) as url,
        pytest.raises(urllib.error.URLError, match=reason),
    ):
        send(url, certificates.ca, ADMIN)


def test_the_good_certificate_is_not_the_systems_own(secured: str) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(secured, timeout=20)
