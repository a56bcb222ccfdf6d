"""Whether the generated reports obey the laws that real texts obey: Heaps' and Zipf's.

``python -m bench.laws [COUNTIES]`` prints the growth of the vocabulary and both laws' exponents.
Heaps: n words of text hold about n ** beta different ones; Chinese texts have a beta near 0.5.
Zipf: the r-th commonest word is about r ** -s as common as the first; s is near 1 for common words
and larger for the others.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.corpus import SEED, TOWNSHIPS, YEARS, query_words
from bench.figures import fit_power
from bench.generate import generate_reports

FIRST_REPORTS = 8  # where the vocabulary is looked at first, then at twice as many, and so on
RANKS = ((1, 300), (300, 10_000))  # common words, and the others


@dataclass(frozen=True, slots=True)
class Laws:
    """growth: (words so far, different ones) after 8, 16, 32, … texts. Exponents with r squared."""

    growth: tuple[tuple[int, int], ...]
    heaps: tuple[float, float]
    zipf: tuple[tuple[float, float], ...]  # for each range of RANKS


def measure_laws(texts: Iterable[str]) -> Laws:
    """The laws' exponents over the texts; there must be some hundreds."""
    counts: Counter[str] = Counter()
    total, growth = 0, []
    for number, text in enumerate(texts, 1):
        words = query_words(text)
        counts.update(words)
        total += len(words)
        if number >= FIRST_REPORTS and number.bit_count() == 1:
            growth.append((total, len(counts)))
    return Laws(tuple(growth), fit_power(growth), fit_zipf(sorted(counts.values(), reverse=True)))


def fit_zipf(counts: Sequence[int]) -> tuple[tuple[float, float], ...]:
    """(s, r squared) for each range of ranks, at ranks that grow by a tenth."""
    fits = []
    for first, last in RANKS:
        ranks = [first]
        while ranks[-1] * 1.1 + 1 < min(last, len(counts)):
            ranks.append(int(ranks[-1] * 1.1) + 1)
        slope, share = fit_power([(rank, counts[rank - 1]) for rank in ranks])
        fits.append((-slope, share))
    return tuple(fits)


def main() -> None:
    """Print the laws of some counties' reports."""
    counties = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    laws = measure_laws(r.text for r in generate_reports(counties, TOWNSHIPS, YEARS, SEED))
    print("\n".join(f"{total:>12,} words {found:>9,} different" for total, found in laws.growth))
    print(f"Heaps' beta {laws.heaps[0]:.2f} (r squared {laws.heaps[1]:.3f})")
    for (first, last), (exponent, share) in zip(RANKS, laws.zipf, strict=True):
        print(f"Zipf's s {exponent:.2f} in ranks {first} to {last} (r squared {share:.3f})")


if __name__ == "__main__":
    main()
