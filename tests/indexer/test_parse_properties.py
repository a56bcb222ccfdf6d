"""What holds for any text: parsing never raises, loses nothing and takes linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Section
from indexer.parse import parse_outline

_PIECES = st.sampled_from(
    [
        *"一二三四十123（）()、.．。：；，,!？①㈠#*-|>\n\r\f\u3000 \u200b年月日",
        *(
            "一、",
            "（一）",
            "二、",
            "(二)",
            "1、",
            "2.",
            "（1）",
            "一)",
            "(抓好",
            "2优化",
            "一是",
            "二是",
        ),
        *("首先", "其次", "存在的不足", "下一步打算", "主要举措和成效", "第一部分", "以下："),
        *(
            "\n\n",
            "— 1 —",
            "打印 关闭",
            "来源：",
            "索引号",
            "首页 >",
            "清溪镇人民政府",
            "2031年2月1日",
        ),
        *("本镇召开会议，", "群众反映良好。", "執法", "𠮷", "目录\n", "……………3"),
    ]
)
_REPORTS = st.lists(_PIECES, max_size=60).map("".join)


def check_outline(source: str) -> None:
    outline = parse_outline(source)
    spans = [span for s in outline.sections for span in (s.heading_span, s.text_span)]
    at = 0
    for start, end in spans:
        assert at <= start <= end <= len(source)
        at = end
    assert [tuple(f) for f in outline.furniture] == sorted(tuple(f) for f in outline.furniture)
    for before, after in zip(outline.furniture, outline.furniture[1:], strict=False):
        assert before.end <= after.start
    covered = bytearray(len(source))
    for start, end in [*spans, *((f.start, f.end) for f in outline.furniture)]:
        covered[start:end] = b"\1" * (end - start)
    assert all(c.isspace() or covered[i] for i, c in enumerate(source))
    keys = [s.key for s in outline.sections]
    assert len(set(keys)) == len(keys)
    for section in outline.sections:
        check_section(section)


def check_section(section: Section) -> None:
    at = section.text_span.start
    for start, end in section.measures:
        assert at <= start < end <= section.text_span.end
        at = end
    assert not any(c in section.heading for c in "\n\r\f")
    assert section.number == () or section.key not in ("0", "end")


@given(_REPORTS)
def test_damaged_reports_are_covered_by_spans(source: str) -> None:
    check_outline(source)


@given(st.text())
def test_any_text_is_covered_by_spans(source: str) -> None:
    check_outline(source)


@given(_REPORTS)
def test_parsing_twice_gives_the_same(source: str) -> None:
    assert parse_outline(source) == parse_outline(source)


_SIZE = 400_000
_HOSTILE = {
    "commas": "一、",
    "comma-lines": "一、\n",
    "brackets": "(",
    "digits": "1.",
    "spaces": " ",
    "line-breaks": "\n",
    "inline-brackets": "(一)",
    "inline-headings": "。一、甲。乙",
    "items": "一是甲；二是乙；",
    "circles": "①②",
    "labels": "来源:\n",
    "titles": "存在的不足\n下一步打算\n",
    "spaced-items": " " * 99 + "一是",
    "sign-offs": "清溪镇人民政府\n",
    "page-numbers": "— 1 —\n",
    "buttons": "甲\n打印 关闭\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("piece", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_texts_take_linear_time(piece: str) -> None:
    source = piece * (_SIZE // len(piece))
    started = time.process_time()
    parse_outline(source)
    assert time.process_time() - started < 8  # some 0.5 s; quadratic time takes minutes


@pytest.mark.slow
def test_one_long_gap_inside_a_heading_takes_linear_time() -> None:
    started = time.process_time()
    outline = parse_outline("一、做" + " " * _SIZE + "法")
    assert time.process_time() - started < 8
    assert outline.sections[0].heading == "做 法"
