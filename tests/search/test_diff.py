"""Two reports compared: every character of both is told once, and as what it became."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NotFound
from index.model import Part, Place, Report
from index.whoosh_engine import WhooshEngine
from search.diff import Diff, PieceKind, diff_json, diff_reports
from search.excerpts import Side
from search.pairing import Outlined, pair_sections
from search.stretches import Stretch, compare
from tests.made import Block, batch, blocks, make_report, write

PUBLICITY = "组织法治宣传小分队进村入户，发放资料一千二百份，现场解答村民提问八十余个。"
MEDIATION = "每月十五日在文化广场开院坝会，由调解员和网格员轮流主持，当场记录、当场答复。"
ENFORCEMENT = "执法人员一律持证上岗，检查前扫码亮证，案卷每半年交叉评查一次，结果在政务栏公示。"
REVIEW = "凡以镇政府名义签订的合同，先送法律顾问审核，没有审核意见的不得用印。"
OPEN = "主动公开惠农补贴、低保名单和工程招标信息，群众可以在村务栏和手机上随时查看。"


@contextmanager
def opened(*reports: Report) -> Iterator[WhooshEngine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), batch(*reports)))
        try:
            yield engine
        finally:
            engine.close()


def compared(first: Report, second: Report, *others: Report) -> Diff:
    with opened(first, second, *others) as engine:
        return diff_reports(engine, first.id, second.id)


def two(first: Sequence[Block], second: Sequence[Block]) -> Diff:
    return compared(make_report("a", first, year=2022), make_report("b", second, year=2023))


def told(diff: Diff) -> list[tuple[str, str, str]]:
    """(kind, first or second, text) of every piece."""
    return [
        (piece.kind, "second" if piece.of_second else "first", piece.here.text.strip())
        for section in diff.sections
        for piece in section.pieces
    ]


# Everything is told once.


def assert_all_told(diff: Diff) -> None:
    """Each report's sections are their pieces, and what changed is told right."""
    for report, second in ((diff.first, False), (diff.second, True)):
        sources: dict[str, str] = {}
        for section in diff.sections:
            outline = section.second if second else section.first
            pieces = [
                piece.side(second=second)
                for piece in section.pieces
                if piece.of_second is second or _is_in_both(piece.kind, piece.other)
            ]
            excerpts = [piece for piece in pieces if piece]
            assert bool(outline) or not excerpts
            for left, right in pairwise(excerpts):
                assert left.end == right.start
            for excerpt in excerpts:
                assert excerpt.text == report.source[excerpt.start : excerpt.end]
                assert outline
                assert excerpt.id == outline.id
            if outline:
                sources[outline.id] = "".join(excerpt.text for excerpt in excerpts)
        side = Side(report)
        for outline, stream, own in zip(side.outlines, side.streams, report.sections, strict=True):
            end = max(own.heading_span.end, own.text_span.end)
            whole = report.source[own.heading_span.start : end]
            assert sources.pop(outline.id) == (whole if stream else "")
        assert not sources
    for section in diff.sections:
        for piece in section.pieces:
            for second in (False, True):
                text = "".join(segment.text for segment in piece.segments(second=second))
                side_text = piece.side(second=second)
                assert text == (side_text.text if side_text else "")


def _is_in_both(kind: PieceKind, other: object) -> bool:
    return other is not None and kind is not PieceKind.MOVED


@settings(max_examples=40)
@given(blocks, blocks)
def test_every_character_of_both_reports_is_told_once(
    first: list[Block], second: list[Block]
) -> None:
    assert_all_told(two(first, second))


SENTENCES = [PUBLICITY, MEDIATION, ENFORCEMENT, REVIEW, OPEN]
long_text = st.lists(st.sampled_from([*SENTENCES, "全年", "12件。", "\n"]), max_size=5).map("".join)
headings = st.sampled_from(["一、普法\n", "二、调解。", ""])
long_blocks = st.lists(st.tuples(headings, long_text), min_size=1, max_size=5)


