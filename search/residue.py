"""Names of other places that a report kept: a township or county that is none of its own.

Only full names of three characters or more count (with 镇 乡 街道 县 区 市 旗) that the index or
the gazetteer knows, and stems of names where townships have the same text. One that is a piece of
other words is none, and where the sentence itself speaks of another place (a visit, a partner, a
neighbour, its experience, a firm from there) the name belongs there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from index.analysis import fold_stream, segmenter
from index.engine import Engine
from index.gazetteer import has_distinctive_stem, load
from index.model import Place
from index.passage import Passage
from index.querytree import Field
from search.grouping import Standing
from search.ownnames import own_names, stem
from search.ranges import Range, holds

_FORM: Final = re.compile(r"街道|[镇乡县区市旗]")
_SHORTEST: Final = 3  # 沛县 and 乌镇 stand in too many other words (提高县级, 全乌镇)
_VAGUE: Final = re.compile(r"(?:[新小]?城|城[关厢郊镇中东西南北]|中心|[市集])(?:镇|乡|街道)")
_ORDINARY: Final = 10
"""A stem that stands so many times as often as the name is an ordinary word: 建设 in 建设街道."""
_AT_ONCE: Final = 500  # passages
_TRADITIONAL: Final = re.compile("[鎮鄉縣區]")
_COUNTY, _TOWNSHIP = "县区市旗", "镇乡道"  # how their names end
_TWO: Final = 2

# What follows a name and makes other words of its end (石门镇街, 平安乡村, 云山市场, 建设街道路).
_GOES_ON: Final[Mapping[str, re.Pattern[str]]] = {
    "镇": re.compile(r"[街江痛静压守定]"),
    "乡": re.compile(r"[镇村街亲愁土音贤规风间情野绅邻]"),
    "道": re.compile(r"[路德理歉具]"),
    "县": re.compile(r"[际]"),
    "区": re.compile(r"[别划块间]|域(?!内)"),
    "市": re.compile(r"[场容面值井]"),
    "旗": re.compile(r"[帜舰袍手]"),
}
_LINKS: Final = frozenset("的在于和与及从对向由将使把让经为是至到即以被等该省市县区州")
_SUPERIOR: Final = r"(?:[^,;:。的了]{1,10}[省市县区州])?"

# What stands right before a name that belongs there: a visit, a partner, a neighbour.
_GUEST: Final = re.compile(
    r"(?:赴|前往|远赴|走访|参观|考察|观摩|学习|借鉴|复制|对标|邀请|来自|调任|挂任|联合|会同|协同|携手|"
    r"结对|对口|帮扶|支援|援助|对接|流经|途经|通往|往返|毗邻|邻近|临近|紧邻|相邻|接壤|交界|周边|兄弟|"
    r"友邻|邻县|邻镇|邻乡|例如|比如|包括|与|同|跟|如|原)的?(?:了|过)?" + _SUPERIOR + r"$"
)
_TRAVELS: Final = re.compile(r"[到去往]" + _SUPERIOR + r"$")
_VISITS: Final = re.compile(r"[^;。]{0,15}(?:参观|学习|考察|观摩|调研|交流|取经|跟班|走访)")
# What follows one: its experience, its people, its firms; or it is the name of something there.
_THERE: Final = re.compile(
    r"[^,;。]{0,12}(?:经验|做法|模式|接壤|交界|毗邻|相邻|取经|签订[^,;。]{0,6}协议|联防联控|结对)|"
    r"[人籍](?![民大口员事才力均])|"
    r"[^,;。、]{0,12}(?:公司|事务所|大学|学院|医院|仲裁委)|"
    r"村(?![级居组干民务两社、(（和])|[东西南北中]?(?:路|大道|大街|街(?!道)|巷|桥|水库|高速|收费站|"
    r"火车站|遗址|景区)"
)
_OFFICIAL: Final = re.compile(
    r"党|人民政府|政府|办事处|人大|纪|司法所|派出所|综合|便民|各|辖区|境内|全|依法|法治|20[0-9]{2}年"
)
_BETWEEN_NAMES: Final = frozenset(["、", "和", "与", "及", "以及"])
_WITH: Final = ("、", "和", "与", "及", "同", "跟")


class OtherName(NamedTuple):
    """A name of another place in a section: where it stands in the stream."""

    number: int
    passage: Passage
    start: int
    end: int


class _Names:
    """Full names of townships and counties, by how they end."""

    def __init__(self, engine: Engine) -> None:
        gazetteer = load()
        townships = {*gazetteer.township_names(), *_values(engine, Field.TOWNSHIP)}
        counties = {*gazetteer.county_names(), *_values(engine, Field.COUNTY)}
        self.townships = frozenset(map(fold_stream, filter(_is_telling, townships)))
        self.counties = frozenset(map(fold_stream, filter(_is_telling, counties)))
        lengths: dict[str, set[int]] = {}
        for name in self.townships | self.counties:
            lengths.setdefault(name[-_TWO:], set()).add(len(name))
        self._lengths = {end: sorted(found, reverse=True) for end, found in lengths.items()}

    def standing(self, text: str) -> list[Range]:
        """Where names stand in a folded text, the longest where they overlap."""
        found: list[Range] = []
        for form in _FORM.finditer(text):
            end = form.end()
            for length in self._lengths.get(text[end - _TWO : end], ()):
                start = end - length
                if start >= 0 and text[start:end] in self:
                    _add_longer(found, (start, end))
                    break
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.townships or name in self.counties


def _add_longer(found: list[Range], new: Range) -> None:
    """Add the new stretch, or keep the longer of it and the last one where they overlap."""
    if found and new[0] < found[-1][1]:
        if new[1] - new[0] <= found[-1][1] - found[-1][0]:
            return
        found.pop()
    found.append(new)


def _values(engine: Engine, field: Field) -> Iterator[str]:
    return (value for value in engine.values(field) if isinstance(value, str))


def _is_telling(name: str) -> bool:
    """Whether a name is one that can be found in a text without doubt."""
    if len(name) < _SHORTEST or _VAGUE.fullmatch(name) or not has_distinctive_stem(name):
        return False
    return name.endswith(("镇", "乡", "街道", "县", "区", "市", "旗"))


@lru_cache(maxsize=1 << 10)
def _ours(township: str | None) -> re.Pattern[str]:
    """What a sentence calls the report's own place."""
    own = f"|{re.escape(fold_stream(township))}" if township else ""
    return re.compile(rf"[我本](?:镇|乡|街道|县|区|市|辖区|地){own}")


