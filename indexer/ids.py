"""Report ids that a person can type: 西峡县西坪镇-2023."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePath

from index.model import Kind, Level, Report

_UNWANTED = re.compile(r"[\s#~/\\|<>\"'`$&;*?()\[\]{}\x00-\x1f\x7f]+")
_LONGEST_STEM = 40


def base_id(report: Report) -> str:
    """The id from level, place and year; the file's stem stands for what is not known.

    A paper of another kind carries its file's stem, so that it never takes an annual report's id.
    """
    stem = clean_stem(report.file)
    place = _clean(_place_name(report) or "")  # a correction can name any
    if report.kind is not Kind.ANNUAL_REPORT:
        parts = [place, _year(report), stem]
    else:
        parts = [place or stem, _year(report) or (stem if place else None)]
    return "-".join(part for part in parts if part)


def clean_stem(path: str) -> str:
    """A file's stem without what a shell, an address or an id could misread."""
    stem = unicodedata.normalize("NFC", PurePath(path).stem)
    return _clean(stem)[:_LONGEST_STEM] or "report"


def _clean(name: str) -> str:
    return _UNWANTED.sub("-", name).strip("-.")


def _year(report: Report) -> str | None:
    return None if report.year is None else str(report.year)


def _place_name(report: Report) -> str | None:
    place = report.place
    match report.level:
        case Level.TOWNSHIP:
            return (place.county or "") + place.township if place.township else None
        case Level.COUNTY:
            return place.county
        case Level.CITY:
            return place.city
        case Level.PROVINCE:
            return place.province
        case _:
            return None


def has_base(id: str, base: str) -> bool:
    """Whether an id is the base or a numbered one of it (base~2)."""
    return id == base or (id.startswith(base + "~") and id[len(base) + 1 :].isdigit())


def numbered(base: str, is_taken: Callable[[str], bool]) -> str:
    """The base if it is free, else base~2, base~3, …"""
    id, n = base, 2
    while is_taken(id):
        id, n = f"{base}~{n}", n + 1
    return id
