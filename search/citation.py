"""What a passage is cited by, as one line of Chinese text: only what is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from index.analysis import fold_stream
from index.model import Place, Report, Section, Span
from index.numerals import read_year

HASH_DIGITS: Final = 16
"""Hexadecimal digits of the file's hash: enough to tell any two files on earth apart."""
LONGEST_HEADING: Final = 40
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_BARE_NUMBER: Final = re.compile(r"[〇零一二三四五六七八九十百]+")
_INNER: Final = {
    "《": str.maketrans("《》", "〈〉"),
    "“": str.maketrans("“”", "‘’"),
}
"""Marks inside the same marks are written as their small kind. Source: GB/T 15834-2011."""


def cite_report(report: Report) -> str:
    """The citation of a report as a whole."""
    return _line([*_paper(report), *_origin(report, report.id)])


def cite_section(report: Report, section: Section) -> str:
    """The citation of a section: number, heading and own text, without its sub-sections."""
    start = section.heading_span.start
    end = max(start, section.heading_span.end, section.text_span.end)
    return cite_passage(report, section, Span(start, end))


def cite_measure(report: Report, section: Section, number: int) -> str:
    """The citation of a section's measure; number counts from 1."""
    id = f"{report.id}#{section.key}-m{number}"
    return _cite(report, section, section.measures[number - 1], id)


def cite_passage(report: Report, section: Section, span: Span) -> str:
    """The citation of a stretch of the report's source that stands in a section."""
    return _cite(report, section, span, f"{report.id}#{section.key}")


def _cite(report: Report, section: Section, span: Span, id: str) -> str:
    where = _number(section.number) + _heading(section.heading)
    items = [*_paper(report), where, _characters(report.source, span), *_origin(report, id)]
    return _line(items)


def _line(items: Sequence[str]) -> str:
    return "，".join(item for item in items if item) + "。"


def _paper(report: Report) -> Iterator[str]:
    """Title, who issued it, under which number, when, and the year that it is about."""
    title = _plain(report.title)
    yield _wrapped("《", title, "》")
    yield _who(report.place, _plain(report.issuer))
    yield _plain(report.document_number)
    yield _day(report.issued)
    if report.year is not None and not _tells_year(title, report.year):
        yield f"{report.year}年度"


def _tells_year(title: str, year: int) -> bool:
    """Whether the title has the year, in figures or in characters."""
    found = re.findall(r"\d{4}|[〇○零一二三四五六七八九]{4}", fold_stream(title))
    return year in map(read_year, found)


def _who(place: Place, issuer: str) -> str:
    """The issuer, with what its name leaves out of its place before it."""
    names = [_plain(n) for n in (place.province, place.city, place.county, place.township) if n]
    names = [*dict.fromkeys(names)]
    before = "".join(name for name in names if name not in issuer)
    begins_with_place = any(issuer.startswith(name) for name in names)
    return (
        before + issuer if begins_with_place or not (before and issuer) else f"{before}，{issuer}"
    )


def _day(issued: str | None) -> str:
    day = _DAY.fullmatch(issued or "")
    return f"{day[1]}年{int(day[2])}月{int(day[3])}日" if day else _plain(issued)


def _number(path: Sequence[str]) -> str:
    """The printed number: 第一部分（五）1."""
    shown = [number.translate(str.maketrans("()", "（）")) for number in map(_plain, path)]
    if shown and _BARE_NUMBER.fullmatch(shown[0]):
        shown[0] = f"第{shown[0]}部分"
    return "".join(shown)


def _heading(heading: str) -> str:
    plain = _plain(heading)
    cut = plain[:LONGEST_HEADING] + "…" if len(plain) > LONGEST_HEADING else plain
    return _wrapped("“", cut, "”")


def _characters(source: str, span: Span) -> str:
    """Where in the source the stretch stands without white space around it, counted from 1."""
    text = source[span.start : span.end]
    if not text.strip():
        return ""
    first = span.start + len(text) - len(text.lstrip()) + 1
    last = span.start + len(text.rstrip())
    return f"原文第{first}字" if first == last else f"原文第{first}—{last}字"


def _origin(report: Report, id: str) -> Iterator[str]:
    """What finds the very text again: the id, and the hash of the file it was read from."""
    yield f"编号 {_plain(id)}"
    yield f"原件 SHA-256 {report.files[0].sha256[:HASH_DIGITS]}"


def _wrapped(before: str, text: str, after: str) -> str:
    return before + text.translate(_INNER[before]) + after if text else ""


def _plain(text: str | None) -> str:
    """The text on one line, without what could not be seen or would turn it around."""
    line = " ".join((text or "").split())
    return line if line.isprintable() else "".join(c for c in line if c.isprintable())
