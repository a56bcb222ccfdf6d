"""What a question costs is told before it is asked, so that it is asked of the right evaluator."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import whoosh_engine
from index.cost import _estimate, estimate_cost
from index.engine import Question
from index.plain.answering import answer
from index.plain.matching import Matcher
from index.plain.postings import PlainPostings
from index.querytree import And, Field, Text
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
