"""A report as it is read on a page: its whole source, as blocks of paragraphs of marked runs.

Nothing is left out but white space between paragraphs, and nothing is put in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from index.analysis import fold_stream
from index.model import Report, Section, Span
from search.marking import Marks
from web.wrapping import goes_on, line_columns, lines_of

_TITLE_PARAGRAPHS: Final = 4
_SHORT_FURNITURE: Final = 40  # characters


class Run(NamedTuple):
    """A stretch of the source that is drawn in one way.

    hit: which one it is part of, counted from 1, or 0; begins_hit: it is the first run of that.
    measure: the one that begins with the run, counted from 1, or 0. soft: a line's end that is none
    of a paragraph.
    """

    text: str
    heading: bool = False
    furniture: bool = False
    soft: bool = False
    hit: int = 0
    begins_hit: bool = False
    measure: int = 0


@dataclass(slots=True)
class Paragraph:
    """Runs of one paragraph; kind: see `_kind` and `_name_title`."""

    runs: list[Run]
    kind: str = "text"

    @property
    def text(self) -> str:
        """The paragraph as it stands in the source."""
        return "".join(run.text for run in self.runs)

    @property
    def is_indented(self) -> bool:
        """Whether the source itself indents it."""
        return self.text[:1].isspace()

    @property
    def is_call(self) -> bool:
        """Whether it is a short line that calls on somebody: 县司法局："""
        return len(self.text) < 30 and self.text.rstrip().endswith(("：", ":"))


@dataclass(slots=True)
class Block:
    """A section's number, heading and own text, or furniture between sections (section None)."""

    section: Section | None
    paragraphs: list[Paragraph]
    hits: range = range(0)

    @property
    def depth(self) -> int:
        """How deep the section stands in the outline, from 1."""
        return self.section.key.count(".") + 1 if self.section else 1

    @property
    def is_long_furniture(self) -> bool:
        """Whether it is furniture that would be in a reader's way: more than a page's number."""
        of_furniture = all(paragraph.kind == "furniture" for paragraph in self.paragraphs)
        return of_furniture and sum(len(p.text) for p in self.paragraphs) > _SHORT_FURNITURE


def read_blocks(report: Report, marks: Marks) -> list[Block]:
    """The report's blocks in the order of its source."""
    drawn = _Drawn(report, marks)
    blocks: list[Block] = []
    at = 0
    for number, section in enumerate(report.sections):
        start, end = section.heading_span.start, _end_of(section)
        if at < start:
            blocks.append(Block(None, drawn.paragraphs(Span(at, start))))
        paragraphs = drawn.paragraphs(Span(max(at, start), end), section)
        blocks.append(Block(section, paragraphs, drawn.hits_of(number)))
        at = max(at, end)
    blocks.append(Block(None, drawn.paragraphs(Span(at, len(report.source)))))
    _name_title(report, blocks)
    return [block for block in blocks if block.section or block.paragraphs]


def _end_of(section: Section) -> int:
    return max(section.heading_span.start, section.heading_span.end, section.text_span.end)


def _name_title(report: Report, blocks: Sequence[Block]) -> None:
    """Call the paragraphs that are the report's title so, and those above it its letterhead."""
    title = fold_stream(report.title or "")
    first = next((block for block in blocks if block.section), None)
    if not title or first is None:
        return
    folded = [fold_stream(p.text) if p.kind == "text" else "" for p in first.paragraphs[:40]]
    for start in range(len(folded)):
        for end in range(start + 1, start + 1 + _TITLE_PARAGRAPHS):
            if "".join(folded[start:end]) == title:
                for number, paragraph in enumerate(first.paragraphs[:end]):
                    if paragraph.kind == "text":
                        paragraph.kind = "title" if number >= start else "letterhead"
                return


