"""Planted copies are looked for in an index, and the tables tell how many were found."""

from __future__ import annotations

import argparse
import importlib.util
import pickle
from pathlib import Path

import pytest

from bench import copies
from bench.copies import CONTROL, Garden, give_ids, make_garden, measure, misses, summarise
from bench.corpus import load_parsed
from bench.figures import Row
from bench.finding import find, is_there
from bench.peers import OURS
from bench.plant import Kind, make_originals, plant
from bench.scoring import Score
from tests.bench.made_corpus import make_report

needs_datasketch = pytest.mark.skipif(
    importlib.util.find_spec("datasketch") is None, reason="datasketch is not installed"
)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Garden:
    """A county of reports, indexed, with copies."""
    return make_garden(tmp_path_factory.mktemp("garden"), *plant(make_originals(750, 4), 4))


def test_the_truth_has_the_ids_of_the_index(garden: Garden) -> None:
    for copy in garden.planted:
        original, at = garden.reports[copy.original.report], garden.reports[copy.copy.report]
        assert copy.original_key.partition("#")[0] == original.id
        assert copy.copy_key.partition("#")[0] == at.id
        for start, there, size in copy.kept:
            assert original.source[start : start + size] == at.source[there : there + size]


def test_reports_that_seem_to_be_of_one_year_have_ids_of_their_own(tmp_path: Path) -> None:
    reports = [make_report("青禾县", "双桅镇", 2021, number) for number in range(3)]
    (tmp_path / "a").write_bytes(pickle.dumps(reports[:2]))
    (tmp_path / "b").write_bytes(pickle.dumps(reports[2:]))

    given = give_ids([tmp_path / "a", tmp_path / "b"])

    id = "青禾县双桅镇-2021"
    assert [report.id for report in given] == [id, f"{id}~2", f"{id}~3"]
    assert load_parsed(tmp_path / "b") == given[2:]


def test_what_is_told_is_scored_and_verbatim_copies_are_found(garden: Garden) -> None:
    finding = find(OURS, garden.index, garden.parsed)
    score = Score(garden.planted, finding.groups)

    assert not [copy for copy in score.missed if copy.kind in (Kind.VERBATIM, Kind.OWN)]
    assert finding.looked_at >= score.pairs > len(garden.planted) / 2
    assert score.precision > 0.7  # the fewer reports, the less common form is known
    assert finding.seconds > 0
    assert finding.peak_rss >= finding.peak_private > 10_000_000


@needs_datasketch
def test_minhash_finds_sections_that_are_mostly_the_same(garden: Garden) -> None:
    score = Score(garden.planted, find("datasketch", garden.index, garden.parsed).groups)

    found = {copy.kind for copy in garden.planted if copy not in score.missed}
    assert Kind.VERBATIM in found
    assert Kind.SENTENCE not in found
    assert score.precision > 0.9


def test_a_run_has_rows_of_the_control_and_of_each_corpus(tmp_path: Path) -> None:
    examples = tmp_path / "examples.md"
    arguments = argparse.Namespace(
        sections=750, seed=1, copies=1, cache=tmp_path / "cache", examples=examples
    )
    rows = list(measure(arguments, [OURS]))

    assert {row.case for row in rows} == {CONTROL, "1000"}
    planted = [row.value for row in rows if (row.figure, row.case) == ("planted", "1000")]
    assert len(planted) == len(Kind)
    assert min(planted) >= 10
    wrong = sum(row.value for row in rows if row.figure == "wrong")
    assert examples.read_text("utf-8").count("## wrong") == wrong
    assert any("precision" in line for line in summarise(rows))


def rows_of(found: float, wrong: float) -> list[Row]:
    """A thousand copies of each kind, so many found; a thousand pairs, so many wrong."""
    figures = {"pairs": 1000, "wrong": wrong, "seconds": 1.5, "peak_mb": 99}
    rows = [Row("copies", 3000, OURS, "all", "7", figure, v) for figure, v in figures.items()]
    rows += [Row("copies", 3000, OURS, "all", CONTROL, figure, 3) for figure in figures]
    for kind in Kind:
        rows.append(Row("copies", 3000, OURS, kind, "7", "planted", 1000))
        rows.append(Row("copies", 3000, OURS, kind, "7", "found", found))
    return rows


@pytest.mark.parametrize(
    ("found", "wrong", "missed"),
    [
        pytest.param(1000, 0, 0, id="all"),
        pytest.param(995, 20, 0, id="just"),
        pytest.param(994, 20, 4, id="verbatim, own, reordered, swapped"),
        pytest.param(989, 20, 5, id="10 % edited too"),
        pytest.param(949, 21, 7, id="all with a target"),
    ],
)
def test_targets_are_missed_by_less(found: int, wrong: int, missed: int) -> None:
    assert len(list(misses(rows_of(found, wrong)))) == missed


def test_the_table_leaves_the_control_out_of_recall_and_precision() -> None:
    page = list(summarise(rows_of(990, 10)))

    assert "| verbatim | 1,000 | 990 | 99.0 % |" in page
    assert "| precision | 99.0 % |" in page
    assert "| pairs where nothing was planted | 3 |" in page
    assert "Missed: verbatim, 99.0 % of 99.5 %." in page
    assert "Every target is met." in list(summarise(rows_of(1000, 0)))


def test_a_finder_that_is_not_installed_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert is_there(OURS)
    assert not is_there("nowhere-to-be-found")
    assert "Without nowhere-to-be-found" in capsys.readouterr().out


def test_planted_and_found_are_counted_over_all_corpora() -> None:
    rows = [Row("copies", 1, OURS, "a", case, "found", 2) for case in ("1", "2", CONTROL)]

    assert copies.total(rows, OURS, "a", "found") == 4
