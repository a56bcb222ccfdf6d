"""Did you mean: names and words that sound or look like what was typed.

A character counts by how it is read, without its tone, and near readings (zh and z, n and l, ang
and an) as one; how it is written decides between those that sound alike. Letters are taken as
pinyin. All candidates are compared by C code over `search.readings`; only those near enough are
looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import nsmallest
from typing import Final

from index.analysis import fold_stream
from search.readings import LETTERS, NEAR_SOUNDS, SOUNDS

_ENDINGS: Final = re.compile(r"(?<=..)(?:街道|[省市县区旗州盟镇乡])$")
_LETTERS: Final = re.compile(r"[a-z]{2,}")

_Form = tuple[str, str]
"""One of the forms of a candidate, folded, and the candidate."""


class Near:
    """Candidates that are asked many times which of them are near to a word."""

    def __init__(
        self,
        forms: Sequence[_Form],
        frequency: Mapping[str, int] | None = None,
        stem: Callable[[str], str] = str,
    ) -> None:
        """stem makes another form of a candidate, which is as good as itself."""
        self._forms = forms
        self._frequency = frequency or {}
        self._stem = stem

    @cached_property
    def _by_sound(self) -> _Spellings:
        return _Spellings(self._forms, NEAR_SOUNDS)

    @cached_property
    def _by_letters(self) -> _Spellings:
        return _Spellings(self._forms, LETTERS)

    def find(self, word: str, limit: int = 3) -> list[str]:
        """The candidates nearest to the word, best first; maybe none, and never the word itself.

        Of those equally near the more frequent one is better.
        """
        word = fold_stream(word)
        if _LETTERS.fullmatch(word):
            return self._best(self._near_letters(word), lambda near: (), limit)
        found = self._near_sounds(word)
        return self._best(found, lambda near: self._differences(word, near), limit)

    def _best(
        self, edits: Mapping[str, int], key: Callable[[str], tuple[int, ...]], limit: int
    ) -> list[str]:
        """The first candidates by edits, key, frequency and name; keys only as they are needed."""
        found: list[str] = []
        for least in sorted(set(edits.values())):
            keyed = (
                (key(near), -self._frequency.get(near, 0), near)
                for near, n in edits.items()
                if n == least
            )
            found += [near for *_, near in nsmallest(limit - len(found), keyed)]
            if len(found) == limit:
                break
        return found

    def _near_letters(self, letters: str) -> dict[str, int]:
        """Letters that differ between what was typed and the candidate's pinyin."""
        found = self._by_letters.within(1 + (len(letters) > 8), letters)
        return _least((candidate, edits) for (form, candidate), edits in found if form != letters)

    def _near_sounds(self, word: str) -> dict[str, int]:
        """Characters that differ by near reading."""
        allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
        found = self._by_sound.within(allowed, word.translate(NEAR_SOUNDS))
        return _least(
            (candidate, edits)
            for (_form, candidate), edits in found
            if fold_stream(candidate) != word
        )

    def _differences(self, word: str, candidate: str) -> tuple[int, ...]:
        """Characters that differ: by near reading in the stem, by reading, as written."""
        from rapidfuzz.distance import OSA

        candidate, stem = fold_stream(candidate), self._stem
        return (
            OSA.distance(stem(word).translate(NEAR_SOUNDS), stem(candidate).translate(NEAR_SOUNDS)),
            OSA.distance(word.translate(SOUNDS), candidate.translate(SOUNDS)),
            OSA.distance(word, candidate),
        )


def near_names(names: Iterable[str]) -> Near:
    """Names of places: 石乔镇 and shiqiao find 石桥镇.

    What was typed may be short of a name's ending (石桥) or have another one (石桥乡).
    """

    def stem(name: str) -> str:
        return _ENDINGS.sub("", name)

    folded = [(fold_stream(name), name) for name in dict.fromkeys(names)]
    stems = [(stem(form), name) for form, name in folded if stem(form) != form]
    return Near([*folded, *stems], stem=stem)


def near_words(words: Mapping[str, int]) -> Near:
    """Words of an index, which are folded, with their document frequency."""
    return Near([*zip(words, words, strict=True)], words)


class _Spellings:
    """Forms as they are spelt in sounds or letters, by the length of that."""

    def __init__(
        self, forms: Sequence[_Form], table: Mapping[int, int] | Mapping[int, str]
    ) -> None:
        # All at once, and not a hundred thousand times a word; a form has no white space.
        spelt = "\n".join(form for form, _candidate in forms).translate(table)
        self._forms: dict[str, list[_Form]] = {}
        by_form = zip(spelt.split("\n".translate(table)), forms, strict=True)
        for spelling, form in by_form if forms else ():
            self._forms.setdefault(spelling, []).append(form)
        self._by_length: dict[int, list[str]] = {}
        for spelling in self._forms:
            self._by_length.setdefault(len(spelling), []).append(spelling)

    def within(self, allowed: int, spelling: str) -> Iterator[tuple[_Form, int]]:
        """The forms at most so many characters apart from the spelling, and how many they are.

        These are characters to put in, take out, change or swap.
        """
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        for length in range(len(spelling) - allowed, len(spelling) + allowed + 1):
            spellings = self._by_length.get(length, [])
            found = extract(
                spelling, spellings, scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            for near, edits, _at in found:
                for form in self._forms[near]:
                    yield form, int(edits)


def _least(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The least number for each name."""
    least: dict[str, int] = {}
    for name, n in found:
        least[name] = min(n, least.get(name, n))
    return least
