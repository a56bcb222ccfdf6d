"""The measured queries are drawn from the corpus, the same each time, and all have answers."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from bench import queries
from bench.corpus import load_sections, parse_county, query_words
from bench.generate import generate_reports, write_reports
from bench.peers.base import Query, Task
from bench.queries import BANDS, SHAPES, draw_queries, load_queries
from index.analysis import fold_stream
from tests.bench.made_corpus import scan


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A generated county of 100 reports."""
    folder = tmp_path_factory.mktemp("corpus")
    write_reports(generate_reports(1, 20, range(2020, 2025), 7), folder / "reports")
    (folder / "parsed").mkdir()
    (county,) = (folder / "reports").iterdir()
    assert parse_county(county) == 100
    return [*(folder / "parsed").iterdir()]


@pytest.fixture(scope="module")
def drawn(parsed: list[Path]) -> dict[str, list[Query]]:
    """The queries for it."""
    return draw_queries(parsed, 1)


def test_corpus_is_parsed_as_generated(parsed: list[Path]) -> None:
    reports = pickle.loads(parsed[0].read_bytes())

    assert len({report.id for report in reports}) == 100
    assert {report.year for report in reports} == {*range(2020, 2025)}
    assert all(report.place.township and report.place.county for report in reports)
    assert len(load_sections(parsed[0])) == sum(len(report.sections) for report in reports)


def test_every_shape_is_drawn_twice(drawn: dict[str, list[Query]]) -> None:
    assert [query.band for query in drawn["mixed"]] == [*SHAPES, *SHAPES]
    assert {query.band for query in drawn["phrases"]} == {"phrase"}
    assert all(query.phrases and not query.words for query in drawn["phrases"])


def test_queries_have_one_to_four_words(drawn: dict[str, list[Query]]) -> None:
    assert {len(query.words) + len(query.phrases) for query in drawn["mixed"]} == {1, 2, 3, 4}


def test_words_are_as_frequent_as_their_band(
    drawn: dict[str, list[Query]], parsed: list[Path]
) -> None:
    sections = [set(query_words(section.text)) for section in load_sections(parsed[0])]
    for query in drawn["mixed"]:
        bands = [part for part in query.band.split() if part in BANDS]
        for word, band in zip(query.words, bands, strict=True):
            share = sum(word in words for words in sections) / len(sections)
            assert BANDS[band][0] <= share < BANDS[band][1]


def test_every_query_of_words_has_an_answer(
    drawn: dict[str, list[Query]], parsed: list[Path]
) -> None:
    words = [query for query in drawn["mixed"] if not query.phrases]

    assert [q for q in words if not scan(parsed, q, Task.AND)[0].total] == []


def test_phrases_stand_in_a_section(drawn: dict[str, list[Query]], parsed: list[Path]) -> None:
    streams = [fold_stream(section.text) for section in load_sections(parsed[0])]

    for query in [*drawn["mixed"], *drawn["phrases"]]:
        for phrase in query.phrases:
            assert any(phrase in stream for stream in streams), phrase


def test_same_corpus_gives_the_same_queries(
    drawn: dict[str, list[Query]], parsed: list[Path], tmp_path: Path
) -> None:
    assert load_queries(tmp_path / "queries.json", parsed, 1) == drawn
    assert load_queries(tmp_path / "queries.json", [], 1) == drawn, "the second time from the file"


def test_query_is_told_as_it_is_typed() -> None:
    query = Query(("法治", "建设"), ("营商环境",), 2024)

    assert str(query) == '法治 建设 "营商环境" 2024'
    assert queries.make_query({"words": ["a"], "phrases": [], "year": None, "band": ""}) == Query(
        ("a",)
    )
