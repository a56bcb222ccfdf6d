"""The writing side of an index on a cluster: one writer a name, held by a lease.

Reports go into the index that the name stands for. A rebuild fills a new one beside it, which takes
the name over when it is finished; one that was interrupted is gone on with.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any, Final
from uuid import uuid4

from index.engine import Batch, FileRow
from index.errors import EngineUnavailable, IndexDamaged, IndexMissing, StoreError
from index.filetable import FileTable, merged
from index.gazetteer import GAZETTEER_VERSION
from index.model import Report
from index.opensearch.bulk import Bulk, Operation, put
from index.opensearch.client import connect
from index.opensearch.connection import Connection
from index.opensearch.document import to_document
from index.opensearch.filerows import change_of, files_index
from index.opensearch.generations import MADE_BY, Generations, Shape
from index.opensearch.journal import CommitRecord, Journal, Pending, Phase, Step
from index.opensearch.lease import HELD_S, Lease
from index.opensearch.retrying import Patience
from index.opensearch.settling import settle
from index.opensearch.spelling import document_id
from index.opensearch.stored import REPORT_SOURCE, report_of
from index.opensearch.target import Target
from index.opensearch.versions import check_versions, index_versions

Json = dict[str, Any]
_PATIENCE: Final = Patience()
_SHAPE: Final = Shape()
_NOTHING: Final = CommitRecord(0, "", {})


class OpenSearchWriter:
    """Writes to an index on a cluster; implements `index.engine.Writer`."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        *,
        shape: Shape = _SHAPE,
        wait_s: float = 10.0,
        held_s: float = HELD_S,
        rebuild: bool = False,
        patience: Patience = _PATIENCE,
    ) -> None:
        """Open the name for writing, creating its index; a rebuild starts another beside it.

        shape is of a new index; an old one keeps its own. Raises IndexLocked, IndexOutdated,
        IndexDamaged, IndexFull, EngineUnavailable.
        """
        self.where = connection.index(name)
        self._shape, self._patience, self._owner = shape, patience, uuid4().hex
        self._client = connect(connection)
        try:
            self._lease = Lease(
                *(self._client, name, self.where),
                replicas=shape.replicas,
                wait_s=wait_s,
                held_s=held_s,
                patience=patience,
            )
        except BaseException:
            self._client.close()
            raise
        self._bulk = Bulk(self._client, self.where, self._lease.check, patience)
        self._generations = Generations(self._client, name, self.where, patience)
        try:
            self._open(rebuild=rebuild)
        except BaseException:
            self.close()
            raise

    # Opening

    def _open(self, *, rebuild: bool) -> None:
        self._live = self._generations.live()
        self._is_whole = True
        if self._live is not None and not rebuild:
            check_versions(self.where, self._generations.meta(self._live))
            self._target = self._target_of(self._live)
            self._delete_older(self._live)
        else:
            record, table = self._before()
            self._target = self._begun(record) or self._begin(record, table)
        self._record = self._target.recover().record
        self._table = self._target.table()

    def _target_of(self, index: str) -> Target:
        return Target(self._bulk, index, self._journal_of(index))

    def _journal_of(self, index: str) -> Journal:
        return Journal(self._client, files_index(index), self.where, self._owner, self._patience)

    def _begun(self, record: CommitRecord) -> Target | None:
        """The newest index, if it has not got the name yet and this program can go on with it.

        All others that have not got it are deleted.
        """
        found: Target | None = None
        for index, meta in self._generations.all().items():
            if index == self._live or meta.get("made_by") != MADE_BY:
                continue
            if found is None and self._can_go_on(index, meta, record):
                found = self._target_of(index)
            else:
                self._generations.delete(index)
        return found

    def _delete_older(self, live: str) -> None:
        """Delete what a rebuild has replaced, and an interruption left."""
        number = self._generations.number
        for index, meta in self._generations.all().items():
            if number(index) < number(live) and meta.get("made_by") == MADE_BY:
                self._generations.delete(index)

    def _can_go_on(self, index: str, meta: Json, record: CommitRecord) -> bool:
        wanted = index_versions() | self._follows(record)
        same = all(meta.get(name) == value for name, value in wanted.items())
        return same and self._journal_of(index).exists()

    def _follows(self, record: CommitRecord) -> Json:
        """What a new index says of the commit that it is to replace."""
        return {"follows": self._live, "from": record.commit}

    def _begin(self, record: CommitRecord, table: FileTable) -> Target:
        """A new index, which knows what ids the one before has given."""
        index = self._generations.create(self._shape, self._follows(record))
        target = self._target_of(index)
        target.seed(table)
        target.journal.begin(record)
        return target

    def _before(self) -> tuple[CommitRecord, FileTable]:
        """The last commit of the index that is to be replaced, and its ids without rows."""
        if self._live is None:
            return _NOTHING, FileTable({})
        live = self._target_of(self._live)
        try:
            record, table = live.recover().record, live.table()
        except (IndexDamaged, IndexMissing):  # as good as none; its reports are read again
            return _NOTHING, FileTable({})
        given = {path: row.report_id for path, row in table.rows.items() if row.report_id}
        return record, FileTable({}, table.retired, {**table.given, **given})

    # What is there

    def files(self) -> Mapping[str, FileRow]:
        """The file rows as of the last commit."""
        return self._table.rows

    def given(self) -> Mapping[str, str]:
        """Ids by path that a rebuild should give again."""
        return self._table.given

    def retired(self) -> Collection[str]:
        """Ids that must not be given again."""
        return self._table.retired

    def fetch(self, report_ids: Collection[str]) -> dict[str, Report]:
        """Reports as of the last commit."""
        ids = [document_id(id) for id in dict.fromkeys(report_ids)]
        reports = map(report_of, self._target.sources(ids, REPORT_SOURCE))
        return {report.id: report for report in reports}

    # Writing

    def write(self, batch: Batch) -> None:
        """Commit the batch: all of it, or on any error nothing.

        On an error a report that was there before may be the new one already; its file is then
        read again by the next run. Raises IndexLocked, IndexFull, EngineUnavailable, IndexMissing.
        """
        if not self._is_whole:
            self._recover()
        self._is_whole = False
        record = self._next_record()
        try:
            self._write(batch, record)
            self._is_whole = True
        except BaseException as error:
            if not isinstance(error, EngineUnavailable):  # which was waited for long enough
                with contextlib.suppress(StoreError):  # else the next to open the index does it
                    self._recover()
            if self._record != record or not isinstance(error, StoreError):
                raise
        if batch.settle:
            with contextlib.suppress(EngineUnavailable):  # the cluster merges in its own time, too
                settle(self._client, self._target.index, self.where, self._lease.check)
        if not self._is_beside or batch.settle:
            self._take_over()

    def _recover(self) -> None:
        self._lease.check(anew=True)
        self._record = self._target.recover().record
        self._table = self._target.table()
        self._is_whole = True

    def _write(self, batch: Batch, record: CommitRecord) -> None:
        ids = [document_id(prepared.id) for prepared in batch.add]
        hashes = self._target.hashes(ids)
        writing = Pending(
            Phase.WRITING,
            record,
            fresh=tuple(id for id in ids if id not in hashes),
            replaced=tuple(id for id in ids if id in hashes),
        )
        self._target.journal.write(Step(self._record, writing))
        self._target.put(self._operations(batch, hashes, record.commit))
        removed = {document_id(id) for id in batch.remove}.difference(ids)
        change = change_of(batch.files, batch.retired, batch.forget)
        decided = Pending(Phase.DECIDED, record, remove=tuple(sorted(removed)), change=change)
        self._lease.check(anew=True)
        self._target.journal.write(Step(self._record, decided))
        self._target.bring_about(decided)
        self._record, self._table = record, merged(self._table, change)

    def _next_record(self) -> CommitRecord:
        return CommitRecord(
            commit=self._record.commit + 1,
            written=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            versions=index_versions() | {"gazetteer": GAZETTEER_VERSION},
        )

    def _operations(
        self, batch: Batch, hashes: Mapping[str, str], commit: int
    ) -> Iterator[Operation]:
        """What writes the reports that are not there already as they are."""
        for prepared in batch.add:
            id, document = document_id(prepared.id), to_document(prepared, commit)
            if hashes.get(id) != document["content_hash"] or id in self._target.unsure:
                yield put(self._target.index, id, document)

    # Taking over

    @property
    def _is_beside(self) -> bool:
        """Whether another index has the name yet."""
        return self._live is not None and self._live != self._target.index

    def finish(self) -> None:
        """The run is over: what a rebuild wrote, if anything, takes the place of what was there."""
        if not self._is_whole:
            self._recover()
        begun = self._generations.meta(self._target.index).get("from", 0)
        if self._record.commit > begun:
            self._take_over()

    def _take_over(self) -> None:
        before, index = self._live, self._target.index
        if before == index:
            return
        self._generations.activate(index, before, partial(self._lease.check, anew=True))
        self._live = index
        if before is not None:
            self._generations.delete(before)

    def close(self) -> None:
        """Let go of the lock."""
        self._lease.release()
        self._client.close()
