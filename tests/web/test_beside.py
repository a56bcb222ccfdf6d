"""Texts beside each other: runs that join to the text; paragraphs lose white space only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.beside import Run, cut_runs, flowing, paragraphs, trimmed

NAMES = st.sampled_from(["ins", "del", "mark", "common", "kept"])
MARKS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), NAMES), max_size=8)


@given(st.text(max_size=40), st.integers(0, 20), MARKS)
def test_runs_join_to_the_text_and_each_character_is_drawn_as_it_is_marked(
    text: str, start: int, marks: list[tuple[int, int, str]]
) -> None:
    at = start
    runs = cut_runs(text, start, marks)
    assert "".join(run.text for run in runs) == text
    for run in runs:
        named = {run.tag, *run.classes.split()} - {""}
        for _character in run.text:
            over = {name for first, last, name in marks if first <= at < last}
            assert named <= over
            assert not over - named <= {"common", "kept"} or over == named
            at += 1


def test_the_change_is_the_element_and_the_rest_are_its_classes() -> None:
    runs = cut_runs("荻溪镇司法所", 10, [(10, 13, "ins"), (11, 13, "kept"), (12, 16, "common")])
    assert runs == [
        Run("荻", "ins"),
        Run("溪", "ins", "kept"),
        Run("镇", "ins", "common kept"),
        Run("司法所", "", "common"),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("调解\n  纠纷", "调解纠纷", id="a line's end in Chinese"),
        pytest.param("12345 hotline\nopen", "12345 hotline open", id="words stay apart"),
        pytest.param("  　开头", "开头", id="an indent"),
    ],
)
def test_a_passage_flows_as_one_paragraph(text: str, shown: str) -> None:
    assert flowing([Run(text)]) == [Run(shown)]


@pytest.mark.parametrize(
    ("text", "wrapped", "shown"),
    [
        pytest.param("一、标题\n  正文。\n\n下一段", False, "一、标题\n正文。\n下一段", id="lines"),
        pytest.param(
            "镇党委坚\n持学习。\n二是", True, "镇党委坚持学习。\n二是", id="a wrapped text"
        ),
        pytest.param("标题\n\n正文", True, "标题\n正文", id="an empty line"),
        pytest.param("尾\n", False, "尾\n", id="a break at the end"),
        pytest.param("\n头", False, "\n头", id="a break at the start"),
    ],
)
def test_paragraphs_are_kept_and_paper_lines_are_not(text: str, wrapped: bool, shown: str) -> None:
    assert paragraphs(text, wrapped=wrapped) == shown


@given(st.text("甲乙 \n\u3000a。", max_size=60), st.booleans())
def test_paragraphs_lose_white_space_only(text: str, wrapped: bool) -> None:
    made = paragraphs(text, wrapped=wrapped)
    assert "".join(made.split()) == "".join(text.split())
    assert "\n\n" not in made


def test_breaks_around_a_piece_are_not_shown() -> None:
    runs = [Run("\n甲"), Run("", "ins"), Run("乙\n")]
    assert [*trimmed(runs)] == [Run("甲"), Run("乙")]
    assert [*trimmed([Run("\n")])] == [Run("")]
