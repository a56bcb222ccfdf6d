"""What a source says about itself; every layout here is one that real pages have."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Furniture, Kind, Level
from indexer.dates import find_day
from indexer.describe import Description, Hints, describe
from indexer.outline import Outline

BODY = "本镇依法办事，群众说好。"
NO_OUTLINE = Outline((), ())


def read(*lines: str, path: str = "", county: str | None = None) -> Description:
    return describe("\n".join(lines), NO_OUTLINE, Hints(path, county))


# --- title --------------------------------------------------------------------------------------

TITLES = [
    pytest.param(
        ("岫云镇2023年法治政府建设年度报告", "", BODY),
        "岫云镇2023年法治政府建设年度报告",
        id="one line",
    ),
    pytest.param(
        ("中共岫云镇委员会", "岫云镇人民政府", "关于2023年度法治政府建设情况的报告", BODY),
        "中共岫云镇委员会 岫云镇人民政府 关于2023年度法治政府建设情况的报告",
        id="three lines",
    ),
    pytest.param(
        ("岫云镇2023年度", "", "法治政府建设", "工作的报告", BODY),
        "岫云镇2023年度法治政府建设工作的报告",
        id="cut inside a phrase",
    ),
    pytest.param(
        ("岫云镇2023年法治政府建设情况", "报告", BODY),
        "岫云镇2023年法治政府建设情况报告",
        id="last word on a line",
    ),
    pytest.param(
        (
            "岫云镇2023年法治政府建设年度报告",
            "",
            "岫云镇人民政府",
            "2023年度法治政府建设报告",
            BODY,
        ),
        "岫云镇2023年法治政府建设年度报告",
        id="twice: the first",
    ),
    pytest.param(
        ("岫 云 镇 2 0 2 3 年 法 治 政 府 建 设 报 告", BODY),
        "岫云镇2023年法治政府建设报告",
        id="spaced out",
    ),
    pytest.param(
        ("岫云镇 ２０２３ 年法治政府建设 情况报告", BODY),
        "岫云镇2023年法治政府建设情况报告",
        id="wide",
    ),
    pytest.param(
        ("中共岫云镇委员会文件", "岫镇发〔2024〕1号", "岫云镇2023年法治政府建设报告", BODY),
        "岫云镇2023年法治政府建设报告",
        id="letterhead is none",
    ),
    pytest.param(
        ("首页 > 政务公开 > 法治政府建设年度报告", "法治政府建设年度报告", BODY),
        None,
        id="menu is none",
    ),
    pytest.param(("区委、区政府：", BODY), None, id="salutation is none"),
    pytest.param(("一、法治政府建设工作情况", BODY), None, id="heading is none"),
    pytest.param(("岫云镇2023年法治政府建设报告.docx", BODY), None, id="file name is none"),
    pytest.param(("岫云镇****年法治政府建设年度报告", BODY), None, id="masked is none"),
    pytest.param(
        ("岫云镇 2023 年法治政府建设报告 2023 年，本镇依法办 事。 一、做法", ""),
        "岫云镇2023年法治政府建设报告",
        id="runs on into the text",
    ),
    pytest.param(
        ("标  题：岫云镇2023年法治政府建设报告", "发布日期：2024-02-01", BODY),
        "岫云镇2023年法治政府建设报告",
        id="only in a label",
    ),
    pytest.param(("政 府 工 作 报 告", BODY), "政府工作报告", id="another paper"),
    pytest.param(("岫云镇扎实建设法治乡镇", BODY), "岫云镇扎实建设法治乡镇", id="news"),
]


@pytest.mark.parametrize(("lines", "title"), TITLES)
def test_title(lines: tuple[str, ...], title: str | None) -> None:
    assert read(*lines).title == title


def test_furniture_is_no_title() -> None:
    menu, title = "法治政府建设2022年年度报告汇总", "岫云镇2023年法治政府建设报告"
    source = f"{menu}\n{title}\n{BODY}"
    outline = Outline((), (Furniture(0, len(menu), "navigation"),))
    assert describe(source, outline).title == title


# --- day of issue, number, issuer ---------------------------------------------------------------

TITLE = "岫云镇2023年法治政府建设报告"


@pytest.mark.parametrize(
    ("lines", "issued"),
    [
        pytest.param((TITLE, BODY, "岫云镇人民政府", "2024年3月1日"), "2024-03-01", id="sign-off"),
        pytest.param((TITLE, BODY, "二〇二四年三月十一日"), "2024-03-11", id="Chinese"),
        pytest.param(
            (TITLE, BODY, "岫云镇人民政府 2024 年 3 月 1 日"), "2024-03-01", id="one line"
        ),
        pytest.param(
            (TITLE, BODY, "2024年3月1日", "（此件公开发布）", "打印 关闭"),
            "2024-03-01",
            id="words below",
        ),
        pytest.param(
            ("成文日期：2024-02-20 发布日期：2024-03-01", TITLE, BODY),
            "2024-03-01",
            id="published wins",
        ),
        pytest.param(
            ("[ 成文日期 ] 2024-02-20 [ 发布日期 ] 2024-03-01", TITLE, BODY),
            "2024-03-01",
            id="brackets",
        ),
        pytest.param(("成文日期：2024-02-20", TITLE, BODY), "2024-02-20", id="written"),
        pytest.param(("发布日期", "2024-03-01", TITLE, BODY), "2024-03-01", id="label above"),
        pytest.param((TITLE, "2024-03-01 09:18", BODY), "2024-03-01", id="bare"),
        pytest.param(
            ("发布日期：2024-03-01", TITLE, BODY, "2024年2月20日"),
            "2024-03-01",
            id="beats sign-off",
        ),
        pytest.param(("垸南区政府 2019年12月3日星期二", TITLE, BODY), None, id="a site's clock"),
        pytest.param((TITLE, "日期：**********", BODY), None, id="masked"),
        pytest.param((TITLE, BODY + "截至2023年12月31日办件9件。"), None, id="statistics"),
        pytest.param((TITLE, BODY, "2024年2月30日"), None, id="no such day"),
    ],
)
def test_day_of_issue(lines: tuple[str, ...], issued: str | None) -> None:
    assert read(*lines).issued == issued


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        pytest.param(("岫镇发〔2024〕1号", TITLE, BODY), "岫镇发〔2024〕1号", id="line"),
        pytest.param(("岫镇发【2024】 第12号", TITLE, BODY), "岫镇发【2024】第12号", id="brackets"),
        pytest.param(("岫镇发[2024]1号 签发人：某某", TITLE, BODY), "岫镇发[2024]1号", id="signer"),
        pytest.param(("发文字号：岫政[2024]3号", TITLE, BODY), "岫政[2024]3号", id="label"),
        pytest.param((TITLE, "按照乙法办〔2023〕26号要求，" + BODY), None, id="another's"),
        pytest.param((TITLE, "按照(乙法办发〔202326号)要求，" + BODY), None, id="damaged"),
        pytest.param(("[ 发文字号 ]", "[ 发布机构 ] 垸南区政府办", TITLE, BODY), None, id="empty"),
    ],
)
def test_document_number(lines: tuple[str, ...], number: str | None) -> None:
    assert read(*lines).document_number == number


@pytest.mark.parametrize(
    ("lines", "issuer"),
    [
        pytest.param((TITLE, BODY), None, id="none"),
        pytest.param(
            (TITLE, BODY, "岫云镇人民政府", "2024年3月1日"), "岫云镇人民政府", id="sign-off"
        ),
        pytest.param(
            (TITLE, BODY, "中共岫云镇委员会", "岫云镇人民政府", "2024年3月1日"),
            "中共岫云镇委员会",
            id="two",
        ),
        pytest.param(("中共岫云镇委员会文件", TITLE, BODY), "中共岫云镇委员会", id="letterhead"),
        pytest.param(
            ("垸市垸南区人民政府岫云街道办事处2023年法治政府建设报告", BODY),
            "垸市垸南区人民政府岫云街道办事处",
            id="title",
        ),
        pytest.param(
            ("2023年岫云镇人民政府法治政府建设报告", BODY), "岫云镇人民政府", id="after a year"
        ),
    ],
)
def test_issuer(lines: tuple[str, ...], issuer: str | None) -> None:
    assert read(*lines).issuer == issuer


# --- level and kind -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "level", "kind"),
    [
        pytest.param(TITLE, Level.TOWNSHIP, Kind.ANNUAL_REPORT, id="report"),
        pytest.param(
            "岫云镇2023年法治建设工作总结", Level.TOWNSHIP, Kind.ANNUAL_REPORT, id="summary"
        ),
        pytest.param(
            "垸南区2023年法治政府建设情况报告", Level.COUNTY, Kind.ANNUAL_REPORT, id="county"
        ),
        pytest.param(
            "湖北省2023年法治政府建设情况报告", Level.PROVINCE, Kind.ANNUAL_REPORT, id="province"
        ),
        pytest.param(
            "垸南区司法局2023年法治政府建设报告", Level.DEPARTMENT, Kind.ANNUAL_REPORT, id="office"
        ),
        pytest.param(
            "岫云镇2023年政府信息公开工作年度报告", Level.TOWNSHIP, Kind.OTHER, id="openness"
        ),
        pytest.param("岫云镇2023年政府工作报告", Level.TOWNSHIP, Kind.OTHER, id="government work"),
        pytest.param(
            "《垸南区2023年法治政府建设报告》解读", Level.COUNTY, Kind.OTHER, id="explained"
        ),
        pytest.param("岫云镇2023年法治政府建设工作方案", Level.TOWNSHIP, Kind.OTHER, id="plan"),
        pytest.param("2023年区五年法治政府建设情况报告", Level.COUNTY, Kind.OTHER, id="five years"),
        pytest.param(
            "岫云镇2023年法治政府建设工作情况和2024年工作计划",
            Level.TOWNSHIP,
            Kind.ANNUAL_REPORT,
            id="report and plan",
        ),
        pytest.param("关于召开培训会议的通知", Level.OTHER, Kind.OTHER, id="notice"),
    ],
)
def test_level_and_kind(title: str, level: Level, kind: Kind) -> None:
    found = read(title, "依法办事。")
    assert (found.level, found.kind) == (level, kind)


def test_townships_in_a_county_report_do_not_make_it_theirs() -> None:
    found = read("西峡县2023年法治政府建设报告", "西坪镇、岫云镇依法办事。西坪镇人民政府学法。")
    assert (found.place.township, found.place.county) == (None, "西峡县")


# --- all together -------------------------------------------------------------------------------


def test_a_page_with_everything() -> None:
    found = read(
        "您当前的位置：首页 > 政务公开 > 法治政府建设",
        "[ 索引号 ] 000/2024-00019 [ 发文字号 ] 岫镇发〔2024〕2号",
        "[ 发布机构 ] 垸南区政府办公室 [ 发布日期 ] 2024-02-10",
        "岫云镇人民政府关于2023年法治政府建设情况的报告",
        "区委、区政府：",
        BODY,
        "岫云镇人民政府",
        "2024年2月1日",
        "主办：垸北县人民政府",
    )
    assert (found.year, found.issued, found.issuer) == (2023, "2024-02-10", "岫云镇人民政府")
    assert found.document_number == "岫镇发〔2024〕2号"
    assert (found.place.township, found.place.county) == ("岫云镇", "垸南区")
    fields = [reason.field for reason in found.reasons]
    assert sorted(fields) == [
        "city", "county", "document_number", "issued", "issuer", "kind", "level", "province",
        "title", "township", "year",
    ]  # fmt: skip


def test_the_path_helps_a_text_that_tells_nothing() -> None:
    found = read("我镇依法办事，法治为民。", path="垸南县/2022年/岫云镇.docx")
    assert (found.year, found.place.township, found.place.county) == (2022, "岫云镇", "垸南县")
    found = read("我镇依法办事，法治为民。", path=r"报告\2022\岫云镇.docx", county="垸北县")
    assert (found.year, found.place.township, found.place.county) == (2022, "岫云镇", "垸北县")


def test_traditional_characters_are_read() -> None:
    found = read("西峽縣西坪鎮2023年法治政府建設報告", "依法辦事。")
    assert (found.year, found.place.township, found.place.county) == (2023, "西坪镇", "西峡县")
    assert found.title == "西峽縣西坪鎮2023年法治政府建設報告"


def test_days_are_found_in_every_form() -> None:
    for text in ("2024年3月1日", "2024-03-01", "2024/3/1", "二○二四年三月一日", "2024.03.01"):
        found = find_day("于" + text + "止")
        assert found is not None
        assert found.day.isoformat() == "2024-03-01"
        assert (found.start, found.end) == (1, 1 + len(text))


pieces = st.sampled_from(
    [
        "岫云镇", "2023年", "法治政府建设", "报告", "\n", " ", "。", "发布日期：", "2024-03-01",
        "一、", "人民政府", "中共", "委员会", "〔2024〕1号", "《", "*", ">", "首页", "现将",
        "如下：", "\x00", "𠀀",
    ]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(pieces).map("".join)), st.text(max_size=30))
def test_no_text_raises_and_the_answer_stays(source: str, path: str) -> None:
    hints = Hints(path, path)
    assert describe(source, NO_OUTLINE, hints) == describe(source, NO_OUTLINE, hints)


@pytest.mark.parametrize(
    "unit",
    [
        "镇",
        "\n",
        "2024年",
        "岫云镇人民政府\n",
        "发布日期:",
        "《",
        "现将",
        "区委、",
        "甲 ",
        "垸县垸市",
        "〔20",
    ],
)
def test_a_text_of_millions_takes_no_longer(unit: str) -> None:
    source = unit * (3_000_000 // len(unit))
    start = time.perf_counter()
    describe(source, NO_OUTLINE)
    assert time.perf_counter() - start < 5
