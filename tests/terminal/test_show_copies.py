"""Groups of copies on a terminal: whole outputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.model import Place
from index.whoosh_engine import WhooshEngine
from search.copies import Copies, CopiesRequest, find_copies
from terminal.lines import FAINT, MATCH, Line
from terminal.show_copies import show_copies
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

FIRST = (
    "荻溪镇在码头趸船上开普法驿站{n}处，渔民收网归来先听一刻钟判例，再领当日冰票。"
    "票由{who}编号登记，年底由荻溪镇凭存根兑付，逾期未领的转作下一年奖励{more}。"
)
SENTENCE = "山塘承包合同由顾问律师逐条核对，村民代表按手印存底，档案柜钥匙分给三人保管互相监督。"
PLACES = Place("荻溪镇", "青禾县"), Place("双桅镇", "霁川市"), Place("听松街道", "云麓区")


def found(folder: Path, limit: int | None = 10) -> Copies:
    """Copies in three reports: one of a text with changes, and a name that was kept elsewhere."""
    texts = (
        FIRST.format(n=12, who="司法所", more=""),
        FIRST.format(n=15, who="派出所", more="\x1b[31m，不得转让").replace(
            "年底由荻溪", "年底由双桅"
        ),
        "荻溪镇设议事亭。",
    )
    years = 2020, 2021, None
    reports = [
        make_report(f"{place.county}{place.township}-{year}", blocks, place=place, year=year)
        for text, place, year in zip(texts, PLACES, years, strict=True)
        for blocks in [[("一、做法\n", text), ("", SENTENCE)] if year else [("", text)]]
    ]
    reports[0] = replace(reports[0], issued="2021-02-03")
    engine = WhooshEngine(write(folder, batch(*reports)))
    copies = find_copies(engine, CopiesRequest(limit=limit))
    engine.close()
    return copies


def plain(lines: list[Line]) -> str:
    return "\n".join("".join(piece.text for piece in line) for line in lines) + "\n"


FIRST_BY_YEAR = "2 reports, 2 townships, 2 counties, 2020–2021  (first: 青禾县荻溪镇, by year)"
CAUTION = (
    "5 sections were compared. Only what is indexed is known: "
    "the same text may stand elsewhere, and earlier."
)
SHOWN = f"""\
2 passages stand in several reports

1. 70 characters the same, {FIRST_BY_YEAR}
   一、做法荻溪镇在码头趸船上开普法驿站12处，渔民收网归来先听一刻钟判例，再领当日冰票。\
票由司法所编号登记，年底由荻溪镇凭存根兑付，逾期未领的转作下一年奖励
   青禾县荻溪镇 2020  issued 2021-02-03  青禾县荻溪镇-2020#0
   霁川市双桅镇 2021  霁川市双桅镇-2021#0  70 characters the same; 1 number: 12→15; \
1 place: 荻溪→双桅; 1 body: 司法所→派出所
      keeps the name 荻溪镇: 荻溪镇在码头趸船上开普法驿站15处，\
渔民收网归来先听一刻钟判例，再领当日冰票。

2. 42 characters the same, {FIRST_BY_YEAR}
   山塘承包合同由顾问律师逐条核对，村民代表按手印存底，档案柜钥匙分给三人保管互相监督。
   青禾县荻溪镇 2020  issued 2021-02-03  青禾县荻溪镇-2020#1
   霁川市双桅镇 2021  霁川市双桅镇-2021#1  42 characters the same, word for word

1 name of another place was kept
   云麓区听松街道  云麓区听松街道-None#0
      荻溪镇设议事亭。

{CAUTION}
"""


def test_groups_and_names_are_shown(tmp_path: Path) -> None:
    assert plain([*show_copies(found(tmp_path), limit=None)]) == SHOWN


def test_a_limit_says_that_there_is_more(tmp_path: Path) -> None:
    shown = plain([*show_copies(found(tmp_path, 1), limit=0)])
    assert shown.count("More: --limit 0 for all") == 2
    assert "山塘" not in shown


def test_nothing_found_is_said_with_what_was_compared(tmp_path: Path) -> None:
    nothing = replace(found(tmp_path), total_groups=0, groups=(), residue=())
    assert plain([*show_copies(nothing, limit=10)]) == (
        f"No passage stands in several of these reports.\n\n{CAUTION}\n"
    )


def test_names_are_marked_and_nothing_steers_the_terminal(tmp_path: Path) -> None:
    copies = found(tmp_path)
    shown = [piece for line in show_copies(copies, limit=None) for piece in line]
    assert [piece.text for piece in shown if piece.style == MATCH] == ["荻溪镇"] * 2
    assert not any("\x1b" in piece.text for piece in shown)


def test_common_form_is_faint_and_long_passages_are_cut(tmp_path: Path) -> None:
    shared = "全镇上下要把思想和行动统一到决策部署上来，为建设更高水平的平安法治乡镇不懈奋斗。"
    own = "".join(
        f"{c}塘承包合同由{c}律师逐条核对，村民代表{c}手印存底，{c}柜钥匙分人保管。"
        for c in "甲乙丙丁戊己"
    )
    towns = [Place(f"{c}溪镇", f"{'东西南'[n % 3]}岭县") for n, c in enumerate("槿荻榛麦枫砚")]
    reports = [
        make_report(f"r{n}", [("", shared + own if n < 2 else shared)], place=town, year=2020 + n)
        for n, town in enumerate(towns)
    ]
    engine = WhooshEngine(write(tmp_path, batch(*reports)))
    lines = [*show_copies(find_copies(engine, CopiesRequest()), limit=10)]
    engine.close()
    passage = lines[3]
    faint = "".join(piece.text for piece in passage if piece.style == FAINT)
    assert faint[:-1] in shared
    assert len(faint) > 25
    assert faint.endswith("…")
    assert sum(len(piece.text) for piece in passage) == 3 + 160 + 1
    assert "are common form" in "".join(piece.text for piece in lines[2])
