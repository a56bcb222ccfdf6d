"""Numbers inside a line: what stands before each, and which of them begin a list of headings."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from indexer.parse.numbers import Mark, Style, inline_marks


class Boundary(Enum):
    """What stands right before a number inside a line."""

    STOP = auto()  # a sentence has ended
    COLON = auto()
    SEMICOLON = auto()
    SPACE = auto()
    NONE = auto()


class InlineMark(NamedTuple):
    """A number inside a line; `opens` when it is the 1 of a list whose items have bodies."""

    mark: Mark
    boundary: Boundary
    opens: bool


def find_inline(plain: str, start: int, end: int) -> list[InlineMark]:
    """The numbers between `start` and `end` of one line of the folded text."""
    marks = inline_marks(plain, start, end)
    boundaries = [_boundary(plain, start, mark.start) for mark in marks]
    nexts = _next_of_style(marks)
    return [
        InlineMark(
            mark, boundaries[k], mark.value == 1 and _opens(plain, end, marks, boundaries, nexts, k)
        )
        for k, mark in enumerate(marks)
    ]


def _boundary(plain: str, start: int, at: int) -> Boundary:
    before = at
    while before > start and plain[before - 1].isspace():
        before -= 1
    if before == start:
        return Boundary.NONE
    last = plain[before - 1]
    if last in "”)』」" and before - start > 1 and plain[before - 2] in "。!?":
        return Boundary.STOP
    if last in _BOUNDARIES:
        return _BOUNDARIES[last]
    return Boundary.SPACE if before < at and last != "第" else Boundary.NONE


_BOUNDARIES = {
    "。": Boundary.STOP,
    "!": Boundary.STOP,
    "?": Boundary.STOP,
    ":": Boundary.COLON,
    ";": Boundary.SEMICOLON,
}


def _next_of_style(marks: Sequence[Mark]) -> list[int | None]:
    """For each mark the place of the next one of its style."""
    nexts: list[int | None] = [None] * len(marks)
    seen: dict[Style, int] = {}
    for k in range(len(marks) - 1, -1, -1):
        nexts[k] = seen.get(marks[k].style)
        seen[marks[k].style] = k
    return nexts


def _opens(
    plain: str,
    end: int,
    marks: Sequence[Mark],
    boundaries: Sequence[Boundary],
    nexts: Sequence[int | None],
    first: int,
) -> bool:
    """Whether the list from the mark `first` runs over sentence ends and its items have bodies."""
    free = {Boundary.STOP, Boundary.SPACE} if marks[first].style <= Style.PAREN else {Boundary.STOP}
    length, bodies, k = 1, 0, first
    while (n := nexts[k]) is not None and marks[n].value == marks[k].value + 1:
        if boundaries[n] not in free:
            return False
        bodies += _has_body(plain, marks[k].end, marks[n].start)
        length, k = length + 1, n
    bodies += _has_body(plain, marks[k].end, end)
    return length > 1 and bodies * 2 >= length


def _has_body(plain: str, start: int, end: int) -> bool:
    """Whether more follows the first sentence."""
    stop = plain.find("。", start, end)
    return stop >= 0 and not plain[stop + 1 : min(end, stop + 40)].isspace() and stop + 1 < end
