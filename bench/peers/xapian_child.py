"""Builds or serves a Xapian database; run by the Python that has Debian's python3-xapian.

``build FOLDER`` reads sections from standard input, a JSON row a line; ``serve FOLDER`` reads
queries and writes answers, each with the nanoseconds that it took.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from typing import Any

import xapian

from bench.peers.highlighting import highlight

TOP = 10
YEAR, PLACE = 0, 1  # value slots


def build(folder: str) -> None:
    """Index the rows of standard input, and compact what has grown."""
    database = xapian.WritableDatabase(f"{folder}.growing", xapian.DB_CREATE)
    for line in sys.stdin:
        id, title, year, place, text, words = json.loads(line)
        document = xapian.Document()
        document.set_data(json.dumps([id, title, text], ensure_ascii=False))
        document.add_value(YEAR, str(year))
        document.add_value(PLACE, place)
        document.add_boolean_term(f"Y{year}")
        for position, word in enumerate((w for w in words.split() if w.isalnum()), 1):
            document.add_posting(word, position)
        database.add_document(document)
    database.commit()
    database.compact(folder)
    database.close()
    shutil.rmtree(f"{folder}.growing")


def serve(folder: str) -> None:
    """Answer the queries of standard input."""
    database = xapian.Database(folder)
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.perf_counter_ns()
        answer = search(database, asked)
        answer["ns"] = time.perf_counter_ns() - started
        print(json.dumps(answer, ensure_ascii=False), flush=True)


def search(database: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """total, hits as (id, title, snippet), and for facets the counts."""
    enquire = xapian.Enquire(database)
    enquire.set_query(make_query(asked))
    spies = {}
    if asked["task"] == "facets":
        spies = {name: xapian.ValueCountMatchSpy(slot) for name, slot in SLOTS}
        for spy in spies.values():
            enquire.add_matchspy(spy)
    # An exact total, and facets over all matches, need every match to be looked at.
    found = enquire.get_mset(0, TOP, database.get_doccount())
    terms = [word for words in asked["words"] for word in words]
    terms += ["".join(words) for words in asked["phrases"]]
    hits = []
    for match in found:
        id, title, text = json.loads(match.document.get_data())
        hits.append((id, title, highlight(text, terms)))
    counted = {
        name: {item.term.decode(): item.termfreq for item in spy.values()}
        for name, spy in spies.items()
    }
    return {"total": found.get_matches_estimated(), "hits": hits, **counted}


SLOTS = (("years", YEAR), ("places", PLACE))


def make_query(asked: dict[str, Any]) -> Any:
    """The query of words (each may be several terms) and phrases, filtered by the year."""
    query = xapian.Query
    parts = [query(query.OP_AND, words) for words in asked["words"]]
    parts += [query(query.OP_PHRASE, words) for words in asked["phrases"]]
    made = query(query.OP_OR if asked["task"] == "or" else query.OP_AND, parts)
    if asked["year"] is not None:
        made = query(query.OP_FILTER, made, query(f"Y{asked['year']}"))
    return made


if __name__ == "__main__":
    {"build": build, "serve": serve}[sys.argv[1]](sys.argv[2])
