"""Facets counted by the cluster: what it is asked to aggregate, and what its buckets mean.

Counts are exact, or there is an error: the cluster tells where a count may be off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Final

from index.errors import EngineUnavailable
from index.facets import Value
from index.i18n import gettext as _
from index.model import Level, Part
from index.opensearch.spelling import path_of
from index.opensearch.translate import SECTIONS, Query, section_field
from index.querytree import Field, FilterValue

Json = dict[str, Any]

SECTION_FIELDS: Final = {Field.PART: "part", Field.TOPIC: "topics"}
"""Those whose values sections have; all others are their report's."""
PLACES: Final = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)
_MOST_VALUES: Final = 65_535
"""Of a field; the most that a cluster gives out at once."""
_UNKNOWN: Final = "\u200c"
_NO_YEAR: Final = 0
"""What stands for unknown: no known value is this."""
Counts = dict[Value, tuple[int, int]]
"""Sections and reports that have each value."""


def over_reports(fields: Collection[Field], sections: Query) -> Json:
    """Aggregations over reports, each value with how many of the sections it has."""
    kept = {"sections": of_sections(sections)}
    asked = {_counted(field, fields) for field in fields if field not in SECTION_FIELDS}
    return {field: {"terms": _terms(field), "aggs": kept} for field in sorted(asked)}


def over_sections(fields: Collection[Field]) -> Json:
    """Aggregations over sections, each value with how many reports have it."""
    reports: Json = {"reports": {"reverse_nested": {}}}
    asked = [field for field in fields if field in SECTION_FIELDS]
    return {field: {"terms": _terms(field), "aggs": reports} for field in asked}


def of_sections(sections: Query, inside: Json | None = None) -> Json:
    """An aggregation that goes from reports to those of their sections that match."""
    kept = {"filter": sections} | ({"aggs": inside} if inside else {})
    return {"nested": {"path": SECTIONS}, "aggs": {"kept": kept}}


def counts_of(field: Field, fields: Collection[Field], found: Json, where: str) -> Counts:
    """A facet's counts in the aggregations over reports, or over sections, for all the fields.

    Raises EngineUnavailable where the cluster has left something out of a count.
    """
    if field in SECTION_FIELDS:
        buckets = _buckets(found[field], where)
        rows = [(b["key"], b["doc_count"], b["reports"]["doc_count"]) for b in buckets]
    else:
        buckets = _buckets(found[_counted(field, fields)], where)
        rows = [(b["key"], b["sections"]["kept"]["doc_count"], b["doc_count"]) for b in buckets]
    counts: Counts = {}
    for key, sections, reports in rows:
        value = _value_of(field, key)
        before = counts.get(value, (0, 0))
        counts[value] = before[0] + sections, before[1] + reports
    return counts


def _counted(field: Field, fields: Iterable[Field]) -> Field:
    """The field that is counted for this one: the path of a township tells its county."""
    if field not in PLACES:
        return field
    return max((each for each in fields if each in PLACES), key=PLACES.index)


def _terms(field: Field) -> Json:
    missing = _NO_YEAR if field is Field.YEAR else _UNKNOWN
    return {"field": _column(field), "missing": missing, "size": _MOST_VALUES}


def _column(field: Field) -> str:
    if field in SECTION_FIELDS:
        return section_field(SECTION_FIELDS[field])
    return f"{field}_path" if field in PLACES else str(field)


def _buckets(found: Json, where: str) -> list[Json]:
    if found["sum_other_doc_count"] or found["doc_count_error_upper_bound"]:
        said = _("a field has more than {most} values, so that not all of them were counted")
        raise EngineUnavailable(where, said.format(most=_MOST_VALUES))
    buckets: list[Json] = found["buckets"]
    return buckets


def _value_of(field: Field, key: str | int) -> Value:
    """The value and its path that a bucket is for; of a place the path may lead further down."""
    if field in PLACES:
        path = path_of(str(key))[: PLACES.index(field) + 1]
        return path[-1], path
    value: FilterValue = None
    if key not in (_UNKNOWN, _NO_YEAR):
        kinds = {Field.LEVEL: Level, Field.PART: Part, Field.YEAR: int, Field.TOPIC: str}
        value = kinds[field](key)
    return value, ()


def all_values(field: Field) -> Json:
    """Aggregations that count how many reports, or sections, have each value."""
    counted = {"values": {"terms": _terms(field)}}
    if field not in SECTION_FIELDS:
        return counted
    return {"sections": {"nested": {"path": SECTIONS}, "aggs": counted}}


def values_in(field: Field, found: Json, where: str) -> Counter[FilterValue]:
    """The counts that `all_values` asked for. Raises EngineUnavailable as `counts_of`."""
    counts: Counter[FilterValue] = Counter()
    for bucket in _buckets(found.get("sections", found)["values"], where):
        counts[_value_of(field, bucket["key"])[0]] += bucket["doc_count"]
    return counts
