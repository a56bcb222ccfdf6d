"""What comparing reports asks of an engine: the same after any history as of a fresh index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from index.engine import Batch, CommonForm, Engine, Likeness, Question, Seed
from index.model import Part, Place, Report
from index.querytree import And, Field, Filter
from tests.contract.conftest import Opener
from tests.made import batch, make_report

pytestmark = pytest.mark.usefixtures("unsynced")

TOWNS = [Place(f"第{n}镇", f"县{n % 3}", "云汀市", "澜岳省") for n in range(7)] + [Place()]
COMMON = "始终把学习宣传摆在首位压紧压实各级责任推动各项任务落地见效"
RARE = [
    "聘请退休法官坐班每逢赶集日在老茶馆门口摆桌听取乡亲诉求",
    "把河道采砂纠纷列入清单由分管负责人逐件约谈当事双方限期了结",
    "推行证明事项告知承诺清理无依据的盖章环节二十七项",
]
WORDS = {"纠纷": 2.0, "法官": 1.5, "清单": 0.25, "学习": 1.0, "从来没有": 3.0}

Where = tuple[str, int]
History = tuple[Sequence[Batch], list[Report]]
"""Batches, and the reports that are left of them."""


def made(id: int, chance: Random) -> Report:
    """A report of a few sections; most have text that others have as well."""
    blocks = []
    for _ in range(chance.randint(0, 3)):
        own = "".join(chance.choices("法治调解普法执法网格排查", k=chance.choice([0, 3, 40])))
        parts = [own, *chance.sample(RARE, chance.randint(0, 2)), *[COMMON] * chance.randint(0, 1)]
        chance.shuffle(parts)
        blocks.append((chance.choice(["", "一、纠纷"]), "。".join(parts)))
    report = make_report(
        f"r{id}",
        blocks,
        year=chance.choice([None, 2021, 2022]),
        place=chance.choice(TOWNS),
        parts=[chance.choice([Part.PLANS, Part.ACHIEVEMENTS]) for _ in blocks],
    )
    return replace(report, issued=chance.choice([None, "2022-03-01", "2022-12-31"]))


def history(seed: int) -> History:
    """Batches that add, replace and remove; now and then so many that segments are merged."""
    chance = Random(seed)
    batches, left = [], dict[str, Report]()
    for _ in range(chance.choice([1, 3, 8, 14])):
        new = {id: made(id, chance) for id in chance.sample(range(30), chance.randint(1, 12))}
        gone = {f"r{chance.randrange(30)}" for _ in range(chance.randint(0, 3))}
        gone -= {report.id for report in new.values()}
        batches.append(batch(*new.values(), remove=gone))
        for id in (*gone, *(report.id for report in new.values())):
            left.pop(id, None)
        left |= {report.id: report for report in new.values()}
    return batches, [*left.values()]


def sections_of(engine: Engine) -> dict[int, Where]:
    """Report and place of every live section, by its number."""
    numbers = [*engine.live_sections()]
    passages = engine.passages(numbers)
    return {n: (p.report_id, int(p.key)) for n, p in zip(numbers, passages, strict=True)}


Shared = dict[tuple[Where, Where], tuple[float, tuple[Seed, ...]]]


def shared(engine: Engine, *filters: Filter) -> Shared:
    """Weight and seeds of every pair, or of those around what passes; each comes once."""
    where = sections_of(engine)
    question = Question(And(()), filters, limit=None)
    passing = {hit.number for hit in engine.search(question).hits} if filters else None
    pairs = [*engine.shared_texts(passing)]
    found = {(where[p.first], where[p.second]): (p.weight, p.seeds) for p in pairs}
    assert len(found) == len(pairs)
    return found


def like(engine: Engine, likeness: Likeness) -> list[tuple[Where, float]]:
    """What is found, with its scores; equal ones come as reports are browsed."""
    where = sections_of(engine)
    found = engine.like(likeness)
    assert [where[each.number] for each in found] == [(f.report_id, f.ordinal) for f in found]
    return [(where[each.number], each.score) for each in found]


def forms(engine: Engine, reports: Sequence[Report]) -> list[tuple[CommonForm, ...]]:
    return engine.common_form([COMMON, *RARE, "", *(report.source for report in reports)])


YEAR = Filter(Field.YEAR, (2021,))
PLANS = Filter(Field.PART, (Part.PLANS,))
LIKENESSES = [
    Likeness(WORDS),
    Likeness(WORDS, limit=3),
    Likeness(WORDS, filters=(YEAR, PLANS)),
    Likeness(WORDS, apart_from=("澜岳省", "云汀市", "县1", "第1镇")),
]


@pytest.mark.parametrize("seed", range(12))
def test_any_history_answers_as_a_fresh_index_of_what_is_left(
    open_engine: Opener, seed: int
) -> None:
    batches, left = history(seed)
    with open_engine(*batches) as engine, open_engine(batch(*reversed(left))) as fresh:
        assert [*engine.verify()] == []
        assert sorted(sections_of(engine).values()) == sorted(sections_of(fresh).values())
        assert forms(engine, left) == forms(fresh, left)
        assert shared(engine) == shared(fresh)
        assert shared(engine, YEAR, PLANS) == shared(fresh, YEAR, PLANS)
        assert engine.frequencies(WORDS) == fresh.frequencies(WORDS)
        for asked in LIKENESSES:
            assert like(engine, asked) == like(fresh, asked)


def test_histories_have_something_to_tell(open_engine: Opener) -> None:
    """The test above compares more than nothing with nothing."""
    counts = []
    for seed in range(12):
        batches, left = history(seed)
        with open_engine(*batches) as engine:
            found = forms(engine, left), shared(engine), like(engine, Likeness(WORDS))
        counts.append([any(found[0]), len(found[1]), len(found[2])])
    n_common, n_pairs, n_like = (sum(map(bool, column)) for column in zip(*counts, strict=True))
    assert n_common >= 4
    assert n_pairs >= 8
    assert n_like >= 10


def test_a_section_is_found_by_its_place_in_its_report(open_engine: Opener) -> None:
    one = make_report("r1", [("一、", RARE[0]), ("二、", RARE[1])])
    other = make_report("r2", [("一、", RARE[2])])
    with open_engine(batch(one, other), batch(replace(other, title="新"), remove=["r1"])) as engine:
        assert engine.section_number("r1", 0) is None
        assert engine.section_number("r3", 0) is None
        (number,) = engine.live_sections()
        assert engine.section_number("r2", 0) == number
        assert engine.section_number("r2", 1) is None
        assert engine.section_number("r2", -1) is None
    with open_engine(batch(other), batch(one)) as engine:
        numbers = [engine.section_number("r1", n) for n in range(2)]
        assert numbers == [n for n, where in sections_of(engine).items() if where[0] == "r1"]


def test_an_index_without_sections_has_nothing_in_common(open_engine: Opener) -> None:
    gone = make_report("r1", [("一、", RARE[0])])
    empty = replace(make_report("r2", [("", "")]), sections=(), source="")
    for batches in ([Batch()], [batch(empty)], [batch(gone), batch(remove=["r1"])]):
        with open_engine(*batches) as engine:
            assert [*engine.live_sections()] == []
            assert [*engine.shared_texts()] == [*engine.shared_texts([])] == []
            assert engine.common_form([COMMON, ""]) == [(), ()]
            assert engine.common_form([]) == []
            assert engine.frequencies(["法官"]) == {"法官": 0}
            assert all(engine.like(asked) == [] for asked in LIKENESSES)
