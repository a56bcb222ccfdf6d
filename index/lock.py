"""The writer's lock: one process writes to an index folder at a time, and others can tell who."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from pathlib import Path

from index.errors import IndexFull, IndexLocked, StoreError, system_reason
from index.i18n import gettext as _
from index.manifest import open_plain, write_text

NAME = "writer.lock"
HOLDER = "writer.json"
_LARGEST = 10_000  # bytes of what a holder says of itself


class WriterLock:
    """An operating system's lock, so that it ends with its process, however that ends."""

    def __init__(self, folder: Path, *, wait_s: float) -> None:
        """Wait up to wait_s seconds for the lock. Raises IndexLocked, naming the holder."""
        from filelock import FileLock, Timeout

        self._folder = folder
        self._lock = FileLock(folder / NAME)
        try:
            self._lock.acquire(timeout=wait_s, poll_interval=0.1)
        except Timeout:
            raise IndexLocked(folder, describe_holder(folder)) from None
        except OSError as error:
            raise IndexFull(folder, system_reason(error)) from error
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        try:
            write_text(folder / HOLDER, json.dumps(holder))
        except OSError as error:
            self.release()
            raise IndexFull(folder, system_reason(error)) from error

    def release(self) -> None:
        """Let the next writer in."""
        with contextlib.suppress(OSError):  # the lock is what counts, not who said to hold it
            (self._folder / HOLDER).unlink(missing_ok=True)
        self._lock.release()


def describe_holder(folder: Path) -> str:
    """Who holds the lock, as far as it has said so."""
    try:
        with open_plain(folder, HOLDER) as file:
            holder = json.loads(file.read(_LARGEST))
        said = _("process {pid} on {host}, since {since}")
        return said.format(pid=holder["pid"], host=holder["host"], since=holder["since"])
    except (StoreError, OSError, ValueError, LookupError, TypeError, RecursionError):
        return _("a process that has not said its number")
