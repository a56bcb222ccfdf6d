"""Opening a file without being hurt by what it turns out to be."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

from index.errors import system_reason
from index.i18n import gettext as _
from index.model import SourceFile
from indexer.read.limits import MIB, Limits, Refused

_CHUNK = MIB


def load(path: Path, limits: Limits) -> tuple[bytes, SourceFile]:
    """The file's bytes and what identifies it.

    Raises Refused for anything but a regular, readable, not empty file within the size limit.
    """
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise Refused(os_reason(error, path)) from error
    try:
        status = os.fstat(descriptor)
        _check_status(status, limits)
        data = _read_at_most(descriptor, limits.file_bytes)
    except OSError as error:
        raise Refused(os_reason(error, path)) from error
    finally:
        os.close(descriptor)
    if not data:
        raise Refused(_("the file is empty"))
    digest = hashlib.sha256(data).hexdigest()
    return data, SourceFile(str(path), digest, len(data), status.st_mtime_ns)


def _check_status(status: os.stat_result, limits: Limits) -> None:
    if (reason := odd_kind(status.st_mode)) is not None:
        raise Refused(reason)
    if status.st_size > limits.file_bytes:
        raise _too_large(limits.file_bytes)


def _read_at_most(descriptor: int, limit: int) -> bytes:
    """All that the file gives; its size is not trusted, for it may grow while we read."""
    chunks: list[bytes] = []
    size = 0
    while chunk := os.read(descriptor, _CHUNK):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> Refused:
    return Refused(_("the file is larger than {n} MB").format(n=limit // MIB))


def odd_kind(mode: int) -> str | None:
    """Why something of this file mode is not read; None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return _("it is a folder, not a file")
    if stat.S_ISFIFO(mode):
        return _("it is a pipe, not a file")
    if stat.S_ISSOCK(mode):
        return _("it is a socket, not a file")
    return _("it is a device, not a file")


def os_reason(error: OSError, path: Path) -> str:
    """What the system's error means to the person who named the path."""
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return _("it is a link to a file that does not exist")
        return _("it does not exist")
    if isinstance(error, PermissionError):
        return _("permission denied")
    if error.errno == errno.ELOOP:
        return _("it is a link that leads back to itself")
    if error.errno == errno.ENXIO:  # what opening a socket says
        return _("it is a socket, not a file")
    return _("it cannot be opened: {why}").format(why=system_reason(error))
