"""What every reader of a laid-out format ends with: lines of clean text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff\u200b\u00ad]")
_SPACES = re.compile(r"[ \t\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_ROW = 400


def clean_line(text: str) -> str:
    """The text on one line, without characters that nobody sees and spaces that say nothing."""
    if not text.isprintable():  # else it holds none of them, and to look is a third of the work
        text = _UNSEEN.sub("", text.replace("\n", " "))
    return text.strip()


def squeeze(text: str) -> str:
    """The text with each run of ASCII white space as one space, as a browser shows it."""
    return _SPACES.sub(" ", text)


def join_lines(lines: Iterable[str]) -> str:
    """The lines as one text; at most one empty line stays between two of them."""
    text = "\n".join(lines)
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table row, given each cell's lines.

    A row of data is one line, its cells parted by tabs. A row that only lays out a page, with
    one filled cell or with whole paragraphs in its cells, gives its paragraphs one by one.
    """
    filled = [[line for line in cell if line.strip()] for cell in cells]
    filled = [cell for cell in filled if cell]
    length = sum(len(line) for cell in filled for line in cell)
    has_paragraphs = any(len(cell) > 1 for cell in filled) and length > _LONGEST_ROW
    if len(filled) < 2 or has_paragraphs:
        return [line for cell in filled for line in cell]
    return ["\t".join(" ".join(cell) for cell in filled)]
