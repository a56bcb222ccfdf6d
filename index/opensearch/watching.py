"""Which commit an index on a cluster is at, asked again and again by a server."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from index.errors import IndexMissing
from index.opensearch.client import connect
from index.opensearch.connection import Connection
from index.opensearch.filerows import files_index
from index.opensearch.generations import Generations
from index.opensearch.journal import COMMIT, read_record
from index.opensearch.retrying import Patience, patiently

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_ONCE = Patience(tries=1)


class Watching:
    """Asks with a client of its own, which is connected when it is first called."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._where = connection.index(name)
        self._client: OpenSearch | None = None

    def __call__(self) -> Hashable:
        """The index behind the name and its last commit; None before there is one.

        Raises EngineUnavailable, IndexDamaged.
        """
        if self._client is None:
            self._client = connect(self._connection)
        client = self._client
        index = Generations(client, self._name, self._where, _ONCE).live()
        if index is None:
            return None
        try:
            found = patiently(
                lambda: client.get(index=files_index(index), id=COMMIT, _source_includes="body"),
                self._where,
                _ONCE,
            )
        except IndexMissing:  # replaced between the two requests: the next look sees by which
            return None
        record = read_record(found["_source"], self._where)
        return index, record.commit, record.written
