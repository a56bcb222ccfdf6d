"""Damaged copies of the samples and damaged queries: read or refused, answered, and soon."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bench.generate import generate_reports, write_reports
from index.engine import Status
from index.errors import ReportError
from index.prepared import prepare
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.build import Progress, Summary, build_index
from indexer.prepare import Settings, load_report
from indexer.read import Reader
from search.results import results_json
from search.run import Request, Searcher
from tests.faults.mutations import mutants, mutated_query

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FEW_OR_ALL_FILES = [
    pytest.param(48, id="48"),
    pytest.param(500, id="500", marks=pytest.mark.slow),
]
FEW_OR_ALL_QUERIES = [
    pytest.param(150, id="150"),
    pytest.param(2000, id="2000", marks=pytest.mark.slow),
]
HANG_S = 10.0
SLOW_S = 4.0  # what is measured is a quarter of it; the rest is for machines that do other things

QUERIES = [
    *("枫桥经验 2024", '"法律明白人"', "调解 /s 网格员", "矛盾纠纷 OR 信访 -诉讼", "法治政府建设"),
    *("year:2021..2023 普法", "(综治中心 | 人民调解) 2023", "title:年度报告 heading:执法"),
    *(
        "为什么行政执法人员要持证上岗",
        "township:石桥镇 培训",
        "学法 /10 考试",
        "part:problems 不足",
    ),
    *("“重大行政决策” NOT 听证", "村（居）法律顾问", "合法性审核 同段 规范性文件", '"的"'),
]


@pytest.mark.parametrize("count", FEW_OR_ALL_FILES)
def test_a_damaged_file_is_read_or_refused_soon(count: int, tmp_path: Path) -> None:
    refused = 0
    with Reader() as reader:
        for name, data in islice(mutants(SAMPLES, random.Random(count)), count):
            (tmp_path / name).write_bytes(data)
            began = time.monotonic()
            reason = why_refused(tmp_path / name, reader)
            refused += reason is not None
            assert "\n" not in (reason or ""), name
            assert time.monotonic() - began < HANG_S, name
    assert 0 < refused < count


def why_refused(path: Path, reader: Reader) -> str | None:
    """Why a file is no report, if it is none."""
    try:
        prepare(load_report(path, reader, Settings()))
    except ReportError as error:
        return str(error)
    return None


@pytest.mark.parametrize("count", FEW_OR_ALL_FILES)
def test_no_damaged_file_is_half_indexed(count: int, tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    reports.mkdir()
    for name, data in islice(mutants(SAMPLES, random.Random(count + 1)), count):
        (reports / name).write_bytes(data)

    summary, longest = build(reports, index)

    status = status_of(index)
    assert summary.found == status.files == count
    assert len(status.refused) == len(summary.refused)
    assert summary.added == status.reports
    assert summary.added + summary.joined + len(summary.refused) == count
    assert longest < HANG_S


def build(reports: Path, index: Path) -> tuple[Summary, float]:
    """What a run with two processes did, and the longest that it went without a word."""
    last, longest = time.monotonic(), 0.0

    def note(_: Progress) -> None:
        nonlocal last, longest
        longest = max(longest, time.monotonic() - last)
        last = time.monotonic()

    writer = WhooshWriter(index, wait_s=0)
    try:
        summary = build_index([reports], writer, settings=Settings(), jobs=2, on_progress=note)
    finally:
        writer.close()
    return summary, longest


def status_of(index: Path) -> Status:
    """The status; also checks that the index is whole and every report can be shown."""
    engine = WhooshEngine(index)
    try:
        assert [*engine.verify()] == []
        assert len(engine.fetch([*engine.report_ids()])) == engine.status().reports
        return engine.status()
    finally:
        engine.close()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """An index of generated reports, some 500 sections."""
    folder = tmp_path_factory.mktemp("county")
    write_reports(generate_reports(1, 8, range(2019, 2024), 7), folder / "reports")
    build(folder / "reports", folder / "index")
    engine = WhooshEngine(folder / "index")
    yield Searcher(engine)
    engine.close()


def ask(searcher: Searcher, query: str) -> float:
    """Seconds that a query takes; its answer can be printed."""
    began = time.monotonic()
    results = searcher.run(Request(query))
    json.dumps(results_json(results), ensure_ascii=True)
    return time.monotonic() - began


@pytest.mark.parametrize("count", FEW_OR_ALL_QUERIES)
def test_a_damaged_query_is_answered_soon(count: int, county: Searcher) -> None:
    chance = random.Random(count)
    for _query in range(count):
        query = mutated_query(QUERIES, chance)
        assert ask(county, query) < SLOW_S, query


TEXT = "推进依法行政加强法治政府建设完善矛盾纠纷多元化解机制落实普法责任制规范执法行为"
HEAVY = {
    "2,000 words of one character": " ".join(chr(0x4E00 + i * 7 % 5000) for i in range(2000)),
    "the same word": " ".join(["的"] * 2000),
    "a whole report, unquoted": TEXT * 100,
    "a whole report, quoted": f'"{TEXT * 95}"',
    "a report cut anywhere": " ".join((TEXT * 80)[i : i + 4] for i in range(0, 3000, 4)),
    "alternatives": " OR ".join((TEXT * 50)[i : i + 3] for i in range(0, 1500, 3)),
    "alternatives of pairs": "|".join(f"{a} {b}" for a in TEXT for b in TEXT[:20]),
    "exclusions": " ".join("-" + (TEXT * 50)[i : i + 2] for i in range(0, 1900, 2)),
    "a chain of sentences": " /s ".join(["的", "村", "法"] * 300),
    "a chain of paragraphs": " /p ".join(["的", "村", "法"] * 300),
    "a chain of nearness": " /10 ".join(["的", "一"] * 400),
    "brackets": "(" * 2000 + "的" + ")" * 1999,
    "closed brackets": ")" * 4000,
    "exclusions of exclusions": "NOT " * 900 + "的",
    "words that are nowhere": " ".join("龘" + chr(0x5000 + i) * 2 for i in range(900)),
    "letters that are nowhere": " ".join(f"zhen{i}" for i in range(500)),
    "numbers": " ".join(map(str, range(1000))),
    "years": " ".join(str(2000 + i % 50) for i in range(800)),
    "values": "year:" + ",".join(str(2000 + i % 99) for i in range(700)),
    "townships": "township:" + ",".join(f"石{chr(0x4E00 + i)}镇" for i in range(900)),
    "titles": " ".join(f"title:{c}" for c in TEXT * 12),
    "headings": " ".join(f"heading:{c}" for c in TEXT * 10),
    "one character": "一" * 4000,
    "marks": "。" * 4000,
    "quotation marks": '"' * 4000,
    "halves of characters": "\ud800法" * 1000,
    "a million characters": "法治" * 500_000,
}


@pytest.mark.parametrize("query", [pytest.param(q, id=name) for name, q in HEAVY.items()])
def test_a_heavy_query_is_answered_soon(query: str, county: Searcher) -> None:
    assert ask(county, query) < SLOW_S


def test_what_is_too_much_of_a_query_is_told(county: Searcher) -> None:
    many = county.run(Request("调解 " * 200))
    long = county.run(Request("".join(chr(0x4E00 + i * 11) for i in range(300))))

    assert [i.why for i in many.ignored] == ["only the first 64 words were read"]
    assert many.total_sections == county.run(Request("调解")).total_sections
    assert [i.why for i in long.ignored] == [
        "too long: only the first 128 words of the query are looked for apart"
    ]
