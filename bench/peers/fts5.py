"""SQLite FTS5: jieba's words joined by spaces; a second variant finds phrases by trigrams."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from bench.corpus import BenchSection, in_order, query_words, spaced_sections
from bench.peers.base import TOP, Found, Hit, Query, Task
from bench.peers.highlighting import highlight
from index.analysis import fold_stream

# What is shown and what is counted stand apart: counting reads rows of a few bytes.
TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
CREATE TABLE place (number INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE counted (number INTEGER PRIMARY KEY, year INTEGER, place INTEGER);
CREATE TABLE shown (number INTEGER PRIMARY KEY, id TEXT, title TEXT, text TEXT);
CREATE VIRTUAL TABLE words USING fts5(
    body, year, content='', tokenize="unicode61 remove_diacritics 0");
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(1.0, 0.0)');
"""
TRIGRAMS = "CREATE VIRTUAL TABLE trigrams USING fts5(stream, content='', tokenize='trigram')"
SHORTEST = 3  # characters of a phrase that trigrams find
# With the + before a rowid SQLite reads the matches once, not once for each row of the inner query.
BY_TRIGRAMS = "SELECT rowid FROM trigrams WHERE trigrams MATCH ?"
BY_YEAR = "SELECT number FROM counted WHERE year = ?"
Condition = tuple[str, str, tuple[str | int, ...]]


class Words:
    """An open FTS5 index of words, with the text beside it."""

    name: ClassVar[str] = "fts5"
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    with_trigrams: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(f"file:{folder / 'fts5.db'}?mode=ro", uri=True)
        self._db.execute("PRAGMA mmap_size = 4294967296")
        self._db.execute("PRAGMA cache_size = -65536")

    @staticmethod
    def version() -> str:
        return f"SQLite FTS5 {sqlite3.sqlite_version}"

    @classmethod
    def build(cls, parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        folder.mkdir()
        db = sqlite3.connect(folder / "fts5.db")
        db.executescript(TABLES + (TRIGRAMS if cls.with_trigrams else ""))
        places: dict[str, int] = {}
        number = 0
        for sections in in_order(spaced_sections, parsed, jobs):
            cls._insert(db, sections, number, places)
            number += len(sections)
        db.executemany("INSERT INTO place VALUES (?, ?)", ((n, p) for p, n in places.items()))
        for table in ("words", "trigrams") if cls.with_trigrams else ("words",):
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        db.commit()
        db.close()

    @classmethod
    def _insert(
        cls,
        db: sqlite3.Connection,
        sections: list[tuple[BenchSection, str]],
        first: int,
        places: dict[str, int],
    ) -> None:
        numbered = [(n, s, words) for n, (s, words) in enumerate(sections, first)]
        db.executemany(
            "INSERT INTO counted VALUES (?, ?, ?)",
            ((n, s.year, places.setdefault(s.place, len(places))) for n, s, _ in numbered),
        )
        db.executemany(
            "INSERT INTO shown VALUES (?, ?, ?, ?)",
            ((n, s.id, s.title, s.text) for n, s, _ in numbered),
        )
        db.executemany(
            "INSERT INTO words (rowid, body, year) VALUES (?, ?, ?)",
            ((n, words, str(s.year)) for n, s, words in numbered),
        )
        if cls.with_trigrams:
            db.executemany(
                "INSERT INTO trigrams (rowid, stream) VALUES (?, ?)",
                ((n, fold_stream(s.text)) for n, s, _ in numbered),
            )

    def search(self, query: Query, task: Task) -> Found:
        table, where, values = self._condition(query, any_of=task is Task.OR)
        best = f"SELECT rowid FROM {table} WHERE {where} ORDER BY rank LIMIT {TOP}"
        numbers = [number for (number,) in self._db.execute(best, values)]
        hits = tuple(self._hits(numbers, query))
        if task is not Task.FACETS:
            count = f"SELECT count(*) FROM {table} WHERE {where}"
            return Found(self._db.execute(count, values).fetchone()[0], hits)
        years, places = self._facets(table, where, values)
        return Found(sum(years.values()), hits, lambda: (years, places))

    def close(self) -> None:
        self._db.close()

    def _condition(self, query: Query, *, any_of: bool) -> Condition:
        """(the table, its WHERE, the values of its placeholders)."""
        groups = [[_quoted(word) for word in query_words(words)] for words in query.words]
        groups += [[_quoted(" ".join(query_words(phrase)))] for phrase in query.phrases]
        asked = (" OR " if any_of else " AND ").join(f"({' AND '.join(g)})" for g in groups)
        year = f" AND year : {query.year}" if query.year is not None else ""
        return "words", "words MATCH ?", (f"body : ({asked}){year}",)

    def _hits(self, numbers: list[int], query: Query) -> Iterator[Hit]:
        marks = ",".join("?" * len(numbers))
        shown = f"SELECT number, id, title, text FROM shown WHERE number IN ({marks})"
        rows = {row[0]: row[1:] for row in self._db.execute(shown, numbers)}
        terms = [*query.phrases, *(word for words in query.words for word in query_words(words))]
        for number in numbers:
            id, title, text = rows[number]
            yield Hit(id, title, highlight(text, terms))

    def _facets(
        self, table: str, where: str, values: Sequence[str | int]
    ) -> tuple[Counter[int], Counter[str]]:
        """Sections by year and by place, from one pass over the matches."""
        years: Counter[int] = Counter()
        places: Counter[str] = Counter()
        grouped = (
            f"SELECT year, name, n FROM (SELECT counted.year AS year, counted.place AS place,"
            f" count(*) AS n FROM {table} CROSS JOIN counted ON counted.number = {table}.rowid"
            f" WHERE {where} GROUP BY 1, 2) JOIN place ON place.number = place"
        )
        for year, place, count in self._db.execute(grouped, values):
            years[year] += count
            places[place] += count
        return years, places


class WordsAndTrigrams(Words):
    """The same with an index of trigrams beside the words: a phrase is any run of characters."""

    name: ClassVar[str] = "fts5-trigram"
    with_trigrams: ClassVar[bool] = True

    def _condition(self, query: Query, *, any_of: bool) -> Condition:
        streams = [fold_stream(phrase) for phrase in query.phrases]
        short = any(len(stream) < SHORTEST for stream in streams)
        if not streams or short or (query.words and any_of):  # one MATCH cannot ask two tables
            return super()._condition(query, any_of=any_of)
        asked = (" OR " if any_of else " AND ").join(map(_quoted, streams))
        if query.words:
            without = Query(query.words, (), query.year)
            table, where, values = super()._condition(without, any_of=any_of)
            return table, f"{where} AND +words.rowid IN ({BY_TRIGRAMS})", (*values, asked)
        if query.year is None:
            return "trigrams", "trigrams MATCH ?", (asked,)
        return (
            "trigrams",
            f"trigrams MATCH ? AND +trigrams.rowid IN ({BY_YEAR})",
            (asked, query.year),
        )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
