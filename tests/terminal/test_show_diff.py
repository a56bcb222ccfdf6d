"""Two reports compared, on a terminal: marks that work without colour, long text shortened."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.model import Part, Place
from index.whoosh_engine import WhooshEngine
from search.diff import Diff, PieceKind, diff_reports
from terminal.lines import GOOD, MATCH
from terminal.show_diff import show_diff
from tests.made import Block, batch, make_report, write

PLACE = Place("槿岭镇", "青禾县")
PUBLICITY = "组织法治宣传小分队进村入户，发放资料1200份，现场解答村民提问。"
MEDIATION = "每月十五日在文化广场开院坝会，由调解员和网格员轮流主持，当场记录。"
REVIEW = "凡以镇政府名义签订的合同，先送法律顾问审核，没有审核意见的不得用印。"
OPEN = "主动公开惠农补贴、低保名单和工程招标信息，群众可以随时查看。"

FIRST = [("一、普法\n", PUBLICITY + MEDIATION), ("二、审核\n", REVIEW)]
SECOND = [("一、普法\n", PUBLICITY.replace("1200", "860")), ("二、公开\n", OPEN + MEDIATION)]

SHOWN = """\
1. 青禾县槿岭镇 2022  a
2. 青禾县槿岭镇 2024  b
Characters: same 33, changed 4, moved 33, new 34, gone 38, common form 0
= same  ~ changed: [-first-]{+second+}  > moved here  < moved away  + new  - gone  · common form

一、一、普法  a#0 → b#0  changed
  ~ 一、普法组织法治宣传小分队进村入户，发放资料[-1200-]{+860+}份，现场解答村民提问。
  < 每月十五日在文化广场开院坝会，由调解员和网格员轮流主持，当场记录。  (now in b#1)

一、二、公开  a#1 → b#1  changed
  - 二、审核凡以镇政府名义签订的合同，先送法律顾问审核，没有审核意见的不得用印。
  + 二、公开主动公开惠农补贴、低保名单和工程招标信息，群众可以随时查看。
  > 每月十五日在文化广场开院坝会，由调解员和网格员轮流主持，当场记录。  (from a#0)
"""


def compared(
    folder: Path,
    first: list[Block],
    second: list[Block],
    *,
    years: tuple[int | None, int | None] = (2022, 2024),
    parts: tuple[Part, ...] = (),
) -> Diff:
    reports = [
        make_report(id, blocks, year=year, place=PLACE, parts=parts)
        for id, blocks, year in zip("ab", (first, second), years, strict=True)
    ]
    engine = WhooshEngine(write(folder / "index", batch(*reports)))
    try:
        return diff_reports(engine, "a", "b")
    finally:
        engine.close()


def shown(diff: Diff) -> str:
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in show_diff(diff))


def test_marks_tell_without_colour(tmp_path: Path) -> None:
    assert shown(compared(tmp_path, FIRST, SECOND)) == SHOWN


def test_long_unchanged_text_is_shortened_and_the_rest_is_whole(tmp_path: Path) -> None:
    text = shown(compared(tmp_path, [("", PUBLICITY + MEDIATION)], [("", PUBLICITY + MEDIATION)]))
    assert f"= {PUBLICITY[:24]} … {MEDIATION[-24:]}" in text
    assert REVIEW in SHOWN
    assert OPEN in SHOWN


def test_colours_tell_what_is_new_and_gone(tmp_path: Path) -> None:
    diff = compared(tmp_path, FIRST, SECOND)
    styles = {text: style for line in show_diff(diff) for text, style in line}
    assert styles["{+860+}"] == GOOD
    assert styles["[-1200-]"] == MATCH


def test_what_is_in_a_report_does_not_steer_the_terminal(tmp_path: Path) -> None:
    hostile = [("一、\x1b[2J\n", "\u202e甲\x9b31m" + REVIEW)]
    text = shown(compared(tmp_path, hostile, [("二、\x07\n", OPEN + "\x1b]0;x\x07")]))
    assert all(c.isprintable() or c == "\n" for c in text)


def test_plans_say_what_was_found_and_what_was_not(tmp_path: Path) -> None:
    parts = (Part.ACHIEVEMENTS, Part.PLANS)
    first = [("一、成效\n", MEDIATION), ("二、安排\n", "补充执法人员。")]
    second = [("一、成效\n", OPEN), ("二、安排\n", REVIEW)]
    diff = compared(tmp_path, first, second, years=(2022, 2023), parts=parts)
    assert "Planned in 2022, and the achievements of 2023 that speak of it" in shown(diff)
    assert diff.plans == ()  # the made reports have no measures
    assert "The first report has no plans part." in shown(diff)


@pytest.mark.parametrize(
    ("years", "told"),
    [
        pytest.param((None, 2024), "青禾县槿岭镇 year unknown", id="unknown"),
        pytest.param((2022, 2024), "青禾县槿岭镇 2022", id="known"),
    ],
)
def test_a_report_is_called_by_its_place_and_year(
    tmp_path: Path, years: tuple[int | None, int | None], told: str
) -> None:
    assert told in shown(compared(tmp_path, FIRST, SECOND, years=years))


def test_every_kind_has_its_own_mark(tmp_path: Path) -> None:
    text = shown(compared(tmp_path, FIRST, SECOND))
    assert [f"\n  {mark} " in text for mark in "~<-+>"] == [True] * 5
    assert all(str(kind.value) in text.splitlines()[2] for kind in PieceKind if kind != "common")
