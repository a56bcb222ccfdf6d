"""Words that name nothing that a section could be about: question words, particles, pronouns."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "data" / "fillers.txt"


@cache
def fillers() -> frozenset[str]:
    """The words of the data file."""
    lines = _FILE.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def without_fillers(words: Iterable[str]) -> tuple[str, ...]:
    """The words that name something, each once; all of them when none does."""
    every = tuple(dict.fromkeys(words))
    return tuple(word for word in every if word not in fillers()) or every


def stretches(stream: str, words: Collection[str]) -> list[str]:
    """What of the stream its words cover, run on where they meet, in order."""
    covered = bytearray(len(stream))
    for word in words:
        at = stream.find(word)
        while at >= 0:
            covered[at : at + len(word)] = b"\1" * len(word)
            at = stream.find(word, at + len(word))
    found: list[str] = []
    for position, character in enumerate(stream):
        if not covered[position]:
            continue
        if position and covered[position - 1]:
            found[-1] += character
        else:
            found.append(character)
    return found
