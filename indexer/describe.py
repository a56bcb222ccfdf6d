"""What a source says about itself: title, year, place, issuer, day of issue, level and kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain, islice
from pathlib import PurePosixPath

from index.analysis import fold, fold_source
from index.i18n import gettext as _
from index.labels import level_label
from index.model import Kind, Level, Place, Reason
from indexer.dates import find_day
from indexer.front import BODY_NAME, DOCUMENT_NUMBER, Front, Line, LineKind, read_front, read_tail
from indexer.locate import READ, Clue, Clues, Located, locate
from indexer.outline import Outline
from indexer.titles import RULE_OF_LAW, Title, find_title
from indexer.years import find_year


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beside the text: the file's path as given, and the user's --county."""

    path: str = ""
    county: str | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What a report is, without its sections; reasons has one for every decision."""

    title: str | None
    year: int | None
    issued: str | None  # ISO date
    document_number: str | None
    issuer: str | None
    level: Level
    kind: Kind
    place: Place
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Signed:
    """A sign-off: the bodies that sign, the first first, and the day."""

    bodies: tuple[str, ...] = ()
    day: date | None = None


def describe(source: str, outline: Outline, hints: Hints = Hints()) -> Description:
    """The description of a source; the same for the same arguments, whatever the text."""
    front = read_front(source, outline.furniture)
    title = find_title(front)
    line = title.squeezed if title else ""
    signed = _read_sign_off(read_tail(source, outline.furniture))
    plain = fold_source(source)
    text = _own_text(outline, plain)
    paths = [*front.file_names, *_path_names(hints.path)]
    footers = _read_footers(front, source, outline)
    located = locate(_collect_clues(front, line, signed, text, paths, hints, footers))
    issued, issued_why = _find_issued(front, signed)
    number, number_why = _find_document_number(front)
    issuer, issuer_why = _find_issuer(front, line, signed)
    year, year_why = find_year(
        line,
        partial(_year_text, plain, outline, line),
        headings=partial(_headings, outline),
        issued=issued,
        paths=paths,
    )
    level, level_why = _find_level(located, line, text)
    kind, kind_why = _find_kind(line, text + "".join(paths[:1]))
    shown = title.shown if title and not title.masked else None
    reasons = (
        Reason("title", shown, _explain_title(title)),
        year_why,
        Reason("issued", issued.isoformat() if issued else None, issued_why),
        Reason("document_number", number, number_why),
        Reason("issuer", issuer, issuer_why),
        *(reason for reason in located.reasons if reason.field != "level"),
        Reason("level", level.value, level_why),
        Reason("kind", kind.value, kind_why),
    )
    day = issued.isoformat() if issued else None
    return Description(shown, year, day, number, issuer, level, kind, located.place, reasons)


def _headings(outline: Outline) -> list[str]:
    """The headings, folded and without white space."""
    return ["".join(fold(section.heading).split()) for section in outline.sections]


def _explain_title(title: Title | None) -> str:
    if title is None:
        return _("no line before the text reads as a title")
    if title.masked:
        return _("its figures are masked")
    return _("the first line that reads as a title")


# --- what goes to the place and the year --------------------------------------------------------


def _own_text(outline: Outline, plain: str) -> str:
    """The first part of the folded source without furniture and without white space."""
    return "".join(_without_furniture(plain, outline).split())


def _year_text(plain: str, outline: Outline, title: str) -> str:
    """The text that may tell the year, without the title's lines; line ends part its clauses."""
    lines = ("".join(line.split()) for line in _without_furniture(plain, outline).split("\n"))
    joined = "\n".join(line for line in lines if line and line not in title)
    return joined if "\n年" not in joined else _TORN_YEAR.sub("", joined)


_TORN_YEAR = re.compile(r"(?<=[0-9])\n(?=年)")


def _without_furniture(plain: str, outline: Outline) -> str:
    pieces: list[str] = []
    at = 0
    for piece in outline.furniture:
        if piece.start >= READ:
            break
        pieces.append(plain[at : piece.start])
        at = max(at, piece.end)
    return "".join([*pieces, plain[at : max(at, READ)]])


def _read_footers(front: Front, source: str, outline: Outline) -> Iterator[Clue]:
    """The page's own lines; a generator, for it looks at every line and is seldom asked."""
    for line in chain(front.head, read_tail(source, outline.furniture)):
        if line.kind is LineKind.PAGE:
            yield Clue(_("footer"), line.squeezed)


