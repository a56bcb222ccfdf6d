"""One commit of a Whoosh index, open for reading: postings, facet columns, stored reports.

Sections are numbered in browse order: year descending, then place, then outline.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.columns import EmptyColumnReader
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from index.analysis import fold_stream, section_stream
from index.errors import IndexDamaged, IndexOutdated, LawsearchError
from index.i18n import gettext as _
from index.manifest import NAME, Manifest, read_manifest
from index.matching import Occurrences
from index.model import Kind, Level, Part, Report
from index.places import value_matches
from index.querytree import Field, Filter, FilterValue, Scope
from index.record import from_record
from index.sentences import stream_bounds
from index.whoosh_schema import INDEX_NAME, PLACE_FIELDS, make_schema
from index.whoosh_storage import SnapshotStorage

_REPORT_FIELDS = (Field.YEAR, Field.LEVEL, *map(Field, PLACE_FIELDS))
_UP = {Field.TOWNSHIP: 3, Field.COUNTY: 2, Field.CITY: 1, Field.PROVINCE: 0}
_CACHED_REPORTS = 200
_CACHED_TERMS = 4000


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Where one live report is and what its facets are."""

    segment: int
    docnum: int  # of the report's own document, in its segment
    n_sections: int
    id: str
    year: int | None
    level: Level
    kind: Kind
    places: tuple[str | None, ...]  # province, city, county, township

    def value(self, field: Field) -> FilterValue:
        """The report's value of a report-level field."""
        if field is Field.YEAR:
            return self.year
        return self.level if field is Field.LEVEL else self.places[_UP[field]]

    def path(self, field: Field) -> tuple[str | None, ...]:
        """From the province down to this value; empty for fields that are no places."""
        return self.places[: _UP[field] + 1] if field in _UP else ()

    def browse_key(self) -> tuple[Any, ...]:
        """Year descending, then place, then id; unknown last."""
        places = tuple((place is None, place or "") for place in self.places)
        return (-(self.year or 0), places, self.id)


def open_storage(folder: Path, versions: Mapping[str, str]) -> tuple[Manifest, SnapshotStorage]:
    """The last commit and its files, all open.

    A writer may sweep files away between our reading the manifest and opening them; then there is
    a newer manifest. Raises IndexMissing, IndexOutdated, IndexDamaged.
    """
    seen = -1
    while True:
        manifest = read_manifest(folder)
        for name, wanted in versions.items():
            if manifest.versions.get(name) != wanted:
                found = manifest.versions.get(name, "none")
                raise IndexOutdated(folder, f"{name} {found}", f"{name} {wanted}")
        try:
            return manifest, SnapshotStorage(folder, manifest)
        except FileNotFoundError as error:
            if manifest.commit == seen:
                name = Path(error.filename).name
                raise IndexDamaged(folder, name, _("is missing")) from None
            seen = manifest.commit


