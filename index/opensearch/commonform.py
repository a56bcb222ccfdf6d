"""What is common form in the index of a cluster: see `index.vector.shingles` for the rule.

Shingles are counted as they are asked for, in two steps: which of them stand in many sections, and
in how many reports, townships and counties these few do. What was found is remembered, and of most
shingles that is only that they are rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from index.engine import CommonForm
from index.opensearch.gathered import SHINGLES
from index.opensearch.reading import Reader
from index.opensearch.translate import SECTIONS, Query
from index.segments.shingles import Counts
from index.vector.sets import Mask, bisected
from index.vector.shingles import Hashes, common_among, common_limit, selected, stretches_of

Json = dict[str, Any]

_TOGETHER: Final = 10_000
"""Shingles that are counted in one request."""
_BUCKETS: Final = 50_000
"""Places that one request lists; a cluster allows 65,535."""
_MOST: Final = 65_535
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
        """How far those of the hashes are spread that stand in enough sections."""
        sections = self._sections_with(hashes)
        held = np.array(sorted(sections), np.uint32)
        totals = self._totals
        sizes = [min(n, totals.townships) + min(n, totals.counties) for n in sections.values()]
        values = [value for _hash, value in _signed(np.array([*sections], np.uint32))]
        found = {hash: np.zeros(3, np.intp) for hash in sections}
        for request in _requests(sizes):
            for hash, counts in self._spread(values[request.first : request.end], request):
                found[hash] += counts
        columns = np.array([found[hash] for hash in held.tolist()], np.intp).reshape(-1, 3).T
        return Counts(held, *columns)

    def _sections_with(self, hashes: Hashes) -> dict[int, int]:
        """In how many sections each hash stands, of those that may stand in enough reports."""
        values = [value for _hash, value in _signed(hashes)]
        each = {"terms": {**_among(values), "min_doc_count": self.limit}}
        return {bucket["key"] & 0xFFFFFFFF: bucket["doc_count"] for bucket in self._each(each)}

    def _spread(
        self, values: Sequence[int], request: _Request
    ) -> Iterator[tuple[int, tuple[int, int, int]]]:
        """(hash, (reports, townships, counties)) of each hash; of the places those of a part."""
        of_reports = {"reports": {"reverse_nested": {}, "aggs": _places(request)}}
        for bucket in self._each({"terms": _among(values), "aggs": of_reports}):
            found = bucket["reports"]
            reports = 0 if request.part else found["doc_count"]
            yield bucket["key"] & 0xFFFFFFFF, (reports, *_listed(found))

    def _each(self, each: Json) -> list[Json]:
        """The buckets of shingles, over all sections: most hold some that is common form."""
        aggs = {"sections": {"nested": {"path": SECTIONS}, "aggs": {"each": each}}}
        answer = self._reader.search({"size": 0, "track_total_hits": False, "aggs": aggs})
        buckets: list[Json] = answer["aggregations"]["sections"]["each"]["buckets"]
        return buckets

    @cached_property
    def _totals(self) -> _Totals:
        body: Json = {"size": 0, "track_total_hits": True, "query": _HAVE_SECTIONS}
        reports = self._reader.search(body)["hits"]["total"]["value"]
        townships = counties = 0
        for request in _requests([len(_PLACES) * reports]):
            found = self._reader.search(body | {"aggs": _places(request)})["aggregations"]
            more = _listed(found)
            townships, counties = townships + more[0], counties + more[1]
        return _Totals(reports, townships, counties)


class _Request(NamedTuple):
    """What to count in one request: shingles from the first up to the end.

    Only a part of the places that these have is listed; one shingle may have too many.
    """

    first: int
    end: int
    part: int
    parts: int


_PLACES: Final = ("township_path", "county_path")


def _among(values: Sequence[int]) -> Json:
    return {"field": SHINGLES, "include": [*values], "size": max(len(values), 1)}


def _places(request: _Request) -> Json:
    """Lists the different places: only so are they counted exactly."""
    part = {"partition": request.part, "num_partitions": request.parts}
    include = {"include": part} if request.parts > 1 else {}
    # Names are looked up from the last one: in this order none is sought from the beginning.
    order = {"order": {"_key": "desc"}}
    return {name: {"terms": {"field": name, "size": _MOST, **order, **include}} for name in _PLACES}


def _listed(found: Json) -> tuple[int, int]:
    """How many (townships, counties) were listed."""
    townships, counties = (len(found[name]["buckets"]) for name in _PLACES)
    return townships, counties


def _requests(sizes: Sequence[int]) -> Iterator[_Request]:
    """What to count together, by how many places each may have at most."""
    first = listed = 0
    for n, size in enumerate(sizes):
        if n > first and listed + size > _BUCKETS:
            yield from _in_parts(first, n, listed)
            first, listed = n, 0
        listed += size
    if sizes:
        yield from _in_parts(first, len(sizes), listed)


def _in_parts(first: int, end: int, listed: int) -> Iterator[_Request]:
    parts = max(1, -(-listed // _BUCKETS))
    return (_Request(first, end, part, parts) for part in range(parts))


def _is_among(hashes: Hashes, known: Hashes) -> Mask:
    """(k,) which of the hashes are among ascending ones."""
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    return bisected(hashes, known)[1]


def _signed(hashes: Hashes) -> Iterator[tuple[int, int]]:
    """Each hash, and the signed number that the index holds for it."""
    return zip(hashes.tolist(), hashes.view(np.int32).tolist(), strict=True)
