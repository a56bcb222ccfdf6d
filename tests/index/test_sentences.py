"""Where sentences and paragraphs end, also where a converter broke the lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from index.analysis import section_stream
from index.model import Report, Section
from index.sentences import layout
from tests.made import blocks, make_report, plain_span

LONG = "全镇二十七个网格都配了网格员和人民调解员他们同进同出"


def laid_out(report: Report, section: Section) -> tuple[list[tuple[int, int, int]], list[int]]:
    return layout(report, section, section_stream(report, section))


def sentences(report: Report) -> list[str]:
    found, _ = laid_out(report, report.sections[0])
    return [report.source[start:end] for _, start, end in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "一句。二句！三句？四句；五", ["一句。", "二句！", "三句？", "四句；", "五"], id="stops"
        ),
        pytest.param(
            "他说：“好。”再说。", ["他说：“好。”", "再说。"], id="a closing quote goes along"
        ),
        pytest.param("（一句。）二句", ["（一句。）", "二句"], id="a closing bracket goes along"),
        pytest.param("短行\n另一行", ["短行", "另一行"], id="short lines"),
        pytest.param(f"{LONG}\n一起上门。", [f"{LONG}\n一起上门。"], id="a wrapped line goes on"),
        pytest.param(
            f"{LONG}：\n一起上门。", [f"{LONG}：", "一起上门。"], id="a colon ends a line"
        ),
        pytest.param("\n\u3000\u3000一句。 \n\n", ["一句。"], id="space around"),
        pytest.param("。。。", ["。", "。", "。"], id="only stops"),
        pytest.param(" \n ", [], id="only space"),
    ],
)
def test_sentences_of_a_text(text: str, wanted: list[str]) -> None:
    assert sentences(make_report("r", [("", text)])) == wanted
    assert sentences(make_report("r", [("一、标题", "\n" + text)])) == ["一、标题", *wanted]


def test_a_sentence_that_leaves_nothing_in_the_stream_is_left_out() -> None:
    report = make_report("r", [("", "一句。\n”\n二句。")])
    assert sentences(report) == ["一句。", "二句。"]
    assert laid_out(report, report.sections[0])[1] == [3, 6]


@given(blocks)
def test_sentences_hold_every_character_once_and_in_order(made: list[tuple[str, str]]) -> None:
    report = make_report("r", made)
    for section in report.sections:
        at = section.heading_span.start
        for _, start, end in laid_out(report, section)[0]:
            assert at <= start < end
            assert not plain_span(report, at, start)
            at = end
        assert not plain_span(report, at, section.text_span.end)


@given(blocks)
def test_ends_rise_to_the_end_of_the_stream(made: list[tuple[str, str]]) -> None:
    report = make_report("r", made)
    for section in report.sections:
        found, paragraphs = laid_out(report, section)
        length = len(section_stream(report, section).text)
        for ends in ([end for end, _, _ in found], paragraphs):
            assert ends == sorted(set(ends))
            assert ends[-1:] == [length] * bool(length)
            assert all(end > 0 for end in ends)


@given(blocks)
def test_an_end_counts_the_characters_of_the_stream_before_it(made: list[tuple[str, str]]) -> None:
    report = make_report("r", made)
    for section in report.sections:
        stream = section_stream(report, section)
        places = [stream.source_offset(n) for n in range(len(stream.text))]
        for end, _, offset in laid_out(report, section)[0]:
            assert end == sum(place < offset for place in places)


def units(report: Report, ends: list[int]) -> list[str]:
    stream = section_stream(report, report.sections[0])
    return [stream.text[a:b] for a, b in pairwise([0, *ends])]


def sentence_units(report: Report) -> list[str]:
    return units(report, [end for end, _, _ in laid_out(report, report.sections[0])[0]])


def paragraph_units(report: Report) -> list[str]:
    return units(report, laid_out(report, report.sections[0])[1])


def test_a_run_in_heading_is_a_sentence_but_no_paragraph() -> None:
    report = make_report("r", [("（一）普法。", "一句。二句。\n三句。")])
    assert sentence_units(report) == ["(一)普法。", "一句。", "二句。", "三句。"]
    assert paragraph_units(report) == ["(一)普法。一句。二句。", "三句。"]


def test_a_heading_on_its_own_line_is_a_paragraph() -> None:
    report = make_report("r", [("（一）普法", "\n一句。二句。\n三句。")])
    assert paragraph_units(report) == ["(一)普法", "一句。二句。", "三句。"]


def test_a_page_break_in_a_sentence_does_not_end_it() -> None:
    report = make_report("r", [("", f"{LONG}\n— 7 —\n一起上门。再说。")])
    assert sentence_units(report) == [f"{LONG}一起上门。", "再说。"]
    report = make_report("r", [("", "说完。\n— 7 —\n再说。\n— 7 —\n")])
    assert sentences(report) == ["说完。", "再说。"]
