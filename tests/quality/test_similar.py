"""Similar measures are found better than by what else there is.

The figures are those of `python -m tests.quality.similar`; what they mean and how they came about
is told in docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean

import pytest

from index.whoosh_engine import WhooshEngine
from search.similar import SimilarFinder, SimilarRequest
from tests.quality.similar import (
    OURS,
    SYSTEMS,
    figures,
    halves,
    index_all,
    load_judged,
    township,
    units,
)

pytest.importorskip("ir_measures")

# nDCG@10, less 0.01.
FLOORS = {"chosen on": 0.664, "held out": 0.662, "all": 0.663}
LEAD = 0.05


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    engine = index_all(tmp_path_factory.mktemp("similar") / "index")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def found(engine: WhooshEngine) -> Mapping[tuple[str, str], float]:
    """nDCG@10 by half and system."""
    judged = load_judged()
    each = figures(judged, engine)
    return {
        (half, system): fmean(each[system][query.text] for query in queries)
        for half, queries in halves(judged).items()
        for system in SYSTEMS
    }


def test_there_are_enough_judged_measures() -> None:
    judged = load_judged()
    assert len(judged) >= 30
    assert all(3 in query.grades.values() for query in judged)
    assert len({query.text for query in judged}) > len(judged) * 0.9


def test_every_judged_measure_exists(engine: WhooshEngine) -> None:
    known = {unit.id for unit in units(engine)}
    judged = load_judged()
    assert {query.text for query in judged} <= known
    assert {id for query in judged for id in query.grades} <= known


def test_no_answer_is_of_the_township_that_asks() -> None:
    judged = load_judged()
    assert not any(township(id) == township(q.text) for q in judged for id in q.grades)


@pytest.mark.parametrize("half", FLOORS)
def test_finding_is_as_good_as_it_was(found: Mapping[tuple[str, str], float], half: str) -> None:
    assert found[half, OURS] >= FLOORS[half]


@pytest.mark.parametrize("other", [name for name in SYSTEMS if name != OURS])
@pytest.mark.parametrize("half", FLOORS)
def test_more_is_found_than_by_others(
    found: Mapping[tuple[str, str], float], half: str, other: str
) -> None:
    assert found[half, OURS] > found[half, other] + LEAD


def test_a_measure_of_common_form_alone_is_like_nothing(engine: WhooshEngine) -> None:
    finder = SimilarFinder(engine)
    for report in ("栾泽县檀渡镇-2024", "栾泽县蓑岭镇-2023", "澹川市菡洲镇-2025"):
        answer = finder.find(SimilarRequest(f"{report}#1.1-m1"))
        assert answer.nothing_beyond_common_form
        assert answer.hits == ()


def test_what_stands_beside_common_form_is_what_counts(engine: WhooshEngine) -> None:
    answer = SimilarFinder(engine).find(SimilarRequest("栾泽县蓑岭镇-2023#1.2-m1"))
    assert answer.query.common_form  # 努力做到小事不出村、大事不出镇、矛盾不上交
    assert not answer.nothing_beyond_common_form
    assert all("不上交" not in term.term for hit in answer.hits for term in hit.terms)
