"""All hits of a query in a whole report, as spans of its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heapreplace
from itertools import islice
from typing import Final, NamedTuple

from index.analysis import Stream, section_stream
from index.fillers import without_fillers
from index.model import Furniture, Report, Section, Span
from index.querytree import Node, Text, Zone, positive_texts
from index.spans import StreamSpan

MOST_MARKS: Final = 2_000


class Marks(NamedTuple):
    """Hits in a report. sections: for each of its sections their spans in the source, ascending.

    cut: there are more than these.
    """

    sections: tuple[tuple[Span, ...], ...]
    cut: bool

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(map(len, self.sections))


def mark_report(report: Report, tree: Node | None, most: int = MOST_MARKS) -> Marks:
    """What a query looks for, wherever it stands in the report.

    As in the engine's count of occurrences a text stands where its stream does, or else its words
    where a section has them all; of marks that overlap the first stays, the longer one. Words of a
    text that no section has are marked one by one. Nothing is marked for what a title must hold.
    """
    texts = _texts(tree)
    streams = [section_stream(report, section) for section in report.sections] if texts else []
    scattered = _scattered(texts, streams)
    found: list[tuple[Span, ...]] = []
    left = most + 1
    for stream in streams:
        spans = islice(_disjoint(stream.text, _looked_for(stream, texts, scattered)), left)
        found.append(tuple(stream.source_span(*span) for span in spans))
        left -= len(found[-1])
    if left:
        return Marks(tuple(found) or ((),) * len(report.sections), cut=False)
    last = max(n for n, spans in enumerate(found) if spans)
    found[last] = found[last][:-1]
    return Marks(tuple(found), cut=True)


def _texts(tree: Node | None) -> tuple[Text, ...]:
    texts = positive_texts(tree) if tree is not None else ()
    return tuple(dict.fromkeys(text for text in texts if text.zone is not Zone.TITLE))


def _scattered(texts: Sequence[Text], streams: Sequence[Stream]) -> frozenset[Text]:
    """The texts that no section answers."""
    missing = list(texts)
    for stream in streams:
        missing = [text for text in missing if not _answers(stream, text)]
    return frozenset(missing)


def _answers(stream: Stream, text: Text) -> bool:
    """Whether the text stands in the section, or each of its words does."""
    zone = _zone(stream, text)
    whole = stream.text.find(text.stream, 0, zone) >= 0
    return whole or (
        len(text.words) > 1 and all(stream.text.find(word, 0, zone) >= 0 for word in text.words)
    )


def _zone(stream: Stream, text: Text) -> int:
    """Where in the stream the text must have ended."""
    return stream.heading_length if text.zone is Zone.HEADING else len(stream.text)


def _looked_for(
    stream: Stream, texts: Sequence[Text], scattered: frozenset[Text]
) -> Iterator[tuple[str, int]]:
    """(what to find in the section, where it must have ended)."""
    for text in texts:
        zone = _zone(stream, text)
        if stream.text.find(text.stream, 0, zone) >= 0:
            yield text.stream, zone
        elif text in scattered or _answers(stream, text):
            yield from ((word, zone) for word in without_fillers(text.words))


def _disjoint(stream: str, wanted: Iterable[tuple[str, int]]) -> Iterator[StreamSpan]:
    """What `index.spans.disjoint` keeps of all occurrences, one at a time.

    Texts that overlap themselves everywhere would be very many, most of them in vain.
    """
    found = ((stream.find(text, 0, zone), -len(text), text, zone) for text, zone in set(wanted))
    heap = [first for first in found if first[0] >= 0]
    heapify(heap)
    reached = 0
    while heap:
        start, minus_length, text, zone = heap[0]
        if start >= reached:
            reached = start - minus_length
            yield start, reached
        following = stream.find(text, reached, zone)
        if following < 0:
            heappop(heap)
        else:
            heapreplace(heap, (following, minus_length, text, zone))


def opening(report: Report, characters: int, sections: int) -> Report:
    """The beginning of a report: the same where it is no longer than that, else cut off."""
    end = min(len(report.source), characters)
    if len(report.sections) > sections:
        end = min(end, report.sections[sections].heading_span.start)
    if end == len(report.source):
        return report
    kept = [s for s in report.sections[:sections] if s.heading_span.start < end]
    furniture = [f for f in report.furniture if f.start < end]
    return replace(
        report,
        source=report.source[:end],
        sections=tuple(_opening_of(section, end) for section in kept),
        furniture=tuple(Furniture(f.start, min(f.end, end), f.kind) for f in furniture),
    )


def _opening_of(section: Section, end: int) -> Section:
    if max(section.heading_span.end, section.text_span.end) <= end:
        return section
    measures = (_clipped(measure, end) for measure in section.measures if measure.start < end)
    return replace(
        section,
        heading_span=_clipped(section.heading_span, end),
        text_span=_clipped(section.text_span, end),
        measures=tuple(measures),
    )


def _clipped(span: Span, end: int) -> Span:
    return Span(min(span.start, end), min(span.end, end))
