"""What similar and copies cost is measured on a small corpus, and told in one table."""

from __future__ import annotations

import importlib.util
from collections import Counter

import pytest

from bench import comparing, likeness
from bench.comparing import Part, summarise
from bench.corpus import COUNTIES, parse_county
from bench.figures import Row
from bench.generate import generate_reports, write_reports
from bench.likeness import ASKED, SKLEARN, WHOOSH, draw_measures, measures_of
from bench.peers import OURS

needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    """Twenty-one reports, parsed."""
    folder = tmp_path_factory.mktemp("corpus")
    write_reports(generate_reports(1, 3, range(2018, 2025), 7), folder / "reports")
    (folder / "parsed").mkdir()
    for county in (folder / "reports").iterdir():
        parse_county(county)
    return Part(tuple((folder / "parsed").glob("*.pickle")), folder / "indexes")


def test_measures_are_drawn_once_and_again_the_same(part: Part) -> None:
    (file,) = part.parsed
    drawn = draw_measures(part.parsed, 30)

    assert drawn == draw_measures(part.parsed, 30)
    assert len(set(drawn)) == 30
    assert set(drawn) <= set(measures_of(file))
    assert all(len(asked.text) >= likeness.SHORTEST for asked in drawn)


@pytest.mark.parametrize("peer", [OURS, pytest.param(SKLEARN, marks=needs_sklearn), WHOOSH])
def test_every_peer_answers_what_is_asked(part: Part, peer: str) -> None:
    rows = list(comparing.measure_similar(part, [peer]))

    figures = Counter(row.figure for row in rows)
    assert figures == {"ms": ASKED[peer], "found": ASKED[peer], "seconds": 1, "private_mb": 1}
    found = [row.value for row in rows if row.figure == "found"]
    assert sum(found) / len(found) > 5
    assert {row.sections for row in rows} == {part.sections}


def test_shingles_are_weighed_and_timed(part: Part) -> None:
    seconds = {row.case: row.value for row in comparing.measure_shingling(part, [])}
    sizes = {row.case: row.value for row in comparing.measure_disk(part, [])}

    assert 0 < seconds["shingles of new segments"] < seconds["all"]
    assert sizes["all"] > sizes["shingles"] + sizes["common form"] > 0


def test_copies_of_everything_are_counted(part: Part) -> None:
    figures = {row.figure: row.value for row in comparing.measure_copies(part, [])}

    assert figures["looked_at"] >= figures["pairs"] >= figures["groups"]
    assert figures["seconds"] > 0
    assert figures["peak_mb"] >= figures["private_mb"] > 10


def test_the_parts_of_every_size_are_in_its_corpus() -> None:
    assert comparing.SIZES.keys() == COUNTIES.keys()
    assert all(max(parts) <= COUNTIES[size] for size, parts in comparing.SIZES.items())


def test_the_table_has_a_column_for_each_size_and_no_empty_line() -> None:
    rows = [
        *(Row("similar", 2500, OURS, "", str(n), "ms", n) for n in range(1, 101)),
        Row("similar", 30000, SKLEARN, "", "open", "seconds", 12.5),
        Row("copies", 30000, OURS, "", "all", "seconds", 8),
        Row("shingling", 2500, OURS, "1 process", "all", "seconds", 2),
    ]

    lines = [line for line in summarise(rows, "region") if line.startswith("|")]

    assert lines == [
        "| sections | 2,500 | 30,000 |",
        "| --- | ---: | ---: |",
        "| similar, lawsearch: p50, ms | 50.5 | – |",
        "| similar, lawsearch: p95, ms | 95.0 | – |",
        "| similar, scikit-learn: ready after, s | – | 12.5 |",
        "| copies: seconds | – | 8.00 |",
        "| indexing, 1 process: seconds | 2.00 | – |",
    ]


def test_a_peer_that_is_not_installed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(likeness.NEEDED, SKLEARN, "nowhere_to_be_found")

    assert likeness.is_there(OURS)
    assert not likeness.is_there(SKLEARN)
    assert "Without scikit-learn" in capsys.readouterr().out
