"""What is common form in the index of a cluster: see `index.vector.shingles` for the rule.

Shingles are counted as they are asked for, in three steps of which each has fewer to look at: which
of them stand in many sections, of these in how many reports, townships and counties. What was found
is remembered, and of most shingles that is only that they are rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from index.engine import CommonForm
from index.opensearch.reading import Reader
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.segments.shingles import Counts
from index.vector.sets import Mask, bisected
from index.vector.shingles import Hashes, common_among, common_limit, selected, stretches_of

Json = dict[str, Any]

SHINGLES: Final = section_field("shingles")
_TOGETHER: Final = 10_000
"""Shingles that are counted in one request."""
_BUCKETS: Final = 50_000
"""Places that one request lists; a cluster allows 65,535."""
_MOST: Final = 65_535
_FILTERS: Final = 500
_RARE: Final = 4 << 20
"""Rare shingles that are remembered, four bytes each."""
_HAVE_SECTIONS: Final[Query] = {"range": {"n_sections": {"gte": 1}}}


class _Totals(NamedTuple):
    """How many reports have sections, and of how many places these are."""

    reports: int
    townships: int
    counties: int


class CommonShingles:
    """The common form of one commit, as far as it was asked for. One thread at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rare = np.empty(0, np.uint32)  # ascending
        nothing = np.empty(0, np.intp)
        self.known = Counts(np.empty(0, np.uint32), nothing, nothing, nothing)
        """What is common form of all that was asked for."""
        self._is_whole = False

    @cached_property
    def limit(self) -> int:
        """The number of reports from which on a shingle may be common form."""
        return common_limit(self._totals.reports)

    def common_form(self, streams: Sequence[str]) -> list[tuple[CommonForm, ...]]:
        """For each stream its stretches of common form, ascending and apart."""
        shingles = selected(streams)
        return stretches_of(shingles, self.among(shingles.hashes))

    def among(self, hashes: Hashes) -> Counts:
        """What is known to be common form after these hashes were asked for."""
        if not self._is_whole:
            unknown = np.unique(hashes)
            for known in (self._rare, self.known.hashes):
                unknown = unknown[~_is_among(unknown, known)]
            for at in range(0, len(unknown), _TOGETHER):
                self._learn(unknown[at : at + _TOGETHER])
        return self.known

    def adopt(self, counts: Counts) -> Counts:
        """Those that are common form; counts are of all shingles that may be it."""
        totals = self._totals
        self.known = common_among(counts, totals.reports, totals.townships, totals.counties)
        self._is_whole = True
        self._rare = self._rare[:0]
        return self.known

    # Learning

    def _learn(self, hashes: Hashes) -> None:
        """Find out which of ascending hashes are common form."""
        totals = self._totals
        found = common_among(
            self._counts_of(hashes), totals.reports, totals.townships, totals.counties
        )
        rare = hashes[~_is_among(hashes, found.hashes)]
        kept = self._rare if len(self._rare) + len(rare) <= _RARE else self._rare[:0]
        self._rare = np.insert(kept, kept.searchsorted(rare), rare)
        if len(found.hashes):
            columns = zip(self.known, found, strict=True)
            joined = [np.concatenate(column) for column in columns]
            order = np.argsort(joined[0])
            self.known = Counts(*(column[order] for column in joined))

    def _counts_of(self, hashes: Hashes) -> Counts:
        """How far those of the hashes are spread that stand in enough reports."""
        reports = self._reports_with(hashes)
        held = np.array(sorted(reports), np.uint32)
        queries = [(nested({"term": {SHINGLES: value}}), reports[h]) for h, value in _signed(held)]
        spread = [*self._spread(queries)]
        columns = ([reports[h] for h in held.tolist()], *zip(*spread, strict=True))
        return Counts(held, *(np.array(c, np.intp) for c in (columns if spread else ((),) * 3)))

    def _reports_with(self, hashes: Hashes) -> dict[int, int]:
        """In how many reports each hash stands, of those that stand in `limit` or more."""
        values = [value for _hash, value in _signed(hashes)]
        wanted: Query = {"terms": {SHINGLES: values}}
        each = {
            "terms": {
                "field": SHINGLES,
                "include": values,
                "size": len(values),
                "min_doc_count": self.limit,
            },
            "aggs": {"reports": {"reverse_nested": {}}},
        }
        held = {"filter": wanted, "aggs": {"each": each}}
        aggs = {"sections": {"nested": {"path": SECTIONS}, "aggs": {"held": held}}}
        body = {"size": 0, "track_total_hits": False, "query": nested(wanted), "aggs": aggs}
        buckets = self._reader.search(body)["aggregations"]["sections"]["held"]["each"]["buckets"]
        counts = {b["key"] & 0xFFFFFFFF: b["reports"]["doc_count"] for b in buckets}
        return {hash: count for hash, count in counts.items() if count >= self.limit}

    @cached_property
    def _totals(self) -> _Totals:
        body = {"size": 0, "track_total_hits": True, "query": _HAVE_SECTIONS}
        reports = self._reader.search(body)["hits"]["total"]["value"]
        ((townships, counties),) = self._spread([(_HAVE_SECTIONS, reports)])
        return _Totals(reports, townships, counties)

    def _spread(self, queries: Sequence[tuple[Query, int]]) -> Iterator[tuple[int, int]]:
        """(townships, counties) of the reports that each query finds, and how many these are."""
        found = np.zeros((len(queries), 2), np.intp)
        for tasks in _requests([n_reports for _query, n_reports in queries]):
            aggs = {
                str(n): {"filter": queries[task.query][0], "aggs": _places(task)}
                for n, task in enumerate(tasks)
            }
            body = {"size": 0, "track_total_hits": False, "aggs": aggs}
            answer = self._reader.search(body)["aggregations"]
            for n, task in enumerate(tasks):
                counted = answer[str(n)]
                found[task.query] += [len(counted[name]["buckets"]) for name in _PLACES]
        yield from ((townships, counties) for townships, counties in found.tolist())


class _Task(NamedTuple):
    """A part of the places of what a query finds: the nth of so many."""

    query: int
    part: int
    parts: int


_PLACES: Final = ("township_path", "county_path")


def _places(task: _Task) -> Json:
    """Lists the different places: only so are they counted exactly."""
    part = {"partition": task.part, "num_partitions": task.parts}
    include = {"include": part} if task.parts > 1 else {}
    return {name: {"terms": {"field": name, "size": _MOST, **include}} for name in _PLACES}


def _requests(sizes: Sequence[int]) -> Iterator[list[_Task]]:
    """What to count together, by how many reports each query finds: they may all be elsewhere."""
    tasks: list[_Task] = []
    listed = 0
    for query, size in enumerate(sizes):
        most = len(_PLACES) * size
        parts = max(1, -(-most // _BUCKETS))
        for part in range(parts):
            if tasks and (listed + most // parts > _BUCKETS or len(tasks) >= _FILTERS):
                yield tasks
                tasks, listed = [], 0
            tasks.append(_Task(query, part, parts))
            listed += most // parts
    if tasks:
        yield tasks


def _is_among(hashes: Hashes, known: Hashes) -> Mask:
    """(k,) which of the hashes are among ascending ones."""
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    return bisected(hashes, known)[1]


def _signed(hashes: Hashes) -> Iterator[tuple[int, int]]:
    """Each hash, and the signed number that the index holds for it."""
    return zip(hashes.tolist(), hashes.view(np.int32).tolist(), strict=True)
