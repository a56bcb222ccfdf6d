"""The systems that are compared: ours, and what a person would otherwise have.

Each is a function from a query to section ids, best first. The others search the same sections and
also see the report's title, where year and township stand; ours reads these as filters.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

from index.analysis import fold_stream
from index.model import Report, Section
from index.whoosh_engine import WhooshEngine
from search.run import Request, Searcher

DEPTH = 1000  # more than there are sections
Rank = Callable[[str], list[str]]


def make_ours(engine: WhooshEngine) -> Rank:
    """This program, as `lawsearch query` runs it."""
    searcher = Searcher(engine)

    def rank(query: str) -> list[str]:
        results = searcher.run(Request(query, limit=DEPTH, facets=()))
        return [hit.id for hit in results.hits]

    return rank


def make_ctrl_f(engine: WhooshEngine) -> Rank:
    """Sections that hold each word of the query as it stands, in browse order."""
    streams = {
        id: fold_stream(f"{report.title or ''} {section.heading}{report.section_text(section)}")
        for id, report, section in _sections(engine)
    }

    def rank(query: str) -> list[str]:
        words = [fold_stream(word) for word in query.split()]
        return [id for id, stream in streams.items() if all(word in stream for word in words)]

    return rank


def make_whoosh(engine: WhooshEngine, *, every_word: bool) -> Rank:
    """Whoosh with jieba's ChineseAnalyzer over title, heading and text; BM25F as it comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # jieba leaves a file of its own open
        import jieba
        from jieba.analyse import ChineseAnalyzer

    jieba.setLogLevel("WARNING")
    return _index_plainly(engine, ChineseAnalyzer(), str, every_word=every_word)


def make_bigrams(engine: WhooshEngine) -> Rank:
    """Whoosh with nothing but the pairs of neighbouring characters, any of them; BM25F."""
    from whoosh.analysis import SpaceSeparatedTokenizer

    return _index_plainly(engine, SpaceSeparatedTokenizer(), _spaced, every_word=False)


def _spaced(text: str) -> str:
    """The pairs of neighbouring letters and digits, spaces between."""
    stream = "".join(c if c.isalnum() else " " for c in fold_stream(text))
    return " ".join(run[i : i + 2] for run in stream.split() for i in range(max(1, len(run) - 1)))


def _sections(engine: WhooshEngine) -> Iterator[tuple[str, Report, Section]]:
    """(id, report, section) of each section, in browse order."""
    for report_id, report in engine.fetch([*engine.report_ids()]).items():
        for section in report.sections:
            yield f"{report_id}#{section.key}", report, section


def _index_plainly(
    engine: WhooshEngine, analyzer: Any, cut: Callable[[str], str], *, every_word: bool
) -> Rank:
    """A Whoosh index of the sections with this analyzer, and how it ranks."""
    from whoosh import fields, qparser
    from whoosh.filedb.filestore import RamStorage

    text = fields.TEXT(analyzer=analyzer, phrase=False)
    schema = fields.Schema(id=fields.ID(stored=True), title=text, heading=text, text=text)
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for id, report, section in _sections(engine):
        writer.add_document(
            id=id,
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
