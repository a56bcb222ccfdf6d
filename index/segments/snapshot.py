"""One commit, open for reading: its segments as one index, numbered through.

Sections, reports and positions are counted over all segments in the order of the manifest, those of
deleted reports included; an answer never holds these. Only the standard library is needed here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from index.errors import IndexDamaged
from index.model import Kind, Level, Part, Report
from index.places import Places, place_key, value_matches
from index.querytree import Field, Filter, FilterValue
from index.record import Json, from_record, join_source
from index.remembered import Remembered
from index.segments.files import open_commit
from index.segments.format import read_segment
from index.segments.segment import Segment

SECTION_FIELDS: Final = (Field.PART, Field.TOPIC)
COLUMNS: Final = {
    Field.YEAR: "report.year",
    Field.LEVEL: "report.level",
    Field.PROVINCE: "report.place",
    Field.CITY: "report.place",
    Field.COUNTY: "report.place",
    Field.TOWNSHIP: "report.place",
    Field.PART: "section.part",
    Field.TOPIC: "section.topics",
}
_DEPTH: Final = {Field.PROVINCE: 0, Field.CITY: 1, Field.COUNTY: 2, Field.TOWNSHIP: 3}
_REMEMBERED_BYTES: Final = 8 << 20  # of reports: some 300


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What sorting and counting need of a report."""

    year: int | None
    level: Level
    kind: Kind
    places: Places


class Snapshot:
    """A commit. One thread at a time."""

    def __init__(self, folder: Path, versions: Mapping[str, str]) -> None:
        """Raises IndexMissing, IndexOutdated, IndexDamaged."""
        self.folder = folder
        self.manifest, self.files = open_commit(folder, versions)
        self._reports = Remembered(_REMEMBERED_BYTES)
        self._decoded: dict[tuple[Field, int], tuple[tuple[FilterValue, ...], Places]] = {}
        try:
            self.segments = [self._open(*names) for names in self.manifest.segments]
        except BaseException:
            self.close()
            raise
        self.base_section = _bases(segment.n_sections for segment in self.segments)
        self.base_report = _bases(segment.n_reports for segment in self.segments)
        self.base_position = _bases(segment.space for segment in self.segments)
        self.n_sections = sum(segment.live_sections for segment in self.segments)
        characters = sum(segment.live_characters for segment in self.segments)
        self.mean_length = characters / self.n_sections if self.n_sections else 0.0

    def _open(self, name: str, deletes: str | None) -> Segment:
        try:
            meta, arrays = read_segment(self.files.map(name))
            deleted = None if deletes is None else self.files.read(deletes)
            return Segment(name, meta, arrays, deleted)
        except (ValueError, LookupError, OSError) as error:
            with self.files.blamed():
                raise IndexDamaged(self.folder, name, str(error)) from error

    @property
    def all_sections(self) -> int:
        """How many section numbers there are, those of deleted reports included."""
        return self.base_section[-1]

    def close(self) -> None:
        """Close every file of the commit."""
        for segment in getattr(self, "segments", ()):
            segment.close()
        self.files.close()

    # Numbers

    def segment_of(self, number: int, bases: Sequence[int]) -> int:
        """The index of the segment that a section, report or position belongs to, by its bases."""
        if len(self.segments) == 1:
            return 0
        return bisect_right(bases, number) - 1

    def reports_of(self, sections: Iterable[int]) -> list[int]:
        """For each section the report that it belongs to."""
        if len(self.segments) == 1:
            return list(map(self.segments[0].array("section.report").__getitem__, sections))
        return list(map(self.report_of, sections))

    def report_of(self, section: int) -> int:
        """The report that a section belongs to."""
        at = self.segment_of(section, self.base_section)
        local = self.segments[at].array("section.report")[section - self.base_section[at]]
        return self.base_report[at] + int(local)

    def locate(self, section: int) -> tuple[int, int]:
        """(report, place in its outline) of a section."""
        report = self.report_of(section)
        return report, section - self.sections_of(report).start

    def sections_of(self, report: int) -> range:
        """The numbers of a report's sections."""
        segment, local, at = self._report(report)
        own, base = segment.sections_of(local), self.base_section[at]
        return range(base + own.start, base + own.stop)

    def live_reports(self) -> Iterator[int]:
        """The numbers of all reports that are not deleted, as they are stored."""
        for segment, base in zip(self.segments, self.base_report, strict=False):
            if segment.deleted is None:
                yield from range(base, base + segment.n_reports)
            else:
                yield from (base + r for r in range(segment.n_reports) if segment.is_live(r))

    def live_sections(self) -> Iterator[int]:
        """The numbers of all sections that are not deleted, as they are stored."""
        for segment, base in zip(self.segments, self.base_section, strict=False):
            if segment.deleted is None:
                yield from range(base, base + segment.n_sections)
            else:
                for r in range(segment.n_reports):
                    if segment.is_live(r):
                        yield from (base + s for s in segment.sections_of(r))

    def _report(self, report: int) -> tuple[Segment, int, int]:
        """(segment, number of the report in it, index of the segment)."""
        at = self.segment_of(report, self.base_report)
        return self.segments[at], report - self.base_report[at], at

    # Reports

    def find_report(self, id: str) -> int | None:
        """The number of the report with an id."""
        for segment, base in zip(self.segments, self.base_report, strict=False):
            if (found := segment.find_report(id)) is not None:
                return base + found
        return None

    def card(self, report: int) -> tuple[str, str | None, str]:
        """(id, title, file) of a report."""
        segment, local, _at = self._report(report)
        return segment.card(local)

    def row(self, report: int) -> ReportRow:
        """A report's year, level, kind and place."""
        segment, local, _at = self._report(report)
        meta = segment.meta
        return ReportRow(
            year=segment.array("report.year")[local] or None,
            level=Level(meta["levels"][segment.array("report.level")[local]]),
            kind=Kind(meta["kinds"][segment.array("report.kind")[local]]),
            places=segment.place(local),
        )

    def browse_key(self, report: int) -> tuple[Any, ...]:
        """Sorts reports as they are browsed: year descending, then place, then id; unknown last."""
        segment, local, _at = self._report(report)
        year, places = segment.array("report.year")[local], segment.place(local)
        return (-year, place_key(places), segment.card(local)[0])

    def report(self, report: int) -> Report:
        """The stored report; the last few are remembered."""
        return self._reports.kept(report, lambda: self._read_report(report), _weight)

    def _read_report(self, report: int) -> Report:
        segment, local, _at = self._report(report)
        record = segment.record(local)
        return from_record(record, _source(segment, local, record))

    # Facets: a field's value is a code until somebody wants to read it

    def code_of(self, field: Field, numbers: Sequence[int]) -> list[int]:
        """What tells apart the values of a field; two codes may mean the same value.

        numbers are of reports, and of sections for part and topic.
        """
        column = COLUMNS[field]
        if len(self.segments) == 1:
            return list(map(self.segments[0].array(column).__getitem__, numbers))
        bases = self.base_section if field in SECTION_FIELDS else self.base_report
        found = []
        for number in numbers:
            at = bisect_right(bases, number) - 1
            code = self.segments[at].array(column)[number - bases[at]]
            found.append(code * len(self.segments) + at)
        return found

    def decode(self, field: Field, code: int) -> tuple[tuple[FilterValue, ...], Places]:
        """(values, path from the province down) of a code; a path is empty where no place is."""
        if (field, code) not in self._decoded:
            value, at = divmod(code, len(self.segments))
            self._decoded[field, code] = _decode(self.segments[at], field, value)
        return self._decoded[field, code]

    def accepts(self, filter: Filter, code: int) -> bool:
        """Whether a code of the filter's field is one that the filter lets through."""
        values, path = self.decode(filter.field, code)
        return any(value_matches(v, path, wanted) for v in values for wanted in filter.values)

    def codes(self, field: Field) -> Counter[int]:
        """How many reports (sections for part and topic) have each code."""
        column, found = COLUMNS[field], Counter[int]()
        for at, segment in enumerate(self.segments):
            codes: Iterable[int] = segment.array(column)
            if segment.deleted is not None:
                codes = _live_codes(segment, column)
            for code, count in Counter(codes).items():
                found[code * len(self.segments) + at] += count
        return found

    def values(self, field: Field) -> Counter[FilterValue]:
        """How many reports (sections for part and topic) have each value."""
        found: Counter[FilterValue] = Counter()
        depth = _DEPTH.get(field)
        for code, count in self.codes(field).items():
            if depth is None:
                values = self.decode(field, code)[0]
            else:  # a query asks for all names of places: there may be thousands
                place, at = divmod(code, len(self.segments))
                values = (self.segments[at].meta["places"][place][depth],)
            for value in values:
                found[value] += count
        return found

    @cached_property
    def places(self) -> list[Places]:
        """The different places of reports, over all segments."""
        return list(dict.fromkeys(tuple(p) for s in self.segments for p in s.meta["places"]))

    def place_numbers(self, segment: Segment) -> list[int]:
        """For each of a segment's places its number in `places`."""
        numbers = {place: n for n, place in enumerate(self.places)}
        return [numbers[tuple(place)] for place in segment.meta["places"]]

    @cached_property
    def topics(self) -> list[str]:
        """The different topics, over all segments."""
        return list(dict.fromkeys(topic for s in self.segments for topic in s.meta["topics"]))

    def topic_bits(self, segment: Segment) -> list[int]:
        """For each bit of a segment's topics its number in `topics`."""
        return [self.topics.index(topic) for topic in segment.meta["topics"]]