def _collect_clues(
    front: Front,
    title: str,
    signed: _Signed,
    text: str,
    paths: Sequence[str],
    hints: Hints,
    footers: Iterator[Clue],
) -> Clues:
    letterheads = (Clue(_("letterhead"), body) for body in front.letterheads)
    sign_off = (Clue(_("sign-off"), body) for body in signed.bodies)
    publishers = (
        Clue(_("label {name}").format(name=name), "".join(value.split()))
        for name, value in front.labels
        if name in _PUBLISHERS
    )
    return Clues(
        title=title,
        bodies=(*letterheads, *sign_off),
        publishers=tuple(publishers),
        text=text,
        county=hints.county,
        paths=tuple(
            Clue(_("file's or folder's name ({name})").format(name=name), name) for name in paths
        ),
        footers=footers,
    )


_PUBLISHERS = frozenset(
    (
        "发布机构",
        "发布机关",
        "发布单位",
        "发文机关",
        "发文单位",
        "制发机关",
        "公开主体",
        "责任部门",
        "信息来源",
        "文章来源",
        "来源",
    )
)


def _path_names(path: str) -> list[str]:
    """The file's stem and the folders' names, the nearest first, folded."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts:
        return []
    names = [PurePosixPath(parts[-1]).stem, *reversed(parts[:-1])]
    return ["".join(fold(name).split()) for name in names]


# --- sign-off, day of issue, document number, issuer --------------------------------------------

_AFTER_SIGN_OFF = 8
"""So many lines may follow a sign-off: (此件公开发布), copies to, an attachment's name, buttons."""
_MOST_BODIES = 4


def _read_sign_off(tail: Iterator[Line]) -> _Signed:
    """The last line that is a day, or a body and a day, and the bodies right above it."""
    own = (line for line in tail if line.kind is not LineKind.PAGE)
    lines = list(islice(own, _AFTER_SIGN_OFF + _MOST_BODIES))[::-1]
    for number in range(len(lines) - 1, max(-1, len(lines) - 1 - _AFTER_SIGN_OFF), -1):
        squeezed = lines[number].squeezed.strip("()[]")
        day = find_day(squeezed)
        if day is None or squeezed[day.end :].strip(")."):
            continue
        body = squeezed[: day.start]
        if not body:
            return _Signed(_bodies_above(lines, number), day.day)
        if (name := _name_at_end(body)) is not None:
            return _Signed((name,), day.day)
    last = lines[-1].squeezed if lines else ""
    if len(lines) > 3 and lines[-1].kind is LineKind.BODY_NAME:
        return _Signed(_bodies_above(lines, len(lines)) or (last,))
    return _Signed()


def _bodies_above(lines: Sequence[Line], number: int) -> tuple[str, ...]:
    names: list[str] = []
    while number and lines[number - 1].kind is LineKind.BODY_NAME and len(names) < _MOST_BODIES:
        number -= 1
        names.insert(0, lines[number].squeezed)
    return tuple(names)


def _name_at_end(text: str) -> str | None:
    """The body that a short text is the name of, or that its last clause is."""
    name = re.split(r"[,;:!?]", text)[-1]
    return name if len(name) <= 40 and BODY_NAME.fullmatch(name) else None


_PUBLISHED = (
    "发布日期", "发布时间", "公开日期", "公开时间", "发表日期", "发表时间", "公布日期",
    "日期", "时间",
)  # fmt: skip
_WRITTEN = ("成文日期", "成文时间", "生成日期", "生成时间", "发文日期", "印发日期", "签发日期")


def _find_issued(front: Front, signed: _Signed) -> tuple[date | None, str]:
    """The day of publication; the day of writing where only that is told; never a site's clock."""
    if found := _labelled_day(front, _PUBLISHED):
        return found
    if signed.day is not None:
        return signed.day, _("sign-off")
    if found := _labelled_day(front, _WRITTEN):
        return found
    for line in front.head:
        if line.kind in (LineKind.TEXT, LineKind.NUMBERED):
            break
        if line.kind is LineKind.DAY and (day := find_day(line.squeezed)):
            return day.day, _("a line of its own before the text")
    return None, _("neither a label nor a sign-off tells")


