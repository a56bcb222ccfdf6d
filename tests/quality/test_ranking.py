"""Ranking is as good as it was, and better than what people would otherwise have.

The figures are those of `python -m tests.quality.measure`, a little below; what they mean and how
they came about is in docs/decisions/0008-ranking.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from index.whoosh_engine import WhooshEngine
from tests.quality.measure import (
    OURS,
    groups,
    index_all,
    load_judged,
    mean,
    run_all,
    score,
    views,
)

pytest.importorskip("ir_measures")

ALL, ORDER = "All sections", "Order of the sections that match"

# nDCG@10 of a group, less 0.01: (over all sections, of the order of what matches).
FLOORS = {
    "practice": (0.90, 0.96),
    "words": (0.61, 0.98),
    "number": (0.81, 0.98),
    "place": (0.86, 0.98),
    "long": (0.53, 0.90),
    "question": (0.69, 0.76),
    "spoken": (0.63, 0.82),
    "held out": (0.71, 0.89),
    "all": (0.71, 0.90),
}
# Where a query must match as a whole, few sections do, and the others list more over all sections.
RELAXED = ("question", "spoken", "number", "place")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    engine = index_all(tmp_path_factory.mktemp("quality") / "index")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def figures(engine: WhooshEngine) -> Mapping[tuple[str, str, str], float]:
    """nDCG@10 by view, group and system."""
    judged = load_judged()
    return {
        (view, group, system): mean(scores[query.text] for query in members).ndcg
        for view, queries, runs in views(judged, run_all(judged, engine))
        for system, run in runs.items()
        for scores in [score(queries, run)]
        for group, members in groups(queries).items()
    }


def test_there_are_enough_judged_queries() -> None:
    judged = load_judged()
    assert len(judged) >= 60
    assert sum(query.group == "question" for query in judged) >= 15
    assert all(3 in query.grades.values() or 2 in query.grades.values() for query in judged)


def test_every_judged_section_exists(engine: WhooshEngine) -> None:
    reports = engine.fetch([*engine.report_ids()]).values()
    known = {f"{report.id}#{section.key}" for report in reports for section in report.sections}
    judged = {id for query in load_judged() for id in query.grades}
    assert judged <= known


@pytest.mark.parametrize("group", FLOORS)
def test_ranking_is_as_good_as_it_was(
    figures: Mapping[tuple[str, str, str], float], group: str
) -> None:
    over_all, order = FLOORS[group]
    assert figures[ALL, group, OURS] >= over_all
    assert figures[ORDER, group, OURS] >= order


@pytest.mark.parametrize("other", ["whoosh or", "whoosh and", "bigrams", "Ctrl+F"])
@pytest.mark.parametrize("group", FLOORS)
def test_what_matches_is_ordered_best(
    figures: Mapping[tuple[str, str, str], float], group: str, other: str
) -> None:
    assert figures[ORDER, group, OURS] > figures[ORDER, group, other]


@pytest.mark.parametrize("other", ["whoosh or", "whoosh and", "bigrams", "Ctrl+F"])
@pytest.mark.parametrize("group", RELAXED)
def test_more_is_found_where_a_query_need_not_match_as_a_whole(
    figures: Mapping[tuple[str, str, str], float], group: str, other: str
) -> None:
    assert figures[ALL, group, OURS] > figures[ALL, group, other]
