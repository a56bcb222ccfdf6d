"""What is shown of a section that was found: its source text, and where its sentences stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.analysis import (
    Stream,
    fold_stream,
    kept_offsets,
    make_stream,
    squeeze,
    without_furniture,
)
from index.model import Part, Place, Report, Section, Span

_AFTER_ALL = 1 << 60


@dataclass  # not frozen: it is made for every hit, and freezing takes longer than the rest
class Passage:
    """A section with what a hit tells of its report; opens without the rest of the report.

    start, end, text_start, furniture and measures are offsets in the report's source; source is the
    piece of it from start to end. heading_length counts characters of the stream. A sentence is
    (end in the stream, start and end in the report's source); those without any character in the
    stream are left out.
    """

    report_id: str
    key: str
    title: str | None
    file: str
    year: int | None
    issued: str | None
    place: Place
    part: Part | None
    topics: tuple[str, ...]
    heading_path: tuple[str, ...]
    start: int
    end: int
    text_start: int
    source: str
    furniture: tuple[tuple[int, int], ...]
    measures: tuple[tuple[int, int], ...]
    heading_length: int
    sentences: Sequence[tuple[int, int, int]]

    @property
    def id(self) -> str:
        """The section's id."""
        return f"{self.report_id}#{self.key}"

    @cached_property
    def stream(self) -> Stream:
        """The section's stream; its runs lead to the report's source."""
        text = min(max(self.text_start, self.start), self.end) - self.start
        spans = Span(0, text), Span(text, self.end - self.start)
        furniture = [(a - self.start, b - self.start, "") for a, b in self.furniture]
        made = make_stream(self.source, spans, furniture)
        runs = tuple((at, self.start + offset) for at, offset in made.runs)
        return Stream(made.text, made.heading_length, runs)

    @cached_property
    def text(self) -> str:
        """The text of the stream, without the way back: a third of the work."""
        return fold_stream(self._own_text())

    @cached_property
    def unfolded(self) -> str:
        """The text of the stream before it is folded, character for character: a sixth of that."""
        return squeeze(self._own_text())

    def _own_text(self) -> str:
        if not self.furniture:
            return self.source
        return "".join(self.cut(*span) for span in self._own(Span(self.start, self.end)))

    def cut(self, start: int, end: int) -> str:
        """The stretch of the report's source from start to end, both within the section."""
        return self.source[start - self.start : end - self.start]

    def sentence_at(self, position: int) -> int:
        """The number of the sentence that a character of the stream stands in."""
        return bisect_right(self.sentences, (position, _AFTER_ALL))

    def source_span(self, start: int, end: int, first: int, last: int) -> Span:
        """The source span of the stream's characters start..end (end > start).

        first and last are the sentences that its first and its last character stand in.
        """
        before, places = self._places(first)
        source = places[start - before]
        if last != first:
            before, places = self._places(last)
        return Span(source, places[end - 1 - before] + 1)

    def _places(self, sentence: int) -> tuple[int, Sequence[int]]:
        """(where a sentence begins in the stream, for each of its characters its source offset)."""
        if sentence not in self._known_places:
            end, first, last = self.sentences[sentence]
            before = self.sentences[sentence - 1][0] if sentence else 0
            places: Sequence[int] = range(first, last)
            if last - first > end - before:  # something in it is left out of the stream
                own = self._own(Span(first, last))
                places = [span.start + at for span in own for at in kept_offsets(self.cut(*span))]
            self._known_places[sentence] = before, places
        return self._known_places[sentence]

    @cached_property
    def _known_places(self) -> dict[int, tuple[int, Sequence[int]]]:
        return {}

    def _own(self, span: Span) -> Iterator[Span]:
        return without_furniture(span, [(start, end, "") for start, end in self.furniture])


def passage_of(report: Report, section: Section) -> Passage:
    """The passage of one section of a whole report."""
    from index.analysis import section_stream
    from index.sentences import layout  # an engine that stores passages never asks for one here

    stream = section_stream(report, section)
    sentences, _paragraphs = layout(report, section, stream)
    start = section.heading_span.start
    end = max(section.heading_span.end, section.text_span.end)
    return Passage(
        report_id=report.id,
        key=section.key,
        title=report.title,
        file=report.file,
        year=report.year,
        issued=report.issued,
        place=report.place,
        part=section.part,
        topics=section.topics,
        heading_path=heading_path(report, section),
        start=start,
        end=end,
        text_start=section.text_span.start,
        source=report.source[start:end],
        furniture=tuple(
            (f.start, f.end) for f in report.furniture if f.end > start and f.start < end
        ),
        measures=section.measures,
        heading_length=stream.heading_length,
        sentences=sentences,
    )


def heading_path(report: Report, section: Section) -> tuple[str, ...]:
    """Labels of the headings that lead to a section, its own last: 一、…, (四)…"""
    return heading_paths(report)[report.sections.index(section)]


def heading_paths(report: Report) -> list[tuple[str, ...]]:
    """The heading path of every section; for all of them at once, in linear time."""
    by_key = {s.key: heading_label(s) for s in report.sections}
    return [tuple(by_key[k] for k in _prefixes(s.key) if k in by_key) for s in report.sections]


def _prefixes(key: str) -> Iterator[str]:
    parts = key.split(".")
    for n in range(1, len(parts) + 1):
        yield ".".join(parts[:n])


def heading_label(section: Section) -> str:
    """A heading as it is shown: its number with the usual stop, then its text."""
    if not section.number:
        return section.heading
    number = section.number[-1]
    stop = "" if number.startswith("(") else "." if number.isascii() else "、"
    return f"{number}{stop}{section.heading}"
