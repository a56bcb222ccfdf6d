"""A process that finds what is like a measure with one engine, timing itself.

``python -m bench.likeness ENGINE INDEX ASKED PARSED…``: ASKED holds a JSON object a line, the id
and the text of a measure. Prints an object: the seconds until it was ready, the nanoseconds of each
answer, how much was found, and the process's memory.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

import psutil

from bench.building import resident
from bench.corpus import load_parsed, load_sections, query_words
from bench.figures import Row
from bench.peers import CLUSTER, OURS
from bench.peers.base import TOP
from bench.peers.on_cluster import OnCluster
from bench.peers.ours import Lawsearch
from bench.worker import ROOT, environment
from index.engine import Engine

SKLEARN, WHOOSH = "scikit-learn", "whoosh"
SHORTEST = 30  # characters of a measure that is asked
WARM_UP = 50
ASKED = {OURS: 300, CLUSTER: 100, SKLEARN: 100, WHOOSH: 20}
SEED = 7


class Asked(NamedTuple):
    """A measure: its id and its text."""

    id: str
    text: str


class Finder(Protocol):
    """What finds the like."""

    def like(self, asked: Asked) -> Sequence[str]:
        """The sections of the ten nearest measures, or the ten nearest sections, by their ids."""
        ...


class Ours:
    """`lawsearch similar`, the whole way to grouped hits with terms and agreeing passages."""

    def __init__(self, engine: Engine) -> None:
        from search.similar import SimilarFinder

        self._finder = SimilarFinder(engine)

    def like(self, asked: Asked) -> Sequence[str]:
        from search.similar import SimilarRequest

        found = self._finder.find(SimilarRequest(id=asked.id, limit=TOP))
        return [hit.measure.passage.id for hit in found.hits]


class Tfidf:
    """TF-IDF of jieba's words and cosines, the vectors turned into an inverted index."""

    def __init__(self, _index: Path, parsed: Sequence[Path]) -> None:
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._ids: list[str] = []
        self._vectorizer = TfidfVectorizer(
            analyzer=query_words, sublinear_tf=True, dtype=np.float32
        )
        self._inverted = self._vectorizer.fit_transform(self._texts(parsed)).T.tocsr()

    def _texts(self, parsed: Sequence[Path]) -> Iterator[str]:
        for file in parsed:
            for section in load_sections(file):
                self._ids.append(section.id)
                yield section.text

    def like(self, asked: Asked) -> Sequence[str]:
        import numpy as np

        scores = (self._vectorizer.transform([asked.text]) @ self._inverted).toarray()[0]
        best = np.argpartition(scores, -TOP)[-TOP:]
        return [self._ids[at] for at in best[np.argsort(-scores[best], kind="stable")]]


class MoreLike:
    """Whoosh's more_like over the index of its benchmark, as it comes."""

    def __init__(self, index: Path, _parsed: Sequence[Path]) -> None:
        from whoosh.index import open_dir

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jieba's own
            self._searcher = open_dir(str(index)).searcher()

    def like(self, asked: Asked) -> Sequence[str]:
        found = self._searcher.more_like(None, "text", text=asked.text, top=TOP)
        return [hit["id"] for hit in found]


NEEDED = {SKLEARN: "sklearn", WHOOSH: "jieba"}
"""Modules beyond our own that they import."""
FINDERS: dict[str, Callable[[Path, Sequence[Path]], Finder]] = {
    OURS: lambda index, _parsed: Ours(Lawsearch.open(index)),
    CLUSTER: lambda index, _parsed: Ours(OnCluster.open(index)),
    SKLEARN: Tfidf,
    WHOOSH: MoreLike,
}


def is_there(engine: str) -> bool:
    """Whether what an engine needs is installed; says so where not."""
    found = engine not in NEEDED or importlib.util.find_spec(NEEDED[engine]) is not None
    if not found:
        print(f"Without {engine}: {NEEDED[engine]} is not installed", flush=True)
    return found


def draw_measures(parsed: Sequence[Path], count: int) -> list[Asked]:
    """That many measures, as many of each county, or one more."""
    rng = Random(SEED)
    each = -(-count // len(parsed))
    found = []
    for file in parsed:
        measures = measures_of(file)
        found += rng.sample(measures, min(each, len(measures)))
    rng.shuffle(found)
    return found[:count]


def measures_of(file: Path) -> list[Asked]:
    """The measures of a county, those of some length."""
    return [
        Asked(f"{report.id}#{section.key}-m{number}", report.source[start:end])
        for report in load_parsed(file)
        for section in report.sections
        for number, (start, end) in enumerate(section.measures, 1)
        if end - start >= SHORTEST
    ]


def measure(
    engine: str, index: Path, parsed: Sequence[Path], asked: Path, sections: int
) -> Iterator[Row]:
    """Rows of milliseconds, of what was found, of memory, and of the seconds of getting ready."""
    arguments = [engine, str(index), str(asked), *map(str, parsed)]
    run = subprocess.run(
        [sys.executable, "-m", "bench.likeness", *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        check=True,
    )
    answered: Mapping[str, Any] = json.loads(run.stdout)
    for id, ns, found in answered["answers"]:
        yield Row("similar", sections, engine, "", id, "ms", ns / 1e6)
        yield Row("similar", sections, engine, "", id, "found", found)
    yield Row("similar", sections, engine, "", "open", "seconds", answered["seconds"])
    yield Row("similar", sections, engine, "", "answering", "private_mb", answered["private"] / 1e6)


def main() -> None:
    """Open, warm up, and answer."""
    engine, index, file, *parsed = sys.argv[1:]
    lines = Path(file).read_text("utf-8").splitlines()
    asked = [Asked(**json.loads(line)) for line in lines]
    started = time.perf_counter()
    finder = FINDERS[engine](Path(index), list(map(Path, parsed)))
    seconds = time.perf_counter() - started
    warm_up = min(WARM_UP, ASKED[engine])
    for each in asked[-warm_up:]:
        finder.like(each)
    answers = [answer(finder, each) for each in asked[: ASKED[engine]]]
    _rss, private = resident(psutil.Process())
    print(json.dumps({"seconds": seconds, "answers": answers, "private": private}))


def answer(finder: Finder, asked: Asked) -> tuple[str, int, int]:
    """The measure's id, the nanoseconds, and how much was found."""
    started = time.perf_counter_ns()
    found = finder.like(asked)
    return asked.id, time.perf_counter_ns() - started, len(found)


if __name__ == "__main__":
    main()
