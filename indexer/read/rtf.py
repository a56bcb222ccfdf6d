"""The text of an RTF document; many a .doc is one."""

from __future__ import annotations

from index.i18n import gettext as _
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines


def read_rtf(data: bytes, limits: Limits) -> str:
    """The document's text, a line for a paragraph or a table row. Raises Refused."""
    from striprtf.striprtf import rtf_to_text

    if len(data) > limits.text_bytes:
        raise Refused(_("it is longer than {n:,} bytes").format(n=limits.text_bytes))
    text: str = rtf_to_text(  # type: ignore[no-untyped-call]
        data.decode("latin-1"), encoding="gb18030", errors="ignore"
    )
    lines = [clean_line(line.replace("|", "\t")) for line in text.split("\n")]
    if not any(lines):
        raise Refused(_("it holds no text"))
    return join_lines(lines)
