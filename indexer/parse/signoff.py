"""Where a report's sign-off begins: its issuer, its date and what is put below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.parse.furniture import FurnitureKind
from indexer.parse.lines import Line

_MAX_LINES = 12
_MAX_LENGTH = 60

_DATE = (
    r"(?:[12][0-9]{3}\s{0,2}年\s{0,2}[0-9x*]{1,2}\s{0,2}月\s{0,2}[0-9x*]{1,2}\s{0,2}日?"
    r"|[12][0-9]{3}[-./][0-9]{1,2}[-./][0-9]{1,2}|[二一][〇○零o0Ｏ一二三四五六七八九]{3}\s{0,2}年"
    r"\s{0,2}[一二三四五六七八九十]{1,3}\s{0,2}月\s{0,2}[一二三四五六七八九十]{1,3}\s{0,2}日?)"
)
_ISSUER = (
    r"[^。,;:!?、0-9]{2,40}?(?:人民政府|办事处|委员会|工委|党委|政府|办公室|司法所|管委会|平安办|综治办|领导小组|党组|局)"
    r"(?:\(?(?:盖章|章|印章|公章|代章)\)?)?"
)
_ISSUED = re.compile(rf"(?:{_ISSUER})?\(?{_DATE}\)?(?:印发?)?")
_SIGNED = re.compile(rf"(?:{_ISSUER}){{1,2}}")
_BELOW = re.compile(
    r"附件?:.*|附件[0-9]?.{0,30}|抄[送报].*|主送:.*|\(?联系人.*|\(?联系(?:方式|电话).*|\(?此件.*|.{2,40}印发\)?"
    r"|\(?公开(?:方式|属性|形式).*|.{2,30}20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日印发"
)
_CLOSING = re.compile(r"(?:特此|专此|以上|此致|敬礼|妥否|当否).{0,20}[。!.]?")
_TAIL = re.compile(rf"(?<=[。!])\s{{0,40}}(?:{_ISSUER}\s{{0,20}})?{_DATE}$")


def find_signoff(
    plain: str, lines: Sequence[Line], kinds: dict[int, FurnitureKind], after: int
) -> int | None:
    """Where the sign-off begins, behind `after`, or None."""
    content = _last_lines(lines, kinds, after)
    texts = ["".join(plain[line.start : line.end].split()) for line in content]
    first, signed = len(content), False
    for i in range(len(content) - 1, -1, -1):
        named = len(texts[i]) <= _MAX_LENGTH and _is_signature(texts[i])
        if not (named or _is_beside(texts[i], signed=signed)):
            break
        signed = signed or named
        first = i
    if signed and content[first].start > 0:
        return content[first].start
    return _inline_signoff(plain, content)


def _last_lines(lines: Sequence[Line], kinds: dict[int, FurnitureKind], after: int) -> list[Line]:
    """The last lines of the report itself behind `after`, in order."""
    content: list[Line] = []
    for i in range(len(lines) - 1, -1, -1):
        if lines[i].end <= after or len(content) == _MAX_LINES:
            break
        if i not in kinds:
            content.append(lines[i]._replace(start=max(lines[i].start, after)))
    return content[::-1]


def _is_signature(text: str) -> bool:
    return bool(_ISSUED.fullmatch(text) or _SIGNED.fullmatch(text))


def _is_beside(text: str, *, signed: bool) -> bool:
    """Whether the line belongs to a sign-off without being one: 附件, 抄送, 特此报告."""
    if len(text) > 2 * _MAX_LENGTH:
        return False
    return bool((_CLOSING if signed else _BELOW).fullmatch(text) or _BELOW.fullmatch(text))


def _inline_signoff(plain: str, content: Sequence[Line]) -> int | None:
    """A sign-off at the end of the last paragraph's line."""
    if not content:
        return None
    line = content[-1]
    start = max(line.start, line.end - 120)
    found = _TAIL.search(plain[start : line.end])
    return start + found.end() - len(found[0].lstrip()) if found else None
