"""Snippets: the sentences of a section that answer a query, with the matches marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from index.analysis import spellings
from index.passage import Passage
from index.querytree import Text, Zone
from index.spans import text_spans
from search.results import Snippet

MOST: Final = 3
LONGEST: Final = 240
"""Characters of source in a snippet; a longer sentence is cut around its matches."""
MOST_LOOKED_AT: Final = 2_000
"""Places of a text in one section among which the best are chosen: the first where it has more."""
_AROUND: Final = 60


class Mark(NamedTuple):
    """A match in the stream of a passage, and which text it is of."""

    start: int
    end: int
    which: int


class Wanted:
    """The texts of a query, to be found in one passage after the other."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        streams = (stream for text in texts for stream in (text.stream, *text.words))
        found = {c: spellings(c) for stream in streams for c in stream}
        self._needs_folding = None in found.values()
        self._spelled = [(other, c) for c, others in found.items() for other in others or ()]

    def marks(self, passage: Passage) -> list[Mark]:
        """The matches in the section, in order, not overlapping: of two the first, the longer.

        All of them, but in a section that says one thing thousands of times.
        """
        stream = self._readable(passage)
        found = sorted(
            (start, -end, -which)
            for which, text in enumerate(self.texts)
            for start, end in text_spans(
                _within(stream, text.zone, passage), text, most=MOST_LOOKED_AT
            )
        )
        kept: list[Mark] = []
        reached = 0
        for start, end, which in found:
            if start >= reached:
                reached = -end
                kept.append(Mark(start, reached, -which))
        return kept

    def _readable(self, passage: Passage) -> str:
        """The passage's stream, folded as far as finding these texts needs it."""
        if self._needs_folding:
            return passage.text
        stream = passage.unfolded
        for other, character in self._spelled:
            stream = stream.replace(other, character)
        return stream


def _within(stream: str, zone: Zone, passage: Passage) -> str:
    """What of the stream a text of this zone may stand in."""
    if zone is Zone.ANYWHERE:
        return stream
    return stream[: passage.heading_length] if zone is Zone.HEADING else ""


class _Placed(NamedTuple):
    """A match in the stream, and the numbers of the sentences that it begins and ends in."""

    start: int
    end: int
    first: int
    last: int


class _Group:
    """Neighbouring sentences, as offsets in the report's source, and the matches in them."""

    __slots__ = ("end", "marks", "start", "texts")

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.marks: list[_Placed] = []
        self.texts = 0  # a bit for each text that is found in it

    def worth(self, text_start: int) -> tuple[bool, int, int]:
        """Whether it is of the text, how many different texts it holds, then how much of them.

        A heading is shown above its snippets anyway: what its text says comes first.
        """
        found = sum([mark.end - mark.start for mark in self.marks])
        return self.end > text_start, self.texts.bit_count(), found


def make_snippets(passage: Passage, wanted: Wanted) -> tuple[Snippet, ...]:
    """The best sentences of the section, best first; its first sentence when nothing is marked."""
    marks = wanted.marks(passage)
    if not marks:
        return _opening(passage)
    groups = _group(passage, marks)
    if len(groups) > 1:
        groups.sort(key=lambda group: group.worth(passage.text_start), reverse=True)
    return tuple(_cut(passage, group) for group in groups[:MOST])


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


def _group(passage: Passage, marks: Sequence[Mark]) -> list[_Group]:
    """Matches by the sentence that they stand in; one that crosses sentences joins them."""
    sentences = passage.sentences
    groups: list[_Group] = []
    last, bound = -1, 0  # the last sentence of the last group, and where it ends in the stream
    for start, end, which in marks:
        begin = last if start < bound else passage.sentence_at(start)
        if begin > last:
            groups.append(_Group(sentences[begin][1]))
        group = groups[-1]
        last = begin if end <= sentences[begin][0] else passage.sentence_at(end - 1)
        bound, _, group.end = sentences[last]
        group.marks.append(_Placed(start, end, begin, last))
        group.texts |= 1 << which
    return groups


def _cut(passage: Passage, group: _Group) -> Snippet:
    """The sentences as a snippet, cut around the first matches where they are too long."""
    start, end = group.start, group.end
    # A match is a character at least: more of them than characters are shown have no place.
    marks = [passage.source_span(*mark) for mark in group.marks[: LONGEST + 1]]
    if end - start > LONGEST:
        start = max(start, marks[0].start - _AROUND)
        end = min(end, max(start + LONGEST, marks[0].end))
    spans = tuple([(a - start, b - start) for a, b in marks if b <= end])
    return Snippet(passage.cut(start, end), start, spans)
