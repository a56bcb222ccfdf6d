"""Write index/data/gazetteer.txt from the tables in tools/gazetteer.

Run it from the root of the project: python tools/make_gazetteer.py
The tables are those of the National Bureau of Statistics for 2023 (see NOTICE). One line of the
result is one county: province, city, county, its townships; empty where there is no such tier. The
second line holds the few names that folding changes (乾县), so that the program need not fold all.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.analysis import fold  # noqa: E402  the root is on the path only now

TABLES = ROOT / "tools" / "gazetteer"
TARGET = ROOT / "index" / "data" / "gazetteer.txt"
EDITION = "2023"

MUNICIPALITY_TIERS = ("市辖区", "县")  # what the bureau puts between 重庆市 and its districts
DIRECT_TIERS = ("省直辖县级行政区划", "自治区直辖县级行政区划")

_NAMED_LIKE_A_TOWNSHIP = re.compile(r"[^（）()-]{1,12}(?:镇|乡|街道|苏木)")


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one table."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def clean_township(name: str, above: Iterable[str]) -> str | None:
    """The name without the bureau's remarks, or None for an entry that names nothing.

    三星镇（叠石桥家纺产业园区） is 三星镇, 科技城（东渚街道） is 东渚街道, 街道 alone is nothing,
    and 济水街道 is entered as 济源市济水街道. above: names of its county and city.
    """
    pieces = [piece for piece in re.split(r"[（）()\s-]+", name) if piece]
    if len(pieces) > 1:
        pieces = [piece for piece in pieces if _NAMED_LIKE_A_TOWNSHIP.fullmatch(piece)] or [
            "".join(name.split())
        ]
    cleaned = pieces[0] if pieces else ""
    if cleaned.endswith("街道办事处"):
        cleaned = cleaned.removesuffix("办事处")
    for prefix in above:
        rest = cleaned.removeprefix(prefix)
        if len(rest) > 2 and _NAMED_LIKE_A_TOWNSHIP.fullmatch(rest):
            cleaned = rest
    return cleaned if cleaned and cleaned not in ("街道", "乡", "镇") else None


def city_of(province: str, city: str) -> str:
    """The city's name as people use it; empty where a county is right under the province."""
    if city in MUNICIPALITY_TIERS:
        return province
    return "" if city in DIRECT_TIERS else city


def make_lines() -> Iterator[str]:
    """One line a county, in the order of the bureau's codes."""
    provinces = {row["code"]: row["name"] for row in read_table("provinces")}
    cities = {row["code"]: row for row in read_table("cities")}
    areas = {row["code"]: row["name"] for row in read_table("areas")}
    townships: dict[str, list[str]] = {}
    for row in read_table("streets"):
        above = (cities[row["cityCode"]]["name"], areas[row["areaCode"]])
        if name := clean_township(row["name"], (*above, *above)):  # 四平市 may follow 铁东区
            townships.setdefault(row["areaCode"], []).append(name)
    for row in read_table("areas"):
        province = provinces[row["provinceCode"]]
        city = city_of(province, cities[row["cityCode"]]["name"])
        county = "" if row["name"] == city else row["name"]  # 东莞 and 中山 have no counties
        names = " ".join(dict.fromkeys(townships.get(row["code"], ())))
        yield "\t".join((province, city, county, names))


def main() -> None:
    """Write the file; its first line tells the edition and a hash of the rest."""
    lines = list(make_lines())
    names = dict.fromkeys(name for line in lines for name in re.split(r"[\t ]", line))
    folding = " ".join(name for name in names if fold(name) != name)
    body = "".join(line + "\n" for line in (folding, *lines))
    digest = hashlib.sha256(body.encode("utf-8")).hexdigest()[:8]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f"{EDITION}-{digest}\n{body}", encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {EDITION}-{digest}; GAZETTEER_VERSION in index/gazetteer.py must say so")


if __name__ == "__main__":
    main()
