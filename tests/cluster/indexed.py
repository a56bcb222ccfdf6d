"""An index on the cluster under test, written as `lawsearch index` does, and read whole."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from index.engine import Answer, Engine, Question, Writer
from index.errors import IndexMissing, LawsearchError
from index.opensearch.client import connect
from index.opensearch.connection import Connection, connection_to
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.generations import Shape
from index.opensearch.retrying import Patience
from index.opensearch.writer import OpenSearchWriter
from index.querytree import And, Field, Filter, Text
from indexer import build as building
from indexer.build import Summary, build_index
from indexer.prepare import Settings
from tests.faults.reading import problems

BATCH: Final = 10
"""Reports of a commit."""
TIMEOUT_S: Final = 10.0
HELD_S: Final = 3.0
"""How long a writer that was killed keeps others out."""
PATIENCE: Final = Patience(tries=30, first_s=0.1, most_s=2.0)
THREE_TWICE: Final = Shape()
"""Three parts, two copies of each: what a user gets."""
BARELY_WHOLE: Final = "it is whole, until a node fails"
IN_2021 = (Filter(Field.YEAR, (2021,)),)
FACETS = (Field.YEAR, Field.PART, Field.TOWNSHIP)
QUESTIONS = (
    Question(And(()), limit=None, facets=FACETS),
    Question(Text("调解", "调解", quoted=True), limit=None, facets=FACETS),
    Question(Text("执法", "执法", quoted=True), IN_2021, limit=None, facets=FACETS),
    Question(Text("矛盾纠纷", "矛盾纠纷", quoted=False), limit=None),
)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer but for the order of the hits and their scores: each section, by its place."""

    totals: tuple[int, int, int, int]
    sections: tuple[tuple[str, int], ...]
    facets: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """All that an index holds: digests of the sources by id in browse order; and its answers."""

    sources: tuple[tuple[str, str], ...]
    sections: int
    answers: tuple[Told, ...]


def told(answer: Answer) -> Told:
    """What two engines must agree on."""
    totals = (
        answer.total_sections,
        answer.literal_sections,
        answer.total_reports,
        answer.total_occurrences,
    )
    sections = sorted((hit.report_id, hit.ordinal) for hit in answer.hits)
    facets = [(field, sorted(counts, key=repr)) for field, counts in answer.facets.items()]
    return Told(totals, tuple(sections), tuple((f, tuple(map(tuple, c))) for f, c in facets))


def read_whole(engine: Engine, *, few_nodes: bool = False) -> Whole:
    """What the engine has; it must find nothing wrong with itself, and is closed.

    few_nodes: it may say that copies are missing.
    """
    try:
        ids = [*engine.report_ids()]
        found = engine.fetch(ids)
        wrong = [line for line in engine.verify() if not (few_nodes and BARELY_WHOLE in line)]
        assert wrong == []
        return Whole(
            tuple((id, sha256(found[id].source.encode()).hexdigest()) for id in ids),
            engine.status().sections,
            tuple(told(engine.search(question)) for question in QUESTIONS),
        )
    finally:
        engine.close()


def build(
    writer: Writer,
    reports: Sequence[Path],
) -> Summary:
    """Bring the index in step with the reports, as the command does; the writer is closed."""
    before, building.BATCH_REPORTS = building.BATCH_REPORTS, BATCH
    try:
        return build_index(reports, writer, settings=Settings(), jobs=1)
    finally:
        building.BATCH_REPORTS = before
        writer.close()


@dataclass(frozen=True, slots=True)
class Indexed:
    """A name on the cluster, the reports to index there, and what the index should be then."""

    addresses: Sequence[str]
    name: str
    reports: Sequence[Path]
    truth: Whole

    @property
    def connection(self) -> Connection:
        """To all nodes; what answers the slower is away."""
        made = connection_to(",".join(self.addresses), environ={})
        return replace(made, timeout_s=TIMEOUT_S)

    @property
    def where(self) -> str:
        """As messages name the index."""
        return self.connection.index(self.name)

    def writer(
        self, *, patience: Patience = PATIENCE, shape: Shape = THREE_TWICE
    ) -> OpenSearchWriter:
        """A writer that is soon given up for dead."""
        return OpenSearchWriter(
            self.connection, self.name, shape=shape, held_s=HELD_S, patience=patience
        )

    def index(self, *, patience: Patience = PATIENCE, shape: Shape = THREE_TWICE) -> Summary:
        """Bring the index in step with the reports."""
        return build(self.writer(patience=patience, shape=shape), self.reports)

    def open(self) -> OpenSearchEngine:
        """The last commit."""
        return OpenSearchEngine(self.connection, self.name)

    def read(self, *, few_nodes: bool = False) -> Whole:
        """What the last commit holds."""
        return read_whole(self.open(), few_nodes=few_nodes)

    def made(self) -> set[str]:
        """The indexes that there are of this name."""
        client = connect(self.connection)
        try:
            return {*client.indices.get(index=f"{self.name}*")}
        finally:
            client.close()

    def delete(self) -> None:
        """Leave nothing behind."""
        client = connect(self.connection)
        try:
            for index in client.indices.get(index=f"{self.name}*"):
                client.indices.delete(index=index)
        finally:
            client.close()


@dataclass(slots=True)
class Seen:
    """What somebody saw who opened the index over and over: how often so many reports, what was
    wrong with that, and what errors there were.
    """

    reports: Counter[int]
    wrong: list[str]
    errors: list[LawsearchError]


@contextmanager
def watched(indexed: Indexed, total: int) -> Iterator[Seen]:
    """Look at the index meanwhile: each time it must be some whole commits, or one clear error."""
    seen, ended = Seen(Counter(), [], []), Event()

    def look() -> None:
        while not ended.wait(0.2):
            try:
                _look(indexed, total, seen)
            except IndexMissing:
                seen.reports[0] += 1
            except LawsearchError as error:
                seen.errors.append(error)
            except Exception:  # noqa: BLE001 - whatever else comes out is what is looked for
                seen.wrong.append(traceback.format_exc())

    thread = Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _look(indexed: Indexed, total: int, seen: Seen) -> None:
    engine = indexed.open()
    try:
        seen.wrong += problems(engine, BATCH, total)
        seen.reports[engine.status().reports] += 1
    finally:
        engine.close()


@contextmanager
def at_bulk(writer: OpenSearchWriter, number: int, act: Callable[[], None]) -> Iterator[Event]:
    """Do something while the writer's bulk of this number, from 1, is on its way.

    The event is set when it has been done; the block ends no sooner.
    """
    transport: Any = writer._client.transport
    perform, threads, done, count = transport.perform_request, list[Thread](), Event(), 0

    def do() -> None:
        act()
        done.set()

    def perform_and_act(method: str, url: str, *args: Any, **more: Any) -> Any:
        nonlocal count
        count += url.startswith("/_bulk")
        if count == number and not threads:
            threads.append(Thread(target=do))
            threads[0].start()
        return perform(method, url, *args, **more)

    transport.perform_request = perform_and_act
    try:
        yield done
    finally:
        for thread in threads:
            thread.join()
