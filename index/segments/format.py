"""The layout of a segment file: named integer arrays, one after the other, found by a directory.

A header of 64 bytes, the arrays (little-endian, each beginning at a multiple of 64), and at the end
the directory: JSON of plain values and of each array's place. What the arrays hold is told in
docs/index-format.md. A file is written once and never changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
from sys import byteorder
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from array import array
    from mmap import mmap

    Buffer = bytes | bytearray | memoryview | array[int] | mmap

MAGIC: Final = b"lawseg\r\n"
FORMAT: Final = 1
SCHEMA_VERSION: Final = "5"  # what the arrays hold; an index of another one is built anew
INDEX_NAME: Final = "lawsearch"  # begins the names of segment files and of the TOC for Whoosh
TYPECODES: Final = {"B": 1, "H": 2, "I": 4, "Q": 8}  # unsigned; array and memoryview agree
ALIGNMENT: Final = 64
LONGEST_DIRECTORY: Final = 64 << 20
MOST_POSITIONS: Final = 2**32 - 2**16  # of a segment
MOST_TOPICS: Final = 64  # of a segment: a bit each

NARROWEST: Final = "BHIQ"
ARRAYS: Final = {
    **dict.fromkeys(("section.start", "section.report", "section.of_block"), "I"),
    **dict.fromkeys(("section.length", "section.heading", "section.topics"), NARROWEST),
    **dict.fromkeys(("section.begin", "section.end", "section.text"), NARROWEST),
    "section.part": "B",
    "section.stored": NARROWEST,
    **dict.fromkeys(("sentence.end", "paragraph.end"), "I"),
    **dict.fromkeys(("sentence.source", "sentence.size"), NARROWEST),
    **dict.fromkeys(("report.first", "report.place", "report.by_id"), "I"),
    "report.year": "H",
    "report.issued": "I",
    "shingle.hash": "I",
    "shingle.step": "B",
    "section.shingle": NARROWEST,
    "common.hash": "I",
    **dict.fromkeys(("common.reports", "common.townships", "common.counties"), NARROWEST),
    **dict.fromkeys(("report.level", "report.kind"), "B"),
    **dict.fromkeys(("report.card", "report.record", "report.title"), NARROWEST),
    "gram.key": "Q",
    "gram.sections": NARROWEST,
    **dict.fromkeys(("gram.position", "word.section", "heading.section"), "I"),
    **dict.fromkeys(("gram.width", "word.width", "heading.width"), "B"),
    **dict.fromkeys(("gram.packed", "word.packed", "heading.packed"), NARROWEST),
    **dict.fromkeys(("gram.first", "word.first", "heading.first"), NARROWEST),
    **dict.fromkeys(("word.count", "heading.count"), NARROWEST),
    **dict.fromkeys(("word.text", "word.whole"), "B"),
    "word.at": NARROWEST,
    **dict.fromkeys(("stored", "cards", "records", "titles"), "B"),
}
"""The arrays of every segment, and the typecodes that each may have."""

_HEADER: Final = Struct("<8sIIQQ")  # magic, format, zero, the directory's offset and length
"""The rest of the header's 64 bytes is zero."""

Meta = dict[str, Any]
Arrays = Mapping[str, memoryview]


def narrowest(largest: int) -> str:
    """The narrowest typecode that holds values from 0 to the largest."""
    return next(code for code, size in TYPECODES.items() if largest < 1 << 8 * size)


class SegmentFileWriter:
    """Writes a segment file array by array; nothing is at `path` as a segment before `finish`."""

    def __init__(self, path: Path) -> None:
        if byteorder != "little":
            raise OSError("the index can only be written on little-endian machines")
        self._file = path.open("xb")
        self._file.write(bytes(ALIGNMENT))
        self._at = ALIGNMENT
        self._places: dict[str, tuple[int, str, int]] = {}

    def add(self, name: str, typecode: str, *chunks: Buffer) -> None:
        """Append an array, in pieces that are as they stand in memory."""
        self._pad()
        start = self._at
        for chunk in chunks:
            self.append(chunk)
        self._close(name, typecode, start)

    def begin(self) -> int:
        """Where the next array begins, for one that is written by `append` and `end`."""
        self._pad()
        return self._at

    def append(self, chunk: Buffer) -> None:
        """Write a piece of the array that was begun."""
        data = memoryview(chunk).cast("B")
        self._file.write(data)
        self._at += len(data)

    def end(self, name: str, typecode: str, start: int) -> None:
        """Name the array that began at `start`."""
        self._close(name, typecode, start)

    def _close(self, name: str, typecode: str, start: int) -> None:
        self._places[name] = start, typecode, (self._at - start) // TYPECODES[typecode]

    def _pad(self) -> None:
        padding = -self._at % ALIGNMENT
        self._file.write(bytes(padding))
        self._at += padding

    def finish(self, meta: Meta) -> None:
        """Write the directory and the header, and close the file; the caller syncs it."""
        self._pad()
        content = {"meta": meta, "arrays": self._places}
        directory = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        self._file.write(directory)
        self._file.seek(0, os.SEEK_SET)
        self._file.write(_HEADER.pack(MAGIC, FORMAT, 0, self._at, len(directory)))
        self._file.close()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()


def write_segment(path: Path, arrays: Mapping[str, tuple[str, Buffer]], meta: Meta) -> None:
    """Write a whole segment; arrays are (typecode, values) by name."""
    writer = SegmentFileWriter(path)
    try:
        for name, (typecode, values) in arrays.items():
            writer.add(name, typecode, values)
        writer.finish(meta)
    finally:
        writer.close()


def read_segment(data: Buffer) -> tuple[Meta, Arrays]:
    """The plain values and the arrays of a mapped segment file, nothing copied.

    Raises
    ------
    ValueError
        When it is not such a file, is of another format, or an array would reach out of it.
    """
    view = memoryview(data)
    if byteorder != "little":
        raise ValueError("needs a little-endian machine")
    if len(view) < ALIGNMENT:
        raise ValueError("is cut short")
    magic, format, _zero, at, length = _HEADER.unpack_from(view)
    if magic != MAGIC or format != FORMAT:
        raise ValueError("is not a segment of this format")
    if length > LONGEST_DIRECTORY or at + length != len(view):
        raise ValueError("is cut short")
    try:
        content = json.loads(bytes(view[at:]))
        meta, places = content["meta"], content["arrays"]
        arrays = {name: _cut(view, at, *place) for name, place in places.items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise ValueError("has a damaged directory") from None
    return meta, arrays


def _cut(view: memoryview, limit: int, start: int, typecode: str, count: int) -> memoryview:
    end = start + count * TYPECODES[typecode]
    if not (ALIGNMENT <= start <= end <= limit) or start % ALIGNMENT or count < 0:
        raise ValueError
    return typed(view[start:end], typecode)


def typed(data: memoryview, typecode: str) -> memoryview:
    """Bytes as the numbers of a typecode."""
    code: Any = typecode  # mypy wants the letter itself
    found: memoryview = data.cast(code)
    return found
