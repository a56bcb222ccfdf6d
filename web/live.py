"""The index as a server holds it: the last commit, and never two in one answer.

An engine is for one thread at a time, so every lane has a `Live` of its own, used in its thread. A
new commit is opened and made ready in another thread, while answers are made from the one before;
nobody waits for it. A commit stays open until the last answer that is made from it is done.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePath, PureWindowsPath
from typing import Final

from index.errors import EngineUnavailable, StoreError
from index.location import Location
from search.run import Searcher
from search.similar import SimilarFinder

RETRY_SECONDS: Final = 30.0
"""How soon a commit that could not be opened is tried again: each time all of it is read."""
_log: Final = logging.getLogger("lawsearch.web")


class Held:
    """One commit, and what was learnt of it. One thread at a time."""

    def __init__(self, location: Location, version: str) -> None:
        """Raises StoreError, IndexMissing for one. version is the program's."""
        self.engine = location.engine(resident=True)
        self.searcher = Searcher(self.engine)
        self.finder = SimilarFinder(self.engine)
        self.commit = self.engine.commit
        self.users = 0
        self.used = time.monotonic()  # when it was last asked something
        made_of = f"{version} {self.commit} {self.engine.written}"
        self.digest = hashlib.sha256(made_of.encode()).hexdigest()[:12]

    @cached_property
    def written(self) -> datetime:
        """When the commit was made."""
        return datetime.strptime(self.engine.written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    def shown(self, path: str) -> str:
        """What anybody may see of a file's path: from the folder on that holds all files."""
        return shorten(path, self._root)

    def close(self) -> None:
        """Let go of the commit; what cannot be told to a cluster it forgets by itself."""
        with suppress(StoreError):
            self.engine.close()

    @cached_property
    def _root(self) -> str:
        return common_folder(row.path for row in self.engine.files().values())


class Latest:
    """The highest commit that any lane has answered from: nobody is sent back behind it."""

    def __init__(self) -> None:
        self.commit = 0
        self._changing = threading.Lock()

    def meet(self, commit: int) -> None:
        """Know of an answer from this commit."""
        with self._changing:
            self.commit = max(self.commit, commit)


class Live:
    """The last commit of an index; all but `refresh` is for one thread at a time."""

    def __init__(
        self, location: Location, version: str, warm: Callable[[Held], None], latest: Latest
    ) -> None:
        """warm: makes a commit ready for its first question. latest is common to all lanes."""
        self.latest = latest
        self.look_s = location.look_s
        self._location = location
        self._look = location.watch()
        self._version = version
        self._warm = warm
        self._held: Held | None = None
        self._next: Held | None = None  # given from one thread to the other, by turns
        self._turn = threading.Lock()
        self._refreshing = threading.Lock()
        self._seen: Hashable = None  # the last that `refresh` has looked at
        self._away = ""  # why it could not look
        self._failed = ""  # what was wrong with that
        self._again = math.inf  # when to look at it again, by the monotonic clock

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """The last commit that is ready, which stays open meanwhile.

        Another lane may have answered from a later one: then it is made ready first.
        Raises StoreError where none could ever be opened.
        """
        held = self._last()
        held.users += 1
        try:
            with held.engine.blamed():
                yield held
        except EngineUnavailable:  # the nodes that held the commit may be gone: open it again
            self._held = None if held is self._held else self._held
            raise
        finally:
            held.users -= 1
            held.used = time.monotonic()
            self._close_unless_used(held)

    @property
    def commit(self) -> int:
        """The number of the open commit; 0 before the first is opened."""
        return self._held.commit if self._held else 0

    @property
    def newest(self) -> Held | None:
        """What `hold` would give, for other threads: only to tell which version it is.

        None where that would have to be made ready first.
        """
        with self._turn:
            ready = self._next or self._held
        return ready if ready is not None and ready.commit >= self.latest.commit else None

    def close(self) -> None:
        """Let go of the index."""
        for held in (self._held, self._exchange(None)):
            self._held = None
            if held is not None:
                self._close_unless_used(held)

    def refresh(self) -> None:
        """Have a commit that is new ready for `hold`; for other threads, which wait for each other.

        What cannot be read is logged once, and answers go on from the commit that is open. It is
        tried again now and then: files that are copied may come after the manifest.
        """
        with self._refreshing:
            try:
                stamp, self._away = self._look(), ""
            except StoreError as error:
                self._away = _logged_once(error, self._away)
                return
            if stamp == self._seen and time.monotonic() < self._again:
                return
            before = self._failed if stamp == self._seen else ""
            self._seen, self._failed, self._again = stamp, "", math.inf
            try:
                held = self._opened()
            except StoreError as error:
                self._again = time.monotonic() + RETRY_SECONDS
                self._failed = _logged_once(error, before)
            else:
                if (unused := self._exchange(held)) is not None:
                    unused.close()

    def _opened(self) -> Held:
        """The last commit, ready for its first question."""
        held = Held(self._location, self._version)
        with ExitStack() as undo:
            undo.callback(held.close)
            with held.engine.blamed():
                self._warm(held)
            undo.pop_all()
        return held

    def _last(self) -> Held:
        self._take()
        if self._held is not None and self._is_stale(self._held):
            self._held.close()
            self._held = None
        if self._held is None:
            self._held = Held(self._location, self._version)
        if self._held.commit < self.latest.commit:
            self.refresh()
            self._take()
        self.latest.meet(self._held.commit)
        return self._held

    def _is_stale(self, held: Held) -> bool:
        """Whether it has lain so long that a cluster may have let go of it."""
        return not held.users and time.monotonic() - held.used > self._location.idle_s

    def _take(self) -> None:
        """Hold what was made ready, if anything was."""
        if (ready := self._exchange(None)) is not None:
            before, self._held = self._held, ready
            if before is not None:
                self._close_unless_used(before)

    def _exchange(self, held: Held | None) -> Held | None:
        """What was ready for use, which is another one from now on."""
        with self._turn:
            before, self._next = self._next, held
        return before

    def _close_unless_used(self, held: Held) -> None:
        if held is not self._held and not held.users:
            held.close()


def _logged_once(error: StoreError, before: str) -> str:
    """What is wrong; logged where that was something else before."""
    if str(error) != before:
        _log.error("%s %s", error, error.hint)
    return str(error)


def common_folder(paths: Iterator[str]) -> str:
    """The folder that all the paths are in; empty where there is none but the root of all."""
    folders = {os.path.split(path)[0] for path in paths}
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
    return PureWindowsPath(path).name  # of either system: an index may come from another one
