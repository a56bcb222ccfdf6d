"""Hits as CSV, for a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from io import StringIO

from index.i18n import gettext as _
from index.labels import part_label, tier_label
from search.results import Hit

BOM = "\ufeff"
"""Without it a spreadsheet on Chinese Windows takes the file for GBK."""

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What could steer a terminal or turn the text around."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def header() -> str:
    """The first line, with a byte order mark."""
    return BOM + _row(
        (
            _("query"), _("rank"), _("id"), _("year"), _("province"), _("city"), _("county"),
            _("township"), _("part"), _("topics"), _("title"), _("heading"), _("tier"),
            _("snippet"), _("file"),
        )
    )  # fmt: skip


def rows(query: str, hits: Iterable[Hit], *, shown: Callable[[str], str] = str) -> Iterable[str]:
    """A line a hit; shown tells what may be seen of a file's path."""
    for hit in hits:
        passage, place = hit.passage, hit.passage.place
        part = part_label(passage.part) if passage.part else None
        snippet = hit.snippets[0].text if hit.snippets else ""
        yield _row(
            (
                query, hit.rank, hit.id, passage.year, place.province, place.city,
                place.county, place.township, part, "、".join(passage.topics), passage.title,
                " › ".join(passage.heading_path), tier_label(hit.tier),
                " ".join(snippet.split()), shown(passage.file),
            )
        )  # fmt: skip


def _row(values: Iterable[object]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(_cell, values))
    return line.getvalue()


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula is marked as text."""
    if not isinstance(value, str):
        return value
    shown = _STEERING.sub("\ufffd", value)
    return "'" + shown if value.startswith(_FORMULA) else shown
