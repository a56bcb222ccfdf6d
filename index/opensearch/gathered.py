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
from index.model import Kind, Level
from index.opensearch.spelling import path_of
from index.opensearch.translate import SECTIONS, Query, nested, section_field
from index.segments.shingles import SHINGLE, Counts, count_places
from index.vector.sets import Mask, Rows, Sections, begins_run, bisected, ranges
from index.vector.shared import in_time
from index.vector.shingles import Hashes, among_hashes, selected

Json = dict[str, Any]
_Array = npt.NDArray[Any]

STREAM: Final = section_field("stream")
SHINGLES: Final = section_field("shingles")
ORDINAL: Final = section_field("ordinal")
_AT_ONCE: Final = 1_000
"""Sections of one report that come with it."""
_ROW: Final = ("report_id", "year", "issued", "township_path")
_HELD: Final = "held"
_UNKNOWN: Final = np.uint32(0xFFFFFFFF)  # where a shingle begins
_AMONG: Final = f"""
List found = new ArrayList();
for (def value : doc['{SHINGLES}']) {{
  if (Collections.binarySearch(params.wanted, (int) value) >= 0) {{ found.add(value); }}
}}
return found;
"""
"""The shingles of a section that are among wanted ones, each as often as it stands there."""


def with_streams(query: Query) -> Query:
    """The reports with such sections, each with the streams of the first of these."""
    return nested(query, inner_hits=_inner_hits(docvalue_fields=[STREAM]))


def with_shingles(hashes: Hashes) -> Query:
    """The reports with sections that have any of ascending shingles, and which of them."""
    values = np.sort(hashes.view(np.int32)).tolist()
    script = {"source": _AMONG, "params": {"wanted": values}}
    held = _inner_hits(script_fields={_HELD: {"script": script}})
    return nested({"terms": {SHINGLES: values}}, inner_hits=held)


def _inner_hits(**fields: Any) -> Json:
    sort = [{ORDINAL: "asc"}]
    return {"size": _AT_ONCE, "stored_fields": "_none_", "sort": sort, **fields}


