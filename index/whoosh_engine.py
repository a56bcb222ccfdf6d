"""The Whoosh engine: one folder, one index, one writer, any number of readers."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index import manifest as manifests
from index.analysis import analysis_version
from index.answering import answer
from index.engine import Answer, Batch, FileRow, PreparedReport, Question, Status
from index.errors import IndexFull, IndexMissing, LawsearchError, system_reason
from index.filetable import FileTable, dump_table, find_table, ids_of_before, load_table, table_name
from index.i18n import gettext as _
from index.manifest import Manifest
from index.matching import Matcher
from index.model import Kind, Level, Report
from index.querytree import Field, FilterValue
from index.record import to_record
from index.whoosh_schema import INDEX_NAME, PLACE_FIELDS, SCHEMA_VERSION, make_schema
from index.whoosh_snapshot import Snapshot
from index.whoosh_storage import (
    CommitStorage,
    SnapshotStorage,
    begin_again,
    begin_first,
    sweep,
    sweep_unfinished,
)

MAX_SEGMENTS = 8


def term_versions() -> dict[str, str]:
    """What the terms of an index depend on; another version cannot be read."""
    return {"schema": SCHEMA_VERSION, "analysis": analysis_version()}


class WhooshEngine:
    """Reads the last commit of a folder; implements `index.engine.Engine`."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexMissing, IndexOutdated, IndexDamaged."""
        self.folder = folder
        self._snapshot = Snapshot(folder, term_versions())
        self._matcher = Matcher(self._snapshot)

    def search(self, question: Question) -> Answer:
        """The sections that match."""
        with self._snapshot.storage.blamed():
            return answer(self._snapshot, self._matcher, question)

    def fetch(self, report_ids: Collection[str]) -> dict[str, Report]:
        """The reports with these ids."""
        snapshot = self._snapshot
        known = [id for id in report_ids if id in snapshot.by_id]
        with self._snapshot.storage.blamed():
            return {id: snapshot.report(snapshot.by_id[id]) for id in known}

    def report_ids(self) -> Iterable[str]:
        """All report ids, in browse order."""
        return [row.id for row in self._snapshot.rows]

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field with its number of reports (sections for part and topic)."""
        snapshot = self._snapshot
        if field in (Field.PART, Field.TOPIC):
            sections = range(snapshot.n_sections)
            with self._snapshot.storage.blamed():
                return Counter(v for s in sections for v in snapshot.section_values(s, field))
        return Counter(row.value(field) for row in snapshot.rows)

    def words(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The words that begin with the prefix and their document frequency."""
        with self._snapshot.storage.blamed():
            yield from self._snapshot.words_from(prefix)

    def is_whole_word(self, word: str) -> bool:
        """Whether the index knows that jieba leaves the word whole."""
        with self._snapshot.storage.blamed():
            return self._snapshot.has_term("whole_words", word)

    def files(self) -> dict[str, FileRow]:
        """What became of each file."""
        with self._snapshot.storage.blamed():
            return dict(_read_files(self._snapshot).rows)

    def status(self) -> Status:
        """What the commit holds."""
        snapshot, manifest = self._snapshot, self._snapshot.manifest
        files, rows = self.files(), self._snapshot.rows
        annual = [r for r in rows if (r.level, r.kind) == (Level.TOWNSHIP, Kind.ANNUAL_REPORT)]
        return Status(
            where=str(self.folder),
            commit=manifest.commit,
            written=manifest.written,
            reports=len(rows),
            sections=snapshot.n_sections,
            files=len(files),
            refused=tuple(row for row in files.values() if row.refused is not None),
            unknown_years=sum(r.year is None for r in annual),
            unknown_places=sum(None in r.places[2:] for r in annual),
            by_level=dict(Counter(r.level for r in rows)),
            by_kind=dict(Counter(r.kind for r in rows)),
            versions=manifest.versions,
            bytes=sum(size for size, _ in manifest.files.values()),
        )

    def verify(self) -> Iterator[str]:
        """One line for each thing that is not as it was committed."""
        damaged = False
        for name, problem in self._snapshot.storage.damaged():
            damaged = True
            yield f"{name} {problem}"
        if not damaged:
            from index.whoosh_verify import disagreements

            yield from disagreements(self._snapshot)

    def close(self) -> None:
        """Let go of the commit."""
        self._snapshot.close()


