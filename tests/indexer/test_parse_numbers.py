"""Numbers of headings, as printed and as damaged."""

from __future__ import annotations

import pytest

from index.analysis import fold
from indexer.parse.numbers import Style, inline_marks, line_mark, to_chinese


@pytest.mark.parametrize(
    ("line", "style", "value", "printed"),
    [
        pytest.param("一、主要做法", Style.COMMA, 1, "一", id="comma"),
        pytest.param("二十一、其他", Style.COMMA, 21, "二十一", id="comma-21"),
        pytest.param("三．安排", Style.COMMA, 3, "三", id="full-width-dot"),
        pytest.param("四.安排", Style.COMMA, 4, "四", id="dot"),
        pytest.param("（三）普法", Style.PAREN, 3, "(三)", id="full-width-brackets"),
        pytest.param("(三）普法", Style.PAREN, 3, "(三)", id="mixed-brackets"),
        pytest.param("（ 三 ） 普法", Style.PAREN, 3, "(三)", id="spaced-brackets"),
        pytest.param("【三】普法", Style.PAREN, 3, "(三)", id="square-brackets"),
        pytest.param("三)普法", Style.PAREN, 3, "(三)", id="opening-bracket-lost"),
        pytest.param("㈢普法", Style.PAREN, 3, "(三)", id="bracketed-sign"),
        pytest.param("2、办案", Style.DIGIT, 2, "2", id="digit-comma"),
        pytest.param("２．办案", Style.DIGIT, 2, "2", id="full-width-digit"),
        pytest.param("12. 办案", Style.DIGIT, 12, "12", id="digit-dot-space"),
        pytest.param("1.2024年全镇办案", Style.DIGIT, 1, "1", id="year-behind-number"),
        pytest.param("（2）办案", Style.DIGIT_PAREN, 2, "(2)", id="digit-brackets"),
        pytest.param("⑵办案", Style.DIGIT_PAREN, 2, "(2)", id="bracketed-digit-sign"),
        pytest.param("③办案", Style.CIRCLE, 3, "③", id="circle"),
        pytest.param("第二部分 成效", Style.CHAPTER, 2, "第二部分", id="part"),
        pytest.param("第一章 成效", Style.CHAPTER, 1, "第一章", id="chapter"),
        pytest.param("第三节 成效", Style.CLAUSE, 3, "第三节", id="clause"),
        pytest.param("## 一、主要做法", Style.COMMA, 1, "一", id="markdown-heading"),
        pytest.param("**（一）普法**", Style.PAREN, 1, "(一)", id="markdown-bold"),
        pytest.param("• 1、普法", Style.DIGIT, 1, "1", id="bullet"),
    ],
)
def test_a_line_begins_with_a_number(line: str, style: Style, value: int, printed: str) -> None:
    mark = line_mark(fold(line), 0, len(line))
    assert mark is not None
    assert (mark.style, mark.value, mark.printed, mark.weak) == (style, value, printed, False)


@pytest.mark.parametrize(
    ("line", "style", "value"),
    [
        pytest.param("2)办案", Style.DIGIT_PAREN, 2, id="digit-bracket-lost"),
        pytest.param("2优化阵地", Style.DIGIT, 2, id="no-stop"),
        pytest.param("2,优化阵地", Style.DIGIT, 2, id="digit-comma"),
        pytest.param("（二优化阵地", Style.PAREN, 2, id="closing-bracket-lost"),
        pytest.param("二　优化阵地", Style.COMMA, 2, id="space"),
        pytest.param("（优化阵地", Style.PAREN, 0, id="number-lost"),
    ],
)
def test_a_damaged_number_is_weak(line: str, style: Style, value: int) -> None:
    mark = line_mark(fold(line), 0, len(line))
    assert mark is not None
    assert mark.weak
    assert (mark.style, mark.value) == (style, value)


@pytest.mark.parametrize(
    "line",
    [
        "2024年，本镇开展培训",
        "2024.3.5开展活动",
        "12.4国家宪法日",
        "3月20日上午",
        "10余起纠纷",
        "5名调解员",
        "24小时值班",
        "100%办结",
        "1.18万元",
        "12345热线",
        "110报警",
        "一、二、三级网格",
        "9:30开会",
        "9：30开会",
        "一般情况",
        "****年",
        "*.加强领导",
        "",
    ],
)
def test_dates_counts_and_decimals_are_no_numbers_of_headings(line: str) -> None:
    assert line_mark(fold(line), 0, len(line)) is None


def test_numbers_inside_a_line_leave_out_decimals_and_ranges() -> None:
    text = fold("共3.5万元。1.培训。4.15宣传。（二）普法。一、二、三级。2、办案")
    found = [mark.printed for mark in inline_marks(text, 0, len(text))]
    assert found == ["1", "(二)", "2"]


@pytest.mark.parametrize(
    ("value", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_small_numbers_in_chinese(value: int, text: str) -> None:
    assert to_chinese(value) == text