def _weight(report: Report) -> int:
    """What a report takes in bytes, about."""
    return 2000 + 4 * len(report.source) + 1000 * len(report.sections)


def _bases(counts: Iterable[int]) -> list[int]:
    return [0, *accumulate(counts)]


def _live_codes(segment: Segment, column: str) -> Iterator[int]:
    codes = segment.array(column)
    for report in range(segment.n_reports):
        if segment.is_live(report):
            if column.startswith("report."):
                yield codes[report]
            else:
                yield from (codes[section] for section in segment.sections_of(report))


def _decode(segment: Segment, field: Field, value: int) -> tuple[tuple[FilterValue, ...], Places]:
    meta = segment.meta
    match field:
        case Field.YEAR:
            return (value or None,), ()
        case Field.LEVEL:
            return (Level(meta["levels"][value]),), ()
        case Field.PART:
            return (Part(meta["parts"][value - 1]) if value else None,), ()
        case Field.TOPIC:
            topics = (topic for bit, topic in enumerate(meta["topics"]) if value >> bit & 1)
            return tuple(topics) or (None,), ()
    path = tuple(meta["places"][value][: _DEPTH[field] + 1])
    return (path[-1],), path


def _source(segment: Segment, report: int, record: Json) -> str:
    begins = segment.array("section.begin")
    sections = segment.sections_of(report)
    return join_source(record, ((begins[s], segment.passage(s)[1]) for s in sections))
