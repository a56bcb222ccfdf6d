"""The lines of a text that hold something, and whether the text was wrapped by a page's width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_LINES = 50_000
"""Lines looked at; what follows them is text of the last section. A report has some hundred."""

LINE_BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
"""What ends a line, as part of a regular expression's character class."""

_LINE = re.compile(rf"[^{LINE_BREAKS}]+")
_ANNOUNCES = re.compile(r":$|(?:以下|如下|下列|下面)[^。]{0,24}。?$")
_STOPS = "。!?;:”’」』…"


class Line(NamedTuple):
    """A line without the white space at its ends; `apart` when a blank line stands before it."""

    start: int
    end: int
    apart: bool


def split_lines(text: str) -> list[Line]:
    """The lines of `text` that hold more than white space, in order."""
    lines: list[Line] = []
    last_end = 0
    for found in _LINE.finditer(text):
        content = found[0].lstrip()
        if not content:
            continue
        start = found.end() - len(content)
        breaks = text[last_end : found.start()].replace("\r\n", "\n")
        apart = len(breaks.strip(" \t\u3000\xa0")) > 1 or "\f" in breaks
        lines.append(Line(start, start + len(content.rstrip()), apart or not lines))
        last_end = found.end()
        if len(lines) == MAX_LINES:
            break
    return lines


def ends_sentence(text: str, end: int) -> bool:
    """Whether a sentence or clause is over where `text` stops at `end`."""
    return end > 0 and text[end - 1] in _STOPS


def announces(text: str, start: int, end: int) -> bool:
    """Whether the stretch closes with words that lead a list in: 做好以下工作:"""
    return _ANNOUNCES.search(text, max(start, end - 40), end) is not None


def wrap_width(text: str, lines: Sequence[Line]) -> int | None:
    """The width at which lines were broken (ASCII 1, Chinese 2), or None where they were not.

    A page's text layer breaks every paragraph at one width, in the middle of sentences; elsewhere
    a line is a paragraph.
    """
    widths = sorted(display_width(text, line) for line in lines)
    if len(widths) < 6:
        return None
    width = widths[len(widths) * 9 // 10]
    if not 24 <= width <= 140:
        return None
    full = [line for line in lines if is_full(text, line, width)]
    broken = sum(not ends_sentence(text, line.end) for line in full)
    return width if len(full) * 3 >= len(lines) and broken * 10 >= len(full) * 6 else None


def is_full(text: str, line: Line, width: int) -> bool:
    """Whether the line is as long as the page is wide, an indent or a hanging stop aside."""
    return display_width(text, line) >= width - 6


def display_width(text: str, line: Line) -> int:
    """How wide the line is in columns: UTF-8 has one byte for ASCII and three for Chinese."""
    content = text[line.start : line.end]
    return (len(content.encode("utf-8", "surrogatepass")) + len(content)) // 2
