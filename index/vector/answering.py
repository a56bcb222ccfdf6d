"""Answers questions over one commit with numpy: the same answers as `index.plain`, bit for bit.

For large answers and for processes that ask many questions; a single small one is sooner answered
without loading numpy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.engine import Answer, Mode, Question, SharedText, Tier
from index.memory import keep_freed_memory
from index.queryterms import query_terms
from index.querytree import And, Field, Filter, Zone
from index.segments.snapshot import SECTION_FIELDS, Snapshot
from index.vector import relaxing
from index.vector.arrays import Arrays
from index.vector.cost import Estimator
from index.vector.facets import count_facet
from index.vector.fields import Fields
from index.vector.found import Found
from index.vector.likeness import LikenessFinder
from index.vector.matching import Matcher, Matches
from index.vector.operands import count_occurrences, find_operands
from index.vector.page import TIERS, Page
from index.vector.postings import Postings
from index.vector.scoring import Scorer
from index.vector.sets import NONE, Rows, among
from index.vector.shared import shared_texts
from index.vector.shingles import Shingles
from index.vector.texts import CommitTexts


class VectorAnswerer:
    """Answers over one snapshot. One thread at a time; let go of it before closing the snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        keep_freed_memory()
        self._arrays = Arrays(snapshot)
        self._fields = Fields(self._arrays)
        self._postings = Postings(self._arrays)
        self._matcher = Matcher(self._postings, self._fields)
        self._scorer = Scorer(self._postings)
        self.estimator = Estimator(self._postings, self._fields)
        self.shingles = Shingles(self._arrays)
        self._texts = CommitTexts(self._arrays, self.shingles)
        self.likeness = LikenessFinder(self._postings, self._fields)

    def answer(self, question: Question) -> Answer:
        """The answer: exact totals over all matches, the wanted hits, the wanted facets."""
        terms = query_terms(question.tree)
        matches = self._match(question)
        kept = self._passing(question.filters, matches)
        found = Found(self._arrays, kept.sections)
        operands = find_operands(self._postings, terms.texts, found)
        tiers = self._tiers(question, kept)
        return Answer(
            total_sections=len(kept.sections),
            literal_sections=len(kept.literal),
            total_reports=len(found.reports),
            total_occurrences=count_occurrences(operands),
            hits=Page(self._scorer, question, terms, found, tiers, operands).hits(),
            facets={
                field: count_facet(self._fields, field, counted, question.filters)
                for field, counted in self._countable(question, matches, found)
            },
        )

    def count(self, stream: str) -> int:
        """In how many sections a stream stands."""
        return len(self._postings.standing(stream, Zone.ANYWHERE))

    def shared_texts(self, sections: Collection[int] | None) -> Iterator[SharedText]:
        """The pairs of sections that share rare text; with sections of some firsts alone."""
        return shared_texts(self._texts, sections)

    def _match(self, question: Question) -> Matches:
        """The matches before filters; none is literal where a part is enough."""
        if question.mode is Mode.SECTION:
            return self._matcher.match(question.tree)
        if question.mode is Mode.PARTIAL:
            return Matches(relaxing.partial(self._matcher, self._arrays, question.tree), NONE)
        # Filters on the report itself come later; one on its sections says which may be used.
        own = tuple(f for f in question.filters if f.field in SECTION_FIELDS)
        tree = And((question.tree, *own)) if own else question.tree
        return Matches(relaxing.by_report(self._matcher, self._arrays, tree), NONE)

    def _passing(self, filters: Sequence[Filter], matches: Matches) -> Matches:
        for each in filters:
            matches = self._matcher.passing(matches, each)
        return matches

    def _countable(
        self, question: Question, matches: Matches, found: Found
    ) -> Iterator[tuple[Field, Found]]:
        """(facet, the matches that pass all filters but those on its own field)."""
        for field in question.facets:
            others = tuple(f for f in question.filters if f.field is not field)
            if len(others) == len(question.filters):
                yield field, found
                continue
            before = matches
            if question.mode is Mode.REPORT and field in SECTION_FIELDS:
                # Such a filter says which reports match at all.
                before = self._match(replace(question, filters=others))
            yield field, Found(self._arrays, self._passing(others, before).sections)

    def _tiers(self, question: Question, kept: Matches) -> Rows:
        """(n,) for each section its tier's index in `page.TIERS`."""
        if question.mode is not Mode.SECTION:
            return np.full(len(kept.sections), TIERS.index(Tier.PARTIAL))
        literal = among(kept.sections, kept.literal, self._arrays.n_sections)
        return (~literal).astype(np.intp)
