"""What a cluster answers is what the embedded engine answers: counts, facets, tiers, order, scores.

Questions are drawn by chance over indexes drawn by chance, those with whole histories of commits
among them; each test can fail for a small change of a query, a script or a score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from opensearchpy import OpenSearch

from index.analysis import fold_stream
from index.engine import Answer, Batch, Engine, Mode, Question, Sort
from index.errors import EngineUnavailable
from index.model import Place
from index.opensearch import vocabulary
from index.opensearch.connection import Connection
from index.opensearch.engine import OpenSearchEngine
from index.querytree import And, Field, Filter, Near, Node, Not, Or, Scope, Text, YearRange, Zone
from index.whoosh_engine import WhooshEngine
from tests.cluster_index import ONE_SHARD, THREE_SHARDS, fresh_name, write_batches
from tests.contract.drawn import Drawn
from tests.made import PAGE_BREAK, batch, make_report, plain, write

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("unsynced")]

Both = tuple[Engine, Engine]
_SLOW = pytest.mark.slow
OpenBoth = Callable[..., AbstractContextManager[Both]]


@pytest.fixture
def open_both(cluster: Connection, client: OpenSearch) -> OpenBoth:
    """Opens the embedded engine and that on a cluster over the same batches."""

    @contextmanager
    def opened(*batches: Batch, shards: int = 1) -> Iterator[Both]:
        shape = ONE_SHARD if shards == 1 else THREE_SHARDS
        with TemporaryDirectory() as folder, fresh_name(client) as name:
            write_batches(cluster, name, shape, *batches)
            embedded = WhooshEngine(write(Path(folder), *batches))
            on_cluster = OpenSearchEngine(cluster, name)
            try:
                yield embedded, on_cluster
            finally:
                embedded.close()
                on_cluster.close()

    return opened


def assert_alike(engines: Both, questions: Sequence[Question]) -> list[Answer]:
    """The embedded engine's answers, if the other's are the same to the last bit."""
    embedded, on_cluster = engines
    answers = []
    for question in questions:
        answers.append(embedded.search(question))
        found = on_cluster.search(question)
        assert _counts(found) == _counts(answers[-1]), question
        assert found == answers[-1], question
        assert on_cluster.cost(question) > 0
    return answers


def _counts(answer: Answer) -> Answer:
    return replace(answer, hits=())


# Questions of every kind over reports of every kind.


def drawn_questions(drawn: Drawn, chance: Random, n: int) -> list[Question]:
    """Questions of all modes, orders and pages."""
    return [
        Question(
            tree=drawn.tree(chance.choice([1, 2, 3])),
            filters=drawn.filters(),
            mode=chance.choice([Mode.SECTION] * 3 + [Mode.REPORT, Mode.PARTIAL]),
            sort=chance.choice([Sort.RELEVANCE] * 3 + [Sort.YEAR, Sort.TOWNSHIP]),
            by_report=chance.random() < 0.3,
            offset=chance.choice([0, 0, 1, 4]),
            limit=chance.choice([None, 10, 3, 1, 0]),
            facets=tuple(chance.sample(sorted(Field), chance.choice([0, 1, 8]))),
        )
        for _ in range(n)
    ]


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=_SLOW) for n in range(6, 60))])
def test_a_cluster_answers_as_the_embedded_engine(open_both: OpenBoth, seed: int) -> None:
    drawn, chance = Drawn(seed), Random(seed)
    with open_both(*drawn.history, shards=1 + 2 * (seed % 2)) as engines:
        questions = drawn_questions(drawn, chance, 60)
        answers = assert_alike(engines, questions)
        is_empty = not engines[0].status().sections
    assert is_empty or sum(answer.total_sections > 0 for answer in answers) > 3


# Texts that are hard to find and to count: overlapping, in headings, within numbers, beyond the
# plane of common characters, without a meaning.

_PIECES = [
    "枫桥",
    "桥枫",
    "经验",
    "枫桥经",
    "桥经验",
    "人",
    "人人",
    "人人人",
    "民",
    "𠮷",
    "𠮷𠮷",
    "😀",
]
_PIECES += [
    "12",
    "1.2",
    "2024",
    "24",
    "4",
    ".",
    "2024年",
    "Ａb",
    "ß",
    "\x00",
    "\x1f",
    "\uffff",
    "\ue000",
]
_STOPS = [
    "",
    "",
    "",
    "。",
    "；",
    "\n",
    "，",
    " ",
    "“",
    "\u200b",
    PAGE_BREAK,
    "（",
    "-",
    "\\",
    '"',
    "*",
    "?",
]
_HEADINGS = ["", "一、", "枫桥经验\n", "人人", "（二）2024年\n", "𠮷人"]
_TITLES = [None, "枫桥经验２０２４年", "人", "𠮷人人"]
_PLACES = [Place("荻溪镇", "青禾县", "云汀市", "澜岳省"), Place(None, "霁川市"), Place()]


def hard_text(chance: Random, most: int) -> str:
    n = chance.randrange(most)
    return "".join(chance.choice(_PIECES) + chance.choice(_STOPS) for _ in range(n))


def hard_batch(chance: Random) -> Batch:
    reports = [
        make_report(
            f"r{n}",
            [
                (chance.choice(_HEADINGS), hard_text(chance, chance.choice([2, 6, 30])))
                for _ in range(chance.randrange(1, 6))
            ],
            year=chance.choice([None, 2023, 2024]),
            title=chance.choice(_TITLES),
            place=chance.choice(_PLACES),
        )
        for n in range(12)
    ]
    return batch(*reports)


def hard_text_node(chance: Random) -> Text:
    zone = chance.choice([Zone.ANYWHERE] * 4 + [Zone.HEADING, Zone.HEADING, Zone.TITLE])
    words = [*map(plain, chance.choices(_PIECES, k=chance.choice([1, 1, 2, 3])))]
    words = [word for word in words if word]
    stream = "".join(words) or "人"
    if chance.random() < 0.4:
        return Text(stream, stream, quoted=True, zone=zone)
    cut = tuple(dict.fromkeys(words))
    return Text(stream, stream, quoted=False, zone=zone, words=cut if len(cut) > 1 else ())


def hard_side(chance: Random) -> Text | Or:
    texts = tuple(hard_text_node(chance) for _ in range(chance.choice([1, 1, 2])))
    return texts[0] if len(texts) == 1 else Or(texts)


def hard_tree(chance: Random, depth: int = 2) -> Node:
    kind = chance.choice(["text", "near", "and", "and", "or", "not", "year"]) if depth else "text"
    if kind == "text":
        return hard_text_node(chance)
    if kind == "near":
        scope = chance.choice([*Scope])
        return Near(hard_side(chance), hard_side(chance), scope, chance.randrange(8))
    if kind == "year":
        return Filter(Field.YEAR, (chance.choice([2024, None, YearRange(None, 2023), 10**12]),))
    if kind == "not":
        return And((hard_tree(chance, depth - 1), Not(hard_tree(chance, depth - 1))))
    children = tuple(hard_tree(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
    return And(children) if kind == "and" else Or(children)


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=_SLOW) for n in range(4, 40))])
def test_hard_texts_are_found_counted_and_ranked_alike(open_both: OpenBoth, seed: int) -> None:
    chance = Random(seed)
    with open_both(hard_batch(chance), shards=1 + 2 * (seed % 2)) as engines:
        modes = [Mode.SECTION, Mode.SECTION, Mode.REPORT, Mode.PARTIAL]
        questions = [
            Question(hard_tree(chance), mode=chance.choice(modes), limit=chance.choice([None, 3]))
            for _ in range(100)
        ]
        answers = assert_alike(engines, questions)
    assert sum(answer.total_occurrences > 3 for answer in answers) > 5


# What is long, or much.


def test_a_long_text_is_looked_for_with_as_many_clauses_as_a_cluster_takes(
    open_both: OpenBoth,
) -> None:
    made = (chr(0x4E00 + n) + chr(0x5E00 + n) * (n % 3) for n in range(1300))
    words = tuple(dict.fromkeys(map(fold_stream, made)))[:900]
    long = Text("".join(words), "".join(words), quoted=False, words=words)
    some = tuple(
        Text("".join(words[n : n + 14]), "".join(words[n : n + 14]), False, words=words[n : n + 14])
        for n in range(0, 14 * 64, 14)
    )
    reports = [
        make_report("all", [("", "。".join(words)), ("", "".join(words))]),
        make_report("less", [("", "。".join(words[1:])), ("", "。".join(words[:450]))]),
        make_report("last", [("", words[-1]), ("", "没有")]),
    ]
    quoted = replace(long, quoted=True, words=())
    with open_both(batch(*reports)) as engines:
        questions = [
            Question(tree, mode=mode)
            for tree in (long, quoted, And(some), Or(some))
            for mode in (Mode.SECTION, Mode.PARTIAL)
        ]
        answers = assert_alike(engines, questions)
    found = [answer.total_sections for answer in answers]
    assert found == [2, 5, 1, 0, 2, 4, 4, 4]


def test_who_comes_last_on_a_page_is_settled_among_many(open_both: OpenBoth) -> None:
    """Sections as good as each other but for nearness, of which a cluster's score knows nothing."""
    chance = Random(7)

    def section() -> tuple[str, str]:
        gap = chance.choice([0, 1, 1, 2, 40])
        return "", "水" * (40 - gap) + "枫桥" + "水" * gap + "经验"

    reports = [
        make_report(f"r{n}", [section() for _ in range(8)], year=chance.choice([2022, 2023]))
        for n in range(60)
    ]
    one = Text("枫桥", "枫桥", quoted=True)
    both = And((one, Text("经验", "经验", quoted=True)))
    with open_both(batch(*reports), shards=3) as engines:
        questions = [
            Question(tree, sort=sort, by_report=by_report, offset=offset, limit=limit)
            for tree in (one, both, And(()))
            for sort in Sort
            for by_report in (False, True)
            for offset, limit in ((0, 10), (30, 5), (55, 10), (250, 10))
        ]
        assert_alike(engines, questions)


