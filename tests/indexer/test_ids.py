"""Ids that a person can type, and that no shell or path misreads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Kind, Level, Place
from indexer.ids import base_id, clean_stem, has_base, numbered
from tests.made import make_report

WHOLE = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")


@pytest.mark.parametrize(
    ("level", "place", "year", "wanted"),
    [
        pytest.param(Level.TOWNSHIP, WHOLE, 2023, "青禾县荻溪镇-2023", id="all known"),
        pytest.param(Level.TOWNSHIP, Place("荻溪镇"), 2023, "荻溪镇-2023", id="no county"),
        pytest.param(Level.TOWNSHIP, WHOLE, None, "青禾县荻溪镇-年度报告", id="no year"),
        pytest.param(Level.TOWNSHIP, Place(), 2023, "年度报告-2023", id="no place"),
        pytest.param(
            Level.TOWNSHIP, Place(None, "青禾县"), 2023, "年度报告-2023", id="no township"
        ),
        pytest.param(Level.TOWNSHIP, Place(), None, "年度报告", id="nothing known"),
        pytest.param(Level.COUNTY, WHOLE, 2023, "青禾县-2023", id="a county"),
        pytest.param(Level.CITY, WHOLE, 2023, "云汀市-2023", id="a city"),
        pytest.param(Level.PROVINCE, WHOLE, 2023, "澜岳省-2023", id="a province"),
        pytest.param(Level.DEPARTMENT, WHOLE, 2023, "年度报告-2023", id="a department"),
    ],
)
def test_an_id_is_place_and_year_and_the_stem_stands_for_what_is_missing(
    level: Level, place: Place, year: int | None, wanted: str
) -> None:
    report = make_report("", [], level=level, place=place, year=year, path="/x/年度报告.docx")
    assert base_id(report) == wanted


def test_a_place_that_a_correction_has_named_is_misread_no_more_than_a_stem() -> None:
    report = make_report(
        "", [], year=2023, place=Place("a/b#1</荻溪镇>", "青禾县"), path="/x/y.txt"
    )
    assert base_id(report) == "青禾县a-b-1-荻溪镇-2023"


def test_another_paper_never_has_the_id_of_an_annual_report() -> None:
    report = make_report("", [], year=2023, place=WHOLE, path="/x/通知.txt")
    assert base_id(replace(report, kind=Kind.OTHER)) == "青禾县荻溪镇-2023-通知"


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        pytest.param("/a/青禾县 荻溪镇.docx", "青禾县-荻溪镇", id="space"),
        pytest.param("/a/a#b~2.txt", "a-b-2", id="what ids are made with"),
        pytest.param("/a/$(rm -rf)`'\".txt", "rm--rf", id="what a shell reads"),
        pytest.param("/a/(1).txt", "1", id="brackets"),
        pytest.param("/a/\x1b[31m.txt", "31m", id="escape"),
        pytest.param("/a/e\u0301.txt", "é", id="one form of a letter"),
        pytest.param("/a/---.txt", "report", id="nothing left"),
        pytest.param("/a/" + "长" * 90 + ".txt", "长" * 40, id="long"),
    ],
)
def test_a_stem_is_without_what_could_be_misread(path: str, stem: str) -> None:
    assert clean_stem(path) == stem


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\x00"), min_size=1))
def test_no_stem_holds_what_an_id_is_taken_apart_by(name: str) -> None:
    stem = clean_stem(f"/a/{name}.txt")
    assert stem
    assert not set(stem) & set("#~/\\ \n\"'")
    assert not any(c.isspace() for c in stem)


def test_a_number_is_the_first_that_is_free() -> None:
    taken = {"x", "x~2", "x~4"}
    assert numbered("x", taken.__contains__) == "x~3"
    assert numbered("y", taken.__contains__) == "y"


@pytest.mark.parametrize(
    ("id", "base", "wanted"),
    [
        ("x", "x", True),
        ("x~2", "x", True),
        ("x~y", "x", False),
        ("x2", "x", False),
        ("x~", "x", False),
    ],
)
def test_a_numbered_id_is_its_base_s(id: str, base: str, wanted: bool) -> None:
    assert has_base(id, base) == wanted
