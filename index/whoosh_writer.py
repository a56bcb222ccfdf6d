"""The Whoosh engine's writing side: one writer a folder, held by a lock.

A commit is new files beside those of the last one: segments, lists of what is deleted of older
ones, the file table, Whoosh's table of contents, and last the manifest, from which on it counts.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index import manifest as manifests
from index.engine import Batch, FileRow
from index.errors import IndexDamaged, IndexFull, IndexMissing, system_reason
from index.filetable import (
    FileTable,
    Layer,
    add_layer,
    dump_table,
    ids_of_before,
    merged,
    read_layers,
    table_name,
    whole_table,
)
from index.i18n import gettext as _
from index.manifest import Manifest, SegmentEntry
from index.model import Report
from index.segments.commit import write_segments
from index.segments.files import CommitFiles
from index.segments.snapshot import Snapshot
from index.segments.storage import (
    begin_again,
    begin_first,
    sweep,
    sweep_unfinished,
)
from index.segments.versions import term_versions
from index.whoosh_toc import write_toc

_NOTHING = Manifest(commit=0, written="", versions={}, files={})


class WhooshWriter:
    """Writes to a folder; implements `index.engine.Writer`. Holds the lock until closed."""

    def __init__(self, folder: Path, *, wait_s: float = 10.0, rebuild: bool = False) -> None:
        """Open the folder for writing, creating it; a rebuild starts from nothing.

        The last good index stays readable until the first commit of a rebuild.
        Raises IndexLocked, IndexOutdated, IndexDamaged, IndexFull.
        """
        from index.lock import WriterLock

        self.folder = folder
        with _writing(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except FileExistsError:
                raise IndexFull(folder, _("it is a file, not a folder")) from None
        self._lock = WriterLock(folder, wait_s=wait_s)
        try:
            self._open(rebuild)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, rebuild: bool) -> None:
        self._layers: list[Layer] = []  # of the file table
        self._table = FileTable({})
        self._snapshot: Snapshot | None = None  # the last commit, once something was fetched
        self._last = _NOTHING  # the commit that the next one adds to
        if rebuild:
            self._table = ids_of_before(self.folder)
            self._layers = [Layer("", self._table)]
            with _writing(self.folder):
                self._last = replace(_NOTHING, commit=begin_again(self.folder))
            return
        try:
            snapshot = Snapshot(self.folder, term_versions())
        except IndexMissing:
            with _writing(self.folder):
                begin_first(self.folder)
            return
        try:
            self._last = snapshot.manifest
            with snapshot.files.blamed():
                self._layers = read_layers(snapshot.files)
                self._table = whole_table(self._layers)
        finally:
            snapshot.close()
        sweep(self.folder, self._last.files)

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
        if not report_ids or not self._last.segments:
            return {}
        if self._snapshot is None:
            self._snapshot = Snapshot(self.folder, term_versions())
        with self._snapshot.files.blamed():
            numbers = {id: self._snapshot.find_report(id) for id in report_ids}
            return {id: self._snapshot.report(n) for id, n in numbers.items() if n is not None}

    def write(self, batch: Batch) -> None:
        """Commit the batch: all of it, or on any error nothing. Raises IndexFull, IndexDamaged."""
        self._close_snapshot()
        rows = {row.path: row for row in batch.files}
        change = FileTable(rows, batch.retired, forget=batch.forget)
        layers = add_layer(self._layers, table_name(self._last.commit + 1), change)
        try:
            with _writing(self.folder):
                manifest = self._write(batch, layers)
        except BaseException:
            sweep_unfinished(self.folder)  # the room is needed, by the next run at the latest
            raise
        self._table, self._layers = merged(self._table, change), layers
        self._last = manifest
        sweep(self.folder, manifest.files)

    def _write(self, batch: Batch, layers: Sequence[Layer]) -> Manifest:
        commit = self._last.commit + 1
        files = self._open_files()
        try:
            with files.blamed():
                segments = write_segments(self.folder, commit, batch, self._last, files)
        finally:
            files.close()
        if layers[-1].name not in self._last.files:
            manifests.write_text(self.folder / layers[-1].name, dump_table(layers[-1].table))
        named = [name for entry in segments for name in entry if name is not None]
        toc = write_toc(self.folder, commit, segments)
        return self._finish(segments, [*named, toc, *(layer.name for layer in layers)])

    def _open_files(self) -> CommitFiles:
        """The files of the last commit. Raises IndexDamaged: nobody else sweeps any away."""
        try:
            return CommitFiles(self.folder, self._last)
        except FileNotFoundError as error:
            name = Path(error.filename).name
            raise IndexDamaged(self.folder, name, _("is missing")) from None

    def _finish(self, segments: Sequence[SegmentEntry], named: Sequence[str]) -> Manifest:
        """Make the next commit count, of these files, all of which are written."""
        from index.gazetteer import GAZETTEER_VERSION

        before = self._last.files
        new = manifests.sync_files(self.folder, sorted({*named} - before.keys()))
        manifests.sync_folder(self.folder)
        manifest = Manifest(
            commit=self._last.commit + 1,
            written=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            versions=term_versions() | {"gazetteer": GAZETTEER_VERSION},
            files={name: before[name] for name in named if name in before} | new,
            segments=tuple(segments),
        )
        manifests.write_manifest(self.folder, manifest)
        return manifest

    def _close_snapshot(self) -> None:
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def close(self) -> None:
        """Let go of the lock."""
        self._close_snapshot()
        self._lock.release()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what the system says while writing into IndexFull."""
    try:
        yield
    except OSError as error:
        raise IndexFull(folder, system_reason(error)) from error
