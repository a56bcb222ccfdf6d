"""Where the sentences and paragraphs of a section end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from index.analysis import Stream, without_furniture
from index.model import Report, Section, Span

_SENTENCE_END = re.compile(r"[。！？!?；;][”’」』）)\"']*")
_NOT_BREAK = re.compile(r"[^\n]")
_CLOSERS = "。！？!?；;：:”’」』"
SHORTEST_FULL_LINE = 20
"""A line this long without a stop at its end is taken to be wrapped: its sentence goes on."""


def layout(
    report: Report, section: Section, stream: Stream
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """The section's sentences and where its paragraphs end.

    A sentence is (end in the stream, start in the source, end in the source); furniture and white
    space around it are left out, and so is one without any character in the stream. A paragraph
    is its end in the stream. Both ascend, and the last of each ends with the stream. A heading is
    a sentence of its own, and a paragraph where the text begins on another line.
    """
    heading, text = section.heading_span, section.text_span
    own_heading, own_text = _own_text(report, heading), _own_text(report, text)
    breaks = _paragraph_ends(report.source, heading, own_heading)
    spans = list(_sentences(own_heading, heading.start, breaks))
    breaks = _paragraph_ends(report.source, text, own_text)
    spans += _sentences(own_text, text.start, breaks)
    if "\n" in report.source[heading.end : text.start]:
        breaks.insert(0, heading.end)
    sources = [at for _, at in stream.runs]
    sentences: list[tuple[int, int, int]] = []
    before = 0
    for start, end in spans:
        place = _stream_offset(stream, sources, end)
        if place > before:
            sentences.append((place, start, end))
            before = place
    paragraphs = {_stream_offset(stream, sources, offset) for offset in breaks}
    return sentences, sorted(paragraphs - {0})


def _own_text(report: Report, span: Span) -> str:
    """The span's text with furniture blanked out: a page's number does not end a sentence."""
    pieces, at = [], span.start
    for start, end in without_furniture(span, report.furniture):
        if at < start:
            pieces.append(_NOT_BREAK.sub(" ", report.source[at:start]))
        pieces.append(report.source[start:end])
        at = end
    if at < span.end:
        pieces.append(_NOT_BREAK.sub(" ", report.source[at : span.end]))
    return "".join(pieces)


def _paragraph_ends(source: str, span: Span, own: str) -> list[int]:
    """Offsets in the source after the line breaks that end a paragraph, and the end of the span.

    A break ends a paragraph when its line ends a sentence, or is too short to have been wrapped.
    """
    if "\n" not in own:
        return [span.end]
    found: list[int] = []
    # A text that runs in to its heading begins in the middle of its first line.
    before = source[source.rfind("\n", 0, span.start) + 1 : span.start]
    at = span.start
    for whole in own.split("\n")[:-1]:
        at += len(whole) + 1
        line = (before + whole).strip()
        if line and (line[-1] in _CLOSERS or len(line) < SHORTEST_FULL_LINE):
            found.append(at)
        before = ""
    return [*found, span.end]


def _sentences(own: str, start: int, breaks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where in the source the sentences of a text that begins at `start` stand.

    One ends after 。！？； and what closes with them, and with its paragraph.
    """
    ends = {start + stop.end() for stop in _SENTENCE_END.finditer(own)}
    at = 0
    for end in sorted(ends.union(breaks)):
        sentence = own[at : end - start]
        at = end - start
        if length := len(sentence.strip()):
            first = end - len(sentence.lstrip())
            yield first, first + length


def _stream_offset(stream: Stream, sources: Sequence[int], offset: int) -> int:
    """How many of the stream's characters stand before a source offset."""
    at = bisect_left(sources, offset) - 1
    if at < 0:
        return 0
    start, source = stream.runs[at]
    end = stream.runs[at + 1][0] if at + 1 < len(stream.runs) else len(stream.text)
    return min(start + offset - source, end)
