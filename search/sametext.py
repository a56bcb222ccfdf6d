"""Which of many short texts are one text, but for numbers and small changes."""

from __future__ import annotations

import re
from typing import Final

SHINGLE: Final = 8
_SAME: Final = 0.6
"""Shingles of the shorter text that both have, from which on two texts are copies …"""
_SAME_OF_LONGER: Final = 0.4  # … unless the longer one has much else
_TRIED: Final = 24
_MET: Final = 8
"""Two texts are looked at closely where so many of _TRIED shingles of one are in the other."""
_NUMBER: Final = re.compile("[0-9〇零一二三四五六七八九十百千万亿两.]+")


class Originals:
    """Texts that are no copies of one another, numbered as they were added."""

    def __init__(self) -> None:
        self._shingles: list[frozenset[str]] = []

    def find(self, text: str) -> int | None:
        """The number of the text that this one is a copy of, the first of several."""
        text = _NUMBER.sub("0", text)
        tried = frozenset(_some_shingles(text))
        least = min(_MET, len(tried))
        own: frozenset[str] = frozenset()
        for number, held in enumerate(self._shingles):
            if len(held.intersection(tried)) >= least:
                own = own or _shingles(text)
                if _is_copy(held, own):
                    return number
        return None

    def add(self, text: str) -> None:
        """Add a text."""
        self._shingles.append(_shingles(_NUMBER.sub("0", text)))


def _some_shingles(text: str) -> list[str]:
    """Shingles from all over a text, at most _TRIED or so."""
    n = _n_shingles(text)
    return [text[at : at + SHINGLE] for at in range(0, n, -(-n // _TRIED))]


def _shingles(text: str) -> frozenset[str]:
    """Every stretch of SHINGLE characters of a text; a shorter text is one by itself."""
    return frozenset([text[at : at + SHINGLE] for at in range(_n_shingles(text))])


def _n_shingles(text: str) -> int:
    return max(1, len(text) - SHINGLE + 1)


def _is_copy(left: frozenset[str], right: frozenset[str]) -> bool:
    fewer, more = sorted((len(left), len(right)))
    shared = len(left & right)
    return shared >= _SAME * fewer and shared >= _SAME_OF_LONGER * more
