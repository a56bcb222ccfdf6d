"""Copies an index from one engine to another, without the files that it was made from.

Terms are made anew from the stored texts. What was copied stays when a copy is cut short, and the
next one goes on from there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from index.engine import Batch, Engine, FileRow, Writer
from index.errors import UserError
from index.i18n import gettext as _
from index.model import Report
from index.prepared import PreparedReport
from indexer.build import BATCH_CHARACTERS, BATCH_REPORTS, Progress
from indexer.pool import prepare_all

_AT_ONCE: Final = 50
"""Reports that are read at once."""

_Rows = Mapping[str, Mapping[str, FileRow]]
"""By the ids of reports, the rows of their files by path."""


@dataclass(slots=True)
class Copied:
    """What a copy did, in reports. others: those that were in the target and not in the source."""

    total: int = 0
    written: int = 0
    unchanged: int = 0
    others: int = 0
    seconds: float = 0.0


def copy_index(
    source: Engine,
    target: Writer,
    *,
    jobs: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Copied:
    """Bring every report of the source into the target, with its files and the ids it gave.

    Reports of other files in the target stay. Raises UserError where one of these has the id of a
    report of the source, and what reading and writing raise.
    """
    started = time.monotonic()
    ids = [*source.report_ids()]
    copier = _Copier(source, target)
    copier.check(ids)
    copied = Copied(total=len(ids), others=copier.drop_stale(ids))
    # As many are prepared while a batch is written as the next one holds.
    todo = prepare_all(
        copier.differing(ids, on_progress),
        jobs=jobs or os.cpu_count() or 1,
        ahead=BATCH_CHARACTERS,
    )
    with closing(todo):
        for prepared in todo:
            copier.put(prepared)
    copier.end()
    copied.written, copied.unchanged = copier.written, copier.unchanged
    copied.seconds = time.monotonic() - started
    return copied


class _Copier:
    """The batch that is being collected, and what both engines have."""

    def __init__(self, source: Engine, target: Writer) -> None:
        self._source, self._target = source, target
        self._rows = source.files()
        self._of_report = _by_report(self._rows.values())
        self._of_report_there = _by_report(target.files().values())
        self._add: list[PreparedReport] = []
        self._files: list[FileRow] = []
        self._forget: set[str] = set()
        self._remove: set[str] = set()
        self._characters = 0
        self.written = self.unchanged = 0

    def check(self, ids: Iterable[str]) -> None:
        """Raises UserError where a report of the target that came from elsewhere has such an id."""
        for id in ids:
            own, there = self._of_report.get(id, {}), self._of_report_there.get(id, {})
            moved = {row.sha256 for row in own.values()} & {row.sha256 for row in there.values()}
            if there and not moved and self._rows.keys().isdisjoint(there):
                said = _("The target has another report {id}, made from {path}.")
                error = UserError(said.format(id=id, path=next(iter(there))))
                error.hint = _("Copy into an index of its own, or remove that report first.")
                raise error

    def drop_stale(self, ids: Iterable[str]) -> int:
        """How many reports only the target has; without those whose files are others' by now."""
        others = self._of_report_there.keys() - {*ids}
        self._remove = {
            id for id in others if self._of_report_there[id].keys() <= self._rows.keys()
        }
        return len(others - self._remove)

    def differing(
        self, ids: Sequence[str], on_progress: Callable[[Progress], None]
    ) -> Iterator[Report]:
        """These reports of the source, as far as they are not there already."""
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            same = {id for id in some if self._has_same_rows(id)}
            there = self._target.fetch(same) if same else {}
            for id, report in self._source.fetch(some).items():
                if there.get(id) == report:
                    self.unchanged += 1
                else:
                    yield report
            on_progress(Progress(at + len(some), len(ids), some[-1]))

    def _has_same_rows(self, id: str) -> bool:
        rows = self._of_report.get(id)
        return rows is not None and rows == self._of_report_there.get(id)

    def put(self, prepared: PreparedReport) -> None:
        """Copy a report."""
        if self._add and self._characters + prepared.characters > BATCH_CHARACTERS:
            self._flush()
        id = prepared.id
        self._add.append(prepared)
        self._characters += prepared.characters
        self.written += 1
        own = self._of_report.get(id, {})
        self._files += own.values()
        self._forget |= self._of_report_there.get(id, {}).keys() - self._rows.keys()
        if len(self._add) >= BATCH_REPORTS:
            self._flush()

    def end(self) -> None:
        """Copy what is left, last the rows of files without a report and the ids that are taken."""
        there = {**self._target.files(), **{row.path: row for row in self._files}}
        self._files += [row for path, row in self._rows.items() if there.get(path) != row]
        retired = frozenset(self._source.retired()).difference(self._target.retired())
        settle = self.written > max(BATCH_REPORTS, self.unchanged)
        if self._add or self._files or self._remove or retired or settle:
            self._flush(retired, settle=settle)

    def _flush(self, retired: frozenset[str] = frozenset(), *, settle: bool = False) -> None:
        batch = Batch(
            add=tuple(self._add),
            remove=frozenset(self._remove),
            files=tuple(self._files),
            forget=frozenset(self._forget),
            retired=retired,
            settle=settle,
        )
        self._target.write(batch)
        self._add, self._files, self._characters = [], [], 0
        self._forget, self._remove = set(), set()


def _by_report(rows: Iterable[FileRow]) -> _Rows:
    found: dict[str, dict[str, FileRow]] = {}
    for row in rows:
        if row.report_id is not None:
            found.setdefault(row.report_id, {})[row.path] = row
    return found
