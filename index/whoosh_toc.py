"""Whoosh's table of contents of a commit: written and looked at without importing Whoosh.

Through it Whoosh finds our segments; we never read it to search, the manifest is what counts. As
Whoosh wants it, it holds pickles: ours call the two functions below by their names, so that what
is pickled are plain values and the schema is always that of the program that reads.
"""

from __future__ import annotations

import mmap
import pickle
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from io import SEEK_CUR, BytesIO
from pathlib import Path
from typing import Any, Final

from index.i18n import gettext as _
from index.manifest import Manifest, SegmentEntry
from index.segments.format import INDEX_NAME, read_segment
from index.segments.segment import Segment

LARGEST: Final = 1 << 20
"""Bytes of a table of contents; ours have a hundred for each segment."""
_PROTOCOL: Final = 4  # of pickle: what every Python from 3.8 on reads
_RELEASE: Final = (2, 7, 4)  # of Whoosh: the one that made this layout, which all forks keep
_VERSION: Final = -111  # of the layout
_SIZES: Final = struct.Struct("!BBBii")  # of int, long and float; a mark; the version
_NUMBER: Final = struct.Struct("!ii")  # of the commit; zero


def load_schema() -> Any:
    """The schema; a table of contents names this function."""
    from index.whoosh_schema import make_schema

    return make_schema()


def load_segment(file: str, deletes: str | None, n_sections: int, n_deleted: int) -> Any:
    """A segment as Whoosh knows it; a table of contents names this function."""
    from index.whoosh_codec import ColumnarSegment

    return ColumnarSegment(file, deletes, n_sections, n_deleted)


def open_segment(folder: Path, file: str, deletes: str | None) -> Segment:
    """The segment over its mapped file, which stays mapped while anybody holds an array."""
    with (folder / file).open("rb") as opened:
        meta, arrays = read_segment(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    return Segment(file, meta, arrays, (folder / deletes).read_bytes() if deletes else None)


class _Call:
    """Pickles as the call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: str | int | None) -> None:
        self._reduced = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str | int | None, ...]]:
        return self._reduced


def toc_name(commit: int) -> str:
    """The name of a commit's table of contents."""
    return f"_{INDEX_NAME}_{commit}.toc"


def write_toc(folder: Path, commit: int, segments: Sequence[SegmentEntry]) -> str:
    """The name of the table of contents that was written; the caller syncs it.

    The segments' files must be there: Whoosh wants to know how many sections they have. The layout
    is that of `whoosh.index.TOC.write`; to import Whoosh for it would take each run that adds a
    report a tenth of a second and more.
    """
    schema = pickle.dumps(_Call(load_schema), _PROTOCOL)
    rows = [_Call(load_segment, *entry, *_count(folder, *entry)) for entry in segments]
    head = _SIZES.pack(4, 8, 4, -12345, _VERSION) + bytes(_RELEASE)
    tail = _NUMBER.pack(commit, 0) + pickle.dumps(rows, _PROTOCOL)
    name = toc_name(commit)
    temporary = folder / f"{name}.0"
    temporary.write_bytes(head + _varint(len(schema)) + schema + tail)
    temporary.replace(folder / name)  # Whoosh takes the newest name that it sees
    return name


def _count(folder: Path, file: str, deletes: str | None) -> tuple[int, int]:
    segment = open_segment(folder, file, deletes)
    return segment.n_sections, segment.n_sections - segment.live_sections


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


# Checking

_TOC_NAME = re.compile(rf"_{INDEX_NAME}_(\d{{1,10}})\.toc", re.ASCII)


def toc_disagreements(folder: Path, manifest: Manifest) -> Iterator[str]:
    """One line for each table of contents by which Whoosh would see other than our segments.

    Newer ones than the manifest's count too: Whoosh reads the newest. One with our segments only
    is a commit under way, or one that was cut short.
    """
    for commit, name in sorted(_tocs(folder)):
        if commit < manifest.commit:
            continue
        try:
            entries = read_entries(folder / name)
        except FileNotFoundError:  # swept away by a newer commit
            continue
        if entries is None:
            said = _("{name} names segments that lawsearch has not written")
            yield said.format(name=name)
        elif commit == manifest.commit and entries != [*manifest.segments]:
            yield _("{name} names other segments than the manifest").format(name=name)


def _tocs(folder: Path) -> Iterator[tuple[int, str]]:
    for path in folder.iterdir():
        if match := _TOC_NAME.fullmatch(path.name):
            yield int(match[1]), path.name


class _EntriesOnly(pickle.Unpickler):
    """Reads the one call that ours makes as the plain values it is made with; runs no other."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (load_segment.__module__, load_segment.__name__):
            return _entry
        raise pickle.UnpicklingError(f"{module}.{name}")


def _entry(file: str, deletes: str | None, _sections: int, _deleted: int) -> SegmentEntry:
    return file, deletes


def read_entries(path: Path) -> list[SegmentEntry] | None:
    """The segments that a table of contents names; None where it is not one of ours.

    Nothing of what is pickled in it is run. Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    try:
        return _parse(data) if len(data) <= LARGEST else None
    except (pickle.UnpicklingError, struct.error, ValueError, TypeError, LookupError):
        return None
    except (EOFError, AttributeError, OverflowError, MemoryError, RecursionError):
        return None  # what else a damaged pickle may raise


def _parse(data: bytes) -> list[SegmentEntry] | None:
    file = BytesIO(data)
    file.seek(_SIZES.size + len(_RELEASE))
    file.seek(_read_varint(file) + _NUMBER.size, SEEK_CUR)  # past the schema
    found = _EntriesOnly(file).load()
    return found if isinstance(found, list) and all(map(_is_entry, found)) else None


def _read_varint(file: BytesIO) -> int:
    found = 0
    for shift in range(0, 35, 7):
        byte = file.read(1)[0]
        found |= (byte & 0x7F) << shift
        if byte <= 0x7F:
            return found
    raise ValueError("no length is so long")


def _is_entry(value: object) -> bool:
    match value:
        case (str(), str() | None):
            return True
    return False
