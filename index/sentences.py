"""Where the sentences and paragraphs of a section end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from index.analysis import Stream, without_furniture
from index.model import Report, Section, Span
from index.querytree import Scope

_SENTENCE_END = re.compile(r"[。！？!?；;][”’」』）)\"']*")
_NOT_BREAK = re.compile(r"[^\n]")
_CLOSERS = "。！？!?；;：:”’」』"
SHORTEST_FULL_LINE = 20
"""A line this long without a stop at its end is taken to be wrapped: its sentence goes on."""


def paragraph_ends(report: Report, span: Span) -> list[int]:
    """Offsets after the line breaks that end a paragraph, and the end of the span.

    A break ends a paragraph when its line ends a sentence, or is too short to have been wrapped.
    """
    found: list[int] = []
    # A text that runs in to its heading begins in the middle of its first line.
    before = report.source[report.source.rfind("\n", 0, span.start) + 1 : span.start]
    at = span.start
    for whole in _own_text(report, span).split("\n")[:-1]:
        at += len(whole) + 1
        line = (before + whole).strip()
        if line and (line[-1] in _CLOSERS or len(line) < SHORTEST_FULL_LINE):
            found.append(at)
        before = ""
    return [*found, span.end]


def sentence_ends(report: Report, span: Span) -> list[int]:
    """Offsets after 。！？； and what closes with them, and the ends of paragraphs."""
    text = _own_text(report, span)
    ends = {span.start + m.end() for m in _SENTENCE_END.finditer(text)}
    return sorted({*ends, *paragraph_ends(report, span)})


def _own_text(report: Report, span: Span) -> str:
    """The span's text with furniture blanked out: a page's number does not end a sentence."""
    pieces, at = [], span.start
    for start, end in without_furniture(span, report.furniture):
        pieces += [_NOT_BREAK.sub(" ", report.source[at:start]), report.source[start:end]]
        at = end
    return "".join(pieces) + _NOT_BREAK.sub(" ", report.source[at : span.end])


def sentence_spans(report: Report, section: Section) -> Iterator[Span]:
    """The sentences of a section, its heading first; space and furniture around them left out."""
    for span in (section.heading_span, section.text_span):
        text, start = _own_text(report, span), span.start
        for end in sentence_ends(report, span):
            sentence = text[start - span.start : end - span.start]
            first = start + len(sentence) - len(sentence.lstrip())
            if length := len(sentence.strip()):
                yield Span(first, first + length)
            start = end


def stream_bounds(report: Report, section: Section, stream: Stream, scope: Scope) -> Sequence[int]:
    """Ascending stream offsets at which the section's sentences (or paragraphs) end.

    A heading is a sentence of its own, and a paragraph where the text begins on another line.
    """
    heading, text = section.heading_span, section.text_span
    if scope is Scope.SENTENCE:
        ends = [*sentence_ends(report, heading), *sentence_ends(report, text)]
    else:
        ends = paragraph_ends(report, text)
        if "\n" in report.source[heading.end : text.start]:
            ends = [heading.end, *ends]
    sources = [at for _, at in stream.runs]
    return sorted({_stream_offset(stream, sources, end) for end in ends})


def _stream_offset(stream: Stream, sources: Sequence[int], offset: int) -> int:
    """How many of the stream's characters stand before a source offset."""
    at = bisect_left(sources, offset) - 1
    if at < 0:
        return 0
    start, source = stream.runs[at]
    end = stream.runs[at + 1][0] if at + 1 < len(stream.runs) else len(stream.text)
    return min(start + offset - source, end)
