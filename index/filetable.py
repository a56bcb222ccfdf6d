"""The file table of a commit: what became of each file, and which ids are retired, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from index import manifest as manifests
from index.engine import FileRow
from index.errors import IndexDamaged, StoreError
from index.i18n import gettext as _
from index.manifest import Manifest
from index.segments.files import CommitFiles

_COLUMNS = tuple(field.name for field in fields(FileRow))


class FileTable(NamedTuple):
    """The rows by their files' paths, and which ids are not free.

    retired must never be given again; given are those of files that a rebuild has yet to read.
    """

    rows: Mapping[str, FileRow]
    retired: frozenset[str] = frozenset()
    given: Mapping[str, str] = MappingProxyType({})


def table_name(commit: int) -> str:
    """The name of a commit's table in the index folder."""
    return f"files-{commit}.json"


def dump_table(table: FileTable) -> str:
    """The table as it is written."""
    rows = [[*map(row.__getattribute__, _COLUMNS)] for row in table.rows.values()]
    content = {"files": rows, "retired": sorted(table.retired), "given": dict(table.given)}
    return json.dumps(content, ensure_ascii=False)


def find_table(folder: Path, manifest: Manifest) -> str:
    """The name of the table that a commit holds. Raises IndexDamaged."""
    for name in manifest.files:
        if name.startswith("files-"):
            return name
    raise IndexDamaged(folder, "files-*.json", _("is not named by the manifest"))


def read_table(files: CommitFiles) -> FileTable:
    """The table of a commit. Raises IndexDamaged."""
    name = find_table(files.folder, files.manifest)
    return load_table(files.folder, name, files.read(name))


def load_table(folder: Path, name: str, data: bytes) -> FileTable:
    """The table in the bytes of a file. Raises IndexDamaged."""
    try:
        content = json.loads(data)
        rows = [FileRow(*row) for row in content["files"]]
        table = FileTable(
            {row.path: row for row in rows},
            frozenset(content["retired"]),
            dict(content.get("given", {})),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise IndexDamaged(folder, name, _("is cut short or not JSON")) from None
    ids = [*table.retired, *table.given.keys(), *table.given.values()]
    if not all(map(_is_row, rows)) or not all(isinstance(id, str) for id in ids):
        raise IndexDamaged(folder, name, _("holds what no commit writes"))
    return table


def _is_row(row: FileRow) -> bool:
    values: tuple[Any, ...] = (
        row.path, row.sha256, row.size, row.mtime_ns, row.report_id, row.refused, row.basis
    )  # fmt: skip
    match values:
        case (str(), str(), int(), int(), str() | None, str() | None, str()):
            return True
    return False


def ids_of_before(folder: Path) -> FileTable:
    """The ids that an index of any version gave and retired, without rows; none if unreadable."""
    try:
        name = find_table(folder, manifests.read_manifest(folder))
        with manifests.open_plain(folder, name) as file:
            table = load_table(folder, name, file.read())
    except (StoreError, OSError):
        return FileTable({})
    given = {row.path: row.report_id for row in table.rows.values() if row.report_id}
    return FileTable({}, table.retired, {**table.given, **given})
