"""A word taken out of a query, or quoted in it, leaves the rest as it was typed."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.querytree import Field
from search.language import parse_query
from search.lexer import Token, tokenize
from web import rewording
from web.asked import Asked
from web.rewording import (
    changed,
    leave_out,
    quote,
    reword,
    take_filters,
    taken_out,
    taken_singly,
)


@pytest.mark.parametrize(
    ("query", "word", "without", "quoted"),
    [
        pytest.param("院坝会 2024", "2024", "院坝会", '院坝会 "2024"', id="a word of its own"),
        pytest.param(
            "荻溪镇院坝会2024年", "2024年", "荻溪镇院坝会", '荻溪镇院坝会 "2024年"', id="at the end"
        ),
        pytest.param("荻溪镇院坝会", "荻溪镇", "院坝会", '"荻溪镇" 院坝会', id="at the beginning"),
        pytest.param('"2024" 2024', "2024", '"2024"', '"2024" "2024"', id="not the quoted one"),
        pytest.param("-2024 2024", "2024", "-2024", '-2024 "2024"', id="not the excluded one"),
        pytest.param(
            "(2024 OR 网格) 2024", "2024", "(2024 OR 网格)", '(2024 OR 网格) "2024"', id="brackets"
        ),
        pytest.param("2024 或 2023", "2024", "2024 或 2023", "2024 或 2023", id="bound by OR"),
        pytest.param("title:2024 网格", "2024", *["title:2024 网格"] * 2, id="a field's value"),
        pytest.param("网格 ２０２４", "２０２４", "网格", '网格 "２０２４"', id="full width"),
    ],
)
def test_a_word_is_taken_out_or_quoted_where_it_stands_free(
    query: str, word: str, without: str, quoted: str
) -> None:
    assert reword(query, word) == without
    assert quote(query, word) == quoted


@pytest.mark.parametrize(
    ("query", "piece", "rest"),
    [
        pytest.param('网格 "调解 室" 培训', '"调解 室"', "网格 培训", id="a phrase"),
        pytest.param("网格 -调解 培训", "-调解", "网格 培训", id="an excluded word"),
        pytest.param("网格 -调解", "调解", "网格 -调解", id="not the excluded one"),
        pytest.param("网格 year:2023,2024", "year:2023,2024", "网格", id="a filter"),
        pytest.param("网格调解室", "调解室", "网格", id="a part of a word"),
    ],
)
def test_an_operand_is_left_out_as_it_was_typed(query: str, piece: str, rest: str) -> None:
    assert leave_out(query, piece) == rest


@pytest.mark.parametrize(
    ("query", "rest", "taken"),
    [
        pytest.param("year:2023 网格 year:2024", "网格", [(2023,), (2024,)], id="all of the field"),
        pytest.param("网格 part:plans", "网格 part:plans", [], id="not those of another field"),
        pytest.param("网格 -year:2023", "网格 -year:2023", [], id="not the excluded one"),
        pytest.param("网格 year:2023 OR 培训", "网格 year:2023 OR 培训", [], id="bound by OR"),
        pytest.param(" 网格  培训 ", " 网格  培训 ", [], id="nothing to take"),
    ],
)
def test_filters_are_taken_out_of_a_query(
    query: str, rest: str, taken: list[tuple[int, ...]]
) -> None:
    found = take_filters(query, [Field.YEAR])
    assert (found[0], [filter.values for filter in found[1]]) == (rest, taken)


def test_a_text_within_is_changed_where_the_query_is_not() -> None:
    asked = Asked("网格", within=("调解 2024", "2024"), page=3)
    assert changed(asked, lambda text: reword(text, "2024")).within == ("调解", "2024")
    assert changed(asked, lambda text: reword(text, "调解")).query == "网格"
    assert changed(Asked("网格", ("调解",)), lambda text: reword(text, "调解")).within == ()
    assert changed(asked, lambda text: reword(text, "普法")) == asked.but()


_PIECES = st.sampled_from(
    ["2024", "网格", '"', "“", "”", "(", ")", " ", "-", "OR ", " 或 ", "/s ", "title:", "，", ":"]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_any_query_can_be_reworded(query: str) -> None:
    for other in (reword(query, "2024"), quote(query, "2024"), leave_out(query, "2024")):
        parse_query(other)
        assert other.replace('"2024"', "").count("网格") == query.count("网格")


_PLACES = ["荻溪镇", "槿岭镇", "青禾县", "2024年", "2023"]
_LISTED = st.sampled_from([*_PLACES, *_PLACES, " ", " ", "、", "的", "网格", "OR", "同句", "/s"])
_ANYTHING = st.one_of(_LISTED, _PIECES, st.sampled_from(["-", ",", "，", "：", "year:", "或"]))


@given(
    st.lists(_LISTED, max_size=14).map("".join) | st.lists(_ANYTHING, max_size=14).map("".join),
    st.lists(st.lists(_ANYTHING, max_size=4).map("".join), max_size=2),
    st.lists(st.sampled_from(_PLACES), max_size=8),
)
@example("荻溪镇-槿岭镇", [], _PLACES)
@example("荻溪镇OR 槿岭镇 网格", [], _PLACES)
@example("同荻溪镇句 槿岭镇", [], [*_PLACES, "句"])
@example("year:荻溪镇,2023 槿岭镇", [], _PLACES)
@example(" 网格  荻溪镇 、槿岭镇的 ", ["2023", "青禾县"], _PLACES)
def test_words_are_taken_out_at_once_as_they_are_one_by_one(
    query: str, within: list[str], words: list[str]
) -> None:
    asked = Asked(query, (*within,), page=2)
    assert taken_out(asked, words) == taken_singly(asked, words)


def test_a_query_of_many_places_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def count(text: str) -> list[Token]:
        read.append(text)
        return tokenize(text)

    monkeypatch.setattr(rewording, "tokenize", count)
    names = [f"第{n}溪镇" for n in range(64)]
    rest, taken = taken_out(Asked("、".join(names)), names)
    assert (rest.query, all(taken)) == ("、 " * 62 + "、", True)
    for name in names:
        changed(Asked("、".join(names)), partial(quote, word=name))
    assert len([text for text in read if len(text) > 5]) == 1
