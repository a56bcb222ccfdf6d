"""What a question costs is told before it is asked, so that it is asked of the right evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from math import inf
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import whoosh_engine
from index.cost import _estimate, estimate_cost
from index.engine import Mode, Question, Sort
from index.plain.answering import answer
from index.plain.matching import Matcher
from index.plain.postings import PlainPostings
from index.querytree import And, Field, Filter, Near, Node, Not, Or, Scope, Text, YearRange, Zone
from index.segments.snapshot import Snapshot
from index.segments.versions import term_versions
from index.whoosh_engine import WhooshEngine
from tests.contract.drawn import Drawn
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")


def quoted(text: str) -> Text:
    return Text(text, text, quoted=True)


@settings(max_examples=40)
@given(seed=st.integers(0, 1 << 40))
def test_never_more_sections_match_than_were_told(seed: int) -> None:
    drawn = Drawn(seed)
    with TemporaryDirectory() as folder:
        write(Path(folder), *drawn.history)
        with closing(Snapshot(Path(folder), term_versions())) as snapshot:
            matcher = Matcher(PlainPostings(snapshot))
            for _time in range(10):
                tree = drawn.tree()
                found = answer(snapshot, matcher, Question(tree, limit=0)).total_sections
                assert found <= _estimate(snapshot, tree).sections


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    often = [("一、", "调解" * 30) for _ in range(40)]
    return write(tmp_path, batch(make_report("r", [*often, ("二、", "枫桥经验。")])))


def test_what_stands_more_often_costs_more(folder: Path) -> None:
    with closing(Snapshot(folder, term_versions())) as snapshot:
        trees = (quoted("没有"), quoted("枫桥经验"), quoted("调解"), And(()))
        costs = [estimate_cost(snapshot, Question(tree)) for tree in trees[:3]]
        assert costs == sorted(costs)
        assert costs[0] == 0 < costs[1] < costs[2]
        more = Question(quoted("调解"), facets=tuple(Field))
        assert estimate_cost(snapshot, more) > costs[2]


def test_small_questions_are_answered_without_numpy_until_they_are_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(WhooshEngine(folder)) as engine:
        asked = Question(quoted("枫桥经验"))
        once = engine.search(asked)
        assert "_vector" not in vars(engine)
        monkeypatch.setattr(whoosh_engine, "PLAIN_US", 2 * engine._spent)
        for _time in range(3):
            assert engine.search(asked) == once
        assert "_vector" in vars(engine)


# By numpy, for a server.

STREAMS = ["调解", "枫桥经验", "枫", "人人", "0", "202", "2023年", "没有的", "调解枫桥经验。"]
STREAMS += ["水" * 70]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    """An engine over several segments, with deletions."""
    choose = Random(3)
    pieces = [*STREAMS, "，", "普法", "2", "3", "A"]
    reports = [
        make_report(
            f"r{n}",
            [
                ("一、调解", "".join(choose.choices(pieces, k=choose.randrange(30))))
                for _ in range(choose.randrange(9))
            ],
            year=choose.choice([2021, 2022, None]),
            title="槿岭镇枫桥经验",
        )
        for n in range(60)
    ]
    folder = tmp_path_factory.mktemp("server")
    parts = batch(*reports[:40]), batch(*reports[40:58]), batch(*reports[58:], remove=["r3", "r50"])
    with closing(WhooshEngine(write(folder, *parts), resident=True)) as engine:
        yield engine


texts = st.builds(
    lambda stream, zone, cut: Text(
        stream, stream, not cut, zone, (stream[:cut], stream[cut:]) if 0 < cut < len(stream) else ()
    ),
    st.sampled_from(STREAMS),
    st.sampled_from([Zone.ANYWHERE, *Zone]),
    st.integers(0, 2),
)
filters = st.sampled_from(
    [
        Filter(Field.YEAR, (2021, YearRange(2022, None))),
        Filter(Field.TOWNSHIP, ("青禾县/槿岭镇", "无此镇")),
        Filter(Field.PART, (None,)),
    ]
)
nears = st.builds(Near, texts, texts, st.sampled_from(Scope), st.integers(0, 9))
trees: st.SearchStrategy[Node] = st.recursive(
    texts | filters | nears,
    lambda nodes: (
        st.lists(nodes, max_size=4).map(lambda each: And(tuple(each)))
        | st.lists(nodes, max_size=4).map(lambda each: Or(tuple(each)))
        | nodes.map(Not)
    ),
    max_leaves=12,
)
questions = st.builds(
    Question,
    trees,
    st.lists(filters, max_size=2, unique_by=lambda f: f.field).map(tuple),
    mode=st.sampled_from(Mode),
    sort=st.sampled_from(Sort),
    by_report=st.booleans(),
    offset=st.sampled_from([0, 3, 10**6]),
    limit=st.sampled_from([0, 10, None]),
    facets=st.sampled_from([(), (Field.YEAR,), tuple(Field)]),
)


@given(question=questions)
def test_every_question_has_a_cost(server: WhooshEngine, question: Question) -> None:
    assert 0 <= server.cost(question) < inf


@settings(max_examples=300)
@given(
    question=questions,
    some=st.lists(trees, min_size=1, max_size=40),
    more=trees,
    wrap=st.sampled_from(["alone", "and", "near", "not"]),
)
def test_one_operand_more_in_an_or_never_costs_less(
    server: WhooshEngine, question: Question, some: list[Node], more: Node, wrap: str
) -> None:
    if wrap == "near":
        some = [each for each in some if isinstance(each, Text)] or [quoted("调解")]
        more = more if isinstance(more, Text) else quoted("枫")

    def asked(operands: Sequence[Node]) -> Question:
        tree: Node = Or(tuple(operands))
        if wrap == "and":
            tree = And((quoted("人"), tree))
        elif wrap == "near":
            assert isinstance(tree, Or)
            tree = Near(quoted("调解"), tree, Scope.SENTENCE)
        elif wrap == "not":
            tree = Not(tree)
        return replace(question, tree=tree, mode=Mode.SECTION)

    fewer = server.cost(asked(some))
    assert server.cost(asked([*some, more])) >= fewer * (1 - 1e-9)


@pytest.mark.parametrize(
    ("cheaper", "dearer"),
    [
        pytest.param(Question(quoted("没有")), Question(quoted("调解")), id="frequent"),
        pytest.param(
            Question(quoted("调解"), limit=0), Question(quoted("调解")), id="counted only"
        ),
        pytest.param(
            Question(quoted("调解")), Question(quoted("调解"), facets=tuple(Field)), id="facets"
        ),
        pytest.param(
            Question(quoted("调解")), Question(quoted("调解"), limit=None), id="all the hits"
        ),
        pytest.param(
            Question(quoted("人"), (Filter(Field.YEAR, (1999,)),), limit=None),
            Question(quoted("人"), limit=None),
            id="without a filter",
        ),
        pytest.param(
            Question(And((quoted("人"), Filter(Field.YEAR, (1999,)))), limit=None),
            Question(And((quoted("人"), Not(Filter(Field.YEAR, (1999,))))), limit=None),
            id="a filter turned round",
        ),
    ],
)
def test_what_is_more_work_costs_more(
    server: WhooshEngine, cheaper: Question, dearer: Question
) -> None:
    assert server.cost(cheaper) < server.cost(dearer)


def test_nothing_is_searched_for_to_tell_a_cost(server: WhooshEngine) -> None:
    postings = server._vector._postings
    postings.remembered.clear()
    server.cost(Question(Or((quoted("调解"), quoted("枫"), quoted("2023年")))))
    found = {key[0] for key in postings.remembered if isinstance(key, tuple)}
    assert found == {"n"}  # how often grams stand, from the dictionary


def test_an_empty_index_costs_next_to_nothing(tmp_path: Path) -> None:
    with closing(WhooshEngine(write(tmp_path, batch()), resident=True)) as engine:
        near = Near(quoted("调解"), quoted("枫"), Scope.CHARACTERS, 3)
        for tree in (And(()), quoted("调解"), Not(quoted("人")), near, Or(())):
            for mode in Mode:
                assert 0 < engine.cost(Question(tree, mode=mode, facets=tuple(Field))) < 10
