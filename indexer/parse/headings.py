"""Which numbers begin a heading: those at line starts, those inside a line, and bare titles.

A number at the start of a line is a heading's unless its form is weak; weak forms and numbers
inside a line hold only where they go on with a list or open one that goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.parse.extent import Extents
from indexer.parse.furniture import FurnitureKind
from indexer.parse.inline import Boundary, InlineMark, find_inline
from indexer.parse.levels import Levels, Node
from indexer.parse.lines import Line, announces, ends_sentence, is_full, wrap_width
from indexer.parse.numbers import Mark, Style, line_mark, to_chinese
from indexer.parse.parts import named_parts
from indexer.parse.titles import find_titles

MAX_HEADINGS = 5_000
_WEAK_HEADING = 60
_NEAR = 200


class Scanner:
    """Reads the lines of one folded source and builds its headings in one pass."""

    def __init__(self, plain: str, lines: Sequence[Line], kinds: dict[int, FurnitureKind]) -> None:
        self._plain, self._lines, self._kinds = plain, lines, kinds
        self._width = wrap_width(plain, [line for i, line in enumerate(lines) if i not in kinds])
        self._marks = [
            None if i in kinds else line_mark(plain, line.start, line.end)
            for i, line in enumerate(lines)
        ]
        self._titles, self._titles_lead = find_titles(plain, lines, kinds, self._marks)
        self._following = _following(self._marks)
        self._next_comma = _following(self._marks, Style.COMMA)
        self._next_alike = _next_alike(self._marks)
        self._extents = Extents(plain, lines, kinds, self._marks, self._width)
        self._levels = Levels()
        self._nodes: list[Node] = []
        self._last_line = self._content_line = -1

    def scan(self) -> list[Node]:
        """Every heading in order of the source."""
        for i, line in enumerate(self._lines):
            if i in self._kinds:
                continue
            inline = find_inline(self._plain, line.start, line.end)
            rest = self._read_line_start(i, line, inline)
            for found in inline:
                if found.mark.start >= rest and self._accepts_inline(found, i):
                    self._add(found.mark, i)
            self._content_line = i
            if len(self._nodes) >= MAX_HEADINGS:
                break
        self._finish_last(len(self._plain))
        return self._nodes

    def _read_line_start(self, i: int, line: Line, inline: Sequence[InlineMark]) -> int:
        """Add the heading that the line begins with; where the rest of the line begins."""
        title = self._title_mark(i, line.start) if i in self._titles else None
        if title:
            self._add(title, i)
            return line.end
        mark = self._marks[i]
        if mark is None or not self._accepts(mark, i) or self._is_item_list(mark, inline):
            return line.start
        if mark.value == 0:
            value = (self._levels.last_value(Style.PAREN) or 0) + 1
            mark = mark._replace(value=value, printed=f"({to_chinese(min(value, 99))})")
        self._add(mark, i)
        self._nodes[-1].lead = line.start
        return mark.end

    def _title_mark(self, i: int, start: int) -> Mark | None:
        """The mark of an unnumbered heading where the name of a part on line `i` is one.

        It is when such names are the top level, below a heading of two parts, and where the
        numbers of the top level leave one out: 一、 存在的问题 三、
        """
        if self._titles_lead:
            return Mark(Style.TITLE, 0, "", start, start)
        if not self._nodes:
            return None
        upcoming, last = self._next_comma[i], self._levels.last_value(Style.COMMA)
        if upcoming and last and upcoming.value == last + 2:
            return Mark(Style.COMMA, last + 1, "", start, start)
        return Mark(Style.SUBTITLE, 0, "", start, start) if self._below_two_parts(start) else None

    def _below_two_parts(self, limit: int) -> bool:
        """Whether the top-level heading over this place names two parts, 存在问题及下一步打算."""
        top = self._levels.open[0]
        if top.style > Style.COMMA:
            return False
        end = top.end
        if top is self._nodes[-1]:
            near = min(limit, top.mark_end + _NEAR)
            end = self._extents.measure(top.mark_end, self._last_line, near).end
        return len(named_parts(self._plain[top.mark_end : end])) > 1

    def _accepts(self, mark: Mark, i: int) -> bool:
        """Whether the mark at the start of line `i` is a heading's."""
        if mark.weak:
            closed = self._may_begin(i) if self._width is None else self._is_closed()
            return closed and self._accepts_weak(mark, i)
        fits = mark.value == 1 or self._levels.succeeds(mark.style, mark.value)
        return fits or self._width is None or self._may_begin(i)

    def _accepts_weak(self, mark: Mark, i: int) -> bool:
        """Whether a damaged mark fits: its list goes on, or begins below a heading."""
        line = self._lines[i]
        sentence, stop, _ = self._plain[
            mark.end : min(line.end, mark.end + _WEAK_HEADING)
        ].partition("。")
        if not stop and line.end - mark.end > _WEAK_HEADING:
            return False
        if mark.style is Style.PAREN and ")" in sentence:
            return False  # a remark in brackets, not a bracket that was lost
        last = self._levels.last_value(mark.style)
        if mark.value == 0 or last is not None:
            return last is not None and mark.value in (0, last + 1)
        upcoming = self._next_alike[i]
        opens = upcoming is not None and upcoming.value == mark.value + 1
        return opens or bool(self._nodes)

    def _may_begin(self, i: int) -> bool:
        """Whether a paragraph may begin at line `i`: the line before it has come to an end."""
        if self._is_closed():
            return True
        if self._width is not None:
            return not is_full(self._plain, self._lines[self._content_line], self._width)
        return not self._lines[i].apart

    def _is_closed(self) -> bool:
        """Whether the last line of content ends a sentence or is a heading of its own."""
        j = self._content_line
        if j < 0 or ends_sentence(self._plain, self._lines[j].end):
            return True
        return j == self._last_line and self._nodes[-1].bare

    def _is_item_list(self, mark: Mark, inline: Sequence[InlineMark]) -> bool:
        """Whether the line is one sentence of several items: (1)加强学习;(2)规范执法。"""
        for found in inline:
            alike = found.mark.style is mark.style and found.mark.start >= mark.end
            if alike and found.mark.value == mark.value + 1:
                near = "。" not in self._plain[mark.end : found.mark.start]
                return near and found.boundary is Boundary.SEMICOLON
        return False

    def _accepts_inline(self, found: InlineMark, i: int) -> bool:
        mark, boundary, opens = found
        above_paren = mark.style <= Style.PAREN
        if mark.value != 1:
            free = boundary is Boundary.STOP or (boundary is Boundary.SPACE and above_paren)
            runs_on = boundary is Boundary.STOP and self._levels.runs_on(mark.style, mark.value)
            return runs_on or (free and self._levels.succeeds(mark.style, mark.value))
        upcoming = self._following[i]
        opens = opens or (upcoming is not None and upcoming[:2] == (mark.style, 2))
        if self._in_heading(mark):
            return (
                opens and mark.style >= self._nodes[-1].style and boundary is not Boundary.SEMICOLON
            )
        if mark.style is Style.COMMA and self._levels.last_value(Style.COMMA) is None:
            return boundary in (Boundary.STOP, Boundary.COLON) or (
                boundary is Boundary.SPACE and (opens or not self._nodes)
            )
        return opens and boundary in (Boundary.STOP, Boundary.COLON)

    def _in_heading(self, mark: Mark) -> bool:
        """Whether no sentence has ended since the last heading began: 一、主要举措 (一)…"""
        if not self._nodes:
            return False
        begin = max(self._nodes[-1].mark_end, self._lines[self._last_line].start)
        near = mark.start - begin <= _WEAK_HEADING
        return near and "。" not in self._plain[begin : mark.start]

    def _add(self, mark: Mark, i: int) -> None:
        """Put the heading into the outline."""
        self._finish_last(mark.start)
        bare = self._plain.find("。", mark.end, min(self._lines[i].end, mark.end + _NEAR)) < 0
        depth = self._levels.depth_of(mark, leads_in=self._leads_in(mark.start), bare=bare)
        node = self._levels.put(mark, depth)
        node.bare = bare
        self._nodes.append(node)
        self._last_line = i

    def _finish_last(self, limit: int) -> None:
        """Settle where the last heading ends, now that the next one is known."""
        if self._nodes:
            last = self._nodes[-1]
            last.end, last.bare = self._extents.measure(last.mark_end, self._last_line, limit)

    def _leads_in(self, limit: int) -> bool:
        """Whether the last heading is there for the list that begins at `limit`."""
        if not self._nodes:
            return False
        last = self._nodes[-1]
        body = self._plain[last.end : limit].strip()
        if body:
            return announces(body, 0, len(body))
        return last.bare or bool(named_parts(self._plain[last.mark_end : last.end]))


def _following(marks: Sequence[Mark | None], style: Style | None = None) -> list[Mark | None]:
    """For each line the next strong mark, of this style if given, at the start of a later line."""
    following: list[Mark | None] = []
    upcoming: Mark | None = None
    for mark in reversed(marks):
        following.append(upcoming)
        if mark and not mark.weak and style in (None, mark.style):
            upcoming = mark
    return following[::-1]


def _next_alike(marks: Sequence[Mark | None]) -> list[Mark | None]:
    """For each line with a mark the next mark of its style at the start of a later line."""
    nexts: list[Mark | None] = []
    seen: dict[Style, Mark] = {}
    for mark in reversed(marks):
        nexts.append(seen.get(mark.style) if mark else None)
        if mark:
            seen[mark.style] = mark
    return nexts[::-1]