@settings(max_examples=40)
@given(long_blocks, long_blocks)
def test_text_that_moved_or_was_edited_is_told_once(
    first: list[Block], second: list[Block]
) -> None:
    diff = two(first, second)
    assert_all_told(diff)
    moved = [p for section in diff.sections for p in section.pieces if p.kind is PieceKind.MOVED]
    there = {(p.here.start, p.here.end) for p in moved if p.of_second}
    assert sorted(there) == sorted(
        (p.other.start, p.other.end) for p in moved if not p.of_second and p.other
    )


streams = st.lists(st.text("甲乙丙丁12，。", max_size=60), min_size=1, max_size=4)


@given(streams, streams)
def test_streams_are_covered_exactly_once(first: list[str], second: list[str]) -> None:
    pairs = list(zip(range(len(first)), range(len(second)), strict=False))
    stretches = compare(first, second, pairs).stretches
    for texts, which in ((first, 0), (second, 1)):
        places = sorted(p for s in stretches if (p := (s.first, s.second)[which]))
        seen = ["" for _ in texts]
        for section, start, end in places:
            assert start == len(seen[section])
            assert start < end
            seen[section] += texts[section][start:end]
        assert seen == texts
    for stretch in stretches:
        assert_changed_right(stretch, first, second)


def assert_changed_right(stretch: Stretch, first: Sequence[str], second: Sequence[str]) -> None:
    if stretch.first is None or stretch.second is None:
        assert not stretch.changes
        return
    a, b = first[stretch.first.section], second[stretch.second.section]
    made, at = "", stretch.first.start
    for change in stretch.changes:
        made += a[at : change.start_a] + b[change.start_b : change.end_b]
        at = change.end_a
    made += a[at : stretch.first.end]
    assert made == b[stretch.second.start : stretch.second.end]


# What became of a text.


def test_a_report_compared_with_itself_is_the_same() -> None:
    report = make_report("a", [("一、普法\n", PUBLICITY), ("二、调解\n", MEDIATION)])
    diff = compared(
        report, make_report("b", [("一、普法\n", PUBLICITY), ("二、调解\n", MEDIATION)])
    )
    assert [section.kind for section in diff.sections] == [PieceKind.SAME] * 2
    assert {kind for kind, n in diff.characters.items() if n} == {PieceKind.SAME}
    assert diff.shares_text
    assert diff.complete


def test_a_changed_number_leaves_the_other_sentences_the_same() -> None:
    text = MEDIATION + PUBLICITY + REVIEW
    diff = two([("一、工作\n", text)], [("一、工作\n", text.replace("一千二百", "九百八十"))])
    assert told(diff) == [
        ("same", "second", "一、工作\n" + MEDIATION),
        ("changed", "second", PUBLICITY.replace("一千二百", "九百八十")),
        ("same", "second", REVIEW),
    ]
    (change,) = diff.sections[0].pieces[1].changes
    assert (change.kind, change.first.text, change.second.text) == (
        "number",
        "一千二百",
        "九百八十",
    )
    assert diff.characters[PieceKind.CHANGED] == 4


def test_a_sentence_in_another_section_has_moved() -> None:
    diff = two(
        [("一、普法\n", PUBLICITY + MEDIATION), ("二、执法\n", ENFORCEMENT)],
        [("一、普法\n", PUBLICITY), ("二、执法\n", ENFORCEMENT + MEDIATION)],
    )
    assert ("moved", "first", MEDIATION) in told(diff)
    assert ("moved", "second", MEDIATION) in told(diff)
    moved = [p for section in diff.sections for p in section.pieces if p.kind is PieceKind.MOVED]
    assert [(p.here.id, p.other and p.other.id) for p in moved] == [("a#0", "b#1"), ("b#1", "a#0")]
    assert diff.characters[PieceKind.MOVED] == len(MEDIATION)


