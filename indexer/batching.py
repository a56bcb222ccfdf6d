"""Collects prepared reports into batches: gives ids, joins files of one report, keeps rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from index.engine import Batch, FileRow, Writer
from index.errors import ReportError
from index.model import Report, SourceFile
from index.prepared import PreparedReport, prepare
from indexer.ids import has_base, numbered
from indexer.prepare import with_files
from indexer.twins import Paper, are_twins, paper_of, preference

if TYPE_CHECKING:
    from indexer.build import Summary


class Batcher:
    """The batch that is being collected and what the index will be after it."""

    def __init__(
        self,
        writer: Writer,
        basis_of: Callable[[str], str],
        moved: Mapping[str, str],
        summary: Summary,
        *,
        outdated: Collection[str] = (),
    ) -> None:
        self._writer, self._basis_of, self._moved, self._summary = writer, basis_of, moved, summary
        self._outdated = set(outdated)  # what is indexed of these files is not what they hold now
        self._reserved = frozenset(moved.values())  # for files that may come later
        self._rows = dict(writer.files())
        self._live: dict[str, set[str]] = {}  # report id -> its files' paths
        for path, row in self._rows.items():
            if row.report_id:
                self._live.setdefault(row.report_id, set()).add(path)
        self._by_base: dict[str, set[str]] = {}
        for id in self._live:
            self._by_base.setdefault(id.split("~")[0], set()).add(id)
        self._retired = set(writer.retired())
        self._papers: dict[str, Paper] = {}  # of the reports that were compared
        self._begin()

    def _begin(self) -> None:
        self._add: dict[str, PreparedReport] = {}
        self._characters = 0
        self._remove: set[str] = set()
        self._new_rows: dict[str, FileRow] = {}
        self._forget: set[str] = set()
        self._new_retired: set[str] = set()
        self._left: set[str] = set()  # ids of reports that a file has left

    @property
    def size(self) -> int:
        """How many reports the batch adds."""
        return len(self._add)

    @property
    def characters(self) -> int:
        """How long the streams of these reports are together."""
        return self._characters

    def drop(self, paths: Iterable[str]) -> None:
        """Take files that are gone out of the index, with reports that have no other file."""
        for path in paths:
            row = self._rows.pop(path)
            self._forget.add(path)
            if row.report_id:
                self._release(path, row.report_id)
                self._summary.removed += row.report_id not in self._live

    def begin(self, paths: Iterable[str]) -> None:
        """Let go of what these files gave before: they are read again, and come next.

        All files of a report at once, so that none is joined to a text that is itself outdated.
        """
        for path in paths:
            row = self._rows.get(path)
            if row and row.report_id:
                self._release(path, row.report_id)

    def refuse(self, error: ReportError, source: SourceFile | None) -> None:
        """Note that a file cannot be read; what an earlier version of it gave stays."""
        self._summary.refused.append(error)
        self._outdated.discard(error.path)  # there is nothing newer
        before = self._rows.get(error.path)
        if before and before.report_id:
            self._claim(error.path, before.report_id)
        row = FileRow(
            path=error.path,
            sha256=source.sha256 if source else "",
            size=source.size if source else 0,
            mtime_ns=source.mtime_ns if source else 0,
            report_id=before.report_id if before else None,
            refused=error.reason,
            basis=self._basis_of(error.path),
        )
        self._set_row(row)

    def add(self, prepared: PreparedReport) -> None:
        """Put a report of one file in, under its own id or into the report it is a form of."""
        (source,) = prepared.files
        base = prepared.id
        before = self._rows.get(source.path)
        old = before.report_id if before else self._moved.get(source.path)
        twin = self._find_twin(prepared, base)
        if twin is not None:
            id = twin.id
            self._join(prepared, twin)
            self._summary.joined += 1
        else:
            id = self._choose_id(base, old)
            self._put(id, with_files(prepared, id, prepared.files))
            if before and before.report_id:
                self._summary.changed += 1
            else:
                self._summary.added += 1
        self._outdated.discard(source.path)
        self._claim(source.path, id)
        self._set_row(
            FileRow(
                path=source.path,
                sha256=source.sha256,
                size=source.size,
                mtime_ns=source.mtime_ns,
                report_id=id,
                basis=self._basis_of(source.path),
            )
        )

    def _release(self, path: str, id: str) -> None:
        """A file leaves its report; a report without files goes."""
        files = self._live.get(id, set())
        files.discard(path)
        if files:
            self._left.add(id)
            return
        self._live.pop(id, None)
        self._by_base.get(id.split("~")[0], set()).discard(id)
        self._add.pop(id, None)
        self._papers.pop(id, None)
        self._remove.add(id)
        if "~" in id:
            self._new_retired.add(id)

    def _claim(self, path: str, id: str) -> None:
        self._live.setdefault(id, set()).add(path)
        self._by_base.setdefault(id.split("~")[0], set()).add(id)
        self._remove.discard(id)
        self._new_retired.discard(id)

    def _choose_id(self, base: str, old: str | None) -> str:
        if old and has_base(old, base) and old not in self._live:
            return old
        return numbered(base, self._is_taken)

    def _is_taken(self, id: str) -> bool:
        given = (self._live, self._retired, self._new_retired, self._reserved)
        return any(id in ids for ids in given)

    def _find_twin(self, prepared: PreparedReport, base: str) -> PreparedReport | None:
        """The report of the same place and year that is the same paper, if there is one."""
        candidates = sorted(self._by_base.get(base, ()))
        paper = paper_of(prepared.report) if candidates else None
        for id in candidates:
            if id not in self._papers and (report := self._report(id)):
                self._papers[id] = paper_of(report)
            if paper and id in self._papers and are_twins(paper, self._papers[id]):
                return self._add.get(id) or prepare(self._writer.fetch([id])[id])
        return None

    def _report(self, id: str) -> Report | None:
        added = self._add.get(id)
        return added.report if added else self._writer.fetch([id]).get(id)

    def _put(self, id: str, prepared: PreparedReport) -> None:
        self._add[id] = prepared
        self._characters += prepared.characters
        self._papers.pop(id, None)

    def _join(self, prepared: PreparedReport, twin: PreparedReport) -> None:
        """Make one report of two files of it; the better text is kept, but no outdated one."""
        id, (source, *_) = twin.id, prepared.files
        live = self._live.get(id, set())
        others = tuple(f for f in twin.files if f.path != source.path and f.path in live)
        outdated = twin.files[0].path in self._outdated
        better = min((prepared, twin), key=lambda p: preference(p.report))
        better = prepared if outdated else better
        files = (*prepared.files, *others)
        first = [f for f in files if f.path == better.files[0].path]
        rest = sorted((f for f in files if f not in first), key=_by_path)
        self._put(id, with_files(better, id, (*first, *rest)))

    def _set_row(self, row: FileRow) -> None:
        if self._rows.get(row.path) != row:  # what cannot be read is told anew on every run
            self._rows[row.path] = self._new_rows[row.path] = row
        self._forget.discard(row.path)

    def _strike_out(self, id: str) -> None:
        """Take files that have left a report, and are another's now, out of its list."""
        live, report = self._live.get(id, set()), self._report(id)
        if report is None or {f.path for f in report.files} <= live:
            return
        files = tuple(f for f in report.files if f.path in live)
        if files:
            self._put(id, with_files(self._add.get(id) or prepare(report), id, files))

    def flush(self, *, settle: bool = False) -> None:
        """Commit the batch, if there is anything in it; with settle it is the last of many."""
        for id in sorted(self._left):
            self._strike_out(id)
        if not (self._add or self._remove or self._new_rows or self._forget):
            return
        self._writer.write(
            Batch(
                add=tuple(self._add.values()),
                remove=frozenset(self._remove - self._add.keys()),
                files=tuple(self._new_rows.values()),
                forget=frozenset(self._forget),
                retired=frozenset(self._new_retired),
                settle=settle,
            )
        )
        self._retired |= self._new_retired
        self._begin()


def _by_path(file: SourceFile) -> str:
    return file.path
