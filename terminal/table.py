"""Hits as CSV, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from search.results import Hit

COLUMNS = (
    "query", "rank", "id", "year", "province", "city", "county", "township", "part", "topics",
    "title", "heading", "tier", "snippet", "file",
)  # fmt: skip
BOM = "\ufeff"
"""Without it a spreadsheet on Chinese Windows takes the file for GBK."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def header() -> str:
    """The first line, with a byte order mark."""
    return BOM + _row(COLUMNS)


def rows(query: str, hits: Iterable[Hit]) -> Iterable[str]:
    """A line a hit."""
    for hit in hits:
        place = hit.report.place
        snippet = hit.snippets[0].text if hit.snippets else ""
        yield _row(
            (
                query, hit.rank, hit.id, hit.report.year, place.province, place.city, place.county,
                place.township, hit.section.part, "、".join(hit.section.topics), hit.report.title,
                " › ".join(hit.heading_path), hit.tier, " ".join(snippet.split()), hit.report.file,
            )
        )  # fmt: skip


def _row(values: Iterable[object]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(_cell, values))
    return line.getvalue()


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula is marked as text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
