"""How well each system orders what the judged queries want: a table, one row a group.

``python -m tests.quality.measure`` prints two: over all sections, and over those that our rules
match (of the others' lists, too, only these count: what is left is the order). A cell is nDCG@10
and in brackets the reciprocal rank of the first section graded 2 or 3. ``--queries`` prints each.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.build import build_index
from indexer.prepare import Settings
from tests.quality.systems import Rank, make_bigrams, make_ctrl_f, make_ours, make_whoosh

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
GRADES = ("1", "2", "3")

Run = Mapping[str, Sequence[str]]
"""Query -> the ids of sections, best first."""

OURS = "lawsearch"
SYSTEMS: Mapping[str, Callable[[WhooshEngine], Rank]] = {
    OURS: make_ours,
    "whoosh or": lambda engine: make_whoosh(engine, every_word=False),
    "whoosh and": lambda engine: make_whoosh(engine, every_word=True),
    "bigrams": make_bigrams,
    "Ctrl+F": make_ctrl_f,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and the grades, 1 to 3, of the sections that hold something of what it wants.

    chosen tells that its result was looked at when the weights were chosen.
    """

    text: str
    group: str
    grades: Mapping[str, int]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How well one system did on one query, both from 0 to 1."""

    ndcg: float  # of the first ten
    rr: float  # 1 / the rank of the first section that is graded 2 or 3


def load_judged() -> list[Judged]:
    """The judged queries; of each group the first, third, fifth, … were chosen on."""
    rows = tomllib.loads((HERE / "judged.toml").read_text("utf-8"))["query"]
    seen: dict[str, int] = {}
    judged = []
    for row in rows:
        place = seen[row["group"]] = seen.get(row["group"], 0) + 1
        grades = {id: int(grade) for grade in GRADES for id in row.get(grade, ())}
        judged.append(Judged(row["text"], row["group"], grades, chosen=place % 2 == 1))
    return judged


def index_all(folder: Path) -> WhooshEngine:
    """An index of the samples and of the reports that were written for these queries."""
    writer = WhooshWriter(folder)
    try:
        summary = build_index([SAMPLES, HERE / "reports"], writer, settings=Settings(), jobs=1)
    finally:
        writer.close()
    if summary.refused:
        raise summary.refused[0]
    return WhooshEngine(folder)


def run(judged: Iterable[Judged], rank: Rank) -> Run:
    """What the system finds for each query, by the query's text."""
    return {query.text: rank(query.text) for query in judged}


def within(judged: Iterable[Judged], found: Run) -> list[Judged]:
    """The queries, with the grades of what was found; those where nothing graded was, left out."""
    kept = []
    for query in judged:
        grades = {id: grade for id, grade in query.grades.items() if id in set(found[query.text])}
        if grades:
            kept.append(replace(query, grades=grades))
    return kept


def only(some: Run, found: Run) -> Run:
    """What of some is found, in the order of some."""
    return {text: [id for id in ids if id in set(found[text])] for text, ids in some.items()}


def score(judged: Iterable[Judged], run: Run) -> dict[str, Score]:
    """The score of what was found for each query, by the query's text."""
    import ir_measures
    from ir_measures import RR, nDCG

    wanted = {query.text: dict(query.grades) for query in judged}
    listed = {text: _as_run(run[text]) for text in wanted}
    ndcg, rr = nDCG @ 10, RR(rel=2)
    measured = ir_measures.iter_calc([ndcg, rr], wanted, listed)
    found = {(m.query_id, m.measure): m.value for m in measured}
    return {text: Score(found[text, ndcg], found[text, rr]) for text in wanted}


def _as_run(ids: Sequence[str]) -> dict[str, float]:
    """Scores that keep the order; a query without hits still counts, as 0."""
    return {id: -float(place) for place, id in enumerate(ids)} or {"nothing": 0.0}


def mean(scores: Iterable[Score]) -> Score:
    """The mean of each figure."""
    listed = [*scores]
    return Score(fmean(s.ndcg for s in listed), fmean(s.rr for s in listed))


def groups(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The queries of each group, then of each half, then all."""
    listed = [*judged]
    rows = {
        name: [q for q in listed if q.group == name]
        for name in dict.fromkeys(q.group for q in listed)
    }
    rows["chosen on"] = [q for q in listed if q.chosen]
    rows["held out"] = [q for q in listed if not q.chosen]
    rows["all"] = listed
    return rows


def table(judged: Sequence[Judged], scores: Mapping[str, Mapping[str, Score]]) -> str:
    """Systems side by side, a row for each group."""
    lines = [f"{'':12}{'queries':>8}" + "".join(f"{name:>15}" for name in scores)]
    for name, queries in groups(judged).items():
        cells = (mean(system[q.text] for q in queries) for system in scores.values())
        line = "".join(f"{cell.ndcg:>9.3f} ({cell.rr:.2f})" for cell in cells)
        lines.append(f"{name:12}{len(queries):>8}{line}")
    return "\n".join(lines)


def query_table(judged: Sequence[Judged], scores: Mapping[str, Mapping[str, Score]]) -> str:
    """nDCG@10 of each system, a row for each query; * marks what was chosen on."""
    lines = [" ".join(f"{name:>10}" for name in scores)]
    for q in judged:
        cells = " ".join(f"{system[q.text].ndcg:10.3f}" for system in scores.values())
        lines.append(f"{cells}  {q.group:9}{'*' if q.chosen else ' '} {q.text}")
    return "\n".join(lines)


def run_all(judged: Sequence[Judged], engine: WhooshEngine) -> dict[str, Run]:
    """What each system finds."""
    return {name: run(judged, make(engine)) for name, make in SYSTEMS.items()}


def views(
    judged: Sequence[Judged], runs: Mapping[str, Run]
) -> Iterator[tuple[str, list[Judged], dict[str, Run]]]:
    """(title, queries, runs): over all sections, and over those that our rules match."""
    ours = runs[OURS]
    yield "All sections", [*judged], dict(runs)
    matched = {name: only(found, ours) for name, found in runs.items()}
    yield "Order of the sections that match", within(judged, ours), matched


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Print how well each system ranks.")
    parser.add_argument("--queries", action="store_true", help="each query, too")
    arguments = parser.parse_args()
    judged = load_judged()
    with tempfile.TemporaryDirectory() as folder:
        engine = index_all(Path(folder))
        runs = run_all(judged, engine)
        engine.close()
    for title, queries, listed in views(judged, runs):
        scores = {name: score(queries, found) for name, found in listed.items()}
        print(f"\n{title}")
        if arguments.queries:
            print(query_table(queries, scores))
        print(table(queries, scores))


if __name__ == "__main__":
    main()