class OtherNames:
    """Finds names of other places in the sections of one index."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._names = _Names(engine)
        self._is_ordinary = lru_cache(maxsize=None)(self._stands_elsewhere)

    def in_sections(self, numbers: Sequence[int]) -> Iterator[OtherName]:
        """Full names of other places, in the order of the sections."""
        for at in range(0, len(numbers), _AT_ONCE):
            some = numbers[at : at + _AT_ONCE]
            for number, passage in zip(some, self._engine.passages(some), strict=True):
                for start, end in self._in_passage(passage):
                    yield OtherName(number, passage, start, end)

    def in_groups(self, groups: Iterable[Sequence[Standing]]) -> Iterator[OtherName]:
        """Stems of names of townships that have the same text, in that text: 荻溪 of 荻溪镇."""
        found: set[tuple[int, int, int]] = set()
        for group in groups:
            passages = self._engine.passages([each.section for each in group])
            towns = {fold_stream(p.place.township) for p in passages if p.place.township}
            if len(towns) < _TWO:
                continue
            for standing, passage in zip(group, passages, strict=True):
                for span in self._stems(passage, standing.stretches, towns):
                    if (standing.section, *span) not in found:
                        found.add((standing.section, *span))
                        yield OtherName(standing.section, passage, *span)

    def _stems(
        self, passage: Passage, stretches: Iterable[Range], towns: Iterable[str]
    ) -> Iterator[Range]:
        """Where the stems of these townships stand in the stretches, not within full names."""
        own, text = own_names(passage.place), passage.text
        full: Sequence[Range] | None = None
        for town in sorted(town for town in towns if not own.has(town)):
            if stem(town) not in text or not _is_telling(town) or self._is_ordinary(town):
                continue
            full = self._names.standing(text) if full is None else full
            for span in _all(text, stem(town), stretches):
                if (
                    not holds(full, span[0])
                    and _kept(passage, text, span, full)
                    and _is_word(text, span)
                ):
                    yield span

    def _in_passage(self, passage: Passage) -> Iterator[Range]:
        if passage.place == Place():
            return
        text = passage.unfolded  # of simplified names the same as the folded stream
        if _TRADITIONAL.search(text):
            text = passage.text
        standing = self._names.standing(text)
        others = [s for s in standing if self._is_other(text[slice(*s)], passage.place)]
        if others:
            text = passage.text
            others = [s for s in _chained(text, others) if _kept(passage, text, s, standing)]
            yield from (s for s in others if self._is_name(text, s))

    def _is_other(self, name: str, place: Place) -> bool:
        """Whether the name can only be another place's, for a report of a place.

        A county's report may name its townships; whose county is not known may name any.
        """
        if own_names(place).has(name):
            return False
        return (place.township if name in self._names.townships else place.county) is not None

    def _is_name(self, text: str, stretch: Range) -> bool:
        """Whether the place is meant, and no other words that run so."""
        start, end = stretch
        if self._is_ordinary(text[start:end]):
            return _stands_alone(text, start) and bool(_OFFICIAL.match(text, end))
        return _is_word(text, stretch)

    def _stands_elsewhere(self, name: str) -> bool:
        """Whether the stem of a name is a word that stands much more often than the name."""
        short = stem(name)
        if len(short) < _TWO:
            return True
        return self._engine.count(short) > _ORDINARY * max(self._engine.count(name), 1)


def _chained(text: str, stretches: Sequence[Range]) -> Iterator[Range]:
    """The stretches; a county and the township that follows are one."""
    is_told = False  # with the one before
    for n, (start, end) in enumerate(stretches):
        if is_told:
            is_told = False
            continue
        next_start, next_end = stretches[n + 1] if n + 1 < len(stretches) else (-1, 0)
        is_told = end == next_start and text[end - 1] in _COUNTY and text[next_end - 1] in _TOWNSHIP
        yield start, next_end if is_told else end


def _in_a_word(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" and c not in _LINKS


def _all(text: str, wanted: str, stretches: Iterable[Range]) -> Iterator[Range]:
    """Where a text stands within the stretches."""
    for start, end in stretches:
        at = text.find(wanted, start, end)
        while at >= 0:
            yield at, at + len(wanted)
            at = text.find(wanted, at + 1, end)


def _is_word(text: str, stretch: Range) -> bool:
    """Whether a word begins where the stretch does."""
    return _stands_alone(text, stretch[0]) or _begins_a_word(text, *stretch)


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or not _in_a_word(text[start - 1])


def _begins_a_word(text: str, start: int, end: int) -> bool:
    """The same, as the dictionary cuts the text around it."""
    at = max(start - 8, 0)
    for word in segmenter().cut(text[at : end + 4]):
        if at >= start:
            return at == start
        at += len(word)
    return False


def _kept(passage: Passage, text: str, stretch: Range, standing: Sequence[Range]) -> bool:
    """Whether nothing in the sentence says that the other place is meant."""
    start, end = stretch
    if text[start:end] in fold_stream(passage.title or ""):
        return False
    goes_on = _GOES_ON.get(text[end - 1])
    if goes_on and goes_on.match(text, end):
        return False
    first, last = sentence_bounds(passage, start)
    before, after = text[max(first, start - 24) : start], text[end : min(last, end + 24)]
    if _GUEST.search(before) or _THERE.match(after):
        return False
    if _TRAVELS.search(before) and _VISITS.match(after):
        return False
    ours = _ours(passage.place.township)
    return not (_is_listed(text, stretch, standing) or _is_partner(before, after, ours))


def _is_listed(text: str, stretch: Range, standing: Sequence[Range]) -> bool:
    """Whether the name is one of several: 石门镇、白水乡和青山镇. standing ascends."""
    start, end = stretch
    before = bisect_left(standing, start, key=itemgetter(0)) - 1
    after = bisect_left(standing, end, key=itemgetter(0))
    if before >= 0 and text[standing[before][1] : start] in _BETWEEN_NAMES:
        return True
    return after < len(standing) and text[end : standing[after][0]] in _BETWEEN_NAMES


def _is_partner(before: str, after: str, ours: re.Pattern[str]) -> bool:
    """Whether the sentence names the report's own place beside the other: 我镇和石门镇."""
    named = [*ours.finditer(before)]
    if named and before[named[-1].end() :].endswith(_WITH):
        return True
    return after.startswith(_WITH) and ours.match(after, 1) is not None


def sentence_bounds(passage: Passage, position: int) -> Range:
    """Where in the stream the sentence of a character begins and ends."""
    at = passage.sentence_at(position)
    return (passage.sentences[at - 1][0] if at else 0), passage.sentences[at][0]
