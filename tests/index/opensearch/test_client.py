"""What people are told when a cluster, or the way to it, fails."""

from __future__ import annotations

import json
import pickle
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from index.errors import (
    EngineUnavailable,
    IndexFull,
    IndexLocked,
    IndexMissing,
    StoreError,
    UserError,
)
from index.opensearch.bulk import Bulk, chunked, drop, put
from index.opensearch.client import connect
from index.opensearch.connection import Connection, connection_to
from index.opensearch.failures import told, whole
from index.opensearch.journal import Journal
from index.opensearch.retrying import Patience, patiently
from index.opensearch.target import Target
from index.opensearch.writer import OpenSearchWriter
from tests.tls_proxy import ADMIN, READER, Certificates, make_certificates, tls_proxy

Json = dict[str, Any]
SECRET = "mot de passe"
HURRY = Patience(tries=3, first_s=0.01, most_s=0.01)
INFO = {"version": {"distribution": "opensearch", "number": "3.8.0"}}


class Answers:
    """A server that gives answers written beforehand, each once, and the last for ever.

    They are what a real cluster was seen to answer.
    """

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.left = [*answers]
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                outer.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                status, body = outer.left.pop(0) if len(outer.left) > 1 else outer.left[0]
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                kind = "text/html" if isinstance(body, bytes) else "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = _answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def answering(*answers: tuple[int, Any]) -> Iterator[Answers]:
    made = Answers(*answers)
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def connection(url: str) -> Connection:
    return Connection((url,), "somebody", SECRET, timeout_s=5)


def said(error: StoreError) -> str:
    """All that anybody sees of an error, with --debug too."""
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.hint
    assert SECRET not in shown
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    return str(error)


def refused(kind: str, reason: str, **more: Any) -> Json:
    cause = {"type": kind, "reason": reason}
    return {"error": {"root_cause": [cause], **cause, **more}}


FLOOD = (
    "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, "
    "index has read-only-allow-delete block];"
)
REFUSALS: list[Any] = [
    pytest.param(
        *(401, b"Unauthorized", EngineUnavailable, "does not know this user with this password"),
        id="wrong password",
    ),
    pytest.param(
        *(403, refused("security_exception", "no permissions for [x] and User [name=y]")),
        *(EngineUnavailable, "this user may not do that there"),
        id="no right",
    ),
    pytest.param(
        *(404, refused("index_not_found_exception", "no such index [x]"), IndexMissing, "No index"),
        id="no index",
    ),
    pytest.param(
        *(429, refused("cluster_block_exception", FLOOD), IndexFull, "disks of the cluster"),
        id="full",
    ),
    pytest.param(
        *(403, refused("index_create_block_exception", "blocked by: [FORBIDDEN/10/create-index];")),
        *(IndexFull, "disks of the cluster"),
        id="too full for a new index",
    ),
    pytest.param(
        *(429, refused("rejected_execution_exception", "rejected execution of coordinating op")),
        *(EngineUnavailable, "too much to do at once"),
        id="busy",
    ),
    pytest.param(
        *(429, refused("circuit_breaking_exception", "[parent] Data too large")),
        *(EngineUnavailable, "too much to do at once"),
        id="out of memory",
    ),
    pytest.param(
        *(503, refused("cluster_manager_not_discovered_exception", "")),
        *(EngineUnavailable, "half of its nodes or more are away"),
        id="no manager",
    ),
    pytest.param(
        503,
        refused("cluster_block_exception", "[SERVICE_UNAVAILABLE/2/no cluster-manager]"),
        *(EngineUnavailable, "half of its nodes or more are away"),
        id="no manager, blocked",
    ),
    pytest.param(
        503,
        refused("search_phase_execution_exception", "all shards failed", caused_by=None),
        *(EngineUnavailable, "a part of the index is on nodes that are away"),
        id="no shard",
    ),
    pytest.param(
        404,
        refused("search_context_missing_exception", "No search context found for id [1]"),
        *(EngineUnavailable, "no longer held; ask again"),
        id="commit gone",
    ),
    pytest.param(
        *(413, b"", EngineUnavailable, "http.max_content_length"),
        id="too large",
    ),
    pytest.param(
        *(400, refused("parsing_exception", "unknown query [mach]" + "!" * 5000)),
        *(EngineUnavailable, "400: parsing_exception: unknown query [mach]"),
        id="anything else",
    ),
    pytest.param(200, b"<html>", EngineUnavailable, "", id="no JSON"),
]


