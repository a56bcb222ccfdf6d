"""Statistics of the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.figures import Row, fit_power, medians, percentile, read_rows, spread, write_rows


def row(case: str, value: float, figure: str = "ms") -> Row:
    """A latency of some case."""
    return Row("latency", 2500, "lawsearch", "and", case, figure, value)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([3, 1, 2], 0.5, 2, id="median"),
        pytest.param([1, 2], 0.5, 1.5, id="between two"),
        pytest.param(list(range(101)), 0.95, 95, id="p95"),
        pytest.param([7], 0.95, 7, id="one"),
    ],
)
def test_percentile_lies_between_neighbours(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == pytest.approx(expected)


def test_spread_is_of_the_medians_of_each_case() -> None:
    rows = [row("a", 1), row("a", 2), row("a", 90), row("b", 4)]

    found = spread(rows)

    assert medians(rows) == {"a": 2, "b": 4}
    assert found is not None
    assert (found.p50, found.mean, found.cases) == (3, 3, 2)
    assert found.p95 == pytest.approx(3.9)


def test_nothing_measured_has_no_spread() -> None:
    assert spread([]) is None


def test_power_law_is_found_again() -> None:
    exponent, straight = fit_power([(x, 3 * x**0.5) for x in (1, 10, 1000)])

    assert exponent == pytest.approx(0.5)
    assert straight == pytest.approx(1)


def test_power_law_needs_two_places() -> None:
    with pytest.raises(ValueError, match="two different"):
        fit_power([(2, 3), (2, 4)])


def test_rows_come_back_from_their_file(tmp_path: Path) -> None:
    rows = [row('法治 "营商环境", 2024', 0.125), row("b", 41, "sections")]

    write_rows(rows, tmp_path / "raw.csv")

    assert read_rows(tmp_path / "raw.csv") == rows
    assert read_rows(tmp_path / "none.csv") == []
