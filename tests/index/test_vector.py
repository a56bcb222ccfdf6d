"""Answers by numpy are those of the standard library, to the last bit of every score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.engine import Answer, Batch, Mode, Question, Sort
from index.model import Place, Report
from index.plain.answering import answer
from index.plain.matching import Matcher
from index.plain.postings import PlainPostings
from index.querytree import And, Field, Filter, Near, Node, Not, Or, Scope, Text, Zone
from index.ranking import HEADING_WEIGHT
from index.remembered import Remembered
from index.segments.snapshot import Snapshot
from index.segments.versions import term_versions
from index.spans import disjoint
from index.vector import scoring, sets
from index.vector.answering import VectorAnswerer
from index.vector.arrays import Arrays
from index.vector.spans import count_disjoint, may_meet
from tests.contract.drawn import PLACES, Drawn
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")


@contextmanager
def opened(*batches: Batch) -> Iterator[Snapshot]:
    with TemporaryDirectory() as folder:
        snapshot = Snapshot(write(Path(folder), *batches), term_versions())
        try:
            yield snapshot
        finally:
            snapshot.close()


class Both:
    """The two evaluators over one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._matcher = Matcher(PlainPostings(snapshot))
        self._vector = VectorAnswerer(snapshot)

    def ask(self, question: Question) -> Answer:
        """The answer that both give."""
        found = self._vector.answer(question)
        assert found == answer(self._snapshot, self._matcher, question), question
        return found


