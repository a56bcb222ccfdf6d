"""Did you mean: what is suggested for names and words that are not there."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import OSA

from index.analysis import fold_stream
from search.suggest import near_names, near_words

NAMES = ["青石坳镇", "白鹭滩乡", "双槐街道", "双槐镇", "重岭镇", "望川县", "槐镇", "林场"]
WORDS = {"枫桥": 50, "枫桥经验": 40, "调解": 99, "调节": 3, "条件": 10, "人民调解": 4}

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
    assert near_names(NAMES).find(word)[0] == nearest


@pytest.mark.parametrize(
    "word", ["", "!", "x", "镇", "东海市", "beijing", "\ud800", "枫桥经验推广"]
)
def test_far_words_get_no_suggestion(word: str) -> None:
    assert near_names(NAMES).find(word) == []


def test_name_itself_is_never_suggested() -> None:
    assert "青石坳镇" not in near_names(NAMES).find("青石坳镇")


def test_sound_counts_before_looks_and_the_limit_holds() -> None:
    names = ["单槐镇", "双怀街道", "双林镇", "双怀镇", "双槐街道"]
    assert near_names(names).find("双槐镇", limit=9) == [
        *("双怀镇", "双槐街道", "双怀街道"),
        *("单槐镇", "双林镇"),
    ]
    assert near_names(names).find("双槐镇", limit=1) == ["双怀镇"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        pytest.param("白鹭汤乡", "白鹭滩乡", id="ang-an"),
        pytest.param("白鹭深乡", "白鹭僧乡", id="sh-s-and-en-eng"),
        pytest.param("白鹭南乡", "白鹭兰乡", id="n-l"),
    ],
)
def test_near_sound_counts_before_any_other(word: str, near: str) -> None:
    assert near_names(["白鹭坡乡", near, "白鹭丁乡"]).find(word, limit=1) == [near]


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
    assert near_words(WORDS).find(word) == wanted


@given(st.text(max_size=12), st.lists(st.text(max_size=12)))
def test_suggestions_are_some_of_the_names_and_never_raise(word: str, names: list[str]) -> None:
    found = near_names(names).find(word)
    assert set(found) <= set(names)
    assert len(set(found)) == len(found) <= 3
    assert word not in found


def test_nothing_heavy_is_imported_before_a_suggestion_is_asked_for() -> None:
    code = "import sys, search.vocabulary; print({'pypinyin', 'rapidfuzz'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# The rule as it reads, one candidate after the other: what the program must give, only faster.

ENDINGS = re.compile(r"(?<=..)(?:街道|[省市县区旗州盟镇乡])$")


@cache
def reading(c: str) -> str:
    return lazy_pinyin(c, style=Style.NORMAL)[0]


@cache
def near_reading(c: str) -> str:
    found = reading(c)
    if found == c:
        return c
    found = re.sub("^n", "l", re.sub("^([zcs])h", r"\1", found))
    return re.sub("(?<=[aei])ng$", "n", found)


def near(text: str) -> list[str]:
    return [near_reading(c) for c in text]


def edits(left: Sequence[str], right: Sequence[str]) -> int:
    return int(OSA.distance(left, right))


def key_by_letters(letters: str, forms: Iterable[str]) -> tuple[int, ...] | None:
    least = min(
        (edits(letters, "".join(map(reading, form))) for form in forms if form != letters),
        default=99,
    )
    return (least,) if least <= 1 + (len(letters) > 8) else None


def key_by_sound(word: str, candidate: str, *, names: bool) -> tuple[int, ...] | None:
    def stem(text: str) -> str:
        return ENDINGS.sub("", text) if names else text

    allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    least = min(edits(near(word), near(form)) for form in (candidate, stem(candidate)))
    if word == candidate or least > allowed:
        return None
    return (
        least,
        edits(near(stem(word)), near(stem(candidate))),
        edits([*map(reading, word)], [*map(reading, candidate)]),
        edits(word, candidate),
    )


def plainly(word: str, candidates: Mapping[str, int], *, names: bool) -> list[str]:
    """The three nearest candidates, by the rule as it reads."""
    word, found = fold_stream(word), []
    for candidate, frequency in candidates.items():
        folded = fold_stream(candidate)
        if re.fullmatch("[a-z]{2,}", word):
            forms = {folded, ENDINGS.sub("", folded)} if names else {folded}
            key = key_by_letters(word, forms)
        else:
            key = key_by_sound(word, folded, names=names)
        if key is not None:
            found.append((key, 0 if names else -frequency, candidate))
    return [candidate for *_, candidate in sorted(found)[:3]]


# Few sounds, so that much is near to much.
SYLLABLES = "石时师思四桥乔侨敲岭林领令南兰蓝张章脏长常藏清青轻亲调条挑跳解姐界镇乡县区街道a1"


def generated_vocabulary(size: int) -> dict[str, int]:
    """Words of one to eight characters with frequencies, always the same."""
    chance = random.Random(5)
    lengths = (1, 2, 2, 2, 3, 3, 4, 5, 6, 8)
    words = ("".join(chance.choices(SYLLABLES, k=chance.choice(lengths))) for _ in range(size))
    return {word: chance.randrange(1, 9) for word in words}


def slipped(word: str, chance: random.Random) -> str:
    """The word with a slip of the pen or the ear, or its pinyin with one."""
    if chance.random() < 0.3:
        word = "".join(map(reading, word))
    at = chance.randrange(len(word) + 1)
    return word[:at] + chance.choice(SYLLABLES + "qzh ") + word[at + chance.randrange(2) :]


@pytest.mark.parametrize("names", [True, False], ids=["names", "words"])
def test_answers_are_those_of_the_rule_as_it_reads(names: bool) -> None:
    vocabulary, chance = generated_vocabulary(1500), random.Random(6)
    candidates = near_names(vocabulary) if names else near_words(vocabulary)
    asked = [slipped(word, chance) for word in chance.sample([*vocabulary], 60)]
    found = {word: candidates.find(word) for word in asked}
    assert found == {word: plainly(word, vocabulary, names=names) for word in asked}
    assert sum(map(bool, found.values())) > 20


_HARD = st.text(st.sampled_from([*SYLLABLES, *"ABsh 　“\u200b鄉鎮,!"]), max_size=7)


@given(_HARD, st.dictionaries(_HARD, st.integers(1, 9), max_size=8), st.booleans())
def test_answers_are_those_of_the_rule_for_any_text(
    word: str, vocabulary: dict[str, int], names: bool
) -> None:
    candidates = near_names(vocabulary) if names else near_words(vocabulary)
    assert candidates.find(word) == plainly(word, vocabulary, names=names)
