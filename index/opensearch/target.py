"""The index that a writer writes to, and what of it was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from index.filetable import FileTable
from index.opensearch.bulk import Bulk, Operation, drop
from index.opensearch.failures import refreshed, whole
from index.opensearch.filerows import files_index, read_table, table_operations
from index.opensearch.journal import Journal, Pending, Phase, Step
from index.opensearch.retrying import patiently
from index.opensearch.spelling import document_id

Json = dict[str, Any]

_AT_ONCE: Final = 500
"""Documents that are asked for in one request."""
_LARGE_AT_ONCE: Final = 50


class Target:
    """One index with the one beside it: its table of files and the steps of its commits."""

    def __init__(self, bulk: Bulk, index: str, journal: Journal) -> None:
        self.index, self.files = index, files_index(index)
        self.journal = journal
        self._bulk = bulk
        self._client, self._where = bulk.client, bulk.where
        self.unsure = frozenset[str]()
        """Documents that another writer may have been writing: they are put whatever they hold."""

    def table(self) -> FileTable:
        """The table of files."""
        self._refresh(self.files)
        return read_table(self._search, self._where)

    def _search(self, body: Json) -> Json:
        params = {"allow_partial_search_results": "false"}
        request = partial(self._client.search, index=self.files, body=body, params=params)
        return whole(patiently(request, self._where, self._bulk.patience), self._where)

    def _refresh(self, *indexes: str) -> None:
        request = partial(self._client.indices.refresh, index=",".join(indexes))
        refreshed(patiently(request, self._where, self._bulk.patience), self._where)

    def _run(self, operations: Iterable[Operation]) -> None:
        """Do what follows from the journal's last step, unless a later writer has gone on."""
        self._bulk.run(operations, self.journal.version)

    def seed(self, table: FileTable) -> None:
        """Put what an index of before gave and retired into a new one."""
        self._run(table_operations(self.files, table))

    def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """The content hashes of those of the documents that are there."""
        found = self._documents(ids, ["content_hash"], _AT_ONCE)
        return {id: source.get("content_hash", "") for id, source in found}

    def sources(self, ids: Sequence[str], fields: Sequence[str]) -> Iterator[Json]:
        """Of those of the documents that are there the source."""
        return (source for _id, source in self._documents(ids, fields, _LARGE_AT_ONCE))

    def _documents(
        self, ids: Sequence[str], fields: Sequence[str], at_once: int
    ) -> Iterator[tuple[str, Json]]:
        for at in range(0, len(ids), at_once):
            body = {"ids": [*ids[at : at + at_once]]}
            params = {"_source_includes": ",".join(fields)}
            request = partial(self._several, body, params)
            for document in patiently(request, self._where, self._bulk.patience):
                if document["found"]:
                    yield document["_id"], document["_source"]

    def _several(self, body: Json, params: Json) -> list[Json]:
        """What the cluster has of several documents; one that it cannot tell of is an error."""
        from opensearchpy import TransportError

        found: list[Json] = self._client.mget(index=self.index, body=body, params=params)["docs"]
        for document in found:
            if "error" in document:
                cause = document["error"]
                raise TransportError(503, str(cause.get("type")), {"error": cause})
        return found

    def put(self, operations: Iterable[Operation]) -> None:
        """Write reports."""
        self._run(operations)

    def bring_about(self, decided: Pending) -> None:
        """Do all that a decided commit has to do yet; doing it again is harmless."""
        self._run(drop(self.index, id) for id in decided.remove)
        self._run(table_operations(self.files, decided.change))
        self._refresh(self.index, self.files)
        self.journal.write(Step(decided.record))

    def recover(self) -> Step:
        """The last commit, with what a crash left behind it taken back or brought to its end.

        Always a step of the journal: whoever else believes to be the writer cannot go on from his.
        """
        step = self.journal.read()
        self.journal.write(step)
        pending = step.pending
        if pending is None:
            return step
        if pending.phase is Phase.WRITING:
            self._take_back(pending)
            step = Step(step.record)
            self.journal.write(step)
            return step
        self.bring_about(pending)
        return Step(pending.record)

    def _take_back(self, pending: Pending) -> None:
        """Delete what was not there before; files whose report may be another are read again."""
        self._run(drop(self.index, id) for id in pending.fresh)
        self.unsure = replaced = frozenset(pending.replaced)
        rows = self.table().rows if replaced else {}
        unsure = {
            path: row._replace(basis="")
            for path, row in rows.items()
            if row.report_id and document_id(row.report_id) in replaced
        }
        self._run(table_operations(self.files, FileTable(unsure)))
        self._refresh(self.index, self.files)
