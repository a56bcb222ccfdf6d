"""The text layer of a PDF, one line for each line that is seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.i18n import gettext as _
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_LINE_END = re.compile(r"\r\n|\r|\n")
_HYPHEN = re.compile("[\x02\ufffe]")  # how PDFium marks a hyphen at a line's end
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\U000f0000-\U0010fffd]")
_UNREADABLE_SHARE = 0.3
_STAMP = 10  # characters a page: a scan may bear a page number or a stamp as text


def read_pdf(data: bytes, limits: Limits) -> str:
    """The document's text. Raises Refused for encrypted, damaged, too long or scanned ones."""
    document = _load(data)
    try:
        pages = len(document)
        if pages > limits.pages:
            raise Refused(_("it has more than {n:,} pages").format(n=limits.pages))
        texts = _page_texts(document, limits)
        _check_text("".join(texts), document)
    finally:
        document.close()
    return join_lines(line for text in texts for line in _lines(text))


def _load(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == _ENCRYPTED:
            raise Refused(_("it is encrypted"), _("Save it without a password first.")) from error
        raise Refused(_("it is damaged, or it is not a pdf file")) from error


def _page_texts(document: PdfDocument, limits: Limits) -> list[str]:
    """Each page's text; a page that PDFium cannot load gives none."""
    from pypdfium2 import PdfiumError

    texts: list[str] = []
    left = limits.characters
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage().get_text_range()
        except PdfiumError:
            text = ""
        else:
            page.close()  # takes its text page with it
        left -= len(text)
        if left < 0:
            raise Refused(_("it has more than {n:,} characters").format(n=limits.characters))
        texts.append(text)
    return texts


def _check_text(text: str, document: PdfDocument) -> None:
    seen = len("".join(text.split()))
    if seen < _STAMP * len(document) and (not seen or _has_pictures(document)):
        raise Refused(_("it is a scan without text"), _("Run OCR on it first."))
    if len(_UNREADABLE.findall(text)) > _UNREADABLE_SHARE * seen:
        reason = _("its fonts do not tell which characters they show")
        raise Refused(reason, _("Run OCR on it first."))


def _has_pictures(document: PdfDocument) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    first = document[0]
    try:
        return any(True for _object in first.get_objects([FPDF_PAGEOBJ_IMAGE], max_depth=3))
    finally:
        first.close()


def _lines(text: str) -> list[str]:
    return [clean_line(line) for line in _LINE_END.split(_HYPHEN.sub("-", text))]
