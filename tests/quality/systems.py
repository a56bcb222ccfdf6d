"""The systems that are compared: ours, and what a person would otherwise have.

Each is a function from a query to section ids, best first. The others search the same sections and
also see the report's title, where year and township stand; ours reads these as filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.analysis import fold_stream
from index.model import Report, Section
from index.whoosh_engine import WhooshEngine
from search.run import Request, Searcher

DEPTH = 100  # hits that a run is measured on
Rank = Callable[[str], list[str]]


def make_ours(engine: WhooshEngine) -> Rank:
    """This program, as `lawsearch query` runs it."""
    searcher = Searcher(engine)

    def rank(query: str) -> list[str]:
        results = searcher.run(Request(query, limit=DEPTH, facets=()))
        return [f"{hit.report.id}#{hit.section.key}" for hit in results.hits]

    return rank


def make_ctrl_f(engine: WhooshEngine) -> Rank:
    """Sections that hold each word of the query as it stands, in browse order."""
    streams = {id: title + text for id, title, _, text in _sections(engine)}

    def rank(query: str) -> list[str]:
        words = [fold_stream(word) for word in query.split()]
        return [id for id, stream in streams.items() if all(word in stream for word in words)]

    return rank


def make_whoosh(engine: WhooshEngine, folder: Path, *, every_word: bool) -> Rank:
    """Whoosh with jieba's ChineseAnalyzer over title, heading and text; BM25F as it comes."""
    from jieba.analyse import ChineseAnalyzer

    analyzer = ChineseAnalyzer()
    return _index_plainly(engine, folder, analyzer, lambda text: text, every_word=every_word)


def make_bigrams(engine: WhooshEngine, folder: Path) -> Rank:
    """Whoosh with nothing but the pairs of neighbouring characters, any of them; BM25F."""
    from whoosh.analysis import SpaceSeparatedTokenizer

    return _index_plainly(engine, folder, SpaceSeparatedTokenizer(), _spaced, every_word=False)


def _spaced(text: str) -> str:
    """The pairs of neighbouring letters and digits, spaces between."""
    stream = "".join(c if c.isalnum() else " " for c in fold_stream(text))
    return " ".join(run[i : i + 2] for run in stream.split() for i in range(max(1, len(run) - 1)))


def _sections(engine: WhooshEngine) -> Iterator[tuple[str, str, str, str]]:
    """(id, title, heading, text and heading together, folded) of each section, in browse order."""
    for report_id, report in engine.fetch([*engine.report_ids()]).items():
        for section in report.sections:
            yield f"{report_id}#{section.key}", *_texts(report, section)


def _texts(report: Report, section: Section) -> tuple[str, str, str]:
    whole = f"{section.heading}\n{report.section_text(section)}"
    return fold_stream(report.title or ""), section.heading, fold_stream(whole)


def _index_plainly(
    engine: WhooshEngine,
    folder: Path,
    analyzer: Any,
    cut: Callable[[str], str],
    *,
    every_word: bool,
) -> Rank:
    """A Whoosh index of the sections with this analyzer, and how it ranks."""
    from whoosh import fields, qparser
    from whoosh.filedb.filestore import RamStorage

    text = fields.TEXT(analyzer=analyzer, phrase=False)
    schema = fields.Schema(id=fields.ID(stored=True), title=text, heading=text, text=text)
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for report_id, report in engine.fetch([*engine.report_ids()]).items():
        for section in report.sections:
            writer.add_document(
                id=f"{report_id}#{section.key}",
                title=cut(report.title or ""),
                heading=cut(section.heading),
                text=cut(report.section_text(section)),
            )
    writer.commit()
    group = qparser.AndGroup if every_word else qparser.OrGroup
    parser = qparser.MultifieldParser(["title", "heading", "text"], schema, group=group)

    def rank(query: str) -> list[str]:
        with index.searcher() as searcher:
            found = searcher.search(parser.parse(cut(query)), limit=DEPTH)
            return [hit["id"] for hit in found]

    return rank
