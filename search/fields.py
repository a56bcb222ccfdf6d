"""The fields that a query can name, in English and in Chinese, and how their values are read."""

from __future__ import annotations

import re
from typing import Final

from index.analysis import fold_stream
from index.model import Level, Part
from index.numerals import read_year
from index.querytree import Field, FilterValue, YearRange, Zone

_NAMES: Final[dict[Field | Zone, str]] = {
    Field.YEAR: "year 年份 年度 年",
    Field.TOWNSHIP: "township town 乡镇 镇街 乡镇街道 街道 镇 乡",
    Field.COUNTY: "county 县区 区县 县市区 县 区",
    Field.CITY: "city 地市 地级市 市",
    Field.PROVINCE: "province 省份 省",
    Field.PART: "part 部分",
    Field.TOPIC: "topic 主题",
    Field.LEVEL: "level 层级 级别",
    Zone.TITLE: "title 标题 题目",
    Zone.HEADING: "heading 小标题 节标题 小节标题",
}

FIELD_NAMES: Final[dict[str, Field | Zone]] = {
    name: field for field, names in _NAMES.items() for name in names.split()
}
"""What may stand before a colon, folded, and what it means."""

_PART_NAMES = {
    Part.ACHIEVEMENTS: "举措和成效 举措与成效 举措 成效 成绩 措施",
    Part.PROBLEMS: "不足和原因 不足与原因 不足 原因 问题 存在问题 存在的问题",
    Part.LEADERSHIP: "第一责任人履职 第一责任人 责任人 履职",
    Part.PLANS: "下一年度安排 下一步安排 年度安排 安排 计划 下一步 打算",
    Part.OTHER: "其他 其它",
}
_LEVEL_NAMES = {
    Level.TOWNSHIP: "乡镇 乡镇级 镇 乡 街道",
    Level.COUNTY: "县区 县 区 县级",
    Level.CITY: "地市 市 地级市 市级",
    Level.PROVINCE: "省 省级",
    Level.DEPARTMENT: "部门",
    Level.OTHER: "其他 其它",
}


def _by_name(names: dict[Part, str] | dict[Level, str]) -> dict[str, str]:
    """Every name of the values, the value itself among them, and the value as the index has it."""
    return {name: str(value) for value, line in names.items() for name in [value, *line.split()]}


_CHOICES: Final[dict[Field, dict[str, str]]] = {
    Field.PART: _by_name(_PART_NAMES),
    Field.LEVEL: _by_name(_LEVEL_NAMES),
}
_UNKNOWN: Final = frozenset({"unknown", "未知", "不详", "null"})
_RANGE: Final = r"([^.…~〜至到–—-]*)(?:\.{2,3}|…+|[~〜至到–—-]+)([^.…~〜至到–—-]*)"


def read_value(field: Field, text: str) -> tuple[FilterValue, ...]:
    """The one value that `text` writes; empty when the field has no such value.

    A year may be a range with an open end (2021..2024, 2021-2024, 2022..); a part and a level go
    by their English or Chinese name; "unknown" and 未知 are the value None. Any name of a place
    or topic will do: what the index holds is not asked here.
    """
    value = fold_stream(text)
    if not value:
        return ()
    if value in _UNKNOWN:
        return (None,)
    if field is Field.YEAR:
        return _read_years(value)
    choices = _CHOICES.get(field)
    if choices is None:
        return (value,)
    return (choices[value],) if value in choices else ()


def _read_years(value: str) -> tuple[FilterValue, ...]:
    year = read_year(value)
    if year is not None:
        return (year,)
    ends = re.fullmatch(_RANGE, value)
    return _read_range(ends[1], ends[2]) if ends else ()


def _read_range(first: str, last: str) -> tuple[FilterValue, ...]:
    start, end = read_year(first), read_year(last)
    if (start is None and first) or (end is None and last) or start is end is None:
        return ()
    if start is not None and end is not None and start > end:
        start, end = end, start
    return (YearRange(start, end),)
