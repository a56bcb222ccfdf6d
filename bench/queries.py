"""The queries that are measured: drawn from the corpus by how frequent words are in it.

Nobody picks them: a section is drawn, and of its words those of the wanted frequencies, so that
every query has an answer. The same corpus gives the same queries.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from random import Random

from bench.corpus import BenchSection, in_order, load_sections, query_words
from bench.peers.base import Query

SEED = 20
HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
BANDS = {
    "head": (0.1, 1.0),
    "body": (0.005, 0.1),
    "low": (0.001, 0.005),
    "tail": (0.0, 0.001),
}
"""Shares of the sections that hold a word."""

NOTHING = (2.0, 2.0)

SHAPES = (
    "head", "body", "low", "tail", "head head", "head body", "head low", "body body", "body low",
    "low phrase", "head phrase", "phrase", "head head head", "head body low", "body phrase year",
    "head year", "body year", "low year", "head body year", "body body year", "head head phrase",
    "head head head head", "head body body low", "phrase year",
)  # fmt: skip
ROUNDS = 2  # through the shapes
PHRASE_QUERIES = 24
PHRASE_WORDS = (2, 3, 4)
LONGEST_PHRASE = 16  # characters
TRIES = 20_000


def load_queries(file: Path, parsed: Sequence[Path], jobs: int) -> dict[str, list[Query]]:
    """The queries for a corpus, kept in a file beside it."""
    if not file.exists():
        drawn = draw_queries(parsed, jobs)
        rows = {name: [asdict(query) for query in queries] for name, queries in drawn.items()}
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    stored = json.loads(file.read_text("utf-8"))
    return {name: [make_query(row) for row in rows] for name, rows in stored.items()}


def make_query(row: dict[str, object]) -> Query:
    """The query of a JSON object."""
    words, phrases, year = row["words"], row["phrases"], row["year"]
    assert isinstance(words, list)
    assert isinstance(phrases, list)
    assert year is None or isinstance(year, int)
    return Query(tuple(words), tuple(phrases), year, str(row["band"]))


def draw_queries(parsed: Sequence[Path], jobs: int) -> dict[str, list[Query]]:
    """Queries of words, phrases and years ("mixed"), and of a phrase alone ("phrases")."""
    shares = word_shares(parsed, jobs)
    rng = Random(SEED)
    mixed = islice(draw(SHAPES * ROUNDS, parsed, shares, rng), len(SHAPES) * ROUNDS)
    phrases = islice(draw(("phrase",) * PHRASE_QUERIES, parsed, shares, rng), PHRASE_QUERIES)
    return {"mixed": list(mixed), "phrases": list(phrases)}


def word_shares(parsed: Sequence[Path], jobs: int) -> dict[str, float]:
    """For each word the share of the sections that hold it."""
    frequency: Counter[str] = Counter()
    sections = 0
    for count, found in in_order(count_words, parsed, jobs):
        sections += count
        frequency.update(found)
    return {word: count / sections for word, count in frequency.items()}


def count_words(file: Path) -> tuple[int, Counter[str]]:
    """(sections, in how many of them each word is) of a county."""
    frequency: Counter[str] = Counter()
    sections = load_sections(file)
    for section in sections:
        frequency.update(set(query_words(section.text)))
    return len(sections), frequency


def draw(
    shapes: Sequence[str], parsed: Sequence[Path], shares: dict[str, float], rng: Random
) -> Iterator[Query]:
    """A query of each shape."""
    sections = draw_sections(parsed, rng)
    for shape in shapes:
        made = (fill(shape, section, shares, rng) for section in islice(sections, TRIES))
        yield next(query for query in made if query is not None)


def draw_sections(parsed: Sequence[Path], rng: Random) -> Iterator[BenchSection]:
    """Sections at random, without end; a county is read for fifty of them."""
    while True:
        sections = load_sections(rng.choice(parsed))
        yield from rng.sample(sections, min(50, len(sections)))


def fill(shape: str, section: BenchSection, shares: dict[str, float], rng: Random) -> Query | None:
    """A query of the shape from a section's words; None where it has none of a band."""
    words: list[str] = []
    phrases: list[str] = []
    known = dict.fromkeys(query_words(section.text))
    for part in shape.split():
        if part == "phrase":
            pool: Iterable[str] = phrases_of(section.text, rng)
        else:
            pool = words_of_band(known, shares, part)
        choices = sorted(set(pool) - {*words, *phrases})
        if not choices and part != "year":
            return None
        if part != "year":
            (phrases if part == "phrase" else words).append(rng.choice(choices))
    year = section.year if "year" in shape.split() else None
    return Query(tuple(words), tuple(phrases), year, shape)


def words_of_band(words: Iterable[str], shares: dict[str, float], band: str) -> Iterator[str]:
    """The words of the band that a segmentation leaves whole."""
    least, most = BANDS.get(band, NOTHING)
    for word in words:
        if HAN.fullmatch(word) and least <= shares[word] < most and query_words(word) == [word]:
            yield word


def phrases_of(text: str, rng: Random) -> Iterator[str]:
    """Runs of words without punctuation between, as somebody would quote them."""
    for run in HAN.findall(text.replace("\n", " ")):
        words = query_words(run)
        count = rng.choice(PHRASE_WORDS)
        if len(words) < count:
            continue
        first = rng.randrange(len(words) - count + 1)
        phrase = "".join(words[first : first + count])
        if len(phrase) <= LONGEST_PHRASE:
            yield phrase
