"""Place names in a text: runs such as 例市例州区试例镇, from the province down.

Texts here are folded and without white space. A name is taken from the gazetteer where it stands
there, else recognised by its form; among all ways to read a run the one with most known names and
a township wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.gazetteer import Gazetteer, has_distinctive_stem
from index.model import Place

_PROVINCE, _CITY, _COUNTY, _TOWNSHIP = range(4)
_LONGEST_NAME = 15
_KNOWN_WORTH = (8, 8, 8, 12)
_FORM_WORTH = (1, 1, 2, 4)
_FITS = 6  # a known township in the county or city named before it

_FORMS = (
    re.compile(r"[\u4e00-\u9fff]{1,6}?(?:省|自治区)"),
    re.compile(r"[\u4e00-\u9fff]{1,7}?(?:市|自治州|州(?![区县市城镇])|盟|地区)"),
    re.compile(r"[\u4e00-\u9fff]{1,6}?(?:自治县|县|区|旗|市)"),
    re.compile(r"[\u4e00-\u9fff]{1,8}?(?:族乡|镇|乡|街道|街(?!道|街)|苏木|[农林牧]场)"),
)
_GOES_ON = re.compile(r"镇|乡(?!镇)|街道")  # 黄村镇, 石家乡镇: the lazy form stopped too early
_GENERIC_UPPER = re.compile(
    r".*(?:自治区|社区|小区|辖区|市区|片区|景区|园区|校区|库区|山区|林区|城区|地区|(?:开发|功能|示范|管理|实验|保护)区|"
    r"[全我本各该][市县区旗州省]|城市|都市|超市|红旗|国旗)"
    r"|.*(?:委员会|政府|办事处|党|法治|依法|关于|年).*"
)
_GENERIC_TOWNSHIP = re.compile(
    r"(?:[本我各全该某贵每两城乡村市集家故返下离入进出当中大老新古主场县区省]|小城|中心|特色|重点|城乡|步行|建制|示范|"
    r".*(?:法治|依法治|各|全|我|本|该|个))(?:镇|乡|街道|街|[农林牧]场|族乡)"
    r"|.*(?:建设|推进|加强|落实|履行|政府|委员会|工作|依法|开展).*"
)
_AFTER_TOWNSHIP = re.compile(
    r"$|人民政府|政府|党|工委|工作委员会|委员会|管委会|人大|办事处|办|司法所|综合|便民|机关|20[0-9]{2}|二[〇○零o0]|年|"
    r"法治|依法|关于|推进|贯彻|落实|开展|履行|全面|政务|政协|第|[^\u4e00-\u9fff]"
)
_AFTER_UPPER = re.compile(
    r"$|人民政府|政府|委|党委|司法局|法治|依法|全面|20[0-9]{2}|二[〇○零o0]|年|关于|人大|政协|第|五年|[^\u4e00-\u9fff]"
)
_DEPARTMENT_WORD = re.compile(
    r"[\u4e00-\u9fff]{1,12}?(?:局|厅|委员会|委|办公室|法院|检察院|管委会|中心|支队|大队)"
)
_ANCHOR = re.compile(
    r"(?:^|关于|年度?|[\[\]《》【】()“”\"|:,。;—_\-·/\\、]|人民政府|委员会|中共|(?<=[0-9])(?=[^0-9年]))"
    r"(?:关于|印发|转发|中共|中国共产党)*"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Place names that stand one after another, at start..end of the text.

    known tells whether the last of them stands in the gazetteer.
    """

    start: int
    end: int
    place: Place
    known: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    end: int
    names: tuple[str | None, ...]
    worth: int
    known: bool


def read_runs(gazetteer: Gazetteer, text: str) -> Iterator[Run]:
    """The runs that begin where a name can begin: at the start, after 关于, a year, a bracket."""
    end = 0
    for anchor in _ANCHOR.finditer(text):
        if anchor.end() < end:
            continue
        run = read_run(gazetteer, text, anchor.end())
        if run is not None:
            end = run.end
            yield run


@lru_cache(1 << 10)  # a folder's name is read once for every report in it
def read_run(gazetteer: Gazetteer, text: str, start: int) -> Run | None:
    """The best reading of the place names that begin at `start`, or None."""
    readings = list(_read_on(gazetteer, text, _Reading(start, (None,) * 4, 0, False), _PROVINCE))
    if not readings:
        return None
    best = max(
        readings, key=lambda reading: (reading.worth, reading.end, reading.names.count(None))
    )
    return Run(start, best.end, _as_place(gazetteer, best.names), best.known)


def department_after(text: str, end: int) -> str | None:
    """The name of an office that follows a run (司法局), or None."""
    if text.startswith(("人民政府办", "政府办", "委办公室", "党委", "委员会", "工作委员会"), end):
        return None
    found = _DEPARTMENT_WORD.match(text, end)
    return found[0] if found and "人民政府" not in found[0] else None


