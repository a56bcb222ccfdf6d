"""What batches do to an index, and what an engine tells of it beside hits."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

import pytest

from index.engine import Batch, Engine, FileRow, Question
from index.model import Furniture, Kind, Level, Part, Place, Reason, Report, Span
from index.prepared import prepare
from index.querytree import And, Field, Not, Text
from tests.contract.conftest import Opener
from tests.made import PAGE_BREAK, batch, make_report

pytestmark = pytest.mark.usefixtures("unsynced")


def sections(engine: Engine, text: str) -> int:
    return engine.search(Question(Text(text, text, quoted=True))).total_sections


def rich_report() -> Report:
    """A report in which every field is set, and strangely."""
    report = make_report(
        "青禾县槿岭镇-2023~2",
        [("一、", "枫桥\r\n“经验”" + PAGE_BREAK + "\U00020bb7一是"), ("（一）", "")],
        title="标 题\x00",
        parts=[Part.PROBLEMS, None],
        topics={0: ("普法", "执法\u2028")},
    )
    return replace(
        report,
        level=Level.DEPARTMENT,
        kind=Kind.OTHER,
        issuer="槿岭镇人民政府",
        document_number="槿政发〔2024〕1号",
        issued="2024-02-29",
        reasons=(Reason("year", 2023, "why"), Reason("county", None, "nothing")),
        sections=(
            replace(report.sections[0], measures=(Span(3, 5), Span(6, 8))),
            report.sections[1],
        ),
    )


def test_a_report_comes_back_as_it_was_written(open_engine: Opener) -> None:
    report = rich_report()
    with open_engine(batch(report)) as engine:
        (found,) = engine.fetch([report.id, "no such report"]).values()
    assert found == report
    assert found.reasons == report.reasons  # left out of comparison
    assert found.furniture == (Furniture(10, 17, "page_number"),)


def test_a_report_without_sections_and_an_empty_index_are_no_trouble(open_engine: Opener) -> None:
    empty = replace(make_report("empty", [("", "")]), sections=(), source="")
    with open_engine(batch(empty)) as engine:
        assert engine.fetch(["empty"]) == {"empty": empty}
        assert engine.search(Question(And(()), facets=tuple(Field))).total_sections == 0
        assert [*engine.verify()] == []
    with open_engine(Batch()) as engine:
        assert [*engine.report_ids()] == []
        assert sections(engine, "枫桥") == sections(engine, "枫") == 0
        assert engine.status().reports == 0
        assert [*engine.verify()] == []


def test_a_report_of_the_same_id_replaces_the_one_before(open_engine: Opener) -> None:
    old = make_report("r0", [("一、", "板凳会"), ("二、", "板凳会")])
    new = make_report("r0", [("一、", "院坝会")])
    other = make_report("r1", [("一、", "板凳会")])
    with open_engine(batch(old, other), batch(new)) as engine:
        assert (sections(engine, "院坝会"), sections(engine, "板凳会")) == (1, 1)
        assert engine.fetch(["r0"]) == {"r0": new}
        assert engine.status().sections == 2


def test_a_removed_report_leaves_nothing(open_engine: Opener) -> None:
    gone = make_report("r0", [("一、院坝会", "院坝会")], year=1999, place=Place("甲镇"))
    kept = make_report("r1", [("一、", "板凳会")])
    with open_engine(batch(gone), batch(kept), batch(remove=["r0"])) as engine:
        assert sections(engine, "院坝会") == 0
        assert [*engine.report_ids()] == ["r1"]
        assert engine.values(Field.YEAR) == {2023: 1}
        assert engine.values(Field.TOWNSHIP) == {"槿岭镇": 1}
        facets = engine.search(Question(And(()), facets=tuple(Field))).facets
        assert [f.value for f in facets[Field.YEAR]] == [2023]


def test_one_removed_of_a_batch_is_in_no_count(open_engine: Opener) -> None:
    block = [("一、", "板凳会"), ("二、", "普法")]
    reports = [make_report(f"r{n}", block, year=2020 + n, place=Place(f"{n}镇")) for n in range(4)]
    with open_engine(batch(*reports), batch(remove=["r2"])) as engine:
        assert [*engine.report_ids()] == ["r3", "r1", "r0"]
        assert engine.values(Field.YEAR) == {2023: 1, 2021: 1, 2020: 1}
        assert "2镇" not in engine.values(Field.TOWNSHIP)
        without = engine.search(Question(Not(Text("普法", "普法", quoted=True)), limit=None))
        assert [hit.report_id for hit in without.hits] == ["r3", "r1", "r0"]
        assert engine.search(Question(And(()))).total_sections == 6
        assert (engine.status().reports, engine.status().sections) == (3, 6)
        assert [*engine.verify()] == []


def test_a_batch_may_remove_and_add(open_engine: Opener) -> None:
    first, second = (make_report(f"r{n}", [("一、", "板凳会")]) for n in range(2))
    with open_engine(batch(first), batch(second, remove=["r0", "never there"])) as engine:
        assert [*engine.report_ids()] == ["r1"]


def test_values_count_reports_but_sections_of_parts_and_topics(open_engine: Opener) -> None:
    one = make_report(
        "r0", [("一", "")] * 3, parts=[Part.PLANS, Part.PLANS, None], topics={0: ("普法", "执法")}
    )
    two = make_report("r1", [("一", "")], year=None, place=Place(), parts=[Part.PLANS])
    with open_engine(batch(one), batch(two)) as engine:
        assert engine.values(Field.YEAR) == {2023: 1, None: 1}
        assert engine.values(Field.TOWNSHIP) == {"槿岭镇": 1, None: 1}
        assert engine.values(Field.PART) == {"plans": 3, None: 1}
        assert engine.values(Field.TOPIC) == {"普法": 1, "执法": 1, None: 3}


def test_words_are_those_of_the_sections_with_their_frequency(open_engine: Opener) -> None:
    report = make_report("r0", [("一、调解", "行政执法"), ("二、", "调解，调解")])
    with open_engine(batch(report), batch(make_report("r1", [("", "调解")]))) as engine:
        words = dict(engine.words())
        assert (words["调解"], words["执法"]) == (3, 1)
        assert dict(engine.words("调")) == {"调解": 3}
        assert dict(engine.words("没有")) == {}


def test_rows_of_files_are_kept_replaced_and_forgotten(open_engine: Opener) -> None:
    def row(path: str, size: int, refused: str | None = None) -> FileRow:
        return FileRow(path, "00", size, 1, None if refused else "r0", refused, "basis")

    first = Batch(files=(row("/a", 1), row("/b", 1), row("/c", 1)))
    then = Batch(files=(row("/b", 2, "it is damaged"),), forget=frozenset({"/c", "/never"}))
    with open_engine(first, then) as engine:
        files = engine.files()
        refused = engine.status().refused
    assert files == {"/a": row("/a", 1), "/b": row("/b", 2, "it is damaged")}
    assert refused == (row("/b", 2, "it is damaged"),)


def test_status_counts_what_is_not_known_of_township_reports(open_engine: Opener) -> None:
    whole = make_report("r0", [("", "")])
    county = make_report(
        "r1", [("", "")], level=Level.COUNTY, year=None, place=Place(None, "青禾县")
    )
    lost = make_report("r2", [("", "")], year=None, place=Place("甲镇"))
    notice = replace(lost, id="r3", kind=Kind.OTHER)
    with open_engine(batch(whole, county), batch(lost, notice)) as engine:
        status = engine.status()
    assert (status.commit, status.reports, status.sections, status.files) == (2, 4, 4, 3)
    assert (status.unknown_years, status.unknown_places) == (1, 1)
    assert status.by_level == {"township": 3, "county": 1}
    assert status.by_kind == {"annual_report": 3, "other": 1}


def test_verify_finds_a_posting_that_the_text_does_not_have(open_engine: Opener) -> None:
    good, other = (make_report(f"r{n}", [("一、", "板凳会")]) for n in range(2))
    prepared = prepare(good)
    (stream,) = prepared.streams
    rows, tokens = array("I", prepared.rows), array("I", prepared.tokens)
    with open_engine(batch(good, other)) as engine:
        assert [*engine.verify()] == []
    wrongs: tuple[dict[str, Any], ...] = (
        {"streams": (stream[:-1] + "人",)},
        {"streams": (stream + "会",)},
        {"vocabulary": tuple(reversed(prepared.vocabulary))},
        {"tokens": array("I", [tokens[0]] * len(tokens)).tobytes()},
        {"rows": array("I", [*rows[:1], rows[1] + 1, *rows[2:]]).tobytes()},  # heading's length
        {"sentences": array("I", [0, 1, 0, 1, 0, len(stream), 1, 2]).tobytes()},
        {"topics": (("普法",),)},
        {"year": 1999},
        {"title": "别的"},
    )
    for wrong in wrongs:
        bad = Batch(add=(replace(prepared, **wrong),))
        with open_engine(batch(good, other), bad) as engine:
            assert [*engine.verify()] != [], wrong


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_a_position_has_no_largest_value(open_engine: Opener, size: int) -> None:
    report = make_report("r0", [("", "水" * size + "枫桥")])
    with open_engine(batch(report)) as engine:
        answer = engine.search(Question(Text("枫桥", "枫桥", quoted=True)))
        assert (answer.total_sections, answer.total_occurrences) == (1, 1)
        assert [*engine.verify()] == []
