"""The gazetteer: what lies where, and that the generated file is the one of its tables."""

from __future__ import annotations

import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold
from index.gazetteer import (
    GAZETTEER_VERSION,
    Gazetteer,
    has_distinctive_stem,
    load,
    short_forms,
    short_province,
)
from index.model import Place

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "index" / "data" / "gazetteer.txt"


def test_the_data_file_is_what_the_script_makes_of_the_tables() -> None:
    make_lines = runpy.run_path(str(ROOT / "tools" / "make_gazetteer.py"))["make_lines"]
    assert DATA.read_text("utf-8").splitlines()[2:] == list(make_lines())


def test_the_version_is_that_of_the_data_file() -> None:
    assert DATA.read_text("utf-8").partition("\n")[0] == GAZETTEER_VERSION


def test_every_name_that_folding_changes_is_found_as_folded() -> None:
    gazetteer = load()
    changed = [name for name in gazetteer.township_names() if fold(name) != name]
    assert changed
    for name in changed:
        assert name in {place.township for place in gazetteer.townships(fold(name))}
    assert gazetteer.counties(fold("乾县")) == gazetteer.counties("乾县") != ()


@pytest.mark.parametrize(
    ("name", "county", "city", "province"),
    [
        pytest.param("聚奎镇", "梁平区", "重庆市", "重庆市", id="district of a municipality"),
        pytest.param("城口县", None, None, None, id="a county is no township"),
        pytest.param("彭场镇", "仙桃市", None, "湖北省", id="county right under its province"),
        pytest.param("大岭山镇", None, "东莞市", "广东省", id="city without counties"),
    ],
)
def test_townships_lie_where_people_say(
    name: str, county: str | None, city: str | None, province: str | None
) -> None:
    expected = (Place(name, county, city, province),) if province else ()
    assert load().townships(name) == expected


def test_namesakes_are_all_told() -> None:
    counties = {place.county for place in load().townships("西坪镇")}
    assert counties == {"云州区", "安溪县", "西峡县", "播州区", "甘谷县"}


def test_seven_of_ten_townships_have_a_name_of_their_own() -> None:
    gazetteer = load()
    names = list(gazetteer.township_names())
    alone = sum(len(gazetteer.townships(name)) == 1 for name in names)
    total = sum(len(gazetteer.townships(name)) for name in names)
    assert total > 41_000
    assert 0.65 < alone / total < 0.75


@pytest.mark.parametrize("name", ["彭水苗族土家族自治县", "彭水县", "彭水自治县"])
def test_an_autonomous_county_answers_to_its_short_names(name: str) -> None:
    (place,) = load().counties(name)
    assert place == Place(None, "彭水苗族土家族自治县", "重庆市", "重庆市")


def test_short_forms_leave_out_the_peoples() -> None:
    assert short_forms("凉山彝族自治州") == ("凉山彝族自治州", "凉山州", "凉山自治州")
    assert short_forms("西峡县") == ("西峡县",)
    assert short_province("新疆维吾尔自治区") == "新疆"
    assert load().province("广西") == "广西壮族自治区"


@pytest.mark.parametrize("name", ["开发区", "城区", "郊区", "林场", "经济开发区", "苗圃"])
def test_names_of_kinds_of_places_have_no_stem(name: str) -> None:
    assert not has_distinctive_stem(name)


@pytest.mark.parametrize("name", ["城关镇", "新林镇", "莲湖区", "东城街道", "长寿区", "红旗农场"])
def test_names_of_places_have_a_stem(name: str) -> None:
    assert has_distinctive_stem(name)


@given(st.text())
def test_no_name_raises(name: str) -> None:
    gazetteer = load()
    known = gazetteer.counties(name) or gazetteer.cities(name) or gazetteer.townships(name)
    assert gazetteer.is_place_name(name) == bool(known or gazetteer.province(name))


def test_an_import_reads_no_data() -> None:
    code = "import index.gazetteer as g; print(g.load.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"0"


def test_a_gazetteer_of_few_lines() -> None:
    few = Gazetteer("v\n-\n甲省\t\t乙县\t丙镇 丁乡\n甲省\t戊市\t\t丙镇\n")
    assert few.townships("丙镇") == (
        Place("丙镇", "乙县", None, "甲省"),
        Place("丙镇", None, "戊市", "甲省"),
    )
    assert few.cities("戊市") == (Place(None, None, "戊市", "甲省"),)
    assert few.provinces == ("甲省",)
    assert few.is_place_name("丁乡")
    assert not few.is_place_name("己乡")


def test_a_county_has_the_townships_that_lie_in_it_in_official_order() -> None:
    gazetteer = load()
    (county,) = gazetteer.counties("城口县")
    names = gazetteer.townships_of(county) or ()
    assert names[:2] == ("葛城街道", "复兴街道")
    assert all(replace(county, township=name) in gazetteer.townships(name) for name in names)
    assert gazetteer.townships_of(Place(None, None, "东莞市", "广东省"))
    assert gazetteer.townships_of(replace(county, province="广东省")) is None


def test_places_rank_in_official_order_from_the_province_down() -> None:
    ranks = load().ranks
    assert ranks[("北京市",)] < ranks[("上海市",)] < ranks[("重庆市",)]
    assert ranks[("广东省", "东莞市")] == ranks[("广东省", "东莞市", None)] > ranks[("广东省",)]
