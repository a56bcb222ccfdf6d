"""Lines that are not the report's own: page numbers, navigation, metadata, buttons and footers.

Only whole lines of strong form count, metadata and footers only at the head or the tail of a page:
a sentence that speaks of 打印 or 来源 is the report's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from indexer.parse.lines import Line, ends_sentence
from indexer.parse.numbers import line_mark


class FurnitureKind(StrEnum):
    """What a line of furniture is."""

    PAGE_NUMBER = "page_number"
    NAVIGATION = "navigation"
    METADATA = "metadata"
    SITE = "site"


MAX_LENGTH = 240
_HEAD_LINES = 80
_TAIL_LINES = 60

_PAGE = re.compile(
    r"[-—–―·.~•|]{1,4}[0-9]{1,3}[-—–―·.~•|]{1,4}|[-—–―]{1,4}[0-9]{1,3}|[0-9]{1,3}[-—–―]{1,4}"
    r"|第[0-9]{1,3}页(?:[,/|]?共[0-9]{1,3}页)?|共[0-9]{1,3}页,?第[0-9]{1,3}页|[0-9]{1,3}/[0-9]{1,3}"
    r"|page[0-9]{1,3}(?:of[0-9]{1,3})?"
)
_TRAIL = re.compile(
    r"(?:您|你)?(?:当前|现在|目前)?(?:的|所在)*(?:位置|栏目)(?:是|为)?:.*|当前位置.{0,60}"
    r"|[^。]{0,20}(?:首页|主页)(?:[>»›/|→-]+[^。]*)+|(?:[^>»›。]{1,30}[>»›]){2,}[^>»›。]{0,60}|[>»›]{1,3}"
)
_CLOCK = re.compile(
    r"(?:今天是|现在是|北京时间):?.{0,60}"
    r"|[^。,]{0,30}[0-9]{4}[年/-][0-9]{1,2}[月/-][0-9]{1,2}日?[^。]{0,12}星期[一二三四五六日天].{0,20}"
)
# buttons: words that pages put on buttons; a line made of nothing else is a row of buttons.
# menus: words of a page's menu, which may be words of a report too.
# labels: what the cells of a metadata table are called.
_WORDS: dict[str, list[str]] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "furniture.json").read_text("utf-8")
)
_BUTTONS = frozenset(_WORDS["buttons"])
_MENUS = frozenset(_WORDS["menus"]) | _BUTTONS
_LABELS = "|".join(_WORDS["labels"])
_BUTTON_GAPS = re.compile(r"[\s/|｜·•、,:;()【】\[\]<>《》「」*-]+")
_SITE = re.compile(
    r"(?:扫一扫|扫码|扫描二维码|用微信扫|微信扫)[^,。]{0,30}|.{0,40}(?:icp备|公网安备|icp证)[^。]{0,60}"
    r"|(?:主办|承办|协办|主管|运维|技术支持|维护)(?:单位|方)?:[^。]{1,120}|版权所有.{0,80}|copyright.{0,100}"
    r"|(?:政府)?网站标识码.{0,80}|(?:上|下)一(?:篇|条|页):.{0,100}|.{0,60}建议(?:您)?使用.{0,60}浏览.{0,30}"
    r"|(?:分享到|分享至|字体|字号|【字体|\[字体|【字号|文字大小|视力保护色):.{0,60}|(?:返回|回到)顶部"
    r"|[^。,\s]{2,60}\.(?:docx?|pdf|wps|ofd|xlsx?|zip|rar|html?)|声明:本.{0,80}|语音播报.{0,20}"
)
_FOOTER = re.compile(
    r"(?:联系|办公|通讯|单位)?(?:地址|电话|邮箱|传真|邮编|邮政编码):.{1,120}|(?:友情|相关|网站)链接.{0,120}"
    r"|(?:相关(?:附件|下载|文章|稿件|阅读|新闻)|附件下载):?.{0,80}"
)
_CLOSERS = re.compile(
    r".{0,12}(?:关闭|打印).{0,12}|扫一扫.{0,40}|分享到.{0,40}|(?:上|下)一(?:篇|条):.*|(?:主办|承办)(?:单位)?:.*"
    r"|(?:友情|相关)链接.{0,20}|版权所有.*|网站标识码.*"
)

_LABEL_HEAD = re.compile(rf"[\s•·●*|\[【(-]*(?:{_LABELS})(?:\s*[\]】)]:?|\s*[::|])")
_CUT_LABEL = re.compile(r"(?:号|称|期|间|源|类|关|构|词|型):.{0,80}")
_LONE_LABEL = re.compile(rf"[•·●*|\[【(-]*(?:{_LABELS})[\]】)]?:?")
_LABEL_ROW = re.compile(rf"[\[【|]\s*(?:{_LABELS})\s*[\]】|]|(?:^|\s|\|)(?:{_LABELS}):")
_VALUE = re.compile(
    r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?|[0-9a-z/_.—-]{6,60}"
)
_BARE_TIME = re.compile(
    r"[\[(]?[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?[\])]?"
    r"|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
_INDEX_CODE = re.compile(r"[0-9a-z]{6,24}[/_-][0-9]{4}[-/_]?[0-9]{3,8}")
_TITLE_LIKE = re.compile(r"报告|总结|关于|情况|汇报")
_CONTENTS_LINE = re.compile(r".{2,60}?[.…·]{3,}[0-9]{0,3}")


def find_furniture(plain: str, lines: Sequence[Line]) -> dict[int, FurnitureKind]:
    """Which lines are furniture, by their place in `lines`; `plain` is the folded source."""
    found: dict[int, FurnitureKind] = {}
    head = _head_length(plain, lines)
    tail = max(head, len(lines) - _TAIL_LINES)
    for i, line in enumerate(lines):
        if line.end - line.start > MAX_LENGTH:
            continue
        raw = plain[line.start : line.end]
        kind = _kind_anywhere(raw, "".join(raw.split()))
        if kind is FurnitureKind.SITE and i >= head and _runs_on(plain, lines, i):
            kind = None
        if kind is None and (i < head or i >= tail):
            kind = _kind_at_edge(raw, "".join(raw.split()), at_head=i < head)
        if kind is None and _is_lone_number(plain, lines, i):
            kind = FurnitureKind.PAGE_NUMBER
        if kind is not None:
            found[i] = kind
    _add_values(plain, lines[:head], found)
    _add_contents(plain, lines[:head], found)
    _add_footer(plain, lines, tail, found)
    return found


def _head_length(plain: str, lines: Sequence[Line]) -> int:
    """How many lines may be a page's head: those before the first heading or long sentence."""
    for i, line in enumerate(lines[:_HEAD_LINES]):
        if line.end - line.start > MAX_LENGTH:
            return i
        mark = line_mark(plain, line.start, line.end)
        if mark and not mark.weak:
            return i
    return min(len(lines), _HEAD_LINES)