# One commit.


def test_an_engine_keeps_to_its_commit(cluster: Connection, name: str) -> None:
    first, then = (make_report(f"r{n}", [("一、", "板凳会")]) for n in range(2))
    asked = Question(Text("板凳会", "板凳会", quoted=True), facets=(Field.YEAR,))
    write_batches(cluster, name, ONE_SHARD, batch(first))
    before = OpenSearchEngine(cluster, name)
    answer = before.search(asked)
    write_batches(cluster, name, ONE_SHARD, batch(then, remove=["r0"]))
    after = OpenSearchEngine(cluster, name)
    try:
        assert before.search(asked) == answer
        assert [*before.fetch(["r0", "r1"])] == [*before.report_ids()] == ["r0"]
        assert [*before.files()] == ["/reports/r0.txt"]
        assert [hit.report_id for hit in after.search(asked).hits] == ["r1"]
        assert [*after.fetch(["r0", "r1"])] == ["r1"]
        assert (before.commit, after.commit) == (1, 2)
    finally:
        before.close()
        after.close()


def test_a_commit_that_the_cluster_let_go_of_is_told(cluster: Connection, name: str) -> None:
    write_batches(cluster, name, ONE_SHARD, batch(make_report("r0", [("一、", "板凳会")])))
    engine = OpenSearchEngine(cluster, name)
    engine._held.close()
    with pytest.raises(EngineUnavailable, match="ask again"):
        engine.search(Question(Text("板凳会", "板凳会", quoted=True)))
    engine.close()


