"""A query's cost is told before it runs, and what would cost too much is not done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import Answer, Mode, Question
from index.errors import TooCostly
from index.prepared import prepare
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from search.results import Results
from search.run import Request, Searcher
from search.synonyms import load_synonyms
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

FREQUENT = (
    "法治政府建设行政执法普法宣传人民调解矛盾纠纷化解村社区干部群众服务工作年度报告"
    "组织领导学习落实责任制度机制监督公开决策审查合同应诉复议"
)
CHARACTERS = "".join(dict.fromkeys(FREQUENT))
_REPORTS = 60


class Recording(WhooshEngine):
    """An engine that keeps what it was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, resident=True)
        self.asked: list[tuple[Question, Answer]] = []

    def search(self, question: Question) -> Answer:
        answer = super().search(question)
        self.asked.append((question, answer))
        return answer


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """Half a million characters of the same few hundred, in 480 sections."""
    block = ("一、", (FREQUENT + "，2023年12月。") * 15)
    others = [("二、", "无人机巡查" * 5), ("三、", "院坝会" * 5)]
    made = prepare(make_report("r", [block] * 6 + others))
    reports = tuple(replace(made, id=f"r{n}") for n in range(_REPORTS))
    folder = tmp_path_factory.mktemp("large")
    engine = Recording(write(folder, replace(batch(), add=reports)))
    yield engine
    engine.close()


@pytest.fixture
def searcher(engine: Recording) -> Searcher:
    engine.asked.clear()
    return Searcher(engine)


def cost(searcher: Searcher, request: Request) -> float:
    """What the first search of a request costs."""
    understood = searcher.understand(request)
    assert understood.tree is not None
    return searcher.engine.cost(
        Question(understood.tree, understood.filters, limit=request.limit, facets=request.facets)
    )


ORDINARY = Request("法治政府建设 人民调解 2023")

DEADLY = [
    pytest.param(Request(" OR ".join(CHARACTERS)), id="frequent characters"),
    pytest.param(Request(" ".join(f'"{c}"' for c in CHARACTERS)), id="all of them quoted"),
    pytest.param(
        Request(f"({' OR '.join(CHARACTERS[:32])}) /9 ({' OR '.join(CHARACTERS[20:52])})"),
        id="near each other",
    ),
    pytest.param(Request(" /s ".join(CHARACTERS)), id="a chain of sentences"),
    pytest.param(Request(" /p ".join(CHARACTERS)), id="a chain of paragraphs"),
    pytest.param(Request(" ".join(f"-{c}" for c in CHARACTERS)), id="none of them"),
    pytest.param(Request(" OR ".join(f"heading:{c}" for c in CHARACTERS)), id="in headings"),
    pytest.param(Request(" OR ".join(FREQUENT[n:] for n in range(40))), id="long words cut"),
    pytest.param(Request("0 OR 1 OR 2 OR 3 OR 12 OR 20 OR 23 OR 202 OR 2023年1"), id="figures"),
    pytest.param(
        Request("", within=tuple(" OR ".join(CHARACTERS[n::4]) for n in range(4))), id="within"
    ),
    pytest.param(
        Request(" OR ".join(FREQUENT[n : n + 4] for n in range(40)), synonyms=load_synonyms()),
        id="other names",
    ),
]


@pytest.mark.parametrize("request_", DEADLY)
def test_a_query_of_death_is_refused_and_nothing_is_searched(
    engine: Recording, searcher: Searcher, request_: Request
) -> None:
    most_ms = 2.5 * cost(searcher, ORDINARY)
    assert searcher.run(replace(ORDINARY, most_ms=most_ms)).total_sections
    engine.asked.clear()
    with pytest.raises(TooCostly) as told:
        searcher.run(replace(request_, most_ms=most_ms))
    assert told.value.estimated_ms > told.value.most_ms == most_ms
    assert engine.asked == []


def test_without_a_limit_nothing_is_weighed(engine: Recording, searcher: Searcher) -> None:
    class Unweighed(Recording):
        def cost(self, question: Question) -> float:
            raise AssertionError

    unweighed = Unweighed(engine.folder)
    found = Searcher(unweighed).run(Request("无人机 院坝会 板凳会 2023"))
    unweighed.close()
    assert found.help is not None


def test_words_read_as_filters_are_counted_within_the_limit(searcher: Searcher) -> None:
    years = Request(" ".join(str(year) for year in range(2001, 2031)), facets=(), limit=0)
    assert len(searcher.understand(years).recognised) == 30
    most_ms = 1.5 * cost(searcher, years)
    with pytest.raises(TooCostly):
        searcher.run(replace(years, most_ms=most_ms))


def test_many_hits_are_not_read_where_that_would_cost_too_much(searcher: Searcher) -> None:
    everything = Request("", limit=None, facets=())
    most_ms = 1.1 * cost(searcher, everything)
    found = searcher.find(replace(everything, most_ms=most_ms))
    assert len(found.answer.hits) == 8 * _REPORTS
    with pytest.raises(TooCostly):
        searcher.run(replace(everything, most_ms=most_ms))


NOTHING = [
    Request("无人机 院坝会"),
    Request("无人机 板凳会"),
    Request("无人机 院坝会", (Filter(Field.YEAR, (1999,)),)),
    Request("无人鸡 township:荻溪镇 法治政府建设"),
    Request('"无人机" "院坝会" 2023'),
]


@settings(max_examples=40)
@given(request=st.sampled_from(NOTHING), share=st.floats(0.2, 12))
def test_what_is_done_to_help_stays_within_the_limit_and_is_never_false(
    engine: Recording, request: Request, share: float
) -> None:
    searcher = Searcher(engine)
    whole = searcher.run(request)
    assert whole.help is not None
    most_ms = share * cost(searcher, request)
    engine.asked.clear()
    try:
        found = searcher.run(replace(request, most_ms=most_ms))
    except TooCostly:
        assert engine.asked == []
        return
    assert _spent(engine) <= most_ms * (1 + 1e-9)
    assert _is_part(found, whole)


def _spent(engine: Recording) -> float:
    """What was searched for so far cost, as estimated; what found nothing was not ranked."""
    return sum(
        engine.cost(question if answer.total_sections else replace(question, limit=0, facets=()))
        for question, answer in engine.asked
    )


def _is_part(found: Results, whole: Results) -> bool:
    assert found.help is not None
    assert whole.help is not None
    if found.mode is whole.mode:
        assert found.hits == whole.hits
    else:  # it did not come to relaxing
        assert (found.mode, found.total_sections, found.hits) == (Mode.SECTION, 0, ())
    return {*found.help.without} <= {*whole.help.without} and {*found.help.suggestions} <= {
        *whole.help.suggestions
    }


def test_what_was_not_affordable_is_left_out(engine: Recording, searcher: Searcher) -> None:
    request = Request("无人机 院坝会", limit=0, facets=())
    most_ms = cost(searcher, request)
    found = searcher.run(replace(request, most_ms=most_ms))
    assert (found.mode, found.total_sections) == (Mode.SECTION, 0)
    assert searcher.run(replace(request, most_ms=50 * most_ms)).mode is Mode.REPORT
    # A part is not shown where it is not known that no report has all of it.
    assert Mode.PARTIAL not in {question.mode for question, _answer in engine.asked}
