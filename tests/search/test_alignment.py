"""Alignment: every agreement tells exactly how the one text becomes the other."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.alignment import Agreement, Tile, align, all_tiles, classify, tile, tiles_from_seeds

A = (
    "一是健全调解网络，全年共排查矛盾纠纷132件，当场化解118件。由槿岭镇司法所牵头，"
    "每月召开两次会商会议，对久拖不决的事项逐件明确办理人和时限。"
)

LETTERS = "".join(chr(0x4E00 + n) for n in range(400))
"""Enough characters that no eight of them come together twice by chance."""


def changed(agreement: Agreement, a: str, b: str) -> str:
    """What the agreement says that a[start:end] becomes."""
    told, at = "", agreement.start_a
    for change in agreement.changes:
        told += a[at : change.start_a] + b[change.start_b : change.end_b]
        at = change.end_a
    return told + a[at : agreement.end_a]


def assert_told_right(a: str, b: str, agreements: Sequence[Agreement]) -> None:
    for agreement in agreements:
        assert changed(agreement, a, b) == b[agreement.start_b : agreement.end_b]
        assert agreement.same <= agreement.end_b - agreement.start_b
    for left, right in pairwise(agreements):
        assert left.end_a <= right.start_a
    for left, right in pairwise(sorted(agreements, key=lambda each: each.start_b)):
        assert left.end_b <= right.start_b


def told(a: str, b: str, places: frozenset[str] = frozenset()) -> list[tuple[str, str, str]]:
    """The changes between two texts that are one agreement."""
    (agreement,) = align(a, b, all_tiles(a, b), places=places)
    return [(a[c.start_a : c.end_a], b[c.start_b : c.end_b], c.kind) for c in agreement.changes]


repetitive = st.one_of(
    st.text("啊哦", max_size=60),
    st.lists(st.sampled_from(["啊" * 9, "槿岭镇12件", "x", "调解员上门调解"]), max_size=12).map(
        "".join
    ),
)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same with stretches replaced, left out, put in and moved."""
    a = draw(st.text(LETTERS[:60] + "0123456789，。镇乡所办", min_size=30, max_size=200))
    b = a
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(b)))
        end = min(len(b), start + draw(st.integers(0, 20)))
        new = draw(st.text("新旧0123一二镇所", max_size=20))
        b = b[:start] + new + b[end:]
    cut = draw(st.integers(0, len(b)))
    return a, draw(st.sampled_from([b, b[cut:] + b[:cut]]))


@given(st.one_of(edited(), st.tuples(repetitive, repetitive)))
def test_changes_make_the_one_text_from_the_other(texts: tuple[str, str]) -> None:
    a, b = texts
    assert_told_right(a, b, align(a, b, all_tiles(a, b)))
    assert_told_right(a, b, align(a, b, all_tiles(a, b, shortest=3), furthest=10))


@given(st.tuples(repetitive, repetitive), st.data())
def test_tiles_that_overlap_are_aligned_right(texts: tuple[str, str], data: st.DataObject) -> None:
    a, b = texts
    offsets = st.tuples(st.integers(0, len(a)), st.integers(0, len(b)))
    tiles = tiles_from_seeds(a, b, data.draw(st.lists(offsets, max_size=20)), shortest=1)
    for at_a, at_b, size in tiles:
        assert a[at_a : at_a + size] == b[at_b : at_b + size]
        assert at_a + size == len(a) or b[at_b + size : at_b + size + 1] != a[at_a + size]
        assert not at_a or not at_b or a[at_a - 1] != b[at_b - 1]
    assert_told_right(a, b, align(a, b, tiles))


@given(edited())
def test_every_shared_stretch_is_in_a_tile(texts: tuple[str, str]) -> None:
    a, b = texts
    tiling = tile(a, b)
    left_a, left_b = set(range(len(a))), set(range(len(b)))
    for each in tiling.tiles:
        assert a[each.a : each.a + each.size] == b[each.b : each.b + each.size]
        assert left_a.issuperset(range(each.a, each.a + each.size))  # none overlaps another
        assert left_b.issuperset(range(each.b, each.b + each.size))
        left_a -= {*range(each.a, each.a + each.size)}
        left_b -= {*range(each.b, each.b + each.size)}
    if tiling.complete:
        assert not free_grams(a, left_a) & free_grams(b, left_b)


def free_grams(text: str, free: set[int]) -> set[str]:
    """Eight characters each, from where nothing was taken."""
    return {text[at : at + 8] for at in range(len(text) - 7) if free.issuperset(range(at, at + 8))}


def test_only_repetitive_text_is_not_looked_at_completely() -> None:
    a = "".join(LETTERS[n : n + 40] for n in (0, 40, 0, 80, 0, 120, 0))
    assert tile(a, a[::-1] + a).complete
    assert not tile("啊" * 40, "啊" * 41).complete


def test_tiles_come_longest_first() -> None:
    first, second = LETTERS[:30], LETTERS[50:100]
    assert all_tiles(first + "甲" + second, second + "乙" + first) == [
        Tile(31, 0, 50),
        Tile(0, 51, 30),
    ]


def test_a_seed_whose_texts_differ_is_passed_over() -> None:
    assert tiles_from_seeds(LETTERS[:40], LETTERS[100:140], [(3, 7)]) == []


def test_seeds_of_one_stretch_are_one_tile() -> None:
    a, b = "甲" + LETTERS[:40], "乙丙" + LETTERS[:40] + "丁"
    assert tiles_from_seeds(a, b, [(2, 3), (9, 10), (30, 31), (2, 9)]) == [Tile(1, 2, 40)]


# Agreements.


