"""A passage: a section that opens without its report, and leads back to the report's source."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from index.analysis import fold, fold_stream, kept_offsets, section_stream, spellings, squeeze
from index.model import Report
from index.passage import heading_label, heading_path, heading_paths, passage_of
from tests.made import PAGE_BREAK, corpora, make_report


@given(corpora())
def test_a_passage_has_the_stream_of_its_section(reports: list[Report]) -> None:
    for report in reports:
        for section in report.sections:
            passage, stream = passage_of(report, section), section_stream(report, section)
            assert passage.stream == stream
            assert passage.text == fold(passage.unfolded) == stream.text
            assert passage.heading_length == stream.heading_length
            assert passage.cut(passage.start, passage.end) == passage.source


@given(corpora())
def test_every_character_leads_to_where_it_stands_in_the_source(reports: list[Report]) -> None:
    for report in reports:
        for section in report.sections:
            passage = passage_of(report, section)
            for position, character in enumerate(passage.text):
                sentence = passage.sentence_at(position)
                offset, end = passage.source_span(position, position + 1, sentence, sentence)
                assert end == offset + 1
                _end, first, last = passage.sentences[sentence]
                assert first <= offset < last
                assert fold(report.source[offset]) == character
                assert offset == passage.stream.source_offset(position)


@given(corpora())
def test_sentences_divide_the_stream(reports: list[Report]) -> None:
    for report in reports:
        for section in report.sections:
            passage = passage_of(report, section)
            ends = [0, *(end for end, _first, _last in passage.sentences)]
            assert all(before < end for before, end in pairwise(ends))
            assert ends[-1] == len(passage.text)


def test_furniture_inside_a_sentence_is_no_part_of_it() -> None:
    report = make_report("r", [("一、调解", f"\n先说“枫{PAGE_BREAK}桥”。")])
    passage = passage_of(report, report.sections[0])
    assert passage.text == "一、调解先说枫桥。"
    at = passage.text.index("桥")
    sentence = passage.sentence_at(at)
    assert report.source[slice(*passage.source_span(at, at + 1, sentence, sentence))] == "桥"
    assert passage.furniture == ((report.source.index(PAGE_BREAK), report.source.index("桥")),)


def test_what_stands_around_a_section_is_not_in_it() -> None:
    report = make_report("r", [("一、", "前。" + PAGE_BREAK), ("二、", "后。")])
    last = passage_of(report, report.sections[1])
    assert (last.source, last.furniture, last.id) == ("二、后。", (), "r#1")


def test_paths_of_headings_lead_from_the_top() -> None:
    made = make_report("r", [("", "")] * 4)
    keys = ["0", "1", "1.2", "1.2.1"]
    numbers = [(), ("一",), ("一", "(二)"), ("一", "(二)", "3")]
    headings = ["开头", "成效", "普法", "三级"]
    sections = tuple(
        replace(section, key=key, number=number, heading=heading)
        for section, key, number, heading in zip(
            made.sections, keys, numbers, headings, strict=True
        )
    )
    report = replace(made, sections=sections)
    paths = [("开头",), ("一、成效",), ("一、成效", "(二)普法"), ("一、成效", "(二)普法", "3.三级")]
    assert heading_paths(report) == paths
    assert [heading_path(report, section) for section in sections] == paths


@pytest.mark.parametrize(
    ("number", "label"),
    [
        pytest.param((), "普法", id="without a number"),
        pytest.param(("一",), "一、普法", id="一"),
        pytest.param(("一", "(二)"), "(二)普法", id="(二)"),
        pytest.param(("一", "3"), "3.普法", id="3"),
    ],
)
def test_a_label_is_number_and_heading(number: tuple[str, ...], label: str) -> None:
    section = make_report("r", [("", "")]).sections[0]
    assert heading_label(replace(section, number=number, heading="普法")) == label


def test_a_stream_holds_every_character_but_space_and_quotation_marks() -> None:
    every = "".join(map(chr, range(0x3100))) + "＂＇Ａ！㐀𠮷楓執\ud800\ufeff"
    kept = [at for at, c in enumerate(every) if fold_stream(c)]
    assert kept_offsets(every) == kept
    assert fold_stream(every) == "".join(fold(every[at]) for at in kept)
    lost = {c for c in every if not fold_stream(c)}
    assert lost == {c for c in every if c.isspace()} | set(
        "“”‘’「」『』\"'＂＇\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    )


EVERY = "".join(map(chr, range(0x110000)))


def test_what_a_stream_leaves_out_is_left_out_before_it_is_folded() -> None:
    assert fold(squeeze(EVERY)) == fold_stream(EVERY)


def test_all_that_folds_to_a_character_is_among_its_spellings() -> None:
    for character, folded in zip(EVERY, fold(EVERY), strict=True):
        if character != folded:
            others = spellings(folded)
            assert others is None or character in others
    for character in "枫桥经验調執執苧，,9（(、a𠮷":
        others = spellings(character)
        assert others is None or all(fold(other) == character for other in others)
    assert spellings("桥") == "橋"
    assert spellings(",") == "，"
    assert spellings("a") is None
