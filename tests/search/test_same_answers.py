"""Whoever asks gets the same answer: Python, one query, many of a file, JSON or text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from index.engine import Sort
from index.model import Level, Part
from index.querytree import Field, Filter, YearRange
from index.whoosh_engine import WhooshEngine
from search.results import results_json
from search.run import Request, Searcher
from search.synonyms import load_synonyms

Asked = tuple[list[str], Request, list[str]]
"""Flags, the same as a request, and the queries that are asked with them."""

QUERIES: Mapping[str, Asked] = {
    "words": (
        [],
        Request(""),
        [
            "枫桥经验",
            "法律明白人",
            "普法",
            "人",
            "。",
            "法律明白人 培训",
            "行政执法三项制度",
            "执法人员持证上岗",
            "為什麼調解",
            "ＡＢＣ",
            "无人机",
            "绝对没有的话",
        ],
    ),
    "phrases": (
        [],
        Request(""),
        ['"枫桥经验"', "“网格+调解”", '"一" "二"', '"绝对没有的话"', '"。二是"', '"１２３４５"'],
    ),
    "years and places": (
        [],
        Request(""),
        [
            "枫桥经验 2024",
            "2023年普法",
            "二〇二二年 调解",
            "荻溪镇 普法",
            "青禾县荻溪镇",
            "荻溪镇枫桥经验2022年",
            "2020",
            '"2024" 普法',
            "2024 2025 院坝会",
            "1998年 调解",
            "没有镇 调解",
        ],
    ),
    "operators": (
        [],
        Request(""),
        [
            "调解 -网格",
            "院坝会 OR 板凳会",
            "院坝会 | 板凳会 | 茶桌",
            "(院坝会 或 板凳会) 调解",
            "调解 /s 网格员",
            "调解 /p 法律顾问",
            "调解 /5 网格",
            "调解 同句 (网格员 OR 调解员)",
            "NOT 的",
            "枫桥经验 AND NOT year:2022",
        ],
    ),
    "fields": (
        [],
        Request(""),
        [
            "year:2021..2023 调解",
            "年份:2021..",
            "title:荻溪镇",
            "heading:调解",
            "小标题:普法 2025",
            "part:problems 执法",
            "level:county 调解",
            "county:云麓区 -township:荻溪镇 普法",
            "topic:行政执法 year:2023,2024",
        ],
    ),
    "what cannot be read": (
        [],
        Request(""),
        ["", "OR", '"', "year:", "year:abcd 调解", "((调解", "📎 \u202e调解", "-" * 50],
    ),
    "filters by flags": (
        ["--year", "2022..2024", "--part", "problems", "--part", "plans", "--county", "青禾县"],
        Request(
            "",
            filters=(
                Filter(Field.YEAR, (YearRange(2022, 2024),)),
                Filter(Field.COUNTY, ("青禾县",)),
                Filter(Field.PART, (Part.PROBLEMS, Part.PLANS)),
            ),
        ),
        ["执法", "调解 2023", "绝对没有的话"],
    ),
    "by report, by year": (
        ["--by", "report", "--sort", "year", "--limit", "3", "--page", "2"],
        Request("", by_report=True, sort=Sort.YEAR, limit=3, page=2),
        ["调解", "普法 2024"],
    ),
    "everything, by township": (
        ["--sort", "township", "--limit", "0", "--level", "county", "--level", "township"],
        Request(
            "",
            sort=Sort.TOWNSHIP,
            limit=None,
            filters=(Filter(Field.LEVEL, (Level.COUNTY, Level.TOWNSHIP)),),
        ),
        ["法律顾问"],
    ),
    "to the letter": (
        ["--exact", "--literal"],
        Request("", exact=True, literal=True),
        ["2024年 调解", "荻溪镇"],
    ),
    "with synonyms": (
        ["--synonyms"],
        Request("", synonyms=load_synonyms()),
        ["综治中心", "法律明白人"],
    ),
}
CASES = [pytest.param(*asked, id=name) for name, asked in QUERIES.items()]


def test_there_are_sixty_queries() -> None:
    assert sum(len(queries) for _, _, queries in QUERIES.values()) >= 60


@pytest.fixture(scope="module")
def searcher(samples_index: Path) -> Iterator[Searcher]:
    engine = WhooshEngine(samples_index)
    yield Searcher(engine)
    engine.close()


def ask(samples_index: Path, *arguments: str) -> str:
    result = CliRunner().invoke(
        app, ["query", *arguments], env={"LAWSEARCH_INDEX": str(samples_index)}
    )
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def without_time(results: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(results, ensure_ascii=False))
    return {name: value for name, value in plain.items() if name != "took_ms"}


@pytest.mark.parametrize(("flags", "request_", "queries"), CASES)
def test_functions_json_text_and_files_of_queries_agree(
    searcher: Searcher,
    samples_index: Path,
    tmp_path: Path,
    flags: list[str],
    request_: Request,
    queries: list[str],
) -> None:
    file = tmp_path / "queries.txt"
    file.write_text("".join(query + "\n" for query in queries), "utf-8")
    wanted = [run(searcher, request_, query) for query in queries]
    together = ask(samples_index, *flags, "--json", "--from", str(file))
    assert [without_time(json.loads(line)) for line in together.splitlines()] == wanted
    texts = []
    for query, results in zip(queries, wanted, strict=True):
        (line,) = ask(samples_index, *flags, "--json", "--", query).splitlines()
        assert without_time(json.loads(line)) == results
        texts.append(ask(samples_index, *flags, "--", query))
        assert_text_agrees(texts[-1], results)
    assert ask(samples_index, *flags, "--from", str(file)) == "\n".join(texts)


def run(searcher: Searcher, request: Request, query: str) -> dict[str, Any]:
    results = searcher.run(
        Request(
            query=query,
            filters=request.filters,
            exact=request.exact,
            literal=request.literal,
            sort=request.sort,
            by_report=request.by_report,
            limit=request.limit,
            page=request.page,
            synonyms=request.synonyms,
        )
    )
    return without_time(results_json(results, by_report=request.by_report))


def assert_text_agrees(text: str, results: dict[str, Any]) -> None:
    """The page that people see names the same sections in the same order, and the same totals."""
    hits = re.findall(r"^(\d+)\. .*  (\S+#\S+)$", text, re.MULTILINE)
    assert hits == [(str(hit["rank"]), hit["id"]) for hit in results["hits"]]
    total = results["total_sections"]
    assert (f"{total} section" in text) if total else ("Nothing found." in text)
