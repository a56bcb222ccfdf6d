"""Headings without a number: a line that is nothing but the name of an official part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import Part
from indexer.parse.furniture import FurnitureKind
from indexer.parse.lines import Line
from indexer.parse.numbers import Mark, Style
from indexer.parse.parts import named_parts

_ABOUT = (
    r"(?:20[0-9]{2}年?(?:度)?|今年以来|本年度|全年|一年来|我[镇乡街]|我街道)?(?:以来)?(?:的)?(?:推进|开展|加强|深化)?"
    r"(?:全面)?(?:依法[治行]?[镇乡街政]?|法治(?:政府|[镇乡街])?(?:建设)?)?(?:工作)?(?:的|中|方面)?"
)
_NOUN = (
    r"(?:取得|存在|采取|面临|开展)?(?:的)?(?:主要|突出|具体|基本|重点|总体)?(?:的)?(?:工作)?(?:的)?"
    r"(?:举措|措施|做法|成效|成绩|成果|亮点|经验|(?:开展|进展|完成|推进|落实|履职|工作)情况|问题|不足(?:之处)?|困难|短板|差距|原因(?:分析)?"
    r"|计划|安排|打算|思路|设想|谋划|方向|重点|任务)"
)
_TITLE = re.compile(
    rf"{_ABOUT}(?:下一?(?:步|阶段|年度?)(?:的)?)?{_NOUN}(?:(?:和|及|与|以及|、|及其){_ABOUT}(?:下一?(?:步|阶段|年度?)(?:的)?)?{_NOUN})?"
    r"|(?:党政)?主要(?:负责(?:人|同志)|领导)?(?:切实)?(?:履行|落实)(?:推进)?法治(?:政府)?建设第一责任人职责.{0,14}"
)


def title_part(text: str) -> Part | None:
    """The part that the whole line names, where the line is nothing but that name."""
    name = "".join(text.split()).rstrip(":").strip("*#【】[]<>《》")
    if not 4 <= len(name) <= 40 or not _TITLE.fullmatch(name):
        return None
    parts = named_parts(name)
    return parts[0] if parts else None


def find_titles(
    plain: str,
    lines: Sequence[Line],
    kinds: dict[int, FurnitureKind],
    marks: Sequence[Mark | None],
) -> tuple[dict[int, Part], bool]:
    """Lines that name a part, and whether they are the report's top level.

    They are when they name two parts at least and no numbered heading of the upper levels does.
    """
    titles: dict[int, Part] = {}
    rivals = set()
    first = next((i for i in range(len(lines)) if i not in kinds), 0)
    for i, line in enumerate(lines):
        if i in kinds or line.end - line.start > 60:
            continue
        mark = marks[i]
        if mark is None or mark.weak:
            part = title_part(plain[line.start : line.end])
            if part and i > first:  # a first line is the report's own title
                titles[i] = part
        elif mark.style <= Style.COMMA:
            rivals |= set(named_parts(plain[mark.end : line.end].partition("。")[0]))
    turns = {Part.PROBLEMS, Part.PLANS, Part.LEADERSHIP}
    return titles, len(set(titles.values())) > 1 and not rivals & turns
