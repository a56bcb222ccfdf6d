"""BM25 over words and grams for many sections at once: `index.plain.scoring` over arrays.

Every section's score is added up in the same order and by the same operations as there, so that it
is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.queryterms import QueryTerms
from index.ranking import HEADING_WEIGHT, K1, idf
from index.vector.found import Found
from index.vector.postings import Occurrences, Postings
from index.vector.sets import Floats, Rows, Sections

_BISECTIONS: Final = 9
"""Finding a section's part of a gram's positions costs as much as reading so many positions."""
_AT_ONCE: Final = 1 << 20
"""How many frequencies are weighed in one go."""
_TWICE_HEADING: Final = int(2 * HEADING_WEIGHT)
"""Frequencies are kept doubled: they are whole numbers then, most below 256."""

_Values = npt.NDArray[Any]
_Counted = tuple[Rows, _Values]


class Scorer:
    """Scores sections of one commit."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self._arrays = postings.arrays

    def scores(self, terms: QueryTerms, found: Found) -> Floats:
        """(n,) BM25 of each section, without nearness."""
        scores, norms = np.zeros(len(found)), self._arrays.norms.take(found.sections)
        named = [("word", word) for word in terms.words] + [("gram", gram) for gram in terms.grams]
        size = max(1, _AT_ONCE // max(1, len(found)))
        for first in range(0, len(named), size):
            for added in self._shares(named[first : first + size], norms, found):
                scores += added
        return scores

    def _shares(self, named: Sequence[tuple[str, str]], norms: Floats, found: Found) -> Floats:
        """(n_terms, n) idf times saturated frequency of each term, see `index.ranking`."""
        frequencies = np.zeros((len(named), len(found)))
        weights = np.empty((len(named), 1))
        for n, (kind, term) in enumerate(named):
            fill = self._fill_word if kind == "word" else self._fill_gram
            weights[n] = idf(self._arrays.n_live, fill(term, found, frequencies[n]))
        frequencies /= 2
        shares: Floats = frequencies * (K1 + 1)
        frequencies += norms
        shares /= frequencies
        shares *= weights
        return shares

    def _fill_word(self, word: str, found: Found, doubled: Floats) -> int:
        """In how many sections a word stands; twice its frequencies in those found are written."""
        standing = self.postings.occurrences(word)
        if standing.as_word is None:
            sections, counts = self.postings.word(word, "word")
            in_headings = self.postings.word(word, "heading")
            standing.as_word = self._at_sections(standing.sections, (sections, counts), in_headings)
            standing.n_with_word = len(sections)
            self.postings.has_grown(word, standing)
        _fill(doubled, found, standing.sections, standing.as_word)
        return standing.n_with_word

    def _at_sections(self, sections: Sections, word: _Counted, in_headings: _Counted) -> _Values:
        """(len(sections),) twice a word's frequencies; its own sections are all among these."""
        most = 2 * int(word[1].max(initial=0)) + _TWICE_HEADING * int(in_headings[1].max(initial=0))
        table = np.zeros(self._arrays.n_sections, np.min_scalar_type(most))
        table[word[0]] = 2 * word[1].astype(table.dtype)
        table[in_headings[0]] += _TWICE_HEADING * in_headings[1].astype(table.dtype)
        return table.take(sections)

    def _fill_gram(self, gram: str, found: Found, doubled: Floats) -> int:
        """In how many sections a gram stands; twice its frequencies in those found are written."""
        postings = self.postings
        if not postings.is_remembered(gram):
            few = len(found) * _BISECTIONS < len(postings.positions(gram))
            if few and not postings.remembered.is_asked_again(("gram", gram)):
                doubled += self._in_few(gram, found.sections)
                return postings.n_holding(gram)
        standing = postings.occurrences(gram)
        if standing.as_gram is None:
            standing.as_gram = self._doubled(standing)
            postings.has_grown(gram, standing)
        _fill(doubled, found, standing.sections, standing.as_gram)
        return len(standing.sections)

    def _doubled(self, standing: Occurrences) -> _Values:
        """(s,) twice the frequencies of a gram."""
        begins = standing.positions.take(standing.first[:-1])
        in_heading = begins < self._arrays.heading_ends.take(standing.sections)
        doubled = 2 * np.diff(standing.first) + _TWICE_HEADING * in_heading
        narrow: _Values = doubled.astype(np.min_scalar_type(int(doubled.max(initial=0))))
        return narrow

    def _in_few(self, gram: str, sections: Sections) -> _Values:
        """(n,) twice the frequency of a gram in a few sections."""
        positions = self.postings.positions(gram)
        counts, first = self.postings.counts_in(gram, sections)
        begins = positions.take(first, mode="clip")
        in_heading = (counts > 0) & (begins < self._arrays.heading_ends.take(sections))
        doubled: _Values = 2 * counts + _TWICE_HEADING * in_heading
        return doubled


def _fill(doubled: Floats, found: Found, sections: Sections, values: _Values) -> None:
    """Write the values of some sections to those that are among them."""
    rows, at = found.within(sections)
    if len(rows) == len(doubled):
        doubled[:] = values.take(at)
    else:
        doubled[rows] = values.take(at)
