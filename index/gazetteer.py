"""Townships, counties, cities and provinces of China, and which lies in which.

The data file has its version, the names that folding changes (乾县), then one line a county:
province, city, county, townships; the city is empty where a county is right under its province,
the county where a city has no counties (东莞, 中山). Names are found as printed and as folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

from index.analysis import fold
from index.model import Place

GAZETTEER_VERSION = "2023-5625733a"
"""Edition and hash of the data file (its first line)."""

MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})

_DATA = Path(__file__).with_name("data") / "gazetteer.txt"

_PEOPLES = """
    蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜
    水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒
    乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各
"""
_AUTONOMOUS = re.compile(
    r"(?P<stem>.{2,}?)(?:(?:"
    + "|".join(f"{name}族" for name in _PEOPLES.split())
    + "|"
    + "|".join(name for name in _PEOPLES.split() if len(name) > 1)
    + r")+)自治(?P<tier>[县州旗区])"
)

_NO_STEM = re.compile(
    r"(?:[城郊矿东西南北中]|新城|老城|市辖|中心城|主城)区"
    r"|[省市县]?(?:国家级?|省级|城[东西南北中])?(?:经济|技术|高新|产业|工业|农业|旅游|度假|风景|名胜|开发|"
    r"管理|生态|示范|保税|综合|科技|园|新|城)*(?:区|园|城|新区)"
    r"|[市县]?(?:国营|国有)?(?:[农林牧渔茶盐园种猪牛马羊]|原种|良种|园艺|农牧|养殖)+场|[市县]?苗圃|水库|煤矿|街道"
)


class Gazetteer:
    """Places by name.

    Every look-up takes the full name; an autonomous county or city also answers to its short form
    (彭水县, 彭水自治县, 凉山州), a province to its bare name (湖南).
    """

    def __init__(self, data: str) -> None:
        _, folding, *lines = data.splitlines()
        self._rows = [line.split("\t") for line in lines]
        self._printed = {fold(name): name for name in folding.split(" ")}

    def townships(self, name: str) -> tuple[Place, ...]:
        """Every township of this name, with its county, city and province."""
        names = dict.fromkeys((name, self._printed.get(name, name)))  # 蒙阳街道 and 濛阳街道
        return tuple(
            self._place(self._rows[number], printed)
            for printed in names
            for number in self._by_town.get(printed, ())
        )

    def counties(self, name: str) -> tuple[Place, ...]:
        """Every county of this name, with its city and province."""
        return self._by_county.get(self._printed.get(name, name), ())

    def cities(self, name: str) -> tuple[Place, ...]:
        """The city of this name with its province; a municipality is its own city."""
        return self._by_city.get(self._printed.get(name, name), ())

    def province(self, name: str) -> str | None:
        """The full name of a province that is given in full or without 省 or 自治区."""
        return self._by_province.get(name)

    @cached_property
    def provinces(self) -> tuple[str, ...]:
        """The full names of all provinces, in the order of their codes."""
        return tuple(dict.fromkeys(row[0] for row in self._rows))

    def is_place_name(self, name: str) -> bool:
        """Whether a township, county, city or province is called so, in one of the ways above."""
        return bool(
            self.counties(name)
            or self.cities(name)
            or self.province(name)
            or self.is_township(name)
        )

    def is_township(self, name: str) -> bool:
        """Whether some township is called so."""
        return name in self._by_town or self._printed.get(name) in self._by_town

    def township_names(self) -> Iterator[str]:
        """The name of every township, each once."""
        return iter(self._by_town)

    def county_names(self) -> Iterator[str]:
        """The name of every county, each once, an autonomous one's short forms too."""
        return iter(self._by_county)

    def townships_of(self, county: Place) -> tuple[str, ...] | None:
        """The townships of a county, given with all that is above it, or None where it has none.

        A city without counties is given with None for its county.
        """
        return self._townships.get((county.province, county.city, county.county))

    @cached_property
    def ranks(self) -> dict[tuple[str | None, ...], int]:
        """The place in official order of each province, (province, city), and county likewise."""
        ranks: dict[tuple[str | None, ...], int] = {}
        for number, path in enumerate(self._townships):
            for depth in (1, 2, 3):
                ranks.setdefault(path[:depth], number)
        return ranks

    @staticmethod
    def _place(row: list[str], township: str | None = None) -> Place:
        return Place(township, row[2] or None, row[1] or None, row[0])

    @cached_property
    def _townships(self) -> dict[tuple[str | None, ...], tuple[str, ...]]:
        """The townships by (province, city, county)."""
        return {
            (row[0], row[1] or None, row[2] or None): tuple(row[3].split(" ")) if row[3] else ()
            for row in self._rows
        }

    @cached_property
    def _by_town(self) -> dict[str, list[int]]:
        """Line numbers by the name of a township."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            for name in row[3].split(" ") if row[3] else ():
                if name in found:
                    found[name].append(number)
                else:
                    found[name] = [number]
        return found

    @cached_property
    def _by_county(self) -> dict[str, tuple[Place, ...]]:
        found: dict[str, tuple[Place, ...]] = {}
        for row in self._rows:
            for name in short_forms(row[2]) if row[2] else ():
                found[name] = (*found.get(name, ()), self._place(row))
        return found

    @cached_property
    def _by_city(self) -> dict[str, tuple[Place, ...]]:
        cities = dict.fromkeys((row[0], row[1]) for row in self._rows if row[1])
        return {
            name: (Place(None, None, city, province),)
            for province, city in cities
            for name in short_forms(city)
        }

    @cached_property
    def _by_province(self) -> dict[str, str]:
        return {form: name for name in self.provinces for form in (name, short_province(name))}


@cache
def load() -> Gazetteer:
    """The gazetteer; the file is read at the first call."""
    return Gazetteer(_DATA.read_text(encoding="utf-8"))


def short_forms(name: str) -> tuple[str, ...]:
    """The name and what people say for it: 彭水县 and 彭水自治县, 凉山州; mostly only it."""
    found = _AUTONOMOUS.fullmatch(name) if "自治" in name else None
    if found is None:
        return (name,)
    stem, tier = found["stem"], found["tier"]
    return tuple(dict.fromkeys((name, f"{stem}{tier}", f"{stem}自治{tier}")))


def short_province(name: str) -> str:
    """The bare name of a province: 湖南, 广西, 内蒙古, 重庆."""
    found = _AUTONOMOUS.fullmatch(name)
    return found["stem"] if found else re.sub(r"(?:省|市|自治区)$", "", name)


def has_distinctive_stem(name: str) -> bool:
    """Whether a name says which place it means: not 开发区, 城区, 林场, 城关镇."""
    return _NO_STEM.fullmatch(name) is None
