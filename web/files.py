"""The file that a report was read from, handed out only as it was then."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from urllib.parse import quote

from index.i18n import gettext as _
from index.model import SourceFile
from web.errors import Told

LARGEST: Final = 100 * 1024 * 1024
"""Bytes of a file that are handed out."""
HEADERS: Final = {
    # Whatever is in it, a browser stores it and does not show it as a page of this server.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}
_PIECE: Final = 1 << 18
_IN_MEMORY: Final = 4 << 20
_LONGEST_NAME: Final = 240  # bytes; 255 are the most that file systems take
_FLAGS: Final = os.O_RDONLY | sum(
    # Windows has no pipes in folders to wait for, and a text mode to switch off.
    getattr(os, name, 0)
    for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC")
)
_NO_NAME: Final = re.compile(r'[\\/:*?"<>|]+')


def open_original(file: SourceFile) -> IO[bytes]:
    """The bytes of the file, those that were indexed: a copy, read from its beginning.

    A copy, since what is handed out must be what was hashed. Raises Told where the file is not
    there any more, or is another one.
    """
    if file.size > LARGEST:
        said = _("The file is larger than what is handed out here.")
        raise Told(HTTPStatus.FORBIDDEN, said, _("The text as it was read is in source.txt."))
    with ExitStack() as opened:
        copy: IO[bytes] = opened.enter_context(SpooledTemporaryFile(_IN_MEMORY))
        if _copied(file, copy) != file.sha256:
            raise _gone()
        opened.pop_all()
    copy.seek(0)
    return copy


def _copied(file: SourceFile, copy: IO[bytes]) -> str:
    """The SHA-256 of what was copied; of a file of another size nothing is read."""
    try:
        descriptor = os.open(file.path, _FLAGS)
        with os.fdopen(descriptor, "rb") as original:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size != file.size:
                raise _gone()
            digest, left = hashlib.sha256(), file.size
            while left and (piece := original.read(min(left, _PIECE))):
                digest.update(piece)
                copy.write(piece)
                left -= len(piece)
            return digest.hexdigest()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise _gone() from None


def _gone() -> Told:
    said = _("The file has been changed, moved or removed since it was indexed.")
    return Told(HTTPStatus.GONE, said, _("The text as it was read is in source.txt."))


def pieces(copy: IO[bytes]) -> Iterator[bytes]:
    """The bytes one after the other; then the copy is let go."""
    with copy:
        while piece := copy.read(_PIECE):
            yield piece


def attachment(name: str) -> str:
    """The Content-Disposition that has a browser store the answer by this name.

    Source: RFC 6266, RFC 5987.
    """
    clean = file_name(name)
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", clean)
    plain = clean if clean.isascii() else "report" + (suffix[0] if suffix else "")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def file_name(path: str) -> str:
    """The name of a path, as every system takes it: its last part, without what misleads."""
    name = re.split(r"[\\/]", path)[-1].encode("utf-8", "replace").decode()
    name = "".join(c for c in name if c.isprintable())
    name = _NO_NAME.sub("-", name).strip(" .")
    name = name[-_LONGEST_NAME:]
    while len(name.encode()) > _LONGEST_NAME:
        name = name[1:]
    return name or "report"
