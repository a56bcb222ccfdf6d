"""The measures of a section: 一是 二是, 首先 其次, numbered items, or the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from index.analysis import fold
from index.model import Span
from index.numerals import read_small_number
from indexer.parse.lines import LINE_BREAKS, announces

MAX_MARKS = 5_000
"""Item marks looked at in one section; what follows them belongs to the last item."""

_STOPS = "。;:!?…”’」』)》"
_NOT_ITEMS = "统之唯惟万其第单专任归逐划莫"
"""Characters before 一是 that make it another word: 统一是, 之一是, 唯一是, 万一是."""

_IS = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})\s?是")
_FIRST = re.compile(r"首先|其次|再次|再者|然后|最后|第[二三四五六七八九十],")
_LISTS = (
    (re.compile(r"第(?P<number>[一二三四五六七八九十]{1,2})[,、:是]"), "二"),
    (re.compile(r"其(?P<number>[一二三四五六七八九十]{1,2})[,、:是]"), "二"),
    (re.compile(r"(?P<number>[一二三四五六七八九十]{1,2})要(?!求|素|点|件|务)"), "二"),
    (re.compile(r"(?<![0-9a-z.·/-])(?P<number>[0-9]{1,2})\s?[.、](?!\s?[0-9])"), "2"),
    (re.compile(r"\((?P<number>[0-9]{1,2})\)"), "2"),
    (re.compile(r"\((?P<number>[一二三四五六七八九十]{1,2})\)"), "二"),
    (re.compile(r"(?<![一二三四五六七八九十])(?P<number>[一二三四五六七八九十]{1,2})、"), "二"),
    (re.compile(r"(?P<number>[①-⑳])"), "②"),
)
"""How the items of a list are numbered, and what no list of two is without."""
_PARAGRAPHS = re.compile(rf"[^{LINE_BREAKS}]+")


def measures_of(source: str, span: Span, *, introduces: bool = False) -> tuple[Span, ...]:
    """The measures in a stretch of a source; `introduces` when sub-sections follow it."""
    text = source[span.start : span.end]
    found = split_measures(fold(text), Span(0, len(text)), introduces=introduces)
    return tuple(Span(span.start + start, span.start + end) for start, end in found)


def split_measures(plain: str, span: Span, *, introduces: bool) -> tuple[Span, ...]:
    """The same over the folded source, without furniture in mind."""
    starts = _item_starts(plain, span)
    if starts:
        return tuple(_trimmed(plain, a, b) for a, b in pairwise([*starts, span.end]))
    whole = _trimmed(plain, *span)
    if whole.start == whole.end:
        return ()
    return _unnumbered(plain, whole) if introduces else (whole,)


def _unnumbered(plain: str, span: Span) -> tuple[Span, ...]:
    """The paragraphs before a sub-section where there are several; one alone introduces it."""
    paragraphs = list(_paragraphs(plain, span))
    if len(paragraphs) < 2:
        return ()
    return tuple(p for p in paragraphs if not announces(plain, p.start, p.end))


def _paragraphs(plain: str, span: Span) -> Iterator[Span]:
    """Paragraphs; a line that ends in the middle of a sentence goes on (page breaks do that)."""
    start: int | None = None
    for found in _PARAGRAPHS.finditer(plain, span.start, span.end):
        line = _trimmed(plain, *found.span())
        if line.start == line.end:
            continue
        start = line.start if start is None else start
        if plain[line.end - 1] in _STOPS or line.end == span.end:
            yield Span(start, line.end)
            start = None


def _item_starts(plain: str, span: Span) -> list[int]:
    """Where the items of the section's outermost list begin; empty when it has none."""
    items = _is_items(plain, span)
    if items:
        return items
    items = _first_items(plain, span)
    if items:
        return items
    forms = [form for form, second in _LISTS if plain.find(second, *span) >= 0]
    lists = (_list_items(plain, span, form) for form in forms)
    found = [starts for starts in lists if starts]
    return min(found, key=lambda starts: starts[0]) if found else []


def _is_items(plain: str, span: Span) -> list[int]:
    """Where 一是, 二是 … begin an item, and not the end of 统一是 or 之一是."""
    starts: list[int] = []
    last, glued = 0, -1
    for found in _marks(_IS, plain, span):
        value = read_small_number(found["number"])
        before, broken = _before(plain, span.start, found.start())
        if value is None or (before and before in _NOT_ITEMS):
            continue
        at_break = not before or before in _STOPS or broken
        goes_on = last > 0 and value == last + 1
        if value == 2 and at_break and glued >= 0 and not goes_on:
            starts.append(glued)  # 主要表现一是…;二是…: the second tells what the first was
        if at_break or goes_on or (value == 1 and before in ",、"):
            starts.append(found.start())
            last, glued = value, -1
        elif value == 1:
            last, glued = 0, found.start()
    return starts


def _first_items(plain: str, span: Span) -> list[int]:
    """Where 首先, 其次, 最后 begin sentences, one chain or more."""
    if plain.find("首先", *span) < 0:
        return []
    chains: list[list[int]] = []
    for found in _marks(_FIRST, plain, span):
        before, broken = _before(plain, span.start, found.start())
        if before and before not in _STOPS and not broken:
            continue
        if found[0] == "首先":
            chains.append([])
        if chains:
            chains[-1].append(found.start())
    return [start for chain in chains if len(chain) > 1 for start in chain]


def _list_items(plain: str, span: Span, form: re.Pattern[str]) -> list[int]:
    """Where the items of runs 1, 2, … of at least two begin."""
    runs: list[list[int]] = []
    expected = 0
    for found in _marks(form, plain, span):
        value = _value(found["number"])
        before, broken = _before(plain, span.start, found.start())
        at_break = not before or before in _STOPS or broken
        if value == 1 and (at_break or before == ","):
            runs.append([found.start()])
            expected = 2
        elif value == expected and runs and (at_break or before in ",、"):
            runs[-1].append(found.start())
            expected += 1
    return [start for run in runs if len(run) > 1 for start in run]


def _marks(form: re.Pattern[str], plain: str, span: Span) -> Iterator[re.Match[str]]:
    return islice(form.finditer(plain, span.start, span.end), MAX_MARKS)


def _value(number: str) -> int | None:
    return ord(number) - ord("①") + 1 if "①" <= number <= "⑳" else read_small_number(number)


def _before(plain: str, start: int, at: int) -> tuple[str, bool]:
    """The last character before `at` that is not white space, and whether a line ends between."""
    i = at
    while i > start and plain[i - 1].isspace():
        i -= 1
    return (plain[i - 1] if i > start else ""), "\n" in plain[i:at] or "\r" in plain[i:at]


def _trimmed(plain: str, start: int, end: int) -> Span:
    while start < end and plain[start].isspace():
        start += 1
    while end > start and plain[end - 1].isspace():
        end -= 1
    return Span(start, end)