def _kind_anywhere(raw: str, squeezed: str) -> FurnitureKind | None:
    """The kind of a line whose form tells it wherever it stands."""
    if squeezed.endswith(("。", ";", "!")):
        return None
    if _PAGE.fullmatch(squeezed):
        return FurnitureKind.PAGE_NUMBER
    if _CLOCK.fullmatch(squeezed) or _SITE.fullmatch(squeezed) or _is_buttons(raw):
        return FurnitureKind.SITE
    if _CONTENTS_LINE.fullmatch(squeezed):
        return FurnitureKind.NAVIGATION
    return FurnitureKind.NAVIGATION if _TRAIL.fullmatch(squeezed) else None


def _kind_at_edge(raw: str, squeezed: str, *, at_head: bool) -> FurnitureKind | None:
    """The kind of a line at the head or tail of a page."""
    if squeezed.endswith("。"):
        return None
    if _LABEL_HEAD.match(squeezed) or len(_LABEL_ROW.findall(raw)) > 1:
        return FurnitureKind.METADATA
    lone = _LONE_LABEL.fullmatch(squeezed) and (at_head or squeezed.endswith(":"))
    if lone or (at_head and _BARE_TIME.fullmatch(squeezed)):
        return FurnitureKind.METADATA
    if _INDEX_CODE.fullmatch(squeezed):
        return FurnitureKind.METADATA
    if at_head:
        if _is_menu(raw):
            return FurnitureKind.SITE
        table = squeezed.startswith("|") and squeezed.endswith("|")
        cut = _CUT_LABEL.fullmatch(squeezed)
        return FurnitureKind.METADATA if table or cut else None
    return FurnitureKind.SITE if _FOOTER.fullmatch(squeezed) else None


