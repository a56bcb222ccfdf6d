"""Figures: rows of what was measured, and the statistics over them."""

from __future__ import annotations

import csv
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. sections is the size of the corpus, figure names value and its unit."""

    measure: str
    sections: int
    engine: str
    task: str
    case: str
    figure: str
    value: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the medians of each case."""

    p50: float
    p95: float
    mean: float
    cases: int


def write_rows(rows: Iterable[Row], file: Path) -> None:
    """Write the rows as CSV."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(asdict(row) | {"value": f"{row.value:.6g}"})


def read_rows(file: Path) -> list[Row]:
    """The rows of a CSV; none where there is no file."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            Row(
                measure=row["measure"],
                sections=int(row["sections"]),
                engine=row["engine"],
                task=row["task"],
                case=row["case"],
                figure=row["figure"],
                value=float(row["value"]),
            )
            for row in csv.DictReader(stream)
        ]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, interpolated between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def medians(rows: Iterable[Row]) -> dict[str, float]:
    """For each case the median of its values."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[row.case].append(row.value)
    return {case: statistics.median(found) for case, found in values.items()}


def spread(rows: Iterable[Row]) -> Spread | None:
    """p50, p95 and mean over the cases' medians; None where nothing was measured."""
    found = list(medians(rows).values())
    if not found:
        return None
    return Spread(
        p50=percentile(found, 0.5),
        p95=percentile(found, 0.95),
        mean=statistics.fmean(found),
        cases=len(found),
    )


def fit_power(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(exponent, r squared) of the power law y = a * x ** exponent that fits best, on logarithms.

    Raises
    ------
    ValueError
        With fewer than two different x.
    """
    xs = [math.log(x) for x, _ in points]
    ys = [math.log(y) for _, y in points]
    if len(set(xs)) < 2:
        raise ValueError("a power law needs two different x")
    exponent, constant = statistics.linear_regression(xs, ys)
    mean = statistics.fmean(ys)
    left = sum((y - constant - exponent * x) ** 2 for x, y in zip(xs, ys, strict=True))
    total = sum((y - mean) ** 2 for y in ys)
    return exponent, 1 - left / total if total else 1.0
