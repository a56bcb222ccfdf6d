"""The segments of a commit: those of before, what a batch adds and deletes, what is merged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from index import manifest as manifests
from index.engine import Batch
from index.errors import IndexDamaged
from index.i18n import gettext as _
from index.manifest import Manifest, SegmentEntry
from index.memory import keep_freed_memory
from index.segments.deletes import find_reports, with_deleted
from index.segments.files import CommitFiles
from index.segments.format import read_segment
from index.segments.policy import RATIO, SETTLED, plan_merges
from index.segments.segment import Segment
from index.segments.storage import deletes_name, new_segment_name

if TYPE_CHECKING:
    from index.segments.columns import Columns


@dataclass(slots=True)
class _Draft:
    """A segment on its way into a commit."""

    segment: Segment
    deletes: str | None = None  # the file that says what is deleted, if one says so already
    columns: Columns | None = field(default=None, repr=False)  # of one that is in no file yet


def write_segments(
    folder: Path, commit: int, batch: Batch, last: Manifest, files: CommitFiles
) -> list[SegmentEntry]:
    """Write what a commit of the batch needs besides the last one; returns all its segments.

    Raises IndexDamaged where a file of the last commit is not as it was, and OSError.
    """
    keep_freed_memory()
    return _Commit(folder, commit, last, files).write(batch)


class _Commit:
    """The segments of one commit."""

    def __init__(self, folder: Path, number: int, last: Manifest, files: CommitFiles) -> None:
        self._folder, self._number = folder, number
        self._last, self._files = last, files

    def write(self, batch: Batch) -> list[SegmentEntry]:
        """Write files; returns the segments of the commit."""
        gone = {prepared.id for prepared in batch.add} | batch.remove
        drafts = [self._old(name, deletes, gone) for name, deletes in self._last.segments]
        drafts += _new(batch)
        entries = []
        ratio = SETTLED if batch.settle else RATIO
        for run in plan_merges([draft.segment for draft in drafts], ratio):
            members = [drafts[n] for n in run.members]
            entries.append(self._merge(members) if run.anew else self._keep(members[0]))
        return entries

    def _old(self, name: str, deletes: str | None, gone: Collection[str]) -> _Draft:
        """A segment of the last commit, without the reports that are gone now."""
        meta, arrays = read_segment(self._files.map(name))
        deleted = None if deletes is None else self._files.read(deletes)
        segment = Segment(name, meta, arrays, deleted)
        now = with_deleted(segment, find_reports(segment, gone)) if gone else None
        if now is None:
            return _Draft(segment, deletes)
        return _Draft(Segment(name, meta, arrays, now))

    def _merge(self, members: Sequence[_Draft]) -> SegmentEntry:
        from index.segments.merge import merge_segments

        for draft in members:
            if draft.columns is None:
                self._check(draft.segment.name)
        name = new_segment_name()
        merge_segments([draft.segment for draft in members], self._folder / name)
        return name, None

    def _check(self, name: str) -> None:
        """Raise IndexDamaged for a file whose damage would become part of a good one."""
        _size, digest = self._last.files[name]
        if sha256(self._files.map(name)).hexdigest() != digest:
            raise IndexDamaged(self._folder, name, _("does not match its checksum"))

    def _keep(self, draft: _Draft) -> SegmentEntry:
        from index.segments.columns import write_columns

        name, deletes = draft.segment.name, draft.deletes
        if draft.columns is not None:
            write_columns(self._folder / name, draft.columns, draft.segment.meta)
        elif deletes is None and draft.segment.deleted is not None:
            deletes = deletes_name(name, self._number)
            manifests.write_bytes(self._folder / deletes, draft.segment.deleted)
        return name, deletes


def _new(batch: Batch) -> Iterator[_Draft]:
    """The batch's reports as segments, most often one; not written before it is known whether."""
    if not batch.add:
        return
    from index.segments.build import build_segment, fitting
    from index.segments.columns import views

    for reports in fitting(batch.add):
        columns, meta = build_segment(reports)
        segment = Segment(new_segment_name(), meta, views(columns), None)
        yield _Draft(segment, columns=columns)
