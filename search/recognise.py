"""Years and places among the words of a query, read as filters.

Only where nobody can have meant anything else: an unquoted word at the top level of the query, a
year in one of its usual forms, a place by its full name as the index has it. A date, a count, a
document number, a range of years and a name inside a longer one stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

from index.analysis import fold_stream, kept_offsets
from index.numerals import read_year
from index.querytree import And, Field, Filter, Node, Text, Zone
from search.trees import conjoin


class Recognised(NamedTuple):
    """A word, or a part of one, that was read as a filter; word is as it was typed."""

    field: Field
    value: str | int
    word: str


class KnownPlaces:
    """The places of an index by folded name; they are asked for when a query needs them."""

    def __init__(self, names: Iterable[tuple[Field, str]]) -> None:
        self._names = names

    @cached_property
    def _by_stream(self) -> Mapping[str, Mapping[Field, str]]:
        found: dict[str, dict[Field, str]] = {}
        for field, name in self._names:
            found.setdefault(fold_stream(name), {})[field] = name
        return found

    @cached_property
    def _lengths(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, set[int]] = {}
        for stream in self._by_stream:
            if 2 <= len(stream) <= _LONGEST_NAME:
                found.setdefault(stream[0], set()).add(len(stream))
        return {first: sorted(lengths, reverse=True) for first, lengths in found.items()}

    def named(self, stream: str) -> Mapping[Field, str]:
        """The places whose full name folds to the stream, as the index writes them."""
        return self._by_stream.get(stream, {})

    def lengths(self, first: str) -> Sequence[int]:
        """How long the names are that begin with a character, longest first."""
        return self._lengths.get(first, ())


def recognise(tree: Node, known: KnownPlaces) -> tuple[Node, tuple[Recognised, ...]]:
    """The tree with its years and places as filters, and which words these were.

    Several values of one field become one filter, an explicit `field:value` among them; a range
    of years stays beside it and narrows.
    """
    children = tree.children if isinstance(tree, And) else (tree,)
    found: list[Recognised] = []
    nodes: list[Node] = []
    for child in children:
        if isinstance(child, Text) and not child.quoted and child.zone is Zone.ANYWHERE:
            rest, values = _recognise_word(child, known)
            nodes.extend(rest)
            found.extend(values)
        else:
            nodes.append(child)
    if not found:
        return tree, ()
    filters = [Filter(each.field, (each.value,)) for each in found]
    return conjoin([*nodes, *filters]) or tree, tuple(found)


class _Item(NamedTuple):
    """A year or a place in a stream, from start to end."""

    start: int
    end: int
    field: Field
    value: str | int


def _recognise_word(text: Text, known: KnownPlaces) -> tuple[list[Text], list[Recognised]]:
    """What is left of the word, and what was recognised in it."""
    items = _find_items(text, known)
    if not items:
        return [text], []
    at = kept_offsets(text.typed)  # where the stream was typed
    found = [
        Recognised(item.field, item.value, text.typed[at[item.start] : at[item.end - 1] + 1])
        for item in items
    ]
    rest = []
    for gap in _gaps(items, text.stream):
        start, end = _trim(text.stream, *gap)
        if text.stream[start:end] not in _FILLERS:
            typed = text.typed[at[start] : at[end - 1] + 1]
            rest.append(Text(typed, text.stream[start:end], quoted=False))
    return rest, found


def _find_items(text: Text, known: KnownPlaces) -> list[_Item]:
    """Years and places in the word, in order; they do not overlap."""
    year = read_year(text.typed)
    if year is not None:
        return [_Item(0, len(text.stream), Field.YEAR, year)]
    places = [*_places(text.stream, known)]
    if "20" not in text.stream and "二" not in text.stream:  # as every year has
        return places
    sure: list[_Item] = []
    for item in sorted([*_written_years(text.stream), *places]):
        if not sure or item.start >= sure[-1].end:
            sure.append(item)
    bare = [_bare_years(text.stream, start, end) for start, end in _gaps(sure, text.stream)]
    return sorted([*sure, *chain.from_iterable(bare)])


def _gaps(items: list[_Item], stream: str) -> Iterator[tuple[int, int]]:
    """The stretches of the stream outside of the items that are not empty."""
    starts = [0, *(item.end for item in items)]
    ends = [*(item.start for item in items), len(stream)]
    return ((start, end) for start, end in zip(starts, ends, strict=True) if start < end)


# Years. Left alone: a longer number, a date (2024年5月, 2024年底), a range (2021-2024年, 2021年至
# 2024年), a document number (〔2024〕1号), a standard (iso:2024), a count (2024件).
_APART_BEFORE: Final = (
    r"(?<![0-9a-z.,:〔\[【第])(?<![0-9a-z年度][-—–~.至到/])(?<![0-9a-z年度][-—–~.]{2})"
)
_RANGE_AFTER: Final = r"[-—–~至到./]{1,2}[0-9二]"
_WRITTEN: Final = (
    rf"{_APART_BEFORE}(?:20[0-9]{{2}}|二[〇○零o][〇○零o一二三四五六七八九]{{2}})年度?+"
    rf"(?![0-9底末]|初(?![心步级中高])|[一二三四五六七八九十]{{1,2}}月|[上下]半年|以[来前后]"
    rf"|第?[一二三四1-4]季度|{_RANGE_AFTER})"
)
_COUNTED: Final = (
    "个件人次元万亿余多名户起场份条项页亩吨公平米处家本册篇字天例宗批台套辆栋间所支只张号位"
)
_BARE_FIRST: Final = rf"20[0-9]{{2}}(?![0-9a-z.,:%/年月\]〕】{_COUNTED}]|{_RANGE_AFTER})"
_BARE_LAST: Final = rf"{_APART_BEFORE}20[0-9]{{2}}"


def _written_years(stream: str) -> Iterator[_Item]:
    """The years in the stream that 年 or 年度 follows."""
    for found in re.finditer(_WRITTEN, stream):
        yield from _year_item(found)


def _bare_years(stream: str, start: int, end: int) -> Iterator[_Item]:
    """The years in mere figures with which a stretch of the stream begins and ends."""
    first = re.compile(_BARE_FIRST).match(stream, start, end)
    last = re.compile(_BARE_LAST).match(stream, end - 4, end) if end - 4 >= start else None
    if first:
        yield from _year_item(first)
    if last and not (first and last.start() < first.end()):
        yield from _year_item(last)


def _year_item(found: re.Match[str]) -> Iterator[_Item]:
    year = read_year(found[0])
    if year is not None:
        yield _Item(found.start(), found.end(), Field.YEAR, year)


# Places. A name that goes on is another word (石桥乡村, 青河县域, 云山市场), and one more character
# before a name makes another name (大石桥镇).
_LONGEST_NAME: Final = 24  # a development zone's; a county's is 15 at most
_WIDEST_FIRST: Final = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)
_GOES_ON: Final = {
    "省": "[级长委直会份]",
    "市": "[场域区级委直容值面郊]|长(?![期效远久治])|民(?![政族])|政(?!府)",
    "县": "[域级委直]|长(?![期效远久治])|城(?![关区东西南北市乡镇管])",
    "区": "[域别划级委块]|长(?![期效远久治])",
    "州": "[级委]|长(?![期效远久治])",
    "旗": "[帜舰袍手]",
    "镇": "[街域级]|长(?![期效远久治])",
    "盟": "[友约]",
    "道": "[路德理歉]",
    "乡": "[镇村街亲愁土音贤规风间级]|长(?![期效远久治])",
}
_LINKS: Final = frozenset("的在于和与及从到对向由看查找搜年度")
_OFFICE: Final = "办事处"


def _places(stream: str, known: KnownPlaces) -> Iterator[_Item]:
    """The full names of known places in the stream, the longest where several begin."""
    at = left = 0  # left: the end of the place before
    while at < len(stream) - 1:
        item = _place_at(stream, at, known)
        if item and _stands_alone(stream, item, left, known):
            yield item
            at = left = item.end
        else:
            at += 1


def _place_at(stream: str, start: int, known: KnownPlaces) -> _Item | None:
    """The longest name of a place that begins here; the widest place of that name."""
    for length in known.lengths(stream[start]):
        end = start + length
        named = known.named(stream[start:end])
        if named and end <= len(stream):
            field = next(field for field in _WIDEST_FIRST if field in named)
            office = stream[end - 2 : end] == "街道" and stream.startswith(_OFFICE, end)
            return _Item(start, end + len(_OFFICE) * office, field, named[field])
    return None


def _stands_alone(stream: str, item: _Item, left: int, known: KnownPlaces) -> bool:
    """Whether the name means the place here and is no piece of other words."""
    from index.gazetteer import has_distinctive_stem

    start, end, _field, name = item
    if not has_distinctive_stem(str(name)):
        return False
    if start == 0 and end == len(stream):
        return True
    short = end - start < 3
    if short and stream[end - 1] not in _GOES_ON:
        return False
    if start > left and _in_a_word(stream[start - 1]) and (short or _is_first(stream, start, left)):
        return False
    goes_on = _GOES_ON.get(stream[end - 1])
    if goes_on is None or not re.compile(goes_on).match(stream, end):
        return True
    return _place_at(stream, end, known) is not None


def _is_first(stream: str, start: int, left: int) -> bool:
    """Whether only one character of a word stands before `start`."""
    return start - 1 == left or not _in_a_word(stream[start - 2])


def _in_a_word(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" and c not in _LINKS


# What is left of a word, without what tied it to the filters.
_FILLERS: Final = frozenset(["", *"的和与及或在于从对向由是有中里内", "以及", "关于"])
_TIES: Final = "、。；;：:·/-—–~."


def _trim(stream: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without punctuation, and a 的, where something was cut off."""
    if start > 0:
        while start < end and stream[start] in _TIES:
            start += 1
        if stream.startswith("的", start, end) and end - start > 1:
            start += 1
    if end < len(stream):
        while end > start and stream[end - 1] in _TIES:
            end -= 1
    return start, end
