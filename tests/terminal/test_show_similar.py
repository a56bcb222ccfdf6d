"""What is like a measure, on a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.model import Part, Place, Span
from index.passage import Passage
from search.agreeing import Agreement, Side
from search.alike import Similar, SimilarHit, SimilarQuery, Term
from search.measures import Measure, measures_of
from terminal.lines import BAD, FAINT, MATCH, Line
from terminal.show_similar import show_similar

TEXT = "请老船工在茶桌边劝和，全年谈妥二十六桌。"
QUERY = SimilarQuery("青禾县荻溪镇-2022#1.2-m1", "不出村。茶桌边劝和", 40, 49, ((40, 44),))
AGREEMENT = Agreement(
    Side(100, 111, "请老船工在茶桌边劝和，", ((5, 10),)), Side(44, 49, "茶桌边劝和", ((0, 5),))
)


def measure_in(name: str, year: int | None, text: str = TEXT) -> Measure:
    passage = Passage(
        report_id=f"{name}-{year}",
        key="1.2",
        title=f"{name}报告",
        file="x.txt",
        year=year,
        issued=None,
        place=Place(name, None, None, None),
        part=Part.ACHIEVEMENTS,
        topics=(),
        heading_path=("一、成效", "(二)劝和"),
        start=100,
        end=100 + len(text),
        text_start=100,
        source=text,
        furniture=(),
        measures=(Span(100, 100 + len(text)),),
        heading_length=0,
        sentences=(),
    )
    return measures_of(1, passage)[0]


HIT = SimilarHit(
    rank=1,
    score=0.5,
    measure=measure_in("双桅镇", 2024),
    terms=(Term("茶桌", 3.0, True), Term("船工", 2.0, False)),
    agreements=(AGREEMENT,),
    copies=(),
)
SIMILAR = Similar(QUERY, False, 1.0, (HIT,))


def lines_of(similar: Similar) -> list[str]:
    return ["".join(piece.text for piece in line) for line in show_similar(similar)]


def styled(lines: list[Line], style: str) -> list[str]:
    return [piece.text for line in lines for piece in line if piece.style == style]


def test_a_hit_shows_where_it_stands_what_agrees_and_by_what() -> None:
    assert lines_of(SIMILAR) == [
        "Like: 青禾县荻溪镇-2022#1.2-m1",
        "   不出村。茶桌边劝和",
        "   4 characters of it are common form and do not count",
        "",
        "1. 双桅镇 2024  双桅镇-2024#1.2-m1",
        "   一、成效 › (二)劝和",
        "   请老船工在茶桌边劝和，",
        "   ≈ 茶桌边劝和",
        "   By: 茶桌, (船工)",
    ]


def test_what_agrees_is_marked_on_both_sides_and_common_form_is_faint() -> None:
    lines = list(show_similar(SIMILAR))
    assert styled(lines, MATCH) == ["茶桌边劝和", "茶桌边劝和"]
    assert "不出村。" in styled(lines, FAINT)


def test_without_agreements_the_text_is_shown_and_a_long_one_is_cut() -> None:
    bare = replace(HIT, agreements=(), measure=measure_in("双桅镇", None, "长" * 200))
    lines = lines_of(replace(SIMILAR, hits=(bare,)))
    assert "   " + "长" * 160 + "…" in lines
    assert "1. 双桅镇 year unknown  双桅镇-None#1.2-m1" in lines


@pytest.mark.parametrize(
    ("years", "said"),
    [
        pytest.param((2023,), "Same text in 1 more report: 榛岭镇 2023", id="one"),
        pytest.param(
            (2020, 2021, 2022, 2023, 2024, 2025),
            "Same text in 6 more reports: 榛岭镇 2020, 榛岭镇 2021, 榛岭镇 2022, 榛岭镇 2023, "
            "榛岭镇 2024 …",
            id="many",
        ),
        pytest.param(
            (2023, 2022, 2023),
            "Same text in 2 more reports: 榛岭镇 2023, 榛岭镇 2022",
            id="twice in one",
        ),
    ],
)
def test_copies_are_told_with_their_places_and_years(years: tuple[int, ...], said: str) -> None:
    copies = tuple(measure_in("榛岭镇", year) for year in years)
    lines = list(show_similar(replace(SIMILAR, hits=(replace(HIT, copies=copies),))))
    assert said in styled(lines, BAD)


def test_copies_in_the_report_itself_are_in_no_other_report() -> None:
    copies = (measure_in("双桅镇", 2024),)
    assert lines_of(replace(SIMILAR, hits=(replace(HIT, copies=copies),))) == lines_of(SIMILAR)


def test_nothing_beyond_common_form_is_told() -> None:
    lines = lines_of(Similar(QUERY, True, 1.0, ()))
    assert lines[-1] == "Nothing beyond common form: many reports of many places say this."


def test_nothing_found_is_told() -> None:
    assert lines_of(Similar(QUERY, False, 1.0, ()))[-1] == "Nothing found."


def test_what_was_not_looked_at_is_told() -> None:
    typed = SimilarQuery(None, "茶桌", 0, 2, (), left_out=5)
    assert lines_of(Similar(typed, False, 1.0, ())) == [
        "Like: ",
        "   茶桌",
        "   5 characters more were not looked at",
        "Nothing found.",
    ]


def test_what_a_report_says_cannot_steer_a_terminal() -> None:
    evil = "\x1b[31m茶桌\x07"
    side = Side(0, len(evil), evil, ((0, 2),))
    hit = replace(
        HIT, measure=measure_in("双桅镇\x1b[0m", 2024, evil), agreements=(Agreement(side, side),)
    )
    query = SimilarQuery("x\x1b", evil, 0, len(evil), ())
    shown = "".join(lines_of(Similar(query, False, 1.0, (hit, replace(hit, agreements=())))))
    assert "\x1b" not in shown
    assert "\x07" not in shown
