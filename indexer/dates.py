"""Days as reports write them: 2026年3月3日, 二〇二六年三月三日, 2026-03-03, 2026/3/3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.numerals import DIGITS, read_small_number, sane_year

_YEAR = r"(?<![0-9])((?:20|二[〇○零o0])[0-9〇○零o一二三四五六七八九]{2})"
_NUMBER = r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_GAP = r"[ \t\u3000]?"  # 2025 年 3 月 26 日
_DAY = re.compile(
    rf"{_YEAR}{_GAP}年{_GAP}{_NUMBER}{_GAP}月{_GAP}{_NUMBER}{_GAP}日"
    rf"|(?<![0-9])(20[0-9]{{2}})([-/.])([0-9]{{1,2}})\5([0-9]{{1,2}})"
    r"(?![0-9](?![0-9]?:[0-9]))"  # but 2024-03-0109:18 is a day and an hour
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a text, start..end of its words."""

    start: int
    end: int
    day: date


def find_day(text: str, start: int = 0) -> Day | None:
    """The first day in the folded text, or None."""
    for found in _DAY.finditer(text, start):
        numbers = found.groups()
        year, month, day = numbers[:3] if numbers[0] else (numbers[3], numbers[5], numbers[6])
        if (real := _real_day(str(year), str(month), str(day))) is not None:
            return Day(found.start(), found.end(), real)
    return None


def _real_day(year: str, month: str, day: str) -> date | None:
    number = int(year.translate(DIGITS).replace("o", "0"))
    if sane_year(number) is None:
        return None
    try:
        return date(number, read_small_number(month) or 0, read_small_number(day) or 0)
    except ValueError:  # 2月30日
        return None
