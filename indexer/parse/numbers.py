"""Heading marks: 一、 (一) 1、 (1) ① 第一章, as they are printed and as they are damaged."""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

from index.numerals import read_small_number

MAX_INLINE = 5_000
"""Numbers looked at inside one line; the rest of so long a line is text."""

_CN = "[一二三四五六七八九十]{1,3}"
_LEAD = re.compile(r"[\s#*•·●○◆■□★☆▪➤>\u200b\ufeff-]{0,12}")
# A year may follow the number at once: 1.2024年…; other digits make it a decimal or a date.
_NOT_DECIMAL = r"(?!\s?[0-9])(?!\s?[、.,])|(?=(?:19|20)[0-9][0-9]年)"

_STRONG = re.compile(
    rf"""
    第\s?(?P<chapter>{_CN})\s?(?P<unit>部分|章|篇|编|节)(?![\u4e00-\u9fff]{{0,2}}第)[、.,:]?
  | [(〔【\[]\s{{0,2}}(?P<paren>{_CN})\s{{0,2}}[)〕】\]〉》][、.,]?
  | (?P<half_paren>{_CN})\s?\)[、.,]?
  | (?P<comma>{_CN})\s{{0,2}}[、.](?!\s?{_CN}[、.])
  | \(\s{{0,2}}(?P<digit_paren>[0-9]{{1,2}})\s{{0,2}}\)[、.,]?
  | (?P<digit_half_paren>[0-9]{{1,2}})\)[、.,]?
  | (?P<digit>[0-9]{{1,2}})\s{{0,2}}[、.](?:{_NOT_DECIMAL})
  | (?P<sign>[①-⑳⑴-⒇⒈-⒛㈠-㈩])[、.]?
    """,
    re.VERBOSE,
)
# What follows a number that counts or dates something: 3月, 12人, 4个, 2名, 24小时, 100%.
_UNITS = (
    "年月日号时分秒点个名件起条次项人户村组家辆台套份本期批处所支座栋间张块面只头亩元万亿千百十余多"
    "级类种届场轮周天季楼室站镇乡县市区省岁公里米吨斤倍成部位者代至到和与及大小把线方类型局院办例宗"
    "〇○幅篇册遍趟艘架株棵瓶袋箱桶车副双对段层排列行笔则道首句幢片盏根把步%％℃"
)
_WEAK = re.compile(
    rf"""
    \(\s?(?P<paren>{_CN})\s?[、.,]?(?=[^\s)0-9])
  | (?P<comma>{_CN})(?:\s{{0,2}},|\s{{1,4}}(?=[\u4e00-\u9fff]{{2}}))
  | (?P<digit>[0-9]{{1,2}})(?:\s?[,:](?!\s?[0-9])|\s{{0,3}}(?=[\u4e00-\u9fff“"《])(?![{_UNITS}]))
  | (?P<lost>\()(?=[\u4e00-\u9fff“"])
    """,
    re.VERBOSE,
)
# The first line only saves time: few characters of a text can begin a number.
_INLINE = re.compile(
    rf"""
    (?=[(0-9一二三四五六七八九十①-⑳⑴-⒇⒈-⒛㈠-㈩])
  (?:
    [(]\s?(?P<paren>{_CN})\s?[)][、.,]?
  | (?<![一二三四五六七八九十、])(?P<comma>{_CN})\s?[、](?!\s?{_CN}、)
  | [(]\s?(?P<digit_paren>[0-9]{{1,2}})\s?[)][、.,]?
  | (?<![0-9a-z.·/-])(?P<digit>[0-9]{{1,2}})\s?[、.](?:{_NOT_DECIMAL})
  | (?P<sign>[①-⑳⑴-⒇⒈-⒛㈠-㈩])[、.]?
  )
    """,
    re.VERBOSE,
)


class Style(IntEnum):
    """How a number is written; the order is the usual order from the top level down."""

    TITLE = 0  # no number: 存在的不足 on a line of its own
    CHAPTER = 1  # 第一章 第一部分
    CLAUSE = 2  # 第一节
    COMMA = 3  # 一、
    SUBTITLE = 4  # no number, below a heading that names two parts
    PAREN = 5  # (一)
    DIGIT = 6  # 1、
    DIGIT_PAREN = 7  # (1)
    CIRCLE = 8  # ①


class Mark(NamedTuple):
    """A number at the start of a heading. value 0: its bracket is there, the number is lost.

    printed is the number with half-width brackets and no stop; `weak` marks hold only where they
    fit what stands before them.
    """

    style: Style
    value: int
    printed: str
    start: int
    end: int
    weak: bool = False


def line_mark(plain: str, start: int, end: int) -> Mark | None:
    """The number that the line from `start` to `end` of the folded text begins with."""
    at = _skip_lead(plain, start, end)
    found = _STRONG.match(plain, at, end)
    if found:
        return _to_mark(found, weak=found.lastgroup in ("digit_half_paren",))
    found = _WEAK.match(plain, at, end)
    return _to_mark(found, weak=True) if found else None


def inline_marks(plain: str, start: int, end: int) -> list[Mark]:
    """Everything inside a line that is written like a number of a heading."""
    found = islice(_INLINE.finditer(plain, start, end), MAX_INLINE)
    marks = (_to_mark(match, weak=True) for match in found)
    return [mark for mark in marks if mark]


def _skip_lead(plain: str, start: int, end: int) -> int:
    """Where the line begins behind Markdown marks, bullets and invisible characters."""
    found = _LEAD.match(plain, start, end)
    return found.end() if found else start


def _to_mark(found: re.Match[str], *, weak: bool) -> Mark | None:
    name = found.lastgroup or ""
    start, end = found.span()
    if name == "lost":
        return Mark(Style.PAREN, 0, "", start, end, weak=True)
    digits = found[name]
    if name == "sign":
        return _sign_mark(digits, (start, end), weak=weak)
    if name == "unit":
        style = Style.CLAUSE if digits == "节" else Style.CHAPTER
        printed = f"第{found['chapter']}{digits}"
        digits = found["chapter"]
    else:
        style, form = _FORMS[name]
        printed = form.format(digits)
    value = read_small_number(digits)
    return Mark(style, value, printed, start, end, weak=weak) if value else None


_FORMS = {
    "paren": (Style.PAREN, "({})"),
    "half_paren": (Style.PAREN, "({})"),
    "comma": (Style.COMMA, "{}"),
    "digit_paren": (Style.DIGIT_PAREN, "({})"),
    "digit_half_paren": (Style.DIGIT_PAREN, "({})"),
    "digit": (Style.DIGIT, "{}"),
}
_SIGNS = (
    ("①", 20, Style.CIRCLE, "{}"),
    ("⑴", 20, Style.DIGIT_PAREN, "({})"),
    ("⒈", 20, Style.DIGIT, "{}"),
    ("㈠", 10, Style.PAREN, "({})"),
)


def _sign_mark(sign: str, span: tuple[int, int], *, weak: bool) -> Mark | None:
    for first, count, style, form in _SIGNS:
        value = ord(sign) - ord(first) + 1
        if 1 <= value <= count:
            number = to_chinese(value) if style is Style.PAREN else str(value)
            printed = sign if style is Style.CIRCLE else form.format(number)
            return Mark(style, value, printed, *span, weak=weak)
    return None


def to_chinese(value: int) -> str:
    """The number from 1 to 99 in Chinese numerals: 21 is 二十一."""
    tens, ones = divmod(value, 10)
    digits = " 一二三四五六七八九"
    head = "" if not tens else "十" if tens == 1 else digits[tens] + "十"
    return head + digits[ones].strip()
