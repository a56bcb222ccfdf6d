"""Which part a heading names, and how parts are inherited."""

from __future__ import annotations

import pytest

from index.model import Part
from indexer.parse import parse_outline
from indexer.parse.parts import named_parts

A, P, L, N = Part.ACHIEVEMENTS, Part.PROBLEMS, Part.LEADERSHIP, Part.PLANS
BODY = "本镇召开会议部署此事，群众反映良好。"


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("主要举措和成效", (A,)),
        ("工作开展情况", (A,)),
        ("基本情况", (A,)),
        ("依法治理开展情况及特色", (A,)),
        ("重点工作完成情况", (A,)),
        ("履行职责情况", (A,)),
        ("存在的主要问题和不足", (P,)),
        ("推进工作中存在的不足和原因", (P,)),
        ("主要问题及原因分析", (P,)),
        ("存在薄弱环节", (P,)),
        ("不足之处", (P,)),
        ("下一步工作计划", (N,)),
        ("下步工作思路", (N,)),
        ("2031年度推进依法治理的主要安排", (N,)),
        ("下一步工作举措", (N,)),
        ("努力方向", (N,)),
        ("改进措施", (N,)),
        ("针对存在的问题,下一步工作打算", (N,)),
        ("党政主要领导落实依法治理第一责任人职责的情况", (L,)),
        ("主要负责人履行第一责任人职责的主要做法和成效", (L,)),
        ("切实履行第一责任人职责,加强依法治理的情况", (L,)),
        ("存在问题及下一步工作计划", (P, N)),
        ("存在不足与努力方向", (P, N)),
        ("存在的问题及整改措施", (P, N)),
        ("主要做法及存在的问题", (A, P)),
        ("2030年工作情况及2031年工作计划", (A, N)),
        ("主要举措和主要负责人履职情况", (A, L)),
        ("坚持问题导向,补齐工作短板", ()),
        ("化解积案,着力解决突出问题", ()),
        ("强化组织领导,明确责任", ()),
        ("其他需要报告的事项", ()),
    ],
)
def test_a_heading_names_parts(heading: str, parts: tuple[Part, ...]) -> None:
    assert named_parts(heading) == parts


def parts_of(source: str) -> list[str | None]:
    return [s.part.value if s.part else None for s in parse_outline(source).sections]


def test_the_top_level_decides_and_is_inherited() -> None:
    source = f"一、主要做法\n（一）落实第一责任人职责。{BODY}\n二、不足\n（一）下一步难。{BODY}\n"
    assert parts_of(source) == ["achievements", "achievements", "problems", "problems"]


def test_a_top_heading_of_two_parts_lets_the_next_level_decide() -> None:
    source = (
        f"一、成效\n{BODY}\n二、存在问题及下一步打算\n（一）形式单一。{BODY}\n（二）人手不足。{BODY}\n"
        f"（三）下一步打算\n1、招人。{BODY}\n"
    )
    assert parts_of(source) == ["achievements", None, "problems", "problems", "plans", "plans"]


def test_top_headings_without_a_cue() -> None:
    source = (
        f"一、强化领导\n{BODY}\n二、规范执法\n{BODY}\n三、存在问题\n{BODY}\n"
        f"四、2031年重点工作\n{BODY}\n五、其他事项\n{BODY}\n"
    )
    assert parts_of(source) == ["achievements", "achievements", "problems", "plans", "other"]


def test_traditional_characters_and_full_width_digits_name_parts_too() -> None:
    source = f"一、主要舉措\n{BODY}\n二、存在問題\n{BODY}\n三、２０３１年工作計劃\n{BODY}\n"
    assert parts_of(source) == ["achievements", "problems", "plans"]


def test_unnumbered_names_of_parts_give_their_part() -> None:
    source = f"前言。\n工作成效\n（一）学习。{BODY}\n存在的不足\n（一）人手。{BODY}\n"
    assert parts_of(source) == ["other", "achievements", "achievements", "problems", "problems"]
