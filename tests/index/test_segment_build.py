"""A batch's arrays are those that one would write down section by section."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Furniture, Level, Part, Place, Report, Span
from index.prepared import PreparedReport, prepare
from index.segments.build import build_segment, fitting, sort_pairs
from index.segments.columns import write_columns
from index.segments.format import MOST_TOPICS, TYPECODES, narrowest, read_segment
from tests.index.naive import Naive, as_segment, plain_columns
from tests.made import PLACE, blocks, make_report

AUTO = (
    *("section.length", "section.heading", "section.topics", "section.begin", "section.end"),
    *("section.text", "section.stored", "sentence.source", "sentence.size", "report.card"),
    *("report.record", "report.title", "gram.first", "gram.sections", "word.at", "word.first"),
    *("word.count", "heading.first", "heading.count"),
)
_PLACES = st.sampled_from(
    [PLACE, Place(), Place("荻溪镇"), Place("荻溪镇", "青禾县", None, "澜岳省")]
)
_TOPICS = st.lists(st.sampled_from(["普法", "执法", "信访"]), max_size=3).map(tuple)


@st.composite
def reports(draw: st.DrawFn, *, least: int = 0, most: int = 4) -> list[Report]:
    """Reports of hard text and different years, places, parts, topics; some without a section."""
    made = draw(st.lists(blocks | st.just([]), min_size=least, max_size=most))
    ids = draw(st.permutations([f"{'乙甲丙'[n % 3]}{n}" for n in range(len(made))]))
    return [
        make_report(
            id,
            each,
            year=draw(st.sampled_from([None, 2021, 2024])),
            place=draw(_PLACES),
            level=draw(st.sampled_from(Level)),
            title=draw(st.sampled_from([None, "２０２４年“法治”報告", "年度\n报告"])),
            parts=draw(st.lists(st.sampled_from([None, *Part]), max_size=4)),
            topics=draw(st.dictionaries(st.integers(0, 3), _TOPICS)),
        )
        for id, each in zip(ids, made, strict=True)
    ]


@given(made=reports())
def test_the_arrays_of_a_batch_are_those_of_its_sections(made: list[Report]) -> None:
    segment = as_segment([prepare(report) for report in made])
    naive = Naive(made)
    assert plain_columns(segment) == naive.columns()
    assert segment.meta | {"places": [tuple(p) for p in segment.meta["places"]]} == naive.meta()


@given(made=reports())
def test_a_prepared_report_is_the_report(made: list[Report]) -> None:
    assert [prepare(report).report for report in made] == made


@given(made=reports())
def test_arrays_are_as_narrow_as_their_values_allow(made: list[Report]) -> None:
    segment = as_segment([prepare(report) for report in made])
    for name in AUTO:
        values = segment.array(name).tolist()
        assert segment.array(name).format == narrowest(max(values, default=0)), name


@given(made=reports())
def test_a_written_segment_is_read_as_it_was(
    made: list[Report], tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns, meta = build_segment([prepare(report) for report in made])
    path = tmp_path_factory.mktemp("segment") / "a.seg"
    write_columns(path, columns, meta)
    read_meta, arrays = read_segment(path.read_bytes())
    assert read_meta == meta
    assert {n: a.tolist() for n, a in arrays.items()} == {n: c.tolist() for n, c in columns.items()}
    assert all(TYPECODES[a.format] == columns[n].dtype.itemsize for n, a in arrays.items())


# Reports that no township writes.


def check(*made: Report) -> None:
    """The arrays are right, and the reports are what they were."""
    prepared = [prepare(report) for report in made]
    assert plain_columns(as_segment(prepared)) == Naive(made).columns()
    assert [each.report for each in prepared] == [*made]


def test_half_characters_are_kept_in_the_source_and_found_as_unknown() -> None:
    report = make_report("r", [("一、\ud800", "法\udfff治\U0010ffff。")], title="年\udc00度")
    check(report)
    assert prepare(report).streams == ("一、\ufffd法\ufffd治\U0010ffff。",)


def test_more_than_255_of_anything_are_counted() -> None:
    check(make_report("r", [("一、普法" * 300 + "\n", "普法。" * 70_000)]))


@given(st.lists(st.integers(0, 2**40)))
def test_pairs_are_sorted_alike_whether_positions_fit_beside_them_or_not(
    pairs: list[int],
) -> None:
    found = [
        sort_pairs(np.array(pairs, np.uint64), np.arange(len(pairs), dtype=np.uint64), bits)
        for bits in (8, 64)
    ]
    wanted = sorted(zip(pairs, range(len(pairs)), strict=True))
    for values, positions in found:
        assert [*zip(values.tolist(), positions.tolist(), strict=True)] == wanted


def test_pieces_that_overlap_are_stored_beside_the_whole_source() -> None:
    report = make_report("r", [("一、普法", "办班。"), ("二、调解", "上门。")])
    first, second = report.sections
    wide = replace(first, text_span=Span(first.text_span.start, second.text_span.end))
    report = replace(report, sections=(wide, second))
    assert prepare(report).report == report


def test_furniture_on_the_edge_of_a_section_is_not_in_it() -> None:
    report = make_report("r", [("一、普法", "办班。")])
    end = report.sections[0].text_span.end
    report = replace(report, furniture=(Furniture(0, 1, "site"), Furniture(end, end + 1, "site")))
    segment = as_segment([prepare(report)])
    assert segment.passage(0)[0][2] == [[0, 1]]


def topical(id: str, count: int, first: int = 0) -> PreparedReport:
    topics = tuple(f"主题{n}" for n in range(first, first + count))
    return prepare(make_report(id, [("一、普法", "办班。")], topics={0: topics}))


def test_a_segment_holds_64_topics() -> None:
    segment = as_segment([topical("a", MOST_TOPICS)])
    assert segment.array("section.topics").tolist() == [2**64 - 1]
    with pytest.raises(ValueError, match="65 topics"):
        build_segment([topical("a", MOST_TOPICS + 1)])


def test_reports_of_too_many_topics_come_into_segments_of_their_own() -> None:
    made = [topical("a", 40), topical("b", 24, 40), topical("c", 1, 64), topical("d", 2, 63)]
    assert [[each.id for each in run] for run in fitting(made)] == [["a", "b"], ["c", "d"]]


def test_reports_of_too_many_characters_come_into_segments_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.segments.build.MOST_POSITIONS", 64 * 4)
    made = [prepare(make_report(id, [("一、普法", "办班。")])) for id in "abcd"]
    runs = [*fitting(made)]
    assert [each.id for run in runs for each in run] == [*"abcd"]
    assert len(runs) > 1
    for run in runs:
        build_segment(run)
    with pytest.raises(ValueError, match="positions"):
        build_segment(made)