@pytest.mark.parametrize(("status", "body", "kind", "message"), REFUSALS)
def test_a_refusal_is_one_clear_message(
    status: int, body: Any, kind: type[StoreError], message: str
) -> None:
    with answering((200, INFO), (status, body)) as server:
        client = connect(connection(server.url))
        with pytest.raises(kind) as raised, told(f"{server.url}/name"):
            client.search(index="name", body={})
        client.close()
    assert f"{server.url}/name" in said(raised.value)
    assert message in str(raised.value)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("kind", ["too_many_clauses", "too_many_nested_clauses"])
def test_a_query_that_is_too_large_is_told_to_whom_asks(status: int, kind: str) -> None:
    cause = {"type": kind, "reason": f"{kind}: maxClauseCount is set to 1024"}
    nested = refused("search_phase_execution_exception", "all shards failed", caused_by=cause)
    with answering((200, INFO), (status, nested)) as server:
        client = connect(connection(server.url))
        with pytest.raises(UserError, match="more parts than the cluster takes") as raised:
            patiently(lambda: client.search(index="name", body={}), "there", HURRY)
        client.close()
    assert "fewer words" in raised.value.hint


def test_an_answer_with_too_many_values_is_not_asked_for_again() -> None:
    too_many = refused("too_many_buckets_exception", "Trying to create too many buckets.")
    with answering((200, INFO), (503, too_many)) as server:
        client = connect(connection(server.url))
        with pytest.raises(EngineUnavailable, match=r"search\.max_buckets"):
            patiently(lambda: client.search(index="name", body={}), "there", HURRY)
        client.close()
        assert len(server.bodies) < 1 + 2 * 4  # the client's own tries on other nodes


def test_a_wrong_password_says_where_passwords_come_from() -> None:
    with answering((401, b"Unauthorized")) as server, pytest.raises(EngineUnavailable) as raised:
        connect(connection(server.url))
    said(raised.value)
    assert "LAWSEARCH_PASSWORD" in raised.value.hint


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(EngineUnavailable, match="nothing listens there") as raised:
            connect(connection(url))
    said(raised.value)


def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(EngineUnavailable, match="no connection: ") as raised:
        connect(connection("http://search.invalid:9200"))
    assert "search.invalid" in said(raised.value)


def test_silence_ends_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(EngineUnavailable, match="no answer in time") as raised:
            connect(replace(connection(url), timeout_s=0.5))
        assert time.monotonic() - begun < 5
    said(raised.value)


NO_CLUSTERS: list[Any] = [
    pytest.param({"version": {"number": "7.17.0"}}, "is no OpenSearch", id="Elasticsearch"),
    pytest.param({"name": "something"}, "is no OpenSearch", id="anything"),
    pytest.param(
        {"version": {"distribution": "opensearch", "number": "2.11.1"}}, "2.11.1", id="old"
    ),
]


@pytest.mark.parametrize(("info", "message"), NO_CLUSTERS)
def test_what_cannot_be_used_is_told_at_once(info: Json, message: str) -> None:
    with answering((200, info)) as server, pytest.raises(EngineUnavailable, match=message):
        connect(connection(server.url))


def test_another_node_answers_where_one_is_gone() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{held.getsockname()[1]}"
        with answering((200, INFO)) as server:
            for urls in [(gone, server.url), (server.url, gone)]:
                connect(Connection(urls)).close()


# Addresses and credentials


@pytest.mark.parametrize(
    ("url", "urls"),
    [
        ("https://search.example", ("https://search.example:443",)),
        ("http://127.0.0.1", ("http://127.0.0.1:9200",)),
        ("http://a:1/, http://b:2", ("http://a:1", "http://b:2")),
        ("https://proxy.example/search/", ("https://proxy.example:443/search",)),
        ("http://[::1]:9200", ("http://[::1]:9200",)),
    ],
)
def test_an_address_is_read(url: str, urls: tuple[str, ...]) -> None:
    assert connection_to(url, environ={}).urls == urls


@pytest.mark.parametrize(
    "url", ["", ",", "search.example", "ftp://x", "http://", "http://a:b", "http://a?b"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UserError, match="address of"):
        connection_to(url, environ={})


@pytest.mark.parametrize("url", [f"https://me:{SECRET}@host", f"https://me:{SECRET}@[host"])
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UserError) as raised:
        connection_to(url, environ={})
    assert SECRET not in str(raised.value) + repr(raised.value) + raised.value.hint


