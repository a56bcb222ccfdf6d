"""The topics of a section and the cue words that made them so. The words are in topics.json."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
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
    return topics_of_folded(fold(heading), fold(text))


def topics_of_folded(heading: str, text: str) -> tuple[TopicCue, ...]:
    """The same of a heading and a text that are folded."""
    heading, text = "".join(heading.split()), "".join(text.split())
    found: list[TopicCue] = []
    for number, places in groupby(_cues_in(f"{heading}\n{text}"), itemgetter(0)):
        topic = topics()[number]
        if cue := _deciding_cue([topic.cues[place] for _, place in places], heading, text):
            found.append(TopicCue(topic.topic, cue))
    return tuple(found)


def _cues_in(text: str) -> list[tuple[int, int]]:
    """Every cue that stands in the text, as (number of its topic, number in the topic), sorted.

    The text is read once for all of them: to look for one after the other takes four times as long.
    """
    longest, cues = _finder()
    found: set[tuple[int, int]] = set()
    match = longest.search(text)
    while match:
        found.update(cues[match[0]])
        match = longest.search(text, match.start() + 1)
    return sorted(found)


@cache
def _finder() -> tuple[re.Pattern[str], dict[str, list[tuple[int, int]]]]:
    """What finds the longest cue that begins at a place, and the cues that stand there with it."""
    places = [
        (cue, (number, place))
        for number, topic in enumerate(topics())
        for place, cue in enumerate(topic.cues)
    ]
    by_first: dict[str, list[str]] = {}
    for cue in sorted({cue for cue, _ in places}, key=len, reverse=True):
        by_first.setdefault(cue[0], []).append(re.escape(cue[1:]))
    forms = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    within = {cue: [place for other, place in places if cue.startswith(other)] for cue, _ in places}
    return re.compile("|".join(forms)), within


def _deciding_cue(cues: Sequence[str], heading: str, text: str) -> str | None:
    """A cue in the heading, else the commonest of those that stand often enough in the text."""
    for cue in cues:
        if cue in heading:
            return cue
    counts = {cue: text.count(cue) for cue in cues}
    cue = max(counts, key=counts.__getitem__)
    return cue if sum(counts.values()) >= _IN_TEXT else None


def explain_topics(source: str, section: Section) -> tuple[TopicCue, ...]:
    """Why the section has its topics."""
    return topics_of(section.heading, source[section.text_span.start : section.text_span.end])
