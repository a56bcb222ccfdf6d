"""lawsearch itself, through its own query layer: recognition, tiers, spans, snippets and all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.corpus import in_order, load_parsed
from bench.peers.base import TOP, Facets, Found, Hit, Query, Task
from index.engine import Batch, Engine, FacetCount, Writer
from index.prepared import PreparedReport, prepare
from index.querytree import Field
from index.segments.format import SCHEMA_VERSION
from index.whoosh_engine import WhooshEngine
from lawsearch import __version__
from search.results import Snippet
from search.run import Request, Searcher

BATCH_REPORTS = 500


def prepare_county(file: Path) -> list[PreparedReport]:
    """The prepared reports of a county."""
    return [prepare(report) for report in load_parsed(file)]


def fill(writer: Writer, parsed: Sequence[Path], jobs: int) -> None:
    """Write the reports of the counties."""
    batch: list[PreparedReport] = []
    for reports in in_order(prepare_county, parsed, jobs):
        batch += reports
        if len(batch) >= BATCH_REPORTS:
            writer.write(Batch(add=tuple(batch)))
            batch = []
    writer.write(Batch(add=tuple(batch), settle=True))  # as after many files


class Lawsearch:
    """An open index of ours."""

    name: ClassVar[str] = "lawsearch"
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def __init__(self, folder: Path) -> None:
        self._searcher = Searcher(self.open(folder))

    @staticmethod
    def open(folder: Path) -> Engine:
        """The engine over an index."""
        return WhooshEngine(folder)

    @staticmethod
    def version() -> str:
        return f"lawsearch {__version__}, schema {SCHEMA_VERSION}"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        from index.whoosh_writer import WhooshWriter

        writer = WhooshWriter(folder)
        fill(writer, parsed, jobs)
        writer.close()

    def search(self, query: Query, task: Task) -> Found:
        facets = (Field.YEAR, Field.TOWNSHIP) if task is Task.FACETS else ()
        results = self._searcher.run(Request(typed(query, task), facets=facets, limit=TOP))
        hits = tuple(
            Hit(
                hit.passage.id,
                hit.passage.title or "",
                "".join(mark(snippet) for snippet in hit.snippets),
            )
            for hit in results.hits
        )
        if not facets:
            return Found(results.total_sections, hits)
        return Found(results.total_sections, hits, lambda: _shaped(results.facets))

    def close(self) -> None:
        self._searcher.engine.close()


def _shaped(facets: Mapping[Field, Sequence[FacetCount]]) -> Facets:
    """Our counts as sections by year and by place."""
    years = {int(str(c.value)): c.count for c in facets[Field.YEAR]}
    return years, {_place(c): c.count for c in facets[Field.TOWNSHIP]}


def typed(query: Query, task: Task) -> str:
    """The query as a person types it here."""
    if task is not Task.OR:
        return str(query)
    texts = [*query.words, *(f'"{phrase}"' for phrase in query.phrases)]
    year = f" {query.year}" if query.year is not None else ""
    return f"({' OR '.join(texts)}){year}"


def mark(snippet: Snippet) -> str:
    """The snippet with its matches between <b> and </b>."""
    text, at, marked = snippet.text, 0, ""
    for start, end in snippet.spans:
        marked += f"{text[at:start]}<b>{text[start:end]}</b>"
        at = end
    return marked + text[at:]


def _place(count: FacetCount) -> str:
    return "/".join(str(name) for name in count.path[-2:])