def test_passages_and_reports_are_those_of_the_embedded_engine(open_both: OpenBoth) -> None:
    chance = Random(3)
    with open_both(hard_batch(chance), shards=3) as (embedded, on_cluster):
        every = Question(And(()), limit=None)
        numbers = [[hit.number for hit in e.search(every).hits] for e in (embedded, on_cluster)]
        wanted, found = embedded.passages(numbers[0]), on_cluster.passages(numbers[1])
        for one, other in zip(wanted, found, strict=True):
            assert replace(other, sentences=[]) == replace(one, sentences=[])
            assert [*map(tuple, other.sentences)] == [*map(tuple, one.sentences)]
        ids = [*embedded.report_ids()]
        assert [*on_cluster.report_ids()] == ids
        assert on_cluster.fetch([*ids, "no such"]) == embedded.fetch(ids)
        assert sorted(on_cluster.reports()) == sorted(embedded.reports())
        assert dict(on_cluster.words()) == dict(embedded.words())
        assert [*on_cluster.words("人")] == [*embedded.words("人")]
        for field in Field:
            assert on_cluster.values(field) == embedded.values(field)
        for hit in on_cluster.search(every).hits:
            assert on_cluster.section_number(hit.report_id, hit.ordinal) == hit.number
        assert on_cluster.section_number(ids[0], 99) is None
        assert on_cluster.section_number("no such", 0) is None


def test_more_words_than_a_cluster_tells_at_once_are_asked_for_in_parts(
    open_both: OpenBoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "_MOST", 7)
    with open_both(hard_batch(Random(3)), shards=3) as (embedded, on_cluster):
        words = [*embedded.words()]
        assert len(words) > 7 * 4
        assert [*on_cluster.words()] == words
        for prefix in ("人", "枫", "2", "没有"):
            assert [*on_cluster.words(prefix)] == [*embedded.words(prefix)]
