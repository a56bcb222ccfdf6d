"""The outline while it is read: which headings are open, and where the next one belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.parse.numbers import Mark, Style

MAX_DEPTH = 6


@dataclass(slots=True)
class Node:
    """A heading in its place. number is the printed path, key the place by ordinals.

    `lead` is where bullets or Markdown marks before it begin,
    `start` where the number does, `end` the end of heading and stop. `bare` tells that it
    stands alone on its line without a stop, as headings that lead in a list do.
    """

    style: Style
    value: int
    lead: int
    start: int
    mark_end: int
    end: int
    bare: bool
    number: tuple[str, ...]
    key: str
    depth: int
    parent: Node | None
    children: int = 0


class Levels:
    """The open headings from the top level down; every list is known by its last heading."""

    def __init__(self) -> None:
        self.open: list[Node] = []
        self._top_count = 0
        self._nested_at: dict[Style, int] = {}
        self._latest: dict[Style, int] = {}

    def last_value(self, style: Style) -> int | None:
        """The value of the innermost open heading of this style."""
        return next((node.value for node in reversed(self.open) if node.style is style), None)

    def succeeds(self, style: Style, value: int) -> bool:
        """Whether an open list goes on with this number."""
        return any(node.style is style and node.value + 1 == value for node in self.open)

    def runs_on(self, style: Style, value: int) -> bool:
        """Whether the number goes on where the last list of its style ended: 1 2 | 3 4."""
        return self._latest.get(style, 0) + 1 == value > 1

    def depth_of(self, mark: Mark, *, leads_in: bool, bare: bool) -> int:
        """The depth at which the heading belongs.

        leads_in: the heading before stands bare and without text, or its text announces a list.
        """
        if mark.style in (Style.TITLE, Style.SUBTITLE):
            return self._depth_by_rank(mark.style)
        same = [depth for depth, node in enumerate(self.open) if node.style is mark.style]
        if mark.value == 1 and self.open and self._nests(mark, leads_in=leads_in):
            return self._nest(mark.style)
        going_on = [depth for depth in same if self.open[depth].value + 1 == mark.value]
        if len(going_on) > 1:
            alike = [depth for depth in going_on if self.open[depth].bare == bare]
            return (alike or going_on)[-1]
        if going_on:
            return going_on[0]
        if same:
            before = [depth for depth in same if self.open[depth].value < mark.value]
            return (before or same)[-1]
        return self._depth_by_rank(mark.style)

    def _nests(self, mark: Mark, *, leads_in: bool) -> bool:
        """Whether a list that starts here lies inside of the last heading."""
        if self._nested_at.get(mark.style) == len(self.open):
            return True
        higher = mark.style < self.open[-1].style and self.last_value(mark.style) is not None
        return leads_in and not higher  # a higher list that is open starts anew

    def _nest(self, style: Style) -> int:
        depth = min(len(self.open), MAX_DEPTH - 1)
        if style <= self.open[-1].style:
            self._nested_at[style] = depth
        return depth

    def _depth_by_rank(self, style: Style) -> int:
        depth = len(self.open)
        while depth and self.open[depth - 1].style >= style:
            depth -= 1
        return min(depth, MAX_DEPTH - 1)

    def put(self, mark: Mark, depth: int) -> Node:
        """The new heading at `depth`; what was open there and below is closed."""
        del self.open[depth:]
        self._latest[mark.style] = mark.value
        parent = self.open[-1] if self.open else None
        if parent is None:
            self._top_count += 1
            key = str(self._top_count)
        else:
            parent.children += 1
            key = f"{parent.key}.{parent.children}"
        above = _path(self.open)
        path = (*above, mark.printed) if mark.printed else ()
        node = Node(
            style=mark.style,
            value=mark.value,
            lead=mark.start,
            start=mark.start,
            mark_end=mark.end,
            end=mark.end,
            bare=False,
            number=path,
            key=key,
            depth=depth,
            parent=parent,
        )
        self.open.append(node)
        return node


def _path(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The printed numbers of open headings from the top down, those without a number left out."""
    return tuple(node.number[-1] for node in nodes if node.number)
