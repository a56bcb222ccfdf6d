"""The year that a report is about, from its title, its text, its path or its day of issue."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.years import find_year


def year_of(
    title: str = "",
    text: str = "",
    headings: tuple[str, ...] = (),
    issued: date | None = None,
    paths: tuple[str, ...] = (),
) -> int | None:
    return find_year(title, lambda: text, headings=lambda: headings, issued=issued, paths=paths)[0]


# Kinds of titles seen on real pages, with an invented township.
@pytest.mark.parametrize(
    ("title", "year"),
    [
        pytest.param("云溪镇2023年法治政府建设年度报告", 2023, id="year inside"),
        pytest.param("2022年云溪镇法治政府建设工作报告", 2022, id="year first"),
        pytest.param("云溪镇二〇二一年度法治政府建设情况报告", 2021, id="Chinese figures"),
        pytest.param("云溪镇二○二一年度法治政府建设情况报告", 2021, id="circle for zero"),
        pytest.param("云溪镇2020年法治建设工作情况和2021年工作思路", 2020, id="plan after it"),
        pytest.param("云溪镇2021年工作计划及2020年法治政府建设总结", 2020, id="plan before it"),
        pytest.param("云溪镇2023年法治政府建设报告及2023年工作方案", None, id="contradicts itself"),
        pytest.param("云溪镇2021—2025年法治政府建设规划", None, id="range"),
        pytest.param("2023年区五年法治政府建设工作情况报告", None, id="five years"),
        pytest.param("云溪镇法治政府建设白皮书(2021版)", 2021, id="edition"),
        pytest.param("云政发〔2024〕1号云溪镇2023年法治政府建设报告", 2023, id="document number"),
        pytest.param("云溪镇****年法治政府建设年度报告", None, id="masked"),
        pytest.param("云溪镇2099年法治政府建设年度报告", None, id="no sane year"),
    ],
)
def test_year_of_a_title(title: str, year: int | None) -> None:
    assert year_of(title) == year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param("现将云溪镇2024年度法治建设情况报告如下:", 2024, id="reports on"),
        pytest.param(
            "按照《乙县2024—2025年规则》要求,现将二〇二五年度工作汇报如下:", 2025, id="Chinese"
        ),
        pytest.param("2025年,是收官之年(2021—2025年)。", 2025, id="opens with it"),
        pytest.param("2023年以来,云溪镇依法办事。", 2023, id="since then"),
        pytest.param("近年来,云溪镇依法办事。截至2023年底共办件9件。", 2023, id="statistics"),
        pytest.param("按照《乙县2025年要点》(乙法办〔2025〕1号)依法办事。", None, id="papers only"),
        pytest.param("对照纲要(20212025年)和(乙委法20239号)依法办事。", None, id="lost dashes"),
        pytest.param("****年,云溪镇依法办事。", None, id="masked"),
    ],
)
def test_year_of_a_text(text: str, year: int | None) -> None:
    assert year_of(text=text) == year


def test_the_title_beats_the_text() -> None:
    assert year_of("云溪镇2025年法治政府建设报告", "2024年,云溪镇依法办事。") == 2025


@pytest.mark.parametrize(
    ("headings", "year"),
    [
        pytest.param(("2024年主要成效", "2025年工作安排"), 2024, id="done"),
        pytest.param(("主要成效", "2025年度主要安排"), 2024, id="year before the plan"),
    ],
)
def test_headings_tell_the_year(headings: tuple[str, ...], year: int) -> None:
    assert year_of(headings=headings) == year


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        pytest.param(date(2024, 1, 20), 2023, id="January"),
        pytest.param(date(2024, 6, 20), 2023, id="June"),
        pytest.param(date(2024, 12, 20), 2024, id="December"),
    ],
)
def test_this_year_is_counted_from_the_day_of_issue(issued: date, year: int) -> None:
    assert year_of(text="今年以来,云溪镇依法办事。", issued=issued) == year
    assert year_of(text="云溪镇依法办事。", issued=issued) == year


def test_half_a_year_is_of_its_own_year() -> None:
    text = "今年以来,上半年云溪镇依法办事。"
    assert year_of(text=text, issued=date(2024, 7, 5)) == 2024


@pytest.mark.parametrize(
    ("paths", "year"),
    [
        pytest.param(("云溪镇2022年",), 2022, id="file"),
        pytest.param(("云溪镇", "2021"), 2021, id="folder"),
        pytest.param(("云溪镇", "2020年度报告", "2019"), 2020, id="nearest folder"),
        pytest.param(("20230330云溪镇",), None, id="day"),
        pytest.param(("2023-03-30云溪镇",), None, id="day with dashes"),
        pytest.param(("000_95a2024e586e90b7",), None, id="hash"),
        pytest.param(("t2014618_241",), None, id="id of a page"),
    ],
)
def test_paths_tell_the_year_where_the_text_does_not(
    paths: tuple[str, ...], year: int | None
) -> None:
    assert year_of(text="云溪镇依法办事。", paths=paths) == year
    assert year_of(text="2018年,云溪镇依法办事。", paths=paths) == 2018


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_no_text_raises(title: str, text: str, more: list[str]) -> None:
    year, reason = find_year(title, lambda: text, headings=lambda: more, issued=None, paths=more)
    assert reason.value == year
    assert reason.why