def text(stream: str, *words: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(stream, stream, quoted=not words, zone=zone, words=words)


WORDS = ["枫桥经验", "枫桥", "经验", "调解员", "调解", "人", "12", "的"]


def some_question(drawn: Drawn, choose: Random) -> Question:
    """Any question; most are of a few words, as people ask."""
    tree: Node = drawn.tree()
    if choose.random() < 0.7:
        words = tuple(some_word(choose) for _ in range(choose.choice([1, 1, 2, 2, 3, 5])))
        tree = And(words) if choose.random() < 0.6 else Or(words)
    return Question(
        tree,
        drawn.filters() if choose.random() < 0.4 else (),
        mode=choose.choice([Mode.SECTION] * 3 + [*Mode]),
        sort=choose.choice([Sort.RELEVANCE, *Sort]),
        by_report=choose.random() < 0.3,
        offset=choose.choice([0] * 9 + [1, 3, 1000]),
        limit=choose.choice([0, 1, 2, 5, 10, 10, None]),
        facets=tuple(choose.sample([*Field], k=choose.choice([0, 2, len(Field)]))),
    )


def some_word(choose: Random) -> Text:
    stream, quoted = choose.choice(WORDS), choose.random() < 0.3
    cut = choose.randrange(len(stream))
    words = (stream[:cut], stream[cut:]) if cut and not quoted else ()
    zone = choose.choice([Zone.ANYWHERE] * 15 + [Zone.HEADING])
    return Text(stream, stream, quoted, zone, words)


# Every way of working a thing out is taken with some of these, however small the index.
WAYS = [
    pytest.param({}, id="as it is"),
    pytest.param({"sets._BISECTION": 0, "page._FEW": 0, "page._TRIED": 0}, id="few"),
    pytest.param({"sets._BISECTION": 10**6, "page._FEW": 1, "page._TRIED": 2}, id="many"),
    pytest.param({"sets._SORTING": 10**6, "postings._RARER": 0, "scoring._AT_ONCE": 1}, id="wide"),
    pytest.param({"scoring._BISECTIONS": 0, "postings._REMEMBERED_BYTES": 3000}, id="forgetful"),
    pytest.param({"arrays._NARROW": 0, "operands._MANY": 0, "spans._FEW": 0}, id="large"),
]


@pytest.fixture(params=WAYS)
def _ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing: the bounds between ways are moved."""
    for name, value in request.param.items():
        monkeypatch.setattr(f"index.vector.{name}", value)


@pytest.mark.usefixtures("_ways")
def test_both_answer_the_same_over_any_history_of_an_index() -> None:
    for seed in range(12):
        drawn, choose = Drawn(seed), Random(seed)
        with opened(*drawn.history) as snapshot:
            both = Both(snapshot)
            for _ in range(25):
                both.ask(some_question(drawn, choose))


PIECES = ["枫桥经验", "枫桥", "经验", "调解", "调解员", "人", "12件", "312件", "120", "水" * 30]


def alike(choose: Random, n: int) -> Report:
    """One of many reports that say much the same: their sections often rank alike."""
    headings = choose.choices(["", "一、枫桥", "一、"], k=choose.randint(0, 6))
    texts = ("".join(choose.choices(PIECES, k=choose.randint(0, 9))) for _ in headings)
    year, place = choose.choice([None, 2022, 2023]), choose.choice(PLACES)
    blocks = [*zip(headings, texts, strict=True)]
    return make_report(f"r{n:03}", blocks, year=year, place=place)


@pytest.mark.usefixtures("_ways")
def test_both_answer_the_same_over_several_segments_with_deletions_and_ties() -> None:
    choose = Random(5)
    reports = [alike(choose, n) for n in range(110)]
    gone = {report.id for report in choose.sample(reports, 20)}
    parts = reports[:90], reports[90:106], reports[106:]
    with opened(*(batch(*part) for part in parts), batch(remove=gone)) as snapshot:
        assert len(snapshot.segments) > 1
        assert any(segment.deleted for segment in snapshot.segments)
        both, drawn = Both(snapshot), Drawn(1)
        found = [both.ask(some_question(drawn, choose)) for _ in range(120)]
        for mode in Mode:
            for by_report in (False, True):
                both.ask(Question(And(()), mode=mode, by_report=by_report, facets=(*Field,)))
    assert sum(bool(each.hits) for each in found) > 30  # of 120
    assert any(a.score == b.score for each in found for a, b in pairwise(each.hits))


def test_near_does_not_reach_into_another_section() -> None:
    stretch = "枫" + "水" * 61 + "人"  # one character short of where the next section begins
    with opened(batch(make_report("r0", [("", stretch)] * 3))) as snapshot:
        both = Both(snapshot)
        for distance in (10, 60, 61):
            for one, other in ("枫人", "人枫"):
                near = Near(text(one), text(other), Scope.CHARACTERS, distance)
                assert both.ask(Question(near)).total_sections == (3 if distance == 61 else 0)


OVERLAPPING = st.sampled_from(["人", "人人", "枫", "枫人枫", "。", "\n"])


@settings(max_examples=30)
@example(left="枫人枫。", distance=0)
@given(
    left=st.lists(st.sampled_from(["人", "人人", "枫", "枫人枫", "。", "\n"]), max_size=12).map(
        "".join
    ),
    distance=st.sampled_from([0, 1, 2, 4, 300]),
)
def test_nearness_and_near_are_the_same_where_spans_overlap(left: str, distance: int) -> None:
    blocks = [("一、枫", left), ("人", left * 2), ("", "枫"), ("", "人。")]
    with opened(batch(make_report("r0", blocks))) as snapshot:
        both = Both(snapshot)
        streams = [
            text("。"),
            text("枫"),
            text("人人"),
            text("枫人枫"),
            text("人人", zone=Zone.HEADING),
        ]
        either = Or((text("枫人枫"), text("人")))
        for one in streams:
            both.ask(Question(And((one, text("枫人", "枫", "人"), text("人枫")))))
            for scope in Scope:
                both.ask(Question(Near(one, either, scope, distance)))


@pytest.mark.usefixtures("_ways")
def test_words_of_one_text_that_stand_apart_are_ranked_by_nearness() -> None:
    choose = Random(7)
    gaps = choose.sample(range(2, 60), k=50)
    blocks = [("", "枫桥" + "水" * gap + "经验" + "木" * choose.randint(1, 90)) for gap in gaps]
    blocks += [("", "枫桥经验"), ("", "枫桥木经验" * 2)]
    with opened(batch(make_report("r0", blocks))) as snapshot:
        both = Both(snapshot)
        for tree in (text("枫桥经验", "枫桥", "经验"), text("枫桥木经验", "枫桥", "木", "经验")):
            assert len({hit.score for hit in both.ask(Question(tree, limit=5)).hits}) > 1


def test_a_filter_on_sections_says_which_of_a_report_are_used() -> None:
    filters = Filter(Field.PART, ("problems", None)), Filter(Field.TOPIC, ("普法", None))
    found = 0
    for seed in range(12):
        with opened(*Drawn(seed).history) as snapshot:
            both, words = Both(snapshot), (text("枫桥", "枫", "桥"), text("调解", "调", "解"))
            for own in (*((f,) for f in filters), filters):
                question = Question(And(words), own, mode=Mode.REPORT, facets=(*Field,))
                found += both.ask(question).total_sections
    assert found


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(text("人人"), id="text"),
        pytest.param(And((text("人"), text("人人"))), id="two"),
        pytest.param(text("人人人", "人", "人人"), id="words"),
        pytest.param(Near(text("人"), text("人人"), Scope.SENTENCE), id="near"),
        pytest.param(text("人" * 400), id="long"),
    ],
)
def test_a_stream_of_one_character_takes_no_more_than_its_length(tree: Node) -> None:
    size = 300_000  # what is not linear would take hours
    with opened(batch(make_report("r0", [("", "人" * size)]))) as snapshot:
        found = VectorAnswerer(snapshot).answer(Question(tree))
    assert found.total_sections == 1
    if tree == text("人人"):
        assert found.total_occurrences == size // 2


def test_as_many_operands_and_words_as_a_query_may_have() -> None:
    choose = Random(3)
    characters = "枫桥经验调解人民行政执法水木"
    words = ["".join(choose.choices(characters, k=2)) for _ in range(128)]
    operands = [text(a + b, a, b) for a, b in zip(words[::2], words[1::2], strict=True)]
    blocks = [("", "".join(choose.choices(characters, k=200))) for _ in range(60)]
    with opened(batch(make_report("r0", blocks[:30]), make_report("r1", blocks[30:]))) as snapshot:
        both = Both(snapshot)
        for tree in (Or(tuple(operands)), And(tuple(operands)), Not(Or(tuple(operands)))):
            for mode in Mode:
                both.ask(Question(tree, mode=mode, facets=(Field.YEAR,)))


@pytest.mark.parametrize("batches", [[], [batch()], [batch(make_report("r0", []))]])
def test_an_index_without_sections_answers(batches: list[Batch]) -> None:
    with opened(*batches or [batch()]) as snapshot:
        both = Both(snapshot)
        for tree in (And(()), text("人"), text("枫桥经验", "枫桥", "经验"), Not(text("人"))):
            for mode in Mode:
                assert both.ask(Question(tree, mode=mode, facets=(*Field,))).hits == ()


def test_what_is_remembered_stays_within_its_bytes() -> None:
    remembered = Remembered(10_000)
    for n in range(100):
        remembered.put(n, np.zeros(n), 8 * n)
        assert remembered.bytes <= 10_000
        assert remembered.get(n) is not None
    assert remembered.get(0) is None
    remembered.put("all", 0, 10_000_000)
    assert remembered.get("all") is None
    assert remembered.get(99) is not None


def test_what_was_used_last_is_remembered_longest() -> None:
    remembered = Remembered(3_000)
    for n in range(20):
        remembered.put(n, n, 100)
        assert remembered.get(0) == 0


def test_browse_ranks_are_the_order_of_the_browse_keys() -> None:
    choose = Random(9)
    places = [*PLACES, Place("槿岭镇", None, "云汀市", None)]
    reports = [
        make_report(f"{choose.randrange(10**6)}", [], year=choose.choice([None, 2023]), place=place)
        for place in choose.choices(places, k=40)
    ]
    with opened(batch(*reports[:30]), batch(*reports[30:])) as snapshot:
        order = np.argsort(Arrays(snapshot).browse_ranks).tolist()
        assert order == sorted(range(len(order)), key=snapshot.browse_key)


def test_doubled_frequencies_are_whole_numbers() -> None:
    assert 2 * HEADING_WEIGHT == scoring._TWICE_HEADING


# Sets and spans, against the plainest way.

NUMBERS = st.sets(st.integers(0, 400))
SIZES = st.sampled_from([1, 500, 10**6])


def as_array(numbers: set[int]) -> sets.Sections:
    return np.array(sorted(numbers), np.uint32)


@pytest.mark.usefixtures("_ways")
@given(left=NUMBERS, right=NUMBERS, extra=SIZES)
def test_operations_on_sets_are_those_of_sets(left: set[int], right: set[int], extra: int) -> None:
    one, other, n = as_array(left), as_array(right), 400 + extra
    assert sets.intersection(one, other, n).tolist() == sorted(left & right)
    assert sets.difference(one, other, n).tolist() == sorted(left - right)
    assert sets.union(one, other, n).tolist() == sorted(left | right)
    assert sets.common(one, other).tolist() == sorted(left & right)
    assert sets.among(one, other, n).tolist() == [number in right for number in sorted(left)]
    if right:
        at, held = sets.located(one, other, n)
        assert other[at[held]].tolist() == sorted(left & right)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 5))))
def test_ranges_run_on(made: list[tuple[int, int]]) -> None:
    first, counts = (np.array([m[i] for m in made], np.intp) for i in (0, 1))
    wanted = [number for start, size in made for number in range(start, start + size)]
    assert sets.ranges(first, counts).tolist() == wanted


@pytest.mark.parametrize("few", [0, 3, 32])
@given(st.lists(st.tuples(st.integers(64, 200), st.integers(1, 9))))
def test_disjoint_spans_are_counted_as_they_are_chosen(
    few: int, made: list[tuple[int, int]]
) -> None:
    spans = sorted(((start, start + size) for start, size in made), key=lambda s: (s[0], -s[1]))
    starts = np.array([start for start, _end in spans], np.uint32)
    sizes = np.array([end - start for start, end in spans], np.intp)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.vector.spans._FEW", few)
        assert count_disjoint(starts, sizes) == len(disjoint(spans))


@given(st.text("人民", min_size=1, max_size=4), st.text("人民", min_size=1, max_size=4))
def test_streams_meet_where_one_can_be_laid_over_the_other(one: str, other: str) -> None:
    shifts = range(-len(other) + 1, len(one))
    meet = any(
        all(other[i - shift] == one[i] for i in range(len(one)) if 0 <= i - shift < len(other))
        for shift in shifts
        if shift or one != other
    )
    assert may_meet(one, other) == meet
