"""BM25 over words and grams.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009);
a heading is a second stream of the same section with a weight of its own (BM25F, their 3.6).
The weights and what else was tried are in docs/decisions/0008-ranking.md.
"""

from __future__ import annotations

from math import log

K1 = 1.2
B = 0.2  # low: a short section mentions a thing as often as a long one explains it
HEADING_WEIGHT = 1.5  # what an occurrence in the heading counts beyond one in the text
NEARNESS_WEIGHT = 1.5


def idf(n_sections: int, document_frequency: int) -> float:
    """How telling a term is: log(1 + (N - df + 0.5) / (df + 0.5)), never negative."""
    return log(1 + (n_sections - document_frequency + 0.5) / (document_frequency + 0.5))


def saturate(frequency: float, length: int, mean_length: float) -> float:
    """A term frequency's share of its term's idf, from 0 to K1 + 1."""
    norm = 1 - B + B * length / mean_length if mean_length else 1.0
    return frequency * (K1 + 1) / (frequency + K1 * norm)


def nearness(gap: int) -> float:
    """What operands of a query that stand `gap` characters apart add to a score."""
    return NEARNESS_WEIGHT / (1 + gap / 10)
