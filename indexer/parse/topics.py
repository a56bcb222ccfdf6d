"""The topics of a section and the cue words that made them so. The words are in topics.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from index.analysis import fold
from index.model import Section

_FILE = Path(__file__).resolve().parents[1] / "data" / "topics.json"
_IN_TEXT = 2
"""How often the cues of a topic must stand in a text; in a heading once is enough."""


class Topic(NamedTuple):
    """A topic, the year from which the official outline knows it, and its cue words."""

    topic: str
    since: int
    cues: tuple[str, ...]


class TopicCue(NamedTuple):
    """A topic that a section has, and the word that made it so."""

    topic: str
    cue: str


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, in the order of the official outline."""
    data = json.loads(_FILE.read_text("utf-8"))
    return tuple(Topic(t["topic"], t["since"], tuple(map(fold, t["cues"]))) for t in data["topics"])


def topics_of(heading: str, text: str) -> tuple[TopicCue, ...]:
    """The topics of a section with this heading and text, in the order of the outline."""
    plain_heading = "".join(fold(heading).split())
    plain_text = "".join(fold(text).split())
    found = []
    for topic in topics():
        cue = _deciding_cue(topic, plain_heading, plain_text)
        if cue:
            found.append(TopicCue(topic.topic, cue))
    return tuple(found)


def _deciding_cue(topic: Topic, heading: str, text: str) -> str | None:
    """A cue in the heading, else the commonest of those that stand often enough in the text."""
    for cue in topic.cues:
        if cue in heading:
            return cue
    counts = {cue: text.count(cue) for cue in topic.cues}
    cue = max(counts, key=counts.__getitem__)
    return cue if sum(counts.values()) >= _IN_TEXT else None


def explain_topics(source: str, section: Section) -> tuple[TopicCue, ...]:
    """Why the section has its topics."""
    return topics_of(section.heading, source[section.text_span.start : section.text_span.end])
