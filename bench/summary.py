"""A run as a page to read: targets, tables, and what the engines found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.figures import Row, medians, percentile
from bench.peers import OURS, PEERS
from bench.peers.base import Task
from bench.targets import NO_LIMIT, SECTIONS, Run, growth_exponent, growth_queries, judge

TASKS = {
    Task.AND: "Top 10 and snippets, every word",
    Task.FACETS: "The same, with exact facets by year and township",
    Task.OR: "Top 10 and snippets, any word",
    Task.PHRASES: "Quoted phrases alone",
}
LATENCY = "Milliseconds, over the queries' medians. The last column is the mean's ratio to ours."
HEADLINE = ("date", "size")
DIFFERENT = 12  # queries shown where engines count differently


def write_summary(run: Run, about: Mapping[str, str]) -> str:
    """The page, in Markdown. about: what was measured on what, by label."""
    told = [f"- {label}: {value}" for label, value in about.items() if label not in HEADLINE]
    parts: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("targets", "Targets", _targets(run)),
        ("latency", "Latency, warm", _latencies(run)),
        ("throughput", "Queries a second, two processes", _throughput(run)),
        ("indexing", "Indexing from parsed sections", _indexing(run)),
        ("parsing", "Reading and parsing, two processes", _parsing(run)),
        ("cold", "Cold processes", _cold(run)),
        ("adding", "Adding one report", _adding(run)),
        ("growth", "Growth", _growth(run)),
        ("counts", "What was found", _counts(run)),
    )
    measured = {"targets", *(row.measure for row in run.rows)}
    lines = [f"# Benchmark, {about['date']}, {about['size']}", "", *told]
    for measure, title, found in parts:
        if measure in measured:
            lines += ["", f"## {title}", "", *found]
    return "\n".join(lines) + "\n"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table; numbers to the right."""
    rule = ["---", *["---:"] * (len(heads) - 1)]
    escaped = [[cell.replace("|", r"\|") for cell in cells] for cells in (heads, rule, *rows)]
    return [f"| {' | '.join(cells)} |" for cells in escaped]


def number(value: float | None) -> str:
    """Three figures of a number, or a dash."""
    if value is None:
        return "–"
    digits = max(0, 2 - len(str(int(abs(value)))) + 1) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def _engines(rows: Sequence[Row]) -> list[str]:
    known = {row.engine for row in rows}
    return [name for name in PEERS if name in known]


def _targets(run: Run) -> list[str]:
    rows = [
        (v.what, f"{number(v.value)} {v.unit}", _limit(v.limit), _limit(v.stretch), str(v))
        for v in judge(run)
    ]
    heads = ("target (less is better)", "measured", "target", "stretch", "")
    told = (
        []
        if run.sections >= SECTIONS
        else ["They are of a province; here they are only shown.", ""]
    )
    return [*told, *table(heads, rows)]


def _limit(value: float | None) -> str:
    return "–" if value is None or value == NO_LIMIT else f"≤ {number(value)}"


def _latencies(run: Run) -> list[str]:
    lines = [LATENCY]
    for task, title in TASKS.items():
        ours = run.spread(OURS, task)
        rows = []
        for engine in _engines(run.here):
            found = run.spread(engine, task)
            if found is not None:
                ratio = f"{number(found.mean / ours.mean)} x" if ours else "–"
                rows.append(
                    (engine, number(found.p50), number(found.p95), number(found.mean), ratio)
                )
        lines += ["", f"### {title}", ""]
        lines += table(("engine", "p50", "p95", "mean", "to ours"), rows)
    return lines


def _throughput(run: Run) -> list[str]:
    rows = [
        (engine, *(number(run.value("throughput", engine, "queries_per_s", t)) for t in TWO))
        for engine in _engines([r for r in run.here if r.measure == "throughput"])
    ]
    return table(("engine", "every word", "with facets"), rows)


TWO = (Task.AND, Task.FACETS)


