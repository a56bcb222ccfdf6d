"""Recall and precision of `lawsearch copies` on planted copies, beside MinHash.

``python -m bench.copies [--seed N] [--sections N] [--copies N]`` makes as many corpora of that size
as it takes to plant so many copies of each kind, indexes each and looks for copies in all of it.
Seed 1 was for choosing limits, 2 and 3 were held out. The exit status is 1 when a target is missed
by 600 copies of each kind or more; fewer only show it.

A planted copy is found when one group marks at least half of the characters that it kept, on both
sides. A pair of a group's first section and another is right when both are of one planted family
and agree there; a pair that has only boilerplate in common is wrong. The control is the same corpus
before anything is planted: whatever is reported there is wrong.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.building import Built, build
from bench.corpus import Corpus, in_order, load_parsed, parse_county
from bench.figures import Row, write_rows
from bench.finding import FINDERS, find, is_there
from bench.generate import GeneratedReport, write_reports
from bench.peers import OURS
from bench.plant import Kind, Planted, Stretch, make_originals, plant
from bench.scoring import Score, identify
from bench.summary import number, table
from index.model import Report
from indexer.ids import numbered

JOBS = 2
COPIES = 600  # of each kind
RECALL = {
    Kind.VERBATIM: 0.995,
    Kind.OWN: 0.995,
    Kind.REORDERED: 0.995,
    Kind.SWAPPED: 0.995,
    Kind.EDITED_10: 0.99,
    Kind.EDITED_25: 0.95,
}
PRECISION = 0.98
CONTROL = "nothing planted"


@dataclass(frozen=True, slots=True)
class Garden:
    """A corpus of parsed and indexed reports, and what was planted in it."""

    reports: dict[str, Report]  # by id
    planted: Sequence[Planted]
    parsed: Sequence[Path]
    index: Path
    built: Built


def main() -> int:
    """Measure, and print one table; 1 when a target is missed."""
    arguments = parse_arguments()
    finders = [finder for finder in arguments.finders if is_there(finder)]
    rows = list(measure(arguments, finders))
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        write_rows(rows, arguments.out / "raw.csv")
    print("\n".join(summarise(rows)))
    return 1 if any(misses(rows)) and arguments.copies >= COPIES else 0


def parse_arguments() -> argparse.Namespace:
    """The command line's values."""
    parser = argparse.ArgumentParser(description="Recall and precision on planted copies.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sections", type=int, default=3000, help="of each corpus, about")
    parser.add_argument("--copies", type=int, default=COPIES, help="of each kind, at least")
    parser.add_argument("--finders", nargs="+", choices=FINDERS, default=[*FINDERS])
    parser.add_argument("--cache", type=Path, help="where corpora are made")
    parser.add_argument("--examples", type=Path, help="file for what was missed and what was wrong")
    parser.add_argument("--out", type=Path, help="folder for raw.csv")
    arguments = parser.parse_args()
    cache = arguments.cache or Path(tempfile.gettempdir()) / "lawsearch-bench"
    arguments.cache = cache / f"copies-{arguments.sections}"
    return arguments


def measure(arguments: argparse.Namespace, finders: Sequence[str]) -> Iterator[Row]:
    """Rows of each corpus, the control first."""
    left, seed = arguments.copies, 1000 * arguments.seed
    examples: list[str] = []
    garden = make_garden(arguments.cache, make_originals(arguments.sections, seed), ())
    yield from rows_of(garden, finders, arguments.sections, CONTROL, examples)
    while left > 0:
        originals = make_originals(arguments.sections, seed)
        garden = make_garden(arguments.cache, *plant(originals, seed))
        yield from rows_of(garden, finders, arguments.sections, str(seed), examples)
        left -= len(garden.planted) // len(Kind)
        seed += 1
    if arguments.examples:
        arguments.examples.write_text("\n".join(examples) + "\n", "utf-8")


def make_garden(
    folder: Path, reports: Iterable[GeneratedReport], planted: Iterable[Planted]
) -> Garden:
    """The corpus, written, parsed and indexed anew."""
    shutil.rmtree(folder, ignore_errors=True)
    corpus = Corpus(folder)
    write_reports(reports, corpus.reports)
    (folder / "parsed").mkdir()
    counties = sorted(corpus.reports.iterdir())
    for _ in in_order(parse_county, counties, JOBS):
        pass
    parsed = corpus.parsed()
    found = give_ids(parsed)
    by_path = {Path(r.file).relative_to(corpus.reports).as_posix(): r for r in found}
    index = folder / "index"
    return Garden(
        reports={report.id: report for report in found},
        planted=identify(planted, by_path),
        parsed=parsed,
        index=index,
        built=build(OURS, parsed, sum(len(r.sections) for r in found), index, JOBS),
    )


def give_ids(parsed: Iterable[Path]) -> list[Report]:
    """The reports of these files, each under an id of its own; the files are written again.

    A copied text can name the year of another report: then two seem to be of one year.
    """
    given: dict[str, Report] = {}
    for file in parsed:
        reports = []
        for report in load_parsed(file):
            reports.append(replace(report, id=numbered(report.id, given.__contains__)))
            given[reports[-1].id] = reports[-1]
        file.write_bytes(pickle.dumps(reports, 5))
    return list(given.values())


