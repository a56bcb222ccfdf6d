"""Where texts cannot overlap, how often they stand is the sum of their frequencies."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from index.fillers import without_fillers
from index.opensearch.occurrences import _overlaps
from index.querytree import Text, Zone
from index.spans import disjoint, text_spans

_STREAMS = st.text("人民法治", min_size=1, max_size=3)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    words = draw(st.lists(_STREAMS, max_size=3, unique=True))
    if len(words) < 2:
        stream = draw(_STREAMS)
        return Text(stream, stream, quoted=True)
    stream = "".join(words)
    return Text(stream, stream, quoted=False, words=tuple(words))


def frequencies(asked: list[Text], stream: str) -> int:
    """What the phrases of each different text or word add up to, overlapping ones among them."""
    counted = {
        needle
        for text in asked
        for needle in ([text.stream] if text.stream in stream else without_fillers(text.words))
    }
    return sum(stream.startswith(needle, at) for needle in counted for at in range(len(stream)))


@given(asked=st.lists(texts(), min_size=1, max_size=3), stream=st.text("人民法治。", max_size=12))
def test_only_sections_with_an_overlap_need_a_script(asked: list[Text], stream: str) -> None:
    counted = len(disjoint(chain.from_iterable(text_spans(stream, text) for text in asked)))
    if not any(overlap in stream for overlap in _overlaps(asked)):
        assert frequencies(asked, stream) == counted
    else:
        assert frequencies(asked, stream) >= counted


def test_words_of_one_text_do_not_overlap_the_text() -> None:
    """A section in which the text stands is not asked for its words."""
    text = Text("枫桥经验", "枫桥经验", quoted=False, words=("枫桥", "经验"))
    assert [*_overlaps([text])] == []


def test_the_same_text_in_two_zones_overlaps_itself() -> None:
    heading = Text("枫桥", "枫桥", quoted=True, zone=Zone.HEADING)
    anywhere = Text("枫桥", "枫桥", quoted=True)
    assert set(_overlaps([heading, anywhere])) == {"枫桥"}
