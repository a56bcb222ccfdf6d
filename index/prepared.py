"""A report made ready for the index: what a segment stores of it, packed.

Workers make these and the writer puts them together. Both are other processes, so everything that
there is much of is packed: a report as Python objects would take longer to send than to cut into
words.
"""

from __future__ import annotations

import json
import zlib
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from index.analysis import Stream, is_whole, section_stream, section_words
from index.model import Furniture, Kind, Level, Part, Place, Report, Section, SourceFile
from index.passage import heading_paths
from index.record import Json, from_record, join_source, to_record
from index.segments.stored import pack, unpack
from index.sentences import layout

PARTS: Final = tuple(Part)
SECTION_COLUMNS: Final = 7
"""Numbers of a section in `PreparedReport.rows`."""
_LEVEL: Final = 3  # of compressing a record
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_WIDE: Final = "I"  # typecode of packed numbers: unsigned, 4 bytes, native order


class _Whole(dict[str, bool]):
    """Whether segmentation leaves a word whole; each is looked into once a process."""

    def __missing__(self, word: str) -> bool:
        self[word] = is_whole(word)
        return self[word]


_WHOLE: Final = _Whole()


@dataclass(frozen=True)  # no slots: it is sent between processes, and they double what that takes
class PreparedReport:
    """A report as the index stores it.

    rows: for each section 7 numbers: part (0 is none, else 1 + its place in PARTS), characters of
    number and heading in its stream, start and end in the source, where its text starts there,
    words in the heading, words in all. tokens: the words of all sections one after the other, each
    as its number in `vocabulary`. whole: for each word 1 where segmentation leaves it whole.
    sentences: rows of (section, end in its stream, start and end in the source). paragraphs: rows
    of (section, end in its stream). pieces: stored payloads. record: see `index.record`.
    """

    id: str
    files: tuple[SourceFile, ...]
    title: str | None
    year: int | None
    issued: str | None
    level: Level
    kind: Kind
    place: Place
    record: bytes
    streams: tuple[str, ...]
    topics: tuple[tuple[str, ...], ...]
    rows: bytes
    vocabulary: tuple[str, ...]
    whole: bytes
    tokens: bytes
    sentences: bytes
    paragraphs: bytes
    pieces: tuple[bytes, ...]

    @property
    def report(self) -> Report:
        """The report, put together again from what is stored."""
        record = read_record(self.record)
        begins = memoryview(self.rows).cast(_WIDE)[2::SECTION_COLUMNS]
        stored = (unpack(piece).decode("utf-8", "surrogatepass") for piece in self.pieces)
        pieces = (text.split("\n", 1)[1] for text in stored)
        return from_record(record, join_source(record, zip(begins, pieces, strict=True)))

    @property
    def characters(self) -> int:
        """Characters of all streams together."""
        return sum(map(len, self.streams))


def prepare(report: Report) -> PreparedReport:
    """The report with the terms of its sections."""
    streams = [section_stream(report, section) for section in report.sections]
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    rows: list[int] = []
    tokens: list[int] = []
    for section, stream in zip(report.sections, streams, strict=True):
        heading, text = section_words(stream)
        tokens += map(numbers.__getitem__, heading)
        tokens += map(numbers.__getitem__, text)
        rows += _row(section, stream, len(heading), len(heading) + len(text))
    sentences, paragraphs = _layouts(report, streams)
    return PreparedReport(
        id=report.id,
        files=report.files,
        title=report.title,
        year=report.year,
        issued=report.issued,
        level=report.level,
        kind=report.kind,
        place=report.place,
        record=write_record(to_record(report) | _between(report)),
        streams=tuple(stream.text for stream in streams),
        topics=tuple(section.topics for section in report.sections),
        rows=_packed(rows),
        vocabulary=tuple(numbers),
        whole=bytes(map(_WHOLE.__getitem__, numbers)),
        tokens=_packed(tokens),
        sentences=_packed(sentences),
        paragraphs=_packed(paragraphs),
        pieces=tuple(_payloads(report)),
    )


def write_record(record: Json) -> bytes:
    """A record as it is stored."""
    return zlib.compress(_encode_json(record).encode("utf-8", "surrogatepass"), _LEVEL)


def read_record(data: bytes) -> Json:
    """A stored record. Raises ValueError or zlib.error for anything else."""
    record: Json = json.loads(zlib.decompress(data))
    return record


def _packed(numbers: list[int]) -> bytes:
    return array(_WIDE, numbers).tobytes()


def _extent(section: Section) -> tuple[int, int]:
    """Where the section stands in the source, with all that is between heading and text."""
    start = section.heading_span.start
    return start, max(start, section.heading_span.end, section.text_span.end)


def _row(section: Section, stream: Stream, heading_words: int, words: int) -> tuple[int, ...]:
    part = 0 if section.part is None else 1 + PARTS.index(section.part)
    start, end = _extent(section)
    text = section.text_span.start
    return part, stream.heading_length, start, end, text, heading_words, words


def _layouts(report: Report, streams: Sequence[Stream]) -> tuple[list[int], list[int]]:
    sentences: list[int] = []
    paragraphs: list[int] = []
    for number, (section, stream) in enumerate(zip(report.sections, streams, strict=True)):
        found, ends = layout(report, section, stream)
        for end, first, last in found:
            sentences += number, end, first, last
        for end in ends:
            paragraphs += number, end
    return sentences, paragraphs


def _between(report: Report) -> Json:
    """What a record has besides, so that with the pieces it holds the whole source."""
    rest: list[tuple[int, str]] = []
    at = 0
    for start, end in sorted(map(_extent, report.sections)):
        if start < at:  # pieces overlap, so that they cannot be put together again
            return {"source": report.source}
        if at < start:
            rest.append((at, report.source[at:start]))
        at = end
    if at < len(report.source):
        rest.append((at, report.source[at:]))
    return {"rest": rest}


def _payloads(report: Report) -> Iterator[bytes]:
    """For each section what is stored of it, compressed."""
    for section, path in zip(report.sections, heading_paths(report), strict=True):
        start, end = _extent(section)
        inside = [*_within(report.furniture, start, end)]
        head = [section.key, path, inside, section.topics, section.measures]
        text = f"{_encode_json(head)}\n{report.source[start:end]}"
        yield pack(text.encode("utf-8", "surrogatepass"))


def _within(furniture: Sequence[Furniture], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the (sorted) furniture that overlap a stretch of the source."""
    for number in range(bisect_right(furniture, start, key=attrgetter("end")), len(furniture)):
        if furniture[number].start >= end:
            break
        yield furniture[number].start, furniture[number].end