class _Drawn:
    """A report's source with everything that is drawn on it, by place."""

    def __init__(self, report: Report, marks: Marks) -> None:
        self._source = report.source
        self._marks = [span for spans in marks.sections for span in spans]
        self._counts = [len(spans) for spans in marks.sections]
        self._first_hits = [1]
        for count in self._counts:
            self._first_hits.append(self._first_hits[-1] + count)
        self._furniture = [Span(f.start, f.end) for f in report.furniture]
        self._breaks, soft = _breaks(report, self._furniture)
        self._soft = sorted(soft)
        points = {point for span in (*self._marks, *self._furniture, *soft) for point in span}
        for section in report.sections:
            points.update(section.heading_span)
        self._measures = {
            measure.start: n
            for section in report.sections
            for n, measure in enumerate(section.measures, 1)
        }
        self._points = sorted(points.union(self._measures))

    def hits_of(self, number: int) -> range:
        """The numbers of a section's hits."""
        return range(self._first_hits[number], self._first_hits[number + 1])

    def paragraphs(self, span: Span, section: Section | None = None) -> list[Paragraph]:
        """The paragraphs of a stretch of the source."""
        first, last = bisect_right(self._breaks, span.start), bisect_left(self._breaks, span.end)
        borders = [span.start, *self._breaks[first:last], span.end]
        found = (self._paragraph(Span(*each), section) for each in pairwise(borders))
        return _joined_headings([paragraph for paragraph in found if paragraph])

    def _paragraph(self, span: Span, section: Section | None) -> Paragraph | None:
        text = self._source[span.start : span.end]
        if not text.strip():
            return None
        end = span.start + len(text.rstrip())
        start = span.start + len(text) - len(text.lstrip("\r\n\v\f\x85\u2028\u2029"))
        runs = [*self._runs(Span(start, end), section)]
        return Paragraph(runs, _kind(runs))

    def _runs(self, span: Span, section: Section | None) -> Iterator[Run]:
        first, last = bisect_right(self._points, span.start), bisect_left(self._points, span.end)
        heading = section.heading_span if section else Span(0, 0)
        for start, end in pairwise([span.start, *self._points[first:last], span.end]):
            hit = _covering(self._marks, start)
            yield Run(
                text=self._source[start:end],
                heading=heading.start <= start < heading.end,
                furniture=_covering(self._furniture, start) > 0,
                soft=_covering(self._soft, start) > 0,
                hit=hit,
                begins_hit=hit > 0 and self._marks[hit - 1].start == start,
                measure=self._measures.get(start, 0),
            )


def _covering(spans: Sequence[Span], at: int) -> int:
    """Which of the spans (ascending, apart) holds a place, counted from 1, or 0."""
    number = bisect_right(spans, (at, len(spans) and spans[-1].end))
    return number if number and at < spans[number - 1].end else 0


def _breaks(report: Report, furniture: Sequence[Span]) -> tuple[list[int], list[Span]]:
    """(where paragraphs end, the ends of lines that end none)."""
    source, lines = report.source, lines_of(report.source)
    columns = line_columns(source, lines)
    begins = {section.heading_span.start for section in report.sections}
    breaks: list[int] = []
    soft: list[Span] = []
    waiting: list[Span] = []  # ends of lines since the last one of the report's own
    before, is_blank, is_paged = "", False, False  # that line, and what came after it
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        text = source[line.start : line.end]
        if not text.strip():
            is_blank = True
        elif _is_furniture(line, furniture):
            is_paged = True
        else:
            may = columns is not None and (is_paged or not is_blank) and line.start not in begins
            if may and before and goes_on(before, text, columns or 0):
                soft += waiting
            else:
                breaks += [end.start for end in waiting]
            waiting, before, is_blank, is_paged = [], text, False, False
        if following is not None:
            waiting.append(Span(line.end, following.start))
    breaks += [end.start for end in waiting]
    return breaks, soft


def _is_furniture(line: Span, furniture: Sequence[Span]) -> bool:
    """Whether the line is within furniture."""
    number = _covering(furniture, line.start)
    return number > 0 and line.end <= furniture[number - 1].end


def _kind(runs: Sequence[Run]) -> str:
    said = [run for run in runs if run.text.strip()]
    if all(run.furniture for run in said):
        return "furniture"
    headings = {run.heading for run in said if not run.furniture}
    return "run-in" if len(headings) > 1 else "heading" if True in headings else "text"


def _joined_headings(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, where the lines of one heading are one of them."""
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        before = joined[-1].kind if joined else ""
        if before == "heading" and paragraph.kind in ("heading", "run-in"):
            line_end = Run("\n", heading=True)
            joined[-1] = Paragraph([*joined[-1].runs, line_end, *paragraph.runs], paragraph.kind)
        else:
            joined.append(paragraph)
    return joined
