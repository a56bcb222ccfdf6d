"""What a copyist does to a passage is what its kind says."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.edits import (
    Piece,
    edit_lengths,
    edited,
    is_kept,
    reordered,
    sentences,
    swapped,
    verbatim,
    without_item,
)

WORDS = ("水稻", "茶叶", "水库", "文化站", "大棚")
TEXT = (
    "一是开展检查3次，发现问题12个。二是走进张家湾村调解邻里争议；办结率85.5%。三是2023年我镇办班。"
)

originals = st.text("法治政府建设工作。，；", min_size=100, max_size=500)
seeds = st.integers(0, 10**6).map(Random)


def covers(pieces: list[Piece], original: str) -> bool:
    """Whether the pieces stand for the whole original, each character once."""
    ordered = sorted((piece.start, piece.end) for piece in pieces)
    starts, ends = [a for a, _ in ordered], [b for _, b in ordered]
    return starts == [0, *ends[:-1]] and ends[-1] == len(original)


@given(originals, st.sampled_from([0.1, 0.25, 0.5]), seeds)
def test_the_share_asked_for_is_replaced_4_to_20_characters_at_a_time(
    original: str, share: float, rng: Random
) -> None:
    pieces = edited(original, share, WORDS, rng)

    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)
    assert covers(pieces, original)
    replaced = [piece for piece in pieces if not is_kept(piece, original)]
    assert sum(piece.end - piece.start for piece in replaced) == round(share * len(original))
    assert all(4 <= piece.end - piece.start <= 20 for piece in replaced)
    assert all(4 <= len(piece.text) <= 20 for piece in replaced)


@given(st.integers(4, 1000), seeds)
def test_lengths_of_edits_sum_up(total: int, rng: Random) -> None:
    lengths = edit_lengths(total, rng)

    assert sum(lengths) == total
    assert all(4 <= length <= 20 for length in lengths)


def test_every_place_of_the_text_is_edited_as_often() -> None:
    original, counts = "法" * 100, [0] * 100
    for seed in range(2000):
        for piece in edited(original, 0.25, WORDS, Random(seed)):
            if not is_kept(piece, original):
                for at in range(piece.start, piece.end):
                    counts[at] += 1

    assert min(counts[20:80]) / 2000 > 0.2
    assert max(counts) / 2000 < 0.35


@given(seeds)
def test_sentences_are_all_there_in_another_order(rng: Random) -> None:
    pieces = reordered(TEXT, rng)

    assert sorted(pieces) == list(sentences(TEXT))
    assert "".join(piece.text for piece in pieces) != TEXT


def test_sentences_end_with_a_full_stop_or_a_semicolon() -> None:
    found = list(sentences(TEXT + "未完"))

    assert covers(found, TEXT + "未完")
    assert [piece.text[-1] for piece in found] == ["。", "；", "。", "。", "完"]


def test_an_item_s_number_is_cut_off() -> None:
    assert without_item(Piece(40, 49, "十一是走进村里。")) == Piece(43, 49, "走进村里。")
    assert without_item(Piece(40, 45, "走进村里。")) == Piece(40, 45, "走进村里。")


@given(seeds)
def test_names_and_numbers_are_others_and_the_rest_is_kept(rng: Random) -> None:
    pieces = swapped(TEXT, {"我镇": "我乡"}, 2, rng)
    changed = [piece for piece in pieces if not is_kept(piece, TEXT)]

    assert covers(pieces, TEXT)
    old = [TEXT[piece.start : piece.end] for piece in changed]
    assert old == ["3", "12", "张家湾村", "85", "5", "2023", "我镇"]
    new = [piece.text for piece in changed]
    assert new[5:] == ["2025", "我乡"]
    assert new[2].endswith("村")
    assert [len(text) for text in new[:2]] == [1, 2]


def test_a_verbatim_copy_is_one_piece() -> None:
    assert verbatim(TEXT) == [Piece(0, len(TEXT), TEXT)]


@pytest.mark.parametrize("seed", range(5))
def test_what_comes_in_is_made_of_words(seed: int) -> None:
    pieces = edited("法" * 200, 0.5, WORDS, Random(seed))
    new = "".join(piece.text for piece in pieces if not is_kept(piece, "法" * 200))

    assert re.sub("|".join(WORDS), "", new).strip("水茶文化大站库叶稻棚") == ""
