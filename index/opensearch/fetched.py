"""Sections that were fetched, as postings: what `index.plain.scoring` asks of an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from index.analysis import Stream, section_words
from index.opensearch.statistics import GRAMS, WORDS, Statistics, Term
from index.passage import Passage


@dataclass(frozen=True, slots=True)
class Fetched:
    """What ranking needs of a section: its stream, how often words stand in all of it and in its
    heading."""

    stream: str
    heading_length: int
    words: Mapping[str, int]
    in_heading: Mapping[str, int]


def fetched(passage: Passage, words: Sequence[str]) -> Fetched:
    """A section by its passage; of its words only those of a query are counted."""
    stream = Stream(passage.text, passage.heading_length, ())
    if not any(word in stream.text for word in words):
        return Fetched(stream.text, stream.heading_length, {}, {})
    heading, text = section_words(stream)
    asked = frozenset(words)
    in_heading = Counter(filter(asked.__contains__, heading))
    counts = in_heading + Counter(filter(asked.__contains__, text))
    return Fetched(stream.text, stream.heading_length, counts, in_heading)


class FetchedPostings:
    """Some sections of an index, under any numbers; counts are those of all of it."""

    def __init__(
        self, sections: Mapping[int, Fetched], counts: Mapping[Term, int], statistics: Statistics
    ) -> None:
        self._sections, self._counts = sections, counts
        self.n_sections, self.mean_length = statistics.n_sections, statistics.mean_length
        self.lengths = {n: len(each.stream) for n, each in sections.items()}
        self.heading_lengths = {n: each.heading_length for n, each in sections.items()}

    def find(self, stream: str) -> Mapping[int, Sequence[int]]:
        """Every occurrence of the stream in every section."""
        found = ((n, _places(each.stream, stream)) for n, each in self._sections.items())
        return {n: places for n, places in found if places}

    def n_with_gram(self, gram: str) -> int:
        """How many sections of the index have a gram."""
        return self._counts[GRAMS, gram]

    def gram_counts(self, gram: str, sections: Collection[int]) -> Mapping[int, tuple[int, int]]:
        """(how often, where first) a gram stands in those of the sections that have it."""
        return {n: (len(at), at[0]) for n, at in self.find(gram).items() if n in sections}

    def n_with_word(self, word: str) -> int:
        """How many sections of the index have a word."""
        return self._counts[WORDS, word]

    def word_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]:
        """How often a word stands, heading included, in those of the sections that have it."""
        counts = ((n, self._sections[n].words.get(word, 0)) for n in sections)
        return {n: count for n, count in counts if count}

    def heading_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]:
        """How often a word stands in the headings of the sections whose headings have it."""
        counts = ((n, self._sections[n].in_heading.get(word, 0)) for n in sections)
        return {n: count for n, count in counts if count}


def _places(stream: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = stream.find(wanted)
    while at >= 0:
        found.append(at)
        at = stream.find(wanted, at + 1)
    return found
