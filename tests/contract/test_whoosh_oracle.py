"""Whoosh's own searcher over our segments gives the same sections, facets, spans and scores.

Each example is an index of several commits (new reports, reports written anew, deletions, merges)
and a handful of trees; both evaluators answer each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import whoosh_engine
from index.engine import Answer, Batch, Engine, Question
from index.querytree import Field, Filter, FilterValue, Node, Zone
from index.spans import text_spans
from index.whoosh_engine import WhooshEngine
from tests.contract.drawn import Drawn, questions
from tests.contract.whoosh_side import Formula, WhooshSide, count_facet, literal
from tests.made import Where, write

pytestmark = pytest.mark.usefixtures("unsynced")

TREES = 12
"""For each index, each for both evaluators."""
SIZES = [
    pytest.param(40, id="40"),
    pytest.param(500, id="500", marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
]


@dataclass(frozen=True)
class Both:
    """One index, opened by lawsearch and by Whoosh."""

    engine: Engine
    whoosh: WhooshSide


@contextmanager
def opened(history: Sequence[Batch]) -> Iterator[Both]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), *history))
        whoosh = WhooshSide(Path(folder))
        try:
            yield Both(engine, whoosh)
        finally:
            whoosh.close()
            engine.close()


# The comparison


@pytest.fixture(scope="module", params=["plain", "vector"])
def evaluator(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which evaluator answers, however large the question is."""
    limit = -1 if request.param == "vector" else float("inf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whoosh_engine, "PLAIN_US", limit)
        yield request.param


def found(answer: Answer) -> set[Where]:
    return {(hit.report_id, hit.ordinal) for hit in answer.hits}


def check_hits(both: Both, tree: Node, filters: tuple[Filter, ...], answer: Answer) -> None:
    wanted = both.whoosh.found(tree, *filters)
    assert found(answer) == wanted.keys()
    assert answer.total_sections == len(wanted)
    assert answer.total_reports == len({report for report, _ in wanted})
    assert answer.literal_sections == len(both.whoosh.found(literal(tree), *filters))


def check_scores_and_spans(both: Both, tree: Node, answer: Answer) -> None:
    formula, number = Formula(both.whoosh, tree), {w: n for n, w in both.whoosh.where.items()}
    occurrences = 0
    passages = both.engine.passages([hit.number for hit in answer.hits])
    for hit, passage in zip(answer.hits, passages, strict=True):
        section = number[hit.report_id, hit.ordinal]
        assert isclose(hit.score, formula.score(section), rel_tol=1e-12, abs_tol=1e-12)
        for text in formula.texts:
            standing = chain.from_iterable(formula.standing(text, section))
            if text.zone is not Zone.TITLE:
                assert text_spans(passage.stream.text, text) == sorted(standing)
        occurrences += count_disjoint([*chain.from_iterable(formula.operands(section))])
    assert answer.total_occurrences == occurrences


def count_disjoint(spans: Sequence[tuple[int, int]]) -> int:
    """How many do not overlap, counted from the left, the longer of two that begin together."""
    count, end = 0, -1
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            count, end = count + 1, stop
    return count


def check_facets(both: Both, tree: Node, filters: tuple[Filter, ...], answer: Answer) -> None:
    """A facet's own filter does not shrink it."""
    own = [filter.field for filter in filters]
    for fields in ([field for field in Field if field not in own], *([field] for field in own)):
        others = [filter for filter in filters if [filter.field] != fields]
        sections, groups = (
            both.whoosh.found(tree, *others),
            both.whoosh.groups(fields, tree, *others),
        )
        for field in fields:
            counted = {
                (name(facet.value), tuple(map(name, facet.path))): (facet.count, facet.reports)
                for facet in answer.facets[field]
                if facet.count
            }
            assert counted == count_facet(both.whoosh, field, sections)
            by_value: Counter[str] = Counter()
            for (value, _path), (count, _reports) in counted.items():
                by_value[value] += count
            assert by_value == groups[field]


def name(value: FilterValue) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("size", SIZES)
def test_whoosh_finds_counts_and_scores_the_same(size: int, evaluator: str) -> None:
    @settings(max_examples=size)
    @given(seed=st.integers(0, 1 << 40))
    def compare(seed: int) -> None:
        drawn = Drawn(seed)
        with opened(drawn.history) as both:
            for tree, filters in questions(drawn, TREES):
                question = Question(tree, filters, limit=None, facets=tuple(Field))
                answer = both.engine.search(question)
                check_hits(both, tree, filters, answer)
                check_scores_and_spans(both, tree, answer)
                check_facets(both, tree, filters, answer)

    compare()
