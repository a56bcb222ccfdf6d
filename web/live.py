"""The index as a server holds it: always the last commit, and never two in one answer.

An engine is for one thread at a time, so every lane has a `Live` of its own, used in its thread
alone. A commit stays open until the last answer that is made from it is done.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePath

from index.errors import IndexMissing
from index.manifest import NAME as MANIFEST
from index.whoosh_engine import WhooshEngine
from search.run import Searcher
from search.similar import SimilarFinder

Stamp = tuple[int, int, int]
"""Tells one manifest from the next: number of the file, its time in nanoseconds, its size."""


class Held:
    """One commit, and what was learnt of it. One thread at a time."""

    def __init__(self, folder: Path, version: str) -> None:
        """Raises IndexMissing, IndexOutdated, IndexDamaged. version is the program's."""
        self.engine = WhooshEngine(folder, resident=True)
        self.searcher = Searcher(self.engine)
        self.finder = SimilarFinder(self.engine)
        self.commit = self.engine.commit
        self.users = 0
        made_of = f"{version} {self.commit} {self.engine.written}"
        self.digest = hashlib.sha256(made_of.encode()).hexdigest()[:12]

    @cached_property
    def written(self) -> datetime:
        """When the commit was made."""
        return datetime.strptime(self.engine.written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    def shown(self, path: str) -> str:
        """What anybody may see of a file's path: from the folder on that holds all files."""
        return shorten(path, self._root)

    @cached_property
    def _root(self) -> str:
        return common_folder(row.path for row in self.engine.files().values())


class Live:
    """The last commit of a folder. One thread at a time."""

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder
        self._version = version
        self._stamp: Stamp | None = None
        self._held: Held | None = None

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """The last commit, which stays open meanwhile.

        Raises IndexMissing, IndexOutdated, IndexDamaged.
        """
        held = self._last()
        held.users += 1
        try:
            with held.engine.blamed():
                yield held
        finally:
            held.users -= 1
            self._close_unless_used(held)

    @property
    def commit(self) -> int:
        """The number of the open commit; 0 before the first is opened."""
        return self._held.commit if self._held else 0

    def close(self) -> None:
        """Let go of the commit."""
        held, self._held = self._held, None
        if held is not None:
            self._close_unless_used(held)

    def _last(self) -> Held:
        stamp = self._look()
        if self._held is None or stamp != self._stamp:
            new = Held(self._folder, self._version)
            self.close()
            # What was looked at before is at most too old: then it is opened once more.
            self._held, self._stamp = new, stamp
        return self._held

    def _look(self) -> Stamp:
        try:
            found = (self._folder / MANIFEST).stat()
        except OSError:
            raise IndexMissing(self._folder) from None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _close_unless_used(self, held: Held) -> None:
        if held is not self._held and not held.users:
            held.engine.close()


def common_folder(paths: Iterator[str]) -> str:
    """The folder that all the paths are in; empty where there is none but the root of all."""
    folders = {str(PurePath(path).parent) for path in paths}
    try:
        root = os.path.commonpath(folders)
    except ValueError:  # none, or on several drives
        return ""
    return "" if PurePath(root) == PurePath(root).parent else root


def shorten(path: str, root: str) -> str:
    """The path from the root on, with forward slashes; only its name where it is elsewhere."""
    pure = PurePath(path)
    if root and pure.is_relative_to(root):
        return pure.relative_to(root).as_posix()
    return pure.name
