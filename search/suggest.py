"""Did you mean: names and words that sound or look like what was typed.

A character counts by how it is read, without its tone, and near readings (zh and z, n and l, ang
and an) as one; how it is written decides between those that sound alike. Letters are taken as
pinyin. Nothing is imported before a suggestion is asked for: pypinyin takes a tenth of a second.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from heapq import nsmallest
from typing import Final

from index.analysis import fold_stream

_ENDINGS: Final = re.compile(r"(?<=..)(?:街道|[省市县区旗州盟镇乡])$")
_LETTERS: Final = re.compile(r"[a-z]{2,}")
_NEAR: Final = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n"), "l"),
    (re.compile("(?<=[aei])ng$"), "n"),
)

_Distance = tuple[int, ...]
_Metric = Callable[[str], _Distance | None]


def suggest_names(word: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """The names nearest to the word, best first: 石乔镇 or shiqiao for 石桥镇; maybe none.

    A name may be short of its ending (石桥) or have another one (石桥乡).
    """
    distance = _metric(fold_stream(word), names=True)
    return [name for _key, name in nsmallest(limit, _measured(names, distance))]


def suggest_words(word: str, words: Iterable[tuple[str, int]], limit: int = 3) -> list[str]:
    """The words nearest to the word, best first; words come with their document frequency.

    Of words equally near the more frequent one is better.
    """
    frequency = dict(words)
    distance = _metric(fold_stream(word), names=False)
    found = ((key, -frequency[near], near) for key, near in _measured(frequency, distance))
    return [near for _key, _frequency, near in nsmallest(limit, found)]


def _measured(candidates: Iterable[str], distance: _Metric) -> Iterator[tuple[_Distance, str]]:
    for candidate in dict.fromkeys(candidates):
        key = distance(fold_stream(candidate))
        if key is not None:
            yield key, candidate


def _metric(word: str, *, names: bool) -> _Metric:
    """How far a candidate is from the word: smaller is nearer, None is too far or the same."""
    if _LETTERS.fullmatch(word):
        return lambda candidate: _letters_distance(word, candidate, names=names)
    return lambda candidate: _sound_distance(word, candidate, names=names)


def _letters_distance(letters: str, candidate: str, *, names: bool) -> _Distance | None:
    """Letters that differ between what was typed and the candidate's pinyin."""
    allowed = 1 + (len(letters) > 8)
    forms = {candidate, _stem(candidate)} if names else {candidate}
    found = [
        _edits(letters, "".join(_readings(form)), allowed) for form in forms if form != letters
    ]
    least = min(found, default=allowed + 1)
    return (least,) if least <= allowed else None


def _sound_distance(word: str, candidate: str, *, names: bool) -> _Distance | None:
    """Characters that differ: by near reading, (for names) in the stem, by reading, as written."""
    allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    forms = [candidate, _stem(candidate)] if names else [candidate]
    if word == candidate or all(abs(len(form) - len(word)) > allowed for form in forms):
        return None
    least = min(_edits(_near_readings(word), _near_readings(form), allowed) for form in forms)
    if least > allowed:
        return None
    stems = _edits(_near_readings(_stem(word)), _near_readings(_stem(candidate))) if names else 0
    return least, stems, _edits(_readings(word), _readings(candidate)), _edits(word, candidate)


def _edits(left: Sequence[str], right: Sequence[str], limit: int | None = None) -> int:
    """Characters to put in, take out, change or swap; limit + 1 where it is more than the limit."""
    from rapidfuzz.distance import OSA

    return OSA.distance(left, right, score_cutoff=limit)


def _stem(name: str) -> str:
    return _ENDINGS.sub("", name)


def _readings(text: str) -> list[str]:
    return [_reading(c) for c in text]


def _near_readings(text: str) -> list[str]:
    return [_near_reading(c) for c in text]


@cache
def _reading(c: str) -> str:
    """The commonest pinyin of a character, without its tone; anything else is itself."""
    # Phrases decide between readings of a character; here single ones are asked for, and without
    # the phrases the import is four times faster.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(c, style=Style.NORMAL)[0]


@cache
def _near_reading(c: str) -> str:
    """The reading with what is often confused made one."""
    reading = _reading(c)
    for pattern, replacement in _NEAR:
        reading = pattern.sub(replacement, reading) if reading != c else reading
    return reading
