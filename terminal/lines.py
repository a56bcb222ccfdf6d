"""Styled lines: what is shown, before it is known whether colours can be.

A line is a list of (text, style). `print_lines` draws lines in colour on a terminal and plain
where the output is piped; rich is imported only for the former.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, TextIO


class Piece(NamedTuple):
    """A stretch of text in one style; styles are rich's, "" is none."""

    text: str
    style: str = ""


Line = list[Piece]

MATCH = "bold red"
TITLE = "bold"
FAINT = "dim"
GOOD = "green"
BAD = "yellow"

_SPACES = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])|\s+")


def clean(text: str) -> str:
    """The text on one line, without what could steer a terminal or turn the text around."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text)
    return _SPACES.sub(lambda m: " " if m.start() and _is_latin_near(m) else "", text)


def _is_latin_near(match: re.Match[str]) -> bool:
    """Whether the space parts words that need one (not two Chinese characters)."""
    before = match.string[match.start() - 1]
    after = match.string[match.end() : match.end() + 1]
    return not (is_wide(before) and (not after or is_wide(after)))


def is_wide(c: str) -> bool:
    """Whether a terminal draws the character two columns wide."""
    return unicodedata.east_asian_width(c) in "WF"


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 1 + is_wide(c) for c in text)


def pad(text: str, columns: int) -> str:
    """The text filled up with spaces to the columns."""
    return text + " " * (columns - width(text))


def print_lines(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Draw the lines on standard output (or the stream)."""
    stream = stream or sys.stdout
    if not stream.isatty():
        stream.writelines("".join(piece.text for piece in line).rstrip() + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for line in lines:
        indent = len(line[0].text) if line and not line[0].text.strip() else 0
        text = Text()
        for piece in line[1:] if indent else line:
            text.append(piece.text, style=piece.style)
        for row in text.wrap(console, max(console.width - indent, 20)):
            console.print(" " * indent, row, sep="", soft_wrap=True)