def test_credentials_are_the_environments(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("clerk\nfrom the file\n", "utf-8")
    file.chmod(0o600)
    environ = {"LAWSEARCH_USER": "me", "LAWSEARCH_PASSWORD": SECRET}
    made = connection_to("http://a", environ=environ)
    assert (made.username, made.password) == ("me", SECRET)
    assert SECRET not in repr(made)
    environ |= {"LAWSEARCH_CREDENTIALS": str(file), "LAWSEARCH_CA_FILE": str(file)}
    made = connection_to("http://a", environ=environ)
    assert (made.username, made.password) == ("clerk", "from the file")
    assert made.ca_file == file
    file.unlink()
    with pytest.raises(UserError, match="No file of certificates"):
        connection_to("http://a", environ=environ)
    del environ["LAWSEARCH_CA_FILE"]
    with pytest.raises(UserError, match="No credentials from"):
        connection_to("http://a", environ=environ)


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", "utf-8")
    with pytest.raises(UserError, match="No certificates can be read"):
        connect(Connection(("https://127.0.0.1:1",), ca_file=file))


# Half an answer


_FAILED = {
    "total": 3,
    "successful": 2,
    "failed": 1,
    "failures": [{"reason": {"type": "node_gone", "reason": "away"}}],
}
HALVES: list[Any] = [
    pytest.param({"timed_out": True, "_shards": {"failed": 0}}, "ran out of time", id="late"),
    pytest.param({"_shards": _FAILED}, r"1 of 3 parts .* \(node_gone: away\)", id="failed"),
    # a part that is on no node has not failed, as a cluster sees it
    pytest.param(
        {"_shards": {"total": 3, "successful": 2, "failed": 0}}, "1 of 3 parts", id="nowhere"
    ),
]


@pytest.mark.parametrize(("response", "message"), HALVES)
def test_half_an_answer_is_none(response: Json, message: str) -> None:
    with pytest.raises(EngineUnavailable, match=message):
        whole(response, "there")
    good = {"timed_out": False, "_shards": {"total": 3, "successful": 3, "failed": 0}}
    assert whole(good, "there") is good


# Trying again


def item(status: int, kind: str | None = None, reason: str = "") -> Json:
    error = {} if kind is None else {"error": {"type": kind, "reason": reason}}
    return {"index": {"_id": "x", "status": status, **error}}


def bulk_answer(*items: Json) -> tuple[int, Json]:
    return 200, {"errors": any("error" in i["index"] for i in items), "items": items}


def run_bulk(server: Answers) -> int:
    """Send three operations; how often was asked whether it may go on."""
    asked: list[None] = []
    client = connect(connection(server.url))
    try:
        bulk = Bulk(client, server.url, lambda: asked.append(None), HURRY)
        bulk.run([put("x", "1", {"a": 1}), drop("x", "2"), put("x", "3", {"a": 3})])
    finally:
        client.close()
    return len(asked)


BUSY = (429, refused("rejected_execution_exception", "rejected execution of coordinating op"))
OK = item(200)


def test_a_bulk_that_is_refused_as_a_whole_is_sent_again() -> None:
    with answering((200, INFO), BUSY, (503, b""), bulk_answer(OK, OK, OK)) as server:
        assert run_bulk(server) == 2  # what is away for a moment is asked for at once
        assert len(server.bodies) == 4
        assert len(set(server.bodies[1:])) == 1


def test_only_what_was_refused_is_sent_again() -> None:
    away = item(503, "unavailable_shards_exception")
    with answering((200, INFO), bulk_answer(OK, OK, away), bulk_answer(OK)) as server:
        assert run_bulk(server) == 2
        assert server.bodies[2] == put("x", "3", {"a": 3}).lines()


def test_patience_has_an_end() -> None:
    with answering((200, INFO), BUSY) as server:
        with pytest.raises(EngineUnavailable, match="too much to do at once"):
            run_bulk(server)
        assert len(server.bodies) == 1 + HURRY.tries


def test_patience_has_an_end_in_time() -> None:
    long = Patience(tries=10_000, first_s=0.01, most_s=0.05, total_s=0.5)
    with answering((200, INFO), BUSY) as server:
        client = connect(connection(server.url))
        begun = time.monotonic()
        with pytest.raises(EngineUnavailable, match="too much to do at once"):
            patiently(lambda: client.search(index="name", body={}), "there", long)
        with pytest.raises(EngineUnavailable, match="too much to do at once"):
            Bulk(client, server.url, lambda: None, long).run([drop("x", "2")])
        assert 0.6 < time.monotonic() - begun < 5
        client.close()


def test_what_a_later_writer_wrote_is_not_written_over() -> None:
    late = item(409, "version_conflict_engine_exception", "current version [9] is higher")
    with answering((200, INFO), bulk_answer(OK, late, OK)) as server:
        with pytest.raises(IndexLocked, match="another that has taken over"):
            run_bulk(server)
        assert len(server.bodies) == 2


def test_a_document_that_the_cluster_cannot_tell_of_is_asked_for_again() -> None:
    error = {"type": "circuit_breaking_exception", "reason": "[parent] Data too large"}
    found = {"_id": "a", "found": True, "_source": {"content_hash": "h"}}
    answers = [(200, {"docs": [each]}) for each in ({"_id": "a", "error": error}, found)]
    with answering((200, INFO), *answers) as server:
        client = connect(connection(server.url))
        bulk = Bulk(client, server.url, lambda: None, HURRY)
        target = Target(bulk, "x", Journal(client, "x-files", server.url, "me", HURRY))
        assert target.hashes(["a"]) == {"a": "h"}
        client.close()


def test_a_full_disk_is_told_at_once() -> None:
    full = item(429, "cluster_block_exception", FLOOD)
    with answering((200, INFO), bulk_answer(OK, OK, full)) as server:
        with pytest.raises(IndexFull):
            run_bulk(server)
        assert len(server.bodies) == 2


def test_what_is_wrong_is_not_tried_again() -> None:
    wrong = item(400, "mapper_parsing_exception", "failed to parse")
    with answering((200, INFO), bulk_answer(OK, wrong, OK)) as server:
        with pytest.raises(EngineUnavailable, match="400: failed to parse"):
            run_bulk(server)
        assert len(server.bodies) == 2


def test_a_bug_is_no_lost_connection() -> None:
    tried: list[None] = []

    def request() -> None:
        tried.append(None)
        client.search(index="x", body={}, params={"timeout": "5s"})  # taken for the client's own

    with answering((200, INFO), (200, {})) as server:
        client = connect(connection(server.url))
        with pytest.raises(EngineUnavailable):
            patiently(request, "there", HURRY)
        client.close()
    assert len(tried) == 1


def test_a_bulk_is_cut_where_it_gets_large() -> None:
    small, large = b"x" * 1_000_000, b"x" * 9_000_000
    runs = [*chunked([small, small, large, *[small] * 6])]
    assert [len(run) for run in runs] == [2, 1, 5, 1]
    assert [len(run) for run in chunked([b"x"] * 4_001)] == [2_000, 2_000, 1]
    assert [*chunked([])] == []


# TLS and roles, before a real cluster


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Good and bad ones."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def trusting(url: str, certificates: Certificates, user: tuple[str, str] = ADMIN) -> Connection:
    return Connection((url,), *user, ca_file=certificates.ca)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("expired", "its certificate has expired"),
        ("foreign", "its certificate is of nobody that is trusted here"),
        ("elsewhere", "its certificate is of another host"),
    ],
)
def test_a_bad_certificate_is_refused(certificates: Certificates, kind: str, message: str) -> None:
    with (
        answering((200, INFO)) as server,
        tls_proxy(server.url, getattr(certificates, kind)) as url,
        pytest.raises(EngineUnavailable, match=message) as raised,
    ):
        connect(trusting(url, certificates, ("somebody", SECRET)))
    said(raised.value)
    assert not server.bodies  # it was told nothing, no password either


