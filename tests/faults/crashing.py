"""A process that dies, or is refused, at the n-th thing that it does to a folder.

The system under test knows nothing of it: an audit hook and os.fsync are put in its way in a
process of its own, so that each moment of a commit can be tried, one after the other.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.errors import IndexFull

DONE, FULL, BROKEN = 0, 3, 99
"""How the process ended: as if nothing had been, with IndexFull, with another exception."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_EVENTS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate")
Fault = Callable[[], None]
Work = Callable[[], object]


def die() -> None:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    """Be a disk without room."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def run_with_fault(work: Work, folder: Path, fault: Fault, at: int) -> int:
    """How a process ended whose at-th change to the folder (from 1) met the fault."""
    return run_apart(work, lambda: _install(_Counter(fault, at), str(folder)))


def run_apart(work: Work, prepare: Work) -> int:
    """How a process of its own ended that did the work after some preparation.

    DONE, FULL or BROKEN; a signal's number comes back negative.
    """
    child = os.fork()
    if child == 0:
        _run_child(work, prepare)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run_child(work: Work, prepare: Work) -> None:
    status = BROKEN
    try:
        prepare()
        work()
        status = DONE
    except IndexFull:
        status = FULL
    except BaseException:  # noqa: BLE001 - a fork must never return into pytest
        traceback.print_exc()
    finally:
        os._exit(status)


class _Counter:
    def __init__(self, fault: Fault, at: int) -> None:
        self._fault, self._left = fault, at

    def change(self) -> None:
        """Count one change; the at-th one, and where it is survived all later ones, fail."""
        self._left -= 1
        if self._left <= 0:
            self._fault()


def _install(counter: _Counter, folder: str) -> None:
    sync = os.fsync

    def counted_sync(fd: Any) -> None:
        counter.change()
        sync(fd)

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if _is_change(event, args, folder):
            counter.change()

    os.fsync = counted_sync
    sys.addaudithook(audit)


def _is_change(event: str, args: tuple[Any, ...], folder: str) -> bool:
    if event == "open":
        return _is_below(args[0], folder) and bool(args[2] & _WRITES)
    return event in _EVENTS and (_is_below(args[0], folder) or args[-1] not in (-1, None))


def _is_below(path: object, folder: str) -> bool:
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(folder)
