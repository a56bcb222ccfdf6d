"""What comparing reports asks of a cluster: see `index.engine.Engine` for each of the answers.

"As they are stored" is in browse order here: it is the same after any history of an index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from index.engine import CommonForm, FoundSection, Likeness, SharedText
from index.opensearch.frequencies import Frequencies
from index.opensearch.reading import Reader
from index.passage import Passage

if TYPE_CHECKING:
    from index.opensearch.commonform import CommonShingles
    from index.opensearch.likeness import LikenessFinder

_PAGE: Final = 5_000


class Sections(Protocol):
    """The sections of an engine by its own numbers."""

    def number(self, report_id: str, ordinal: int) -> int:
        """The number of a section, which is there."""
        ...

    def where(self, number: int) -> tuple[str, int]:
        """(report's id, ordinal) of a number that was given."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """What is shown of each, in few requests; the last ones are remembered."""
        ...


class Comparing:
    """Compares the reports of one commit. One thread at a time."""

    def __init__(self, reader: Reader, sections: Sections) -> None:
        self._reader, self._sections = reader, sections
        self._frequencies = Frequencies(reader)

    @cached_property
    def _likeness(self) -> LikenessFinder:
        from index.opensearch.likeness import LikenessFinder

        return LikenessFinder(self._reader, self._sections)

    @cached_property
    def _common(self) -> CommonShingles:
        from index.opensearch.commonform import CommonShingles

        return CommonShingles(self._reader)

    def like(self, likeness: Likeness) -> list[FoundSection]:
        """The sections that have most of the words' weight, best first."""
        return self._likeness.like(likeness)

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        return self._common.common_form(streams)

    def shared_texts(self, sections: Collection[int] | None = None) -> Iterator[SharedText]:
        """Pairs of sections of different reports that share rare text, by time of the first.

        Raises UserError where more would have to be compared at once than memory holds.
        """
        from index.opensearch.shared import SharedTexts

        found = SharedTexts(self._reader, self._common, self._sections)
        return found.all() if sections is None else found.around(sections)

    def live_sections(self) -> Iterator[int]:
        """The numbers of all sections, in browse order."""
        columns = {"stored_fields": "_none_", "docvalue_fields": ["report_id", "n_sections"]}
        for hits in self._reader.pages({"sort": [{"browse": "asc"}], **columns}, _PAGE):
            for hit in hits:
                fields = hit["fields"]
                for ordinal in range(fields["n_sections"][0]):
                    yield self._sections.number(fields["report_id"][0], ordinal)

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many sections each word stands."""
        return self._frequencies.of(words)
