"""How well each system finds the measures that say the same in other words: one table.

``python -m tests.quality.similar`` prints nDCG@10 of each; ``--queries`` of each query. All systems
compare measures, each with the heading of its section, and leave out the query's own township.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from statistics import fmean

from index.analysis import fold_stream
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.build import build_index
from indexer.prepare import Settings
from search.similar import SimilarFinder, SimilarRequest
from tests.quality.measure import GRADES, HERE, SAMPLES, Judged, score

DEPTH = 20
K1, B = 1.2, 0.75  # of the bigrams' BM25, as they are in most programs

Rank = Callable[[str], list[str]]
"""From a measure's id to the ids of others, best first."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure as the other systems see it."""

    id: str
    township: str
    text: str


def load_judged() -> list[Judged]:
    """The judged measures; the first, third, fifth, … were chosen on."""
    themes = tomllib.loads((HERE / "similar.toml").read_text("utf-8"))["theme"]
    judged: list[Judged] = []
    for theme in themes:
        grades = {id: int(grade) for grade in GRADES for id in theme.get(grade, ())}
        for query in theme["queries"]:
            others = {id: g for id, g in grades.items() if township(id) != township(query)}
            judged.append(Judged(query, theme["name"], others, chosen=len(judged) % 2 == 0))
    return judged


def township(id: str) -> str:
    """The township of a measure, by its id."""
    return id.split("#")[0].rpartition("-")[0]


def index_all(folder: Path) -> WhooshEngine:
    """An index of the samples and of all reports that were written for judging."""
    writer = WhooshWriter(folder)
    paths = [SAMPLES, HERE / "reports", HERE / "similar_reports"]
    try:
        summary = build_index(paths, writer, settings=Settings(), jobs=1)
    finally:
        writer.close()
    if summary.refused:
        raise summary.refused[0]
    return WhooshEngine(folder)


def units(engine: WhooshEngine) -> list[Unit]:
    """Every measure, in browse order."""
    return [
        Unit(id, township(id), fold_stream(f"{section.heading}。{report.source[start:end]}"))
        for report_id, report in engine.fetch([*engine.report_ids()]).items()
        for section in report.sections
        for n, (start, end) in enumerate(section.measures, 1)
        for id in [f"{report_id}#{section.key}-m{n}"]
    ]


# Systems


def make_ours(engine: WhooshEngine) -> Rank:
    """This program, as `lawsearch similar` runs it; the copies of a hit follow it."""
    finder = SimilarFinder(engine)

    def rank(query: str) -> list[str]:
        hits = finder.find(SimilarRequest(query, limit=DEPTH)).hits
        return [measure.id for hit in hits for measure in (hit.measure, *hit.copies)]

    return rank


def make_more_like(engine: WhooshEngine) -> Rank:
    """Whoosh's more_like with its defaults, over jieba's ChineseAnalyzer."""
    from jieba.analyse import ChineseAnalyzer
    from whoosh import fields
    from whoosh.filedb.filestore import RamStorage

    text = fields.TEXT(analyzer=ChineseAnalyzer(), stored=True)
    index = RamStorage().create_index(fields.Schema(id=fields.ID(stored=True), text=text))
    writer = index.writer()
    for unit in units(engine):
        writer.add_document(id=unit.id, text=unit.text)
    writer.commit()
    searcher = index.searcher()

    def rank(query: str) -> list[str]:
        number = searcher.document_number(id=query)
        return [hit["id"] for hit in searcher.more_like(number, "text", top=None)]

    return rank


