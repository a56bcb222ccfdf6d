"""The manifest: a checksummed JSON file that names all files of the last commit.

A commit counts from the moment its manifest replaces the one before. Whatever else lies in the
folder is a left-over of a run that did not finish.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from index.errors import IndexDamaged, IndexMissing, IndexOutdated, system_reason
from index.i18n import gettext as _

NAME = "manifest.json"
TEMPORARY = NAME + ".tmp"
FORMAT = 1
LARGEST = 4 << 20
"""Bytes of a manifest; it names two files for each of a few segments."""
LAST_COMMIT = 2**31 - 1
_FILE_NAME = re.compile(r"\w[\w.+-]{0,199}", re.ASCII)  # of the folder itself, and no other
Result = TypeVar("Result")
_DIGEST = re.compile("[0-9a-f]{64}")
SegmentEntry = tuple[str, str | None]
"""The names of a segment's file and of the file of what is deleted of it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit.

    files maps names to (size in bytes, sha256); versions tell what its terms depend on; segments
    are (file, list of deletions if it has one), in the order in which they are numbered through.
    """

    commit: int
    written: str
    versions: Mapping[str, str]
    files: Mapping[str, tuple[int, str]]
    segments: tuple[SegmentEntry, ...] = ()


def _checksum(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The last commit of the folder.

    What it says is checked before it is believed: the folder may come from anywhere.
    Raises IndexMissing, IndexDamaged, or IndexOutdated for a manifest of another format.
    """
    try:
        with patiently(lambda: open_plain(folder, NAME)) as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(folder) from None
    except OSError as error:
        raise IndexDamaged(folder, NAME, cannot_be_read(error)) from error
    if len(data) > LARGEST:
        raise IndexDamaged(folder, NAME, _("is larger than {n} bytes").format(n=LARGEST))
    try:
        content = json.loads(data)
        found = content.pop("checksum")
        checksum, format = _checksum(content), content["format"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IndexDamaged(folder, NAME, _("is cut short or not JSON")) from None
    if found != checksum:
        raise IndexDamaged(folder, NAME, _("does not match its own checksum"))
    if format != FORMAT:
        raise IndexOutdated(folder, _format(str(format)[:20]), _format(FORMAT))
    if not _is_manifest(content):
        raise IndexDamaged(folder, NAME, _("holds what no commit writes"))
    files = {name: (size, digest) for name, (size, digest) in content["files"].items()}
    segments = tuple((name, deletes) for name, deletes in content.get("segments", ()))
    return Manifest(content["commit"], content["written"], content["versions"], files, segments)


def _format(number: object) -> str:
    return _("format {number}").format(number=number)


def cannot_be_read(error: OSError) -> str:
    """What is wrong with a file that the system does not let us read."""
    return _("cannot be read ({reason})").format(reason=system_reason(error))


def _is_manifest(content: Mapping[str, Any]) -> bool:
    """Whether all values are of their types and no name leads out of the folder."""
    match content:
        case {"commit": int(commit), "written": str(), "versions": dict(v), "files": dict(files)}:
            return (
                0 < commit <= LAST_COMMIT
                and all(isinstance(value, str) for value in v.values())
                and all(_FILE_NAME.fullmatch(name) for name in files)
                and all(_is_size_and_digest(value) for value in files.values())
                and _are_segments(content.get("segments", []), files)  # none before schema 4
            )
    return False


def _are_segments(entries: object, files: Mapping[str, Any]) -> bool:
    """Whether all segments are files of the commit, each once."""
    if not isinstance(entries, list) or not all(_is_entry(entry, files) for entry in entries):
        return False
    return len({name for name, _deletes in entries}) == len(entries)


def _is_entry(entry: object, files: Mapping[str, Any]) -> bool:
    match entry:
        case [str(name), str() | None as deletes]:
            return name in files and (deletes is None or deletes in files)
    return False


def _is_size_and_digest(value: object) -> bool:
    match value:
        case [int(size), str(digest)]:
            return size >= 0 and _DIGEST.fullmatch(digest) is not None
    return False


def open_plain(folder: Path, name: str) -> BinaryIO:
    """A file of the folder, for reading.

    Raises FileNotFoundError and its like, and IndexDamaged for anything but a plain file: a link
    would lead elsewhere, and a pipe would be waited for.
    """
    path = folder / name
    if not stat.S_ISREG(path.lstat().st_mode):
        raise IndexDamaged(folder, name, _("is not a plain file"))
    return path.open("rb")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make the commit count: durable when this returns, untouched when it raises."""
    content: dict[str, Any] = {"format": FORMAT} | asdict(manifest)
    content["checksum"] = _checksum(content)
    temporary = write_text(folder / TEMPORARY, json.dumps(content, ensure_ascii=False, indent=1))
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
    patiently(lambda: temporary.replace(folder / NAME))
    sync_folder(folder)


ATTEMPTS = 50 if os.name == "nt" else 1
"""On Windows a file cannot be replaced while another process reads it, nor opened meanwhile."""
_PAUSE_S = 0.05


def patiently(action: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """What the action gives; tried again as often where another process has the file."""
    for _attempt in range(attempts - 1):
        try:
            return action()
        except PermissionError:
            time.sleep(_PAUSE_S)
    return action()


def write_text(path: Path, text: str) -> Path:
    """The path of a file that holds the text and nothing else; a link is not followed."""
    return write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> Path:
    """The path of a file that holds the bytes and nothing else; a link is not followed."""
    with open(path, "wb", opener=_open_plainly) as file:
        file.write(data)
    return path


def _open_plainly(path: str, flags: int) -> int:
    """Open, but fail at a link, and at a pipe that nobody reads instead of waiting."""
    plainly = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags | plainly, 0o666)


def sync_folder(folder: Path) -> None:
    """Make names in the folder durable, where the system lets one open a folder (not Windows)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems cannot; the files themselves are synced
    finally:
        os.close(handle)


def sync_files(folder: Path, names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Make the files durable; returns the size and sha256 of each."""
    return {name: _sync_file(folder / name) for name in names}


def _sync_file(path: Path) -> tuple[int, str]:
    digest, size = sha256(), 0
    with path.open("r+b") as file:
        os.fsync(file.fileno())
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def check_file(file: BinaryIO, size: int, digest: str) -> str | None:
    """What is wrong with a file of a commit, or None; reads every byte from the start on."""
    found, length = sha256(), 0
    try:
        file.seek(0)
        while block := file.read(1 << 20):
            found.update(block)
            length += len(block)
    except OSError as error:
        return cannot_be_read(error)
    if length != size:
        return _("has {found} bytes, {wanted} were committed").format(found=length, wanted=size)
    return None if found.hexdigest() == digest else _("does not match its checksum")
