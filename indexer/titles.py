"""Which lines at the head of a file are its title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.analysis import fold
from indexer.front import Front, Line, LineKind

RULE_OF_LAW = re.compile(r"法治|依法行政|依法治[国省市县区旗州镇乡街村]|依法治理")
"""What makes a paper one about the rule of law."""

_PAPER = re.compile(
    r"(?:报告|总结|汇报|情况|综述|白皮书|年报|小结|思路|计划|安排|打算|方案|要点|通知|意见|公告|公示|办法|解读|通报|决定|"
    r"批复|讲话|简报|清单|目录|工作)(?:[(【][^)】]{1,20}[)】]|[一二三四五])?"
)
_RULE_OF_LAW_PAPER = re.compile(
    r"(?:报告|总结|汇报|情况|综述|白皮书|年报|小结|思路)(?:[(【][^)】]{1,20}[)】]|公开)?"
)
_TAIL = re.compile(r"的?(?:工作|年度|情况)?(?:的?报告|总结|汇报|情况)")
_STARTS_ANEW = re.compile(r"关于|20[0-9]{2}|二[〇○零o0]|《")
_YEAR = re.compile(
    r"20[0-9]{2}|二[〇○零o0][0-9〇○零o一二三四五六七八九]{2}|\*{2,}年|20[x*]{2}", re.I
)
_PLACE = re.compile(r"[\u4e00-\u9fff](?:镇|乡|街道|街|县|区|市|旗|州|省|苏木|农场|林场)")
_TOWNSHIP = re.compile(r"[\u4e00-\u9fff](?:镇|乡|街道|街|苏木|农场|林场)(?!镇)")
_RUN_ON = re.compile(r"[^。;,:]{4,60}?(?:报告|总结|汇报)(?=[ \u3000\t])")
_MASKED = re.compile(r"\*{2,}")
_SPACED_OUT = re.compile(r"(?:\S[ \u3000]+){5,}\S")
_BODY_END = re.compile(r"(?:委员会|人民政府|办事处|党委|党工委|工委|管委会)$")
_MENU = re.compile(r"首页|位置|>")
_MOST_LINES, _LONGEST = 5, 110


@dataclass(frozen=True, slots=True)
class Title:
    """A title as shown, and the same folded and without white space, as it is read."""

    shown: str
    squeezed: str
    masked: bool = False  # its figures are hidden behind asterisks: it is evidence, not a title

    @property
    def rank(self) -> int:
        """How surely it is one: 3 of a rule-of-law paper that says whose or when, else less."""
        if not RULE_OF_LAW.search(self.squeezed) or not _ends_as(_RULE_OF_LAW_PAPER, self.squeezed):
            return 1
        said = _YEAR.search(self.squeezed) or _TOWNSHIP.search(self.squeezed)
        return 3 if said else 2


def find_title(front: Front) -> Title | None:
    """The first line, or lines, that read as a title; the surest kind wins over the first."""
    labelled = front.label(
        "标题", "文件标题", "信息标题", "信息名称", "文件名称", "公开名称", "名称"
    )
    found = list(_read_titles(front.head))
    best = max(found, key=lambda title: title.rank, default=None)  # max keeps the first of equals
    if labelled and len(labelled) >= 6 and (best is None or best.rank < 3):
        named = make_title([labelled])
        if best is None or named.rank > best.rank:
            return named
    return best


def make_title(lines: Sequence[str]) -> Title:
    """The title that stands on these lines."""
    pieces = [_tidy(line) for line in lines]
    shown = pieces[0]
    for piece in pieces[1:]:
        shown += (" " if _BODY_END.search(fold(shown)) else "") + piece
    return Title(shown, "".join(fold(shown).split()), _MASKED.search(shown) is not None)


def _tidy(line: str) -> str:
    """A line with figures in half width and only the spaces that part two names."""
    if _SPACED_OUT.fullmatch(line.strip()):
        line = "".join(line.split())
    words = line.split()
    tidy = words[0]
    for word in words[1:]:
        latin = tidy[-1].isascii() and tidy[-1].isalpha() and word[0].isascii()
        tidy += (" " if latin or _BODY_END.search(fold(tidy)) else "") + word
    return "".join(fold(c) if "\uff10" <= c <= "\uff5a" else c for c in tidy)


def _read_titles(head: Sequence[Line]) -> Iterator[Title]:
    """Every title among the lines before the text."""
    block: list[Line] = []
    texts = 0
    below_menu = False
    for number, line in enumerate(head):
        if line.kind in (LineKind.PLAIN, LineKind.BODY_NAME):
            block = _extend(block, line)
            if _is_whole(block, head[number + 1 : number + 2]):
                title = make_title([piece.printed for piece in block])
                if not below_menu or title.rank != 2:
                    yield title  # but below 首页 > … a bare 法治政府建设年度报告 is a menu's
                block = []
            continue
        block = []
        below_menu |= line.kind is LineKind.PAGE and _MENU.search(line.squeezed) is not None
        if line.kind is LineKind.NUMBERED:
            return
        if line.kind is LineKind.TEXT:
            yield from _read_run_on(line)
            texts += 1
            if texts == 2:
                return


def _extend(block: list[Line], line: Line) -> list[Line]:
    """The lines of a title that goes on with this line, or begins with it."""
    alone = _ends_as(_PAPER, line.squeezed)
    if alone and not _STARTS_ANEW.match(line.squeezed) and _PLACE.search(line.squeezed[:16]):
        return [line]  # a whole title that says whose it is needs nothing from above
    kept = [piece for piece in block if _can_begin(piece)]
    if line.kind is LineKind.BODY_NAME:
        kept = [piece for piece in kept if piece.kind is LineKind.BODY_NAME]
    kept = [*kept, line][-_MOST_LINES:]
    return kept if sum(len(piece.squeezed) for piece in kept) <= _LONGEST else [line]


def _can_begin(line: Line) -> bool:
    """Whether a line that is no title by itself may be the beginning of one."""
    text = line.squeezed
    return (
        line.kind is LineKind.BODY_NAME
        or text.startswith("关于")
        or bool(_YEAR.search(text) or _PLACE.search(text) or RULE_OF_LAW.search(text))
    )


def _is_whole(block: Sequence[Line], following: Sequence[Line]) -> bool:
    """Whether the lines make a title and the following line is no rest of it."""
    text = "".join(line.squeezed for line in block)
    after = following[0].squeezed if following else ""
    if following and following[0].kind is LineKind.PLAIN and _TAIL.fullmatch(after):
        return False
    if not 4 <= len(text) <= _LONGEST or text.count(",") > 2:
        return False
    if block[-1].kind is LineKind.BODY_NAME:
        return False
    return _ends_as(_PAPER, text) or _is_headline(text, following)


def _is_headline(text: str, following: Sequence[Line]) -> bool:
    """Whether a line without a paper's word at its end is a headline over a text: a news item's."""
    over_text = not following or following[0].kind in (LineKind.TEXT, LineKind.DAY, LineKind.PAGE)
    named = _PLACE.search(text) or _YEAR.search(text)
    return over_text and len(text) >= 8 and bool(named) and bool(RULE_OF_LAW.search(text))


def _read_run_on(line: Line) -> Iterator[Title]:
    """A title that runs on into the text, with white space between: a PDF's lost line end."""
    found = _RUN_ON.match(line.printed)
    if found and RULE_OF_LAW.search("".join(fold(found[0]).split())):
        yield make_title([found[0]])


def _ends_as(papers: re.Pattern[str], text: str) -> bool:
    """Whether the text ends with one of the papers' words."""
    cut = max(text.rfind("("), text.rfind("【")) if text.endswith((")", "】")) else -1
    start = max(0, (cut if cut > 0 else len(text)) - 4)
    return any(papers.fullmatch(text, at) for at in range(start, len(text) - 1))
