"""Which format a file is in, by its first bytes; its name only breaks ties."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from index.i18n import gettext as _
from indexer.read.limits import Refused


class Format(StrEnum):
    """What the bytes are; all but the last two are also the format that a reader reports."""

    TXT = "txt"
    MD = "md"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    OFD = "ofd"
    OLE = "ole"  # Word 97-2003 or WPS: needs a converter
    RTF = "rtf"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_BLANK = b"\xef\xbb\xbf \t\r\n\x0c"
_HTML = re.compile(
    rb"(?:<\?xml[^>]*+>|(?><!--.*?-->)|\s)*+<(?:!doctype\s+html|html|head|body|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_SUFFIXES = (".html", ".htm")
_BINARY_SUFFIXES = (".docx", ".pdf", ".ofd", ".doc", ".wps")


def sniff(data: bytes, suffix: str) -> Format:
    """The format of the bytes. Raises Refused for kinds that are known and hold no report."""
    if data.startswith(_ZIP):
        return _zip_format(data)
    if data.startswith(_OLE):
        return _ole_format(data)
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(b"{\\rtf"):
        return Format.RTF
    _refuse_foreign(data)
    head = data[:4096].lstrip(_BLANK)
    if suffix in _HTML_SUFFIXES or _HTML.match(head):
        return Format.HTML
    if suffix in _BINARY_SUFFIXES and b"\0" in data[:4096]:
        kind = suffix.removeprefix(".")
        raise Refused(_("it is damaged, or it is not a {kind} file").format(kind=kind))
    return Format.MD if suffix == ".md" else Format.TXT


def _refuse_foreign(data: bytes) -> None:
    if data.startswith(_PICTURES):
        raise Refused(_("it is a picture, not a text"), _("Run OCR on it first."))
    if data.startswith(_ARCHIVES):
        raise Refused(_("it is an archive"), _("Unpack it first."))


def _zip_format(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Refused(_("it is damaged: it cannot be unpacked")) from error
    if "OFD.xml" in names:
        return Format.OFD
    if "word/document.xml" in names or any(name.startswith("word/") for name in names):
        return Format.DOCX
    if "[Content_Types].xml" in names and not any(n.startswith(("xl/", "ppt/")) for n in names):
        return Format.DOCX
    if "[Content_Types].xml" in names or "mimetype" in names:
        reason = _("it is a table, slides or another kind of office file, not a Word document")
        raise Refused(reason, _("Save it as docx or pdf first."))
    raise Refused(_("it is an archive"), _("Unpack it first."))


def _ole_format(data: bytes) -> Format:
    """OLE files name their streams in UTF-16; an encrypted docx is one of them, too."""
    if _utf16("EncryptedPackage") in data:
        raise Refused(_("it is encrypted"), _("Save it without a password first."))
    if _utf16("WordDocument") in data:
        return Format.OLE
    if _utf16("Workbook") in data or _utf16("PowerPoint Document") in data:
        raise Refused(_("it is a table or slides, not a Word document"))
    return Format.OLE


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")
