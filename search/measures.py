"""Measures as they are compared: their text, and how well it answers weighed words."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from index.analysis import fold_stream, kept_offsets, without_furniture
from index.model import Span
from index.passage import Passage

K1: Final = 1.2
B: Final = 0.6
IN_HEADING: Final = 0.5
"""What a word in the headings above counts against an occurrence in the measure itself."""


LONGEST: Final = 10_000
"""Characters of a typed text, or of measures, that are looked at: a report that could not be cut
may be one measure."""


@dataclass(eq=False, slots=True)
class Measure:
    """One measure of a section.

    text is the beginning of its stream, heading the stream of the headings above it.

    number counts from 1; section is the section's number.
    """

    section: int
    number: int
    span: Span
    passage: Passage
    text: str
    heading: str

    @property
    def place(self) -> tuple[int, int]:
        """Sorts the measures of a report."""
        return self.passage.start, self.number

    @property
    def id(self) -> str:
        """The measure's id."""
        return f"{self.passage.id}-m{self.number}"


def heading_of(passage: Passage) -> str:
    """The headings that lead to a section, as streams, a line each."""
    return "\n".join(map(fold_stream, passage.heading_path))


def own_spans(passage: Passage, span: Span) -> Iterator[Span]:
    """The span without the furniture in it."""
    return without_furniture(span, [(start, end, "") for start, end in passage.furniture])


def source_offsets(passage: Passage, span: Span) -> list[int]:
    """For each character of the stream of a span its offset in the report's source."""
    pieces = own_spans(passage, span)
    return [piece.start + at for piece in pieces for at in kept_offsets(passage.cut(*piece))]


def measures_of(section: int, passage: Passage) -> list[Measure]:
    """The measures of a section that hold anything."""
    heading = heading_of(passage)
    found = []
    for n, (start, end) in enumerate(passage.measures, 1):
        span = Span(start, end)
        if text := text_of(passage, span):
            found.append(Measure(section, n, span, passage, text[:LONGEST], heading))
    return found


def text_of(passage: Passage, span: Span) -> str:
    """The stream of a span of the report's source within a section."""
    if not passage.furniture:
        return fold_stream(passage.cut(*span))
    return fold_stream("".join(passage.cut(*piece) for piece in own_spans(passage, span)))


def contributions(
    words: Mapping[str, float], text: str, above: Container[str], mean_length: float
) -> dict[str, float]:
    """What each word adds to the score of a measure; BM25 with a text of its own length.

    text may be blotted out in part; above are those of the words that stand in the headings.
    """
    norm = K1 * (1 - B + B * len(text) / mean_length)
    found = {}
    for word, weight in words.items():
        times = float(text.count(word)) if word in text else 0.0  # most stand nowhere
        if word in above:
            times += IN_HEADING
        if times:
            found[word] = weight * times * (K1 + 1) / (times + norm)
    return found