def asking_for(query: Query) -> Json:
    """Asks for reports with what `Gathered` reads of them: nothing of it is in their sources."""
    sort = [{"browse": "asc"}]
    return {"query": query, "sort": sort, "stored_fields": "_none_", "docvalue_fields": [*_ROW]}


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
    """Sections as they come: the texts of some, of others only some of their shingles.

    How far apart the shingles of these are is not known; they are taken to be apart as far as is
    told of, so that what two sections share is never taken for less than it is.
    """

    def __init__(self) -> None:
        self._pages = [_read_page([], [], [])]
        self._parts = [_held_page([], [], [])]
        self._numbers: dict[str, int] = {}  # of reports, by their place in browse order
        self._ids: dict[str, int] = {}
        self._rows: list[ReportRow] = []
        self._read: set[tuple[str, int]] = set()

    def __len__(self) -> int:
        """How many sections came, some of them more than once."""
        return sum(len(page.reports) for page in (*self._pages, *self._parts))

    def add(self, hits: Sequence[Json]) -> None:
        """Take the sections of reports that were found with their streams."""
        reports, sections = self._sections(hits)
        streams = [_stream(section) for section in sections]
        self._pages.append(_read_page(reports, [*map(_ordinal, sections)], streams))

    def add_parts(self, hits: Sequence[Json]) -> None:
        """Take the sections of reports that were found with some of their shingles."""
        reports, sections = self._sections(hits)
        held = [section["fields"][_HELD] for section in sections]
        self._parts.append(_held_page(reports, [*map(_ordinal, sections)], held))

    def add_texts(self, places: Sequence[tuple[str, int]], streams: Sequence[str]) -> None:
        """Take the streams of sections of which parts have come, each once."""
        self._read.update(places)
        reports = [self._ids[id] for id, _ordinal in places]
        self._pages.append(_read_page(reports, [ordinal for _id, ordinal in places], streams))

    def unread(self, places: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Those of the sections whose streams were not taken by `add_texts`."""
        return [place for place in places if place not in self._read]

    def _sections(self, hits: Sequence[Json]) -> tuple[list[int], list[Json]]:
        """(the report of each section, the sections)."""
        sections = [(self._number(hit), each) for hit in hits for each in _inner(hit)["hits"]]
        return [report for report, _section in sections], [section for _r, section in sections]

    def _number(self, hit: Json) -> int:
        number = self._numbers.setdefault(hit["sort"][0], len(self._rows))
        if number == len(self._rows):
            row = _row(hit["fields"])
            self._ids[row.id] = number
            self._rows.append(row)
        return number

    def texts(self) -> GatheredTexts:
        """The sections so far, each once, in browse order."""
        by_browse = [number for _browse, number in sorted(self._numbers.items())]
        ranks = np.empty(len(by_browse), np.int64)
        ranks[by_browse] = np.arange(len(by_browse))
        read, parts = _joined(self._pages), _joined(self._parts)
        keys = ranks.take(read.reports) << 32 | read.ordinals
        others = ranks.take(parts.reports) << 32 | parts.ordinals
        page = _joined([read, _without(parts, np.isin(others, keys))])
        rows = [self._rows[number] for number in by_browse]
        return _in_order(page, ranks.take(page.reports) << 32 | page.ordinals, rows)


def _row(fields: Json) -> ReportRow:
    """What is known of a report from its columns; level and kind are not asked for."""
    year, issued = fields.get("year", [None]), fields.get("issued", [None])
    return ReportRow(
        id=fields["report_id"][0],
        year=year[0],
        issued=issued[0],
        level=Level.TOWNSHIP,
        kind=Kind.ANNUAL_REPORT,
        places=path_of(fields["township_path"][0]),
    )


def _read_page(reports: list[int], ordinals: list[int], streams: Sequence[str]) -> _Page:
    hashes, steps, counts = selected(streams)
    ends = np.cumsum(steps, dtype=np.int64)
    before = np.concatenate([[0], ends])[_begins(counts)[:-1]]
    offsets = (ends - before.repeat(counts)).astype(np.uint32)
    numbers = np.array([reports, ordinals], np.int64)
    return _Page(numbers[0], numbers[1], counts, hashes, offsets)


def _held_page(reports: list[int], ordinals: list[int], held: Sequence[Sequence[int]]) -> _Page:
    counts = np.array([len(values) for values in held], np.int64)
    hashes = np.array([v for values in held for v in values], np.int64).astype(np.uint32)
    numbers = np.array([reports, ordinals], np.int64)
    return _Page(numbers[0], numbers[1], counts, hashes, np.full(len(hashes), _UNKNOWN))


def _joined(pages: Sequence[_Page]) -> _Page:
    return _Page(*(np.concatenate(column) for column in zip(*pages, strict=True)))


def _without(page: _Page, left_out: Mask) -> _Page:
    """The page without some of its sections."""
    return _taken(page, (~left_out).nonzero()[0])


def _taken(page: _Page, sections: Rows) -> _Page:
    counts = page.counts.take(sections)
    held = ranges(_begins(page.counts).take(sections), counts)
    return _Page(
        page.reports.take(sections),
        page.ordinals.take(sections),
        counts,
        page.hashes.take(held),
        page.offsets.take(held),
    )


def _in_order(page: _Page, keys: _Array, rows: list[ReportRow]) -> GatheredTexts:
    """The sections by ascending keys; what came of one section in several parts together."""
    if not (keys[1:] > keys[:-1]).all():
        order = np.argsort(keys, kind="stable")
        page, keys = _taken(page, order), keys.take(order)
    own = begins_run(keys)
    first = _begins(page.counts)[:-1].compress(own)
    first = np.append(first, len(page.hashes))
    place = np.arange(len(page.hashes)) - first[:-1].repeat(np.diff(first))
    offsets = np.where(page.offsets == _UNKNOWN, place * SHINGLE, page.offsets)
    return GatheredTexts(page.hashes, offsets.astype(np.uint32), first, keys.compress(own), rows)


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
        browse = np.arange(len(self.rows))
        return in_time(everything, self.report_of, years, np.array(days, np.int64), browse)

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
