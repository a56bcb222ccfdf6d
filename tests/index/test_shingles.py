"""Shingles, what of them is common form, and which sections share rare ones."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold
from index.model import Place, Report
from index.segments.shingles import SHINGLE, WINDOW, count_common, shingle_columns, shingles_of
from index.whoosh_engine import WhooshEngine
from tests import shingles as plain
from tests.made import batch, make_report, streams, write

pytestmark = pytest.mark.usefixtures("unsynced")

_FEW_LETTERS = st.text("甲乙丙丁", max_size=60)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=80) | _FEW_LETTERS


# Which shingles are selected


@given(st.lists(_TEXTS, max_size=6))
def test_the_same_shingles_are_selected_whatever_stands_around_a_stream(found: list[str]) -> None:
    columns = shingle_columns("".join(found), np.array([len(s) for s in found], np.int64))
    first = columns["section.shingle"].tolist()
    for n, stream in enumerate(found):
        own = slice(first[n], first[n + 1])
        at = np.cumsum(columns["shingle.step"][own], dtype=np.int64).tolist()
        hashes = columns["shingle.hash"][own].tolist()
        assert [*zip(at, hashes, strict=True)] == plain.selected(stream)
        alone = shingles_of(stream)
        assert [*zip(alone[1].tolist(), alone[0].tolist(), strict=True)] == plain.selected(stream)


@given(_TEXTS, _TEXTS, st.text(min_size=SHINGLE + WINDOW - 1, max_size=30), _TEXTS, _TEXTS)
def test_streams_that_share_fifteen_characters_share_a_shingle(
    before: str, after: str, shared: str, left: str, right: str
) -> None:
    first, second = shingles_of(before + shared + after), shingles_of(left + shared + right)
    own = [h for h, at in zip(*first, strict=True) if at >= len(before)]
    there = [h for h, at in zip(*second, strict=True) if at >= len(left)]
    assert set(own) & set(there)


@given(_TEXTS)
def test_no_stretch_of_a_window_is_without_a_selected_shingle(stream: str) -> None:
    at = shingles_of(stream)[1].tolist()
    assert bool(at) == (len(stream) >= SHINGLE)
    if at:
        assert at[0] == 0
        assert at[-1] == len(stream) - SHINGLE
        assert all(b - a <= WINDOW for a, b in pairwise(at))


def test_hashes_are_spread_over_all_numbers() -> None:
    rng = Random(1)
    text = "".join(chr(rng.randrange(0x4E00, 0x5000)) for _ in range(20_000))
    codes = {plain.shingle_hash(text[n : n + 8]) for n in range(len(text) - 8)}
    assert len(codes) == len(text) - 8  # no two alike, as is to be expected of so few
    halves = np.array(sorted(codes)) >> 31
    assert abs(halves.mean() - 0.5) < 0.02


def test_counting_in_parts_is_counting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(2)
    made = ["".join(rng.choice("甲乙丙") for _ in range(40)) for _ in range(60)]
    shingles = shingle_columns("".join(made), np.array([len(s) for s in made]))
    of_report, of_place = np.arange(60) // 2, np.arange(30) % 7
    places = [("省", "市", f"县{n % 3}", f"镇{n}") for n in range(7)]
    whole = count_common(shingles, of_report, of_place, places)
    monkeypatch.setattr("index.segments.shingles._CHUNK", 50)
    parts = count_common(shingles, of_report, of_place, places)
    assert len(whole["common.hash"]) > 50
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


# Common form and pairs, worked out anew in plain Python

SENTENCES = [
    "始终把学习宣传摆在首位压紧压实各级责任推动各项任务落地见效",
    "组织干部赴田间地头开设流动课堂讲解土地流转合同中的常见风险",
    "聘请退休法官坐班每逢赶集日在老茶馆门口摆桌听取乡亲诉求",
    "把河道采砂纠纷列入清单由分管负责人逐件约谈当事双方限期了结",
    "为外出务工人员建立维权联络群节假日安排专人值守回复疑问",
    "推行证明事项告知承诺清理无依据的盖章环节二十七项",
]


UNFOLDED = [chr(code) for code in range(0x4E00, 0x6000) if fold(chr(code)) == chr(code)]


def make_corpus(seed: int, n_reports: int = 40) -> list[Report]:
    """Reports of 13 townships in 4 counties that share sentences, some with everybody."""
    rng = Random(seed)
    reports = []
    for n in range(n_reports):
        town = rng.randrange(13)
        place = Place(f"第{town}镇" if town else None, f"县{town % 4}", "云汀市", "澜岳省")
        own = ["".join(rng.choices(UNFOLDED, k=30)) for _ in range(3)]
        texts = []
        for sentence in own:
            parts = [sentence, *rng.sample(SENTENCES[1:], rng.choice([0, 0, 0, 1, 2]))]
            if rng.random() < 0.3:
                parts.append(SENTENCES[0])
            rng.shuffle(parts)
            texts.append(("一、", "。".join(parts)))
        issued = rng.choice([None, "2023-01-05", "2024-02-01"])
        made = make_report(f"r{n}", texts, year=rng.choice([2021, 2022, None]), place=place)
        reports.append(replace(made, issued=issued))
    return reports


Spread = tuple[int, int, int]


def spread_of(reports: Sequence[Report]) -> dict[int, tuple[set[str], set[Place], set[Place]]]:
    """For each selected shingle the reports, townships and counties that have it."""
    found: dict[int, tuple[set[str], set[Place], set[Place]]] = defaultdict(
        lambda: (set(), set(), set())
    )
    by_id = {report.id: report for report in reports}
    for (id, _n), stream in streams(reports).items():
        place = by_id[id].place
        for _at, hash in plain.selected(stream):
            found[hash][0].add(id)
            found[hash][1].add(place)
            found[hash][2].add(replace(place, township=None))
    return found


def common_of(reports: Sequence[Report]) -> dict[int, Spread]:
    """The shingles that are common form, with how many reports, townships, counties have them."""
    limit = max(5, -(-len(reports) // 20))
    n_counties = len({replace(report.place, township=None) for report in reports})
    half = -(-len({report.place for report in reports}) // 2)
    townships = max(5, half) if n_counties < 3 else 5
    return {
        hash: (len(held), len(towns), len(counties))
        for hash, (held, towns, counties) in spread_of(reports).items()
        if len(held) >= limit and len(towns) >= townships and len(counties) >= min(3, n_counties)
    }


def time_key(report: Report) -> tuple[bool, int, bool, str]:
    return report.year is None, report.year or 0, report.issued is None, report.issued or ""


Pair = tuple[tuple[str, int], tuple[str, int]]
Seeds = Sequence[tuple[int, int, float]]


def pairs_of(reports: Sequence[Report]) -> dict[Pair, tuple[float, Seeds]]:
    """Each pair of sections that share rare text; every shingle is in few sections here."""
    spread, common = spread_of(reports), common_of(reports)
    limit = max(5, -(-len(reports) // 20), 64)
    order = sorted(range(len(reports)), key=lambda n: (time_key(reports[n]), n))
    rank = {reports[n].id: place for place, n in enumerate(order)}
    own = {where: plain.selected(stream) for where, stream in streams(reports).items()}
    found: dict[Pair, tuple[float, Seeds]] = {}
    for a, b in combinations(sorted(own, key=lambda w: (rank[w[0]], w[1])), 2):
        if a[0] == b[0]:
            continue
        there = {hash: at for at, hash in own[b]}
        seeds = [
            (
                at,
                there[h],
                max(0.0, 1 - math.log(max(len(spread[h][1]), 2) / 2) / math.log(limit / 2)),
            )
            for at, h in own[a]
            if h in there and h not in common
        ]
        if not seeds:
            continue
        ends = [*(at for at, _, _ in seeds[1:]), 1 << 30]
        weight = sum(w * min(8, end - at) for (at, _, w), end in zip(seeds, ends, strict=True))
        if weight >= 10:
            found[a, b] = (weight, seeds)
    return found


@contextmanager
def engine_over(batches: Iterable[Sequence[Report]], gone: Iterable[str]) -> Iterator[WhooshEngine]:
    with tempfile.TemporaryDirectory() as folder:
        made = [batch(*reports) for reports in batches]
        engine = WhooshEngine(write(Path(folder) / "ix", *made, batch(remove=gone)))
        try:
            yield engine
        finally:
            engine.close()


def cut(reports: Sequence[Report], sizes: Sequence[int]) -> list[Sequence[Report]]:
    """The reports in batches of these sizes, the rest in a last one."""
    found, at = [], 0
    for size in sizes:
        found.append(reports[at : at + size])
        at += size
    return [each for each in [*found, reports[at:]] if each]


def where(engine: WhooshEngine, number: int) -> tuple[str, int]:
    (passage,) = engine.passages([number])
    return passage.report_id, int(passage.key)


LAYOUTS = [
    pytest.param((), set(), id="one batch"),
    pytest.param((30,), {3, 35}, id="two, one report gone of each"),
    pytest.param((25, 8, 3), {0, 24, 26}, id="several"),
    pytest.param((3, 30), {*range(3, 25)}, id="more than half gone"),
    pytest.param((38, 1), set(), id="a large one and a small one"),
]


@pytest.mark.parametrize(("sizes", "gone"), LAYOUTS)
def test_common_form_is_what_many_reports_of_many_places_have(
    sizes: Sequence[int], gone: set[int]
) -> None:
    reports = make_corpus(len(gone))
    live = [report for n, report in enumerate(reports) if n not in gone]
    wanted = common_of(live)
    with engine_over(cut(reports, sizes), {reports[n].id for n in gone}) as engine:
        for stream in [*streams(reports).values(), *SENTENCES]:
            own = [(at, wanted[h]) for at, h in plain.selected(stream) if h in wanted]
            (found,) = engine.common_form([stream])
            covered = {at for form in found for at in range(form.start, form.end)}
            assert covered == {at + n for at, _ in own for n in range(8)}
            assert all(a.end < b.start for a, b in pairwise(found))
            for form in found:
                counts = [c for at, c in own if form.start <= at and at + 8 <= form.end]
                assert form[2:] == tuple(min(column) for column in zip(*counts, strict=True))


@pytest.mark.parametrize(("sizes", "gone"), LAYOUTS)
def test_pairs_are_all_that_share_rare_text(sizes: Sequence[int], gone: set[int]) -> None:
    reports = make_corpus(len(gone))
    live = [report for n, report in enumerate(reports) if n not in gone]
    with engine_over(cut(reports, sizes), {reports[n].id for n in gone}) as engine:
        numbers = {n: where(engine, n) for n in engine.live_sections()}
        browsed = {id: place for place, id in enumerate(engine.report_ids())}
        live.sort(key=lambda report: browsed[report.id])
        found = {
            (numbers[each.first], numbers[each.second]): (each.weight, each.seeds)
            for each in engine.shared_texts()
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("index.vector.shared._CHUNK", 7)
            in_pieces = [(numbers[s.first], numbers[s.second]) for s in engine.shared_texts()]
    wanted = pairs_of(live)
    few = {pair: value for pair, value in wanted.items() if _is_few(pair, live)}
    assert few.keys() <= found.keys() <= wanted.keys()
    assert in_pieces == [*found]
    for pair in few:
        assert found[pair][0] == pytest.approx(few[pair][0])
        assert [*found[pair][1]] == [pytest.approx(seed) for seed in few[pair][1]]


def _is_few(pair: Pair, reports: Sequence[Report]) -> bool:
    """Whether every shingle that a pair shares is in few enough sections to be compared by all."""
    held: Mapping[int, int] = _sections_with(reports)
    own = streams(reports)
    shared = {h for _, h in plain.selected(own[pair[0]])} & {
        h for _, h in plain.selected(own[pair[1]])
    }
    return all(held[hash] <= 10 for hash in shared)


def _sections_with(reports: Sequence[Report]) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for stream in streams(reports).values():
        for hash in {h for _, h in plain.selected(stream)}:
            counts[hash] += 1
    return counts


def test_a_text_of_many_sections_is_compared_with_the_first_and_the_next() -> None:
    text = "聘请退休法官坐班每逢赶集日在老茶馆门口摆桌听取乡亲诉求"
    reports = [
        make_report(f"r{n}", [("一、", text)], year=2000 + n, place=Place(f"{n}镇", "县"))
        for n in range(12)
    ]
    others = [make_report(f"o{n}", [("", chr(0x4E00 + n) * 9)]) for n in range(300)]
    with engine_over([reports + others], ()) as engine:
        numbers = {n: where(engine, n)[0] for n in engine.live_sections()}
        found = {(numbers[s.first], numbers[s.second]) for s in engine.shared_texts()}
    wanted = {("r0", f"r{n}") for n in range(1, 12)}
    assert found == wanted | {(f"r{n}", f"r{n + 1}") for n in range(1, 11)}


@pytest.mark.parametrize(("sizes", "gone"), LAYOUTS)
def test_pairs_around_some_sections_are_all_of_the_firsts_that_share_with_one(
    sizes: Sequence[int], gone: set[int]
) -> None:
    reports = make_corpus(len(gone))
    with engine_over(cut(reports, sizes), {reports[n].id for n in gone}) as engine:
        every = [*engine.shared_texts()]
        live = [*engine.live_sections()]
        for wanted in ([], *([number] for number in live), live[::3], live):
            firsts = {p.first for p in every if not {p.first, p.second}.isdisjoint(wanted)}
            around = [*engine.shared_texts(wanted)]
            assert around == [pair for pair in every if pair.first in firsts]


@pytest.mark.parametrize(
    "text", ["啊" * 60_000, "一是二是" * 15_000, "\n".join("测" * 7 for _ in range(9))]
)
def test_repeated_text_is_compared_within_bounds(text: str) -> None:
    reports = [make_report(f"r{n}", [("", text)], place=Place(f"{n}镇", "县")) for n in range(3)]
    with engine_over([reports], ()) as engine:
        found = [*engine.shared_texts()]
    assert all(len(each.seeds) <= 4 * 16 * 8 for each in found)


def test_an_index_of_nothing_shares_nothing() -> None:
    with engine_over([[make_report("r", [("", "")])]], {"r"}) as engine:
        assert [*engine.shared_texts()] == []
        assert engine.common_form(["始终把学习宣传摆在首位", ""]) == [(), ()]


@pytest.mark.parametrize(("n_holding", "is_common"), [(5, False), (6, True)])
def test_in_one_county_half_of_the_townships_make_common_form(
    n_holding: int, is_common: bool
) -> None:
    """A habit of five in twelve townships may be copied: another county would tell."""
    text = SENTENCES[0]
    reports = [
        make_report(f"r{n}", [("", text if n < n_holding else "无")], place=Place(f"{n}镇", "县"))
        for n in range(12)
    ]
    with engine_over([reports], ()) as engine:
        assert bool(engine.common_form([text])[0]) == is_common
        assert bool([*engine.shared_texts()]) != is_common
