"""How often a query's texts stand in what matches, counted by the cluster.

Where texts cannot overlap, an occurrence of each is one, and the frequencies of phrases are all
that is needed. Where they can, some string stands in which two of them overlap (法治政府建设 of
法治政府 and 政府建设): sections with such a string are counted by a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from index.fillers import without_fillers
from index.opensearch import scripts
from index.opensearch.translate import Query, all_of, any_of, stands
from index.querytree import Text, Zone

_MOST_NEEDLES: Final = 160
_MOST_OVERLAPS: Final = 60
"""Strings in which texts overlap that are looked for; with more of either all sections are counted
by the script."""


class _Needle(NamedTuple):
    """What is counted: a text, or a word of it where the text itself does not stand."""

    stream: str
    zone: Zone


def counted(texts: Iterable[Text], sections: Query) -> Query:
    """The sections, those with an occurrence scored by how many they have."""
    # A title is no part of any stream.
    placed = [text for text in texts if text.zone is not Zone.TITLE]
    if not placed:
        return {"bool": {"filter": [sections]}}
    words = [without_fillers(text.words) for text in placed]
    script = scripts.occurrences(placed, words)
    if sum(map(len, words)) + len(placed) > _MOST_NEEDLES:
        return _by_script(sections, script)
    overlaps = [*islice(_overlaps(placed), _MOST_OVERLAPS + 1)]
    if len(overlaps) > _MOST_OVERLAPS:
        return _by_script(sections, script)
    apart: Query = {"should": [*_frequencies(placed)]}
    if not overlaps:
        return {"bool": {"filter": [sections]} | apart}
    overlapping = any_of(stands(each) for each in overlaps)
    apart |= {"must_not": [overlapping], "minimum_should_match": 1}
    both = [{"bool": apart}, _by_script(overlapping, script)]
    return {"bool": {"filter": [sections], "should": both}}


def _by_script(sections: Query, script: Query) -> Query:
    return {"script_score": {"query": {"bool": {"filter": [sections]}}, "script": script}}


def _frequencies(texts: list[Text]) -> Iterator[Query]:
    """Scores each needle by its frequency, words where not all of their texts stand."""
    owns = {_Needle(text.stream, text.zone) for text in texts}
    for needle in owns:
        yield stands(*needle)
    whole: dict[_Needle, list[_Needle]] = {}
    for text in texts:
        for word in without_fillers(text.words):
            own = _Needle(text.stream, text.zone)
            whole.setdefault(_Needle(word, text.zone), []).append(own)
    for needle, wholes in whole.items():
        if needle not in owns:
            literal = all_of(stands(*each) for each in wholes)
            yield {"bool": {"must": [stands(*needle)], "must_not": [literal]}}


def _overlaps(texts: list[Text]) -> Iterator[str]:
    """Each string in which two needles that may both count overlap."""
    found: set[str] = set()
    for first, others in _together(texts):
        for other in others:
            for string in _merged(first, other):
                if string not in found:
                    found.add(string)
                    yield string


def _together(texts: list[Text]) -> Iterator[tuple[_Needle, list[_Needle]]]:
    """Every needle with those that may count in the same section, itself among them."""
    owns = [_Needle(text.stream, text.zone) for text in texts]
    words = [[_Needle(word, text.zone) for word in without_fillers(text.words)] for text in texts]
    for n, own in enumerate(owns):
        rest = [*owns[:n], *owns[n + 1 :], *chain(*words[:n], *words[n + 1 :])]
        yield own, [own, *rest]
        for word in words[n]:
            yield word, [*words[n], *rest]


def _merged(first: _Needle, other: _Needle) -> Iterator[str]:
    """The strings in which the first overlaps another that begins in it."""
    a, b = first.stream, other.stream
    if a == b and first.zone is not other.zone:
        yield a
    if a != b and b in a:
        yield a
    for size in range(1, min(len(a), len(b))):
        if a.endswith(b[:size]):
            yield a + b[size:]
