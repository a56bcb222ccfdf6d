"""Whoosh storages over one folder: a reader's, fixed to one commit, and a writer's, for the next.

Whoosh itself neither syncs what it writes nor protects what a reader still needs. Here a reader
opens every file of its commit at once and keeps them, and a writer only ever adds files: what
is no longer needed is swept away after the new manifest counts.
"""

from __future__ import annotations

import contextlib
import mmap
import re
import shutil
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Never

from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.filedb.structfile import StructFile

from index import manifest as manifests
from index.errors import IndexDamaged
from index.manifest import Manifest
from index.whoosh_schema import INDEX_NAME

# Every name that this program ever gives a file in an index folder, but the lock's.
_OURS = re.compile(
    rf"_{INDEX_NAME}_\d+\.toc(\.[\d.e+-]+)?|{INDEX_NAME}_[0-9a-z]+\..+|files-\d+\.json|"
    rf"{re.escape(manifests.NAME)}(\.tmp)?"
)
_TEMPORARY = f"{INDEX_NAME}.tmp"


class SnapshotStorage(Storage):  # type: ignore[misc]
    """The files of one commit, all open from the start; nothing can be written."""

    readonly = True

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Raises FileNotFoundError when a newer commit has swept a file away meanwhile."""
        self.folder = str(folder)
        self._open: dict[str, BinaryIO] = {}
        self._sizes: dict[str, int] = {}
        try:
            for name, (size, _) in manifest.files.items():
                self._open[name] = (folder / name).open("rb")
                self._sizes[name] = size
                found = (folder / name).stat().st_size
                if found != size:
                    raise IndexDamaged(folder, name, f"has {found} bytes, not {size}")
        except BaseException:
            self.close()
            raise

    def list(self) -> list[str]:
        """The names of the commit's files, whatever else lies in the folder."""
        return [*self._open]

    def file_exists(self, name: str) -> bool:
        return name in self._open

    def file_length(self, name: str) -> int:
        return self._sizes[name]

    def open_file(self, name: str, **_: Any) -> StructFile:
        """A file of the commit, mapped, with a position of its own."""
        file = self._open[name]
        if self._sizes[name] == 0:  # an empty file cannot be mapped
            return StructFile(BytesIO(), name=name)
        return StructFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name=name)

    def read(self, name: str) -> bytes:
        """The whole file."""
        with self.open_file(name) as file:
            return bytes(file.read())

    def close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()


class CommitStorage(FileStorage):  # type: ignore[misc]
    """A folder in which the next commit is prepared beside the last one."""

    def __init__(self, folder: Path, committed: Iterable[str]) -> None:
        super().__init__(str(folder))
        self.path = folder
        self._committed = frozenset(committed)
        self.created: set[str] = set()

    def list(self) -> list[str]:
        """The last commit's files and the new ones."""
        return sorted(self._committed | self.created)

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        file = super().create_file(name, *args, **kwargs)
        self.created.add(name)
        return file

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        (self.path / oldname).replace(self.path / newname)
        self.created.discard(oldname)
        self.created.add(newname)

    def delete_file(self, name: str) -> None:
        """Whoosh tidies up before the commit counts: only what is new may go."""
        if name in self.created:
            super().delete_file(name)
            self.created.discard(name)

    def temp_storage(self, name: str | None = None) -> FileStorage:
        return FileStorage(str(self.path / _TEMPORARY)).create()

    def lock(self, name: str) -> Never:
        raise NotImplementedError("the engine holds its own lock")


def sweep(folder: Path, keep: Iterable[str]) -> None:
    """Remove our files that no commit names. On Windows a file in use stays until next time."""
    kept = {manifests.NAME, *keep}
    for path in folder.iterdir():
        if path.name in kept:
            continue
        with contextlib.suppress(OSError):
            if path.name == _TEMPORARY and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif _OURS.fullmatch(path.name) and path.is_file():
                path.unlink()
