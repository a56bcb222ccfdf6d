"""The longest stretch that a text shares with another township's is found."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bench.overlap import Text, generated, longest_shared

texts = st.lists(
    st.builds(Text, st.sampled_from("甲乙丙"), st.text("法治政府", max_size=12)), max_size=6
)


@given(texts)
def test_the_longest_is_that_of_a_plain_reading(found: list[Text]) -> None:
    assert longest_shared(found) == [plain(text, found) for text in found]


def plain(text: Text, others: Sequence[Text]) -> int:
    """The same by trying every stretch."""
    elsewhere = [other.text for other in others if other.township != text.township]
    places = range(len(text.text))
    stretches = {text.text[a : b + 1] for a in places for b in places if a <= b}
    return max((len(s) for s in stretches if any(s in other for other in elsewhere)), default=0)


def test_a_township_s_own_other_years_do_not_count() -> None:
    assert longest_shared([Text("甲", "法治政府"), Text("甲", "法治政府"), Text("乙", "政务")]) == [
        1,
        1,
        1,
    ]


def test_generated_originals_share_no_whole_sentence_of_boilerplate() -> None:
    found = [text for text in generated(750, 1) if "始终把党的领导贯穿" in text.text]

    assert found == []
