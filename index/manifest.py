"""The manifest: a checksummed JSON file that names all files of the last commit.

A commit counts from the moment its manifest replaces the one before. Whatever else lies in the
folder is a left-over of a run that did not finish.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from index.errors import IndexDamaged, IndexMissing, IndexOutdated

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit.

    files maps names to (size in bytes, sha256); versions tell what its terms depend on.
    """

    commit: int
    written: str
    versions: Mapping[str, str]
    files: Mapping[str, tuple[int, str]]


def _checksum(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The last commit of the folder.

    Raises IndexMissing, IndexDamaged, or IndexOutdated for a manifest of another format.
    """
    try:
        text = (folder / NAME).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(folder) from None
    except UnicodeDecodeError:
        raise IndexDamaged(folder, NAME, "is not UTF-8") from None
    except OSError as error:
        raise IndexDamaged(folder, NAME, f"cannot be read ({error.strerror})") from error
    try:
        content = json.loads(text)
        found = content.pop("checksum")
        format = content["format"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise IndexDamaged(folder, NAME, "is cut short or not JSON") from None
    if found != _checksum(content):
        raise IndexDamaged(folder, NAME, "does not match its own checksum")
    if format != FORMAT:
        raise IndexOutdated(folder, f"format {format}", f"format {FORMAT}")
    return Manifest(
        commit=content["commit"],
        written=content["written"],
        versions=content["versions"],
        files={name: (size, digest) for name, (size, digest) in content["files"].items()},
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make the commit count: durable when this returns, untouched when it raises."""
    content: dict[str, Any] = {"format": FORMAT} | asdict(manifest)
    content["checksum"] = _checksum(content)
    temporary = folder / (NAME + ".tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / NAME)
    sync_folder(folder)


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


def check_files(folder: Path, manifest: Manifest) -> Iterable[tuple[str, str]]:
    """(name, what is wrong) for each file that is not what was committed; reads every byte."""
    for name, (size, digest) in sorted(manifest.files.items()):
        path = folder / name
        try:
            with path.open("rb") as file:
                found = sha256()
                while block := file.read(1 << 20):
                    found.update(block)
        except OSError as error:
            yield name, f"cannot be read ({error.strerror})"
            continue
        if path.stat().st_size != size:
            yield name, f"has {path.stat().st_size} bytes, {size} were committed"
        elif found.hexdigest() != digest:
            yield name, "does not match its checksum"
