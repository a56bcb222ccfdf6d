"""Reports made for tests, and what a reader with Ctrl+F would find in them.

The reader here knows nothing of the code under test: its folding is a small table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hypothesis import strategies as st

from index.engine import Batch, FileRow
from index.model import (
    Furniture,
    Kind,
    Level,
    Part,
    Place,
    Report,
    Section,
    SourceFile,
    Span,
)
from index.prepared import prepare
from index.whoosh_writer import WhooshWriter

PLACE = Place("槿岭镇", "青禾县", "云汀市", "澜岳省")
PAGE_BREAK = "\n— 7 —\n"
_PAGE_BREAK = re.compile(PAGE_BREAK)

Block = tuple[str, str]
"""A heading and its text, as they stand in the source."""


def make_report(
    id: str,
    blocks: Sequence[Block],
    *,
    year: int | None = 2023,
    place: Place = PLACE,
    level: Level = Level.TOWNSHIP,
    title: str | None = None,
    parts: Sequence[Part | None] = (),
    topics: Mapping[int, tuple[str, ...]] | None = None,
    path: str | None = None,
) -> Report:
    """A report of one section a block; page breaks in it are furniture."""
    source, sections = "", []
    for n, (heading, text) in enumerate(blocks):
        start = len(source)
        source += heading
        middle = len(source)
        source += text
        part = parts[n] if n < len(parts) else Part.ACHIEVEMENTS
        spans = Span(start, middle), Span(middle, len(source))
        found = (topics or {}).get(n, ())
        sections.append(Section(str(n), ("一",), heading, part, found, *spans))
        source += "\n"
    furniture = (Furniture(*m.span(), "page_number") for m in _PAGE_BREAK.finditer(source))
    return Report(
        id=id,
        files=(SourceFile(path or file_of(id), "00", len(source), 1),),
        source=source,
        level=level,
        kind=Kind.ANNUAL_REPORT,
        title=title,
        year=year,
        place=place,
        issuer=None,
        document_number=None,
        issued=None,
        furniture=tuple(furniture),
        sections=tuple(sections),
    )


def file_of(id: str) -> str:
    """Where the file of a report is, if nothing else is said."""
    return f"/reports/{id}.txt"


def batch(*reports: Report, remove: Iterable[str] = ()) -> Batch:
    """The batch that adds the reports, each with a row for its file, and removes others with it."""
    rows = (FileRow(r.file, "00", len(r.source), 1, r.id) for r in reports)
    gone = frozenset(remove)
    return Batch(
        add=tuple(prepare(report) for report in reports),
        remove=gone,
        files=tuple(rows),
        forget=frozenset(file_of(id) for id in gone),
    )


def write(folder: Path, *batches: Batch) -> Path:
    """The folder, with a Whoosh index to which the batches were committed one by one."""
    writer = WhooshWriter(folder)
    try:
        for each in batches:
            writer.write(each)
    finally:
        writer.close()
    return folder


# What a reader sees.

_WIDTHS = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
_TRADITIONAL = dict(zip("執調驗楓橋務眾員", "执调验枫桥务众员", strict=True))
_SKIPPED = frozenset("“”‘’「」『』\"'\u200b\ufeff")


def plain(text: str) -> str:
    """The text as Ctrl+F should see it."""
    half = (_WIDTHS.get(c, c) for c in text if c not in _SKIPPED and not c.isspace())
    return "".join(_TRADITIONAL.get(c, c.lower() if len(c.lower()) == 1 else c) for c in half)


def plain_span(report: Report, start: int, end: int) -> str:
    """A span of the source as Ctrl+F should see it, furniture left out."""
    inside = {at for f in report.furniture for at in range(f.start, f.end)}
    return plain("".join(report.source[at] for at in range(start, end) if at not in inside))


def plain_section(report: Report, section: Section) -> str:
    """A section as Ctrl+F should see it: heading and text run on."""
    return plain_span(report, *section.heading_span) + plain_span(report, *section.text_span)


Where = tuple[str, int]
"""A section by its report's id and its ordinal."""


def streams(reports: Iterable[Report]) -> dict[Where, str]:
    """Every section as Ctrl+F should see it."""
    return {
        (report.id, n): plain_section(report, section)
        for report in reports
        for n, section in enumerate(report.sections)
    }


# Reports that are hard to search: what Hypothesis draws from.

_PIECES = st.sampled_from(
    [
        *("枫桥经验", "楓橋", "“枫桥经验”", "枫 桥\n经\u3000验", "枫桥" + PAGE_BREAK + "经验"),
        *("行政执法", "行政執法", "執法", "调解", "調解員", "人", "人人", "人人人", "群眾", "服務"),
        *("2024", "２０２４", "２０", "24", "12345", "Ａｂ", "aB", "ＡＢ", "Æ", "ß", "İ"),
        *("。", "，", "；", "（一）", "(一)", "、", "一是", "《条例》", "”", "‘", "「」", "-", "/"),
        *("\n", "\r\n", "\u3000\u3000", "\t", "\u200b", "\ufeff", "\u2028", PAGE_BREAK),
        *("𠮷", "𠮷𠮷", "😀", "e\u0301", "\x00", "\x1f", "\x85", "\U0010ffff"),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=14).map("".join)
_HEADINGS = st.sampled_from(
    ["", "一、", "（一）", "一、枫桥经验\n", "人", "1．調解。", "二 、人 人"]
)
"""A heading may be all there is of a section; both may be empty."""

blocks = st.lists(st.tuples(_HEADINGS, _TEXTS), min_size=1, max_size=4)


@st.composite
def corpora(draw: st.DrawFn, *, least: int = 1, most: int = 6) -> list[Report]:
    """A few reports of hard text, with ids r0, r1, …"""
    made = draw(st.lists(blocks, min_size=least, max_size=most))
    return [make_report(f"r{n}", each) for n, each in enumerate(made)]
