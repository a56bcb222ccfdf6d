"""Sections that were fetched from a cluster, with their shingles, as pairs of them are made."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from index.engine import ReportRow
from index.opensearch.stored import row_of
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.segments.shingles import Counts, count_places
from index.vector.sets import Rows, Sections, begins_run, bisected, ranges
from index.vector.shared import in_time
from index.vector.shingles import Hashes, among_hashes, selected

Json = dict[str, Any]
_Array = npt.NDArray[Any]

STREAM: Final = section_field("stream")
ORDINAL: Final = section_field("ordinal")
_AT_ONCE: Final = 1_000
"""Sections of one report that come with it."""


def with_streams(query: Query) -> Query:
    """The reports with such sections, each with the streams of the first of these."""
    inner = {
        "size": _AT_ONCE,
        "_source": False,
        "docvalue_fields": [STREAM],
        "sort": [{ORDINAL: "asc"}],
    }
    return nested(query, inner_hits=inner)


def last_of_more(hit: Json) -> int | None:
    """The last section of a report that was found, if it has more than came with it."""
    inner = _inner(hit)
    is_all = len(inner["hits"]) == inner["total"]["value"]
    return None if is_all else _ordinal(inner["hits"][-1])


def _inner(hit: Json) -> Json:
    found: Json = hit["inner_hits"][SECTIONS]["hits"]
    return found


def _ordinal(section: Json) -> int:
    ordinal: int = section["_nested"]["offset"]
    return ordinal


def _stream(section: Json) -> str:
    (encoded,) = section.get("fields", {}).get(STREAM) or [""]
    return b64decode(encoded + "==").decode()  # a cluster leaves the padding away


class _Page(NamedTuple):
    """Some sections: reports by their numbers, and their shingles one after the other.

    reports, ordinals, counts: of each section, counts is how many shingles it has.
    """

    reports: _Array
    ordinals: _Array
    counts: _Array
    hashes: Hashes
    offsets: _Array


class Gathered:
    """Sections as they come, some of them more than once."""

    def __init__(self) -> None:
        self._pages = [_made_page([], [], [])]
        self._reports: dict[str, int] = {}  # numbers by their place in browse order
        self._rows: list[ReportRow] = []

    def __len__(self) -> int:
        """How many sections came."""
        return sum(len(page.reports) for page in self._pages)

    def add(self, hits: Sequence[Json]) -> None:
        """Take the sections of reports that were found with their streams."""
        sections = [(self._number(hit), each) for hit in hits for each in _inner(hit)["hits"]]
        reports = [report for report, _section in sections]
        ordinals = [_ordinal(section) for _report, section in sections]
        streams = [_stream(section) for _report, section in sections]
        self._pages.append(_made_page(reports, ordinals, streams))

    def _number(self, hit: Json) -> int:
        number = self._reports.setdefault(hit["sort"][0], len(self._rows))
        if number == len(self._rows):
            self._rows.append(row_of(hit["_source"]))
        return number

    def texts(self) -> GatheredTexts:
        """The sections so far, each once, in browse order."""
        by_browse = [number for _browse, number in sorted(self._reports.items())]
        page = _Page(*(np.concatenate(column) for column in zip(*self._pages, strict=True)))
        ranks = np.empty(len(by_browse), np.int64)
        ranks[by_browse] = np.arange(len(by_browse))
        keys = ranks.take(page.reports) << 32 | page.ordinals
        rows = [self._rows[number] for number in by_browse]
        first = _begins(page.counts)
        if (keys[1:] > keys[:-1]).all():  # they came like that, each once
            return GatheredTexts(page.hashes, page.offsets, first, keys, rows)
        order = np.argsort(keys, kind="stable")
        order = order[begins_run(keys.take(order))]
        counts = page.counts.take(order)
        held = ranges(first.take(order), counts)
        hashes, offsets = page.hashes.take(held), page.offsets.take(held)
        return GatheredTexts(hashes, offsets, _begins(counts), keys.take(order), rows)


def _made_page(reports: list[int], ordinals: list[int], streams: list[str]) -> _Page:
    hashes, steps, counts = selected(streams)
    ends = np.cumsum(steps, dtype=np.int64)
    before = np.concatenate([[0], ends])[_begins(counts)[:-1]]
    offsets = (ends - before.repeat(counts)).astype(np.uint32)
    numbers = np.array([reports, ordinals], np.int64)
    return _Page(numbers[0], numbers[1], counts, hashes, offsets)


def _begins(counts: _Array) -> Rows:
    """(n + 1,) where each of the groups of these sizes begins."""
    found: Rows = np.concatenate([[0], np.cumsum(counts)])
    return found


@dataclass(eq=False)
class GatheredTexts:
    """Sections in browse order; implements `index.vector.shared.Texts`, all of them live.

    keys: (n,) ascending, each section's report and its place there in one number. rows: (r,).
    """

    hashes: Hashes
    offsets: _Array
    first: Rows
    keys: _Array
    rows: list[ReportRow]
    common_hashes: Hashes = field(default_factory=lambda: np.empty(0, np.uint32))
    common_limit: int = 0

    @cached_property
    def report_of(self) -> Rows:
        """(n,) the report of each section."""
        return self.keys >> 32

    @cached_property
    def sections(self) -> Sections:
        """(k,) the section of each shingle."""
        return np.arange(len(self.keys), dtype=np.uint32).repeat(np.diff(self.first))

    @cached_property
    def place_numbers(self) -> Rows:
        """(r,) the place of each report, by its number among them."""
        return _numbered([row.places for row in self.rows])

    @cached_property
    def order(self) -> Rows:
        """The sections in the order of time; those of one time in browse order."""
        years = np.array([row.year or 0 for row in self.rows], np.intp)
        days = [int((row.issued or "0").replace("-", "")) for row in self.rows]
        everything = np.arange(len(self.keys))
        return in_time(everything, self.report_of, years, np.array(days, np.int64))

    def place_of(self, section: int) -> tuple[str, int]:
        """(report's id, ordinal) of a section."""
        key = int(self.keys[section])
        return self.rows[key >> 32].id, key & 0xFFFFFFFF

    def find(self, places: Iterable[tuple[str, int]]) -> Rows:
        """Those of the sections that are here."""
        numbers = {row.id: number for number, row in enumerate(self.rows)}
        here = ((numbers[id], ordinal) for id, ordinal in places if id in numbers)
        keys = np.array(sorted(report << 32 | ordinal for report, ordinal in here), np.int64)
        if not len(keys) or not len(self.keys):
            return np.empty(0, np.intp)
        at, held = bisected(keys, self.keys)
        return at[held]

    def spread(self, least: int) -> Counts:
        """How far the shingles are spread that stand in at least so many of the reports."""
        counties = {row.places: row.places[:3] for row in self.rows}
        of_county = _numbered([*counties.values()])
        reports = self.report_of.take(self.sections)
        return count_places(self.hashes, reports, self.place_numbers, of_county, least)

    def without_single(self) -> GatheredTexts:
        """The same without the shingles that stand once: no pair has them, and most are that."""
        ascending = np.sort(self.hashes)
        several = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
        del ascending
        kept = among_hashes(self.hashes, several)
        counts = np.bincount(self.sections.take(kept), minlength=len(self.keys))
        hashes, offsets = self.hashes.take(kept), self.offsets.take(kept)
        return replace(self, hashes=hashes, offsets=offsets, first=_begins(counts))


def _numbered(values: Sequence[Any]) -> Rows:
    """The number of each value among the different ones, in the order in which they come."""
    numbers = {value: n for n, value in enumerate(dict.fromkeys(values))}
    return np.array([numbers[value] for value in values], np.intp)
