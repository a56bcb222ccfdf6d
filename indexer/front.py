"""What stands around a report's text: the lines before it and after it, and a page's labels.

Only the first `HEAD` and the last `TAIL` code points are looked at, and of a line only the first
`LONGEST`, so that the work does not grow with the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice

from index.analysis import fold_source
from index.model import Furniture
from indexer.dates import find_day

HEAD, TAIL, LONGEST, MOST_LINES = 12_000, 3_000, 400, 160

_LINE, _LINE_OR_SENTENCE = re.compile(r"[^\n]+"), re.compile(r"[^\n。]+")

DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,14}[〔\[(【〈《﹝{]\s*20[0-9]{2}\s*[〕\])】〉》﹞}]\s*第?\s*[0-9]{1,4}\s*号"
)

_BODY_WORD = (
    r"(?:工作委员会|管理委员会|委员会|人民政府|政府|办事处|党工委|党委|工委|管委会|办公室|"
    r"司法所|[局厅])"
)
BODY_NAME = re.compile(rf"(?:中共|中国共产党)?[\u4e00-\u9fff、\s]{{2,36}}{_BODY_WORD}")


class LineKind(StrEnum):
    """What a line at the head or the tail of a file is."""

    PLAIN = "plain"  # may be a title or a piece of one
    BODY_NAME = "body_name"  # 试例镇人民政府
    LETTERHEAD = "letterhead"  # 中共试例镇委员会文件
    DOCUMENT_NUMBER = "document_number"
    DAY = "day"
    SALUTATION = "salutation"
    NUMBERED = "numbered"  # a heading
    TEXT = "text"  # sentences
    PAGE = "page"  # navigation, labels, buttons, a clock, a file's name


@dataclass(frozen=True)
class Line:
    """One line without the white space around it, as printed and as folded.

    What it is is found out when it is asked for: few lines of a report ever are.
    """

    printed: str
    folded: str
    is_furniture: bool

    @cached_property
    def squeezed(self) -> str:
        """The folded line without any white space."""
        return "".join(self.folded.split())

    @cached_property
    def kind(self) -> LineKind:
        """What the line is."""
        return LineKind.PAGE if self.is_furniture else _kind_of(self.squeezed, self.folded)


@dataclass(frozen=True, slots=True)
class Front:
    """The lines before a report's text and the labels of its page, label by label."""

    head: tuple[Line, ...]
    labels: tuple[tuple[str, str], ...]

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of files, without their endings, that stand as lines at the head.

        Some converter left them: 试例镇2024年法治政府建设报告.docx
        """
        lines = (line for line in self.head if "." in line.folded)
        found = (_FILE_NAME.fullmatch(line.squeezed) for line in lines)
        return tuple(name[1] for name in found if name)

    @property
    def letterheads(self) -> tuple[str, ...]:
        """The bodies whose letterhead stands at the head: 中共试例镇委员会文件."""
        lines = (line for line in self.head if line.squeezed.endswith(_LETTERHEAD_END))
        return tuple(
            line.squeezed.removesuffix(_LETTERHEAD_END)
            for line in lines
            if line.kind is LineKind.LETTERHEAD
        )

    @property
    def document_number(self) -> str | None:
        """The first document number that is a line of its own at the head, as printed."""
        lines = (line for line in self.head if "号" in line.folded)
        line = next((line for line in lines if line.kind is LineKind.DOCUMENT_NUMBER), None)
        if line is None:
            return None
        printed = "".join(line.printed.split())
        found = DOCUMENT_NUMBER.match(line.squeezed)
        return printed[: found.end()] if found else printed

    def label(self, *names: str) -> str | None:
        """The value of the first of these labels that has one."""
        values = dict(reversed(self.labels))
        return next((values[name] for name in names if values.get(name)), None)


_LABEL_NAMES = """
    索引号 发文字号 发文文号 文件编号 公文编号 文号 发布机构 发布机关 发布单位 发文机关 发文单位
    制发机关 公开主体 责任部门 信息来源 文章来源 来源 成文日期 成文时间 生成日期 生成时间
    发文日期 印发日期 签发日期 发布日期 发布时间 公开日期 公开时间 发表日期 发表时间 公布日期
    日期 时间 信息名称 文件名称 公开名称 名称 文件标题 信息标题 标题 主题分类 主题词 信息分类
    公开分类 公开方式 公开范围 体裁分类 服务对象 有效性 作者 编辑 责任编辑 浏览次数 浏览量 浏览
    点击数 阅读次数 阅读量 阅读 访问量 字体 字号 关键词 内容概述 内容概要 概述
