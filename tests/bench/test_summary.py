"""The page and the plots of a run."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from bench.figures import Row
from bench.peers.base import Task
from bench.plots import Axis, around, plot_growth, plot_latency
from bench.summary import number, table, write_summary
from bench.targets import Run, growth_exponent, judge

SECTIONS = 2500
ABOUT = {"date": "2026-01-31", "size": "county", "machine": "one of ours"}


def make_rows() -> Iterator[Row]:
    """A run in which lawsearch takes a millisecond, tantivy half of it, Whoosh 300."""
    for engine, ms in (("lawsearch", 1.0), ("tantivy", 0.5), ("whoosh", 300.0)):
        for task in Task:
            for case, factor in (("法治", 1.0), ('"网格员" | 调解', 3.0)):
                yield Row("latency", SECTIONS, engine, task, case, "ms", ms * factor)
                found = 7.0 if engine == "whoosh" else 8.0
                yield Row("counts", SECTIONS, engine, task, case, "sections", found)
        yield Row("indexing", SECTIONS, engine, "2 processes", "all", "seconds", ms)
        for size in (SECTIONS, 10 * SECTIONS):
            yield Row("growth", size, engine, "facets", "法治", "sections", size / 100)
            yield Row("growth", size, engine, "facets", "法治", "ms", ms * (size / SECTIONS) ** 0.7)


@pytest.fixture
def run() -> Run:
    """The run."""
    return Run([*make_rows()], SECTIONS)


def test_targets_are_judged_by_ratios(run: Run) -> None:
    verdicts = {verdict.what: verdict for verdict in judge(run)}

    slower = verdicts["top 10 + facets: p50 / tantivy-py's"]
    assert slower.value == pytest.approx(2)
    assert str(slower) == "missed"
    faster = verdicts["top 10 + facets: p50 / Whoosh + ChineseAnalyzer's"]
    assert faster.value == pytest.approx(1 / 300)
    assert str(faster) == "met"
    assert str(verdicts["growth: exponent of latency over hits"]) == "met"
    stretched = verdicts["indexing: time / tantivy-py's"]
    assert (stretched.value, str(stretched)) == (2, "met, and the stretch goal")
    assert "peak memory while indexing" not in verdicts, "not measured"


def test_growth_is_within_queries(run: Run) -> None:
    assert growth_exponent(run.rows, "lawsearch") == pytest.approx(0.7)
    assert growth_exponent(run.rows, "fts5") is None


def test_summary_shows_figures_ratios_and_differing_counts(run: Run) -> None:
    page = write_summary(run, ABOUT)

    assert page.startswith("# Benchmark, 2026-01-31, county\n\n- machine: one of ours\n")
    assert "| whoosh | 600 | 870 | 600 | 300 x |" in page
    assert "| tantivy | 8 of 8 |  | 0 of 8 |" in page
    assert "| and: `法治` | 8 | 8 | 7 |" in page
    assert "## Cold processes" not in page, "not measured"


def test_table_cells_cannot_break_the_table() -> None:
    assert table(("a", "b"), [("x | y", "1")])[-1] == r"| x \| y | 1 |"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.1234, "0.123"), (1.234, "1.23"), (45.67, "45.7"), (12345.6, "12,346")],
)
def test_numbers_have_three_figures(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_plots_are_pictures_of_every_engine(run: Run) -> None:
    for picture in (plot_latency(run), plot_growth(run, ("lawsearch", "tantivy"))):
        texts = [e.text for e in ET.fromstring(picture).iter() if e.tag.endswith("}text")]

        assert {"lawsearch", "tantivy"} <= set(texts)


def test_axis_is_of_whole_decades() -> None:
    axis = around([0.3, 40], 0, 300)

    assert axis == Axis(0.1, 100, 0, 300)
    assert axis.place(10) == pytest.approx(200)
    assert axis.ticks() == pytest.approx([0.1, 1, 10, 100])
