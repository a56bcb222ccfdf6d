"""What differs between two texts that say the same: a number, a place, a body, or other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

NUMBER, PLACE, BODY, TEXT = "number", "place", "body", "text"
KINDS: Final = (NUMBER, PLACE, BODY, TEXT)

_FIGURES = frozenset("0123456789")
_NUMERALS = "〇零○一二三四五六七八九十百千万亿两"
_NUMBER = re.compile(rf"[第约近超共]?[0-9{_NUMERALS}.,:/~%‰+\-年度月日号时分点余多]+")
_TELLING = re.compile(rf"[0-9{_NUMERALS}]")
_STEM = r"[^\W0-9a-z_的了在到向和与及或对把被从由为将各每等并个是全]"  # a character of a name
_PLACE = re.compile(
    rf"(?:{_STEM}{{1,6}}[省州市])?(?:{_STEM}{{1,8}}[县区市旗州])?"
    rf"(?:{_STEM}{{1,5}}(?:街道|社区|苏木|开发区|[省市县区旗州镇乡村]))?"
)
_NO_PLACE = re.compile(  # ends like a place and is none
    r".*(?:[农城小园片辖景山灾库校厂新]区|地区|农村|新村|[乡城村]镇|城[乡市]|乡村|超市|门市|上市|夜市)"
)
_OUR_PLACE = re.compile(r"[我本](?:省|市|县|区|旗|州|镇|乡|村|街道|社区|苏木)|镇|乡|街道")
_BODY = re.compile(
    rf"{_STEM}{{1,16}}(?:委员会|办公室|中心|协会|联合会|合作社|公司|法庭|党委|支部|政府|"
    rf"部门|单位|机构|学校|工会|妇联|[所办局委队站院厅处科组部])"
)
_NO_BODY = re.compile(
    r".*(?:[内外干西东南北中局]部|[好到惩查深何用相]处|[承举开交督主包协查严试补自创兴]办|[场厕]所|"
    r"入队|[政学理本文]科|重中心|[布格结]局)"
)
# What ends a name, unless the next character makes another word of it: 所 in 所有.
_ENDS: Final = {
    "委员会": "", "办公室": "", "街道": "", "社区": "", "中心": "城户思任", "协会": "",
    "镇": "区级域内村", "乡": "村镇级里贤", "村": "民级规干居社镇务", "县": "级域区直",
    "市": "场民级域区直", "区": "域级划直", "所": "有在以需谓属处作用", "办": "理公法事好结学案",
    "局": "面势限部", "委": "托派任会", "队": "伍", "站": "点台位岗", "院": "落坝校",
}  # fmt: skip
_LONGEST_STEM: Final = 6
_SHORT_EQUAL: Final = 3  # characters between two changes that rather belong to one


class Edit(NamedTuple):
    """a[start_a:end_a] became b[start_b:end_b]."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int

    @property
    def size(self) -> int:
        """Characters of the longer side."""
        return max(self.end_a - self.start_a, self.end_b - self.start_b)

    def texts(self, a: str, b: str) -> tuple[str, str]:
        """What stood and what stands."""
        return a[self.start_a : self.end_a], b[self.start_b : self.end_b]

    def grown(self, before: int, after: int) -> Edit:
        """The edit with equal text before and after it."""
        return Edit(
            self.start_a - before, self.end_a + after, self.start_b - before, self.end_b + after
        )

    def with_next(self, edit: Edit) -> Edit:
        """The edit from here to the end of the next one."""
        return Edit(
            self.start_a, max(self.end_a, edit.end_a), self.start_b, max(self.end_b, edit.end_b)
        )


