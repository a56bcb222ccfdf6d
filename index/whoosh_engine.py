"""The Whoosh engine's reading side: the last commit of one folder.

Small answers are worked out by the standard library, so that a query in a new process starts
nothing that it does not need; large ones, and those of a process that has done some work, by numpy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.cost import estimate_cost
from index.engine import (
    Answer,
    CommonForm,
    FileRow,
    FoundSection,
    Likeness,
    Question,
    ReportRow,
    SharedText,
    Status,
)
from index.filetable import read_table
from index.model import Kind, Level, Place, Report
from index.passage import Passage
from index.plain.answering import answer
from index.plain.matching import Matcher
from index.plain.postings import PlainPostings
from index.querytree import Field, FilterValue
from index.remembered import Remembered
from index.segments.snapshot import Snapshot
from index.segments.versions import term_versions

if TYPE_CHECKING:
    from index.vector.answering import VectorAnswerer

PLAIN_US: Final = 150_000
"""Microseconds of work without numpy before it pays: it takes 0.1 to 0.3 s to import and is then
some 50 times faster."""
_REMEMBERED_BYTES: Final = 8 << 20  # of passages: some 1,000


class WhooshEngine:
    """Reads the last commit of a folder; implements `index.engine.Engine`.

    One thread at a time: what was found last is remembered, and nothing guards it. Threads that
    work at once need an engine each; the mapped files are shared all the same.
    """

    def __init__(self, folder: Path, *, resident: bool = False) -> None:
        """Raises IndexMissing, IndexOutdated, IndexDamaged.

        resident: the process will live long, so numpy works from the first question on.
        """
        self.folder = folder
        self._snapshot = Snapshot(folder, term_versions())
        self._matcher = Matcher(PlainPostings(self._snapshot))
        self._passages = Remembered(_REMEMBERED_BYTES)
        self._spent = math.inf if resident else 0.0  # microseconds, as estimated

    @property
    def commit(self) -> int:
        """The number of the commit, counted from 1."""
        return self._snapshot.manifest.commit

    @property
    def written(self) -> str:
        """When the commit was made, an ISO time in UTC."""
        return self._snapshot.manifest.written

    def search(self, question: Question) -> Answer:
        """The sections that match."""
        with self._snapshot.files.blamed():
            if self._is_large(question):
                return self._vector.answer(question)
            return answer(self._snapshot, self._matcher, question)

    def _is_large(self, question: Question) -> bool:
        if self._spent <= PLAIN_US:
            self._spent += estimate_cost(self._snapshot, question)
        return self._spent > PLAIN_US

    @cached_property
    def _vector(self) -> VectorAnswerer:
        from index.vector.answering import VectorAnswerer

        return VectorAnswerer(self._snapshot)

    def cost(self, question: Question) -> float:
        """About how many milliseconds `search` would take once numpy is loaded."""
        with self._snapshot.files.blamed():
            return self._vector.estimator.cost_ms(question)

    def count(self, stream: str) -> int:
        """In how many sections a stream stands."""
        with self._snapshot.files.blamed():
            if "_vector" in vars(self):
                return self._vector.count(stream)
            return self._matcher.postings.count(stream)

    def counts(self, streams: Collection[str]) -> dict[str, int]:
        """The same of each of many."""
        return {stream: self.count(stream) for stream in streams}

    def fetch(self, report_ids: Collection[str]) -> dict[str, Report]:
        """The reports with these ids."""
        snapshot = self._snapshot
        with snapshot.files.blamed():
            numbers = {id: snapshot.find_report(id) for id in report_ids}
            return {id: snapshot.report(n) for id, n in numbers.items() if n is not None}

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """What is shown of each section."""
        with self._snapshot.files.blamed():
            return [self._passage(number) for number in numbers]

    def _passage(self, number: int) -> Passage:
        """A section's passage; the last ones are remembered: a narrowed query meets them again."""
        return self._passages.kept(number, lambda: self._read_passage(number), _weight)

    def _read_passage(self, number: int) -> Passage:
        snapshot = self._snapshot
        at = snapshot.segment_of(number, snapshot.base_section)
        segment, section = snapshot.segments[at], number - snapshot.base_section[at]
        report = segment.array("section.report")[section]
        id, title, file = segment.card(report)
        province, city, county, township = segment.place(report)
        part = segment.part(section)
        (key, labels, furniture, topics, measures), source = segment.passage(section)
        return Passage(
            report_id=id,
            key=key,
            title=title,
            file=file,
            year=segment.array("report.year")[report] or None,
            issued=segment.issued(report),
            place=Place(township, county, city, province),
            part=part,
            topics=tuple(topics),
            heading_path=tuple(labels),
            start=segment.array("section.begin")[section],
            end=segment.array("section.end")[section],
            text_start=segment.array("section.text")[section],
            source=source,
            furniture=tuple((start, end) for start, end in furniture),
            measures=tuple((start, end) for start, end in measures),
            heading_length=segment.array("section.heading")[section],
            sentences=segment.sentences(section),
        )

    def section_number(self, report_id: str, ordinal: int) -> int | None:
        """The number of a section by its place in its report's sections, from 0."""
        snapshot = self._snapshot
        with snapshot.files.blamed():
            report = snapshot.find_report(report_id)
            sections = () if report is None else snapshot.sections_of(report)
            return sections[ordinal] if 0 <= ordinal < len(sections) else None

    def live_sections(self) -> Iterator[int]:
        """The numbers of all sections, as they are stored."""
        return self._snapshot.live_sections()

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        with self._snapshot.files.blamed():
            return self._vector.shingles.common_form(streams)

    def shared_texts(self, sections: Collection[int] | None = None) -> Iterator[SharedText]:
        """Pairs of sections of different reports that share rare text, by time of the first."""
        with self._snapshot.files.blamed():
            yield from self._vector.shared_texts(sections)

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first."""
        with self._snapshot.files.blamed():
            return self._vector.likeness.like(likeness)

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many sections each word stands."""
        with self._snapshot.files.blamed():
            return self._vector.likeness.frequencies(words)

    def report_ids(self) -> Iterable[str]:
        """All report ids, in browse order."""
        with self._snapshot.files.blamed():
            return self._report_ids

    @cached_property
    def _report_ids(self) -> tuple[str, ...]:
        snapshot = self._snapshot
        return tuple(key[-1] for key in sorted(map(snapshot.browse_key, snapshot.live_reports())))

    def reports(self) -> list[ReportRow]:
        """What counting needs of every report."""
        from index.segments.rows import read_rows

        with self._snapshot.files.blamed():
            return [*read_rows(self._snapshot)]

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field with its number of reports (sections for part and topic)."""
        with self._snapshot.files.blamed():
            return self._snapshot.values(field)

    def words(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The words that begin with the prefix and their document frequency."""
        counted: dict[str, int] = {}
        with self._snapshot.files.blamed():
            for segment in self._snapshot.segments:
                for word, sections in segment.word_frequencies(prefix):
                    counted[word] = counted.get(word, 0) + sections
        yield from sorted(counted.items())

    def is_whole_word(self, word: str) -> bool:
        """Whether the index knows that jieba leaves the word whole."""
        with self._snapshot.files.blamed():
            return any(segment.is_whole(word) for segment in self._snapshot.segments)

    def files(self) -> dict[str, FileRow]:
        """What became of each file."""
        with self._snapshot.files.blamed():
            return dict(read_table(self._snapshot.files).rows)

    def retired(self) -> frozenset[str]:
        """Ids that must not be given again."""
        with self._snapshot.files.blamed():
            return read_table(self._snapshot.files).retired

    def status(self) -> Status:
        """What the commit holds."""
        snapshot, manifest = self._snapshot, self._snapshot.manifest
        with snapshot.files.blamed():
            rows = [snapshot.row(report) for report in snapshot.live_reports()]
        files = self.files()
        annual = [r for r in rows if (r.level, r.kind) == (Level.TOWNSHIP, Kind.ANNUAL_REPORT)]
        return Status(
            where=str(self.folder),
            commit=manifest.commit,
            written=manifest.written,
            reports=len(rows),
            sections=snapshot.n_sections,
            files=len(files),
            refused=tuple(row for row in files.values() if row.refused is not None),
            unknown_years=sum(r.year is None for r in annual),
            unknown_places=sum(None in r.places[2:] for r in annual),
            by_level=dict(Counter(r.level for r in rows)),
            by_kind=dict(Counter(r.kind for r in rows)),
            versions=manifest.versions,
            bytes=sum(size for size, _ in manifest.files.values()),
        )

    def verify(self) -> Iterator[str]:
        """One line for each thing that is not as it was committed."""
        from index.whoosh_toc import toc_disagreements

        damaged = False
        for name, problem in self._snapshot.files.damaged():
            damaged = True
            yield f"{name} {problem}"
        yield from toc_disagreements(self.folder, self._snapshot.manifest)
        if not damaged:
            from index.segments.verify import disagreements

            yield from disagreements(self._snapshot)

    def blamed(self) -> AbstractContextManager[None]:
        """Where something fails inside and a file is damaged, IndexDamaged is raised."""
        return self._snapshot.files.blamed()

    def close(self) -> None:
        """Let go of the commit."""
        self.__dict__.pop("_vector", None)
        self._snapshot.close()


def _weight(passage: Passage) -> int:
    """What a passage takes in bytes, about, with what finding and marking in it adds to it."""
    return 2000 + 12 * len(passage.source) + 200 * len(passage.sentences)
