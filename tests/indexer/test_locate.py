"""Where a report is from, and what is evidence for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Level, Place
from indexer.locate import Clue, Clues, complete_place, locate

# Titles of every kind; townships and counties with 岫 and 垸 are invented, the others are facts.
TITLES = [
    pytest.param("岫云镇2024年法治政府建设报告", Place("岫云镇"), id="form alone"),
    pytest.param(
        "垸南区岫云镇人民政府关于2024年法治政府建设情况的报告",
        Place("岫云镇", "垸南区"),
        id="forms of township and county",
    ),
    pytest.param(
        "中共垸市垸南区岫云街道工作委员会垸市垸南区人民政府岫云街道办事处关于2024年报告",
        Place("岫云街道", "垸南区", "垸市"),
        id="party and government of a street",
    ),
    pytest.param(
        "中共垸南市岫云镇委员会垸南市岫云镇人民政府关于2024年报告",
        Place("岫云镇", "垸南市"),
        id="county-level city twice",
    ),
    pytest.param("2024年岫云苏木法治政府建设报告", Place("岫云苏木"), id="year first"),
    pytest.param("岫云街2024年法治政府建设报告", Place("岫云街"), id="short form"),
    pytest.param("岫云街街道2024年法治政府建设报告", Place("岫云街街道"), id="street of a street"),
    pytest.param("岫家乡镇人民政府2024年报告", Place("岫家乡镇"), id="township inside a name"),
    pytest.param(
        "松洲街2024年法治政府建设报告",
        Place("松洲街道", "白云区", "广州市", "广东省"),
        id="short form of a known street",
    ),
    pytest.param(
        "西峡县西坪镇2024年法治政府建设报告",
        Place("西坪镇", "西峡县", "南阳市", "河南省"),
        id="one of five by its county",
    ),
    pytest.param(
        "南阳市西坪镇2024年法治政府建设报告",
        Place("西坪镇", "西峡县", "南阳市", "河南省"),
        id="one of five by its city",
    ),
    pytest.param("西坪镇2024年法治政府建设报告", Place("西坪镇"), id="one of five"),
    pytest.param(
        "彭水县桑柘镇2024年法治政府建设报告",
        Place("桑柘镇", "彭水苗族土家族自治县", "重庆市", "重庆市"),
        id="short name of a county",
    ),
    pytest.param(
        "东莞市长安镇2024年法治政府建设报告",
        Place("长安镇", None, "东莞市", "广东省"),
        id="city without counties",
    ),
    pytest.param(
        "安徽省六安市裕安区岫云镇2024年法治政府建设报告",
        Place("岫云镇", "裕安区", "六安市", "安徽省"),
        id="unknown township in a known county",
    ),
    pytest.param(
        "湖南路街道2024年法治政府建设报告",
        Place("湖南路街道"),
        id="province that begins a street's name",
    ),
]


def test_a_word_that_begins_with_a_form_is_no_township() -> None:
    text = (
        "我镇着力落实各项制度，全年乡村和法院两个方面的指标均好于上年。过去一年，全年乡村面貌一新。"
    )
    located = locate(Clues(text=text))
    assert located.place.township is None
    assert locate(Clues(text="岫云乡2024年报告如下。岫云乡人民政府。")).place == Place("岫云乡")


@pytest.mark.parametrize(("title", "place"), TITLES)
def test_place_of_a_title(title: str, place: Place) -> None:
    located = locate(Clues(title=title))
    assert located.place.township == place.township
    if place.county or place.city or place.township in ("西坪镇", "岫云镇"):
        assert located.place == place
    assert located.level is Level.TOWNSHIP


@pytest.mark.parametrize(
    ("title", "place", "level"),
    [
        pytest.param(
            "西峡县2024年法治政府建设报告", Place(None, "西峡县", "南阳市", "河南省"), Level.COUNTY
        ),
        pytest.param(
            "湖北省人民政府关于2023年度报告", Place(None, None, None, "湖北省"), Level.PROVINCE
        ),
        pytest.param(
            "新疆维吾尔自治区人民政府关于2017年报告",
            Place(None, None, None, "新疆维吾尔自治区"),
            Level.PROVINCE,
        ),
        pytest.param("南阳市2024年报告", Place(None, None, "南阳市", "河南省"), Level.CITY),
        pytest.param("垸南区司法局2024年度报告", Place(None, "垸南区"), Level.DEPARTMENT),
        pytest.param("镇江市2024年报告", Place(None, None, "镇江市", "江苏省"), Level.CITY),
        pytest.param("长寿区2024年报告", Place(None, "长寿区", "重庆市", "重庆市"), Level.COUNTY),
    ],
)
def test_place_and_level_above_the_township(title: str, place: Place, level: Level) -> None:
    located = locate(Clues(title=title, text="岫云镇和西坪镇依法办事。西坪镇、岫云镇。"))
    assert located.place == place
    assert located.level is level


@pytest.mark.parametrize(
    "clues",
    [
        pytest.param({"text": "西坪镇贯彻西峡县法治要求。"}, id="text"),
        pytest.param({"bodies": (Clue("sign-off", "西峡县西坪镇人民政府"),)}, id="sign-off"),
        pytest.param({"publishers": (Clue("label", "西峡县政府办"),)}, id="publisher"),
        pytest.param({"county": "西峡县"}, id="flag"),
        pytest.param({"paths": (Clue("folder", "西峡县"),)}, id="folder"),
        pytest.param({"paths": (Clue("folder", "南阳市乡镇报告"),)}, id="folder of the city"),
        pytest.param({"footers": (Clue("footer", "主办:西峡县人民政府"),)}, id="footer"),
    ],
)
def test_evidence_chooses_among_namesakes(clues: dict[str, object]) -> None:
    located = locate(Clues(title="西坪镇2024年报告", **clues))  # type: ignore[arg-type]
    assert located.place == Place("西坪镇", "西峡县", "南阳市", "河南省")


def test_the_title_beats_the_flag_and_the_folder() -> None:
    clues = Clues(
        title="甘谷县西坪镇2024年报告", county="西峡县", paths=(Clue("folder", "安溪县"),)
    )
    assert locate(clues).place.county == "甘谷县"


def test_a_publisher_elsewhere_is_no_evidence() -> None:
    clues = Clues(title="西坪镇2024年报告", publishers=(Clue("label", "长寿区"),))
    assert locate(clues).place == Place("西坪镇")


def test_the_kind_of_superior_chooses_among_namesakes() -> None:
    text = "在区委、区政府领导下,西坪镇依法办事,全区推进。"
    assert locate(Clues(title="西坪镇2024年报告", text=text)).place.county is None  # two are 区
    text = text.replace("区", "县")
    assert locate(Clues(title="大盛镇2024年报告", text=text)).place.county == "东安县"


def test_a_county_that_ends_a_longer_name_is_not_named() -> None:
    assert locate(Clues(title="漫湾镇2024年报告", text="在缙云县学习。")).place == Place("漫湾镇")
    assert locate(Clues(title="漫湾镇2024年报告", text="在云县学习。")).place.county == "云县"


@pytest.mark.parametrize(
    ("clues", "township"),
    [
        pytest.param({"text": "今年以来,岫云镇依法办事。岫云镇学法。"}, "岫云镇", id="text"),
        pytest.param(
            {"text": "岫云镇与邻省甲垸市乙岫镇、丙垸市丁岫乡共建。"}, "岫云镇", id="neighbours"
        ),
        pytest.param({"text": "我镇依法办事,建设平安乡镇,城镇化加快。"}, None, id="no name"),
        pytest.param(
            {"text": "我镇依法办事。", "paths": (Clue("file", "岫云镇"),)}, "岫云镇", id="file"
        ),
        pytest.param(
            {"text": "我镇依法办事。", "bodies": (Clue("letterhead", "中共岫云镇委员会"),)},
            "岫云镇",
            id="letterhead",
        ),
    ],
)
def test_township_without_a_title(clues: dict[str, object], township: str | None) -> None:
    assert locate(Clues(**clues)).place.township == township  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "county"),
    [
        pytest.param("按照《垸南县2024年细则》要求,岫云镇依法办事。", "垸南县", id="in a paper"),
        pytest.param("在垸南县委领导下,岫云镇依法办事。", "垸南县", id="its committee"),
        pytest.param("近年来,垸南县岫云镇依法办事。", "垸南县", id="beside the township"),
        pytest.param("在县委领导下,岫云镇依法办事,全县推进。", None, id="not named"),
        pytest.param("由垸南县司法局、垸北县司法局指导。", None, id="two"),
        pytest.param("与垸南县2024年结对,由垸北县委领导。", "垸北县", id="a neighbour too"),
    ],
)
def test_county_of_a_township_that_no_gazetteer_has(text: str, county: str | None) -> None:
    assert locate(Clues(title="岫云镇2024年报告", text=text)).place.county == county


def test_a_folder_that_looks_like_a_county_counts_for_an_unknown_township_only() -> None:
    folder = (Clue("folder", "垸南县"),)
    assert locate(Clues(title="岫云镇2024年报告", paths=folder)).place.county == "垸南县"
    assert locate(Clues(title="西坪镇2024年报告", paths=folder)).place.county is None


def test_places_are_completed_from_what_is_told() -> None:
    whole = Place("西坪镇", "西峡县", "南阳市", "河南省")
    assert complete_place(Place("西坪镇", "西峡县")) == whole
    assert complete_place(Place("岫云镇", "西峡县")) == Place(
        "岫云镇", "西峡县", "南阳市", "河南省"
    )
    assert complete_place(Place("西坪镇")) == Place("西坪镇")


def test_every_decision_has_its_reason() -> None:
    reasons = locate(Clues(title="西坪镇2024年报告", text="西峡县委。")).reasons
    assert [(reason.field, reason.value) for reason in reasons] == [
        ("township", "西坪镇"),
        ("county", "西峡县"),
        ("city", "南阳市"),
        ("province", "河南省"),
    ]
    assert reasons[1].why == "only 西峡县 of 5 counties with a 西坪镇 is named in the text"


words = st.text(st.sampled_from("岫云镇乡街道县区市省西坪峡南阳关于2024年中共委员会、,。《》"))


@given(words, words)
def test_no_text_raises(title: str, text: str) -> None:
    clues = Clues(title=title, text=text, bodies=(Clue("sign-off", text),), county=title)
    assert locate(clues) == locate(clues)
