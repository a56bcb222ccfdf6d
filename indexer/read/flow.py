"""From an HTML tree to lines, broken where a browser breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from indexer.read.lines import clean_line, row_lines

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNREAD_TAGS = (
    "script style noscript template iframe object embed svg math canvas select button textarea "
    "head audio video map rt rp -comment !doctype"
)
_BLOCK_TAGS = (
    "address article aside blockquote body br caption center dd div dl dt fieldset figure "
    "figcaption footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody "
    "td tfoot th thead tr ul ucap-content"
)
_UNREAD, _BLOCKS = frozenset(_UNREAD_TAGS.split()), frozenset(_BLOCK_TAGS.split())
_WHITE = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef]"  # Chinese characters and punctuation
_SOURCE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n]*(?={_WIDE})")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


class Flow(NamedTuple):
    """The lines of a page before an element and those in it."""

    before: list[str]
    own: list[str]


def flow_lines(root: LexborNode, container: LexborNode | None) -> Flow:
    """The lines of a tree up to the container's end; without one they are all `own`."""
    writer = _Writer()
    before: list[str] = []
    marked = container.mem_id if container is not None else None
    for node, opens in _walk(root, _ancestors(container)):
        is_container = node.mem_id == marked
        if is_container and opens:
            before = writer.take()
        elif is_container:
            break
        writer.write(node, opens)
    return Flow(before, writer.take())


def _ancestors(node: LexborNode | None) -> frozenset[int]:
    """The node's own identity and those of the elements around it."""
    found: list[int] = []
    while node is not None:
        found.append(node.mem_id)
        node = node.parent
    return frozenset(found)


def _walk(root: LexborNode, kept: frozenset[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Each node when it opens and, unless it is text, when it closes; no recursion.

    What a reader does not see is left out, but never one of `kept`.
    """
    node: LexborNode | None = root
    while node is not None:
        seen = node.is_text_node or node.mem_id in kept or not _is_unseen(node)
        if seen:
            yield node, True
        child = node.child if seen and not node.is_text_node else None
        if child is not None:
            node = child
            continue
        if seen and not node.is_text_node:
            yield node, False
        while node is not None and node.mem_id != root.mem_id and node.next is None:
            node = node.parent
            if node is not None:
                yield node, False
        node = None if node is None or node.mem_id == root.mem_id else node.next


def _is_unseen(node: LexborNode) -> bool:
    if node.tag in _UNREAD:
        return True
    style = node.attributes.get("style")
    return style is not None and _HIDDEN.search(style) is not None


class _Writer:
    """Collects lines; those of a table row are held back until the row ends."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rows: list[list[list[str]]] = []  # open rows, each a list of cells
        self._line: list[str] = []
        self._verbatim = 0  # how many <pre> are open

    def write(self, node: LexborNode, opens: bool) -> None:
        """Take in that a node opens or closes."""
        if node.is_text_node:
            self._text(node.text_content or "")
            return
        tag = node.tag
        if tag in _BLOCKS:
            self._end_line()
        if tag == "tr":
            self._row(opens)
        elif tag in ("td", "th") and opens and self._rows:
            self._rows[-1].append([])
        elif tag == "pre":
            self._verbatim += 1 if opens else -1

    def take(self) -> list[str]:
        """The lines until now, held-back ones included; begins anew after them.

        A row that is open then has the report in a cell: it lays out the page.
        """
        self._end_line()
        for row in self._rows:
            self._lines += [line for cell in row for line in cell]
            row.clear()
        taken, self._lines = self._lines, []
        return taken

    def _text(self, text: str) -> None:
        if not self._verbatim:
            if "  " in text or not text.isprintable():  # else no white space has to go
                text = _WHITE.sub(" ", _SOURCE_BREAK.sub("", text))
            self._line.append(text)
            return
        first, *others = text.split("\n")
        self._line.append(first)
        for other in others:
            self._end_line()
            self._line.append(other)

    def _end_line(self) -> None:
        line = clean_line("".join(self._line))
        self._line.clear()
        if line:
            self._put([line])

    def _put(self, lines: list[str]) -> None:
        if not self._rows:
            self._lines += lines
            return
        if not self._rows[-1]:
            self._rows[-1].append([])
        self._rows[-1][-1] += lines

    def _row(self, opens: bool) -> None:
        if opens:
            self._rows.append([])
        elif self._rows:
            self._put(row_lines(self._rows.pop()))
