"""What a process that lives for months remembers of an index does not grow without bound."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import Question
from index.querytree import Field, Filter, Or, Text, Zone
from index.remembered import Remembered
from index.whoosh_engine import WhooshEngine
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")


@given(
    steps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 900)), max_size=60),
    limit=st.integers(0, 5000),
)
def test_no_more_is_remembered_than_may_be(steps: list[tuple[int, int]], limit: int) -> None:
    remembered = Remembered(limit)
    for key, size in steps:
        assert remembered.put(("key", key), size, size) == size
        assert remembered.bytes <= limit
        assert remembered.get(("key", key)) in (size, None)
    assert remembered.bytes >= 400 * len([*remembered])
    remembered.clear()
    assert remembered.bytes == 0


def test_what_grows_too_large_is_forgotten() -> None:
    remembered = Remembered(5000)
    remembered.put("a", "small", 10)
    remembered.put("a", "large", 6000)
    assert remembered.get("a") is None
    assert remembered.bytes == 0


def test_what_was_not_used_for_longest_goes_first() -> None:
    remembered = Remembered(3 * 500)
    for key in "abc":
        remembered.put(key, key, 50)
    remembered.get("a")
    remembered.put("d", "d", 50)
    assert [*remembered] == ["c", "a", "d"]


def test_a_long_text_takes_what_it_takes_though_it_stands_nowhere() -> None:
    remembered = Remembered(1 << 20)
    for n in range(2000):
        remembered.put(("anywhere", f"{n}" + "无" * 4000), n, 0)
    assert len([*remembered]) * 4000 < 1 << 20


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    large = [("一、", "枫桥经验。" * 2000), ("二、", "调解。")]
    reports = [make_report(f"r{n}", large, year=2000 + n) for n in range(40)]
    with closing(WhooshEngine(write(tmp_path, batch(*reports)), resident=True)) as engine:
        yield engine


def test_large_passages_and_reports_do_not_pile_up(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for remembered in (engine._passages, engine._snapshot._reports):
        monkeypatch.setattr(remembered, "limit_bytes", 1 << 20)
    numbers = [*engine.live_sections()]
    for _time in range(2):
        found = engine.passages(numbers)
        assert [passage.report_id for passage in found[::2]] == [f"r{n}" for n in range(40)]
        assert {*engine.fetch([*engine.report_ids()])} == {f"r{n}" for n in range(40)}
    assert 0 < len([*engine._passages]) < 40
    assert 0 < len([*engine._snapshot._reports]) < 40


def test_a_passage_weighs_what_it_takes(engine: WhooshEngine) -> None:
    small, large = (number for number in [*engine.live_sections()][:2][::-1])
    engine.passages([small])
    before = engine._passages.bytes
    gc.collect()
    tracemalloc.start()
    (passage,) = engine.passages([large])
    assert len(passage.text) == len(passage.unfolded) == len(passage.stream.text)
    taken, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 3 < engine._passages.bytes - before < taken * 3


def test_questions_that_never_come_again_do_not_fill_the_memory(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = engine._vector
    known = answerer._postings.remembered, answerer._fields._masks
    for remembered in known:
        monkeypatch.setattr(remembered, "limit_bytes", 1 << 18)

    def ask(numbers: range) -> None:
        for n in numbers:
            text = chr(0x4E00 + n) * (n % 50 + 1) + "调解"
            tree = Or(tuple(Text(text, text, True, zone) for zone in Zone))
            place = Filter(Field.TOWNSHIP, (f"{text}镇" * 9, text))
            engine.cost(Question(tree, (place,), facets=tuple(Field)))
            engine.search(Question(tree, (place,), facets=tuple(Field)))

    ask(range(600))
    gc.collect()
    tracemalloc.start()
    ask(range(600, 1200))
    gc.collect()
    grown, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(remembered.bytes <= 1 << 18 for remembered in known)
    assert grown < 2 << 20