def _read_files(snapshot: Snapshot) -> FileTable:
    """The file table of a commit."""
    name = find_table(snapshot.folder, snapshot.manifest)
    return load_table(snapshot.folder, name, snapshot.storage.read(name))


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
        self._table = FileTable({})
        self._engine: WhooshEngine | None = None  # the last commit, once something was fetched
        self._manifest: Manifest | None = None
        self._commit = 0
        self._fresh = True
        if rebuild:
            self._table = ids_of_before(self.folder)
            with _writing(self.folder):
                self._commit = begin_again(self.folder)
            return
        try:
            with_snapshot = Snapshot(self.folder, term_versions())
        except IndexMissing:
            with _writing(self.folder):
                begin_first(self.folder)
            return
        try:
            self._manifest = with_snapshot.manifest
            self._commit, self._fresh = self._manifest.commit, False
            self._table = _read_files(with_snapshot)
        finally:
            with_snapshot.close()
        sweep(self.folder, self._manifest.files)

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
        if self._fresh or not report_ids:
            return {}
        if self._engine is None:
            self._engine = WhooshEngine(self.folder)
        return self._engine.fetch(report_ids)

    def write(self, batch: Batch) -> None:
        """Commit the batch: all of it, or on any error nothing. Raises IndexFull."""
        self._close_engine()
        table = _changed(self._table, batch)
        try:
            with _writing(self.folder), _blaming(self.folder, self._manifest):
                committed = () if self._fresh or self._manifest is None else self._manifest.files
                storage = CommitStorage(self.folder, committed)
                kept_segments = self._write_segments(storage, batch)
                manifest = self._commit_files(storage, kept_segments, table)
        except BaseException:
            sweep_unfinished(self.folder)  # the room is needed, by the next run at the latest
            raise
        self._table, self._manifest = table, manifest
        self._commit, self._fresh = manifest.commit, False
        sweep(self.folder, manifest.files)

    def _write_segments(self, storage: CommitStorage, batch: Batch) -> set[str]:
        """Write the batch as Whoosh files; returns the names of the files that the TOC needs."""
        from whoosh.index import TOC, FileIndex
        from whoosh.writing import SegmentWriter

        schema = make_schema()
        if self._fresh:
            TOC(schema, [], self._commit).write(storage, INDEX_NAME)
        index = FileIndex(storage, schema=schema, indexname=INDEX_NAME)
        writer = SegmentWriter(index, _lk=False, compound=False, limitmb=256)
        writer.generation = self._commit + 1
        try:
            _delete(writer, {p.report.id for p in batch.add} | batch.remove)
            for prepared in batch.add:
                _add_report(writer, prepared)
            writer.commit(mergetype=_merge_policy)
            segments = TOC.read(storage, INDEX_NAME, schema=schema).segments
        finally:
            storage.close_all()  # close() is what Whoosh calls when one of its readers closes
        prefixes = tuple(f"{segment.segment_id()}." for segment in segments)
        toc = TOC._filename(INDEX_NAME, self._commit + 1)
        return {name for name in storage.list() if name == toc or name.startswith(prefixes)}

    def _commit_files(self, storage: CommitStorage, kept: set[str], table: FileTable) -> Manifest:
        from index.gazetteer import GAZETTEER_VERSION

        commit = self._commit + 1
        name = table_name(commit)
        manifests.write_text(self.folder / name, dump_table(table))
        new = {n for n in storage.created if n in kept} | {name}
        synced = manifests.sync_files(self.folder, sorted(new))
        manifests.sync_folder(self.folder)
        before = {} if self._fresh or self._manifest is None else dict(self._manifest.files)
        manifest = Manifest(
            commit=commit,
            written=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            versions=term_versions() | {"gazetteer": GAZETTEER_VERSION},
            files={n: v for n, v in before.items() if n in kept} | synced,
        )
        manifests.write_manifest(self.folder, manifest)
        return manifest

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def close(self) -> None:
        """Let go of the lock."""
        self._close_engine()
        self._lock.release()


