"""How well matching sections match: tiers, then BM25 over words and grams, then nearness.

A score is compared within one answer only. Sections with the same rank stand in browse order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from index.engine import Tier
from index.plain.matching import Finder
from index.queryterms import query_terms
from index.querytree import Node, Text
from index.ranking import HEADING_WEIGHT, idf, nearness, saturate
from index.spans import StreamSpan, count_disjoint, disjoint, smallest_gap

_NUMERIC = frozenset("0123456789.")


@dataclass(frozen=True, slots=True)
class Rank:
    """What a hit is sorted by, best first when sorted ascending."""

    tier: int
    part_of_number: bool
    heading_only: bool
    minus_score: float

    @property
    def key(self) -> tuple[int, bool, bool, float]:
        return self.tier, self.part_of_number, self.heading_only, self.minus_score


TIERS = (Tier.LITERAL, Tier.WORDS, Tier.PARTIAL)


class Scorer:
    """Scores the sections that match a tree."""

    def __init__(self, finder: Finder, tree: Node, sections: Mapping[int, Tier]) -> None:
        self._finder, self._sections = finder, sections
        self._postings = finder.postings
        self._texts, self._words, self._grams = query_terms(tree)

    def rank(self) -> dict[int, Rank]:
        """The rank of each section."""
        sections = self._sections
        if not sections:
            return {}
        scores = self.scores()
        whole = self._with_whole_numbers(sections.keys())
        bare = self._heading_only(sections.keys())
        return {
            s: Rank(TIERS.index(tier), s not in whole, s in bare, -scores[s])
            for s, tier in sections.items()
        }

    def _heading_only(self, sections: Collection[int]) -> set[int]:
        """The sections without a text of their own; none where no text is looked for."""
        if not self._texts:
            return set()
        lengths, headings = self._postings.lengths, self._postings.heading_lengths
        return {s for s in sections if lengths[s] == headings[s]}

    def scores(self) -> dict[int, float]:
        """BM25 of words and grams, and nearness, for each section."""
        scores = dict.fromkeys(self._sections, 0.0)
        for word in self._words:
            self._add_word(word, scores)
        for gram in self._grams:
            self._add_gram(gram, scores)
        for section, near in self._nearness().items():
            scores[section] += near
        return scores

    def _add_word(self, word: str, scores: dict[int, float]) -> None:
        counts = self._postings.word_counts(word, scores.keys())
        headings = self._postings.heading_counts(word, counts.keys())
        frequency = {s: tf + HEADING_WEIGHT * headings.get(s, 0) for s, tf in counts.items()}
        self._add(frequency, self._postings.n_with_word(word), scores)

    def _add_gram(self, gram: str, scores: dict[int, float]) -> None:
        counts = self._postings.gram_counts(gram, scores.keys())
        limits = self._postings.heading_lengths
        frequency = {
            s: tf + HEADING_WEIGHT * (first < limits[s]) for s, (tf, first) in counts.items()
        }
        self._add(frequency, self._postings.n_with_gram(gram), scores)

    def _add(
        self, frequency: Mapping[int, float], document_frequency: int, scores: dict[int, float]
    ) -> None:
        postings = self._postings
        weight = idf(postings.n_sections, document_frequency)
        for section, tf in frequency.items():
            scores[section] += weight * saturate(
                tf, postings.lengths[section], postings.mean_length
            )

    def _nearness(self) -> dict[int, float]:
        """The mean nearness of neighbouring operands, for sections that hold several."""
        if len(self._texts) == 1 and not self._texts[0].words:
            return {}
        held = self._operands.items()
        return {s: _mean_nearness(spans) for s, spans in held if len(spans) > 1}

    @cached_property
    def _operands(self) -> dict[int, list[list[StreamSpan]]]:
        """Spans of the texts, or of their words, that each section holds, in order of the query."""
        operands: dict[int, list[list[StreamSpan]]] = {}
        for text in self._texts if self._sections else ():
            for section, found in self._finder.spans(text, self._sections.keys()).items():
                operands.setdefault(section, []).extend(found)
        return operands

    def _with_whole_numbers(self, sections: Collection[int]) -> set[int]:
        """The sections in which each number of the query stands by itself at least once."""
        kept = set(sections)
        for text in self._texts:
            if text.stream[0] in _NUMERIC or text.stream[-1] in _NUMERIC:
                kept -= self._only_parts(text, kept)
        return kept

    def _only_parts(self, text: Text, sections: Collection[int]) -> set[int]:
        """Those of the sections where the text only stands inside longer numbers."""
        found = self._finder.occurrences(text.stream, text.zone)
        inside = self._inside_numbers(text.stream)
        return {s for s in sections if s in found and all((s, p) in inside for p in found[s])}

    def _inside_numbers(self, stream: str) -> set[tuple[int, int]]:
        """(section, position) of occurrences that a longer number holds, as far as grams tell."""
        inside: set[tuple[int, int]] = set()
        for digit in _NUMERIC:
            if stream[0].isdigit():
                for s, positions in self._postings.find(digit + stream[0]).items():
                    inside.update((s, p + 1) for p in positions)
            if stream[-1].isdigit():
                back = len(stream) - 1
                for s, positions in self._postings.find(stream[-1] + digit).items():
                    inside.update((s, p - back) for p in positions)
        return inside

    def occurrences(self) -> int:
        """How often the query's texts stand in the sections, overlaps counted once."""
        if len(self._texts) == 1 and not self._texts[0].words:
            return self._count_one(self._texts[0])
        return sum(len(disjoint(chain.from_iterable(held))) for held in self._operands.values())

    def _count_one(self, text: Text) -> int:
        found, size = self._finder.occurrences(text.stream, text.zone), len(text.stream)
        return sum(count_disjoint(found[s], size) for s in self._sections if s in found)


def _mean_nearness(operands: Sequence[list[StreamSpan]]) -> float:
    total = 0.0  # and not sum(): from Python 3.12 on it rounds in another way
    for one, other in pairwise(operands):
        gap = smallest_gap(one, other)
        total += 0.0 if gap is None else nearness(gap)
    return total / (len(operands) - 1)
