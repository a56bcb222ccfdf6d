"""Reading one file of any format that is known."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import ReportError
from index.i18n import gettext as _
from index.model import SourceFile
from indexer.read.child import ChildReader
from indexer.read.convert import convert, tidy
from indexer.read.decode import Decoded, check_encoding, decode
from indexer.read.limits import DEFAULT_LIMITS, Limits, Refused
from indexer.read.opening import load
from indexer.read.sniff import Format, sniff


@dataclass(frozen=True, slots=True)
class SourceText:
    """The source of one file, and what it was read from.

    text is what is stored, shown and quoted: of txt and md as it stands without a byte order
    mark, of other formats a line for each paragraph, table row or visual line. encoding is None
    for formats that are not text files.
    """

    text: str
    format: str
    encoding: str | None
    file: SourceFile


class Reader:
    """Reads files of any known format; close it, or use it in a with statement.

    It may be used in worker processes, but only in the one that made it, and by one thread.
    """

    def __init__(self, *, encoding: str | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        if encoding is not None:
            check_encoding(encoding)
        self._encoding = encoding
        self._limits = limits
        self._child = ChildReader(limits)

    def read(self, path: Path) -> SourceText:
        """The file's source. Raises ReportError with the reason when there is none."""
        try:
            data, file = load(path, self._limits)
            format, found = self._text(data, path.suffix.lower())
            self._check(found.text)
        except Refused as refused:
            raise ReportError(path, refused.reason, refused.hint) from refused
        return SourceText(found.text, format, found.encoding or None, file)

    def close(self) -> None:
        """End the reading process, if one was started."""
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _text(self, data: bytes, suffix: str) -> tuple[str, Decoded]:
        """The name of the format, and the text with its encoding."""
        format = sniff(data, suffix)
        if format in (Format.TXT, Format.MD):
            return format.value, self._plain(data)
        if format is Format.HTML:
            return format.value, self._child.read(format, data, self._encoding)
        if format is Format.OLE:
            return ("wps" if suffix == ".wps" else "doc"), self._converted(data, suffix)
        shown = "doc" if format is Format.RTF else format.value
        return shown, self._child.read(format, data)

    def _plain(self, data: bytes) -> Decoded:
        if len(data) > self._limits.text_bytes:
            n = self._limits.text_bytes
            raise Refused(_("it is longer than {n:,} bytes").format(n=n))
        return decode(data, encoding=self._encoding)

    def _converted(self, data: bytes, suffix: str) -> Decoded:
        made = convert(data, suffix, self._limits)
        if made.is_docx:
            return self._child.read(Format.DOCX, made.data)
        return Decoded(tidy(made.data), "")

    def _check(self, text: str) -> None:
        if len(text) > self._limits.characters:
            n = self._limits.characters
            raise Refused(_("it has more than {n:,} characters").format(n=n))
        if not any(_is_seen(character) for character in text):
            raise Refused(_("it holds only white space"))


def _is_seen(character: str) -> bool:
    """Whether it is a letter, digit, mark or symbol, not white space or a control character."""
    return not character.isspace() and unicodedata.category(character)[0] not in "CZ"
