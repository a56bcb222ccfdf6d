"""tantivy-py: jieba's words joined by spaces, positions, fast fields for the facets."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import tantivy

from bench.corpus import in_order, query_words, spaced_sections
from bench.peers.base import TOP, Facets, Found, Hit, Query, Task

HEAP_BYTES = 256_000_000
AGGREGATIONS = {
    "years": {"terms": {"field": "year", "size": 1000}},
    "places": {"terms": {"field": "place", "size": 100_000, "segment_size": 100_000}},
}


def make_schema() -> Any:
    """The fields: what is shown is stored, what is counted is fast, words have positions."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_text_field("place", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", stored=True, tokenizer_name="words", index_option="position")
    return builder.build()


def open_index(folder: Path, *, new: bool) -> Any:
    """The index in the folder. The words are taken apart at spaces and punctuation."""
    index = tantivy.Index(make_schema(), str(folder)) if new else tantivy.Index.open(str(folder))
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()
    index.register_tokenizer("words", analyzer)
    return index


class Tantivy:
    """An open tantivy index."""

    name: ClassVar[str] = "tantivy"
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def __init__(self, folder: Path) -> None:
        self._index = open_index(folder, new=False)
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    @staticmethod
    def version() -> str:
        return f"tantivy-py {version('tantivy')}"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        folder.mkdir()
        writer = open_index(folder, new=True).writer(HEAP_BYTES, jobs)
        for sections in in_order(spaced_sections, parsed, jobs):
            for s, words in sections:
                writer.add_document(
                    tantivy.Document(id=s.id, title=s.title, year=s.year, place=s.place, body=words)
                )
        writer.commit()
        writer.wait_merging_threads()

    def search(self, query: Query, task: Task) -> Found:
        searcher = self._searcher
        text = self._text_query(query, any_of=task is Task.OR)
        asked = text
        if query.year is not None:
            year = tantivy.Query.term_query(self._schema, "year", query.year)
            year = tantivy.Query.const_score_query(year, 0.0)
            asked = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, text), (tantivy.Occur.Must, year)]
            )
        result = searcher.search(asked, TOP)
        snippets = tantivy.SnippetGenerator.create(searcher, text, self._schema, "body")
        hits = []
        for _, address in result.hits:
            document = searcher.doc(address)
            snippet = snippets.snippet_from_doc(document).to_html().replace(" ", "")
            hits.append(Hit(document.get_first("id"), document.get_first("title"), snippet))
        if task is not Task.FACETS:
            return Found(result.count, tuple(hits))
        counted = searcher.aggregate(asked, AGGREGATIONS)
        return Found(result.count, tuple(hits), lambda: _shaped(counted))

    def close(self) -> None:
        del self._searcher, self._index

    def _text_query(self, query: Query, *, any_of: bool) -> Any:
        occur = tantivy.Occur.Should if any_of else tantivy.Occur.Must
        parts = [self._all_of(query_words(word)) for word in query.words]
        parts += [self._phrase(query_words(phrase)) for phrase in query.phrases]
        return (
            parts[0]
            if len(parts) == 1
            else tantivy.Query.boolean_query([(occur, part) for part in parts])
        )

    def _all_of(self, words: Sequence[str]) -> Any:
        terms = [self._term(word) for word in words]
        if len(terms) == 1:
            return terms[0]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])

    def _term(self, word: str) -> Any:
        return tantivy.Query.term_query(self._schema, "body", word, "freq")

    def _phrase(self, words: Sequence[str]) -> Any:
        if len(words) == 1:
            return self._term(words[0])
        return tantivy.Query.phrase_query(self._schema, "body", [*words])


def _shaped(counted: Any) -> Facets:
    """An aggregation's buckets as sections by year and by place."""
    years, places = (
        {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["buckets"]}
        for name in ("years", "places")
    )
    return {int(year): count for year, count in years.items()}, places
