"""Brings an index in step with folders of reports: what is new, changed or gone, in batches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from index.engine import FileRow, Writer
from index.errors import ReportError
from index.gazetteer import GAZETTEER_VERSION
from index.model import SourceFile
from indexer.batching import Batcher
from indexer.corrections import find_corrections
from indexer.files import find_files
from indexer.pool import Loaded, load_files
from indexer.prepare import PARSER_VERSION, Settings
from indexer.read import DEFAULT_LIMITS
from indexer.read.limits import Refused
from indexer.read.opening import load

BATCH_REPORTS = 500
BATCH_CHARACTERS = 2_000_000
"""What a commit may hold: its memory is some 60 bytes for each character."""
CONVERTED = frozenset({".doc", ".wps"})
"""Suffixes of files that antiword or soffice reads, where one is installed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: files of the total, and what was last read."""

    done: int
    total: int
    path: str


@dataclass(slots=True)
class Summary:
    """What a run did. added, changed and removed count reports, unchanged files."""

    found: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    joined: int = 0  # files that are another form of a report
    refused: list[ReportError] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # gone, but not pruned
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with each file. todo is in an order that keeps files of one report together."""

    todo: tuple[SourceFile, ...]
    groups: Mapping[str, str]  # path -> group; files of one group go into one batch
    unchanged: int
    vanished: tuple[str, ...]
    moved: Mapping[str, str]  # new path -> the id that its content had under another path


