"""One file to one report: read, parse, describe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from index.model import Report, SourceFile
from index.prepared import PreparedReport, read_record, write_record
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


def with_files(prepared: PreparedReport, id: str, files: tuple[SourceFile, ...]) -> PreparedReport:
    """The same report under its final id and with all its files."""
    if (id, files) == (prepared.id, prepared.files):
        return prepared
    record = read_record(prepared.record)
    record |= {"id": id, "files": [[f.path, f.sha256, f.size, f.mtime_ns] for f in files]}
    return replace(prepared, id=id, files=files, record=write_record(record))
