"""Did you mean: what is suggested for names and words that are not there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.suggest import suggest_names, suggest_words

NAMES = ["青石坳镇", "白鹭滩乡", "双槐街道", "双槐镇", "重岭镇", "望川县", "槐镇", "林场"]
WORDS = [("枫桥", 50), ("枫桥经验", 40), ("调解", 99), ("调节", 3), ("条件", 10), ("人民调解", 4)]

NEAREST = [
    pytest.param("青石奥镇", "青石坳镇", id="same-sound"),
    pytest.param("清石坳镇", "青石坳镇", id="another-character-of-the-same-sound"),
    pytest.param("青丝坳镇", "青石坳镇", id="near-sound"),
    pytest.param("白路摊乡", "白鹭滩乡", id="two-characters-of-the-same-sound"),
    pytest.param("白鹭潭乡", "白鹭滩乡", id="ang-and-an"),
    pytest.param("青石坳", "青石坳镇", id="without-its-ending"),
    pytest.param("青石坳乡", "青石坳镇", id="another-ending"),
    pytest.param("青石坳鎮政", "青石坳镇", id="one-character-too-many"),
    pytest.param("重岭", "重岭镇", id="short-without-its-ending"),
    pytest.param("qingshiao", "青石坳镇", id="pinyin-without-the-ending"),
    pytest.param("QingShiAoZhen", "青石坳镇", id="pinyin-with-the-ending"),
    pytest.param("bailutna", "白鹭滩乡", id="pinyin-with-letters-swapped"),
    pytest.param("望穿县", "望川县", id="county"),
]


@pytest.mark.parametrize(("word", "nearest"), NEAREST)
def test_nearest_name_comes_first(word: str, nearest: str) -> None:
    assert suggest_names(word, NAMES)[0] == nearest


@pytest.mark.parametrize(
    "word", ["", "!", "x", "镇", "东海市", "beijing", "\ud800", "枫桥经验推广"]
)
def test_far_words_get_no_suggestion(word: str) -> None:
    assert suggest_names(word, NAMES) == []


def test_name_itself_is_never_suggested() -> None:
    assert "青石坳镇" not in suggest_names("青石坳镇", NAMES)


def test_sound_counts_before_looks_and_the_limit_holds() -> None:
    names = ["单槐镇", "双怀街道", "双林镇", "双怀镇", "双槐街道"]
    assert suggest_names("双槐镇", names, limit=9) == [
        *("双怀镇", "双槐街道", "双怀街道"),
        *("单槐镇", "双林镇"),
    ]
    assert suggest_names("双槐镇", names, limit=1) == ["双怀镇"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        pytest.param("白鹭汤乡", "白鹭滩乡", id="ang-an"),
        pytest.param("白鹭深乡", "白鹭僧乡", id="sh-s-and-en-eng"),
        pytest.param("白鹭南乡", "白鹭兰乡", id="n-l"),
    ],
)
def test_near_sound_counts_before_any_other(word: str, near: str) -> None:
    assert suggest_names(word, ["白鹭坡乡", near, "白鹭丁乡"], limit=1) == [near]


SIMILAR = [
    pytest.param("枫侨", ["枫桥"], id="same-sound"),
    pytest.param("人民条解", ["人民调解"], id="same-sound-in-a-long-word"),
    pytest.param("调介", ["调解", "调节"], id="more-frequent-first"),
    pytest.param("fengqiao", ["枫桥"], id="pinyin"),
    pytest.param("枫桥经念", ["枫桥经验"], id="near-sound"),
    pytest.param("普法", [], id="nothing-near"),
]


@pytest.mark.parametrize(("word", "wanted"), SIMILAR)
def test_words_are_suggested_by_sound_then_frequency(word: str, wanted: list[str]) -> None:
    assert suggest_words(word, WORDS) == wanted


@given(st.text(max_size=12), st.lists(st.text(max_size=12)))
def test_suggestions_are_some_of_the_names_and_never_raise(word: str, names: list[str]) -> None:
    found = suggest_names(word, names)
    assert set(found) <= set(names)
    assert len(set(found)) == len(found) <= 3
    assert word not in found


def test_nothing_heavy_is_imported_before_a_suggestion_is_asked_for() -> None:
    code = "import sys, search.suggest; print({'pypinyin', 'rapidfuzz'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
