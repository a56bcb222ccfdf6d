"""Writing a file that somebody asked for: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import UserError, system_reason
from index.i18n import gettext as _


def save_text(file: Path, text: str) -> None:
    """Write the file in UTF-8; what was there stays until the new one is complete.

    Raises UserError.
    """
    data = text.encode("utf-8", "replace")
    try:
        if file.exists() and not file.is_file():  # a pipe or a device has nothing to keep
            file.write_bytes(data)
        else:
            _replace(file.resolve(), data)
    except OSError as error:
        said = _("{path}: {reason}").format(path=file, reason=system_reason(error))
        raise UserError(said) from None


def _replace(file: Path, data: bytes) -> None:
    beside = file.with_name(f".lawsearch-{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