def test_names_and_numbers_are_told_whole() -> None:
    b = A.replace("132", "157").replace("118", "149").replace("槿岭镇", "荻溪镇")
    assert told(A, b) == [
        ("132", "157", "number"),
        ("118", "149", "number"),
        ("槿岭镇", "荻溪镇", "place"),
    ]


def test_a_name_without_its_end_is_known_from_the_caller() -> None:
    b = A.replace("槿岭镇", "槿河镇")
    assert ("岭镇", "河镇", "place") in told(A, b)
    assert ("槿岭镇", "槿河镇", "place") in told(A, b, frozenset({"槿岭镇", "槿河镇"}))


def test_text_put_in_and_left_out_has_an_empty_side() -> None:
    b = A.replace("对久拖不决的事项", "").replace("牵头，", "牵头，分管领导参加，")
    assert told(A, b) == [("", "分管领导参加，", "text"), ("对久拖不决的事项", "", "text")]


def test_a_sentence_that_stands_elsewhere_is_an_agreement_of_its_own() -> None:
    one, two, three = LETTERS[:30], LETTERS[40:60], LETTERS[70:130]
    agreements = align(
        one + two + three, one + three + two, all_tiles(one + two + three, one + three + two)
    )
    assert [(each.start_a, each.end_a) for each in agreements] == [(0, 30), (30, 50), (50, 110)]
    assert [each.start_b for each in agreements] == [0, 90, 30]


def test_a_few_characters_from_elsewhere_do_not_tear_an_agreement_apart() -> None:
    phrase, head, tail = LETTERS[200:209], LETTERS[:30], LETTERS[40:70]
    a = head + "甲" + phrase + "乙" + tail
    b = head + "丙丁" + tail + LETTERS[300:390] + phrase
    assert len(align(a, b, all_tiles(a, b))) == 1


def test_text_too_far_apart_is_not_one_agreement() -> None:
    head, tail = LETTERS[:30], LETTERS[40:70]
    a, b = head + LETTERS[200:241] + tail, head + tail
    assert len(align(a, b, all_tiles(a, b))) == 2
    assert len(align(a, b, all_tiles(a, b), furthest=41)) == 1


def test_an_agreement_does_not_begin_or_end_inside_a_number() -> None:
    a, b = "7123" + LETTERS[:20] + "456", "8123" + LETTERS[:20] + "4567"
    (agreement,) = align(a, b, all_tiles(a, b))
    assert a[agreement.start_a : agreement.end_a] == LETTERS[:20]


def test_an_empty_text_has_no_agreements() -> None:
    assert align("", "", all_tiles("", "")) == align("", A, all_tiles("", A)) == []


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        pytest.param("12", "157", "number", id="digits"),
        pytest.param("98.5%", "九成", "text", id="a share in words is text"),
        pytest.param("三", "十二", "number", id="Chinese numerals"),
        pytest.param("2023年12月", "2024年1月", "number", id="date"),
        pytest.param("", "3", "number", id="number put in"),
        pytest.param("年", "月", "text", id="units without a number"),
        pytest.param("槿岭镇", "青禾县荻溪镇", "place", id="towns"),
        pytest.param("我镇", "本街道", "place", id="our town"),
        pytest.param("镇", "乡", "place", id="the end of a name"),
        pytest.param("农村", "社区", "text", id="no names"),
        pytest.param("司法所", "派出所", "body", id="offices"),
        pytest.param("平安办", "综治中心", "body", id="office and centre"),
        pytest.param("场所", "交办", "text", id="no bodies"),
        pytest.param("群众", "居民", "text", id="words"),
        pytest.param("槿岭镇", "司法所", "text", id="a town and an office"),
    ],
)
def test_changes_have_a_kind(a: str, b: str, kind: str) -> None:
    assert classify(a, b) == kind


def test_stems_that_the_caller_knows_are_places() -> None:
    assert classify("槿岭", "荻溪") == "text"
    assert classify("槿岭", "荻溪", {"槿岭", "荻溪"}) == "place"


# Time: hostile texts. The bounds are some ten times what an office PC needs.

RANDOM = random.Random(4)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("啊" * 20_000, "啊" * 20_000, id="the same character"),
        pytest.param("啊" * 20_000, "啊" * 19_999 + "哦", id="all but one"),
        pytest.param("啊" * 20_000, ("啊" * 50 + "哦") * 400, id="blocks"),
        pytest.param("啊哦" * 10_000, "哦啊" * 10_000, id="two in turn"),
        pytest.param(
            "".join(RANDOM.choices("啊哦", k=20_000)),
            "".join(RANDOM.choices("啊哦", k=20_000)),
            id="two at random",
        ),
        pytest.param(
            "甲".join("啊" * n for n in range(200)),
            "乙".join("啊" * n for n in range(200)),
            id="stretches that grow",
        ),
        pytest.param("所" * 3000 + "，", "镇" * 3000 + "。", id="ends of names"),
    ],
)
def test_repetitive_text_takes_no_quadratic_time(a: str, b: str) -> None:
    start = time.perf_counter()
    seeds = [(i, j) for i in range(0, len(a), 8) for j in range(i % 64, len(b), 640)]
    assert_told_right(a, b, align(a, b, all_tiles(a, b)))
    assert_told_right(a, b, align(a, b, tiles_from_seeds(a, b, seeds)))
    assert time.perf_counter() - start < 10


def test_a_long_text_is_tiled_in_linear_time() -> None:
    a = "".join(RANDOM.choices(LETTERS, k=600_000))
    b = a[300_000:] + "甲" * 100_000 + a[:300_000]
    start = time.perf_counter()
    tiling = tile(a, b)
    assert sum(each.size for each in tiling.tiles) == len(a)
    assert not tiling.complete
    assert time.perf_counter() - start < 10
