"""Comparing on a cluster: the same as the embedded engine says of the same reports, to the bit."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from index.engine import Batch, CommonForm, Engine, Likeness, Seed
from index.errors import UserError
from index.model import Part, Place, Report
from index.opensearch.commonform import _requests
from index.opensearch.connection import Connection
from index.opensearch.engine import OpenSearchEngine
from index.places import Places
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from tests.cluster_index import ONE_SHARD, THREE_SHARDS, fresh_name, write_batches
from tests.made import batch, make_report, write

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("unsynced")]

COMMON = "始终把学习宣传摆在首位压紧压实各级责任推动各项任务落地见效"
RARE = [
    "聘请退休法官坐班每逢赶集日在老茶馆门口摆桌听取乡亲诉求",
    "把河道采砂纠纷列入清单由分管负责人逐件约谈当事双方限期了结",
    "推行证明事项告知承诺清理无依据的盖章环节二十七项𠮷家湾",
]
TOWNS = [Place(f"第{n}镇", f"县{n % 4}", "云汀市", "澜岳省") for n in range(9)]
TOWNS += [Place(), Place("第1镇"), Place(None, "县1", "云汀市", "澜岳省")]
WORDS = {"纠纷": 2.0, "法官": 1.5, "清单": 0.25, "学习": 1.0, "从来没有": 3.0, "证明": 0.0}

Where = tuple[str, int]


def corpus(n_reports: int = 26) -> list[Report]:
    """Reports that share sentences, in an order of storing that is the one of browsing."""
    reports = []
    for n in range(n_reports):
        blocks = [
            ("一、法官和纠纷", COMMON if n % 2 else RARE[n % 3]),
            (f"二、第{n}号清单", "。".join([RARE[(n + k) % 3] for k in range(n % 4)])),
            ("", "" if n % 5 else "无"),
            ("三、", f"学习{n}次。{COMMON}。{RARE[0] if n % 7 == 0 else ''}"),
        ]
        parts = [Part.PLANS if n % 2 else Part.ACHIEVEMENTS] * len(blocks)
        year = None if n % 6 == 5 else 2020 + n % 3
        made = make_report(f"r{n:02}", blocks, year=year, place=TOWNS[n % len(TOWNS)], parts=parts)
        reports.append(replace(made, issued=[None, "2022-03-01", "2022-12-31"][n % 3]))
    return reports


def repeating(n_reports: int = 24) -> list[Report]:
    """Reports of the same phrases in any order, some of them many times."""
    rng = random.Random(3)
    characters = "".join(RARE) + COMMON
    phrases = ["".join(rng.choices(characters, k=rng.randrange(8, 20))) for _ in range(60)]
    reports = []
    for n in range(n_reports):
        texts = ["".join(rng.choices(phrases, k=rng.choice([1, 2, 12]))) for _ in range(3)]
        texts.append(rng.choice(phrases) * rng.randrange(1, 5))
        place = TOWNS[n % len(TOWNS)]
        made = make_report(f"p{n:02}", [("", text) for text in texts], year=2000 + n, place=place)
        reports.append(made)
    return reports


@contextmanager
def embedded(reports: Sequence[Report]) -> Iterator[WhooshEngine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), batch(*reports)), resident=True)
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def on_cluster(
    cluster: Connection, client: OpenSearch, *batches: Batch, shards: int = 1
) -> Iterator[OpenSearchEngine]:
    with fresh_name(client) as name:
        shape = THREE_SHARDS if shards > 1 else ONE_SHARD
        write_batches(cluster, name, shape, *batches)
        engine = OpenSearchEngine(cluster, name)
        try:
            yield engine
        finally:
            engine.close()


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    """As the embedded engine browses them: it numbers what it stores in the order of storing."""
    made = {report.id: report for report in corpus()}
    with embedded([*made.values()]) as engine:
        return [made[id] for id in engine.report_ids()]


@pytest.fixture(scope="module")
def local(reports: Sequence[Report]) -> Iterator[WhooshEngine]:
    with embedded(reports) as engine:
        yield engine


@pytest.fixture(scope="module", params=[1, 3], ids=["one shard", "three shards"])
def engine(
    request: pytest.FixtureRequest,
    cluster: Connection,
    client: OpenSearch,
    reports: Sequence[Report],
) -> Iterator[OpenSearchEngine]:
    """After some history: reports that were other ones before, or are gone."""
    before = [replace(report, title="旧", sections=report.sections[1:]) for report in reports[::2]]
    gone = [make_report(f"gone{n}", [("", f"{COMMON}。{RARE[1]}")]) for n in range(4)]
    history = batch(*before, *gone), batch(*reports, remove=[report.id for report in gone])
    with on_cluster(cluster, client, *history, shards=request.param) as made:
        yield made


@pytest.fixture
def fresh(engine: OpenSearchEngine) -> OpenSearchEngine:
    """The engine with nothing remembered."""
    engine._comparing = type(engine._comparing)(engine._held.reports, engine._sections)
    return engine


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is asked for in parts comes in very many of them."""
    for module, name, value in (
        ("commonform", "_TOGETHER", 3),
        ("commonform", "_BUCKETS", 4),
        ("commonform", "_RARE", 10),
        ("gathered", "_AT_ONCE", 1),
        ("shared", "_REPORTS", 3),
        ("shared", "_HOLDING", 2),
        ("shared", "_HASHES", 7),
        ("shared", "_PASSAGES", 2),
        ("shared", "_PAIRS", 2),
        ("frequencies", "_TOGETHER", 2),
        ("comparing", "_PAGE", 3),
    ):
        monkeypatch.setattr(f"index.opensearch.{module}.{name}", value)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more sections are scored than those that are wanted, and one."""
    monkeypatch.setattr("index.opensearch.likeness._SOME_MORE", 1)


def places_of(engine: Engine) -> dict[int, Where]:
    numbers = [*engine.live_sections()]
    passages = engine.passages(numbers)
    return {n: (p.report_id, int(p.key)) for n, p in zip(numbers, passages, strict=True)}


def numbers_of(engine: Engine) -> dict[Where, int]:
    return {where: number for number, where in places_of(engine).items()}


Pairs = list[tuple[Where, Where, float, tuple[Seed, ...]]]


def pairs(engine: Engine, around: Sequence[Where] | None = None) -> Pairs:
    places, numbers = places_of(engine), numbers_of(engine)
    wanted = None if around is None else [numbers[where] for where in around]
    found = engine.shared_texts(wanted)
    return [(places[p.first], places[p.second], p.weight, p.seeds) for p in found]


def forms(engine: Engine, reports: Sequence[Report]) -> list[tuple[CommonForm, ...]]:
    return engine.common_form([COMMON, "", *RARE, *(report.source for report in reports)])


def like(engine: Engine, asked: Likeness) -> list[tuple[Where, float]]:
    return [((each.report_id, each.ordinal), each.score) for each in engine.like(asked)]


def test_sections_come_in_browse_order(engine: OpenSearchEngine, local: WhooshEngine) -> None:
    assert [*places_of(engine).values()] == [*places_of(local).values()]
    assert len(numbers_of(engine)) == 4 * 26


# Pairs and common form


def test_common_form_is_the_same(
    fresh: OpenSearchEngine, local: WhooshEngine, reports: Sequence[Report]
) -> None:
    found = forms(fresh, reports)
    assert found == forms(local, reports)
    assert found[0]
    assert found[1] == ()
    assert forms(fresh, reports) == found  # of what is remembered


def test_all_pairs_are_the_same(
    fresh: OpenSearchEngine, local: WhooshEngine, reports: Sequence[Report]
) -> None:
    found = pairs(fresh)
    assert found == pairs(local)
    assert len(found) > 20
    assert forms(fresh, reports) == forms(local, reports)  # of what was learnt with them


def test_pairs_around_some_sections_are_the_same(
    fresh: OpenSearchEngine, local: WhooshEngine
) -> None:
    everything = [*numbers_of(local)]
    for around in ([], [everything[0]], everything[3:7], everything[::9], everything):
        assert pairs(fresh, around) == pairs(local, around)


@pytest.mark.usefixtures("in_small_steps")
def test_asking_in_parts_changes_nothing(
    fresh: OpenSearchEngine, local: WhooshEngine, reports: Sequence[Report]
) -> None:
    around = [*numbers_of(local)][::13]
    assert forms(fresh, reports[:3]) == forms(local, reports[:3])
    assert pairs(fresh, around) == pairs(local, around)
    assert pairs(fresh) == pairs(local)
    assert fresh.frequencies(WORDS) == local.frequencies(WORDS)


def test_texts_that_stand_several_times_are_the_same(
    cluster: Connection, client: OpenSearch
) -> None:
    """How often a section has a shingle counts also where the section shares nothing else."""
    reports = repeating()
    with embedded(reports) as local:
        stored = [next(r for r in reports if r.id == id) for id in local.report_ids()]
    with embedded(stored) as local, on_cluster(cluster, client, batch(*stored), shards=3) as engine:
        everything = [*numbers_of(local)]
        assert pairs(engine) == pairs(local)
        for around in (*([where] for where in everything[::7]), everything[::11]):
            assert pairs(engine, around) == pairs(local, around)


def test_of_a_report_only_what_shares_enough_is_read(
    fresh: OpenSearchEngine, local: WhooshEngine
) -> None:
    numbers = numbers_of(fresh)
    places = {number: where for where, number in numbers.items()}
    around = next(iter(numbers))
    fresh._sections._passages.clear()
    found = [*fresh.shared_texts([numbers[around]])]
    told = {places[number] for pair in found for number in (pair.first, pair.second)}
    passages = fresh._sections._passages
    read = {places[number] for number in passages if isinstance(number, int)}
    assert told | {around} == read


def test_more_than_memory_holds_is_refused_with_what_to_do(
    fresh: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.opensearch.shared.MOST_SECTIONS", 10)
    monkeypatch.setattr("index.opensearch.shared._REPORTS", 2)
    with pytest.raises(UserError, match="More than 10 sections") as refused:
        [*fresh.shared_texts()]
    assert "one report" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([6, 8, 10], [(0, 2, 0, 1), (2, 3, 0, 1)], id="as many as fit"),
        pytest.param([50, 1], [*((0, 1, p, 3) for p in range(3)), (1, 2, 0, 1)], id="in parts"),
        pytest.param([0, 0], [(0, 2, 0, 1)], id="empty ones"),
    ],
)
def test_places_are_listed_a_bounded_number_at_a_time(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], wanted: list[tuple[int, int, int, int]]
) -> None:
    monkeypatch.setattr("index.opensearch.commonform._BUCKETS", 18)
    assert [*map(tuple, _requests(sizes))] == wanted


# The like

PLACES: Mapping[str, Places] = {
    "a township": ("澜岳省", "云汀市", "县1", "第1镇"),
    "a name alone": (None, None, None, "第1镇"),
    "a county": ("澜岳省", "云汀市", "县1", None),
    "nowhere": (None, None, None, None),
    "elsewhere": ("别省", None, None, "第1镇"),
}
ASKED = [
    pytest.param(Likeness(WORDS), id="all"),
    pytest.param(Likeness(WORDS, limit=1), id="the first"),
    pytest.param(Likeness(WORDS, limit=7), id="the first seven"),
    pytest.param(Likeness(WORDS, limit=0), id="none"),
    pytest.param(Likeness({}), id="no words"),
    pytest.param(Likeness({"从来没有": 1.0}), id="of nothing"),
    pytest.param(Likeness({"证明": 0.0}), id="of no weight"),
    pytest.param(Likeness(WORDS, (Filter(Field.YEAR, (2021, None)),)), id="years"),
    pytest.param(Likeness(WORDS, (Filter(Field.PART, (Part.PLANS,)),)), id="a part"),
    *(pytest.param(Likeness(WORDS, apart_from=p), id=f"not {name}") for name, p in PLACES.items()),
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_like_are_the_same_with_the_same_scores(
    fresh: OpenSearchEngine, local: WhooshEngine, asked: Likeness
) -> None:
    assert like(fresh, asked) == like(local, asked)


def test_more_words_than_a_query_holds_are_all_counted(
    fresh: OpenSearchEngine, local: WhooshEngine
) -> None:
    words = {**{f"没有{n}": 5.0 for n in range(1_500)}, **WORDS}
    found = like(fresh, Likeness({**WORDS, **dict.fromkeys(words, 3.0)}, limit=12))
    assert found == like(local, Likeness({**WORDS, **dict.fromkeys(words, 3.0)}, limit=12))
    assert fresh.frequencies(words) == local.frequencies(words)


def test_words_that_are_not_looked_for_change_who_is_first(
    fresh: OpenSearchEngine, local: WhooshEngine
) -> None:
    words = {"纠纷": 5.0, **{f"没有{n}": 5.0 for n in range(999)}, "聘请": 4.0, "法官": 3.0}
    for limit in (1, 3, 7):
        assert like(fresh, Likeness(words, limit=limit)) == like(
            local, Likeness(words, limit=limit)
        )


@pytest.mark.usefixtures("one_at_a_time")
def test_scores_of_the_cluster_bound_those_that_are_told(
    fresh: OpenSearchEngine, local: WhooshEngine
) -> None:
    """Headings count no more, and lengths are exact: otherwise others would be first."""
    for limit in range(1, 30):
        for words in ({"纠纷": 2.0, "法官": 1.5}, {"学习": 1.0, "清单": 0.3}, WORDS):
            asked = Likeness(words, limit=limit)
            assert like(fresh, asked) == like(local, asked)


def test_words_may_be_anything(fresh: OpenSearchEngine, local: WhooshEngine) -> None:
    words = ["", "*", ".*", '法"官', "a" * 40_000, "\ud800", "\u200b", "纠纷", "𠮷"]
    assert fresh.frequencies(words) == {word: local.frequencies([word])[word] for word in words}
    weights = dict.fromkeys(words, 1.0)
    assert like(fresh, Likeness(weights)) == like(local, Likeness(weights))
