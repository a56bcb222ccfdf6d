"""The benchmark of the pages asks fairly, and sees what is wrong."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bench import mixture
from bench.committing import (
    FORMS,
    REPORTS,
    SECTIONS,
    Seen,
    count_csv,
    count_json,
    count_page,
    delays,
    judge,
    write_report,
)
from bench.figures import Row
from bench.peers import datasette_tables as tables
from bench.peers.base import Query, Task
from bench.serving_page import CREW, growth, targets, write_page
from index.whoosh_writer import WhooshWriter
from indexer.build import build_index
from indexer.prepare import Settings
from tests.bench.made_corpus import scan, write_corpus
from tests.served import served

QUERIES = [
    Query(("法治",), (), None),
    Query(("培训", "社区"), (), 2021),
    Query((), ("法律明白人",), None),
    Query(("调解",), ("矛盾纠纷",), None),
]
IDS = ["青禾县双桅镇-2021", "青禾县鹭溪乡-2022", "砚北区双桅镇-2021"]


# --- what is asked --------------------------------------------------------------------------------


def test_each_kind_has_its_share_of_the_requests() -> None:
    asked = mixture.mix(QUERIES, IDS, mixture.OURS)
    assert len(asked) == sum(mixture.SHARES.values()) * mixture.ROUNDS
    for path, kinds in (
        ("/search", ("search", "nothing")),
        ("/suggest", ("suggest",)),
        ("/api/v1/query", ("api",)),
    ):
        wanted = sum(mixture.SHARES[kind] for kind in kinds) * mixture.ROUNDS
        assert sum(urlsplit(address).path == path for address in asked) == wanted


def test_both_are_asked_for_the_same_words_and_years_in_the_same_order() -> None:
    pairs = zip(
        mixture.mix(QUERIES, IDS, mixture.OURS, ("search",)),
        mixture.mix(QUERIES, IDS, mixture.DATASETTE, ("search",)),
        strict=True,
    )
    for ours, theirs in pairs:
        one, other = (parse_qs(urlsplit(address).query) for address in (ours, theirs))
        typed = one["q"][0].replace(" 2021", "")
        assert letters(typed) == letters(other["_search"][0])
        assert one.get("year", ["2021"] if "2021" in one["q"][0] else None) == other.get("year")


def letters(text: str) -> str:
    return "".join(text.split())


def test_no_section_holds_all_of_a_search_that_is_to_find_nothing(tmp_path: Path) -> None:
    add(tmp_path / "index", tmp_path / "reports", 1)
    with served(tmp_path / "index") as client:
        for query in (QUERIES[0], QUERIES[3]):
            address = mixture.search(mixture.nothing(query), path="/api/v1/query")
            answer = client.get(address).json()
            assert answer["mode"] != "section" or not answer["total_sections"]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_datasettes_words_find_the_sections_that_hold_them(tmp_path: Path, query: Query) -> None:
    files = write_corpus(tmp_path)
    tables.build(files, tmp_path / "tables", 1)
    asked = parse_qs(urlsplit(tables.search(query, None)).query)
    with closing(sqlite3.connect(tmp_path / "tables" / tables.FILE)) as db:
        found = db.execute(
            "SELECT count(*) FROM sections WHERE number IN "
            "(SELECT rowid FROM words WHERE words MATCH ?) AND year = coalesce(?, year)",
            (asked["_search"][0], asked.get("year", [None])[0]),
        ).fetchone()[0]
    assert found == scan(files, query, Task.AND)[0].total > 0


# --- what is checked while reports are added ------------------------------------------------------


def add(index_dir: Path, reports: Path, commits: int) -> None:
    """Add the benchmark's reports, one commit after the other."""
    for number in range(1, commits + 1):
        for township in range(REPORTS):
            write_report(reports, number, township)
        writer = WhooshWriter(index_dir)
        build_index([reports], writer, settings=Settings(), jobs=1)
        writer.close()


@pytest.mark.parametrize("commits", [1, 3])
def test_every_form_of_an_answer_tells_how_many_sections_hold_the_mark(
    tmp_path: Path, commits: int
) -> None:
    index_dir = tmp_path / "index"
    add(index_dir, tmp_path / "reports", commits)
    with served(index_dir) as client:
        for form, (path, count) in FORMS.items():
            answer = client.get(path)
            assert answer.headers["ETag"].startswith(f'W/"{commits}-')
            assert count(answer.content) == commits * REPORTS * SECTIONS, form


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param([Seen("json", 2, 6, 0), Seen("csv", 3, 12, 0)], [], id="right"),
        pytest.param([Seen("json", 3, 6, 0)], ["json: 6 sections in commit 3, not 12"], id="mixed"),
        pytest.param(
            [Seen("json", 3, 12, 0), Seen("csv", 2, 6, 0)], ["csv: commit 2 after 3"], id="older"
        ),
        pytest.param([Seen("json", 9, 0, 0)], ["json: commit 9 was never made"], id="unknown"),
    ],
)
def test_an_answer_that_is_not_of_its_commit_is_seen(seen: list[Seen], said: list[str]) -> None:
    assert [*judge(seen, {2: 6, 3: 12})] == said


def test_parts_of_an_answer_that_do_not_fit_together_are_seen() -> None:
    whole = {"total_sections": 2, "facets": {"year": [{"count": 2}]}, "hits": [{}, {}]}
    assert count_json(json.dumps(whole).encode()) == 2
    for broken in (
        whole | {"total_sections": 3},
        whole | {"hits": [{}]},
        whole | {"facets": {"year": [{"count": 1}]}},
    ):
        with pytest.raises(ValueError, match="sections"):
            count_json(json.dumps(broken).encode())
    with pytest.raises(ValueError, match="2 sections, 1 hits"):
        count_page(b'<h2 id="totals"><b>2 sections</b></h2><li class="hit">')
    assert count_csv('\ufeffa,b\n"x\ny",2\n'.encode()) == 1


def test_how_soon_a_commit_is_seen() -> None:
    seen = [Seen("json", 1, 0, 1.0), Seen("json", 3, 0, 5.5)]
    assert [*delays(seen, {2: 5.0, 3: 6.0, 4: 7.0})] == [500.0, 0.0]


# --- what is told ---------------------------------------------------------------------------------


def rows(*megabytes: float) -> list[Row]:
    head = ("load", 100, CREW, "mixed")
    told = {"p95_ms": 251.0, "errors": 0, "requests_per_s": 100.0}
    found = [Row(*head, "all", figure, value) for figure, value in told.items()]
    return found + [Row(*head, str(n), "rss_mb", value) for n, value in enumerate(megabytes)]


def test_memory_that_grows_is_told_from_memory_that_was_filled_once() -> None:
    assert growth(rows(50, 80, *[100] * 14), "load", CREW) == 1
    grown = growth(rows(*range(100, 260, 10)), "load", CREW)
    assert grown is not None
    assert grown > 1.3
    assert growth(rows(1, 2, 3), "load", CREW) is None, "too short to say"


def test_a_missed_target_is_told() -> None:
    told = {what: verdict for what, _found, _target, verdict in targets(rows(*[100] * 16))}
    assert told == {
        "errors under load": "met",
        "p95 under load": "missed",
        "memory, last quarter to second": "met",
    }


def test_a_page_has_only_what_was_measured() -> None:
    page = write_page(rows(*[100] * 16), "today, county", ["corpus: 100 sections"])
    assert "- corpus: 100 sections" in page
    assert f"| {CREW}, mixed | 100 |" in page
    assert "Page weight" not in page
    assert "While reports are added" not in page
