"""Which line breaks of a source only end a line of paper, as in a PDF, and no paragraph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from index.model import Span

WIDEST: Final = 120
"""Columns of a line of paper; a longer line is a paragraph, and the text is not wrapped."""
_NARROWEST: Final = 40
_SLACK: Final = 6
"""Columns that a full line may lack: an indent that was lost, a sign that may not begin a line."""
_FEWEST: Final = 4
_SHARE: Final = 0.3
_BREAK: Final = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_CLOSERS: Final = "。！？!?；;：:"


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