"""
_LABEL = re.compile(
    "(?P<open>[\\[【|•·*]\\s*)?(?P<label>"
    + "|".join(r"[ \t\u3000]*".join(name) for name in _LABEL_NAMES.split())
    + r")\s*(?P<mark>[\]】|]\s*[:|]?|:|(?=\n))"
)
# The last two characters of a label and what follows it: a quick look whether there is any.
_ENDINGS = frozenset(name[-2:] for name in _LABEL_NAMES.split())
_LABEL_END = re.compile(
    rf"([{''.join({ending[0] for ending in _ENDINGS})}])[ \t\u3000]*"
    rf"([{''.join({ending[1] for ending in _ENDINGS})}])\s*[\]】|:\n]"
)
_VALUE_END = re.compile(r"[\[【](?!\s*20[0-9]{2})|[|\n]|\s{3,}")

_LETTERHEAD_END = "文件"
_FILE_NAME = re.compile(r"([^。]{2,80})\.(?:docx?|pdf|wps|txt|html?|ofd)")
_PAGE = re.compile(
    r"当前位置|现在位置|您的位置|首页|网站地图|无障碍|长者|简体|繁体|登录|注册|语音播报|分享到|打印|扫一扫|网站标识码|"
    r"版权所有|icp备|公网安备|主办[:单]|承办[:单]|技术支持|联系我们|浏览次数|阅读次数|责任编辑|上一篇|下一篇|返回|"
    r"星期[一二三四五六日天]|今天是|^(?:导航|搜索|正文|政务公开|政府信息公开|信息公开|公告公示|关闭|大中小|>+|﹥)$|>[^>]*>|^[^。,;]*[^>]>[^。,;]*$|"
    r"^[^\u4e00-\u9fff]*$|\.(?:docx?|pdf|wps|txt|html?|ofd|et|xlsx?)$"
)
_NUMBERED = re.compile(
    r"\(?[一二三四五六七八九十]{1,3}[、.)]|\([一二三四五六七八九十]{1,3}(?!○|〇)|\([0-9]{1,2}\)|[0-9]{1,2}[、.)](?![0-9])"
    r"|第[一二三四五六七八九十]{1,3}[章节部]"
)
_SENTENCE = re.compile(r"[。;!?]|如下|^.{0,20}20[0-9]{2}年?,")
_SALUTATION = re.compile(
    r".{0,60}(?:委|政府|局|办|公室|部门|单位|村|社区|站所|领导|同志|代表|们)[)]?:"
)


def read_front(source: str, furniture: Sequence[Furniture]) -> Front:
    """The front of a source."""
    plain = fold_source(source)
    head, body_start = _read_head(source, plain, furniture)
    labels = _read_labels(plain[:body_start])
    for piece in furniture:
        if piece.kind == "metadata" and piece.end > body_start:
            labels += _read_labels(plain[piece.start : min(piece.end, piece.start + TAIL)])
    below = _read_labels(plain[max(body_start, len(source) - TAIL) :])
    labels += tuple(
        pair for pair in below if len(pair[0]) > 3
    )  # 来源: and 时间: stand in sentences
    return Front(head[:MOST_LINES], labels)


def read_tail(source: str, furniture: Sequence[Furniture]) -> Iterator[Line]:
    """The lines, or sentences, at the end of a source, the last first."""
    plain = fold_source(source)
    pieces = list(_LINE_OR_SENTENCE.finditer(plain, max(0, len(source) - TAIL)))
    for _start, line in islice(_read_lines(source, plain, reversed(pieces), furniture), MOST_LINES):
        yield line


def _read_labels(text: str) -> tuple[tuple[str, str], ...]:
    """The labels in a folded text, each with its value."""
    if not any(found[1] + found[2] in _ENDINGS for found in _LABEL_END.finditer(text)):
        return ()
    marks = list(_LABEL.finditer(text))
    pairs: list[tuple[str, str]] = []
    starts = [mark.start() for mark in marks[1:]] + [len(text)] * bool(marks)
    for mark, following in zip(marks, starts, strict=True):
        stop = min(following, mark.end() + 200)
        value = text[mark.end() : stop].lstrip("| \t\u3000\n")
        ends = _VALUE_END.search(value)
        value = value[: ends.start()] if ends else value
        if value.strip(" \t\u3000|*:"):
            pairs.append(("".join(mark["label"].split()), value.strip()))
    return tuple(pairs)


def _read_head(
    source: str, plain: str, furniture: Sequence[Furniture]
) -> tuple[tuple[Line, ...], int]:
    """The lines at the head, and where in the source the first heading or sentence is."""
    placed = list(_read_lines(source, plain, _LINE.finditer(plain, 0, HEAD), furniture))
    body = (LineKind.NUMBERED, LineKind.TEXT)
    body_start = next((start for start, line in placed if line.kind in body), HEAD)
    return tuple(line for _start, line in placed), min(body_start, len(source))


def _read_lines(
    source: str, plain: str, pieces: Iterable[re.Match[str]], furniture: Sequence[Furniture]
) -> Iterator[tuple[int, Line]]:
    """The lines that are not white, and where each begins."""
    for piece in pieces:
        start, end = piece.span()
        if printed := source[start : min(end, start + LONGEST)].strip():
            printed = printed.lstrip("#•·▪■◆>").strip() or printed
            at = source.find(printed, start)
            folded = plain[at : at + len(printed)]
            yield start, Line(printed, folded, _is_furniture(start, end, furniture))


def _is_furniture(start: int, end: int, furniture: Sequence[Furniture]) -> bool:
    """Whether most of start..end is furniture (sorted, so the first one is found by halving)."""
    covered = 0
    for piece in furniture[bisect_right(furniture, start, key=lambda piece: piece.end) :]:
        if piece.start >= end:
            break
        covered += min(end, piece.end) - max(start, piece.start)
    return covered * 2 > end - start


def _kind_of(squeezed: str, folded: str) -> LineKind:
    if _PAGE.search(squeezed[:120]) or _LABEL.match(folded.lstrip("(|").lstrip() + "\n"):
        day = find_day(squeezed)
        return LineKind.DAY if day and _is_only(day.start, day.end, squeezed) else LineKind.PAGE
    number = DOCUMENT_NUMBER.match(squeezed)
    if number and len(squeezed) - number.end() <= 12:  # 签发人:某某
        return LineKind.DOCUMENT_NUMBER
    if _NUMBERED.match(squeezed):
        return LineKind.NUMBERED
    if _SALUTATION.fullmatch(squeezed):
        return LineKind.SALUTATION
    return _kind_of_words(squeezed)


def _is_only(start: int, end: int, squeezed: str) -> bool:
    """Whether a line has nothing beside its day but an hour and brackets."""
    rest = squeezed[:start] + squeezed[end:]
    return not rest.strip("()[]:0123456789.") and "星期" not in rest


def _kind_of_words(squeezed: str) -> LineKind:
    day = find_day(squeezed)
    if day and _is_only(day.start, day.end, squeezed):
        return LineKind.DAY
    if squeezed.endswith(_LETTERHEAD_END) and BODY_NAME.fullmatch(squeezed[:-2]):
        return LineKind.LETTERHEAD
    if len(squeezed) <= 44 and BODY_NAME.fullmatch(squeezed):
        return LineKind.BODY_NAME
    if _SENTENCE.search(squeezed) or len(squeezed) > 120:
        return LineKind.TEXT
    return (
        LineKind.TEXT if squeezed.count(",") and not squeezed.endswith("报告") else LineKind.PLAIN
    )
