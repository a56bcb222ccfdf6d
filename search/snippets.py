"""Snippets: the sentences of a section that answer a query, with the matches marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from index.model import Span
from index.passage import Passage
from index.querytree import Text, Zone
from index.spans import StreamSpan, disjoint, text_spans
from search.results import Snippet

MOST: Final = 3
LONGEST: Final = 240
"""Characters of source in a snippet; a longer sentence is cut around its matches."""
_AROUND: Final = 60

Mark = tuple[StreamSpan, int]
"""Where a text stands in the stream, and which text it is."""


class _Group(NamedTuple):
    """Neighbouring sentences (as a source span) and the matches in them: (source span, which)."""

    around: Span
    marks: list[tuple[Span, int]]

    def worth(self) -> tuple[int, int]:
        """How many different texts it holds, then how much of them."""
        return len({which for _, which in self.marks}), sum(m.end - m.start for m, _ in self.marks)


def make_snippets(passage: Passage, texts: Sequence[Text]) -> tuple[Snippet, ...]:
    """The best sentences of the section, best first; its first sentence when nothing is marked."""
    marks = mark(passage, texts)
    if not marks:
        return _opening(passage)
    groups = [*_groups(passage, marks)]
    if len(groups) > 1:
        # A heading is shown above its snippets anyway: what its text says comes first.
        groups.sort(key=lambda g: (g.around.end > passage.text_start, g.worth()), reverse=True)
    return tuple(_cut(passage, *group) for group in groups[:MOST])


def mark(passage: Passage, texts: Sequence[Text]) -> list[Mark]:
    """Every match in the section, in order, not overlapping."""
    stream = passage.text
    found: dict[StreamSpan, int] = {}
    for which, text in enumerate(texts):
        if text.zone is Zone.ANYWHERE:
            found.update(dict.fromkeys(text_spans(stream, text), which))
        elif text.zone is Zone.HEADING:
            heading = stream[: passage.heading_length]
            found.update(dict.fromkeys(text_spans(heading, text), which))
    return [(span, found[span]) for span in disjoint(found)]


def _opening(passage: Passage) -> tuple[Snippet, ...]:
    """The beginning of the sentences of the text, as many as a snippet holds."""
    sentences = [(start, end) for _, start, end in passage.sentences]
    sentences = [s for s in sentences if s[0] >= passage.text_start] or sentences
    if not sentences:
        return ()
    start = sentences[0][0]
    end = max((end for _, end in sentences if end - start <= LONGEST), default=start + LONGEST)
    end = min(end, sentences[-1][1])
    return (Snippet(passage.cut(start, end), start, ()),)


def _groups(passage: Passage, marks: Sequence[Mark]) -> Iterator[_Group]:
    """Matches by the sentence that they stand in; one that crosses sentences joins them."""
    sentences = passage.sentences
    first, last, inside = 0, -1, list[tuple[Span, int]]()
    for (start, end), which in marks:
        begin = passage.sentence_at(start)
        if begin > last:
            if inside:
                yield _Group(Span(sentences[first][1], sentences[last][2]), inside)
            first, inside = begin, []
        ending = begin if end <= sentences[begin][0] else passage.sentence_at(end - 1)
        last = max(last, ending)
        source_end = passage.source_offset(end - 1, ending) + 1
        inside.append((Span(passage.source_offset(start, begin), source_end), which))
    yield _Group(Span(sentences[first][1], sentences[last][2]), inside)


def _cut(passage: Passage, around: Span, marks: Sequence[tuple[Span, int]]) -> Snippet:
    """The sentences as a snippet, cut around the first matches where they are too long."""
    start, end = around
    if end - start > LONGEST:
        start = max(start, marks[0][0].start - _AROUND)
        end = min(end, max(start + LONGEST, marks[0][0].end))
    spans = tuple((m.start - start, m.end - start) for m, _ in marks if m.end <= end)
    return Snippet(passage.cut(start, end), start, spans)
