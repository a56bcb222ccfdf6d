"""Spans of a section's stream, where texts stand: which overlap, and how near they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from index.fillers import without_fillers
from index.querytree import Text

StreamSpan = tuple[int, int]


def smallest_gap(left: Sequence[StreamSpan], right: Sequence[StreamSpan]) -> int | None:
    """The fewest characters between a span of one and a span of the other, 0 if they meet.

    Both are sorted by start, and the spans of one side are about as long as each other.
    """
    best: int | None = None
    i = j = 0
    while i < len(left) and j < len(right):
        (a, a_end), (b, b_end) = left[i], right[j]
        gap = max(b - a_end, a - b_end, 0)
        best = gap if best is None else min(best, gap)
        if best == 0:
            return 0
        if a <= b:
            i += 1
        else:
            j += 1
    return best


def text_spans(stream: str, text: Text, *, most: int | None = None) -> list[StreamSpan]:
    """Spans of the text in one stream: its own, else those of its telling words.

    most: how many of it, or of each word, are wanted; the first are told.
    """
    own = [*islice(_find_all(stream, text.stream), most)]
    if own:
        return own
    words = without_fillers(text.words)
    return sorted(span for word in words for span in islice(_find_all(stream, word), most))


def _find_all(stream: str, wanted: str) -> Iterator[StreamSpan]:
    at = stream.find(wanted)
    while at >= 0:
        yield at, at + len(wanted)
        at = stream.find(wanted, at + 1)


def disjoint(spans: Iterable[StreamSpan]) -> list[StreamSpan]:
    """Spans that do not overlap: from the left, the longer of two that begin together."""
    kept: list[StreamSpan] = []
    end = -1
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            kept.append((start, stop))
            end = stop
    return kept


def count_disjoint(positions: Sequence[int], size: int) -> int:
    """How many occurrences of one text of this size do not overlap, counted from the left."""
    count, end = 0, -1
    for position in positions:
        if position >= end:
            count += 1
            end = position + size
    return count
