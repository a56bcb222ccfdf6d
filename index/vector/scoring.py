"""BM25 over words and grams for many sections at once: `index.plain.scoring` over arrays.

Every section's score is added up in the same order and by the same operations as there, so that it
is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

import numpy as np

from index.queryterms import QueryTerms
from index.ranking import HEADING_WEIGHT, K1, idf
from index.vector.found import Found
from index.vector.postings import Postings
from index.vector.remembered import owned_bytes
from index.vector.sets import Floats, Sections, located

_BISECTIONS: Final = 9
"""Two bisections of a gram's positions cost as much as reading so many of them."""
_AT_ONCE: Final = 1 << 20
"""Frequencies of so many sections, over all terms, are weighed in one go."""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """How often a term stands in sections, an occurrence in a heading counting more.

    sections: (s,) all live ones that hold it, and perhaps others; frequencies: (s,);
    n_holding: in how many it stands.
    """

    sections: Sections
    frequencies: Floats
    n_holding: int

    @property
    def n_bytes(self) -> int:
        """What it takes in memory."""
        return owned_bytes(self.sections, self.frequencies)


class Scorer:
    """Scores sections of one commit."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self._arrays = postings.arrays

    def scores(self, terms: QueryTerms, found: Found) -> Floats:
        """(n,) BM25 of each section, without nearness."""
        scores = np.zeros(len(found))
        todo = [*((self._word, word) for word in terms.words), *((self._gram, g) for g in terms.grams)]
        size = max(1, _AT_ONCE // max(1, len(found)))
        for first in range(0, len(todo), size):
            part = todo[first : first + size]
            frequencies = np.zeros((len(part), len(found)))
            weights = np.zeros((len(part), 1))
            for n, (look_up, term) in enumerate(part):
                weights[n] = look_up(term, found, frequencies[n])
            for added in self._weigh(...):
                scores += added
        return scores
