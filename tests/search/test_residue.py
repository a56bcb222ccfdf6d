"""Names of other places: which are kept, which belong where they stand, which are other words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.model import Place
from index.whoosh_engine import WhooshEngine
from search.grouping import Standing
from search.ownnames import own_names
from search.residue import OtherNames, sentence_bounds
from tests.made import PAGE_BREAK, batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

OWN = Place("槿岭镇", "青禾县", "云汀市", "澜岳省")
OTHERS = (
    Place("霜溪乡", "青禾县", "云汀市", "澜岳省"),
    Place("听松街道", "云麓区", "云汀市", "澜岳省"),
    Place("大石桥镇", "霁川市", "云汀市", "澜岳省"),
)

Names = Callable[..., list[str]]


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Names]:
    """The names that are found in a text of a report, in an index with a few others."""
    engines: list[WhooshEngine] = []

    def run(text: str, place: Place = OWN, title: str | None = None, *more: str) -> list[str]:
        reports = [
            make_report(f"o{n}", [("", f"{other.township}设议事亭。")], place=other)
            for n, other in enumerate(OTHERS)
        ]
        reports += [
            make_report(f"m{n}", [("", each)], place=OTHERS[0]) for n, each in enumerate(more)
        ]
        own = make_report("own", [("", text)], place=place, title=title)
        folder = tmp_path / str(len(engines))
        engines.append(WhooshEngine(write(folder, batch(*reports, own))))
        number = engines[-1].section_number("own", 0)
        assert number is not None
        found = OtherNames(engines[-1]).in_sections([number])
        return [each.passage.text[each.start : each.end] for each in found]

    yield run
    for engine in engines:
        engine.close()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("霜溪乡党委专题研究。", ["霜溪乡"], id="begins a sentence"),
        pytest.param("在霜溪乡上下共同努力下，成绩明显。", ["霜溪乡"], id="after 在"),
        pytest.param("制定《听松街道巡逻方案》。", ["听松街道"], id="in a title of a paper"),
        pytest.param("听松街道办事处值守。", ["听松街道"], id="its office"),
        pytest.param("在云麓区委、区政府领导下。", ["云麓区"], id="another county"),
        pytest.param("云麓区听松街道设岗。", ["云麓区听松街道"], id="county and township are one"),
        pytest.param("青禾县霜溪乡设岗。", ["霜溪乡"], id="after the own county"),
        pytest.param("组织霜溪乡村组干部学法。", [], id="乡村 is a word"),
        pytest.param("组织霜溪乡党员学法。", ["霜溪乡"], id="in a sentence"),
        pytest.param("大石桥镇设岗。", ["大石桥镇"], id="the longest name"),
        pytest.param("霜溪鄉黨委研究。", ["霜溪乡"], id="in traditional characters"),
        pytest.param("霜溪" + PAGE_BREAK + "乡党委研究。", ["霜溪乡"], id="across pages"),
        pytest.param("奉节县下发清单。", ["奉节县"], id="a county that only the gazetteer has"),
        pytest.param("笙蓼镇司法所坐堂。", [], id="no place is called so"),
        # Its own place and what is above it
        pytest.param("槿岭镇党委研究，青禾县督导，云汀市、澜岳省点评。", [], id="own and above"),
        pytest.param("槿岭街道设岗。", [], id="its own in another form"),
        pytest.param("我镇设岗，全县推广。", [], id="no name"),
        # The sentence speaks of another place
        pytest.param("赴霜溪乡学习院坝会。", [], id="a visit"),
        pytest.param("到霜溪乡实地考察。", [], id="a visit, told after it"),
        pytest.param("到霜溪乡各村宣讲。", ["霜溪乡"], id="到 alone is no visit"),
        pytest.param("联合云麓区听松街道巡河。", [], id="a partner"),
        pytest.param("与霜溪乡签订协议。", [], id="a partner after 与"),
        pytest.param("我镇和霜溪乡共管水库。", [], id="a partner beside us"),
        pytest.param("槿岭镇、霜溪乡轮流坐庄。", [], id="a partner beside the own name"),
        pytest.param("霜溪乡和我镇共管水库。", [], id="a partner before us"),
        pytest.param("县委和霜溪乡党委督办。", ["霜溪乡"], id="and another body is no partner"),
        pytest.param("河水流经霜溪乡、听松街道。", [], id="one of several"),
        pytest.param("推广听松街道的板凳会经验。", [], id="its experience"),
        pytest.param("道路与云麓区毗邻。", [], id="a neighbour"),
        pytest.param("聘请云麓区明镜律师事务所。", [], id="a firm from there"),
        pytest.param("霜溪乡人，四十岁。", [], id="who comes from there"),
        # Other words
        pytest.param("我县小石桥镇设岗。", [], id="a piece of another name"),
        pytest.param("推进云麓区域合作。", [], id="区域"),
        pytest.param("开发区设岗，城关镇设站。", [], id="no telling stem"),
        pytest.param("改造听松街道路两侧。", [], id="道路"),
        pytest.param("住在听松街道三号。", ["听松街道"], id="an address all the same"),
    ],
)  # fmt: skip
def test_a_name_is_told_where_it_can_only_have_been_kept(
    names: Names, text: str, wanted: list[str]
) -> None:
    assert names(text) == wanted


def test_a_stem_that_is_an_ordinary_word_needs_an_office_after_it(names: Names) -> None:
    building = [f"加快建设，抓好建设，建设第{n}处。" for n in range(20)]
    assert names("规范管理，建设街道绿化。", OWN, None, *building) == []
    assert names("规范管理，建设街道办事处值守。", OWN, None, *building) == ["建设街道"]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        pytest.param(OWN, ["霜溪乡", "云麓区"], id="a township"),
        pytest.param(Place(None, "青禾县", "云汀市", "澜岳省"), ["云麓区"], id="a county"),
        pytest.param(Place("槿岭镇"), ["霜溪乡"], id="a township of an unknown county"),
        pytest.param(Place(), [], id="nobody knows"),
    ],
)
def test_what_is_other_depends_on_what_is_known_of_the_own_place(
    names: Names, place: Place, wanted: list[str]
) -> None:
    assert names("霜溪乡设岗。云麓区设站。", place) == wanted


def test_a_name_in_the_reports_title_is_not_residue(names: Names) -> None:
    assert names("霜溪乡设岗。", OWN, "霜溪乡2023年法治政府建设年度报告") == []


def test_stems_of_names_count_in_what_townships_have_in_common(tmp_path: Path) -> None:
    text = "霜溪渡口设岗，到霜溪乡考察，看霜溪晨雾。"
    reports = [make_report(f"r{n}", [("", text)], place=p) for n, p in enumerate((OTHERS[0], OWN))]
    engine = WhooshEngine(write(tmp_path, batch(*reports)))
    numbers = [engine.section_number(report.id, 0) or 0 for report in reports]
    whole = [Standing(0, number, ((0, 7),)) for number in numbers]
    found = [*OtherNames(engine).in_groups([whole, whole])]
    assert [(each.number, each.start, each.end) for each in found] == [(numbers[1], 0, 2)]
    assert sentence_bounds(found[0].passage, 0) == (0, len(text))
    engine.close()


def test_own_names_are_all_forms_of_the_place_and_those_above() -> None:
    own = own_names(Place("槿岭镇", "彭水苗族土家族自治县", None, "广西壮族自治区"))
    for name in ("槿岭镇", "槿岭乡", "彭水县", "彭水自治县", "广西"):
        assert own.has(name)
    assert not own.has("霜溪镇")
    assert {"槿岭", "彭水县"} <= own.all