def _changed(table: FileTable, batch: Batch) -> FileTable:
    """The file table after a batch."""
    rows = {path: row for path, row in table.rows.items() if path not in batch.forget}
    rows |= {row.path: row for row in batch.files}
    given = {path: id for path, id in table.given.items() if path not in rows}
    return FileTable(rows, table.retired | batch.retired, given)


@contextmanager
def _blaming(folder: Path, committed: Manifest | None) -> Iterator[None]:
    """Raise IndexDamaged where a damaged file of the last commit is what makes writing fail."""
    try:
        yield
    except (OSError, LawsearchError):
        raise
    except Exception:  # whatever Whoosh raises: it goes on unless a file is found to be damaged
        if committed is not None:
            storage = SnapshotStorage(folder, committed)
            try:
                with storage.blamed():
                    raise
            finally:
                storage.close()
        raise


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what the system says while writing into IndexFull."""
    try:
        yield
    except OSError as error:
        raise IndexFull(folder, system_reason(error)) from error


def _delete(writer: Any, ids: Collection[str]) -> None:
    """Mark the documents of the reports as deleted."""
    if not ids or not writer.segments:
        return
    reader = writer.reader()
    try:
        for leaf, offset in reader.leaf_readers():
            counts = leaf.column_reader("sections", translate=False)
            for id in ids:
                if ("report", id.encode()) not in leaf:
                    continue
                matcher = leaf.postings("report", id.encode())
                while matcher.is_active():
                    docnum = matcher.id()
                    for n in range(docnum, docnum + 1 + counts[docnum]):
                        writer.delete_document(offset + n)
                    matcher.next()
    finally:
        reader.close()


def _add_report(writer: Any, prepared: PreparedReport) -> None:
    """Write a report's own document and those of its sections."""
    from index.analysis import grams

    report = prepared.report
    facets: dict[str, Any] = {"level": str(report.level), "kind": str(report.kind)}
    if report.year is not None:
        facets["year"] = str(report.year)
    for name in PLACE_FIELDS:
        if (value := getattr(report.place, name)) is not None:
            facets[name] = value
    record = json.dumps(to_record(report), ensure_ascii=False, separators=(",", ":"))
    writer.add_document(
        report=report.id,
        report_id=report.id.encode(),
        title=(report.title or "").encode(),
        whole_words=prepared.whole_words,
        record=record.encode(),
        source=report.source.encode(),
        sections=len(report.sections),
        **facets,
    )
    for section, terms in zip(report.sections, prepared.sections, strict=True):
        writer.add_document(
            grams=grams(terms.stream),
            words=terms.words,
            heading_words=terms.heading_words,
            length=len(terms.stream),
            heading_length=terms.heading_length,
            topics="\n".join(section.topics).encode(),
            **facets,
            **({} if section.part is None else {"part": str(section.part)}),
        )


def _merge_policy(writer: Any, segments: list[Any]) -> list[Any]:
    """Keep at most MAX_SEGMENTS by merging the smaller half; drop what is wholly deleted."""
    from whoosh.reading import SegmentReader

    live = [segment for segment in segments if segment.doc_count()]
    live.sort(key=lambda segment: segment.doc_count(), reverse=True)
    kept = live if len(live) < MAX_SEGMENTS else live[: MAX_SEGMENTS // 2]
    sparse = [s for s in kept if s.deleted_count() > s.doc_count()]
    for segment in [*live[len(kept) :], *sparse]:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [s for s in kept if s not in sparse]
