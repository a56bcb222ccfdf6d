"""Files through worker processes: in order, a bounded number ahead, whatever one file does.

And reports that are to be written once more.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path

from index.errors import ReportError
from index.i18n import gettext as _
from index.model import Report
from index.prepared import PreparedReport, prepare
from indexer.prepare import Settings, load_report
from indexer.read import Reader
from indexer.read.child import interrupts_held_back
from indexer.read.limits import Passing

AHEAD = 16  # files per process that may be read before they are asked for
ALONE = 12  # so few files are read faster without starting processes
ALONE_CHARACTERS = 500_000  # texts that take no longer to prepare


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one file: a report (under its base id), or why there is none.

    passing: the refusal may be the machine's fault, and the next run should try again.
    """

    path: Path
    prepared: PreparedReport | None
    refused: ReportError | None = None
    passing: bool = False


def load_files(paths: Iterable[Path], settings: Settings, *, jobs: int) -> Iterator[Loaded]:
    """What becomes of each file, in the order given."""
    todo = iter(paths)
    first = list(islice(todo, ALONE + 1))
    if jobs <= 1 or len(first) <= ALONE:
        yield from _load_here([*first, *todo], settings)
    else:
        pool = _Pool(settings, jobs)
        try:
            yield from pool.load(iter([*first, *todo]))
        finally:
            pool.close()


def prepare_all(
    reports: Iterable[Report], *, jobs: int, ahead: int
) -> Generator[PreparedReport, None, None]:
    """The reports made ready, in the order given; up to so many characters of them ahead."""
    todo = iter(reports)
    first = [*_some(todo, ALONE_CHARACTERS)]
    if jobs <= 1 or sum(map(_length, first)) < ALONE_CHARACTERS:
        yield from map(prepare, chain(first, todo))
        return
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin_preparing)
    try:
        yield from _prepare_ahead(pool, chain(first, todo), ahead)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_ahead(
    pool: ProcessPoolExecutor, reports: Iterator[Report], ahead: int
) -> Iterator[PreparedReport]:
    waiting: deque[tuple[Report, Future[PreparedReport]]] = deque()
    length = 0
    while True:
        for report in _some(reports, ahead - length):
            waiting.append((report, _submitted(pool, report)))
            length += _length(report)
        if not waiting:
            return
        report, future = waiting.popleft()
        length -= _length(report)
        try:
            yield future.result()
        except BrokenProcessPool:  # something has ended a process: it goes on here, and slower
            yield prepare(report)


def _some(reports: Iterator[Report], characters: int) -> Iterator[Report]:
    """The next reports, until they are so long together."""
    while characters > 0 and (report := next(reports, None)) is not None:
        characters -= _length(report)
        yield report


def _length(report: Report) -> int:
    return len(report.source) + 1


def _submitted(pool: ProcessPoolExecutor, report: Report) -> Future[PreparedReport]:
    try:
        with interrupts_held_back():  # a process that it starts must not answer Ctrl+C
            return pool.submit(prepare, report)
    except BrokenProcessPool as error:
        broken: Future[PreparedReport] = Future()
        broken.set_exception(error)
        return broken


def _load_here(paths: Iterable[Path], settings: Settings) -> Iterator[Loaded]:
    with Reader(encoding=settings.encoding) as reader:
        for path in paths:
            yield _load(path, reader, settings)


def _load(path: Path, reader: Reader, settings: Settings) -> Loaded:
    try:
        return Loaded(path, prepare(load_report(path, reader, settings)))
    except ReportError as error:
        return Loaded(path, None, error, passing=isinstance(error.__cause__, Passing))


class _Pool:
    """Worker processes that are replaced when a file ends one of them."""

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings, self._jobs = settings, jobs
        self._executor = self._start(jobs)

    def _start(self, jobs: int) -> ProcessPoolExecutor:
        # "spawn" is what Windows has: the same everywhere, and no fork of a process with threads.
        return ProcessPoolExecutor(
            jobs, get_context("spawn"), initializer=_begin, initargs=(self._settings,)
        )

    def load(self, paths: Iterator[Path]) -> Iterator[Loaded]:
        ahead = self._jobs * AHEAD
        waiting: deque[tuple[Path, Future[Loaded]]] = deque()
        waiting.extend(self._submit(path) for path in islice(paths, ahead))
        while waiting:
            path, future = waiting.popleft()
            try:
                loaded = future.result()
            except BrokenProcessPool:
                loaded = self._load_alone(path)
                waiting = self._restart(waiting)
            yield loaded
            waiting.extend(self._submit(path) for path in islice(paths, 1))

    def _submit(self, path: Path) -> tuple[Path, Future[Loaded]]:
        try:
            with interrupts_held_back():  # a process that it starts must not answer Ctrl+C
                return path, self._executor.submit(_work, path)
        except BrokenProcessPool as error:
            broken: Future[Loaded] = Future()
            broken.set_exception(error)
            return path, broken

    def _load_alone(self, path: Path) -> Loaded:
        """Try a file again in a process of its own: it may be what ended the others."""
        with self._start(1) as alone:
            try:
                with interrupts_held_back():
                    future = alone.submit(_work, path)
                return future.result()
            except BrokenProcessPool:
                reason = _("reading it ended the process that read it")
                return Loaded(path, None, ReportError(path, reason), passing=True)

    def _restart(
        self, waiting: deque[tuple[Path, Future[Loaded]]]
    ) -> deque[tuple[Path, Future[Loaded]]]:
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._start(self._jobs)
        return deque(
            (path, future) if _is_good(future) else self._submit(path) for path, future in waiting
        )

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


def _is_good(future: Future[Loaded]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


# In a worker process:

_state: tuple[Reader, Settings] | None = None


def _begin(settings: Settings) -> None:
    global _state
    _begin_preparing()
    _state = Reader(encoding=settings.encoding), settings


def _begin_preparing() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker must not outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(path: Path) -> Loaded:
    assert _state is not None, "the pool runs _begin first"
    reader, settings = _state
    return _load(path, reader, settings)
