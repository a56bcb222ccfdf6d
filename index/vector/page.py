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
from index.vector.numbers import parts_of_numbers
from index.vector.operands import Operand, nearness
from index.vector.scoring import Scorer
from index.vector.sets import Floats, Mask, Rows, begins_run

TIERS: Final = (Tier.LITERAL, Tier.WORDS, Tier.PARTIAL)
_FEW: Final = 300
"""To look at so many takes no longer than to choose among them."""
_TRIED: Final = 40
"""How many more than the page holds are tried to learn how good it is at least."""


class Page:
    """Ranks what was found. Rows are indexes into `found.sections`; n is how many these are."""

    def __init__(
        self,
        scorer: Scorer,
        question: Question,
        terms: QueryTerms,
        found: Found,
        tiers: Rows,
        operands: Sequence[Operand],
    ) -> None:
        """tiers: (n,) indexes into TIERS."""
        self._scorer, self._arrays = scorer, scorer.postings.arrays
        self._question, self._terms = question, terms
        self._found, self._tiers, self._operands = found, tiers, operands

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
        return self._hits(rows.take(order), scores.take(order))

    def _hits(self, rows: Rows, scores: Floats) -> tuple[FoundSection, ...]:
        """The hits of the rows, in their order."""
        found, arrays = self._found, self._arrays
        sections, reports = found.sections.take(rows), found.reports_of.take(rows)
        ordinals = sections - arrays.first_section.take(reports)
        n_sections = np.ones(len(rows), np.intp)
        if self._question.by_report:
            n_sections = found.n_of_report.take(found.reports.searchsorted(reports))
        return tuple(
            map(
                FoundSection,
                sections.tolist(),
                map(arrays.report_id, reports.tolist()),
                ordinals.tolist(),
                scores.tolist(),
                map(TIERS.__getitem__, self._tiers.take(rows).tolist()),
                n_sections.tolist(),
            )
        )

    @cached_property
    def _classes(self) -> Rows:
        """(n,) what comes before the score, best first: sort, tier, whole numbers, own text."""
        found, arrays = self._found, self._arrays
        classes = self._tiers * 4
        classes += 2 * parts_of_numbers(self._scorer.postings, self._operands, len(found))
        if self._terms.texts:
            classes += arrays.bare.take(found.sections)
        if self._question.sort is Sort.YEAR:
            years = arrays.years
            classes += 4 * len(TIERS) * (years.max() - years).take(found.reports_of)
        elif self._question.sort is Sort.TOWNSHIP:
            classes += 4 * len(TIERS) * arrays.place_ranks.take(found.reports_of)
        return classes

    def _best(self, n_wanted: int) -> tuple[Rows, Floats]:
        """(rows, their scores) that hold the first hits; by report one row each."""
        rows = self._front(n_wanted)
        scores = self._scorer.scores(self._terms, self._found.part(rows))
        rows, scores = self._with_nearness(rows, scores, n_wanted)
        if not self._question.by_report:
            return rows, scores
        begins = self._begins(rows)
        counts = np.diff(begins, append=len(rows))
        is_best = scores == np.maximum.reduceat(scores, begins).repeat(counts)
        rows, scores = rows.compress(is_best), scores.compress(is_best)
        begins = self._begins(rows)
        return rows.take(begins), scores.take(begins)

    def _front(self, n_wanted: int) -> Rows:
        """Rows of the classes that reach the page; by report those of its best class."""
        classes = best = self._classes
        if self._question.by_report:
            best = np.minimum.reduceat(classes, self._found.begins)
        limit = best.max() if n_wanted == len(best) else _nth(best, n_wanted)
        front = classes <= limit
        if self._question.by_report:
            front &= classes == best.repeat(self._found.n_of_report)
        rows: Rows = front.nonzero()[0]
        return rows

    def _begins(self, rows: Rows) -> Rows:
        """At which of the rows each report begins."""
        return begins_run(self._found.reports_of.take(rows)).nonzero()[0]

    def _by_hit(self, rows: Rows, scores: Floats) -> Floats:
        """The scores; by report the best one of each."""
        if self._question.by_report:
            return np.maximum.reduceat(scores, self._begins(rows))
        return scores

    def _with_nearness(self, rows: Rows, scores: Floats, n_wanted: int) -> tuple[Rows, Floats]:
        """The rows that can be on the page, and their scores with nearness.

        The best by BM25 alone tell a score that the page reaches; of the rest only those are looked
        at that nearness could lift so high.
        """
        if len(rows) <= _FEW:
            return rows, self._exact(rows, scores)
        classes = self._classes.take(rows)
        last = classes == classes.max()
        sure = ~last  # on the page, whatever they score
        n_last = n_wanted - len(self._by_hit(rows.compress(sure), scores.compress(sure)))
        tried = sure | (scores >= self._bar(rows, scores, last, n_last + _TRIED))
        gains = self._gains
        if gains is None:
            return rows.compress(tried), scores.compress(tried)
        exact = self._exact_at(tried, rows, scores)
        bar = self._bar(rows, exact, tried & last, n_last)
        rest = (scores + gains.take(rows) >= bar) & ~tried
        exact = self._exact_at(rest, rows, exact)
        kept = tried | rest
        return rows.compress(kept), exact.compress(kept)

    @cached_property
    def _gains(self) -> Floats | None:
        """(n,) what nearness may add at most; None where it can add nothing."""
        texts, operands = self._terms.texts, self._operands
        if len(operands) < 2:
            return None
        gains = np.full(len(self._found), NEARNESS_WEIGHT)
        if len(texts) == 1 and operands[0].stream == texts[0].stream:
            gains[operands[0].rows] = 0.0  # where it stands itself, its words are not looked for
        return gains

    def _bar(self, rows: Rows, scores: Floats, of: Mask, n: int) -> float:
        """The nth best score among the rows that the mask tells; the worst if there are fewer."""
        best = self._by_hit(rows.compress(of), scores.compress(of))
        return float(-_nth(-best, min(n, len(best))))

    def _exact_at(self, mask: Mask, rows: Rows, scores: Floats) -> Floats:
        """The scores, with nearness added to those that the mask tells."""
        at = mask.nonzero()[0]
        exact = scores.copy()
        exact[at] = self._exact(rows.take(at), scores.take(at))
        return exact

    def _exact(self, rows: Rows, scores: Floats) -> Floats:
        """The scores of the rows with nearness added."""
        if self._gains is None or not len(rows):
            return scores
        operands, n = self._operands, len(self._found)
        if len(rows) < n:
            operands = [operand.part(rows, n) for operand in operands]
        return scores + nearness(operands, self._arrays.space, len(rows))


def _nth(values: npt.NDArray[Any], n: int) -> Any:
    """The nth smallest of the values, counted from 1."""
    return np.partition(values, n - 1)[n - 1]


def _first(keys: Sequence[npt.NDArray[Any]], n: int) -> Rows:
    """The indexes of the first n in the order of the keys, the most telling one first."""
    rows, front, left = np.arange(len(keys[0])), [], n
    for key in keys:
        if len(rows) <= left + _FEW:
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