def test_sentences_in_another_order_have_moved() -> None:
    diff = two(
        [("一、工作\n", PUBLICITY + ENFORCEMENT + MEDIATION)],
        [("一、工作\n", PUBLICITY + MEDIATION + ENFORCEMENT)],
    )
    kinds = [(kind, text) for kind, of, text in told(diff) if of == "second"]
    assert ("moved", MEDIATION) in kinds
    assert ("same", ENFORCEMENT) in kinds


def test_new_and_gone_text_stands_where_it_is_read() -> None:
    diff = two([("一、工作\n", PUBLICITY + REVIEW)], [("一、工作\n", PUBLICITY + OPEN)])
    assert told(diff) == [
        ("same", "second", "一、工作\n" + PUBLICITY),
        ("gone", "first", REVIEW),
        ("new", "second", OPEN),
    ]


def test_sections_of_one_report_only_are_new_or_gone() -> None:
    diff = two(
        [("一、普法\n", PUBLICITY), ("二、合同\n", REVIEW), ("三、调解\n", MEDIATION)],
        [("一、普法\n", PUBLICITY), ("二、调解\n", MEDIATION), ("三、公开\n", OPEN)],
    )
    rows = [(s.kind, s.first and s.first.id, s.second and s.second.id) for s in diff.sections]
    assert rows == [
        ("same", "a#0", "b#0"),
        ("gone", "a#1", None),
        ("changed", "a#2", "b#1"),  # its number
        ("new", None, "b#2"),
    ]


def test_a_short_heading_that_stayed_is_the_same() -> None:
    first = [("一、成效\n", ""), ("（一）普法。\n", PUBLICITY), ("二、问题\n", "")]
    diff = two(first, [*first[:1], ("（一）公开。\n", OPEN), *first[2:]])
    kept = [section for section in diff.sections if section.first and section.second]
    assert [(s.kind, s.first and s.first.id) for s in kept if s.kind == "same"] == [
        ("same", "a#0"),
        ("same", "a#2"),
    ]
    assert diff.characters[PieceKind.SAME] == len("一、成效二、问题")


def test_a_few_shared_words_are_no_shared_text() -> None:
    diff = two(
        [("一、甲\n", "开展法治宣传教育，进一步做好。" + REVIEW)],
        [("一、乙\n", OPEN + "法治宣传教育，进一步还不够。")],
    )
    assert {kind for kind, _of, _text in told(diff)} <= {"new", "gone", "changed"}


def test_reports_without_shared_text_share_none() -> None:
    diff = two([("", PUBLICITY)], [("", MEDIATION)])
    assert not diff.shares_text


def test_white_space_quotation_marks_and_width_make_no_difference() -> None:
    diff = two([("一、\n", "推广“院坝会”，共１２场。\n")], [("一、\n", "推广 院坝会,\n共12场。")])
    assert told(diff)[0][0] == "same"
    assert_all_told(diff)


def test_a_quotation_mark_belongs_to_what_it_opens() -> None:
    diff = two([("", PUBLICITY + "“法治夜校”有五所。")], [("", PUBLICITY + "“板凳课堂”设了七处，")])
    assert [text for kind, _of, text in told(diff) if kind != "same"] == [
        "“法治夜校”有五所。",
        "“板凳课堂”设了七处，",
    ]


def test_text_that_many_places_have_is_common_form() -> None:
    common = "坚持以人民为中心的发展思想，扎实推进依法治镇各项任务落地见效，"
    places = [Place(f"{c}溪镇", f"{c}山县", "云汀市", "澜岳省") for c in "甲乙丙丁戊己"]
    reports = [
        make_report(f"r{n}", [("", common + text)], place=place)
        for n, (place, text) in enumerate(zip(places, [*SENTENCES, "其他。"], strict=True))
    ]
    diff = compared(*reports)
    assert told(diff) == [
        ("common", "second", common),
        ("gone", "first", PUBLICITY),
        ("new", "second", MEDIATION),
    ]
    assert not diff.shares_text
    assert diff.characters[PieceKind.COMMON] == len(common)
    assert_all_told(diff)