class Change(NamedTuple):
    """What stands in a is what stands in b; either may be empty."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    kind: str


def classify(a_text: str, b_text: str, places: Container[str] = ()) -> str:
    """The kind of a change: number, place, body or text. Both texts are folded.

    places: names and stems of names that the caller knows (槿岭镇, 槿岭).
    """
    texts = [text for text in (a_text, b_text) if text]
    if all(_NUMBER.fullmatch(text) and _TELLING.search(text) for text in texts):
        return NUMBER
    if all(_is_place(text, places) for text in texts):
        return PLACE
    if all(_BODY.fullmatch(text) and not _NO_BODY.fullmatch(text) for text in texts):
        return BODY
    return TEXT


def _is_place(text: str, places: Container[str]) -> bool:
    if text in places or _OUR_PLACE.fullmatch(text):
        return True
    return bool(_PLACE.fullmatch(text)) and not _NO_PLACE.fullmatch(text)


def changes_of(
    a: str, b: str, bounds: Edit, edits: Iterable[Edit], places: Container[str] = ()
) -> Iterator[Change]:
    """The changes of two stretches (bounds) made of the edits between them, ascending and apart.

    The edits ascend, and what stands between them is equal. Cuts through numbers, words and names
    are widened into it, and crumbs of equal text between two edits become part of them.
    """
    whole = _widened(_joined(edits), bounds, lambda edit: _to_whole_words(a, b, edit))
    tidy = _without_crumbs(a, b, whole)
    named = _widened(tidy, bounds, lambda edit: _to_whole_names(a, b, edit, places))
    for edit in named:
        start_a, end_a, start_b, end_b = edit
        yield Change(*edit, classify(a[start_a:end_a], b[start_b:end_b], places))


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """The edits, those that touch or overlap as one."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and (edit.start_a <= joined[-1].end_a or edit.start_b <= joined[-1].end_b):
            joined[-1] = joined[-1].with_next(edit)
        else:
            joined.append(edit)
    return joined


def _widened(
    edits: Sequence[Edit], bounds: Edit, reach: Callable[[Edit], tuple[int, int]]
) -> list[Edit]:
    """Each edit grown as far as `reach` says (before, after), into what is equal around it."""
    grown = []
    for n, edit in enumerate(edits):
        before, after = reach(edit)
        last = edits[n - 1].end_a if n else bounds.start_a
        following = edits[n + 1].start_a if n + 1 < len(edits) else bounds.end_a
        before, after = min(before, edit.start_a - last), min(after, following - edit.end_a)
        grown.append(edit.grown(before, after))
    return _joined(grown)


def _without_crumbs(a: str, b: str, edits: Sequence[Edit]) -> list[Edit]:
    """The edits, two as one where less is equal between them than either has changed.

    A number stays by itself.
    """
    kept: list[Edit] = []
    for edit in edits:
        if kept and _is_crumb(a, b, kept[-1], edit):
            kept[-1] = kept[-1].with_next(edit)
        else:
            kept.append(edit)
    return kept


def _is_crumb(a: str, b: str, left: Edit, right: Edit) -> bool:
    equal = right.start_a - left.end_a
    if equal > min(_SHORT_EQUAL, left.size, right.size):
        return False
    return all(classify(*edit.texts(a, b)) != NUMBER for edit in (left, right))


def _to_whole_words(a: str, b: str, edit: Edit) -> tuple[int, int]:
    """How far the numbers and Latin words go on that the edit cuts: (before it, after it)."""
    both = (a, edit.start_a, edit.end_a), (b, edit.start_b, edit.end_b)
    sides = [side for side in both if side[1] < side[2]]
    first = {_script(text, start) for text, start, _end in sides} - {""}
    last = {_script(text, end - 1) for text, _start, end in sides} - {""}
    before, after = 0, 0
    while edit.start_a > before and _script(a, edit.start_a - before - 1) in first:
        before += 1
    while edit.end_a + after < len(a) and _script(a, edit.end_a + after) in last:
        after += 1
    return before, after


def _script(text: str, at: int) -> str:
    """What a character is a part of: a number in figures, in Chinese, a Latin word, or "" """
    c = text[at]
    if c in _FIGURES:
        return "0"
    if c in ".," and text[at - 1 : at] in _FIGURES and text[at + 1 : at + 2] in _FIGURES:
        return "0"
    if c in _NUMERALS:
        return "一"
    return "a" if "a" <= c <= "z" else ""


def _to_whole_names(a: str, b: str, edit: Edit, places: Container[str]) -> tuple[int, int]:
    """How far a name goes on that the edit cuts: (before it, after it)."""
    if edit.start_a == edit.end_a or edit.start_b == edit.end_b:
        return 0, 0
    for before in range(min(_LONGEST_STEM, edit.start_a, edit.start_b)):
        for after in range(_LONGEST_STEM):
            if all(text in places for text in edit.grown(before, after).texts(a, b)):
                return before, after
    if all(text in ("镇", "乡", "街道") for text in edit.texts(a, b)):
        return int(a[edit.start_a - 1 : edit.start_a] in ("我", "本")), 0
    return 0, _end_of_name(a, b, edit, places)


def _end_of_name(a: str, b: str, edit: Edit, places: Container[str]) -> int:
    for end, others in _ENDS.items():
        after = edit.end_a + len(end)
        if a.startswith(end, edit.end_a) and (after == len(a) or a[after] not in others):
            texts = edit.grown(0, len(end)).texts(a, b)
            return len(end) if classify(*texts, places) in (PLACE, BODY) else 0
    return 0
