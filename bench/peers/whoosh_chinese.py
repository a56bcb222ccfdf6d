"""Whoosh with jieba's ChineseAnalyzer, as the tutorials of both have it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from bench.corpus import load_sections
from bench.peers.base import TOP, Found, Hit, Query, Task


def make_schema() -> Any:
    """The fields; the analyzer brings jieba's dictionary with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own
        import jieba
        from jieba.analyse import ChineseAnalyzer
    from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema

    jieba.setLogLevel("WARNING")
    return Schema(
        id=ID(stored=True),
        title=STORED,
        year=NUMERIC(stored=True, sortable=True),
        place=ID(stored=True, sortable=True),
        text=TEXT(stored=True, analyzer=ChineseAnalyzer()),
    )


class WhooshChinese:
    """An open Whoosh index."""

    name: ClassVar[str] = "whoosh"
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def __init__(self, folder: Path) -> None:
        from whoosh.index import open_dir
        from whoosh.qparser import AndGroup, OrGroup, QueryParser

        schema = make_schema()  # loads the dictionary
        self._searcher = open_dir(str(folder)).searcher()
        self._all = QueryParser("text", schema, group=AndGroup)
        self._any = QueryParser("text", schema, group=OrGroup)
        self._all.parse("法治")

    @staticmethod
    def version() -> str:
        return f"whoosh3 {version('whoosh3')}, jieba {version('jieba')}"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        from whoosh.index import create_in

        folder.mkdir()
        writer = create_in(str(folder), make_schema()).writer()
        for file in parsed:
            for s in load_sections(file):
                writer.add_document(id=s.id, title=s.title, year=s.year, place=s.place, text=s.text)
        writer.commit()

    def search(self, query: Query, task: Task) -> Found:
        from whoosh.query import NumericRange

        parser = self._any if task is Task.OR else self._all
        typed = [*query.words, *(f'"{phrase}"' for phrase in query.phrases)]
        asked = parser.parse(" ".join(typed))
        if query.year is not None:
            asked &= NumericRange("year", query.year, query.year)
        grouped = {"groupedby": ["year", "place"]} if task is Task.FACETS else {}
        results = self._searcher.search(asked, limit=TOP, **grouped)
        hits = tuple(Hit(h["id"], h["title"], h.highlights("text")) for h in results[:TOP])
        if not grouped:
            return Found(len(results), hits)
        years, places = (
            {key: len(numbers) for key, numbers in results.groups(name).items()}
            for name in ("year", "place")
        )
        return Found(len(results), hits, lambda: (years, places))

    def close(self) -> None:
        self._searcher.close()
