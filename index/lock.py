"""The writer's lock: one process writes to an index folder at a time, and others can tell who."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

from index.errors import IndexFull, IndexLocked

NAME = "writer.lock"
HOLDER = "writer.json"


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
            raise IndexFull(folder, error.strerror or str(error)) from error
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        try:
            (folder / HOLDER).write_text(json.dumps(holder), "utf-8")
        except OSError as error:
            self._lock.release()
            raise IndexFull(folder, error.strerror or str(error)) from error

    def release(self) -> None:
        """Let the next writer in."""
        (self._folder / HOLDER).unlink(missing_ok=True)
        self._lock.release()


def describe_holder(folder: Path) -> str:
    """Who holds the lock, as far as it has said so."""
    try:
        holder = json.loads((folder / HOLDER).read_text("utf-8"))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has not said its number"
