"""Sections that have most of the weight of many words: what is like a text, before it is read.

Scores are added up word by word over all sections. A word's sections with what it counts in each
are remembered: the words of one measure are largely those of the next.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from index.engine import FoundSection, Likeness, Tier
from index.places import Places
from index.querytree import Filter
from index.ranking import K1
from index.remembered import Remembered
from index.vector.fields import Fields
from index.vector.postings import Postings
from index.vector.sets import Mask, Rows

_REMEMBERED_BYTES: Final = 96 << 20
_OFTEN: Final = 8
"""A word that one in so many sections has is added to all of them in one go."""

_Shares = npt.NDArray[np.float32]


class _Counted(NamedTuple):
    """A word's saturated frequencies: in its live sections, ascending; sections None: in all."""

    sections: Rows | None
    shares: _Shares

    def add(self, scores: _Shares, weight: np.float32) -> None:
        """Add what the word counts, so often as it weighs, to the scores of all sections."""
        if self.sections is None:
            scores += self.shares * weight
        else:
            np.add.at(scores, self.sections, self.shares * weight)

    @property
    def n_bytes(self) -> int:
        """What it takes in memory."""
        return self.shares.nbytes + (0 if self.sections is None else self.sections.nbytes)


class LikenessFinder:
    """Finds the like over one commit."""

    def __init__(self, postings: Postings, fields: Fields) -> None:
        self._postings, self._fields = postings, fields
        self._arrays = postings.arrays
        self._remembered = Remembered(_REMEMBERED_BYTES)
        self._last: tuple[tuple[tuple[str, float], ...], _Shares] = (), np.zeros(0, np.float32)

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first; equal ones as browsed."""
        scores = self._summed(tuple(likeness.words.items()))
        for report in self._of_place(likeness.apart_from):
            first, end = self._arrays.first_section[report : report + 2].tolist()
            scores[first:end] = 0
        for filter in likeness.filters:
            scores *= self._passing(filter)
        return self._best(scores, likeness.limit)

    def _summed(self, words: tuple[tuple[str, float], ...]) -> _Shares:
        """(n,) each section's score, the words added in their order.

        The last sum is remembered: who asks for more words after the same ones goes on from it,
        and rounds as one who asks for all at once.
        """
        before, scores = self._last
        if not before or words[: len(before)] != before:
            before, scores = (), np.zeros(self._arrays.n_sections, np.float32)
        scores = scores.copy()
        for word, weight in words[len(before) :]:
            self._counted(word).add(scores, np.float32(weight))
        self._last = words, scores.copy()
        return scores

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many live sections each word stands."""
        return {word: self._frequency(word) for word in words}

    def _frequency(self, word: str) -> int:
        if self._arrays.live is not None:
            return self._remembered.kept(
                ("n", word), lambda: len(self._postings.word(word, "word")[0]), lambda _n: 0
            )
        found = ((segment, segment.find_word(word)) for segment in self._arrays.segments)
        firsts = ((s.array("word.first"), number) for s, number in found if number >= 0)
        return sum(first[number + 1] - first[number] for first, number in firsts)

    def _counted(self, word: str) -> _Counted:
        return self._remembered.kept(word, lambda: self._count(word), lambda c: c.n_bytes)

    def _count(self, word: str) -> _Counted:
        sections, counts = self._postings.word(word, "word")
        times = counts.astype(np.float32)
        shares = times * np.float32(K1 + 1) / (times + self._norms().take(sections))
        if len(sections) * _OFTEN < self._arrays.n_sections:
            return _Counted(sections, shares)
        everywhere = np.zeros(self._arrays.n_sections, np.float32)
        everywhere[sections] = shares
        return _Counted(None, everywhere)

    def _norms(self) -> _Shares:
        """(n,) what a frequency is weighed against, in half the memory."""
        return self._remembered.kept(
            (), lambda: self._arrays.norms.astype(np.float32), lambda norms: norms.nbytes
        )

    def _of_place(self, place: Places | None) -> list[int]:
        """The reports of a place; an upper level that is not known may be any."""
        if place is None or not any(place):
            return []
        places = self._arrays.snapshot.places
        named = self._by_name.get(_name(place), [])
        same = [number for number in named if _is_same(place, places[number])]
        found: list[int] = np.isin(self._arrays.place_numbers, same).nonzero()[0].tolist()
        return found

    @cached_property
    def _by_name(self) -> dict[str | None, list[int]]:
        """The places of the snapshot by the name of their lowest level."""
        found: dict[str | None, list[int]] = {}
        for number, place in enumerate(self._arrays.snapshot.places):
            found.setdefault(_name(place), []).append(number)
        return found

    def _passing(self, filter: Filter) -> Mask:
        """(n,) whether each section passes the filter."""
        everything = np.arange(self._arrays.n_sections, dtype=np.uint32)
        return self._remembered.kept(
            filter, lambda: self._fields.passes(filter, everything), lambda mask: mask.nbytes
        )

    def _best(self, scores: _Shares, limit: int) -> list[FoundSection]:
        """The sections with the best scores, none of 0."""
        rows = _candidates(scores, limit)
        found, reports = scores.take(rows), self._arrays.report_of.take(rows)
        order = np.lexsort((rows, self._arrays.browse_ranks.take(reports), -found))[:limit]
        return self._found(rows.take(order), found.take(order))

    def _found(self, rows: Rows, scores: _Shares) -> list[FoundSection]:
        reports = self._arrays.report_of.take(rows)
        ordinals = rows - self._arrays.first_section.take(reports)
        return [
            FoundSection(number, self._arrays.report_id(report), ordinal, score, Tier.WORDS)
            for number, report, ordinal, score in zip(
                rows.tolist(), reports.tolist(), ordinals.tolist(), scores.tolist(), strict=True
            )
        ]


def _candidates(scores: _Shares, limit: int) -> Rows:
    """The sections with the best scores, none of 0, and all that equal the last of them."""
    least = np.float32(0)
    if len(scores) > limit > 0:
        nth = len(scores) - limit
        least = np.partition(scores, nth)[nth]
    return (scores >= least if least else scores > 0).nonzero()[0]


def _name(place: Places) -> str | None:
    """The name of a place's lowest level that is known."""
    return next((name for name in reversed(place) if name is not None), None)


def _is_same(place: Places, other: Places) -> bool:
    """Whether two places of one name may be one: an upper level is equal, or one is unknown."""
    same_level = _level(place) == _level(other)
    return same_level and all(
        a == b or a is None or b is None for a, b in zip(place, other, strict=True)
    )


def _level(place: Places) -> int:
    return max(n for n, name in enumerate(place) if name is not None)
