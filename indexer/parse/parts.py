"""Which official part a heading names: achievements, problems, leadership or plans.

Source: 《法治政府建设与责任落实督察工作规定》 (2019) asks a report for these four contents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from index.model import Part

_LACK = "问题|不足|差距|短板|困难|薄弱环节|薄弱点|弱项|缺点|瓶颈"
_CUES: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        Part.PROBLEMS,
        re.compile(
            rf"存在.{{0,14}}?(?:{_LACK}|薄弱)"
            rf"|(?:主要|突出|面临的?|工作|建设|方面|[0-9]年)?(?:{_LACK})"
            rf"(?=(?:之处|情况)?(?:[和及与、,]|以及|并|暨|$)|(?:的)?原因)|(?:问题|不足)原因|不足之处"
        ),
    ),
    (
        Part.PLANS,
        re.compile(
            r"下一?(?:步|阶段|年度|年|个年度)|(?:明|来|次)年|今后|未来|后续"
            r"|(?:工作|主要|重点|总体|年度|初步|整改|改进|发展)(?:的)?(?:工作)?(?:计划|安排|打算|思路|设想|规划|谋划)(?=$|[和及与、,:])"
            r"|打算$|(?:努力|改进|工作|整改)(?:的)?方向|(?:整改|改进|解决)(?:的)?(?:工作)?(?:措施|举措|办法|建议|意见|思路)$"
            r"|20[0-9]{2}年[^和及与、,]{0,16}(?:计划|安排|打算|思路|设想|规划|谋划|展望)|(?:意见|对策)(?:和|及|与|、)?建议$|对策(?:措施)?$"
            r"|^(?:20[0-9]{2}年)?(?:度)?(?:工作)?(?:计划|安排|思路|谋划|规划)$"
        ),
    ),
    (
        Part.LEADERSHIP,
        re.compile(
            r"第一责任人|第一责任$|主要(?:负责(?:人|同志)|领导).{0,12}(?:履行|履职|落实)|(?:履行|落实).{0,16}法治建设.{0,6}责任"
        ),
    ),
    (
        Part.ACHIEVEMENTS,
        re.compile(
            r"举措|做法|成效|成绩|成果|亮点|特色|经验|(?:主要|重点|全年|年度?)(?:的)?工作(?!计划|安排|打算|思路)"
            r"|(?:工作|建设|推进|落实|开展|完成|进展|执行|总体|基本|实施|贯彻)(?:的)?(?:工作)?(?:开展|落实|推进|完成|进展)?(?:的)?(?:主要|基本|总体)?情况"
            r"|(?:开展|采取)(?:的)?(?:主要|具体)?(?:工作|措施)|工作(?:回顾|总结|措施|进展)|主要措施|(?:职责|履职)情况"
        ),
    ),
)
# 解决突出问题 is something done, 针对存在的问题 looks back: neither names the part.
_NOT_PROBLEMS = re.compile(
    r"(?:解决|化解|整治|破解|处理|聚焦|坚持|紧盯|围绕|针对|对照|结合|克服|消除|补齐|弥补|查摆|缩小|查找)[^。,]{0,16}$"
)
_LONGEST = 160
_JOIN = re.compile(r"[和及与暨、]")
_YEAR_WORK = re.compile(r"20[0-9]{2}年.{0,20}(?:工作|任务|重点|目标|方向)")
_RESOLVE = re.compile(r"进一步|继续|持续|加强|强化|提升|改进|措施|目标|推动|推进|健全|完善")
_COMPLAINT = re.compile(
    r"不够|不强|不高|不足|不深|不到位|不完善|不健全|不平衡|不多|薄弱|滞后|欠缺|有待|缺乏|较低|偏低|单一|较弱"
)


def named_parts(heading: str) -> tuple[Part, ...]:
    """The parts that a folded heading names, in the order in which it names them."""
    return _named_parts("".join(heading[:_LONGEST].split()))


@lru_cache(1 << 12)  # the headings of a report are asked for again and again, and of most reports
def _named_parts(text: str) -> tuple[Part, ...]:
    places: dict[Part, int] = {}
    for part, cue in _CUES:
        for found in cue.finditer(text):
            if part is Part.PROBLEMS and _NOT_PROBLEMS.search(text, 0, found.start()):
                continue
            places.setdefault(part, found.start())
    return tuple(sorted(_without_shadows(text, places), key=places.__getitem__))


def _without_shadows(text: str, places: dict[Part, int]) -> set[Part]:
    """The parts named in their own right, not as a word of another's name.

    存在问题的工作情况 is about problems, 下一步工作举措 about plans, 第一责任人履职情况 about
    leadership; only what is joined by 和, 及 or 、 is a second part.
    """
    kept = set(places)
    if Part.LEADERSHIP in kept and kept & {Part.PROBLEMS, Part.PLANS}:
        # 第一责任人履职中存在的问题: the rarer content wins over who it is about
        kept.discard(Part.LEADERSHIP)
    if Part.ACHIEVEMENTS in kept and len(kept) > 1:
        others = kept - {Part.ACHIEVEMENTS}
        own = places[Part.ACHIEVEMENTS]
        if not all(_joined(text, own, places[part]) for part in others):
            kept.discard(Part.ACHIEVEMENTS)
    if {Part.PROBLEMS, Part.PLANS} <= kept and not _joined(
        text, places[Part.PROBLEMS], places[Part.PLANS]
    ):
        kept.discard(Part.PROBLEMS if places[Part.PLANS] < places[Part.PROBLEMS] else Part.PLANS)
    return kept


def _joined(text: str, one: int, other: int) -> bool:
    """Whether a conjunction stands between the two cues, the first being named before it."""
    first, second = sorted((one, other))
    return first < second and _JOIN.search(text, first, second) is not None


def top_parts(headings: Sequence[str], numbered: Sequence[bool]) -> list[Part | None]:
    """The part of each top-level heading, given all of them in order; None where it names two."""
    named = [named_parts(heading) for heading in headings]
    later = {Part.PROBLEMS, Part.PLANS}
    turn = next((i for i, parts in enumerate(named) if later & set(parts)), len(named))
    parts: list[Part | None] = []
    for i, heading in enumerate(headings):
        if named[i]:
            parts.append(named[i][0] if len(named[i]) == 1 else None)
        elif i < turn:
            parts.append(Part.ACHIEVEMENTS if numbered[i] else Part.OTHER)
        else:
            parts.append(_part_after_problems(heading, parts[-1]))
        if i > turn and parts[-1] is Part.ACHIEVEMENTS and _YEAR_WORK.search(heading):
            parts[-1] = Part.PLANS  # 2026年重点工作 behind the problems is what comes next
    return parts


def _part_after_problems(heading: str, before: Part | None) -> Part:
    """The part of a top-level heading without a cue that comes after the problems."""
    if before is not Part.OTHER and (_YEAR_WORK.search(heading) or _RESOLVE.search(heading)):
        return Part.PLANS
    return Part.OTHER


def inner_part(heading: str, choices: Sequence[Part], before: Part | None) -> Part:
    """The part of a heading below one that names `choices`; `before` is its elder sibling's."""
    named = [part for part in named_parts(heading) if part in choices] or named_parts(heading)
    if named:
        return named[0]
    if Part.PROBLEMS in choices and _COMPLAINT.search(heading):
        return Part.PROBLEMS
    if before is not None:
        return before
    return choices[0] if choices else Part.OTHER
