"""Datasette over SQLite FTS5: the sections as a table, searched by words and counted by columns.

Its page of a table is what is measured beside our search page: `_search` over FTS5, exact counts
by year and county, ten rows with their text. It neither ranks nor makes snippets. The words are cut
before they are asked, as a plugin of it would have to.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from bench.corpus import in_order, query_words, spaced_sections
from bench.peers.base import Query

NAME = "datasette"
FILE = "reports.db"
TABLE = "/reports/sections"
# The words are indexed without the text, which stands in the table itself.
TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
CREATE TABLE sections (
    number INTEGER PRIMARY KEY, id TEXT, report TEXT, title TEXT, year INTEGER, county TEXT,
    township TEXT, text TEXT);
CREATE VIRTUAL TABLE words USING fts5(
    body, content='', tokenize="unicode61 remove_diacritics 0");
"""
INDEXES = "".join(
    f"CREATE INDEX by_{column} ON sections ({column});" for column in ("report", "year", "county")
)
SETTINGS = {
    "default_page_size": 10,
    "suggest_facets": "off",
    "facet_time_limit_ms": 5000,  # 200 unless said: counts of frequent words would be missing
    "sql_time_limit_ms": 10_000,
    "truncate_cells_html": 0,  # the sections are short
    "cache_size_kb": 65_536,
}


def version() -> str:
    """Its name and version. Raises ImportError where it is not there."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return f"Datasette {version_of('datasette')}, SQLite {sqlite3.sqlite_version}"
    except PackageNotFoundError as error:
        raise ImportError(str(error)) from error


def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
    """Write the database, unless it is there."""
    file = folder / FILE
    if file.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part")
    partial.unlink(missing_ok=True)
    db = sqlite3.connect(partial)
    db.executescript(TABLES)
    number = 0
    for sections in in_order(spaced_sections, parsed, jobs):
        for section, words in sections:
            number += 1
            county, _, township = section.place.partition("/")
            report = section.id.partition("#")[0]
            row = (section.id, report, section.title, section.year, county, township, section.text)
            db.execute("INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *row))
            db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, words))
    db.execute("INSERT INTO words (words) VALUES ('optimize')")
    db.executescript(INDEXES + "ANALYZE;")
    db.commit()
    db.close()
    partial.rename(file)


def command(folder: Path, port: int) -> list[str]:
    """The command line that serves the database, which it is told never changes."""
    metadata = folder / "metadata.json"
    searched = {"fts_table": "words", "fts_pk": "number"}
    table = {"sections": searched}
    metadata.write_text(json.dumps({"databases": {"reports": {"tables": table}}}), "utf-8")
    counts = folder / "counts.json"
    program = [sys.executable, "-m", "datasette"]
    if not counts.exists():
        inspect = [*program, "inspect", str(folder / FILE), "--inspect-file", str(counts)]
        subprocess.run(inspect, check=True)
    settings = [
        part for name, value in SETTINGS.items() for part in ("--setting", name, str(value))
    ]
    served = ["-i", str(folder / FILE), "--inspect-file", str(counts), "-m", str(metadata)]
    return [*program, "serve", *served, "-p", str(port), *settings]


def search(query: Query, year: int | None, *, form: str = "") -> str:
    """The address of the sections with every word and phrase; form is "" or ".json"."""
    words = [word for typed in query.words for word in query_words(typed)]
    phrases = [f'"{" ".join(query_words(phrase))}"' for phrase in query.phrases]
    asked = [("_search", " ".join([*words, *phrases]))]
    if (one := year or query.year) is not None:
        asked.append(("year", str(one)))
    return f"{TABLE}{form}?{urlencode([*asked, ('_facet', 'year'), ('_facet', 'county')])}"


def report(id: str) -> str:
    """The address of all sections of a report."""
    return f"{TABLE}?{urlencode({'report': id, '_size': 100})}"
