"""Which line breaks of a source only end a line of paper, as in a PDF, and no paragraph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from index.model import Span
from index.sentences import SHORTEST_FULL_LINE

WIDEST: Final = 120
"""Columns of a line of paper; a longer line is a paragraph, and the text is not wrapped."""
_NARROWEST: Final = 40
_SLACK: Final = 6
"""Columns that a full line may lack: an indent that was lost, a sign that may not begin a line."""
_FEWEST: Final = 4
_SHARE: Final = 0.3
_BREAK: Final = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_CLOSERS: Final = "。！？!?；;：:"
_SPACE: Final = re.compile(r"\s+")
_FIRST_CHINESE: Final = "\u2e80"
_OF_CHINESE: Final = "“”‘’…—·"


def lines_of(source: str) -> list[Span]:
    """The lines of a source, without what ends them; together with that they are the source."""
    lines: list[Span] = []
    at = 0
    for found in _BREAK.finditer(source):
        lines.append(Span(at, found.start()))
        at = found.end()
    return [*lines, Span(at, len(source))]


def line_columns(source: str, lines: Sequence[Span]) -> int | None:
    """How wide the lines of a wrapped source are, None where its lines are paragraphs.

    Wrapped are lines of which many are about as long as the longest, and that fits on paper.
    """
    widths = Counter(_columns(source[start:end]) for start, end in lines)
    del widths[0]
    if not widths or not _NARROWEST <= max(widths) <= WIDEST:
        return None
    full = sum(n for columns, n in widths.items() if columns >= max(widths) - _SLACK)
    return max(widths) if full >= max(_FEWEST, _SHARE * widths.total()) else None


def goes_on(line: str, following: str, columns: int) -> bool:
    """Whether a sentence of the (wrapped) line goes on in the one that follows."""
    text = line.rstrip()
    return (
        _columns(line) >= columns - _SLACK
        and bool(following.strip())
        and not following[0].isspace()
        and text[-1] not in _CLOSERS
    )


def _columns(line: str) -> int:
    """About how wide a line is printed: Chinese characters are as wide as two letters.

    Of a line that is too long for paper only that is told.
    """
    text = line[: WIDEST + 1].rstrip()
    return sum(1 if c < "\u0250" else 2 for c in text)


def unwrapped(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """(a piece of a source without the ends of lines of paper in it, where its spans stand then).

    Only between Chinese characters, where nobody writes a space; the spans ascend, apart.
    """
    cuts = [] if text.isprintable() else [*_line_ends(text)]
    if not cuts:
        return text, [*spans]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    kept = (text[start:end] for start, end in zip(starts, ends, strict=True))
    moved = _moved((point for span in spans for point in span), cuts)
    return "".join(kept), [*zip(moved, moved, strict=True)]


def _line_ends(text: str) -> Iterator[tuple[int, int]]:
    """The white space that only ends a line of paper: no empty line, and no indent after it.

    A line that is too short to be wrapped ends its paragraph; of the first not all may be there.
    """
    begin = -SHORTEST_FULL_LINE
    for found in _SPACE.finditer(text):
        start, end = found.span()
        lines = _BREAK.split(found[0])
        if len(lines) == 1:
            continue
        is_full, begin = start - begin >= SHORTEST_FULL_LINE, end
        is_end = is_full and len(lines) == 2 and not lines[1]
        if (
            is_end
            and _is_chinese(text[max(start - 1, 0) : start])
            and _is_chinese(text[end : end + 1])
        ):
            yield start, end


def _is_chinese(c: str) -> bool:
    """Whether a character is one of Chinese text; there may be none."""
    return c >= _FIRST_CHINESE or (c != "" and c in _OF_CHINESE)


def _moved(points: Iterable[int], cuts: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where ascending offsets are once the cuts are made."""
    left, gone = 0, 0
    for point in points:
        while left < len(cuts) and cuts[left][1] <= point:
            gone += cuts[left][1] - cuts[left][0]
            left += 1
        yield point - gone
