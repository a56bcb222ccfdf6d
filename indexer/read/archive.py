"""A look into a zip before anything unpacks it: bombs are refused while they are still small."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from index.i18n import gettext as _
from indexer.read.limits import MIB, Limits, Refused

DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
_CHUNK = 256 * 1024
_PARAGRAPH = re.compile(rb"<(?:[A-Za-z]\w*:)?p[\s/>]")
_TAIL = 64  # longer than any start tag's name, so that none is lost between two chunks


def open_zip(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, after its table of contents and its XML were found to be within the limits.

    Unpacked sizes are what the table says; zipfile reads no entry beyond its stated size.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_sizes(archive, limits)
        _check_xml(archive, limits)
    except DAMAGED_ZIP as error:
        raise Refused(_("it is damaged: it cannot be unpacked")) from error
    return archive


def _check_sizes(archive: zipfile.ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if len(entries) > limits.zip_entries:
        raise Refused(_("it holds more than {n:,} parts").format(n=limits.zip_entries))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(_("it is encrypted"), _("Save it without a password first."))
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        n = limits.unpacked_bytes // MIB
        raise Refused(_("it would unpack to more than {n} MB").format(n=n))


def _check_xml(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Count tags and paragraphs in all XML parts without building anything."""
    tags = paragraphs = 0
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels")):
            continue
        tail = b""
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                tags += chunk.count(b"<")
                paragraphs += _count_new(tail, chunk)
                if b"<!DOCTYPE" in tail + chunk:  # both formats forbid it: only attacks have it
                    raise Refused(_("it is damaged: its XML has a document type of its own"))
                tail = chunk[-_TAIL:]
                _check_counts(tags, paragraphs, limits)


def _count_new(tail: bytes, chunk: bytes) -> int:
    """Paragraphs in chunk and over its beginning, without those that the tail held whole."""
    return len(_PARAGRAPH.findall(tail + chunk)) - len(_PARAGRAPH.findall(tail))


def _check_counts(tags: int, paragraphs: int, limits: Limits) -> None:
    if paragraphs > limits.paragraphs:
        reason = _("it has more than {n:,} paragraphs").format(n=limits.paragraphs)
        raise Refused(reason, _too_long_hint())
    if tags > limits.xml_tags:
        reason = _("it has more than {n:,} XML elements").format(n=limits.xml_tags)
        raise Refused(reason, _too_long_hint())


def _too_long_hint() -> str:
    return _("A report is far shorter. If it is one, save its text as txt.")