def test_an_id_that_is_no_report_is_not_found() -> None:
    with opened(make_report("a", [("", PUBLICITY)])) as engine:
        with pytest.raises(NotFound) as section:
            diff_reports(engine, "a", "a#0")
        assert section.value.close == ("a",)
        with pytest.raises(NotFound):
            diff_reports(engine, "b", "a")


# Plans.

KINLING = Place("槿岭镇", "青禾县")
PLAN = "编制合同审核清单，没有法律顾问审核意见的合同不得用印。"


def planned(year: int, place: Place = KINLING, plan: str = PLAN, done: str = REVIEW) -> Report:
    parts = [Part.ACHIEVEMENTS, Part.ACHIEVEMENTS, Part.PLANS]
    texts = [("一、成效\n", MEDIATION), ("二、审核\n", done), ("三、安排\n", plan)]
    id = f"{place.county}{place.township}-{year}"
    report = make_report(id, texts, year=year, place=place, parts=parts)
    sections = tuple(replace(s, measures=(s.text_span,)) for s in report.sections)
    return replace(report, sections=sections)


def test_a_plan_is_followed_by_the_achievements_that_speak_of_it() -> None:
    diff = compared(planned(2022), planned(2023))
    assert diff.plans is not None
    (match,) = diff.plans
    assert match.plan.id == "青禾县槿岭镇-2022#2-m1"
    assert [done.measure.id for done in match.done] == ["青禾县槿岭镇-2023#1-m1"]
    assert {"合同", "审核"} <= {term.term for term in match.done[0].terms}


def test_a_plan_that_no_achievement_speaks_of_has_none() -> None:
    plan = "在学校门口增设路灯与减速带，护送学生过街。"
    diff = compared(planned(2022, plan=plan), planned(2023))
    assert diff.plans is not None
    assert [match.done for match in diff.plans] == [()]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(planned(2021), planned(2023), id="not the next year"),
        pytest.param(planned(2023), planned(2022), id="backwards"),
        pytest.param(planned(2022), planned(2023, Place("荻溪镇", "青禾县")), id="another town"),
        pytest.param(planned(2022), planned(2023, Place("槿岭镇", "云麓区")), id="a namesake"),
    ],
)
def test_plans_are_only_followed_into_the_next_year_of_the_same_place(
    first: Report, second: Report
) -> None:
    assert compared(first, second).plans is None


# Which section stands for which.


def outlined(*sections: tuple[str, str, str], part: Part = Part.ACHIEVEMENTS) -> list[Outlined]:
    """Sections from (stream, heading, topic)."""
    return [
        Outlined(stream, heading, part, (topic,) if topic else (), str(n + 1))
        for n, (stream, heading, topic) in enumerate(sections)
    ]


@pytest.mark.parametrize(
    ("first", "second", "pairs"),
    [
        pytest.param(
            [(PUBLICITY, "", ""), (REVIEW, "", "")],
            [(REVIEW, "", ""), (PUBLICITY, "", "")],
            {0: 1, 1: 0},
            id="the same text",
        ),
        pytest.param(
            [(PUBLICITY + OPEN, "", ""), (OPEN + REVIEW + MEDIATION, "", "")],
            [(MEDIATION + REVIEW, "", ""), (PUBLICITY + ENFORCEMENT, "", "")],
            {0: 1, 1: 0},
            id="most shared text",
        ),
        pytest.param(
            [(PUBLICITY, "普法", ""), (REVIEW, "审核", "")],
            [(OPEN, "审核", ""), (MEDIATION, "普法", "")],
            {0: 1, 1: 0},
            id="the same heading",
        ),
        pytest.param(
            [(PUBLICITY, "甲", "普法"), (REVIEW, "乙", "审核")],
            [(OPEN, "丙", "审核"), (MEDIATION, "丁", "普法")],
            {0: 1, 1: 0},
            id="the same topic",
        ),
        pytest.param(
            [(PUBLICITY, "甲", ""), (REVIEW, "乙", "")],
            [(OPEN, "丙", ""), (MEDIATION, "丁", "")],
            {0: 0, 1: 1},
            id="the same place",
        ),
        pytest.param(
            [(PUBLICITY, "甲", "普法")], [(OPEN, "丙", "审核")], {}, id="other topics at one place"
        ),
        pytest.param([("", "", "")], [("", "", "")], {0: 0}, id="empty"),
    ],
)
def test_sections_are_paired_by(
    first: list[tuple[str, str, str]],
    second: list[tuple[str, str, str]],
    pairs: dict[int, int],
) -> None:
    assert pair_sections(outlined(*first), outlined(*second)) == pairs


