"""A citation says what is known, in one line, and finds the very characters again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Place, Report, Section, SourceFile, Span
from index.whoosh_engine import WhooshEngine
from search.citation import (
    HASH_DIGITS,
    LONGEST_HEADING,
    cite_measure,
    cite_passage,
    cite_report,
    cite_section,
)
from search.show import find
from tests.conftest import ROOT
from tests.made import make_report

HASH = "0123456789abcdef" * 4
END = "，编号 青禾县槿岭镇-2024，原件 SHA-256 0123456789abcdef。"


def a_report(**changes: object) -> Report:
    report = replace(
        make_report("青禾县槿岭镇-2024", [("一、主要做法", "\n先调解。再诉讼。")], year=2024),
        files=(SourceFile("/r/槿岭镇.pdf", HASH, 1, 1), SourceFile("/r/b.txt", "ff", 1, 1)),
        title="关于2024年法治政府建设工作情况的报告",
        issuer="青禾县槿岭镇人民政府",
        document_number="槿镇政〔2025〕6号",
        issued="2025-02-10",
        place=Place("槿岭镇", "青禾县"),
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def a_section(number: tuple[str, ...], heading: str) -> Section:
    return Section("1.5", number, heading, None, (), Span(0, 6), Span(7, 15), (Span(7, 11),))


def test_a_report_is_cited_by_what_is_known_of_it() -> None:
    assert cite_report(a_report()) == (
        "《关于2024年法治政府建设工作情况的报告》，青禾县槿岭镇人民政府，槿镇政〔2025〕6号，"
        "2025年2月10日" + END
    )


UNKNOWN = {"title": None, "issuer": None, "document_number": None, "issued": None, "year": None}
KNOWN = [
    pytest.param({**UNKNOWN, "place": Place()}, "", id="nothing"),
    pytest.param(UNKNOWN, "青禾县槿岭镇，", id="a place"),
    pytest.param({**UNKNOWN, "year": 2024}, "青禾县槿岭镇，2024年度，", id="the year alone"),
    pytest.param(
        {**UNKNOWN, "year": 2023, "title": "槿岭镇二〇二三年报告"},
        "《槿岭镇二〇二三年报告》，青禾县槿岭镇，",
        id="a year in characters",
    ),
    pytest.param(
        {**UNKNOWN, "year": 2023, "title": "2024年报告"},
        "《2024年报告》，青禾县槿岭镇，2023年度，",
        id="another year in the title",
    ),
    pytest.param(
        {**UNKNOWN, "issuer": "槿岭镇人民政府", "place": Place("槿岭镇", "青禾县", "云汀市")},
        "云汀市青禾县槿岭镇人民政府，",
        id="an issuer without its county",
    ),
    pytest.param(
        {**UNKNOWN, "issuer": "中共槿岭镇委员会"},
        "青禾县，中共槿岭镇委员会，",
        id="an issuer that does not begin with its place",
    ),
    pytest.param(
        {**UNKNOWN, "issuer": "镇党政办", "place": Place()}, "镇党政办，", id="an issuer, no place"
    ),
    pytest.param(
        {**UNKNOWN, "place": Place(None, None, "直辖市", "直辖市")}, "直辖市，", id="a name twice"
    ),
    pytest.param(
        {**UNKNOWN, "title": "转发《办法》的“通知”", "place": Place()},
        "《转发〈办法〉的“通知”》，",
        id="a title in a title",
    ),
    pytest.param({**UNKNOWN, "issued": "2025", "place": Place()}, "2025，", id="half a date"),
]


@pytest.mark.parametrize(("changes", "begin"), KNOWN)
def test_what_is_not_known_is_left_out(changes: dict[str, object], begin: str) -> None:
    assert cite_report(a_report(**changes)) == (begin + END[1:])


NUMBERED = [
    pytest.param(("一", "(五)"), "止纷", "第一部分（五）“止纷”，", id="chinese"),
    pytest.param(("十二",), "止纷", "第十二部分“止纷”，", id="top"),
    pytest.param(("一", "(二)", "1"), "容缺", "第一部分（二）1“容缺”，", id="figures"),
    pytest.param(("(一)",), "止纷", "（一）“止纷”，", id="no top number"),
    pytest.param(("第一章",), "总则", "第一章“总则”，", id="a chapter"),
    pytest.param((), "止纷", "“止纷”，", id="no number"),
    pytest.param(("一",), "", "第一部分，", id="no heading"),
    pytest.param((), "", "", id="neither"),
    pytest.param(("一",), "讲“八五”普法", "第一部分“讲‘八五’普法”，", id="quotes inside"),
    pytest.param(("一",), "水" * 99, f"第一部分“{'水' * LONGEST_HEADING}…”，", id="long"),
]


@pytest.mark.parametrize(("number", "heading", "where"), NUMBERED)
def test_a_section_is_cited_by_number_heading_and_place(
    number: tuple[str, ...], heading: str, where: str
) -> None:
    report = a_report(**UNKNOWN, place=Place())
    end = END[1:].replace("2024，", "2024#1.5，")
    assert cite_section(report, a_section(number, heading)) == f"{where}原文第1—15字，{end}"


def test_a_measure_and_a_passage_are_cited_by_their_own_characters() -> None:
    report, section = a_report(**UNKNOWN, place=Place()), a_section((), "")
    assert cite_measure(report, section, 1).startswith(
        "原文第8—11字，编号 青禾县槿岭镇-2024#1.5-m1"
    )
    assert cite_passage(report, section, Span(8, 9)).startswith(
        "原文第9字，编号 青禾县槿岭镇-2024#1.5，"
    )
    # 一、主要做法␤: white space at its ends is not cited
    assert cite_passage(report, section, Span(6, 8)).startswith("原文第8字，")
    assert cite_passage(report, section, Span(6, 7)).startswith("编号 ")


def test_a_cited_span_is_the_text_itself(samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    try:
        reports = engine.fetch([*engine.report_ids()])
    finally:
        engine.close()
    for report in reports.values():
        for section in report.sections:
            found = re.search(r"原文第(\d+)—(\d+)字", cite_section(report, section))
            assert found
            text = report.source[int(found[1]) - 1 : int(found[2])]
            end = max(section.heading_span.end, section.text_span.end)
            assert text == report.source[section.heading_span.start : end].strip()


@given(title=st.text(max_size=30), heading=st.text(max_size=60), issuer=st.text(max_size=10))
def test_a_citation_is_one_visible_line(title: str, heading: str, issuer: str) -> None:
    report = a_report(title=title, issuer=issuer)
    cited = cite_section(report, a_section(("一",), heading))
    assert cited.isprintable()
    assert cited.endswith(f"原件 SHA-256 {HASH[:HASH_DIGITS]}。")


def test_the_docs_show_a_citation_as_it_is(samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    found = find(engine, "青禾县槿岭镇-2024#1.5")
    engine.close()
    assert found.section
    page = (ROOT / "docs/howto/cite.md").read_text("utf-8")
    assert f"\n{cite_section(found.report, found.section)}\n" in page
