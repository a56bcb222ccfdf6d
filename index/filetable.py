"""The file table of a commit: what became of each file, and which ids are not free, as JSON.

It is kept in layers, a file each: what one or several commits have changed. A commit writes what it
changes, together with those newest layers that are small, so that adding one report to thousands
does not write thousands of rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Final, NamedTuple

from index import manifest as manifests
from index.engine import FileRow
from index.errors import IndexDamaged, StoreError
from index.i18n import gettext as _
from index.manifest import Manifest
from index.segments.files import CommitFiles

RATIO: Final = 3
"""A layer stays for itself while it is at least so many times what comes after it."""
_NAME: Final = re.compile(r"files-(\d{1,10})\.json")
_TYPES: Final[tuple[set[type], ...]] = (
    {str},
    {str},
    {int},
    {int},
    {str, NoneType},
    {str, NoneType},
    {str},
)


class FileTable(NamedTuple):
    """The rows by their files' paths, and which ids are not free; or a layer of it.

    retired must never be given again; given are those of files that a rebuild has yet to read;
    forget are files that a layer takes out of those below it, before its own rows.
    """

    rows: Mapping[str, FileRow]
    retired: frozenset[str] = frozenset()
    given: Mapping[str, str] = MappingProxyType({})
    forget: frozenset[str] = frozenset()

    @property
    def weight(self) -> int:
        """How much there is to write of it."""
        return sum(map(len, self))


class Layer(NamedTuple):
    """What a file of a commit adds to the table; without a name it is in no file yet."""

    name: str
    table: FileTable


def table_name(commit: int) -> str:
    """The name of the layer that a commit writes."""
    return f"files-{commit}.json"


def merged(older: FileTable, newer: FileTable) -> FileTable:
    """One layer that does what the two did."""
    rows = {path: row for path, row in older.rows.items() if path not in newer.forget}
    rows |= newer.rows
    forget = older.forget | newer.forget
    given = {**older.given, **newer.given}
    for path in given.keys() & (rows.keys() | forget):  # it has been read, and may be gone again
        del given[path]
    return FileTable(rows, older.retired | newer.retired, given, forget)


def whole_table(layers: Iterable[Layer]) -> FileTable:
    """The table that the layers make, the oldest first."""
    table = reduce(merged, (layer.table for layer in layers), FileTable({}))
    return table._replace(forget=frozenset())


def add_layer(layers: Sequence[Layer], name: str, change: FileTable) -> list[Layer]:
    """The layers after a change; the last is the only one that may have to be written."""
    kept = [*layers]
    if kept and kept[-1].name and not change.weight:
        return kept
    while kept and (not kept[-1].name or kept[-1].table.weight < RATIO * change.weight):
        change = merged(kept.pop().table, change)
    if not kept:
        change = change._replace(forget=frozenset())
    return [*kept, Layer(name, change)]


def dump_table(table: FileTable) -> str:
    """A layer as it is written."""
    content = {
        "files": [*table.rows.values()],
        "retired": sorted(table.retired),
        "given": dict(table.given),
        "forget": sorted(table.forget),
    }
    return json.dumps(content, ensure_ascii=False)


def layer_names(folder: Path, manifest: Manifest) -> list[str]:
    """The names of a commit's layers, the oldest first. Raises IndexDamaged without any."""
    found = {int(match[1]): name for name in manifest.files if (match := _NAME.fullmatch(name))}
    if not found:
        raise IndexDamaged(folder, "files-*.json", _("is not named by the manifest"))
    return [found[number] for number in sorted(found)]


def read_layers(files: CommitFiles) -> list[Layer]:
    """The layers of a commit. Raises IndexDamaged."""
    names = layer_names(files.folder, files.manifest)
    return [Layer(name, load_table(files.folder, name, files.read(name))) for name in names]


def read_table(files: CommitFiles) -> FileTable:
    """The table of a commit. Raises IndexDamaged."""
    return whole_table(read_layers(files))


def load_table(folder: Path, name: str, data: bytes) -> FileTable:
    """The layer in the bytes of a file. Raises IndexDamaged."""
    try:
        content = json.loads(data)
        rows = [FileRow(*row) for row in content["files"]]
        table = FileTable(
            {row.path: row for row in rows},
            frozenset(content["retired"]),
            dict(content.get("given", {})),
            frozenset(content.get("forget", ())),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise IndexDamaged(folder, name, _("is cut short or not JSON")) from None
    names = [*table.retired, *table.given.keys(), *table.given.values(), *table.forget]
    if not _are_rows(rows) or not all(isinstance(name, str) for name in names):
        raise IndexDamaged(folder, name, _("holds what no commit writes"))
    return table


def _are_rows(rows: Sequence[FileRow]) -> bool:
    """Whether all values are of their types; a column at a time, since there may be many."""
    columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True)
    return all(
        set(map(type, column)) <= types for column, types in zip(columns, _TYPES, strict=False)
    )


def ids_of_before(folder: Path) -> FileTable:
    """The ids that an index of any version gave and retired, without rows; none if unreadable."""
    try:
        layers = []
        for name in layer_names(folder, manifests.read_manifest(folder)):
            with manifests.open_plain(folder, name) as file:
                layers.append(Layer(name, load_table(folder, name, file.read())))
    except (StoreError, OSError):
        return FileTable({})
    table = whole_table(layers)
    given = {path: row.report_id for path, row in table.rows.items() if row.report_id}
    return FileTable({}, table.retired, {**table.given, **given})
