"""The year that a report is about.

The title's year is the year, but for a year of plans (…和2021年工作思路). Without one the text
tells: what it says it reports on, how it opens, its headings, the end of its statistics. Years in
names of papers (《…2025年…》), in ranges (2021—2025年) and in document numbers never count. File
and folder names are asked after the text, and last the day of issue: 46 of 50 dated reports came
out in the year after the one that they are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from index.i18n import gettext as _
from index.model import Reason
from index.numerals import DIGITS, sane_year

READ = 6_000
"""So many code points of a text are read for its year."""

_Y = r"(?<![0-9])((?:20|二[〇○零o0])[0-9〇○零o一二三四五六七八九]{2})(?![0-9〇○零])"
_DASH = r"[-–—―~～至到一]"
_RANGE = re.compile(
    rf"(?<![0-9])(?:20|二[〇○零])[0-9〇○零一二三四五六七八九]{{2}}年?度?{_DASH}{{1,2}}(?:20|二[〇○零])?[0-9〇○零一二三四五六七八九]{{2,4}}年?"
    r"|20[0-9]{2}20[0-9]{2}年?"
)
_NUMBER = re.compile(r"[〔\[【〈《﹝{(]?20[0-9]{2}[〕\])】〉》﹞}]?第?[0-9]{0,4}号")
_PAPER = re.compile(r"《[^《》]{0,80}》")
_YEAR = re.compile(_Y)
_PLAN = re.compile(r"[^0-9,;。和及与暨]{0,12}(?:思路|计划|安排|打算|方案|要点|规划|重点|设想)")
_SPAN_OF_YEARS = re.compile(r"[两二三四五六]年来?(?:法治|依法|工作)|近[两三四五]年")


class _Claim(NamedTuple):
    year: int
    why: str


def find_year(
    title: str,
    text: Callable[[], str],
    *,
    headings: Callable[[], Sequence[str]],
    issued: date | None,
    paths: Sequence[str],
) -> tuple[int | None, Reason]:
    """The year and why; title, text, headings and paths are folded and without white space.

    Text and headings are made only where the title does not tell.
    """
    claim = (
        _in_title(title)
        or _in_text(text(), headings, issued)
        or _in_paths(paths)
        or _before_issue(issued)
    )
    if claim is None:
        return None, Reason("year", None, _("neither title, text, path nor day of issue tells"))
    return claim.year, Reason("year", claim.year, claim.why)


def _number(digits: str) -> int | None:
    return sane_year(int(digits.translate(DIGITS).replace("o", "0")))


def _years(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Every plain year in the text and where it stands."""
    for found in _YEAR.finditer(text):
        if (year := _number(found[1])) is not None:
            yield year, found


def _strip(text: str, *, papers: bool) -> str:
    """The text without ranges of years and document numbers, and without the names of papers."""
    text = _NUMBER.sub("#", _RANGE.sub("#", text))
    return _PAPER.sub("#", text) if papers else text


def _in_title(title: str) -> _Claim | None:
    plain = _strip(title, papers=False)
    if _SPAN_OF_YEARS.search(plain):
        return None
    reported: list[int] = []
    planned: list[int] = []
    for year, found in _years(plain):
        (planned if _PLAN.match(plain, found.end()) else reported).append(year)
    if not reported or set(reported) & set(planned):
        return None  # nothing reported, or one year both reported and still to come
    if len(set(reported)) > 1:
        return _Claim(min(reported), _("the first of the title's years")) if planned else None
    return _Claim(reported[0], _("title"))


# --- the text's own evidence --------------------------------------------------------------------

