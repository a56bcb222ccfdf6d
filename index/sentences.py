"""Where the sentences and paragraphs of a section end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from index.analysis import Stream
from index.model import Section, Span
from index.querytree import Scope

_SENTENCE_END = re.compile(r"[。！？!?；;][”’」』）)\"']*")
_CLOSERS = "。！？!?；;：:”’」』"
SHORTEST_FULL_LINE = 20
"""A line this long without a stop at its end is taken to be wrapped: its sentence goes on."""


def paragraph_ends(source: str, span: Span) -> list[int]:
    """Offsets after the line breaks that end a paragraph, and the end of the span.

    A break ends a paragraph when its line ends a sentence, or is too short to have been wrapped.
    """
    found: list[int] = []
    start = span.start
    while (at := source.find("\n", start, span.end)) >= 0:
        # A text that runs in to its heading begins in the middle of its first line.
        line = source[source.rfind("\n", 0, start) + 1 : at].strip()
        if line and (line[-1] in _CLOSERS or len(line) < SHORTEST_FULL_LINE):
            found.append(at + 1)
        start = at + 1
    return [*found, span.end]


def sentence_ends(source: str, span: Span) -> list[int]:
    """Offsets after 。！？； and what closes with them, and the ends of paragraphs."""
    ends = {m.end() for m in _SENTENCE_END.finditer(source, span.start, span.end)}
    return sorted({*ends, *paragraph_ends(source, span)})


def sentence_spans(source: str, section: Section) -> Iterator[Span]:
    """The sentences of a section, its heading first; white space around them left out."""
    for span in (section.heading_span, section.text_span):
        start = span.start
        for end in sentence_ends(source, span):
            sentence = _stripped(source, start, end)
            if sentence.start < sentence.end:
                yield sentence
            start = end


def _stripped(source: str, start: int, end: int) -> Span:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return Span(start, end)


def stream_bounds(source: str, section: Section, stream: Stream, scope: Scope) -> Sequence[int]:
    """Ascending stream offsets at which the section's sentences (or paragraphs) end.

    A heading is a sentence of its own, and a paragraph where the text begins on another line.
    """
    heading, text = section.heading_span, section.text_span
    if scope is Scope.SENTENCE:
        ends = [*sentence_ends(source, heading), *sentence_ends(source, text)]
    else:
        ends = paragraph_ends(source, text)
        if "\n" in source[heading.end : text.start]:
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
