"""What reading one file may cost, and the refusal that names the limit it met."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of reading; a township report stays a hundred times below each of them.

    `seconds` is wall-clock time for one file in the reading process, `convert_seconds` that of
    antiword or soffice (a cold LibreOffice alone takes ten). `memory_bytes` is address space of
    the reading process and holds where the system can limit it (not on Windows).
    """

    file_bytes: int = 64 * MIB
    text_bytes: int = 20_000_000
    unpacked_bytes: int = 256 * MIB
    zip_entries: int = 5_000
    xml_tags: int = 1_000_000
    paragraphs: int = 50_000
    pages: int = 1_000
    html_tags: int = 300_000
    html_depth: int = 2_000
    characters: int = 500_000
    seconds: float = 8.0
    convert_seconds: float = 60.0
    memory_bytes: int = 1024 * MIB
    files_per_process: int = 200


DEFAULT_LIMITS = Limits()


class Refused(Exception):
    """Why a file's bytes are not read; the reader adds the path and raises a ReportError."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(reason)


class Passing(Refused):
    """A refusal that may be the machine's, not the file's: the same bytes are tried again."""
