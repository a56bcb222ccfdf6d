"""The text of a Word document (docx), in the order in which it is read.

Paragraphs and tables as they follow each other, text boxes after the paragraph that holds them,
numbers that Word counts itself, insertions but not deletions, no hidden text, headers or notes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.i18n import gettext as _
from indexer.read.archive import open_zip
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines, row_lines

if TYPE_CHECKING:
    from docx.document import Document

    from indexer.read.numbering import Numbering

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARAGRAPH, _TABLE, _ROW, _CELL = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
_TEXT, _BOX, _RUN = f"{_W}t", f"{_W}txbxContent", f"{_W}r"
_UNREAD = frozenset(
    {
        *(f"{_W}{name}" for name in ("del", "moveFrom", "rt", "pPr", "rPr", "sectPr", "tblPr")),
        _FALLBACK,  # what old programs show in place of mc:Choice: the same text again
    }
)
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = ("0", "false", "off")


def read_docx(data: bytes, limits: Limits) -> str:
    """The document's text, a line for a paragraph or a row. Raises Refused."""
    open_zip(data, limits).close()
    document = _load(data)
    from indexer.read.numbering import load_numbering

    lines = list(_blocks(document.element.body, load_numbering(document)))
    if not any(lines):
        pictures = any("image" in rel.reltype for rel in document.part.rels.values())
        if pictures:
            raise Refused(_("it holds pictures without text"), _("Run OCR on it first."))
        raise Refused(_("it holds no text"))
    return join_lines(lines)


def _load(data: bytes) -> Document:
    import docx

    try:
        return docx.Document(io.BytesIO(data))
    except ValueError as error:  # python-docx's word for templates and documents with macros
        raise Refused(_("it is not a plain Word document"), _("Save it as docx.")) from error


def _blocks(container: Any, numbering: Numbering) -> Iterator[str]:
    """Lines of what a body, a cell or a text box holds. Word nests them less than 100 deep."""
    pending = ""  # text of a paragraph whose end was deleted: the next one goes on with it
    for block in container:
        if block.tag == _PARAGRAPH:
            text, pending = pending + "".join(_pieces(block)), ""
            if _end_is_deleted(block):
                pending = text
            else:
                yield from _lines(text, numbering.label(block.find(f"{_W}pPr")))
            for box in _boxes(block):
                yield from _blocks(box, numbering)
        elif block.tag == _TABLE:
            yield from _table(block, numbering)
        elif block.tag not in _UNREAD:  # w:sdt, w:ins, w:customXml: wrappers around blocks
            yield from _blocks(block, numbering)
    if pending:
        yield from _lines(pending, "")


def _table(table: Any, numbering: Numbering) -> Iterator[str]:
    for row in _inside(table, _ROW):
        if row.find(f"{_W}trPr/{_W}del") is None:
            cells = [list(_blocks(cell, numbering)) for cell in _inside(row, _CELL)]
            yield from row_lines(cells)


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """Children of this tag, also those within wrappers (w:sdt, w:customXml, w:ins)."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNREAD and child.tag not in (_PARAGRAPH, _TABLE):
            yield from _inside(child, tag)


def _lines(text: str, label: str) -> list[str]:
    """A paragraph's lines, at least one: line breaks within it count."""
    lines = [clean_line(line) for line in text.split("\n")]
    if label and any(lines):
        first = next(place for place, line in enumerate(lines) if line)
        lines[first] = clean_line(label + lines[first])
    return lines


def _pieces(element: Any) -> Iterator[str]:
    """The text in an element, without its text boxes."""
    for child in element:
        tag = child.tag
        if tag == _TEXT:
            yield child.text or ""
        elif tag in _MARKS:
            yield _MARKS[tag]
        elif tag in _UNREAD or tag == _BOX or (tag == _RUN and _is_hidden(child)):
            continue
        else:
            yield from _pieces(child)


def _boxes(element: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, those inside others left to their own blocks."""
    for child in element:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _UNREAD:
            yield from _boxes(child)


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in _OFF


def _end_is_deleted(paragraph: Any) -> bool:
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None