class Snapshot:
    """A commit; implements `index.matching.Postings`. One thread at a time."""

    def __init__(self, folder: Path, versions: Mapping[str, str]) -> None:
        self.folder = folder
        self.manifest, self.storage = open_storage(folder, versions)
        self.readers: list[SegmentReader] = []
        self._columns: dict[tuple[int, str], Any] = {}
        self._grams: OrderedDict[str, Occurrences] = OrderedDict()
        self._reports: OrderedDict[int, Report] = OrderedDict()
        try:
            with self.storage.blamed():
                self._open_segments()
                self._number_reports()
        except LawsearchError:
            self.close()
            raise
        except Exception as error:  # each file is as its checksum says: they were never a commit
            self.close()
            raise IndexDamaged(folder, NAME, _("names files that do not fit together")) from error

    def _open_segments(self) -> None:
        schema = make_schema()
        toc = TOC.read(self.storage, INDEX_NAME, schema=schema)
        for segment in toc.segments:
            reader = SegmentReader(self.storage, schema, segment, generation=toc.generation)
            self.readers.append(reader)

    def _number_reports(self) -> None:
        rows = [row for i in range(len(self.readers)) for row in self._live_reports(i)]
        rows.sort(key=ReportRow.browse_key)
        self.rows = rows
        self.by_id = {row.id: i for i, row in enumerate(rows)}
        self.first_section: list[int] = []  # of each report
        self.report_of: list[int] = []  # of each section
        self._numbers = [[-1] * reader.doc_count_all() for reader in self.readers]
        self.lengths: list[int] = []
        self.heading_lengths: list[int] = []
        columns = [
            (self._numbers_of(i, "length"), self._numbers_of(i, "heading_length"))
            for i in range(len(self.readers))
        ]
        for i, row in enumerate(rows):
            self.first_section.append(len(self.report_of))
            numbers = self._numbers[row.segment]
            lengths, headings = columns[row.segment]
            for docnum in range(row.docnum + 1, row.docnum + 1 + row.n_sections):
                numbers[docnum] = len(self.report_of)
                self.report_of.append(i)
                self.lengths.append(lengths[docnum])
                self.heading_lengths.append(headings[docnum])
        self.n_sections = len(self.report_of)
        self.mean_length = sum(self.lengths) / self.n_sections if self.n_sections else 0.0

    def _column(self, segment: int, name: str) -> Any:
        key = (segment, name)
        if key not in self._columns:
            reader = self.readers[segment].column_reader(name, translate=False)
            self._columns[key] = reader
        return self._columns[key]

    def _numbers_of(self, segment: int, name: str) -> Sequence[int]:
        """A whole column of unsigned integers at once; a value at a time takes ten times longer."""
        column, n_documents = self._column(segment, name), self.readers[segment].doc_count_all()
        if isinstance(column, EmptyColumnReader):  # not one document has a value
            return [0] * n_documents
        found: list[int] = list(column._dbfile.get_array(column._basepos, "I", column._count))
        return found + [0] * (n_documents - len(found))

    def _live_reports(self, segment: int) -> Iterator[ReportRow]:
        reader = self.readers[segment]
        counts = self._numbers_of(segment, "sections")
        docnum, end = 0, reader.doc_count_all()
        while docnum < end:
            n_sections = counts[docnum]
            if not reader.is_deleted(docnum):
                yield self._report_row(segment, docnum, n_sections)
            docnum += 1 + n_sections

    def _report_row(self, segment: int, docnum: int, n_sections: int) -> ReportRow:
        def text(name: str) -> str | None:
            return self._column(segment, name)[docnum].decode() or None

        year = text("year")
        return ReportRow(
            segment=segment,
            docnum=docnum,
            n_sections=n_sections,
            id=text("report_id") or "",
            year=int(year) if year else None,
            level=Level(text("level") or ""),
            kind=Kind(text("kind") or ""),
            places=(text("province"), text("city"), text("county"), text("township")),
        )

    # Postings

    def gram(self, gram: str) -> Occurrences:
        """Where a gram stands; the last few thousand are remembered."""
        if gram in self._grams:
            self._grams.move_to_end(gram)
            return self._grams[gram]
        found: dict[int, Sequence[int]] = {}
        for section, matcher in self.postings("grams", gram):
            found[section] = matcher.value_as("positions")
        self._grams[gram] = found
        if len(self._grams) > _CACHED_TERMS:
            self._grams.popitem(last=False)
        return found

    def postings(self, field: str, term: str) -> Iterator[tuple[int, Any]]:
        """(section, matcher standing on it) for each live posting of the term."""
        for reader, numbers in zip(self.readers, self._numbers, strict=True):
            try:
                matcher = reader.postings(field, term.encode())
            except TermNotFound:
                continue
            while matcher.is_active():
                section = numbers[matcher.id()]
                if section >= 0:
                    yield section, matcher
                matcher.next()

    def has_term(self, field: str, term: str) -> bool:
        """Whether some report has the term, or had it and is not merged away yet."""
        return any((field, term.encode()) in reader for reader in self.readers)

    def grams_from(self, character: str) -> Iterable[str]:
        """The grams that begin with the character."""
        found: set[str] = set()
        for reader in self.readers:
            found.update(t.decode() for t in reader.expand_prefix("grams", character.encode()))
        return found

    def word(self, word: str) -> Mapping[int, int]:
        """Frequency of a word in each section that has it."""
        return self._frequencies("words", word)

    def heading_word(self, word: str) -> Mapping[int, int]:
        """Frequency of a word in the headings that have it."""
        return self._frequencies("heading_words", word)

    def _frequencies(self, field: str, word: str) -> dict[int, int]:
        return {section: int(m.weight()) for section, m in self.postings(field, word)}

    def titled(self, streams: Collection[str]) -> Collection[int]:
        """The sections of reports whose title holds all the streams."""
        return {
            section
            for i in range(len(self.rows))
            if all(stream in self._title(i) for stream in streams)
            for section in self.sections_of(i)
        }

    def _title(self, report: int) -> str:
        """The title as it is searched."""
        row = self.rows[report]
        return fold_stream(self._column(row.segment, "title")[row.docnum].decode())

    def bounds(self, section: int, scope: Scope) -> Sequence[int]:
        """Ascending stream offsets at which the section's sentences or paragraphs end."""
        report, ordinal = self.locate(section)
        found = self.report(report)
        row = found.sections[ordinal]
        return stream_bounds(found, row, section_stream(found, row), scope)

    # Reports and facets

    def sections_of(self, report: int) -> range:
        """The numbers of a report's sections."""
        first = self.first_section[report]
        return range(first, first + self.rows[report].n_sections)

    def locate(self, section: int) -> tuple[int, int]:
        """(report, place in its outline) of a section."""
        report = self.report_of[section]
        return report, section - self.first_section[report]

    def report(self, report: int) -> Report:
        """The stored report."""
        if report in self._reports:
            self._reports.move_to_end(report)
            return self._reports[report]
        row = self.rows[report]
        record = json.loads(self._column(row.segment, "record")[row.docnum])
        source = self._column(row.segment, "source")[row.docnum].decode()
        self._reports[report] = from_record(record, source)
        if len(self._reports) > _CACHED_REPORTS:
            self._reports.popitem(last=False)
        return self._reports[report]

    def _section_text(self, section: int, name: str) -> str:
        report, ordinal = self.locate(section)
        row = self.rows[report]
        value: bytes = self._column(row.segment, name)[row.docnum + 1 + ordinal]
        return value.decode()

    def section_values(self, section: int, field: Field) -> Sequence[FilterValue]:
        """The section's values of any field; a topic field may have several or none."""
        if field is Field.PART:
            part = self._section_text(section, "part")
            return (Part(part) if part else None,)
        if field is Field.TOPIC:
            topics = self._section_text(section, "topics")
            return topics.split("\n") if topics else (None,)
        return (self.rows[self.report_of[section]].value(field),)

    def filtered(self, filter: Filter) -> Collection[int]:
        """The sections whose field has one of the filter's values."""
        if filter.field in _REPORT_FIELDS:
            return {
                section
                for i, row in enumerate(self.rows)
                if row_matches(row, filter)
                for section in self.sections_of(i)
            }
        wanted = set(filter.values)
        return {
            section
            for section in range(self.n_sections)
            if not wanted.isdisjoint(self.section_values(section, filter.field))
        }

    def words_from(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Words that begin with the prefix and in how many sections they stand."""
        counted: dict[str, int] = {}
        for reader in self.readers:
            for term in reader.expand_prefix("words", prefix.encode()):
                word = term.decode()
                counted[word] = counted.get(word, 0) + reader.doc_frequency("words", term)
        yield from sorted(counted.items())

    def close(self) -> None:
        """Close every file of the commit."""
        self._columns.clear()
        for reader in self.readers:
            reader.close()
        self.storage.close()


def row_matches(row: ReportRow, filter: Filter) -> bool:
    """Whether a report has one of the values of a filter on a report-level field."""
    value, path = row.value(filter.field), row.path(filter.field)
    return any(value_matches(value, path, wanted) for wanted in filter.values)
