"""What a secured cluster refuses, and what it lets through: TLS, passwords, a role that only reads.

OpenSearch's security plugin is not to be had here as a package. A proxy stands for it that speaks
TLS, asks for a password and answers in the plugin's words: see `tests.tls_proxy`.
"""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import EngineUnavailable, LawsearchError, UserError
from index.opensearch.client import connect
from index.opensearch.connection import Connection, connection_to
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.writer import OpenSearchWriter
from tests.cluster.indexed import Indexed, Whole, build, read_whole
from tests.cluster_process import ClusterProcess
from tests.tls_proxy import ADMIN, READER, Certificates, make_certificates, tls_proxy

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

WRONG = "Mimi-1234-wrong"
SECRETS = (ADMIN[1], READER[1], WRONG)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Good and bad ones."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secured(cluster: ClusterProcess, certificates: Certificates) -> Iterator[str]:
    """The address of a cluster that all is well with, once one has shown who one is."""
    with tls_proxy(cluster.addresses[0], certificates.good) as url:
        yield url


def as_user(url: str, certificates: Certificates, user: tuple[str, str] = ADMIN) -> Connection:
    """A connection as the environment would give it."""
    environ = {"LAWSEARCH_USER": user[0], "LAWSEARCH_PASSWORD": user[1]}
    made = connection_to(url, ca_file=certificates.ca, environ=environ)
    return replace(made, timeout_s=10)


def refused(attempt: Callable[[], object], caplog: pytest.LogCaptureFixture) -> LawsearchError:
    """The error that the attempt ends in; it keeps every secret, and so does what is logged."""
    with caplog.at_level(logging.DEBUG), pytest.raises(LawsearchError) as raised:
        attempt()
    error = raised.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.hint + caplog.text
    for secret in SECRETS:
        assert secret not in shown
        for user in (ADMIN[0], READER[0]):
            assert base64.b64encode(f"{user}:{secret}".encode()).decode() not in shown
    return error


def test_with_the_right_password_all_is_as_without_one(
    secured: str, certificates: Certificates, indexed: Indexed, truth: Whole
) -> None:
    connection = as_user(secured, certificates)
    build(OpenSearchWriter(connection, indexed.name), indexed.reports)
    assert read_whole(OpenSearchEngine(connection, indexed.name)) == truth


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("foreign", "its certificate is of nobody that is trusted here", id="wrong CA"),
        pytest.param("expired", "its certificate has expired", id="expired"),
        pytest.param("elsewhere", "its certificate is of another host", id="another host's"),
    ],
)
def test_a_bad_certificate_is_refused_and_named(
    name: str,
    reason: str,
    cluster: ClusterProcess,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with tls_proxy(cluster.addresses[0], getattr(certificates, name)) as url:
        error = refused(lambda: connect(as_user(url, certificates)), caplog)
    assert isinstance(error, EngineUnavailable)
    assert str(error).startswith(f"The engine at {url} ")
    assert reason in str(error)


def test_without_its_authority_a_good_certificate_is_refused(
    secured: str, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    connection = replace(as_user(secured, certificates), ca_file=None)
    error = refused(lambda: connect(connection), caplog)
    assert "its certificate is of nobody that is trusted here" in str(error)
    assert "LAWSEARCH_CA_FILE" in error.hint


@pytest.mark.parametrize(
    "user",
    [
        pytest.param((ADMIN[0], WRONG), id="wrong password"),
        pytest.param(("stranger", WRONG), id="unknown user"),
    ],
)
def test_a_wrong_password_is_refused_without_being_shown(
    user: tuple[str, str],
    secured: str,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = refused(lambda: connect(as_user(secured, certificates, user)), caplog)
    assert isinstance(error, EngineUnavailable)
    assert f"{secured} " in str(error)
    assert "it does not know this user with this password" in str(error)
    assert "LAWSEARCH_PASSWORD" in error.hint


def test_nobody_is_refused_and_told_where_a_password_is_looked_for(
    secured: str, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connection_to(secured, ca_file=certificates.ca, environ={})
    error = refused(lambda: connect(connection), caplog)
    assert "LAWSEARCH_USER" in error.hint
    assert "LAWSEARCH_PASSWORD" in error.hint


def test_a_reader_finds_all_and_writes_nothing(
    secured: str,
    certificates: Certificates,
    indexed: Indexed,
    truth: Whole,
    caplog: pytest.LogCaptureFixture,
) -> None:
    indexed.index()
    connection = as_user(secured, certificates, READER)
    assert read_whole(OpenSearchEngine(connection, indexed.name)) == truth
    error = refused(lambda: OpenSearchWriter(connection, indexed.name, wait_s=1), caplog)
    assert isinstance(error, EngineUnavailable)
    assert f"{secured}/{indexed.name} " in str(error)
    assert "this user may not do that there" in str(error)
    assert indexed.read() == truth
    indexed.index()  # and no lock is left behind


def test_a_reader_cannot_make_an_index(
    secured: str, certificates: Certificates, indexed: Indexed, caplog: pytest.LogCaptureFixture
) -> None:
    connection = as_user(secured, certificates, READER)
    error = refused(lambda: OpenSearchWriter(connection, indexed.name, wait_s=1), caplog)
    assert "this user may not do that there" in str(error)
    assert indexed.made() == set()


def test_plain_http_to_an_https_port_is_told_to_use_https(
    secured: str, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    plain = secured.replace("https://", "http://")
    error = refused(lambda: connect(as_user(plain, certificates)), caplog)
    assert isinstance(error, EngineUnavailable)
    assert f"{plain} " in str(error)
    assert "https://" in error.hint


def test_https_to_a_plain_port_is_told_to_use_http(
    cluster: ClusterProcess, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    safe = cluster.addresses[0].replace("http://", "https://")
    error = refused(lambda: connect(as_user(safe, certificates)), caplog)
    assert isinstance(error, EngineUnavailable)
    assert "no TLS connection" in str(error)
    assert "http://" in error.hint


def test_a_password_in_the_address_is_refused_without_being_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = f"https://{ADMIN[0]}:{WRONG}@127.0.0.1:9200"
    error = refused(lambda: connection_to(url, environ={}), caplog)
    assert isinstance(error, UserError)
    assert "LAWSEARCH_PASSWORD" in error.hint


def test_a_connection_does_not_show_its_password(certificates: Certificates) -> None:
    connection = as_user("https://127.0.0.1:9200", certificates)
    assert ADMIN[1] not in repr(connection)
    assert ADMIN[1] not in connection.where


def test_a_file_without_certificates_is_told(
    secured: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing\n", "ascii")
    connection = connection_to(secured, ca_file=empty, environ={})
    error = refused(lambda: connect(connection), caplog)
    assert isinstance(error, UserError)
    assert str(empty) in str(error)
