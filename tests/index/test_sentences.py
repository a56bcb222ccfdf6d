"""Where sentences and paragraphs end, also where a converter broke the lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from index.analysis import section_stream
from index.model import Report
from index.querytree import Scope
from index.sentences import sentence_spans, stream_bounds
from tests.made import blocks, make_report, plain_span

LONG = "全镇二十七个网格都配了网格员和人民调解员他们同进同出"


def sentences(heading: str, text: str) -> list[str]:
    report = make_report("r", [(heading, text)])
    return [report.source[slice(*span)] for span in sentence_spans(report, report.sections[0])]


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
    assert sentences("", text) == wanted
    assert sentences("一、标题", "\n" + text) == ["一、标题", *wanted]


@given(blocks)
def test_sentences_hold_every_character_once_and_in_order(made: list[tuple[str, str]]) -> None:
    report = make_report("r", made)
    for section in report.sections:
        at = section.heading_span.start
        for start, end in sentence_spans(report, section):
            assert at <= start < end
            assert not plain_span(report, at, start)
            at = end
        assert not plain_span(report, at, section.text_span.end)


@given(blocks)
def test_bounds_rise_to_the_end_of_the_stream(made: list[tuple[str, str]]) -> None:
    report = make_report("r", made)
    for section in report.sections:
        stream = section_stream(report, section)
        for scope in (Scope.SENTENCE, Scope.PARAGRAPH):
            bounds = stream_bounds(report, section, stream, scope)
            assert list(bounds) == sorted(set(bounds))
            assert bounds[-1] == len(stream.text)
            assert bounds[0] >= 0


def units(report: Report, scope: Scope) -> list[str]:
    stream = section_stream(report, report.sections[0])
    bounds = [0, *stream_bounds(report, report.sections[0], stream, scope)]
    parts = [stream.text[a:b] for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def test_a_run_in_heading_is_a_sentence_but_no_paragraph() -> None:
    report = make_report("r", [("（一）普法。", "一句。二句。\n三句。")])
    assert units(report, Scope.SENTENCE) == ["(一)普法。", "一句。", "二句。", "三句。"]
    assert units(report, Scope.PARAGRAPH) == ["(一)普法。一句。二句。", "三句。"]


def test_a_heading_on_its_own_line_is_a_paragraph() -> None:
    report = make_report("r", [("（一）普法", "\n一句。二句。\n三句。")])
    assert units(report, Scope.PARAGRAPH) == ["(一)普法", "一句。二句。", "三句。"]


def test_a_page_break_in_a_sentence_does_not_end_it() -> None:
    report = make_report("r", [("", f"{LONG}\n— 7 —\n一起上门。再说。")])
    assert units(report, Scope.SENTENCE) == [f"{LONG}一起上门。", "再说。"]
    report = make_report("r", [("", "说完。\n— 7 —\n再说。\n— 7 —\n")])
    found = sentence_spans(report, report.sections[0])
    assert [report.source[slice(*span)] for span in found] == ["说完。", "再说。"]