def _labelled_day(front: Front, names: Sequence[str]) -> tuple[date, str] | None:
    for name in names:
        for label, value in front.labels:
            if label == name and (day := find_day(value)):
                return day.day, _("label {name}").format(name=name)
    return None


def _find_document_number(front: Front) -> tuple[str | None, str]:
    for label in ("发文字号", "发文文号", "公文编号", "文件编号", "文号"):
        value = front.label(label)
        if value and (found := DOCUMENT_NUMBER.match(value)):
            return "".join(found[0].split()), _("label {name}").format(name=label)
    if number := front.document_number:
        return number, _("a line of its own before the text")
    return None, _("no line of its own and no label")


_TITLE_BODY = re.compile(
    r"(?:^|(?<=[年度:》】《]))((?:中共|中国共产党)?(?!关于)[\u4e00-\u9fff]{2,24}?"
    r"(?:工作委员会|委员会|党工委|党委|人民政府(?:办公室|[\u4e00-\u9fff]{2,8}?办事处)?|办事处|管委会|司法局|[\u4e00-\u9fff]{2,6}局))"
)


def _find_issuer(front: Front, title: str, signed: _Signed) -> tuple[str | None, str]:
    if signed.bodies:
        return signed.bodies[0], _("sign-off")
    for body in front.letterheads:
        return body, _("letterhead")
    found = _TITLE_BODY.search(title)
    if found is not None:
        return found[1], _("the first body in the title")
    return None, _("no sign-off, no letterhead, no body in the title")


# --- level and kind -----------------------------------------------------------------------------

_SPEAKERS = {
    Level.TOWNSHIP: re.compile(
        r"[我本全][镇乡]|[我本全]街道?|镇党委|乡党委|街道党工委|乡镇|依法治[镇乡]|年度?[镇乡街]"
    ),
    Level.COUNTY: re.compile(r"[我本全][县区旗]|依法治[县区旗]|县委|区委|年度?[县区旗]"),
    Level.CITY: re.compile(r"[我本全]市|依法治市|年度?市"),
    Level.PROVINCE: re.compile(r"[我本全]省|依法治省|[我本全]自治区"),
    Level.DEPARTMENT: re.compile(r"[我本全][局厅]"),
}


def _find_level(located: Located, title: str, text: str) -> tuple[Level, str]:
    if located.level is not None:
        return located.level, next(
            (reason.why for reason in located.reasons if reason.field in ("level", "township")),
            _("the {level} named in the title").format(level=level_label(located.level)),
        )
    for words, where in ((title, _("title")), (text, _("text"))):
        counts = {level: len(cue.findall(words)) for level, cue in _SPEAKERS.items()}
        best = max(counts, key=lambda level: counts[level])
        if counts[best]:
            return best, _("the {where} speaks as one").format(where=where)
    return Level.OTHER, _("nothing tells whose paper it is")


_OTHER_PAPER = re.compile(
    r"解读|方案|政府信息公开|政务公开工作|政务公开年度|政府工作报告|通知|要点|公告|公示|会议|培训|意见$|办法$|述职|述法|讲话|"
    r"第一责任人|五年(?:法治|工作|来)|篇】|简报|动态|模板|范文|细则|规划|清单|考核结果|批复|通报"
)
_ANNUAL_PAPER = re.compile(r"报告|总结|汇报|情况|白皮书|年报|小结")


def _find_kind(title: str, text: str) -> tuple[Kind, str]:
    if title:
        main = re.split(
            r"(?<=报告)(?:及|和|暨)|(?<=总结)(?:及|和|暨)|(?<=情况)(?:及|和|暨)", title
        )[0]
        if other := _OTHER_PAPER.search(main):
            return Kind.OTHER, _("the title says {word}").format(word=other[0])
        if RULE_OF_LAW.search(main) and _ANNUAL_PAPER.search(main):
            return Kind.ANNUAL_REPORT, _("the title says so")
        return Kind.OTHER, _("the title is not that of a rule-of-law report")
    if RULE_OF_LAW.search(text) or re.search(r"依法|报告如下|汇报如下", text[:3000]):
        return Kind.ANNUAL_REPORT, _("no title, and the text is about the rule of law")
    return Kind.OTHER, _("no title, and the text is not about the rule of law")
