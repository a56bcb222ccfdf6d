"""From bytes to text: which encoding a Chinese text file is in.

A byte order mark decides; then strict UTF-8; then UTF-8 with a few damaged bytes (a file that was
cut within a character); then GB18030 likewise; then UTF-16 without a mark; then a guess among
the other encodings of Chinese. Every step is linear, and each result must look like text.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from index.errors import BadFilter
from index.i18n import gettext as _
from indexer.read.limits import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDER = {  # names that files and people use for the subset, and the codecs that hold it all
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "big5": ("big5", "cp950", "big5hkscs"),
}
_GUESSED = ["big5", "cp950", "big5hkscs", "hz", "utf_16", "utf_32"]
_GUESS_BYTES = 100_000
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f\ufffe\uffff]")  # \x1a ends DOS files
_PLAUSIBLE = re.compile(
    "[\\s\x21-\x7e\u2010-\u203b\u2460-\u249b\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_DAMAGED_SHARE = 0.01
_ENOUGH_TO_JUDGE = 10
_CONTROL_SHARE = 0.01
_PLAUSIBLE_SHARE = 0.85


class Decoded(NamedTuple):
    """A text without its byte order mark, and the name of its encoding."""

    text: str
    encoding: str


def decode(data: bytes, *, encoding: str | None = None, declared: str | None = None) -> Decoded:
    """The text that the bytes hold.

    encoding is what a person says and is kept to; declared is what the file says of itself (an
    HTML page's charset) and is tried first. Only a byte order mark is stronger than both.
    Raises Refused when the bytes are not text, or not in the encoding asked for.
    """
    name, body = _mark(data)
    found = _decoded(body, name) if name is not None else None
    if found is None and encoding is not None:
        found = _forced(body, encoding)
    if found is None and declared is not None:
        found = _decoded(body, declared)
    if found is None:
        found = _sniffed(body)
    if found is None or not _looks_like_text(found.text):
        hint = _("If it is text, say in which encoding: --encoding big5")
        raise Refused(_("it is not text, or it is damaged"), hint)
    return Decoded(_SURROGATES.sub("\ufffd", found.text), found.encoding)


def check_encoding(encoding: str) -> None:
    """Raise BadFilter unless Python knows the name as an encoding of text."""
    try:
        "a".encode(encoding)
    except (LookupError, ValueError) as error:
        known = ("utf-8", "gb18030", "big5", "utf-16")
        raise BadFilter("--encoding", encoding, known) from error


def _mark(data: bytes) -> tuple[str | None, bytes]:
    """The encoding that a byte order mark tells, and what follows the mark."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, data[len(mark) :]
    return None, data


def _forced(data: bytes, encoding: str) -> Decoded:
    found = _decoded(data, encoding)
    if found is None:
        reason = _("it is not in the encoding asked for ({name})").format(name=encoding)
        raise Refused(reason, _("Leave --encoding out to have the encoding found."))
    return found


def _sniffed(data: bytes) -> Decoded | None:
    for name in ("utf-8", "gb18030"):
        found = _decoded(data, name)
        if found is not None and _looks_like_text(found.text):
            return found
    for name in ("utf-16-le", "utf-16-be"):
        found = _decoded(data, name)
        if found is not None and _mostly_chinese(found.text):
            return found
    return _guessed(data)


def _decoded(data: bytes, name: str) -> Decoded | None:
    """Decoded by a codec that holds what goes by this name, strictly or with little damage.

    A little is one character in a hundred beyond ASCII, or one. UTF-8 is asked before GB18030:
    text in GB18030 never passes for it, while a short damaged UTF-8 text may well be valid
    GB18030 and come out as other characters.
    """
    codecs_of_name = _WIDER.get(name.lower(), (name,))
    for codec in codecs_of_name:
        try:
            return Decoded(data.decode(codec), _plain_name(codec))
        except (LookupError, ValueError):
            continue
    return _with_damage(data, codecs_of_name[0])


def _with_damage(data: bytes, codec: str) -> Decoded | None:
    try:
        text = data.decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    damaged = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    few = damaged <= max(1, _DAMAGED_SHARE * beyond_ascii) and beyond_ascii >= _ENOUGH_TO_JUDGE
    return Decoded(text, _plain_name(codec)) if few else None


def _plain_name(codec: str) -> str:
    return codecs.lookup(codec).name


def _guessed(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:_GUESS_BYTES], cp_isolation=_GUESSED).best()
    return _decoded(data, guess.encoding) if guess is not None else None


def _looks_like_text(text: str) -> bool:
    return len(_CONTROLS.findall(text)) <= _CONTROL_SHARE * len(text)


def _mostly_chinese(text: str) -> bool:
    plausible = sum(len(run) for run in _PLAUSIBLE.findall(text))
    return plausible >= _PLAUSIBLE_SHARE * len(text)
