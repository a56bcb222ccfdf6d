"""Reports that are made to cost: one line of half a million characters, headings without end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner

from cli import app
from index.engine import Batch
from index.model import Place, Report
from index.prepared import prepare
from index.record import report_json
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.prepare import Settings, load_report
from indexer.read import DEFAULT_LIMITS, Reader
from search.alike import similar_json
from search.copies import CopiesRequest, copies_json, find_copies
from search.diff import diff_json, diff_reports
from search.results import results_json
from search.run import Request, Searcher
from search.similar import SimilarRequest, find_similar
from search.spread import SpreadRequest, find_spread
from terminal.page import diff_page
from terminal.show import show_report, show_results
from terminal.show_copies import show_copies
from terminal.show_diff import show_diff
from terminal.show_similar import show_similar
from tests.faults.crashing import DONE, run_apart
from tests.faults.folders import index_folder, report_text
from tests.made import batch, write

Value = TypeVar("Value")
MIB = 1 << 20
MOST_MEMORY = 768 * MIB  # beyond what the test has already
HANG_S = 10.0
LONG = DEFAULT_LIMITS.characters - 100
TITLE = "青禾县槿岭镇2023年法治政府建设年度报告\n"
SENTENCE = "调解矛盾纠纷，"
QUERIES = ("法治", "“一”", "调解 /s 矛盾", "治 /p 法", "title:法治", "调解纠纷")


def filled(piece: str, *, head: str = "") -> str:
    """A text of the piece over and over, as long as may be."""
    return (head + piece * (LONG // len(piece)))[:LONG]


def counted(form: str, *, head: str = TITLE) -> str:
    """A text of the form with rising numbers."""
    return (head + "".join(form.format(i) for i in range(1, LONG // len(form))))[:LONG]


TEXTS = {
    "one line": filled("法治政府建设"),
    "one character": filled("一"),
    "no full stop": filled(SENTENCE, head=TITLE + "一、措施\n"),
    "top headings": filled("一、甲\n乙。\n"),
    "numbered headings": counted("{}、\n"),
    "sub-headings": counted("（一）甲{}\n", head=TITLE + "一、措施\n"),
    "measures in a line": filled("一是做；", head=TITLE + "一、措施\n"),
    "measures in lines": filled("一是做。\n", head=TITLE + "一、措施\n"),
    "furniture": filled("打印本页 关闭窗口\n") + "法",
    "page numbers": filled("— 3 —\n") + "法",
    "titles": filled(TITLE),
    "years": filled("2023年"),
    "dates": filled("2023年1月1日\n"),
    "document numbers": filled("青政发〔2023〕1号\n"),
    "places": filled("西峡县西坪镇、"),
    "endings of places": filled("镇"),
    "opening brackets": filled("（"),
    "numbers in brackets": filled("(一"),
    "digits": filled("1"),
    "dots": filled("1."),
    "white space": "法" + " " * (LONG - 2) + "治",
    "empty lines": "法" + "\n" * (LONG - 2) + "治",
    "carriage returns": filled("法治\r"),
    "quotation marks": filled("“”") + "法",
    "accents": "e" + "\u0301" * LONG,
    "NUL": filled("法治" * 99 + "\0"),
    "rare characters": "".join(chr(0x20000 + i * 7919 % 40_000) for i in range(LONG)),
}
QUICK = ("dates", "measures in a line", "white space")


def run_through(text: str, folder: Path) -> None:
    """Read, index, query, show and check a report; no step takes long."""
    path = folder / "青禾县槿岭镇.txt"
    path.write_bytes(text.encode())
    with Reader() as reader:
        report = timed(lambda: load_report(path, reader, Settings()))
    prepared = timed(lambda: prepare(report))
    writer = WhooshWriter(folder / "index")
    timed(lambda: writer.write(Batch(add=(prepared,))))
    writer.close()
    engine = WhooshEngine(folder / "index")
    for query in QUERIES:
        timed(partial(answer, engine, query))
    timed(lambda: [*show_report(report)])
    timed(lambda: json.dumps(report_json(report, explain=True)))
    assert timed(lambda: [*engine.verify()]) == []
    engine.close()
    compare(report, folder / "compared")


def compare(report: Report, folder: Path) -> None:
    """Compare the report with what became of it in other years and places."""
    half = len(report.source) // 2
    changed = report.source[:half] + "枫桥经验" + report.source[half + 4 :]  # spans stay
    others = [
        replace(report, id="a", year=2022, place=Place("槿岭镇", "青禾县")),
        replace(report, id="b", year=2023, place=Place("槿岭镇", "青禾县"), source=changed),
        replace(report, id="c", year=2023, place=Place("霜溪乡", "云麓区"), source=changed),
    ]
    with closing(WhooshEngine(write(folder, batch(*others)))) as engine:
        copies = timed(lambda: find_copies(engine, CopiesRequest()))
        timed(lambda: [json.dumps(copies_json(copies)), *show_copies(copies, limit=10)])
        diff = timed(lambda: diff_reports(engine, "a", "b"))
        timed(lambda: [json.dumps(diff_json(diff)), diff_page(diff), *show_diff(diff)])
        for section in [s for s in report.sections if s.measures][:1]:
            for id in (f"a#{section.key}", f"a#{section.key}-m1"):
                timed(partial(find_similar, engine, SimilarRequest(id)))
        similar = timed(lambda: find_similar(engine, SimilarRequest(text=report.source)))
        timed(lambda: [json.dumps(similar_json(similar)), *show_similar(similar)])
        timed(lambda: find_spread(engine, SpreadRequest("法治")))


def answer(engine: WhooshEngine, query: str) -> None:
    """Answer a query and draw what was found."""
    results = Searcher(engine).run(Request(query))
    json.dumps(results_json(results))
    for _line in show_results(results, (), by_report=False):
        pass


def timed(step: Callable[[], Value]) -> Value:
    """What the step gives, within a bearable time."""
    began = time.monotonic()
    found = step()
    assert time.monotonic() - began < HANG_S
    return found


def limit_memory() -> None:
    """Let this process have so much more memory than it has."""
    import resource

    has = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + MOST_MEMORY, resource.RLIM_INFINITY))


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory, and forks")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow], id=n) for n in TEXTS],
)
def test_a_report_that_is_made_to_cost_costs_little(name: str, tmp_path: Path) -> None:
    assert run_apart(lambda: run_through(TEXTS[name], tmp_path), limit_memory) == DONE


STEERING = "\x1b[31m红\x1b]0;题\x07\u202e倒\u2066转\u200b\x85\x9b2J"


def test_what_a_report_holds_never_steers_the_terminal(tmp_path: Path) -> None:
    reports, index = tmp_path / "re\x1b[2Jports", tmp_path / "index"
    reports.mkdir()
    body = report_text("槿岭镇", 2023) + "说明。" * 300
    text = body.replace("一、主要", f"一、{STEERING}主要").replace("普法课", f"普法{STEERING}课")
    (reports / "青禾县槿岭镇.txt").write_text(text, "utf-8")
    (reports / "\x1b[31m空.txt").write_bytes(b"")
    said = [run("index", str(reports), "--index-dir", str(index))]
    for command in (
        ("query", "普法"),
        ("query", f"普法 {STEERING}"),
        ("query", "普法", "--csv"),
        ("browse", "township"),
        ("show", "青禾县槿岭镇-2023"),
        ("show", f"没有{STEERING}"),
        ("status",),
        ("verify",),
    ):
        said.append(run(*command, "--index-dir", str(index)))
    said.append(run("parse", str(reports / "青禾县槿岭镇.txt"), "--explain"))
    said.append(run("query", "普法", "--index-dir", str(tmp_path / "\x1b[2J")))

    unseen = {c for text in said for c in text if not (c.isprintable() or c in "\r\n\ufeff")}
    assert unseen == set()
    assert "普法" in said[1]


def run(*arguments: str) -> str:
    """All that a command prints."""
    return CliRunner().invoke(app, [*arguments]).output


def test_a_report_of_steering_characters_is_indexed_whole(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    reports.mkdir()
    text = report_text("槿岭镇", 2023) * 20 + STEERING
    (reports / "青禾县槿岭镇.txt").write_text(text, "utf-8")

    assert index_folder(reports, index, batch=1).added == 1

    engine = WhooshEngine(index)
    try:
        assert [*engine.verify()] == []
        (report,) = engine.fetch([*engine.report_ids()]).values()
        assert report.source == text
        assert Searcher(engine).run(Request('"红"')).total_sections == 1
    finally:
        engine.close()
