"""The text of an OFD document, the national layout format of official papers.

Source: GB/T 33190-2016: OFD.xml names a document, the document its pages, a page its text
objects with their places (millimetres, downwards).
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from index.i18n import gettext as _
from indexer.read.archive import DAMAGED_ZIP, open_zip
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SAME_LINE = 0.5  # of the character size: how far baselines of one line may lie apart
_GAP = 1.0  # of the character size: a wider one parts columns
_PLAIN_SIZE = 5.0
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_DELTAS = 100_000


class _Piece(NamedTuple):
    """A run of characters on a page: where it begins and ends, and how large it is."""

    y: float
    x: float
    end: float
    size: float
    text: str


def read_ofd(data: bytes, limits: Limits) -> str:
    """The document's text, one line for each line that is seen. Raises Refused."""
    try:
        with open_zip(data, limits) as archive:
            pages = list(_pages(archive))
            if len(pages) > limits.pages:
                raise Refused(_("it has more than {n:,} pages").format(n=limits.pages))
            lines = [line for page in pages for line in _page_lines(_parse(archive, page))]
    except (*DAMAGED_ZIP, KeyError, SyntaxError) as error:
        raise Refused(_("it is damaged, or it is not an ofd file")) from error
    if not any(lines):
        raise Refused(_("it is a scan without text"), _("Run OCR on it first."))
    return join_lines(lines)


def _parse(archive: zipfile.ZipFile, name: str) -> Element:
    """The root of a part. Raises KeyError when it is missing, SyntaxError when it is damaged."""
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(archive.read(name), forbid_dtd=True)
    return root


def _pages(archive: zipfile.ZipFile) -> Iterator[str]:
    """The names of the page parts of all documents in the file, in order."""
    for root in _named(_parse(archive, "OFD.xml"), "DocRoot"):
        document = _resolve("", root.text or "")
        for page in _named(_parse(archive, document), "Page"):
            if location := page.get("BaseLoc"):
                yield _resolve(posixpath.dirname(document), location)


def _resolve(folder: str, location: str) -> str:
    """The name of a part from a location in another: absolute with /, else relative."""
    location = location.strip()
    joined = location if location.startswith("/") else posixpath.join(folder, location)
    return posixpath.normpath(joined).lstrip("/")


def _named(root: Element, name: str) -> Iterator[Element]:
    """Elements of this local name: writers disagree about namespaces."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _page_lines(page: Element) -> Iterator[str]:
    """The page's lines, from top to bottom and from left to right."""
    pieces = sorted(piece for text in _named(page, "TextObject") for piece in _pieces(text))
    line: list[_Piece] = []
    for piece in pieces:
        if line and piece.y - line[0].y > _SAME_LINE * max(piece.size, line[0].size):
            yield _join(line)
            line = []
        line.append(piece)
    if line:
        yield _join(line)


def _join(line: list[_Piece]) -> str:
    text, end = "", None
    for piece in sorted(line, key=lambda piece: piece.x):
        if end is not None and piece.x - end > _GAP * piece.size:
            text += " "
        text += piece.text
        end = piece.end
    return clean_line(text)


def _pieces(text_object: Element) -> Iterator[_Piece]:
    left, top = (*_floats(text_object.get("Boundary")), 0.0, 0.0)[:2]
    a, b, c, d, e, f = matrix if len(matrix := _floats(text_object.get("CTM"))) == 6 else _IDENTITY
    size = (_floats(text_object.get("Size")) or [_PLAIN_SIZE])[0] or _PLAIN_SIZE
    x = y = 0.0  # a code without a place of its own goes on from the one before
    for code in _named(text_object, "TextCode"):
        x, y = _float(code.get("X"), x), _float(code.get("Y"), y)
        written = code.text or ""
        if written.strip():
            width = sum(_deltas(code.get("DeltaX"), len(written) - 1)) + size
            start = left + a * x + c * y + e
            yield _Piece(top + b * x + d * y + f, start, start + a * width, abs(d) * size, written)


def _deltas(written: str | None, most: int) -> Iterator[float]:
    """The steps between characters; `g 3 5.2` stands for three steps of 5.2."""
    values = iter((written or "").split()[:_MOST_DELTAS])
    left = most
    for value in values:
        times, step = 1, value
        if value == "g":
            times, step = int(_float(next(values, None), 0)), next(values, "0")
        times = max(0, min(times, left))
        left -= times
        yield times * _float(step, 0.0)


def _floats(written: str | None) -> list[float]:
    return [_float(value, 0.0) for value in (written or "").split()[:16]]


def _float(written: str | None, otherwise: float) -> float:
    """The number written, if it is one that a page can have."""
    try:
        value = float(written) if written is not None else otherwise
    except ValueError:
        return otherwise
    return value if abs(value) < 1e6 else otherwise  # also turns away nan and inf
