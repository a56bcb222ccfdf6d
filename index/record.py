"""A report as plain JSON values: what the index stores, and what `--json` prints.

The stored record leaves out what the source holds (texts); `report_json` is the contract of
`lawsearch parse --json` and has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from index.model import (
    Furniture,
    Kind,
    Level,
    Part,
    Place,
    Reason,
    Report,
    Section,
    SourceFile,
    Span,
)

Json = dict[str, Any]


def section_id(report_id: str, section: Section) -> str:
    """The id of a section, as people type it."""
    return f"{report_id}#{section.key}"


def to_record(report: Report) -> Json:
    """Everything of the report but its source, as JSON values."""
    return {
        "id": report.id,
        "files": [[f.path, f.sha256, f.size, f.mtime_ns] for f in report.files],
        "level": report.level,
        "kind": report.kind,
        "title": report.title,
        "year": report.year,
        "place": [
            report.place.township,
            report.place.county,
            report.place.city,
            report.place.province,
        ],
        "issuer": report.issuer,
        "document_number": report.document_number,
        "issued": report.issued,
        "furniture": [list(f) for f in report.furniture],
        "reasons": [[r.field, r.value, r.why] for r in report.reasons],
        "sections": [_to_row(s) for s in report.sections],
    }


def _to_row(section: Section) -> list[Any]:
    return [
        section.key,
        list(section.number),
        section.heading,
        section.part,
        list(section.topics),
        list(section.heading_span),
        list(section.text_span),
        [list(m) for m in section.measures],
    ]


def from_record(record: Json, source: str) -> Report:
    """The report that `to_record` described, over its source."""
    return Report(
        id=record["id"],
        files=tuple(SourceFile(*f) for f in record["files"]),
        source=source,
        level=Level(record["level"]),
        kind=Kind(record["kind"]),
        title=record["title"],
        year=record["year"],
        place=Place(*record["place"]),
        issuer=record["issuer"],
        document_number=record["document_number"],
        issued=record["issued"],
        furniture=tuple(Furniture(*f) for f in record["furniture"]),
        reasons=tuple(Reason(*r) for r in record["reasons"]),
        sections=tuple(_from_row(row) for row in record["sections"]),
    )


def join_source(record: Json, pieces: Iterable[tuple[int, str]]) -> str:
    """A report's source from its sections' pieces, each with where it starts there.

    A stored record has under "rest" what stands between the pieces, or under "source" all of it.
    """
    if "source" in record:
        return str(record["source"])
    rest = ((start, text) for start, text in record["rest"])
    return "".join(text for _start, text in sorted([*pieces, *rest]))


def _from_row(row: list[Any]) -> Section:
    key, number, heading, part, topics, heading_span, text_span, measures = row
    return Section(
        key=key,
        number=tuple(number),
        heading=heading,
        part=None if part is None else Part(part),
        topics=tuple(topics),
        heading_span=Span(*heading_span),
        text_span=Span(*text_span),
        measures=tuple(Span(*m) for m in measures),
    )


def report_json(report: Report, *, explain: bool = False) -> Json:
    """The report as `lawsearch parse --json` and `lawsearch show --json` print it."""
    found: Json = {
        "id": report.id,
        "file": report.file,
        "files": [f.path for f in report.files],
        "level": report.level,
        "kind": report.kind,
        "title": report.title,
        "year": report.year,
        "township": report.place.township,
        "county": report.place.county,
        "city": report.place.city,
        "province": report.place.province,
        "issuer": report.issuer,
        "document_number": report.document_number,
        "issued": report.issued,
        "length": len(report.source),
        "furniture": [f._asdict() for f in report.furniture],
        "sections": [section_json(report, s) for s in report.sections],
    }
    if explain:
        found["reasons"] = [
            {"field": r.field, "value": r.value, "why": r.why} for r in report.reasons
        ]
    return found


def section_json(report: Report, section: Section) -> Json:
    """One section with its text and measures."""
    id = section_id(report.id, section)
    return {
        "id": id,
        "number": list(section.number),
        "heading": section.heading,
        "part": section.part,
        "topics": list(section.topics),
        "heading_start": section.heading_span.start,
        "heading_end": section.heading_span.end,
        "text_start": section.text_span.start,
        "text_end": section.text_span.end,
        "text": report.section_text(section),
        "measures": [
            {"id": f"{id}-m{n}", "text": report.source[a:b], "start": a, "end": b}
            for n, (a, b) in enumerate(section.measures, 1)
        ],
    }
