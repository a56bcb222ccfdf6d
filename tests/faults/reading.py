"""A process that opens the index and queries it, over and over.

python reading.py INDEX BATCH TOTAL: it ends when its standard input does, and prints how often it
looked and what was wrong, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.engine import Engine, Question
from index.errors import IndexMissing
from index.querytree import And, Field, Node, Text
from index.whoosh_engine import WhooshEngine

WORDS = ("调解", "执法", "村", "年度报告")
TREES: tuple[Node, ...] = (And(()), *(Text(word, word, quoted=True) for word in WORDS))
QUESTIONS = tuple(Question(tree, limit=None, facets=(Field.YEAR, Field.PART)) for tree in TREES)


def problems(engine: Engine, batch: int, total: int) -> Iterator[str]:
    """What does not fit together within one open index."""
    status = engine.status()
    ids = [*engine.report_ids()]
    if len({*ids}) != status.reports or len(engine.files()) != status.files:
        yield f"{len(ids)} ids, {status.reports} reports"
    if status.reports % batch and status.reports != total:
        yield f"{status.reports} reports are no whole batches of {batch}"
    for question in QUESTIONS:
        first, again = engine.search(question), engine.search(question)
        if first != again:
            yield f"{question.tree}: two answers from one commit"
        found = {hit.report_id for hit in first.hits}
        if len(first.hits) != first.total_sections or len(found) != first.total_reports:
            yield f"{question.tree}: totals are not those of the hits"
        if not found <= {*ids} or engine.fetch(found).keys() != found:
            yield f"{question.tree}: hits of another commit"
        years = sum(facet.reports for facet in first.facets[Field.YEAR])
        if years != first.total_reports:
            yield f"{question.tree}: facets count {years} reports of {first.total_reports}"


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def main() -> None:
    """Look until nobody wants it any more."""
    folder, batch, total = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    seen: Counter[int] = Counter()
    wrong: list[str] = []
    while not ended.is_set():
        try:
            engine = WhooshEngine(folder)
        except IndexMissing:
            seen[0] += 1
            ended.wait(0.01)
            continue
        try:
            wrong += problems(engine, batch, total)
            seen[engine.status().reports] += 1
        finally:
            engine.close()
        ended.wait(0.05)  # leave the machine to those who write
    print(json.dumps({"seen": seen, "wrong": wrong}, ensure_ascii=False))


if __name__ == "__main__":
    main()
