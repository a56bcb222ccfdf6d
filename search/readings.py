"""How a text is read: pinyin by character, without tones.

A table of readings is what `str.translate` takes, so that thousands of words are read in C.
Nothing is imported before something is read: pypinyin takes a tenth of a second.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_NEAR: Final = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n"), "l"),
    (re.compile("(?<=[aei])ng$"), "n"),
)
_REMEMBERED: Final = 1 << 14  # characters; a large index has some 8,000
_PRIVATE: Final = 0xF0000  # of the code points that Unicode leaves to anybody's use
_INITIAL: Final = re.compile("[zcs]h")


class _Letters(dict[int, str]):
    """What each code point is in letters; filled as characters with readings are met."""

    def __missing__(self, code: int) -> str:
        reading = _reading(chr(code))
        if reading != chr(code):
            self[code] = reading
        return reading


class _Sounds(dict[int, int]):
    """For each code point one that stands for its sound; filled as those with readings are met.

    So that a text has as many characters as its sound, and they can be compared one by one.
    """

    def __init__(self, sound: Callable[[str], str]) -> None:
        super().__init__()
        self._sound = sound
        self._numbers: dict[str, int] = {}

    def __missing__(self, code: int) -> int:
        sound = self._sound(chr(code))
        if sound == chr(code) and code > 127:  # a letter may be the sound of something else
            return code
        self[code] = number = self._numbers.setdefault(sound, _PRIVATE + len(self._numbers))
        return number


def _reading(c: str) -> str:
    """The commonest pinyin of a character; anything else is itself."""
    return _readings(c)[0]


def _near_reading(c: str) -> str:
    """The reading with what is often confused made one."""
    reading = _reading(c)
    for pattern, replacement in _NEAR:
        reading = pattern.sub(replacement, reading) if reading != c else reading
    return reading


@lru_cache(_REMEMBERED)
def _readings(c: str) -> tuple[str, ...]:
    """All pinyin of a character, the commonest first; anything else is itself."""
    # Phrases decide between readings of a character; here single ones are asked for, and without
    # the phrases the import is four times faster.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    return tuple(pinyin(c, style=Style.NORMAL, heteronym=True)[0])


LETTERS: Final = _Letters()
"""Makes a text its pinyin: 石桥 is shiqiao."""
SOUNDS: Final = _Sounds(_reading)
"""Makes texts equal that are read alike."""
NEAR_SOUNDS: Final = _Sounds(_near_reading)
"""Makes texts equal that are read alike or nearly (zh and z, n and l, ang and an)."""


def spelt_length(typed: str, name: str) -> int | None:
    """How many first characters of the name were typed, None where it begins otherwise.

    A character may be typed as it is, as one of its readings or as the beginning of one: 青禾县 is
    qinghexian, qhx, 青hx; the last one may be cut short anywhere. typed is not empty.
    """
    ends = {0}  # how much of what was typed is used up
    for n, c in enumerate(name, 1):
        if any(whole.startswith(typed[end:]) for whole in _wholes(c) for end in ends):
            return n
        ends = {
            end + len(piece) for piece in _pieces(c) for end in ends if typed.startswith(piece, end)
        }
        if not ends:
            return None
    return None


@lru_cache(_REMEMBERED)
def _wholes(c: str) -> frozenset[str]:
    return frozenset([c, *_readings(c)])


@lru_cache(_REMEMBERED)
def _pieces(c: str) -> frozenset[str]:
    """What may be typed for a character that others follow."""
    initials = (_INITIAL.match(reading) for reading in _readings(c))
    return _wholes(c) | first_letters(c) | {found[0] for found in initials if found}


@lru_cache(_REMEMBERED)
def first_letters(c: str) -> frozenset[str]:
    """The letters with which a character's readings begin."""
    return frozenset(reading[0] for reading in _readings(c))