def test_an_authority_that_is_not_the_systems_has_to_be_named(certificates: Certificates) -> None:
    with (
        answering((200, INFO)) as server,
        tls_proxy(server.url, certificates.good) as url,
    ):
        with pytest.raises(EngineUnavailable, match="of nobody that is trusted here"):
            connect(replace(trusting(url, certificates), ca_file=None))
        connect(trusting(url, certificates)).close()
        connect(replace(trusting(url, certificates), ca_file=None, verify=False)).close()


def test_no_tls_there_is_told(certificates: Certificates) -> None:
    with answering((200, INFO)) as server, pytest.raises(EngineUnavailable, match="no TLS"):
        connect(trusting(server.url.replace("http", "https"), certificates))


@pytest.mark.cluster
def test_a_secured_cluster_is_written_to_by_whom_it_lets(
    cluster: Connection, name: str, certificates: Certificates
) -> None:
    with tls_proxy(cluster.urls[0], certificates.good) as url:
        OpenSearchWriter(trusting(url, certificates), name).close()
        with pytest.raises(EngineUnavailable, match="may not do that there") as raised:
            OpenSearchWriter(trusting(url, certificates, READER), name)
        assert READER[1] not in said(raised.value)
        with pytest.raises(EngineUnavailable, match="does not know this user") as raised:
            OpenSearchWriter(trusting(url, certificates, (ADMIN[0], SECRET)), name)
        said(raised.value)
