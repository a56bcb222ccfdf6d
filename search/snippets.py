"""Snippets: the sentences of a section that answer a query, with the matches marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from index.analysis import Stream, section_stream
from index.matching import disjoint, text_spans
from index.model import Report, Section, Span
from index.querytree import Text, Zone
from index.sentences import sentence_spans
from search.results import Snippet

MOST = 3
LONGEST = 240
"""Characters of source in a snippet; a longer sentence is cut around its matches."""
_AROUND = 60


def make_snippets(report: Report, section: Section, texts: Sequence[Text]) -> tuple[Snippet, ...]:
    """The best sentences of the section, best first; its first sentence when nothing is marked."""
    stream = section_stream(report, section)
    marks = mark(stream, texts)
    sentences = [*sentence_spans(report, section)]
    if not marks:
        own = [s for s in sentences if s.start >= section.text_span.start]
        return _opening(report.source, own or sentences)
    groups = _group(marks, sentences)
    # A heading is shown above its snippets anyway: what its text says comes first.
    text = section.text_span.start
    groups.sort(key=lambda group: (group[0].end > text, _worth(group[1])), reverse=True)
    return tuple(_cut(report.source, span, marks) for span, marks in groups[:MOST])


def mark(stream: Stream, texts: Sequence[Text]) -> list[tuple[Span, int]]:
    """(source span, which text) of every match in the section, in order, not overlapping."""
    limits = {Zone.ANYWHERE: len(stream.text), Zone.HEADING: stream.heading_length, Zone.TITLE: 0}
    found = {
        span: which
        for which, text in enumerate(texts)
        for span in text_spans(stream.text[: limits[text.zone]], text)
    }
    return [(stream.source_span(*span), found[span]) for span in disjoint(found)]


def _opening(source: str, sentences: Sequence[Span]) -> tuple[Snippet, ...]:
    """The beginning of the sentences, as many as a snippet holds."""
    if not sentences:
        return ()
    start = sentences[0].start
    end = max((s.end for s in sentences if s.end - start <= LONGEST), default=start + LONGEST)
    end = min(end, sentences[-1].end)
    return (Snippet(source[start:end], start, ()),)


def _group(
    marks: Sequence[tuple[Span, int]], sentences: Sequence[Span]
) -> list[tuple[Span, list[tuple[Span, int]]]]:
    """Matches by the sentence that they stand in; one that crosses sentences joins them."""
    starts = [sentence.start for sentence in sentences]
    groups: list[tuple[Span, list[tuple[Span, int]]]] = []
    for span, which in marks:
        first = sentences[max(bisect_right(starts, span.start) - 1, 0)]
        last = sentences[max(bisect_right(starts, span.end - 1) - 1, 0)]
        if groups and first.start < groups[-1][0].end:
            around, inside = groups[-1]
            inside.append((span, which))
            groups[-1] = (Span(around.start, max(around.end, last.end)), inside)
        else:
            groups.append((Span(first.start, max(last.end, span.end)), [(span, which)]))
    return groups


def _worth(marks: Sequence[tuple[Span, int]]) -> tuple[int, int]:
    """How many different texts a sentence holds, then how much of them."""
    return len({which for _, which in marks}), sum(span.end - span.start for span, _ in marks)


def _cut(source: str, span: Span, marks: Sequence[tuple[Span, int]]) -> Snippet:
    """The sentence as a snippet, cut around its first matches where it is too long."""
    start, end = span
    if end - start > LONGEST:
        start = max(start, marks[0][0].start - _AROUND)
        end = min(end, max(start + LONGEST, marks[0][0].end))
    kept = [m for m, _ in marks if m.end <= end]
    spans = tuple((m.start - start, m.end - start) for m in kept)
    return Snippet(source[start:end], start, spans)