def test_sections_of_different_parts_are_not_paired_without_shared_text() -> None:
    first = outlined((PUBLICITY, "普法", "普法"))
    second = outlined((OPEN, "普法", "普法"), part=Part.PLANS)
    assert pair_sections(first, second) == {}


# Sizes. The bounds are some ten times what an office PC needs.


def test_many_sections_of_one_text_take_no_quadratic_time() -> None:
    text = PUBLICITY + MEDIATION + ENFORCEMENT + REVIEW + OPEN
    numbered = [f"{text}第{n}件。" for n in range(600)]
    for first, second in (([text] * 600, [text] * 599), (numbered, numbered[::-1])):
        start = time.perf_counter()
        sections = [[(stream, "甲", "") for stream in streams] for streams in (first, second)]
        pairs = pair_sections(*(outlined(*each) for each in sections))
        found = compare(first, second, [(m, n) for n, m in pairs.items()])
        assert len(pairs) == len(second)
        assert sum(s.first is not None and s.second is not None for s in found.stretches) >= 599
        assert time.perf_counter() - start < 20


def test_long_reports_take_linear_time_and_say_what_was_not_looked_at() -> None:
    chance = random.Random(7)
    letters = "".join(map(chr, range(0x4E00, 0x5200)))
    first = "".join(chance.choices(letters, k=400_000))
    second = first[200_000:] + first[:200_000]
    start = time.perf_counter()
    found = compare([first], [second], [(0, 0)])
    assert not found.complete
    equal = [s for s in found.stretches if s.first and s.second and not s.changes]
    assert sum(s.second.end - s.second.start for s in equal if s.second) == len(first)
    assert compare(["啊" * 300_000], ["啊哦" * 150_000], [(0, 0)]).stretches
    assert time.perf_counter() - start < 20


# JSON.


def test_json_tells_spans_in_the_source() -> None:
    text = PUBLICITY + REVIEW
    first = make_report("a", [("一、工作\n", text)], year=2022, title="甲")
    second = make_report("b", [("一、工作\n", text.replace("八十", "九十"))], year=2023)
    found = diff_json(compared(first, second))
    assert found["first"] == {
        "id": "a", "title": "甲", "file": "/reports/a.txt", "year": 2022, "issued": None,
        "township": "槿岭镇", "county": "青禾县", "city": "云汀市", "province": "澜岳省",
    }  # fmt: skip
    (section,) = found["sections"]
    changed, same = section["pieces"]
    at = second.source.index("九十余")
    assert changed["changes"] == [
        {"kind": "number", "first_start": at, "first_end": at + 2, "first_text": "八十",
         "start": at, "end": at + 2, "text": "九十"}
    ]  # fmt: skip
    assert (section["first"], section["second"], section["kind"]) == ("a#0", "b#0", "changed")
    assert same == {
        "kind": "same", "of": "second", "text": REVIEW,
        "start": second.source.index(REVIEW), "end": len(second.source) - 1,
        "other": {"id": "a#0", "start": first.source.index(REVIEW), "end": len(first.source) - 1,
                  "text": REVIEW},
        "changes": [],
    }  # fmt: skip
    assert found["plans"] == []
    assert found["complete"] is True
    assert set(found["characters"]) == {"same", "changed", "moved", "new", "gone", "common"}
