"""Styled lines: what is shown, before it is known whether colours can be.

A line is a list of (text, style). `print_lines` draws lines in colour on a terminal and plain
where the output is piped. Windows has terminals that know no escape codes: there rich draws.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple, TextIO


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
_ATTRIBUTES: Final = {MATCH: "1", TITLE: "1", FAINT: "2"}
_COLOURS: Final = {MATCH: "31", GOOD: "32", BAD: "33"}
_COLUMNS: Final = 80  # of a terminal that does not say

_NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕”’…,.;:?!)]}%％")
_NEVER_LAST = frozenset("（《〈「『【〔“‘([{")


def clean(text: str) -> str:
    """The text on one line, without what could steer a terminal or turn the text around."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text)
    elif " " not in text:
        return text
    return re.sub(r"\s+", lambda m: " " if m.start() and _is_latin_near(m) else "", text)


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
    if sys.platform == "win32":
        _print_by_rich(lines, stream)
    else:
        columns = _columns(stream)
        stream.writelines(row + "\n" for line in lines for row in _painted(line, columns))


def _print_by_rich(lines: Iterable[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for line in lines:
        for indent, row in _rows(line, console.width):
            console.print(indent, Text.assemble(*row), sep="", soft_wrap=True)


def _painted(line: Line, columns: int) -> Iterator[str]:
    """The rows of a line with escape codes, as far as the terminal and its user want them."""
    dumb = os.environ.get("TERM") in ("dumb", "unknown")
    for indent, row in _rows(line, columns):
        yield indent + "".join(text if dumb else _paint(text, style) for text, style in row)


def _paint(text: str, style: str) -> str:
    colour = None if os.environ.get("NO_COLOR") else _COLOURS.get(style)
    codes = ";".join(filter(None, (_ATTRIBUTES.get(style), colour)))
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def _columns(stream: TextIO) -> int:
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal():
        return int(asked)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


def _rows(line: Line, columns: int) -> Iterator[tuple[str, Line]]:
    """(indent, what stands after it) for each row of a line."""
    indent = line[0].text if line and not line[0].text.strip() else ""
    for row in wrap(line[1:] if indent else line, max(columns - len(indent), 20)):
        yield indent, row


def wrap(line: Line, columns: int) -> Iterator[Line]:
    """The line as rows of at most `columns`, at least one.

    It is broken after a space or beside a wide character, but no row begins with 。 or ends with “.
    """
    cells = [(c, piece.style) for piece in line for c in piece.text]
    start = end = used = 0  # of the row: its first cell, where it could be broken, its columns
    for at, (c, _) in enumerate(cells):
        if at > start and _may_break(cells[at - 1][0], c):
            end = at
        used += width(c)
        while used > columns and at > start:
            end = end if end > start else at
            yield _row(cells[start:end])
            start, used = end, sum(width(c) for c, _ in cells[end : at + 1])
    yield _row(cells[start:])


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return False
    return before == " " or is_wide(before) or is_wide(after)


def _row(cells: Sequence[tuple[str, str]]) -> Line:
    """The cells as pieces of one style each, without spaces at the end."""
    runs = groupby(cells, key=itemgetter(1))
    row = [Piece("".join(c for c, _ in run), style) for style, run in runs]
    if row:
        row[-1] = row[-1]._replace(text=row[-1].text.rstrip())
    return row
