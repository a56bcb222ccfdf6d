"""Text as it is searched: one character for one, and always the way back to the source."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.analysis import (
    Segmenter,
    Stream,
    count_words,
    covering_grams,
    cut_words,
    domain_words,
    fold,
    fold_source,
    fold_stream,
    grams,
    is_whole,
    load_jieba,
    load_rjieba,
    make_stream,
    section_stream,
    words,
)
from index.model import Report, Span
from tests.made import corpora, plain, plain_section, plain_span

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param("ＡＢｃ１２３（一）", "abc123(一)", id="full width"),
        pytest.param("執法調解楓橋經驗", "执法调解枫桥经验", id="traditional"),
        pytest.param("İß", "İß", id="lower case would be longer"),
        pytest.param("\ud800", "\ufffd", id="half a character"),
        pytest.param("𠮷😀\U0010ffff", "𠮷😀\U0010ffff", id="outside of the first plane"),
        pytest.param("“经”\n\u3000验", "“经”\n\u3000验", id="nothing is left out"),
    ],
)
def test_folding_is_one_character_for_one(source: str, wanted: str) -> None:
    assert fold(source) == wanted


@given(st.text(st.characters()))
def test_folding_keeps_every_place_and_is_stable(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert fold_stream(folded) == fold_stream(text) == fold_stream(fold_stream(text))
    folded.encode()  # an index holds it


_FOLDED = st.sampled_from("Ａ，（９Éßİ國鎮薴苧𠁞\ud800经a,1 \n")


@given(st.text(_FOLDED | st.characters()))
def test_folding_a_source_is_folding(text: str) -> None:
    assert fold_source(text) == fold(text)


def test_folding_a_source_folds_no_character_twice() -> None:
    characters = [chr(code) for code in range(0x30000)]
    changed = [c for c in characters if fold(c) != c]
    assert len(changed) > 5000
    assert fold_source("".join(changed)) == fold("".join(changed))
    twice = [c for c in changed if fold(fold(c)) != fold(c)]
    for c in twice:
        assert fold_source(c + fold(c)) == fold(c + fold(c))


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param("“枫桥\n 经\u3000验”", "枫桥经验", id="space and quotes"),
        pytest.param("「人」『人』‘人’'人'\"人\"", "人人人人人", id="every pair of quotes"),
        pytest.param("枫\u200b桥\ufeff经\u00ad验", "枫桥经验", id="what cannot be seen"),
        pytest.param("一、二，三。（四）", "一、二,三。(四)", id="punctuation stays"),
        pytest.param("\u2028\x85\x1f", "", id="line breaks of other kinds"),
    ],
)
def test_a_stream_leaves_out_what_nobody_types(source: str, wanted: str) -> None:
    assert fold_stream(source) == wanted


@given(corpora(most=1))
def test_a_stream_is_what_a_reader_sees_and_leads_back(reports: list[Report]) -> None:
    (report,) = reports
    for section in report.sections:
        stream = section_stream(report, section)
        assert stream.text == plain_section(report, section)
        assert stream.heading_length == len(plain_span(report, *section.heading_span))
        for position, c in enumerate(stream.text):
            assert plain(report.source[stream.source_offset(position)]) == c
        offsets = [stream.source_offset(position) for position in range(len(stream.text))]
        assert all(a < b for a, b in pairwise(offsets))
        check_spans(report.source, stream)


def check_spans(source: str, stream: Stream) -> None:
    for start in range(0, len(stream.text), 3):
        end = min(start + 4, len(stream.text))
        span = stream.source_span(start, end)
        assert stream.source_offset(start) == span.start
        assert stream.source_offset(end - 1) == span.end - 1
        assert span.end <= len(source)


@given(
    st.text("人民调解，\n ", max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=5),
)
def test_furniture_is_left_out_of_a_stream(source: str, cuts: list[tuple[int, int]]) -> None:
    furniture: list[tuple[int, int, str]] = []
    for start, size in sorted(cuts):
        if not furniture or start >= furniture[-1][1]:
            furniture.append((start, start + size, "site"))
    middle = len(source) // 2
    stream = make_stream(source, [Span(0, middle), Span(middle, len(source))], furniture)
    kept = [
        c
        for at, c in enumerate(source)
        if not any(start <= at < end for start, end, _ in furniture)
    ]
    assert stream.text == plain("".join(kept))


# Grams.


@given(st.text("人民调"))
def test_grams_are_every_two_characters_and_the_last(stream: str) -> None:
    found = grams(stream)
    at = {position: gram for gram, positions in found.items() for position in positions}
    assert at == {n: stream[n : n + 2] for n in range(len(stream))}
    assert all(positions == sorted(positions) for positions in found.values())


@given(st.text("人民", min_size=2))
def test_covering_grams_spell_the_text(text: str) -> None:
    spelled: dict[int, str] = {}
    for offset, gram in covering_grams(text):
        spelled |= {offset: gram[0], offset + 1: gram[1]}
    assert "".join(spelled[n] for n in range(len(text))) == text
    assert len(covering_grams(text)) <= len(text) // 2 + 1


# Words.

_PIECES = st.sampled_from(
    [
        "行政执法",
        "人民调解",
        "枫桥经验",
        "法律明白人",
        "村",
        "居民",
        "的",
        "和",
        "2024年",
        "12345",
        "2024-05-01",
        "0731-88881234",
        "ab",
        "a-b",
        "x_y",
        "c#",
        "www.a.cn",
        "3.5%",
        "㐀",
        "𠮷",
        "〇",
        "é",
        "·",
        "。",
        "，",
        "、",
        "+",
        "-",
        "%",
        ".",
    ]
)


# jieba is the reference; an index built with one of them is searched with the other.


@pytest.fixture(scope="module")
def segmenters() -> tuple[Segmenter, Segmenter]:
    return load_rjieba(), load_jieba()


def words_by(segmenter: Segmenter, stream: str) -> list[list[str]]:
    return [words(stream, segmenter.cut), words(stream, segmenter.cut_for_search)]


def test_rjieba_cuts_the_samples_as_jieba_does(segmenters: tuple[Segmenter, Segmenter]) -> None:
    lines = {line for path in SAMPLES.rglob("*.txt") for line in read(path).splitlines()}
    assert len(lines) > 300
    for line in [*map(fold_stream, lines), *domain_words()]:
        fast, reference = (words_by(segmenter, line) for segmenter in segmenters)
        assert fast == reference


@given(text=st.lists(_PIECES, max_size=8).map("".join))
def test_rjieba_cuts_strange_texts_as_jieba_does(
    segmenters: tuple[Segmenter, Segmenter], text: str
) -> None:
    # Of two cuts of the same probability (村村, 村 and 村, 村村) rounding decides, and not in the
    # same way: the words are the same, and nothing asks for their order.
    fast, reference = (words_by(segmenter, fold_stream(text)) for segmenter in segmenters)
    assert [*map(sorted, fast)] == [*map(sorted, reference)]


@given(text=st.lists(_PIECES | st.text(max_size=4), max_size=8).map("".join))
def test_blocks_are_cut_together_as_each_alone(
    segmenters: tuple[Segmenter, Segmenter], text: str
) -> None:
    stream = fold_stream(text)
    blocks = re.findall(r"[\u4e00-\u9fd5a-z0-9]+|\w", stream)
    for segmenter in segmenters:
        apart = [word for block in blocks for word in segmenter.cut_for_search(block)]
        assert words(stream, segmenter.cut_for_search) == apart


def read(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030")


def test_domain_words_stay_whole() -> None:
    cut = load_rjieba().cut
    assert [
        word for word in domain_words() if [*cut(fold_stream(word))] != [fold_stream(word)]
    ] == []


@given(st.lists(_PIECES, max_size=6).map("".join))
def test_words_are_counted_apart_in_the_heading(text: str) -> None:
    both = Stream(text + text, len(text), ())
    words, heading = count_words(both)
    assert all(words[word] == 2 * n for word, n in heading.items())
    assert words.keys() == heading.keys()
    assert all(re.search(r"\w", word) for word in words)


@given(st.lists(_PIECES, min_size=1, max_size=6).map("".join))
def test_cut_words_stand_in_the_word_that_was_cut(text: str) -> None:
    stream = fold_stream(text)
    assume(stream)
    words = cut_words(stream)
    assert len(set(words)) == len(words)
    assert all(word in stream for word in words)
    if is_whole(stream):
        assert words in ((), (stream,))


@pytest.mark.parametrize("stream", ["人", "2024", "abc", "。", "12.5%"])
def test_what_has_nothing_to_cut_needs_no_dictionary(stream: str) -> None:
    assert cut_words(stream) == ()
