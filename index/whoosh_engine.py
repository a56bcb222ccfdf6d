"""The Whoosh engine: one folder, one index, one writer, any number of readers."""

from __future__ import annotations

import errno
import json
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index import manifest as manifests
from index.analysis import analysis_version
from index.answering import answer
from index.engine import Answer, Batch, FileRow, PreparedReport, Question, Status
from index.errors import IndexDamaged, IndexFull, IndexMissing, StoreError
from index.manifest import Manifest
from index.model import Kind, Level, Report
from index.querytree import Field, FilterValue
from index.record import to_record
from index.whoosh_schema import INDEX_NAME, PLACE_FIELDS, SCHEMA_VERSION, make_schema
from index.whoosh_snapshot import Snapshot
from index.whoosh_storage import CommitStorage, sweep

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

    def search(self, question: Question) -> Answer:
        """The sections that match."""
        return answer(self._snapshot, question)

    def fetch(self, report_ids: Collection[str]) -> dict[str, Report]:
        """The reports with these ids."""
        snapshot = self._snapshot
        known = [id for id in report_ids if id in snapshot.by_id]
        return {id: snapshot.report(snapshot.by_id[id]) for id in known}

    def report_ids(self) -> Iterable[str]:
        """All report ids, in browse order."""
        return [row.id for row in self._snapshot.rows]

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field with its number of reports (sections for part and topic)."""
        snapshot = self._snapshot
        if field in (Field.PART, Field.TOPIC):
            sections = range(snapshot.n_sections)
            return Counter(v for s in sections for v in snapshot.section_values(s, field))
        return Counter(row.value(field) for row in snapshot.rows)

    def words(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The words that begin with the prefix and their document frequency."""
        return self._snapshot.words_from(prefix)

    def is_whole_word(self, word: str) -> bool:
        """Whether the index knows that jieba leaves the word whole."""
        return self._snapshot.has_term("whole_words", word)

    def files(self) -> dict[str, FileRow]:
        """What became of each file."""
        return _read_files(self._snapshot)[0]

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
            by_level=Counter(r.level for r in rows),
            by_kind=Counter(r.kind for r in rows),
            versions=manifest.versions,
            bytes=sum(size for size, _ in manifest.files.values()),
        )

    def verify(self) -> Iterator[str]:
        """One line for each thing that is not as it was committed."""
        damaged = False
        for name, problem in manifests.check_files(self.folder, self._snapshot.manifest):
            damaged = True
            yield f"{name} {problem}"
        if not damaged:
            from index.whoosh_verify import disagreements

            yield from disagreements(self._snapshot)

    def close(self) -> None:
        """Let go of the commit."""
        self._snapshot.close()


def _read_files(snapshot: Snapshot) -> tuple[dict[str, FileRow], frozenset[str]]:
    """(file rows by path, retired ids) of a commit."""
    name = next((n for n in snapshot.manifest.files if n.startswith("files-")), None)
    if name is None:
        raise IndexDamaged(snapshot.folder, "files-*.json", "is not named by the manifest")
    content = json.loads(snapshot.storage.read(name))
    return {row[0]: FileRow(*row) for row in content["files"]}, frozenset(content["retired"])


def _ids_given(folder: Path) -> tuple[dict[str, str], frozenset[str]]:
    """(report ids by path, retired ids) of an index of any version; nothing if unreadable."""
    try:
        manifest = manifests.read_manifest(folder)
        name = next(n for n in manifest.files if n.startswith("files-"))
        content = json.loads((folder / name).read_text("utf-8"))
        rows = [FileRow(*row) for row in content["files"]]
        return {r.path: r.report_id for r in rows if r.report_id}, frozenset(content["retired"])
    except (StoreError, OSError, ValueError, TypeError, KeyError, StopIteration):
        return {}, frozenset()


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
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(folder, wait_s=wait_s)
        try:
            self._open(rebuild)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, rebuild: bool) -> None:
        self._files: dict[str, FileRow] = {}
        self._given: dict[str, str] = {}
        self._engine: WhooshEngine | None = None  # the last commit, once something was fetched
        self._retired: frozenset[str] = frozenset()
        self._manifest: Manifest | None = None
        self._commit = 0
        self._fresh = True
        if rebuild:
            self._commit = _last_commit(self.folder)
            self._given, self._retired = _ids_given(self.folder)
            return
        try:
            with_snapshot = Snapshot(self.folder, term_versions())
        except IndexMissing:
            self._refuse_foreign()
            return
        try:
            self._manifest = with_snapshot.manifest
            self._commit, self._fresh = self._manifest.commit, False
            self._files, self._retired = _read_files(with_snapshot)
        finally:
            with_snapshot.close()
        sweep(self.folder, self._manifest.files)

    def _refuse_foreign(self) -> None:
        """A folder with a Whoosh index but no manifest is damaged, not empty."""
        tocs = sorted(path.name for path in self.folder.glob(f"_{INDEX_NAME}_*.toc"))
        committed = any((self.folder / name).stat().st_size for name in tocs)
        if committed and not list(self.folder.glob("files-*.json")):
            return  # a first commit that never finished
        if committed:
            raise IndexDamaged(self.folder, manifests.NAME, "is missing")

    def files(self) -> Mapping[str, FileRow]:
        """The file rows as of the last commit."""
        return self._files

    def given(self) -> Mapping[str, str]:
        """Ids by path that a rebuild should give again."""
        return self._given

    def retired(self) -> Collection[str]:
        """Ids that must not be given again."""
        return self._retired

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
        with _writing(self.folder):
            committed = () if self._fresh or self._manifest is None else self._manifest.files
            storage = CommitStorage(self.folder, committed)
            kept_segments = self._write_segments(storage, batch)
            files = {path: row for path, row in self._files.items() if path not in batch.forget}
            files |= {row.path: row for row in batch.files}
            retired = self._retired | batch.retired
            manifest = self._commit_files(storage, kept_segments, files, retired)
        self._files, self._retired, self._manifest = files, retired, manifest
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
        except BaseException:
            if not writer.is_closed:
                writer._cleanup_on_error()
            raise
        segments = TOC.read(storage, INDEX_NAME, schema=schema).segments
        prefixes = tuple(f"{segment.segment_id()}." for segment in segments)
        toc = TOC._filename(INDEX_NAME, self._commit + 1)
        return {name for name in storage.list() if name == toc or name.startswith(prefixes)}

    def _commit_files(
        self,
        storage: CommitStorage,
        kept: set[str],
        files: Mapping[str, FileRow],
        retired: frozenset[str],
    ) -> Manifest:
        from index.gazetteer import GAZETTEER_VERSION

        commit = self._commit + 1
        name = f"files-{commit}.json"
        rows = [list(asdict(row).values()) for row in files.values()]
        content = {"files": rows, "retired": sorted(retired)}
        (self.folder / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
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


def _last_commit(folder: Path) -> int:
    """The number of the last commit, so that a rebuild's files get other names; 0 if unreadable."""
    numbers = [0]
    for path in [*folder.glob(f"_{INDEX_NAME}_*.toc"), *folder.glob("files-*.json")]:
        digits = "".join(c for c in path.name.split(".")[0] if c.isdigit())
        numbers.append(int(digits or 0))
    return max(numbers)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what the system says while writing into IndexFull."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            reason = "the disk is full"
        raise IndexFull(folder, reason) from error


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
        facets["year"] = report.year
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
