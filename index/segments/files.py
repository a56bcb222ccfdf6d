"""The files of one commit, all open from the start, as a reader needs them.

A writer sweeps away what the next commit does not name: a reader keeps what it has opened.
"""

from __future__ import annotations

import contextlib
import mmap
import zlib
from collections.abc import Iterator, Mapping
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from index import manifest as manifests
from index.errors import IndexDamaged, IndexOutdated, LawsearchError
from index.i18n import gettext as _
from index.manifest import Manifest, read_manifest


class CommitFiles:
    """The files that a manifest names."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Raises FileNotFoundError when a newer commit has swept a file away meanwhile."""
        self.folder = folder
        self.manifest = manifest
        self._open: dict[str, BinaryIO] = {}
        try:
            for name, (size, _digest) in manifest.files.items():
                self._open[name] = self._opened(name)
                found = self._open[name].seek(0, SEEK_END)
                if found != size:
                    said = _("has {found} bytes, {wanted} were committed")
                    raise IndexDamaged(folder, name, said.format(found=found, wanted=size))
        except BaseException:
            self.close()
            raise

    def _opened(self, name: str) -> BinaryIO:
        try:
            return manifests.open_plain(self.folder, name)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise IndexDamaged(self.folder, name, manifests.cannot_be_read(error)) from error

    def map(self, name: str) -> memoryview:
        """A file's bytes, mapped and not read."""
        size, _digest = self.manifest.files[name]
        if size == 0:  # an empty file cannot be mapped
            return memoryview(b"")
        return memoryview(mmap.mmap(self._open[name].fileno(), 0, access=mmap.ACCESS_READ))

    def read(self, name: str) -> bytes:
        """A whole file."""
        file = self._open[name]
        file.seek(0)
        return file.read()

    def damaged(self) -> Iterator[tuple[str, str]]:
        """(name, what is wrong) for each file that is not what was committed; reads every byte."""
        for name, (size, digest) in sorted(self.manifest.files.items()):
            if problem := manifests.check_file(self._open[name], size, digest):
                yield name, problem

    @contextlib.contextmanager
    def blamed(self) -> Iterator[None]:
        """Raise IndexDamaged for what a damaged file makes fail; what else fails is a bug."""
        try:
            yield
        except LawsearchError:
            raise
        except (ValueError, LookupError, ArithmeticError, TypeError, OSError, zlib.error) as error:
            for name, problem in self.damaged():
                raise IndexDamaged(self.folder, name, problem) from error
            raise

    def close(self) -> None:
        """Close every file; maps stay as long as somebody holds them."""
        for file in self._open.values():
            file.close()
        self._open.clear()


def open_commit(folder: Path, versions: Mapping[str, str]) -> tuple[Manifest, CommitFiles]:
    """The last commit and its files, all open.

    A writer may sweep files away between our reading the manifest and opening them; then there is
    a newer manifest. Raises IndexMissing, IndexOutdated, IndexDamaged.
    """
    seen = -1
    while True:
        manifest = read_manifest(folder)
        for name, wanted in versions.items():
            if manifest.versions.get(name) != wanted:
                found = manifest.versions.get(name, "none")
                raise IndexOutdated(folder, f"{name} {found}", f"{name} {wanted}")
        try:
            return manifest, CommitFiles(folder, manifest)
        except FileNotFoundError as error:
            if manifest.commit == seen:
                name = Path(error.filename).name
                raise IndexDamaged(folder, name, _("is missing")) from None
            seen = manifest.commit