def make_tf_idf(engine: WhooshEngine) -> Rank:
    """The cosine of TF-IDF vectors of jieba's words, as scikit-learn makes them by default."""
    import jieba

    jieba.setLogLevel("WARNING")
    listed = units(engine)
    counted = {unit.id: Counter(jieba.lcut(unit.text.lower())) for unit in listed}
    frequency = Counter(word for words in counted.values() for word in words)
    idf = {word: log((1 + len(listed)) / (1 + df)) + 1 for word, df in frequency.items()}
    vectors = {id: _unit_vector(words, idf) for id, words in counted.items()}

    def like(query: Mapping[str, float], other: Mapping[str, float]) -> float:
        return sum(query[word] * other[word] for word in sorted(query.keys() & other.keys()))

    return lambda query: _best(listed, [like(vectors[query], vectors[u.id]) for u in listed])


def _unit_vector(words: Mapping[str, int], idf: Mapping[str, float]) -> dict[str, float]:
    weights = {word: count * idf[word] for word, count in words.items()}
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}


def make_bigrams(engine: WhooshEngine) -> Rank:
    """BM25 of the pairs of neighbouring letters and digits."""
    listed = units(engine)
    held = {unit.id: _pairs(unit.text) for unit in listed}
    frequency = Counter(pair for pairs in held.values() for pair in pairs)
    mean = fmean(pairs.total() for pairs in held.values())
    n = len(listed)
    idf = {pair: log(1 + (n - df + 0.5) / (df + 0.5)) for pair, df in frequency.items()}

    def like(query: Mapping[str, int], pairs: Counter[str]) -> float:
        norm = K1 * (1 - B + B * pairs.total() / mean)
        both = query.keys() & pairs.keys()
        return sum(idf[p] * pairs[p] * (K1 + 1) / (pairs[p] + norm) for p in sorted(both))

    return lambda query: _best(listed, [like(held[query], held[unit.id]) for unit in listed])


def _pairs(text: str) -> Counter[str]:
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    return Counter(pair for pair in pairs if pair.isalnum())


def _best(listed: Sequence[Unit], scores: Sequence[float]) -> list[str]:
    order = sorted(range(len(listed)), key=lambda n: -scores[n])
    return [listed[n].id for n in order if scores[n] > 0]


OURS = "lawsearch"
SYSTEMS: Mapping[str, Callable[[WhooshEngine], Rank]] = {
    OURS: make_ours,
    "more_like": make_more_like,
    "TF-IDF": make_tf_idf,
    "bigram BM25": make_bigrams,
}


# Figures


def figures(judged: Sequence[Judged], engine: WhooshEngine) -> dict[str, dict[str, float]]:
    """nDCG@10 of each system for each query."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # jieba leaves a file of its own open
        ranks = {name: make(engine) for name, make in SYSTEMS.items()}
        return {name: _figures(judged, rank) for name, rank in ranks.items()}


def _figures(judged: Sequence[Judged], rank: Rank) -> dict[str, float]:
    run = {q.text: [id for id in rank(q.text) if township(id) != township(q.text)] for q in judged}
    return {query: found.ndcg for query, found in score(judged, run).items()}


def halves(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The queries that were chosen on, those that were not, and all."""
    listed = [*judged]
    chosen = [query for query in listed if query.chosen]
    return {
        "chosen on": chosen,
        "held out": [query for query in listed if not query.chosen],
        "all": listed,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Print how well similar measures are found.")
    parser.add_argument("--queries", action="store_true", help="each query, too")
    arguments = parser.parse_args()
    judged = load_judged()
    with tempfile.TemporaryDirectory() as folder:
        engine = index_all(Path(folder))
        found = figures(judged, engine)
        engine.close()
    print(f"{'':12}{'queries':>8}" + "".join(f"{name:>13}" for name in found))
    for name, queries in halves(judged).items():
        cells = (fmean(system[query.text] for query in queries) for system in found.values())
        print(f"{name:12}{len(queries):>8}" + "".join(f"{cell:13.3f}" for cell in cells))
    for query in judged if arguments.queries else ():
        line = " ".join(f"{system[query.text]:12.3f}" for system in found.values())
        print(f"{line}  {query.group}{'*' if query.chosen else ''} {query.text}")


if __name__ == "__main__":
    main()
