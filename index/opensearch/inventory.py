"""What a commit holds beside hits: the ids and rows of its reports, the values of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from index.engine import FileRow, ReportRow, Status
from index.model import Kind, Level
from index.opensearch.facets import all_values, values_in
from index.opensearch.failures import told
from index.opensearch.holding import Held
from index.opensearch.stored import CARD_SOURCE, card_of, row_of
from index.opensearch.translate import Query
from index.querytree import Field, FilterValue

Json = dict[str, Any]

_PAGE: Final = 5_000
_ANNUAL: Final[tuple[Query, ...]] = (
    {"term": {"level": Level.TOWNSHIP}},
    {"term": {"kind": Kind.ANNUAL_REPORT}},
)
_STATUS: Final[Json] = {
    "sections": {"sum": {"field": "n_sections"}},
    "level": {"terms": {"field": "level", "size": 100}},
    "kind": {"terms": {"field": "kind", "size": 100}},
}


class Inventory:
    """Over one commit."""

    def __init__(self, held: Held) -> None:
        self._held, self._reader = held, held.reports

    @cached_property
    def report_ids(self) -> tuple[str, ...]:
        """All report ids, in browse order."""
        return tuple(card_of(source).id for source in self._cards())

    def rows(self) -> Iterator[ReportRow]:
        """What counting needs of every report, in browse order."""
        return map(row_of, self._cards())

    def _cards(self) -> Iterator[Json]:
        body = {"sort": [{"browse": "asc"}], "_source": [*CARD_SOURCE]}
        for hits in self._reader.pages(body, _PAGE):
            yield from (hit["_source"] for hit in hits)

    def values(self, field: Field) -> Mapping[FilterValue, int]:
        """Every value of the field with its number of reports (sections for part and topic)."""
        body = {"size": 0, "track_total_hits": False, "aggs": all_values(field)}
        found = self._reader.search(body)
        return values_in(field, found["aggregations"], self._reader.where)

    def status(self, files: Mapping[str, FileRow]) -> Status:
        """What the commit holds; files are its rows."""
        unknown = {"year": _lacking("year"), "place": _lacking("township", "county")}
        body = {"size": 0, "track_total_hits": True, "aggs": _STATUS | unknown}
        answer = self._reader.search(body)
        found, record = answer["aggregations"], self._held.record
        return Status(
            where=self._reader.where,
            commit=record.commit,
            written=record.written,
            reports=answer["hits"]["total"]["value"],
            sections=int(found["sections"]["value"]),
            files=len(files),
            refused=tuple(row for row in files.values() if row.refused is not None),
            unknown_years=found["year"]["doc_count"],
            unknown_places=found["place"]["doc_count"],
            by_level={b["key"]: b["doc_count"] for b in found["level"]["buckets"]},
            by_kind={b["key"]: b["doc_count"] for b in found["kind"]["buckets"]},
            versions=record.versions,
            bytes=self._bytes(),
        )

    def _bytes(self) -> int:
        """What the index takes on the cluster's disks, copies not counted."""
        index = f"{self._held.reports.index},{self._held.files.index}"
        with told(self._reader.where):
            found = self._reader.client.indices.stats(index=index, metric="store")
        size: int = found["_all"]["primaries"]["store"]["size_in_bytes"]
        return size


def _lacking(*fields: str) -> Json:
    """The annual reports of townships of which one of the fields is not known."""
    lacks = [{"bool": {"must_not": [{"exists": {"field": field}}]}} for field in fields]
    unknown = {"bool": {"should": lacks, "minimum_should_match": 1}}
    return {"filter": {"bool": {"filter": [*_ANNUAL, unknown]}}}