def rows_of(
    garden: Garden, finders: Sequence[str], sections: int, case: str, examples: list[str]
) -> Iterator[Row]:
    """Rows of what each finder finds in a corpus; adds to the examples."""
    for finder in finders:
        finding = find(finder, garden.index, garden.parsed)
        score = Score(garden.planted, finding.groups)
        for kind in Kind:
            planted = sum(copy.kind is kind for copy in garden.planted)
            found = planted - sum(copy.kind is kind for copy in score.missed)
            yield Row("copies", sections, finder, kind, case, "planted", planted)
            yield Row("copies", sections, finder, kind, case, "found", found)
        figures = {
            "groups": len(score.groups),
            "pairs": score.pairs,
            "wrong": len(score.wrong),
            "seconds": finding.seconds,
            "peak_mb": finding.peak_rss / 1e6,
            "index_seconds": garden.built.seconds,
        }
        for figure, value in figures.items():
            yield Row("copies", sections, finder, "all", case, figure, value)
        examples += [f"# {finder}, {case}", *describe(garden, score)]


def describe(garden: Garden, score: Score) -> Iterator[str]:
    """What was missed and what was wrong, with the texts."""
    for copy in score.missed:
        yield f"\n## missed: {copy.kind}, {copy.original_key} -> {copy.copy_key}"
        for stretch in (copy.original, copy.copy):
            yield f"- {cut(garden, stretch)}"
        held = [g for g in score.groups if copy.original_key in g and copy.copy_key in g]
        yield f"- groups that hold both: {len(held)}"
    for leader, member, agreeing in score.wrong:
        yield f"\n## wrong: {leader} -> {member}"
        for start, end, first, last in agreeing:
            yield f"- {cut(garden, Stretch(leader.partition('#')[0], first, last))}"
            yield f"  {cut(garden, Stretch(member.partition('#')[0], start, end))}"


def cut(garden: Garden, stretch: Stretch) -> str:
    """The stretch's text."""
    return garden.reports[stretch.report].source[stretch.start : stretch.end]


# The table


def summarise(rows: Sequence[Row]) -> Iterator[str]:
    """The tables, and the targets that were missed."""
    finders = list(dict.fromkeys(row.engine for row in rows))
    columns = [(finder, what) for finder in finders for what in ("found", "recall")]
    heads = ["kind", "planted", *(f"{finder}: {what}" for finder, what in columns)]
    yield from table(heads, [recalls(rows, kind, finders) for kind in Kind])
    yield ""
    figures = [wholes(rows, finder) for finder in finders]
    lines = [[label, *(found[label] for found in figures)] for label in figures[0]]
    yield from table(["all together", *finders], lines)
    yield ""
    if OURS in finders:
        yield from list(misses(rows)) or ["Every target is met."]


def recalls(rows: Sequence[Row], kind: Kind, finders: Sequence[str]) -> list[str]:
    """A kind's line."""
    cells = [kind.value]
    for finder in finders:
        planted, found = (total(rows, finder, kind, figure) for figure in ("planted", "found"))
        cells += [f"{planted:,.0f}"] * (len(cells) == 1) + [f"{found:,.0f}", share(found, planted)]
    return cells


def wholes(rows: Sequence[Row], finder: str) -> dict[str, str]:
    """What a finder needed and how often it was wrong, by label."""
    own = [row for row in rows if (row.engine, row.task) == (finder, "all")]
    control = {row.figure: row.value for row in own if row.case == CONTROL}
    pairs, wrong = (total(rows, finder, "all", figure) for figure in ("pairs", "wrong"))
    most = {f: max(r.value for r in own if r.figure == f) for f in ("seconds", "peak_mb")}
    return {
        "pairs reported": f"{pairs:,.0f}",
        "of these wrong": f"{wrong:,.0f}",
        "precision": share(pairs - wrong, pairs),
        "pairs where nothing was planted": f"{control['pairs']:,.0f}",
        "seconds a corpus": number(most["seconds"]),
        "peak memory, MB": number(most["peak_mb"]),
    }


def misses(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each target of ours that was missed."""
    for kind, least in RECALL.items():
        planted, found = (total(rows, OURS, kind, figure) for figure in ("planted", "found"))
        if found < least * planted:
            yield f"Missed: {kind.value}, {share(found, planted)} of {100 * least:g} %."
    pairs, wrong = (total(rows, OURS, "all", figure) for figure in ("pairs", "wrong"))
    if pairs - wrong < PRECISION * pairs:
        yield f"Missed: precision, {share(pairs - wrong, pairs)} of {100 * PRECISION:g} %."


def total(rows: Iterable[Row], finder: str, task: str, figure: str) -> float:
    """The sum of a figure over the planted corpora."""
    wanted = finder, task, figure
    return sum(
        r.value for r in rows if (r.engine, r.task, r.figure) == wanted and r.case != CONTROL
    )


def share(part: float, of: float) -> str:
    """A part as per cent."""
    return f"{100 * part / of:.1f} %" if of else "–"


if __name__ == "__main__":
    raise SystemExit(main())