def _read_on(gazetteer: Gazetteer, text: str, so_far: _Reading, tier: int) -> Iterator[_Reading]:
    """Every way to read on after `so_far`, with a name of `tier` or below."""
    for level in range(tier, 4):
        for end, known in _names_at(gazetteer, text, so_far.end, level):
            if level == _TOWNSHIP and not known and so_far.worth and end - so_far.end < 3:
                continue  # 东市口镇 is no 口镇 in a city 东市
            worth = (_KNOWN_WORTH if known else _FORM_WORTH)[level]
            if level == _PROVINCE and text[end - 1] not in "省市区":
                worth = 0  # 湖南 may begin 湖南路街道
            elif known and level == _TOWNSHIP and text[end - 1] in "区市县":
                worth = _KNOWN_WORTH[_COUNTY] - 1  # 西工区 is a township too
            names = (*so_far.names[:level], text[so_far.end : end], *so_far.names[level + 1 :])
            reading = _Reading(end, names, so_far.worth + worth, known)
            if level == _TOWNSHIP and known and _lies_in(gazetteer, names):
                reading = _Reading(end, names, reading.worth + _FITS, known)
            if _may_end(text, end, level, known=known):
                yield reading
            if level < _TOWNSHIP and end < len(text):
                yield from _read_on(gazetteer, text, reading, level + 1)


def _names_at(gazetteer: Gazetteer, text: str, at: int, level: int) -> Iterator[tuple[int, bool]]:
    """Where names of a tier that begin at `at` may end, and whether the gazetteer has them."""
    for end in range(min(len(text), at + _LONGEST_NAME), at + 1, -1):
        if _is_known(gazetteer, text[at:end], level, office=text.startswith("办事处", end)):
            yield end, True
    found = _FORMS[level].match(text, at)
    if found is None:
        return
    end = found.end()
    while level == _TOWNSHIP and (longer := _GOES_ON.match(text, end)):
        end = longer.end()
    if not (_GENERIC_TOWNSHIP if level == _TOWNSHIP else _GENERIC_UPPER).fullmatch(text, at, end):
        yield end, False


def _is_known(gazetteer: Gazetteer, name: str, level: int, *, office: bool) -> bool:
    if level == _PROVINCE:
        return gazetteer.province(name) is not None
    if level == _CITY:
        return bool(gazetteer.cities(name)) and gazetteer.province(name) is None
    if level == _COUNTY:
        return bool(gazetteer.counties(name))
    if gazetteer.is_township(name):
        return has_distinctive_stem(name)
    return (office or name.endswith("街")) and formal_street(gazetteer, name) is not None


def formal_street(gazetteer: Gazetteer, name: str) -> str | None:
    """The street that a short name means: 松洲街 and 松洲(办事处) are 松洲街道."""
    formal = name + ("道" if name.endswith("街") else "街道")
    return formal if len(name) > 1 and gazetteer.is_township(formal) else None


def _may_end(text: str, end: int, level: int, *, known: bool) -> bool:
    """Whether a run may end here: what follows is no part of another word."""
    if level == _TOWNSHIP:
        if text.startswith("镇", end) and text[end - 1] == "乡":
            return False  # 平安乡镇 is no 平安乡
        return known or _AFTER_TOWNSHIP.match(text, end) is not None
    if level == _PROVINCE and text[end - 1] not in "省市区":
        return False  # a bare 湖南 begins a run and does not end one
    if _AFTER_UPPER.match(text, end):
        return True
    return known and _DEPARTMENT_WORD.match(text, end) is not None


def _lies_in(gazetteer: Gazetteer, names: tuple[str | None, ...]) -> bool:
    """Whether a known township lies in what is named before it."""
    above = _as_place(gazetteer, (*names[:_TOWNSHIP], None))
    if above == Place():
        return False
    return any(agrees(place, above) for place in gazetteer.townships(names[_TOWNSHIP] or ""))


def agrees(place: Place, above: Place) -> bool:
    """Whether a place's county, city and province are those of `above`, as far as it tells."""
    return (
        above.county in (None, place.county)
        and above.city in (None, place.city)
        and above.province in (None, place.province)
    )


def _as_place(gazetteer: Gazetteer, names: tuple[str | None, ...]) -> Place:
    """The names in full: 湖南省 for 湖南, 彭水苗族土家族自治县 for 彭水县."""
    province, city, county, township = names
    full_province = (gazetteer.province(province) or province) if province else None
    if full_province and gazetteer.cities(full_province):
        city = city or full_province  # 重庆市 is both
    cities = gazetteer.cities(city) if city else ()
    counties = gazetteer.counties(county) if county else ()
    if township:
        namesakes = gazetteer.townships(township)
        formal = None if namesakes else formal_street(gazetteer, township)
        township = namesakes[0].township if namesakes else formal or township
    return Place(
        township,
        counties[0].county if counties else county,
        cities[0].city if cities else city,
        full_province,
    )
