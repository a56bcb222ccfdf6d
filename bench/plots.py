"""Plots as SVG, written by hand: latency of the engines, and growth over hits."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.figures import Spread
from bench.peers import OURS, PEERS
from bench.summary import TASKS, number
from bench.targets import Run, growth_queries

WIDTH = 760
STYLE = """<style>
text { font: 13px sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px } .small { font-size: 11px; fill: #57606a }
.grid { stroke: #d0d7de; stroke-width: 1 }
</style>"""
OURS_COLOUR, PEER_COLOUR = "#c2410c", "#3b6ea5"
COLOURS = {"lawsearch": "#c2410c", "tantivy": "#3b6ea5", "fts5": "#4d7c0f"}


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: values from low to high over pixels from start to end."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where the value stands, in pixels."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten on it."""
        first, last = (
            math.ceil(math.log10(self.low) - 1e-9),
            math.floor(math.log10(self.high) + 1e-9),
        )
        return [10.0**power for power in range(first, last + 1)]


def around(values: Sequence[float], start: float, end: float) -> Axis:
    """An axis of whole decades that holds the values."""
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values)))
    return Axis(low, high if high > low else low * 10, start, end)


def svg(height: int, lines: Sequence[str], title: str) -> str:
    """The picture's file, on a white ground."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img">',
            f"<title>{html.escape(title)}</title>",
            STYLE,
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *lines,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """A line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
        f"{html.escape(words)}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def plain(value: float) -> str:
    """A number as it is read on an axis: 0.1, 10, 1,000."""
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def plot_latency(run: Run) -> str:
    """For each task and engine a bar from p50 to p95, with the mean as a dot."""
    spreads = {
        task: {e: found for e in PEERS if (found := run.spread(e, task)) is not None}
        for task in TASKS
    }
    values = [v for found in spreads.values() for s in found.values() for v in (s.p50, s.p95)]
    axis = around(values, 120, WIDTH - 90)
    rows = sum(len(found) for found in spreads.values())
    height = 70 + 22 * rows + 40 * len(spreads)
    title = f"Milliseconds a query, {run.sections:,} sections: p50 to p95, mean as a dot"
    lines = [text(16, 26, title, "title")]
    for tick in axis.ticks():
        lines.append(line(axis.place(tick), 44, axis.place(tick), height - 14))
        lines.append(text(axis.place(tick), height - 2, f"{plain(tick)} ms", "small", "middle"))
    top = 60.0
    for task, engines in spreads.items():
        lines.append(text(16, top, TASKS[task]))
        top += 20
        for engine, measured in engines.items():
            lines += bar(engine, measured, axis, top)
            top += 22
        top += 20
    return svg(height + 6, lines, title)


def bar(engine: str, measured: Spread, axis: Axis, y: float) -> Iterator[str]:
    """An engine's row."""
    colour = OURS_COLOUR if engine == OURS else PEER_COLOUR
    left, right = axis.place(measured.p50), axis.place(measured.p95)
    yield text(axis.start - 8, y + 4, engine, "", "end")
    yield (
        f'<rect x="{left:.1f}" y="{y - 5:.1f}" width="{max(right - left, 2):.1f}" height="10" '
        f'rx="3" fill="{colour}" opacity="0.75"/>'
    )
    yield f'<circle cx="{axis.place(measured.mean):.1f}" cy="{y:.1f}" r="3.5" fill="#111"/>'
    yield text(right + 8, y + 4, f"{number(measured.p50)} – {number(measured.p95)}", "small")


def plot_growth(run: Run, engines: Sequence[str] = tuple(COLOURS)) -> str:
    """For each query a line from size to size: hits across, milliseconds up."""
    curves = {e: found for e in engines if (found := growth_queries(run.rows, e))}
    points = [point for found in curves.values() for curve in found for point in curve]
    across = around([hits for hits, _ in points], 70, WIDTH - 20)
    up = around([ms for _, ms in points], 400, 60)
    sizes = sorted({row.sections for row in run.rows if row.measure == "growth"})
    title = "Milliseconds over hits, each line a query from "
    title += f"{sizes[0]:,} to {sizes[-1]:,} sections, with facets"
    lines = [text(16, 26, title, "title")]
    for tick in across.ticks():
        lines.append(line(across.place(tick), up.end, across.place(tick), up.start))
        lines.append(text(across.place(tick), up.start + 16, plain(tick), "small", "middle"))
    for tick in up.ticks():
        lines.append(line(across.start, up.place(tick), across.end, up.place(tick)))
        lines.append(text(across.start - 6, up.place(tick) + 4, plain(tick), "small", "end"))
    lines.append(text(across.end, up.start + 32, "sections found", "small", "end"))
    lines.append(text(12, up.end - 8, "ms", "small"))
    for place, (engine, found) in enumerate(curves.items()):
        lines += [curve_line(curve, across, up, COLOURS[engine]) for curve in found]
        lines.append(text(90 + 110 * place, 50, engine))
        lines.append(f'<circle cx="{80 + 110 * place}" cy="46" r="5" fill="{COLOURS[engine]}"/>')
    return svg(440, lines, title)


def curve_line(curve: Sequence[tuple[float, float]], across: Axis, up: Axis, colour: str) -> str:
    """A query's line with a dot at each size."""
    places = [f"{across.place(hits):.1f},{up.place(ms):.1f}" for hits, ms in curve]
    return (
        f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" '
        'stroke-width="1.2" opacity="0.6"/>'
    )
