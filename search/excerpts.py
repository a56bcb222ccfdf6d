"""A report's sections by their streams, and the way from these back to its source."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from index.analysis import fold_stream, section_stream
from index.model import Part, Report
from index.passage import heading_paths
from index.record import section_id
from search.pairing import Outlined
from search.stretches import Place

_OPENING: Final = "“‘「『"  # a stream leaves them out; in the source they belong to what follows


class Excerpt(NamedTuple):
    """Text of a section: the section's id, and where it stands in the report's source."""

    id: str
    start: int
    end: int
    text: str


class Outline(NamedTuple):
    """A section as the outline shows it."""

    id: str
    heading_path: tuple[str, ...]
    part: Part | None


class Side:
    """One of two reports that are compared."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._streams = [section_stream(report, section) for section in report.sections]
        self.streams = [stream.text for stream in self._streams]

    @cached_property
    def outlines(self) -> list[Outline]:
        """Every section as the outline shows it."""
        report = self.report
        return [
            Outline(section_id(report.id, section), path, section.part)
            for section, path in zip(report.sections, heading_paths(report), strict=True)
        ]

    def outlined(self) -> list[Outlined]:
        """Every section by what tells which other it is like."""
        return [
            Outlined(
                stream, fold_stream(section.heading), section.part, section.topics, section.key
            )
            for stream, section in zip(self.streams, self.report.sections, strict=True)
        ]

    def piece(self, place: Place) -> Excerpt:
        """A stretch with what is left out of the stream around it.

        The pieces of a section join to its source.
        """
        start, end = (
            self._border(place.section, place.start),
            self._border(place.section, place.end),
        )
        return self._excerpt(place.section, start, end)

    def exactly(self, place: Place) -> Excerpt:
        """A stretch from its first to its last character; an empty one stands before the next."""
        stream = self._streams[place.section]
        if place.start < place.end:
            return self._excerpt(place.section, *stream.source_span(place.start, place.end))
        at = self._border(place.section, place.start)
        return self._excerpt(place.section, at, at)

    def _excerpt(self, section: int, start: int, end: int) -> Excerpt:
        return Excerpt(self.outlines[section].id, start, end, self.report.source[start:end])

    def _border(self, number: int, at: int) -> int:
        """Where in the source the stream's first `at` characters end."""
        stream, section = self._streams[number], self.report.sections[number]
        if at == 0:
            return section.heading_span.start
        if at == len(stream.text):
            return max(section.heading_span.end, section.text_span.end)
        start, end = stream.source_offset(at - 1) + 1, stream.source_offset(at)
        return start + len(self.report.source[start:end].rstrip(_OPENING))