_REPORTS = re.compile(
    r"(?:现|特)?(?:将|就)([^。;]{0,60}?(?:报告|汇报|总结|通报|公布|公开|情况)[^。;:]{0,12}如下)"
)
_OPENS = re.compile(
    rf"(?:^|[。,:;\n(]){_Y}(?:年度?(?:以来)?[,，:、我本全各在按围认坚始深继持紧\u4e00-\u9fff(]|年?以来)"
)
_SINCE_THEN = re.compile(rf"{_Y}年度?以来")
_UNTIL = re.compile(rf"(?:截至|截止|至|到){_Y}年(?:底|末|年底|1[0-2]月)")
_DONE = re.compile(r"情况|举措|成效|做法|成绩|不足|问题|总结|回顾|开展|推进|工作|履职|履行")
_TO_COME = re.compile(r"计划|安排|打算|思路|下一步|下步|重点|展望|规划")
_THIS_YEAR = re.compile(r"今年以来|今年,|今年(?:我|全|共|来)|一年来|本年度")
_HALF_YEAR = re.compile(r"上半年")


def _in_text(
    text: str, headings: Callable[[], Sequence[str]], issued: date | None
) -> _Claim | None:
    plain = _strip(text[:READ], papers=True)
    checks: tuple[Callable[[], _Claim | None], ...] = (
        lambda: _reported(plain),
        lambda: _opening(plain),
        lambda: _first(_SINCE_THEN, plain, _("以来 in the text")),
        lambda: _headings(headings(), _DONE, 0, _("most headings about what was done")),
        lambda: _headings(
            headings(), _TO_COME, -1, _("the year before that of the headings about plans")
        ),
        lambda: _first(_UNTIL, plain, _("the text counts up to its end")),
        lambda: _this_year(plain, issued),
    )
    return next((claim for check in checks if (claim := check())), None)


def _reported(plain: str) -> _Claim | None:
    for found in _REPORTS.finditer(plain):
        for year, _match in _years(found[1]):
            return _Claim(year, _("the text says that it reports on it (现将…如下)"))
    return None


def _opening(plain: str) -> _Claim | None:
    """The year that an early sentence begins with, if no other year begins more of them."""
    found = [
        year
        for match in _OPENS.finditer(plain[:1500])
        if (year := _number(match[1])) is not None and not _PLAN.match(plain, match.end(1))
    ]
    return _Claim(found[0], _("the text opens with it")) if found else None


def _first(pattern: re.Pattern[str], plain: str, why: str) -> _Claim | None:
    for found in pattern.finditer(plain):
        if (year := _number(found[1])) is not None:
            return _Claim(year, why)
    return None


def _headings(
    headings: Sequence[str], about: re.Pattern[str], shift: int, why: str
) -> _Claim | None:
    counts: Counter[int] = Counter()
    for heading in headings:
        plain = _strip(heading, papers=True)
        to_come = _TO_COME.search(plain) is not None
        if about.search(plain) and to_come == (about is _TO_COME):
            counts.update({year for year, _match in _years(plain)})
    return _Claim(counts.most_common(1)[0][0] + shift, why) if counts else None


def _this_year(plain: str, issued: date | None) -> _Claim | None:
    if issued is None or not _THIS_YEAR.search(plain):
        return None
    half = _HALF_YEAR.search(plain[:400]) is not None and issued.month >= 6
    year = issued.year if issued.month >= 10 or half else issued.year - 1
    return _Claim(year, _("the text says 今年 and is of {day}").format(day=issued.isoformat()))


# --- evidence beside the text -------------------------------------------------------------------

_PATH_YEAR = re.compile(rf"{_Y}(?![-_./]?(?:0[1-9]|1[0-2])(?![0-9])|年[0-9]{{1,2}}月)")
_HASH = re.compile(r"[0-9a-f]{8,}")


def _in_paths(paths: Sequence[str]) -> _Claim | None:
    for path in paths:
        plain = _strip(_HASH.sub("#", path), papers=False)
        years = {year for found in _PATH_YEAR.finditer(plain) if (year := _number(found[1]))}
        if len(years) == 1:
            said = _("the file or its folder is called {name}")
            return _Claim(years.pop(), said.format(name=path))
    return None


def _before_issue(issued: date | None) -> _Claim | None:
    if (
        issued is None
        or (year := sane_year(issued.year if issued.month >= 10 else issued.year - 1)) is None
    ):
        return None
    said = _("no better evidence than its day of issue, {day}")
    return _Claim(year, said.format(day=issued.isoformat()))
