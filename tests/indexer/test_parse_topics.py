"""Topics by cue words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.parse import TopicCue, explain_topics, parse_outline, topics_of
from indexer.parse.topics import topics

_CUES = st.sampled_from([cue for topic in topics() for cue in topic.cues])


def test_there_are_thirteen_topics_with_year_and_cues() -> None:
    assert len(topics()) == len({t.topic for t in topics()}) == 13
    assert all(t.cues and 2015 <= t.since <= 2025 for t in topics())
    assert all(len(set(t.cues)) == len(t.cues) for t in topics())


def test_a_cue_in_the_heading_is_enough() -> None:
    assert topics_of("优化营商环境", "") == (TopicCue("营商环境", "营商环境"),)


def test_a_cue_must_stand_twice_in_a_text() -> None:
    assert topics_of("", "调解员入户。") == ()
    assert topics_of("", "调解员入户，调解员回访。") == (TopicCue("矛盾纠纷化解", "调解员"),)


def test_a_section_has_several_topics_and_says_why() -> None:
    source = "一、做法\n（一）规范行政执法，推进普法。全镇动员。\n"
    section = parse_outline(source).sections[1]
    assert section.topics == ("行政执法", "普法与公共法律服务")
    assert explain_topics(source, section) == (
        TopicCue("行政执法", "行政执法"),
        TopicCue("普法与公共法律服务", "普法"),
    )


def test_traditional_characters_and_torn_words_hold_cues_too() -> None:
    assert topics_of("加強行政執 法", "") == (TopicCue("行政执法", "行政执法"),)


def test_every_cue_is_found_also_inside_of_another() -> None:
    cues = {cue for topic in topics() for cue in topic.cues}
    for cue in cues:
        within = {topic for topic in topics() if any(other in cue for other in topic.cues)}
        found = topics_of("", f"前{cue}、{cue}后")
        assert [found.topic for found in found] == [t.topic for t in topics() if t in within]


@given(st.lists(_CUES | st.sampled_from("法治行政1，"), max_size=8).map("".join))
def test_cues_are_counted_as_they_stand(text: str) -> None:
    expected = [
        topic.topic for topic in topics() if sum(text.count(cue) for cue in topic.cues) >= 2
    ]
    assert [cue.topic for cue in topics_of("", text)] == expected
    named = [topic.topic for topic in topics() if any(cue in text for cue in topic.cues)]
    assert [cue.topic for cue in topics_of(text, "")] == named
