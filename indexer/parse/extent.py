"""How far a heading reaches, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from indexer.parse.furniture import FurnitureKind
from indexer.parse.lines import LINE_BREAKS, Line, is_full
from indexer.parse.numbers import Mark
from indexer.parse.titles import title_part

MAX_HEADING = 120
"""Characters of a heading; a longer first sentence is text, and its opening names the section."""

_MAX_WRAPPED = 4
_MAX_OPENING = 40
_ITEM = re.compile(
    r"(?<=[:;,。\s”])\s{0,3}(?=一\s?是)"
    r"|:\s{0,3}(?=1[.、](?![0-9])|\(1\)|①|\(一\)|首先|第一[,、:]|其一)"
    r"|(?<![统之唯惟万其第单专任归逐划])(?=一\s?是[^。;]{2,80}[。;,]\s{0,4}二\s?是)"
)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])(?::|\s)(?![\s和及与、,(])")
_MAX_NAME = 48
_BREAK = re.compile(rf"[{LINE_BREAKS}]")
_SPACES = re.compile(r"\s+")
_EDGES = " \t\u3000\xa0。.,，、:：;；*#"


class Extent(NamedTuple):
    """Where a heading ends (behind its stop) and whether it stands bare, without a stop."""

    end: int
    bare: bool


class Extents:
    """Measures headings over the lines of one folded source."""

    def __init__(
        self,
        plain: str,
        lines: Sequence[Line],
        kinds: dict[int, FurnitureKind],
        marks: Sequence[Mark | None],
        width: int | None,
    ) -> None:
        self._plain, self._lines, self._kinds = plain, lines, kinds
        self._marks, self._width = marks, width

    def measure(self, start: int, i: int, limit: int) -> Extent:
        """The extent of the heading whose number ends at `start` on line `i`.

        It ends at its first 。, at its first item (一是), at the next heading (`limit`) or with its
        line; a line broken by the page's width goes on, and a lone number takes the next line.
        """
        if not self._plain[start : min(self._lines[i].end, limit)].strip() and self._continues(
            i, limit
        ):
            i += 1
            start = self._lines[i].start
        end, last = min(self._lines[i].end, limit), i
        stop = self._plain.find("。", start, end)
        while stop < 0 and last - i < _MAX_WRAPPED and self._is_broken(last, limit):
            last += 1
            end = min(self._lines[last].end, limit)
            stop = self._plain.find("。", start, end)
        if stop >= 0:
            end = stop + 1
        name = self._part_name(start, end)
        if name is not None:
            return Extent(name, False)
        item = _ITEM.search(self._plain, min(start + 2, end), min(end + 90, limit))
        if item and item.end() < end:
            return Extent(item.end(), False)
        while end > start and self._plain[end - 1].isspace():
            end -= 1
        while stop >= 0 and end < limit and self._plain[end] == "*":
            end += 1  # Markdown's bold ends behind the stop
        return Extent(end, stop < 0)

    def _part_name(self, start: int, end: int) -> int | None:
        """Where the name of a part ends that a sentence follows: 二、存在问题 执法力量不足。"""
        head = self._plain[start : min(end, start + _MAX_NAME)]
        gaps = [found.start() for found in _GAP.finditer(head) if start + found.end() < end]
        ends = (gap for gap in reversed(gaps) if title_part(head[:gap]))
        gap = next(ends, None)
        return None if gap is None else start + gap + (head[gap] == ":")

    def _is_broken(self, i: int, limit: int) -> bool:
        """Whether the page's width broke line `i`."""
        full = self._width is not None and is_full(self._plain, self._lines[i], self._width)
        return full and self._continues(i, limit)

    def _continues(self, i: int, limit: int) -> bool:
        """Whether the next line may belong to what line `i` began."""
        n = i + 1
        return (
            n < len(self._lines)
            and n not in self._kinds
            and self._marks[n] is None
            and self._lines[n].start < limit
        )


def heading_text(source: str, start: int, end: int) -> str:
    """The heading on one line, without stops and marks at its ends."""
    joined = "".join(line.strip() for line in _BREAK.split(source[start:end]))
    return _SPACES.sub(" ", joined).strip(_EDGES)


def opening_text(source: str, start: int, end: int) -> str:
    """The first words of a sentence too long for a heading."""
    text = heading_text(source, start, min(end, start + MAX_HEADING))
    cuts = [at for at in (text.find(c, 6) for c in ";；:：，,") if at > 0]
    return text[: min([*cuts, _MAX_OPENING])]
