"""One file to one prepared report: read, parse, describe, cut into terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from index.analysis import count_words, is_whole, section_stream
from index.engine import PreparedReport, PreparedSection
from index.model import Report, SourceFile
from indexer.corrections import FolderCorrections, correct
from indexer.describe import Hints, describe
from indexer.ids import base_id
from indexer.parse import parse_outline
from indexer.read import Reader

# Raise it whenever reading, parsing or locating could give something else for the same file:
# then the next `lawsearch index` reads every file again.
PARSER_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a report is made from besides its file. Sent to worker processes."""

    county: str | None = None
    encoding: str | None = None
    corrections: FolderCorrections | None = None


def load_report(path: Path, reader: Reader, settings: Settings) -> Report:
    """The report in a file, under its base id. Raises ReportError."""
    read = reader.read(path)
    outline = parse_outline(read.text)
    found = describe(read.text, outline, Hints(path=str(path), county=settings.county))
    if settings.corrections is not None:
        row = settings.corrections.for_file(path)
        if row is not None:
            found = correct(found, row)
    report = Report(
        id="",
        files=(read.file,),
        source=read.text,
        level=found.level,
        kind=found.kind,
        title=found.title,
        year=found.year,
        place=found.place,
        issuer=found.issuer,
        document_number=found.document_number,
        issued=found.issued,
        furniture=outline.furniture,
        sections=outline.sections,
        reasons=found.reasons,
    )
    return replace(report, id=base_id(report))


def prepare(report: Report) -> PreparedReport:
    """The report with the terms of its sections."""
    sections: list[PreparedSection] = []
    vocabulary: set[str] = set()
    for section in report.sections:
        stream = section_stream(report, section)
        words, heading_words = count_words(stream)
        sections.append(
            PreparedSection(stream.text, stream.heading_length, dict(words), dict(heading_words))
        )
        vocabulary.update(words)
    return PreparedReport(report, tuple(sections), frozenset(filter(is_whole, vocabulary)))


def with_files(prepared: PreparedReport, id: str, files: tuple[SourceFile, ...]) -> PreparedReport:
    """The same report under its final id and with all its files."""
    return replace(prepared, report=replace(prepared.report, id=id, files=files))
