"""What counts as a measure of a section."""

from __future__ import annotations

import pytest

from index.model import Span
from indexer.parse import measures_of, parse_outline


def measures(text: str, *, introduces: bool = False) -> list[str]:
    spans = measures_of(text, Span(0, len(text)), introduces=introduces)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("全镇学习。", ["全镇学习。"], id="no-items"),
        pytest.param(
            "全镇学习。\n\n各村自学。", ["全镇学习。\n\n各村自学。"], id="paragraphs-are-one"
        ),
        pytest.param("一是学习。二是执法。", ["一是学习。", "二是执法。"], id="sentences"),
        pytest.param("一是学习；二是执法", ["一是学习；", "二是执法"], id="clauses"),
        pytest.param("一是学习,二是执法", ["一是学习,", "二是执法"], id="commas"),
        pytest.param(
            "做法如下：一是学习。二是执法。", ["一是学习。", "二是执法。"], id="introduction"
        ),
        pytest.param(
            "一是学习\n二是执法\n收效明显。", ["一是学习", "二是执法\n收效明显。"], id="closing"
        ),
        pytest.param(
            "主要表现一是人少；二是钱少。", ["一是人少；", "二是钱少。"], id="glued-first"
        ),
        pytest.param("一是学习二是执法", ["一是学习", "二是执法"], id="glued-second"),
        pytest.param("一 是学习。二 是执法。", ["一 是学习。", "二 是执法。"], id="spaces"),
        pytest.param("统一是非标准。", ["统一是非标准。"], id="not-统一是"),
        pytest.param("原因之一是人少。", ["原因之一是人少。"], id="not-之一是"),
        pytest.param("一是甲。一是乙。", ["一是甲。", "一是乙。"], id="repeated"),
        pytest.param("一是甲。三是乙。", ["一是甲。", "三是乙。"], id="hole"),
        pytest.param(
            "首先，学。其次，做。最后，查。", ["首先，学。", "其次，做。", "最后，查。"], id="首先"
        ),
        pytest.param("工作中,首先服从。其次参考。", ["工作中,首先服从。其次参考。"], id="not-首先"),
        pytest.param("首先要学习。", ["首先要学习。"], id="首先-alone"),
        pytest.param("第一，学。第二，做。", ["第一，学。", "第二，做。"], id="第一"),
        pytest.param("其一，学。其二，做。", ["其一，学。", "其二，做。"], id="其一"),
        pytest.param("一要学。二要做。", ["一要学。", "二要做。"], id="一要"),
        pytest.param("问题：1.人少；2.钱少。", ["1.人少；", "2.钱少。"], id="digits"),
        pytest.param("（1）人少；（2）钱少。", ["（1）人少；", "（2）钱少。"], id="brackets"),
        pytest.param("①人少；②钱少。", ["①人少；", "②钱少。"], id="circles"),
        pytest.param("共2.5万元。3.5万元。", ["共2.5万元。3.5万元。"], id="decimals"),
        pytest.param("一方面学，另一方面做。", ["一方面学，另一方面做。"], id="一方面"),
        pytest.param(
            "一是学：（1）甲；（2）乙。二是做。",
            ["一是学：（1）甲；（2）乙。", "二是做。"],
            id="inner-list",
        ),
    ],
)
def test_items_of_a_text(text: str, expected: list[str]) -> None:
    assert measures(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("重点做好以下工作：", [], id="announcement"),
        pytest.param("全镇从两处入手。", [], id="one-paragraph"),
        pytest.param("学习。甲。\n执法。乙。", ["学习。甲。", "执法。乙。"], id="paragraphs"),
        pytest.param("学习。甲。\n重点如下：", ["学习。甲。"], id="paragraph-and-announcement"),
        pytest.param(
            "学习由专\n\n班负责。\n执法。", ["学习由专\n\n班负责。", "执法。"], id="page-break"
        ),
        pytest.param("一是学。二是做。", ["一是学。", "二是做。"], id="items"),
    ],
)
def test_a_text_before_sub_sections(text: str, expected: list[str]) -> None:
    assert measures(text, introduces=True) == expected


def test_measures_lie_in_the_source_where_they_say() -> None:
    source = "一、做法\n（一）学习。概述。一是甲。\n— 1 —\n二是乙。\n— 2 —\n"
    section = parse_outline(source).sections[1]
    assert [source[slice(*m)] for m in section.measures] == ["一是甲。", "二是乙。"]
