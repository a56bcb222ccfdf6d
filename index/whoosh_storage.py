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
from collections.abc import Iterable, Iterator
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Never

from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.filedb.structfile import StructFile

from index import manifest as manifests
from index.errors import IndexDamaged, IndexMissing, LawsearchError, StoreError
from index.i18n import gettext as _
from index.manifest import LAST_COMMIT, Manifest
from index.whoosh_schema import INDEX_NAME

# Every name that this program ever gives a file in an index folder, but the lock's.
_OURS = re.compile(
    rf"_{INDEX_NAME}_\d+\.toc(\.[\d.e+-]+)?|{INDEX_NAME}_[0-9a-z]+\..+|files-\d+\.json|"
    rf"{re.escape(manifests.NAME)}(\.tmp)?"
)
_NUMBERED = re.compile(rf"(?:_{INDEX_NAME}_|files-)(\d{{1,10}})\.(?:toc|json)")
_TEMPORARY = f"{INDEX_NAME}.tmp"


class SnapshotStorage(Storage):  # type: ignore[misc]
    """The files of one commit, all open from the start; nothing can be written."""

    readonly = True

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Raises FileNotFoundError when a newer commit has swept a file away meanwhile."""
        self.folder = str(folder)
        self._manifest = manifest
        self._open: dict[str, BinaryIO] = {}
        self._sizes: dict[str, int] = {}
        try:
            for name, (size, _digest) in manifest.files.items():
                self._open[name] = self._opened(folder, name)
                self._sizes[name] = size
                found = self._open[name].seek(0, SEEK_END)
                if found != size:
                    said = _("has {found} bytes, {wanted} were committed")
                    raise IndexDamaged(folder, name, said.format(found=found, wanted=size))
        except BaseException:
            self.close()
            raise

    def _opened(self, folder: Path, name: str) -> BinaryIO:
        try:
            return manifests.open_plain(folder, name)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise IndexDamaged(folder, name, manifests.cannot_be_read(error)) from error

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

    def damaged(self) -> Iterator[tuple[str, str]]:
        """(name, what is wrong) for each file that is not what was committed; reads every byte."""
        for name, (size, digest) in sorted(self._manifest.files.items()):
            if problem := manifests.check_file(self._open[name], size, digest):
                yield name, problem

    @contextlib.contextmanager
    def blamed(self) -> Iterator[None]:
        """Raise IndexDamaged for what a damaged file makes fail; what else fails is a bug."""
        try:
            yield
        except LawsearchError:
            raise
        except Exception as error:  # Whoosh knows no class for it, and often raises this one
            for name, problem in self.damaged():
                raise IndexDamaged(self.folder, name, problem) from error
            raise

    def close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()


class _TemporaryStorage(FileStorage):  # type: ignore[misc]
    """A folder for files that are gone when the commit is written; `opened` takes each of them."""

    def __init__(self, folder: Path, opened: list[StructFile]) -> None:
        super().__init__(str(folder))
        self._opened = opened

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        file = super().create_file(name, *args, **kwargs)
        self._opened.append(file)
        return file


class CommitStorage(FileStorage):  # type: ignore[misc]
    """A folder in which the next commit is prepared beside the last one."""

    def __init__(self, folder: Path, committed: Iterable[str]) -> None:
        super().__init__(str(folder))
        self.path = folder
        self._committed = frozenset(committed)
        self.created: set[str] = set()
        self._files: list[StructFile] = []

    def list(self) -> list[str]:
        """The last commit's files and the new ones."""
        return sorted(self._committed | self.created)

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        file = super().create_file(name, *args, **kwargs)
        self.created.add(name)
        self._files.append(file)
        return file

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        file = super().open_file(name, **kwargs)
        self._files.append(file)
        return file

    def close_all(self) -> None:
        """Close what Whoosh has left open (columns that it merged, and all after an error)."""
        for file in self._files:
            if not file.is_closed:
                with contextlib.suppress(OSError):
                    file.close()  # a full disk may refuse the last bytes too

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
        return _TemporaryStorage(self.path / _TEMPORARY, self._files).create()

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
            elif path.name == _TEMPORARY or _OURS.fullmatch(path.name):
                path.unlink()


def commits_seen(folder: Path) -> list[int]:
    """The numbers of all commits of which a table of contents is in the folder, finished or not."""
    found = (_NUMBERED.fullmatch(path.name) for path in folder.iterdir())
    return [number for match in found if match and (number := int(match[1])) <= LAST_COMMIT]


def begin_first(folder: Path) -> None:
    """Make a folder without a manifest ready for its first commit.

    The temporary manifest is there from now on until that commit counts: without it, an index's
    files say that its manifest was lost, and they are left alone. Raises IndexDamaged then.
    """
    if not commits_seen(folder):
        manifests.write_text(folder / manifests.TEMPORARY, "")
        manifests.sync_folder(folder)
    if not sweep_unfinished(folder):
        raise IndexDamaged(folder, manifests.NAME, _("is missing"))


def begin_again(folder: Path) -> int:
    """The number from which a rebuild counts: above those of all files that are to stay."""
    sweep_unfinished(folder)
    if numbers := commits_seen(folder):
        return max(numbers) + 1
    if not (folder / manifests.NAME).exists():
        begin_first(folder)
    return 0


def sweep_unfinished(folder: Path) -> bool:
    """Remove what no finished commit needs; False, and nothing, where that cannot be told."""
    try:
        keep: Iterable[str] = manifests.read_manifest(folder).files
    except IndexMissing:
        begun = (folder / manifests.TEMPORARY).is_file()
        if not begun or max(commits_seen(folder), default=0) > 1:
            return False
        keep = (manifests.TEMPORARY,)
    except StoreError:
        return False
    sweep(folder, keep)
    return True
