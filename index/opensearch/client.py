"""A client of a cluster, checked once: that it answers, lets us in and is one we can use."""

from __future__ import annotations

import logging
import re
import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from index.errors import EngineUnavailable, UserError
from index.i18n import gettext as _
from index.opensearch.connection import Connection
from index.opensearch.failures import told

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_LEAST: Final = (2, 19)
_SOON_S: Final = 5.0
_THREADS: Final = 4  # that ask a node at once: a writer, and what renews its lock
_RETRIES: Final = 3  # on other nodes, when a connection is lost; every request may come twice


def connect(connection: Connection) -> OpenSearch:
    """A client. Raises EngineUnavailable; UserError for a file of certificates that holds none."""
    from opensearchpy import OpenSearch

    from index.opensearch.transport import PassingOver

    # What it logs of a failure, with its traceback, is what our own error tells.
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    client = OpenSearch(
        [_host(url) for url in connection.urls],
        http_auth=_credentials(connection),
        transport_class=PassingOver,
        timeout=connection.timeout_s,
        pool_maxsize=_THREADS,
        max_retries=_RETRIES,
        retry_on_timeout=False,
        retry_on_status=(502, 503, 504),
        **_trust(connection),
    )
    try:
        with told(connection.where):
            _check(connection, _first_words(client, connection))
    except BaseException:
        client.close()
        raise
    return client


def _first_words(client: OpenSearch, connection: Connection) -> dict[str, Any]:
    """What a node says of itself. Each is asked: one that is silent is then passed over."""
    from opensearchpy import ConnectionTimeout

    said: dict[str, Any] = {}
    soon_s = min(_SOON_S, connection.timeout_s)
    for left in reversed(range(len(connection.urls))):
        try:
            said = client.info(params={"request_timeout": soon_s})
        except ConnectionTimeout:
            if not left and not said:
                raise
    return said


def _host(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "use_ssl": parts.scheme == "https",
        "url_prefix": parts.path,
    }


def _credentials(connection: Connection) -> tuple[str, str] | None:
    if connection.username is None:
        return None
    return connection.username, connection.password or ""


def _trust(connection: Connection) -> dict[str, Any]:
    """Which certificates are good: the system's authorities, or those of one file instead."""
    if not any(url.startswith("https") for url in connection.urls):
        return {}
    if not connection.verify:
        return {"verify_certs": False, "ssl_show_warn": False}
    try:
        return {"ssl_context": ssl.create_default_context(cafile=connection.ca_file)}
    except (ssl.SSLError, OSError):
        said = _("No certificates can be read from {path}.")
        raise UserError(said.format(path=connection.ca_file)) from None


def _check(connection: Connection, info: dict[str, Any]) -> None:
    """Raises EngineUnavailable where something else answers, or an OpenSearch that is too old."""
    version = info.get("version")
    if not isinstance(version, dict) or version.get("distribution") != "opensearch":
        raise EngineUnavailable(connection.where, _("what answers there is no OpenSearch"))
    number = str(version.get("number"))
    found = tuple(map(int, re.findall(r"\d+", number)[:2]))
    if found < _LEAST:
        said = _("it is OpenSearch {found}, and {least} is the oldest that will do")
        least = ".".join(map(str, _LEAST))
        raise EngineUnavailable(connection.where, said.format(found=number, least=least))