def _indexing(run: Run) -> list[str]:
    figures = ("seconds", "sections_per_s", "megabytes", "peak_mb", "peak_private_mb")
    built = [row for row in run.here if row.measure == "indexing"]
    rows = [
        (engine, *(number(run.value("indexing", engine, figure)) for figure in figures))
        for engine in _engines(built)
    ]
    heads = ("engine", "seconds", "sections/s", "MB on disk", "peak MB", "of it private")
    rows += [
        (f"{engine}, answering", "–", "–", "–", *memory)
        for engine in _engines([r for r in run.here if r.measure == "memory"])
        for memory in [[number(run.value("memory", engine, f)) for f in ("rss_mb", "private_mb")]]
    ]
    return table(heads, rows)


def _parsing(run: Run) -> list[str]:
    forms = [row for row in run.here if row.measure == "parsing"]
    return table(("format", "sections/s"), [(row.task, number(row.value)) for row in forms])


def _cold(run: Run) -> list[str]:
    measured = [row for row in run.here if row.measure == "cold"]
    kinds = dict.fromkeys((row.engine, row.task) for row in measured)
    rows = [
        (f"{engine}, {form}", number(run.value("cold", engine, "ms", form)))
        for engine, form in kinds
    ]
    return table(("process", "median ms"), rows)


def _adding(run: Run) -> list[str]:
    rows = [
        (words, number(run.value("adding", OURS, figure)))
        for words, figure in (
            ("reading and committing it, by a process that runs", "commit_ms"),
            ("the command `lawsearch index`", "command_ms"),
            ("the command, and until a new process has found it", "until_found_ms"),
        )
    ]
    return table(("", "median ms"), rows)


def _growth(run: Run) -> list[str]:
    grown = [row for row in run.rows if row.measure == "growth"]
    sizes = sorted({row.sections for row in grown})
    rows = []
    for engine in _engines(grown):
        cells = []
        for size in sizes:
            found = [r for r in grown if (r.engine, r.sections, r.figure) == (engine, size, "ms")]
            taken = list(medians(found).values())
            cells.append(number(percentile(taken, 0.5)) if taken else "–")
        exponent = growth_exponent(grown, engine)
        rows.append((engine, *cells, number(exponent)))
    heads = ("p50 ms of the same queries", *(f"{size:,}" for size in sizes), "exponent over hits")
    lines = max(len(growth_queries(grown, engine)) for engine in _engines(grown)) if grown else 0
    return [*table(heads, rows), "", f"{lines} queries with hits in at least two sizes."]


def _counts(run: Run) -> list[str]:
    """Who agrees with whom on how many queries, and examples of where not."""
    totals = {
        engine: {
            (row.task, row.case): int(row.value)
            for row in run.here
            if row.engine == engine and row.figure == "sections" and row.measure in COUNTED
        }
        for engine in ("scan", *_engines(run.here))
    }
    engines = [engine for engine, found in totals.items() if found]
    rows = [
        (a, *(_agreement(totals[a], totals[b]) if a != b else "" for b in engines)) for a in engines
    ]
    lines = [COUNTS, "", *table(("", *engines), rows)]
    return [*lines, *_differences(totals, engines)]


COUNTS = "Queries on which two engines found the same number of sections, of those both answered:"
COUNTED = ("counts", "scan")
Totals = Mapping[tuple[str, str], int]


def _agreement(a: Totals, b: Totals) -> str:
    both = a.keys() & b.keys()
    return f"{sum(a[key] == b[key] for key in both)} of {len(both)}" if both else "–"


def _differences(totals: Mapping[str, Totals], engines: Sequence[str]) -> Iterator[str]:
    keys = dict.fromkeys(key for found in totals.values() for key in found)
    differing = [
        key for key in keys if len({totals[e][key] for e in engines if key in totals[e]}) > 1
    ]
    yield ""
    yield f"{len(differing)} of {len(keys)} are counted differently by some; the first of a task:"
    yield ""
    shown: list[tuple[str, ...]] = []
    for task in TASKS:
        for key in [key for key in differing if key[0] == task][: DIFFERENT // len(TASKS)]:
            cells = [f"{totals[e][key]:,}" if key in totals[e] else "–" for e in engines]
            shown.append((f"{key[0]}: `{key[1]}`", *cells))
    yield from table(("query", *engines), shown)
