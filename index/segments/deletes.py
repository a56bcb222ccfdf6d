"""Which reports of a segment are deleted: a bit for each, in a file beside the segment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from index.segments.segment import Segment

LOOKED_UP = 8
"""A report is found in some 14 looks and one after the other in one each: from this share of a
segment's reports on, all are gone through."""


def find_reports(segment: Segment, ids: Collection[str]) -> Iterator[int]:
    """The numbers of the segment's live reports with these ids."""
    if len(ids) * LOOKED_UP < segment.n_reports:
        found = map(segment.find_report, ids)
        yield from (report for report in found if report is not None)
        return
    for report in range(segment.n_reports):
        if segment.card(report)[0] in ids and segment.is_live(report):
            yield report


def with_deleted(segment: Segment, reports: Iterable[int]) -> bytes | None:
    """What is deleted of the segment when these reports are too; None if that is nothing new."""
    empty = bytes((segment.n_reports + 7) // 8)
    bits = bytearray(segment.deleted or empty)
    for report in reports:
        bits[report >> 3] |= 1 << (report & 7)
    return None if bits == (segment.deleted or empty) else bytes(bits)
