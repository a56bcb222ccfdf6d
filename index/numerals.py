"""Years as people write them: 2024, 2024年, 2024年度, 二〇二四年, ２０２４."""

from __future__ import annotations

import re
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2000, 2035
"""Years outside of these are not the year of a report: an id, a plan of the far future, a slip."""

DIGITS = str.maketrans("０１２３４５６７８９〇○零Ｏ一二三四五六七八九", "01234567890000123456789")
"""Every way to write one digit, one character for one (U+25CB ○ stands for 〇 in many files)."""

_YEAR = re.compile(r"(20[0-9]{2})(?:年度?)?", re.ASCII)


def read_year(text: str) -> int | None:
    """The year that the whole of `text` writes, white space aside, or None."""
    found = _YEAR.fullmatch("".join(text.split()).translate(DIGITS)) if len(text) < 40 else None
    return sane_year(int(found[1])) if found else None


def sane_year(year: int) -> int | None:
    """The year itself where a report can be about it, else None."""
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


@lru_cache(1 << 10)
def read_small_number(text: str) -> int | None:
    """The number from 1 to 99 that `text` writes, in figures or as 二十一, or None."""
    plain = text.translate(DIGITS)
    if plain.isascii() and plain.isdigit() and len(plain) <= 2:
        return int(plain) or None
    tens, ten, ones = plain.partition("十")
    if not ten or any(part not in ("", *"123456789") for part in (tens, ones)):
        return None
    return int(tens or "1") * 10 + int(ones or "0")