def _is_buttons(raw: str) -> bool:
    """Whether the line is nothing but buttons; one character alone may be a torn-off word."""
    words = [word for word in _BUTTON_GAPS.split(raw) if word]
    return len("".join(words)) > 1 and all(word in _BUTTONS for word in words)


def _is_menu(raw: str) -> bool:
    words = [word for word in _BUTTON_GAPS.split(raw) if word]
    return len(words) > 1 and all(word in _MENUS for word in words)


def _runs_on(plain: str, lines: Sequence[Line], i: int) -> bool:
    """Whether line `i` may go on with a sentence that a page's width broke."""
    before = lines[i - 1]
    long = before.end - before.start > 20
    return i > 0 and long and not lines[i].apart and not ends_sentence(plain, before.end)


def _is_lone_number(plain: str, lines: Sequence[Line], i: int) -> bool:
    """Whether line `i` is a bare page number: alone between blank lines, no sentence over it."""
    line = lines[i]
    content = plain[line.start : line.end]
    if not (content.isascii() and content.isdigit() and len(content) <= 3):
        return False
    if i + 1 == len(lines):
        return line.apart
    follower = lines[i + 1]
    return line.apart and follower.apart and plain[follower.start] not in "年月日名次个件人场份余"


def _add_values(plain: str, lines: Sequence[Line], found: dict[int, FurnitureKind]) -> None:
    """Mark the values that stand on a line of their own below their label."""
    for i in range(1, len(lines)):
        before, line = lines[i - 1], lines[i]
        if i in found or found.get(i - 1) is not FurnitureKind.METADATA:
            continue
        label = "".join(plain[before.start : before.end].split())
        value = "".join(plain[line.start : line.end].split())
        if not _LONE_LABEL.fullmatch(label) or _TITLE_LIKE.search(value) or "。" in value:
            continue
        if _VALUE.fullmatch(value) or len(value) <= 24:
            found[i] = FurnitureKind.METADATA


def _add_contents(plain: str, lines: Sequence[Line], found: dict[int, FurnitureKind]) -> None:
    """Mark the heading 目录 of a table of contents; its lines tell themselves by their dots."""
    for i, line in enumerate(lines):
        if "".join(plain[line.start : line.end].split()) in ("目录", "目次"):
            found[i] = FurnitureKind.NAVIGATION


def _add_footer(
    plain: str, lines: Sequence[Line], tail: int, found: dict[int, FurnitureKind]
) -> None:
    """Mark what follows a closing button or an imprint, to the end: links of other sites."""
    first = len(lines)
    while first > tail and "。" not in plain[lines[first - 1].start : lines[first - 1].end]:
        first -= 1
    closed = False
    for i in range(max(first, 1), len(lines)):
        squeezed = "".join(plain[lines[i].start : lines[i].end].split())
        if closed and i not in found and len(squeezed) <= MAX_LENGTH:
            found[i] = FurnitureKind.SITE
        closed = closed or (i in found and _CLOSERS.fullmatch(squeezed) is not None)