def build_index(
    paths: Sequence[Path],
    writer: Writer,
    *,
    settings: Settings,
    jobs: int | None = None,
    prune: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Bring the index in step with the paths, in commits of some BATCH_REPORTS reports.

    One bad file is refused and told; it never stops the run. When the run is interrupted, what
    was committed stays and the next run goes on from there.
    """
    started = time.monotonic()
    summary = Summary()
    found, refused = _identify_all(paths)
    summary.found = len(found) + len(refused)
    settings = _with_corrections(settings, found)
    bases = _Bases(settings)
    rows, unread = writer.files(), {error.path for error in refused}
    vanished = _vanished(paths, rows, {file.path for file in found}, unread)
    plan = _plan(found, vanished, rows, bases, rebuild_ids=writer.given(), prune=prune)
    summary.unchanged = plan.unchanged
    settings = _with_corrections(settings, [*found, *plan.todo])
    outdated = {*vanished, *(file.path for file in plan.todo)}
    batcher = Batcher(writer, _Bases(settings).of, plan.moved, summary, outdated=outdated)
    batcher.drop(plan.vanished if prune else ())
    summary.missing = [] if prune else list(plan.vanished)
    slips = _slips(paths)
    for error in refused:
        if error.path in slips:
            summary.refused.append(error)
        else:
            batcher.refuse(error, None)
    paths_to_read = [Path(file.path) for file in plan.todo]
    _take_all(
        load_files(paths_to_read, settings, jobs=jobs or os.cpu_count() or 1),
        plan,
        batcher,
        on_progress,
    )
    summary.seconds = time.monotonic() - started
    return summary


def _take_all(
    files: Iterable[Loaded],
    plan: _Plan,
    batcher: Batcher,
    on_progress: Callable[[Progress], None],
) -> None:
    """Put the files into batches, those of one report into one."""
    sources = {file.path: file for file in plan.todo}
    members: dict[str, list[str]] = {}
    for path in sources:
        members.setdefault(plan.groups[path], []).append(path)
    group = None
    for done, loaded in enumerate(files, 1):
        path = str(loaded.path)
        if plan.groups[path] != group:
            if batcher.size >= BATCH_REPORTS or batcher.characters >= BATCH_CHARACTERS:
                batcher.flush()
            group = plan.groups[path]
            batcher.begin(members[group])
        _take(batcher, loaded, sources[path])
        on_progress(Progress(done, len(plan.todo), path))
    batcher.flush(settle=len(plan.todo) > max(BATCH_REPORTS, plan.unchanged))


def _take(batcher: Batcher, loaded: Loaded, source: SourceFile) -> None:
    if loaded.prepared is not None:
        batcher.add(loaded.prepared)
    elif loaded.refused is not None:
        lasting = not loaded.passing and _is_still(source)
        batcher.refuse(loaded.refused, source if lasting else None)


def _is_still(source: SourceFile) -> bool:
    """Whether a refused file is what it was: else others than these bytes were refused."""
    try:
        return load(Path(source.path), DEFAULT_LIMITS)[1].sha256 == source.sha256
    except Refused:
        return False


def _slips(paths: Sequence[Path]) -> set[str]:
    """What was named and is not there: a slip of the command, not a file of the collection."""
    absolute = (os.path.abspath(path) for path in paths)  # noqa: PTH100 - keeps links
    return {path for path in absolute if not os.path.lexists(path)}


def _with_corrections(settings: Settings, files: Iterable[SourceFile]) -> Settings:
    return replace(settings, corrections=find_corrections(Path(file.path) for file in files))


class _Bases:
    """Digests of what a report is made from besides its own bytes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._common = f"{PARSER_VERSION}|{GAZETTEER_VERSION}|{settings.county}|{settings.encoding}"

    def of(self, path: str) -> str:
        """The digest for one file; changes with the program, its flags and its correction."""
        corrections = self._settings.corrections
        row = corrections.for_file(path) if corrections is not None else None
        values = sorted(row.values.items()) if row is not None else None
        return sha256(f"{self._common}|{values}".encode()).hexdigest()[:12]


def _identify_all(paths: Sequence[Path]) -> tuple[list[SourceFile], list[ReportError]]:
    """(every readable file with its hash, every other one with the reason)."""
    files: list[SourceFile] = []
    refused: list[ReportError] = []
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - keeps links
    for item in find_files(absolute):
        if isinstance(item, ReportError):
            refused.append(item)
            continue
        try:
            files.append(load(item, DEFAULT_LIMITS)[1])
        except Refused as error:
            refused.append(ReportError(item, error.reason, error.hint))
    return files, refused


def _plan(
    found: Sequence[SourceFile],
    vanished: tuple[str, ...],
    rows: Mapping[str, FileRow],
    bases: _Bases,
    *,
    rebuild_ids: Mapping[str, str],
    prune: bool,
) -> _Plan:
    here = {file.path for file in found}
    changed = {file.path for file in found if not _is_same(file, rows.get(file.path), bases)}
    siblings = _siblings(rows, changed | (set(vanished) if prune else set()))
    elsewhere = _identify_elsewhere(siblings - here - set(vanished))
    again = [f for f in found if f.path in changed or f.path in siblings]
    groups = {
        file.path: (rows[file.path].report_id or file.path) if file.path in rows else file.path
        for file in [*again, *elsewhere]
    }
    todo = sorted([*again, *elsewhere], key=lambda f: (groups[f.path], f.path))
    lost = {rows[path].sha256: rows[path].report_id for path in vanished}
    moved = {f.path: id for f in todo if f.path not in rows and (id := lost.get(f.sha256))}
    return _Plan(
        todo=tuple(todo),
        groups=groups,
        unchanged=len(found) - len(again),
        vanished=vanished,
        moved={path: id for path, id in rebuild_ids.items() if path in here} | moved,
    )


def _identify_elsewhere(paths: Iterable[str]) -> list[SourceFile]:
    """Files in folders that were not named, as far as they can be read."""
    files: list[SourceFile] = []
    for path in paths:
        with suppress(Refused):
            files.append(load(Path(path), DEFAULT_LIMITS)[1])
    return files


def _vanished(
    paths: Sequence[Path], rows: Iterable[str], here: Collection[str], unread: Set[str]
) -> tuple[str, ...]:
    """The indexed paths in the folders that are gone.

    What was named and is not there is not gone, nor what could not be read, nor what lies in a
    folder that could not: a share that is away for a night takes no report out of the index.
    """
    tops = tuple(_as_top(path) for path in paths)
    return tuple(
        row
        for row in rows
        if row not in here
        and (os.path.normcase(row) + os.sep).startswith(tops)
        and unread.isdisjoint([row, *map(str, Path(row).parents)])
    )


def _as_top(path: Path) -> str:
    """What every path in a folder begins with; to compare thousands, Path itself is too slow."""
    absolute = os.path.normcase(os.path.abspath(path))  # noqa: PTH100 - keeps links
    return absolute.rstrip(os.sep) + os.sep


def _is_same(file: SourceFile, row: FileRow | None, bases: _Bases) -> bool:
    if row is None or row.sha256 != file.sha256 or row.basis != bases.of(file.path):
        return False
    # One that was refused for want of a converter is tried again: it may be installed by now.
    return row.refused is None or Path(file.path).suffix.lower() not in CONVERTED


def _siblings(rows: Mapping[str, FileRow], paths: Collection[str]) -> set[str]:
    """All files of the reports that these files are part of."""
    reports = {rows[path].report_id for path in paths if path in rows} - {None}
    return {path for path, row in rows.items() if row.report_id in reports}
