"""Years and places in the words of a query: which are filters, and which stay text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_stream
from index.querytree import And, Field, Filter, Node, Or, Text, YearRange
from search.language import parse_query
from search.recognise import KnownPlaces, Recognised, recognise

KNOWN = KnownPlaces(
    [
        *(
            (Field.TOWNSHIP, name)
            for name in ["青石坳镇", "白鹭滩乡", "双槐街道", "槐镇", "望林", "林场"]
        ),
        *((Field.COUNTY, name) for name in ["望川县", "长澜区", "城区", "开发区"]),
        *((Field.CITY, name) for name in ["临澜市", "澜都市"]),
        *((Field.PROVINCE, name) for name in ["澜江省", "澜都市"]),
    ]
)


def read(query: str) -> tuple[Node, list[tuple[Field, str | int, str]]]:
    tree = parse_query(query).tree
    assert tree is not None
    found, recognised = recognise(tree, KNOWN)
    return found, [(each.field, each.value, each.word) for each in recognised]


def texts(tree: Node) -> list[str]:
    """The streams of the words at the top level."""
    children = tree.children if isinstance(tree, And) else (tree,)
    return [child.stream for child in children if isinstance(child, Text)]


def filters(tree: Node) -> dict[Field, tuple[object, ...]]:
    children = tree.children if isinstance(tree, And) else (tree,)
    return {child.field: child.values for child in children if isinstance(child, Filter)}


YEARS = [
    pytest.param("枫桥经验 2024", ["枫桥经验"], [2024], ["2024"], id="plain"),
    pytest.param("2024年枫桥经验", ["枫桥经验"], [2024], ["2024年"], id="joined-in-front"),
    pytest.param("枫桥经验2024", ["枫桥经验"], [2024], ["2024"], id="joined-at-the-end"),
    pytest.param("2024枫桥经验", ["枫桥经验"], [2024], ["2024"], id="figures-joined-in-front"),
    pytest.param("普法2024年调解", ["普法", "调解"], [2024], ["2024年"], id="in-the-middle"),
    pytest.param("２０２４年度 普法", ["普法"], [2024], ["２０２４年度"], id="full-width"),
    pytest.param("二〇二四年普法", ["普法"], [2024], ["二〇二四年"], id="chinese-figures"),
    pytest.param("二○二四年 普法", ["普法"], [2024], ["二○二四年"], id="chinese-figures-circle"),
    pytest.param("2023 2024年 普法", ["普法"], [2023, 2024], ["2023", "2024年"], id="two"),
    pytest.param("2023年和2024年的普法", ["普法"], [2023, 2024], ["2023年", "2024年"], id="linked"),
    pytest.param("(2024) 普法", ["普法"], [2024], ["2024"], id="idle-brackets"),
    pytest.param("2024 2024年", [], [2024], ["2024", "2024年"], id="twice"),
]


@pytest.mark.parametrize(("query", "left", "years", "words"), YEARS)
def test_year_is_read_as_a_filter(
    query: str, left: list[str], years: list[int], words: list[str]
) -> None:
    tree, recognised = read(query)
    assert texts(tree) == left
    assert filters(tree) == {Field.YEAR: tuple(years)}
    assert [word for _field, _value, word in recognised] == words


PLACES = [
    pytest.param("青石坳镇 普法", ["普法"], {Field.TOWNSHIP: ("青石坳镇",)}, id="township"),
    pytest.param("青石坳鎮普法", ["普法"], {Field.TOWNSHIP: ("青石坳镇",)}, id="traditional"),
    pytest.param("青石坳镇的普法", ["普法"], {Field.TOWNSHIP: ("青石坳镇",)}, id="with-的"),
    pytest.param("普法在青石坳镇", ["普法在"], {Field.TOWNSHIP: ("青石坳镇",)}, id="at-the-end"),
    pytest.param(
        "青石坳镇枫桥经验2024年",
        ["枫桥经验"],
        {Field.TOWNSHIP: ("青石坳镇",), Field.YEAR: (2024,)},
        id="place-and-year-in-one-word",
    ),
    pytest.param(
        "澜江省临澜市望川县白鹭滩乡",
        [],
        {
            Field.PROVINCE: ("澜江省",),
            Field.CITY: ("临澜市",),
            Field.COUNTY: ("望川县",),
            Field.TOWNSHIP: ("白鹭滩乡",),
        },
        id="from-the-province-down",
    ),
    pytest.param(
        "青石坳镇和白鹭滩乡", [], {Field.TOWNSHIP: ("青石坳镇", "白鹭滩乡")}, id="several-join"
    ),
    pytest.param(
        "township:双槐街道 青石坳镇",
        [],
        {Field.TOWNSHIP: ("双槐街道", "青石坳镇")},
        id="explicit-and-recognised-join",
    ),
    pytest.param("澜都市普法", ["普法"], {Field.PROVINCE: ("澜都市",)}, id="the-widest-of-a-name"),
    pytest.param("双槐街道办事处普法", ["普法"], {Field.TOWNSHIP: ("双槐街道",)}, id="its-office"),
    pytest.param("槐镇普法", ["普法"], {Field.TOWNSHIP: ("槐镇",)}, id="two-characters-in-front"),
    pytest.param("望林", [], {Field.TOWNSHIP: ("望林",)}, id="without-an-ending-alone"),
    pytest.param(
        "望川县长澜区", [], {Field.COUNTY: ("望川县", "长澜区")}, id="a-name-after-a-name"
    ),
    pytest.param("临澜市政府采购", ["政府采购"], {Field.CITY: ("临澜市",)}, id="government"),
    pytest.param("望川县城东普法", ["城东普法"], {Field.COUNTY: ("望川县",)}, id="east-of-town"),
    pytest.param(
        "望川县青石坳镇-2023",
        [],
        {Field.COUNTY: ("望川县",), Field.TOWNSHIP: ("青石坳镇",), Field.YEAR: (2023,)},
        id="report-id",
    ),
]


@pytest.mark.parametrize(("query", "left", "wanted"), PLACES)
def test_full_name_of_a_place_is_read_as_a_filter(
    query: str, left: list[str], wanted: dict[Field, tuple[object, ...]]
) -> None:
    tree, _recognised = read(query)
    assert texts(tree) == left
    assert filters(tree) == wanted


STAYS = [
    "12024", "20245", "2024.5", "2024-05", "2024/5/1", "1999", "2036年", "20240", "iso2024",
    "a-2024", "〔2024〕1号", "青政发[2024]1号", "2024号", "2024件", "调处2024件纠纷", "2024年5月",
    "2024年十二月", "2024年底", "2024年初", "2024年上半年", "2024年以来", "2024年第一季度",
    "截至2024年末", "2021-2024", "2021—2025年", "2021——2025年", "2021年至2024年", "2021年-2024年",
    "2021..2024", '"2024"', "“2024年”普法", "-2024", "NOT 2024年", "2024 OR 普法", "2024 /s 普法",
    "title:2024", "青石坳", "大青石坳镇", "白鹭滩乡镇", "白鹭滩乡村", "白鹭滩乡贤", "青石坳镇长",
    "望川县域", "望川县城", "望川县委", "临澜市场", "临澜市民", "临澜市政工程", "长澜区域",
    "澜江省级", "双槐街道路", "白槐镇", "青槐镇", "东方槐镇", "城区", "林场", "开发区普法",
    "望林普法室在望林", "-青石坳镇", "青石坳镇 OR 普法", '"青石坳镇"', "heading:青石坳镇",
    "石岭镇", "year:2024x",
]  # fmt: skip


@pytest.mark.parametrize("query", STAYS)
def test_everything_else_stays_text(query: str) -> None:
    tree, recognised = read(query)
    assert recognised == []
    assert tree == parse_query(query).tree


def test_generic_name_is_a_filter_when_its_field_is_named() -> None:
    assert read("county:城区")[0] == Filter(Field.COUNTY, ("城区",))


def test_range_stays_beside_a_recognised_year_and_narrows() -> None:
    tree, _recognised = read("year:2021..2023 2022")
    first = Filter(Field.YEAR, (YearRange(2021, 2023),))
    assert tree == And((first, Filter(Field.YEAR, (2022,))))


def test_only_the_top_level_is_read() -> None:
    tree, recognised = read("普法 (2023 OR 青石坳镇) 2024")
    assert isinstance(tree, And)
    assert isinstance(tree.children[1], Or)
    assert recognised == [(Field.YEAR, 2024, "2024")]


def test_what_is_left_keeps_how_it_was_typed() -> None:
    tree, _recognised = read("青石坳镇ＡＢ普法２０２４年")
    assert isinstance(tree, And)
    assert tree.children[0] == Text("ＡＢ普法", "ab普法", quoted=False)


def test_invisible_characters_in_a_word_do_not_shift_it() -> None:
    tree = parse_query("青\u200b石坳镇普\u200b法2024年").tree
    assert tree is not None
    found, recognised = recognise(tree, KNOWN)
    assert texts(found) == ["普法"]
    assert recognised[0] == Recognised(Field.TOWNSHIP, "青石坳镇", "青\u200b石坳镇")


def test_unknown_names_are_not_invented() -> None:
    tree = parse_query("青石坳镇 2024").tree
    assert tree is not None
    assert [each.field for each in recognise(tree, KnownPlaces([]))[1]] == [Field.YEAR]


def test_long_word_is_read_in_no_time() -> None:
    started = time.perf_counter()
    for piece in ("青石坳镇", "2024年", "镇", "2024", "望川县城", "青石坳镇2024年的"):
        read(piece * (4000 // len(piece)))
    assert time.perf_counter() - started < 5  # a twentieth of it on an idle machine


PIECES = st.sampled_from([
    "2024", "2024年", "年度", "二〇二四年", "青石坳镇", "白鹭滩乡", "望川县", "镇", "的", "和",
    "普法", "、", "-", "—", "〔", "〕", "1", "月", "OR", " ", '"', "’", "\u200b", "槐镇", "望林",
    "办事处", "至",
])  # fmt: skip


@given(st.lists(PIECES).map("".join))
def test_what_is_left_and_what_was_read_come_from_the_query(query: str) -> None:
    tree = parse_query(query).tree
    if tree is None:
        return
    found, recognised = recognise(tree, KNOWN)
    for each in recognised:
        assert each.word in query
        assert fold_stream(each.word)
    for child in found.children if isinstance(found, And) else (found,):
        if isinstance(child, Text):
            assert child.stream
            assert child.stream == fold_stream(child.typed).removeprefix("title:")
            assert child.typed in query
