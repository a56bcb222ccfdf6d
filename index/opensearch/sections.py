"""Sections and reports of a commit: their numbers, passages and sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from index.model import Report
from index.opensearch.hits import PASSAGE_SOURCE
from index.opensearch.mapping import WINDOW
from index.opensearch.numbers import Numbers
from index.opensearch.reading import Reader
from index.opensearch.spelling import document_id
from index.opensearch.stored import REPORT_SOURCE, card_of, passage_of_source, report_of
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.passage import Passage
from index.remembered import Remembered

Json = dict[str, Any]

_REMEMBERED_BYTES: Final = 24 << 20  # of passages: some 3,000
_REPORTS_BYTES: Final = 8 << 20
_SIZES_BYTES: Final = 4 << 20
_AT_ONCE: Final = 200
"""Reports of which sections are asked for in one request."""
_LARGE_AT_ONCE: Final = 50


class Sections:
    """The sections of one commit."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._numbers = Numbers()
        self._passages = Remembered(_REMEMBERED_BYTES)
        self._reports = Remembered(_REPORTS_BYTES)
        self._sizes = Remembered(_SIZES_BYTES)  # sections of a report, by its id

    def number(self, report_id: str, ordinal: int) -> int:
        """The number of a section, which is there."""
        return self._numbers.of(report_id, ordinal)

    def where(self, number: int) -> tuple[str, int]:
        """(report's id, ordinal) of a number that was given."""
        return self._numbers.where(number)

    def keep(self, number: int, passage: Passage) -> None:
        """Remember a passage that came with something else."""
        self._passages.put(number, passage, _passage_bytes(passage))

    def find(self, report_id: str, ordinal: int) -> int | None:
        """The number of a section; None where there is no such section."""
        size = self._sizes.get(report_id)
        if size is None:
            found = self._documents([report_id], ["card", "n_sections"])
            size = next((s["n_sections"] for s in found if card_of(s).id == report_id), 0)
            self._sizes.put(report_id, size, 0)
        return self.number(report_id, ordinal) if 0 <= ordinal < size else None

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """What is shown of each, in few requests; the last ones are remembered."""
        found: dict[int, Passage] = {}
        wanted: dict[str, list[int]] = {}
        for number in dict.fromkeys(numbers):
            known = self._passages.get(number)
            if known is None:
                id, ordinal = self.where(number)
                wanted.setdefault(id, []).append(ordinal)
            else:
                found[number] = known
        for number, passage in self._fetch_passages(wanted):
            self.keep(number, passage)
            found[number] = passage
        return [found[number] for number in numbers]

    def _fetch_passages(self, wanted: dict[str, list[int]]) -> Iterator[tuple[int, Passage]]:
        ids = [*wanted]
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            ordinals = sorted({ordinal for id in some for ordinal in wanted[id]})
            for hit in self._reader.search(_asking_for(some, ordinals))["hits"]["hits"]:
                card = card_of(hit["_source"])
                for section in hit["inner_hits"][SECTIONS]["hits"]["hits"]:
                    ordinal = section["_nested"]["offset"]
                    if ordinal in wanted.get(card.id, ()):
                        passage = passage_of_source(card, section["_source"])
                        yield self.number(card.id, ordinal), passage

    def reports(self, ids: Collection[str]) -> dict[str, Report]:
        """The whole reports with these ids; the last few are remembered."""
        found = {id: self._reports.get(id) for id in ids}
        for source in self._documents([id for id in ids if found[id] is None], REPORT_SOURCE):
            report = report_of(source)
            found[report.id] = self._reports.put(report.id, report, _report_bytes(report))
            self._sizes.put(report.id, len(report.sections), 0)
        return {id: known for id in ids if (known := found.get(id)) is not None}

    def _documents(self, ids: Sequence[str], fields: Sequence[str]) -> Iterator[Json]:
        for first in range(0, len(ids), _LARGE_AT_ONCE):
            some = ids[first : first + _LARGE_AT_ONCE]
            body = {"query": _of_reports(some), "size": len(some), "_source": [*fields]}
            for hit in self._reader.search(body)["hits"]["hits"]:
                yield hit["_source"]


def _of_reports(ids: Sequence[str]) -> Query:
    return {"bool": {"filter": [{"ids": {"values": [*map(document_id, ids)]}}]}}


def _asking_for(ids: Sequence[str], ordinals: Sequence[int]) -> Json:
    inner = {"size": min(len(ordinals), WINDOW), "_source": [*PASSAGE_SOURCE]}
    each = nested({"terms": {section_field("ordinal"): [*ordinals]}}, inner_hits=inner)
    query = _of_reports(ids)
    query["bool"]["filter"].append(each)
    return {"query": query, "size": len(ids), "_source": ["card"]}


def _passage_bytes(passage: Passage) -> int:
    """What a passage takes, about, with what finding and marking in it adds to it."""
    return 2000 + 12 * len(passage.source) + 200 * len(passage.sentences)


def _report_bytes(report: Report) -> int:
    return 2000 + 4 * len(report.source) + 1000 * len(report.sections)
