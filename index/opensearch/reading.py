"""Requests about one commit: every answer is of the same state, and whole, or an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from opensearchpy import OpenSearch, TransportError

from index.opensearch.failures import error_of, told, whole

Json = dict[str, Any]

KEEP_ALIVE: Final = "10m"
"""So long the cluster holds the commit after a request, should no other come."""
_PAGE: Final = 1_000


class Reader:
    """An index as it was when this was opened. One thread at a time."""

    def __init__(self, client: OpenSearch, index: str, where: str) -> None:
        """Raises StoreError. where: what messages call the index."""
        self.client, self.index, self.where = client, index, where
        with told(where):
            held = client.create_pit(
                index=index,
                params={"keep_alive": KEEP_ALIVE, "allow_partial_pit_creation": "false"},
            )
        self._held: str = held["pit_id"]

    def search(self, body: Json) -> Json:
        """The whole answer to one request."""
        with told(self.where):
            found: Json = self.client.search(
                body=self._of_commit(body), params={"allow_partial_search_results": "false"}
            )
        return self._checked(found)

    def search_all(self, bodies: Sequence[Json]) -> list[Json]:
        """The whole answers to several requests, sent as one."""
        if len(bodies) == 1:
            return [self.search(bodies[0])]
        header = {"allow_partial_search_results": False}
        lines = [line for body in bodies for line in (header, self._of_commit(body))]
        with told(self.where):
            found: Json = self.client.msearch(body=lines)
        return [self._checked(each) for each in found["responses"]]

    def _of_commit(self, body: Json) -> Json:
        return body | {"pit": {"id": self._held, "keep_alive": KEEP_ALIVE}}

    def _checked(self, found: Json) -> Json:
        if "error" in found:
            status, error = found.get("status", 0), found["error"]
            raise error_of(TransportError(status, str(error.get("type")), found), self.where)
        self._held = found.get("pit_id", self._held)
        return whole(found, self.where)

    def pages(self, body: Json, size: int = _PAGE) -> Iterator[list[Json]]:
        """Every hit of a sorted request, so many at a time."""
        after: Json = {}
        while True:
            found = self.search(body | {"size": size, "track_total_hits": False} | after)
            hits: list[Json] = found["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < size:
                return
            after = {"search_after": hits[-1]["sort"]}

    def close(self) -> None:
        """Let the cluster forget the commit; it does so by itself where it cannot be told."""
        with told(self.where):
            self.client.delete_pit(body={"pit_id": [self._held]})


class Round:
    """Requests that are sent as one, each with what becomes of its answer."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.where = reader, reader.where
        self._bodies: list[Json] = []
        self._takers: list[Callable[[Json], None]] = []

    def add(self, body: Json, take: Callable[[Json], None]) -> None:
        """Ask this, too."""
        self._bodies.append(body)
        self._takers.append(take)

    def end(self) -> None:
        """Send all of them and hand out the answers."""
        if self._bodies:
            answers = self._reader.search_all(self._bodies)
            for take, answer in zip(self._takers, answers, strict=True):
                take(answer)
