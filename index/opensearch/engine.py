"""The reading side of an index on a cluster: one commit of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cached_property

from index.engine import (
    Answer,
    CommonForm,
    FileRow,
    FoundSection,
    Likeness,
    Question,
    ReportRow,
    SharedText,
    Status,
)
from index.errors import StoreError
from index.filetable import FileTable
from index.model import Report
from index.opensearch.answering import Answerer
from index.opensearch.client import connect
from index.opensearch.comparing import Comparing
from index.opensearch.connection import Connection
from index.opensearch.filerows import read_table
from index.opensearch.holding import hold
from index.opensearch.inventory import Inventory
from index.opensearch.sections import Sections
from index.opensearch.vocabulary import words_from
from index.passage import Passage
from index.querytree import Field, FilterValue


class OpenSearchEngine:
    """Reads the last commit of an index on a cluster; implements `index.engine.Engine`.

    One thread at a time: what was found last is remembered, and nothing guards it.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        """Raises IndexMissing, IndexOutdated, IndexDamaged, EngineUnavailable."""
        self.where = connection.index(name)
        self._client = connect(connection)
        try:
            self._held = hold(self._client, name, self.where)
        except BaseException:
            self._client.close()
            raise
        reader = self._held.reports
        self._sections = Sections(reader)
        self._answerer = Answerer(reader, self._sections)
        self._inventory = Inventory(self._held)
        self._comparing = Comparing(reader, self._sections)

    @property
    def commit(self) -> int:
        """The number of the commit, counted from 1."""
        return self._held.record.commit

    @property
    def written(self) -> str:
        """When the commit was made, an ISO time in UTC."""
        return self._held.record.written

    def search(self, question: Question) -> Answer:
        """The sections that match."""
        return self._answerer.answer(question)

    def cost(self, question: Question) -> float:
        """About how many milliseconds `search` would take."""
        return self._answerer.cost(question)

    def count(self, stream: str) -> int:
        """In how many sections a stream stands."""
        return self.counts([stream])[stream]

    def counts(self, streams: Collection[str]) -> dict[str, int]:
        """The same of each of many."""
        return self._answerer.counts(streams)

    def fetch(self, report_ids: Collection[str]) -> dict[str, Report]:
        """The reports with these ids."""
        return self._sections.reports(report_ids)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """What is shown of each section."""
        return self._sections.passages(numbers)

    def section_number(self, report_id: str, ordinal: int) -> int | None:
        """The number of a section by its place in its report's sections, from 0."""
        return self._sections.find(report_id, ordinal)

    def live_sections(self) -> Iterator[int]:
        """The numbers of all sections, in browse order."""
        return self._comparing.live_sections()

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first."""
        return self._comparing.like(likeness)

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many sections each word stands."""
        return self._comparing.frequencies(words)

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        return self._comparing.common_form(streams)

    def shared_texts(self, sections: Collection[int] | None = None) -> Iterator[SharedText]:
        """Pairs of sections of different reports that share rare text, by time of the first."""
        return self._comparing.shared_texts(sections)

    def report_ids(self) -> Iterable[str]:
        """All report ids, in browse order."""
        return self._inventory.report_ids

    def reports(self) -> Iterator[ReportRow]:
        """What counting needs of every report, in browse order."""
        return self._inventory.rows()

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field with its number of reports (sections for part and topic)."""
        return self._inventory.values(field)

    def words(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The words that begin with the prefix and their document frequency."""
        return words_from(self._held.reports, prefix)

    def is_whole_word(self, word: str) -> bool:
        """False: only a dictionary knows, and the client has one."""
        return False

    def files(self) -> dict[str, FileRow]:
        """What became of each file."""
        return dict(self._table.rows)

    def retired(self) -> frozenset[str]:
        """Ids that must not be given again."""
        return self._table.retired

    @cached_property
    def _table(self) -> FileTable:
        return read_table(self._held.files.search, self.where)

    def status(self) -> Status:
        """What the commit holds."""
        return self._inventory.status(self._table.rows)

    def verify(self) -> Iterator[str]:
        """One line for each thing that is not as it was committed."""
        from index.opensearch.verify import disagreements

        return disagreements(self._held.reports, self._table.rows)

    def blamed(self) -> AbstractContextManager[None]:
        """Nothing: what fails on a cluster is told where it is asked."""
        return nullcontext()

    def close(self) -> None:
        """Let go of the commit."""
        with suppress(StoreError):  # it is let go of by itself after a while
            self._held.close()
        self._client.close()
