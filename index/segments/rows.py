"""The rows of all reports of a commit: what counting over whole reports reads."""

from __future__ import annotations

from collections.abc import Iterator

from index.engine import ReportRow
from index.model import Kind, Level
from index.segments.segment import Segment, issued_date
from index.segments.snapshot import Snapshot


def read_rows(snapshot: Snapshot) -> Iterator[ReportRow]:
    """The rows of the reports that are not deleted, as they are stored."""
    for segment in snapshot.segments:
        yield from _rows(segment)


def _rows(segment: Segment) -> Iterator[ReportRow]:
    levels = [*map(Level, segment.meta["levels"])]
    kinds = [*map(Kind, segment.meta["kinds"])]
    places = [*map(tuple, segment.meta["places"])]
    columns = ("report.year", "report.issued", "report.level", "report.kind", "report.place")
    stored = zip(*(segment.array(name).tolist() for name in columns), strict=True)
    for number, (year, issued, level, kind, place) in enumerate(stored):
        if segment.is_live(number):
            yield ReportRow(
                id=segment.card(number)[0],
                year=year or None,
                issued=issued_date(issued),
                level=levels[level],
                kind=kinds[kind],
                places=places[place],
            )
