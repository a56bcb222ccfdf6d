"""The wanted page of hits, in exact order, without scoring what cannot be on it.

Sections are first told apart by class: what stands before the score in the order. Only those of the
classes that reach the page are scored, and nearness is looked for only where it could still bring a
section onto the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.engine import FoundSection, Question, Sort, Tier
from index.queryterms import QueryTerms
from index.ranking import NEARNESS_WEIGHT
from index.vector.found import Found
from index.vector.numbers import numeric_texts, parts_of_numbers
from index.vector.operands import nearness
from index.vector.scoring import Scorer
from index.vector.sets import Floats, Mask, Sections, among, begins_run

TIERS: Final = (Tier.LITERAL, Tier.WORDS, Tier.PARTIAL)
_TRIED: Final = 40
"""How many more than the page holds are tried to learn how good it is at least."""


class Page:
    """Ranks what was found. Rows are indexes into `found.sections`; n is how many these are."""

    def __init__(
        self, scorer: Scorer, question: Question, terms: QueryTerms, found: Found, tiers: Sections
    ) -> None:
        """tiers: (n,) indexes into TIERS."""
        self._scorer, self._arrays = scorer, scorer.postings.arrays
        self._question, self._terms = question, terms
        self._found, self._tiers = found, tiers

    def hits(self) -> tuple[FoundSection, ...]:
        """The hits from offset on, limit of them."""
        question, found = self._question, self._found
        n_hits = len(found.reports if question.by_report else found.sections)
        end = n_hits
        if question.limit is not None:
            end = min(question.offset + question.limit, n_hits)
        if question.limit == 0 or question.offset >= end:
            return ()
        rows, scores = self._best(end)
        keys = (
            self._classes.take(rows),
            -scores,
            self._arrays.browse_ranks.take(found.reports_of.take(rows)),
            rows,
        )
        order = _first(keys, end)[question.offset :]
        return tuple(map(self._hit, rows.take(order).tolist(), scores.take(order).tolist()))

    def _hit(self, row: int, score: float) -> FoundSection:
        section = int(self._found.sections[row])
        report = int(self._found.reports_of[row])
        n_sections = 1
        if self._question.by_report:
            at = self._found.reports.searchsorted(report)
            n_sections = int(self._found.n_of_report[at])
        return FoundSection(
            number=section,
            report_id=self._arrays.snapshot.card(report)[0],
            ordinal=section - int(self._arrays.first_section[report]),
            score=score,
            tier=TIERS[self._tiers[row]],
            sections=n_sections,
        )

    @cached_property
    def _classes(self) -> Sections:
        """(n,) what comes before the score, best first: sort, tier, whole numbers, own text."""
        found, texts = self._found, self._terms.texts
        classes = self._tiers * 4
        if numeric := numeric_texts(texts):
            classes += 2 * parts_of_numbers(self._scorer.postings, numeric, found.sections)
        if texts:
            classes += self._arrays.bare.take(found.sections)
        if self._question.sort is Sort.YEAR:
            years = self._arrays.years
            classes += 4 * len(TIERS) * (years.max() - years).take(found.reports_of)
        elif self._question.sort is Sort.TOWNSHIP:
            classes += 4 * len(TIERS) * self._arrays.place_ranks.take(found.reports_of)
        return classes

    def _best(self, n_wanted: int) -> tuple[Sections, Floats]:
        """(rows, their scores) that hold the first hits; by report one row each."""
        rows = self._front(n_wanted)
        sections = self._found.sections
        if len(rows) < len(sections):
            sections = sections.take(rows)
        scores = self._scorer.scores(self._terms, sections)
        rows, scores = self._with_nearness(rows, scores, n_wanted)
        if not self._question.by_report:
            return rows, scores
        begins = self._begins(rows)
        counts = np.diff(begins, append=len(rows))
        is_best = scores == np.maximum.reduceat(scores, begins).repeat(counts)
        rows, scores = rows.compress(is_best), scores.compress(is_best)
        begins = self._begins(rows)
        return rows.take(begins), scores.take(begins)

    def _front(self, n_wanted: int) -> Sections:
        """Rows of the classes that reach the page; by report those of its best class."""
        classes = best = self._classes
        if self._question.by_report:
            best = np.minimum.reduceat(classes, self._found.begins)
        limit = best.max() if n_wanted == len(best) else _nth(best, n_wanted)
        front = classes <= limit
        if self._question.by_report:
            front &= classes == best.repeat(self._found.n_of_report)
        rows: Sections = front.nonzero()[0]
        return rows

    def _begins(self, rows: Sections) -> Sections:
        """At which of the rows each report begins."""
        return begins_run(self._found.reports_of.take(rows)).nonzero()[0]

    def _by_hit(self, rows: Sections, scores: Floats) -> Floats:
        """The scores; by report the best one of each."""
        if self._question.by_report:
            return np.maximum.reduceat(scores, self._begins(rows))
        return scores

    def _with_nearness(
        self, rows: Sections, scores: Floats, n_wanted: int
    ) -> tuple[Sections, Floats]:
        """The rows that can be on the page, and their scores with nearness.

        The best by BM25 alone tell a score that the page reaches; of the rest only those are looked
        at that nearness could lift so high.
        """
        gains = self._gains(rows)
        if not gains.any():
            return rows, scores
        classes = self._classes.take(rows)
        # Those of better classes are on the page, whatever they score.
        last = classes == classes.max()
        n_last = n_wanted - len(self._by_hit(rows.compress(~last), scores.compress(~last)))
        tried = ~last | (scores >= self._bar(rows, scores, last, n_last + _TRIED))
        exact = self._add_nearness(rows, scores, tried)
        bar = self._bar(rows, exact, tried & last, n_last)
        rest = ~tried & (scores + gains >= bar)
        exact = self._add_nearness(rows, exact, rest)
        kept = tried | rest
        return rows.compress(kept), exact.compress(kept)

    def _gains(self, rows: Sections) -> Floats:
        """(len(rows),) what nearness may add at most."""
        texts = self._terms.texts
        if not texts or (len(texts) == 1 and not texts[0].words):
            return np.zeros(len(rows))
        gains = np.full(len(rows), NEARNESS_WEIGHT)
        if len(texts) == 1:  # where it stands itself, its words are not looked for
            postings = self._scorer.postings
            own = postings.occurrences(texts[0].stream, texts[0].zone).sections
            sections = self._found.sections.take(rows)
            gains *= ~among(sections, own, self._arrays.n_sections)
        return gains

    def _bar(self, rows: Sections, scores: Floats, of: Mask, n: int) -> float:
        """The nth best score among the rows that the mask tells; the worst if there are fewer."""
        best = self._by_hit(rows.compress(of), scores.compress(of))
        return float(-_nth(-best, min(n, len(best))))

    def _add_nearness(self, rows: Sections, scores: Floats, where: Mask) -> Floats:
        """The scores, with nearness added to those that the mask tells."""
        at = where.nonzero()[0]
        if not len(at):
            return scores
        exact = scores.copy()
        sections = self._found.sections.take(rows.take(at))
        exact[at] += nearness(self._scorer.postings, self._terms.texts, sections)
        return exact


def _nth(values: npt.NDArray[Any], n: int) -> Any:
    """The nth smallest of the values, counted from 1."""
    return np.partition(values, n - 1)[n - 1]


def _first(keys: Sequence[npt.NDArray[Any]], n: int) -> Sections:
    """The indexes of the first n in the order of the keys, the most telling one first."""
    rows, front, left = np.arange(len(keys[0])), [], n
    for key in keys:
        if len(rows) <= left:
            break
        own = key.take(rows)
        limit = _nth(own, left)
        before = rows.compress(own < limit)
        front.append(before)
        left -= len(before)
        rows = rows.compress(own == limit)
    chosen = np.concatenate([*front, rows])
    order = np.lexsort([key.take(chosen) for key in reversed(keys)])
    return chosen.take(order)[:n]
