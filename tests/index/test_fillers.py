"""Fillers: what of a query names something."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import Segmenter, domain_words, load_jieba, load_rjieba
from index.fillers import fillers, stretches, without_fillers


def test_question_words_and_particles_name_nothing() -> None:
    words = ("为什么", "行政", "执法人员", "要", "持证", "上岗")
    assert without_fillers(words) == ("行政", "执法人员", "持证", "上岗")


def test_a_query_of_nothing_but_fillers_keeps_them() -> None:
    assert without_fillers(("为什么", "要", "为什么")) == ("为什么", "要")


def test_no_domain_word_is_a_filler() -> None:
    assert fillers().isdisjoint(domain_words())


@pytest.mark.parametrize(
    ("stream", "words", "wanted"),
    [
        pytest.param("综治中心是做什么的", ["综治中心"], ["综治中心"], id="end"),
        pytest.param("谁来监督行政执法", ["监督", "行政", "执法"], ["监督行政执法"], id="run on"),
        pytest.param("网格为什么要网格", ["网格"], ["网格", "网格"], id="twice"),
        pytest.param("重要的重要", ["重要"], ["重要", "重要"], id="a filler inside a word stays"),
        pytest.param("为什么", [], [], id="nothing"),
    ],
)
def test_stretches_are_what_the_words_cover(
    stream: str, words: list[str], wanted: list[str]
) -> None:
    assert stretches(stream, words) == wanted


@given(st.text("的要法治", max_size=12), st.sets(st.text("的要法治", min_size=1, max_size=3)))
def test_stretches_are_parts_of_the_stream_in_order(stream: str, words: set[str]) -> None:
    at = 0
    for stretch in stretches(stream, words):
        at = stream.index(stretch, at) + len(stretch)


@pytest.mark.parametrize("word", domain_words())
def test_a_domain_word_is_whole_in_jieba_and_in_rjieba(word: str) -> None:
    pytest.importorskip("rjieba")
    sentence = f"全镇推行{word}三年，{word}的做法得到认可。"
    assert list(_reference().cut(sentence)).count(word) == 2
    assert list(load_rjieba().cut(sentence)) == list(_reference().cut(sentence))


@cache
def _reference() -> Segmenter:
    return load_jieba()
