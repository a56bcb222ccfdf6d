"""When two files are one report: the same paper published as docx, pdf and a web page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

from index.analysis import section_stream
from index.model import Kind, Report

SHINGLE = 8  # characters
LEAST_SHARED = 0.8
# Which file's text is kept: the fewer steps from what was typed, the better.
_PREFERENCE = {
    ".docx": 0, ".txt": 1, ".md": 1, ".html": 2, ".htm": 2,
    ".ofd": 3, ".wps": 3, ".doc": 3, ".pdf": 4,
}  # fmt: skip


def shingles(streams: Iterable[str]) -> frozenset[int]:
    """Hashes of every run of SHINGLE characters of the streams run on."""
    text = "".join(streams)
    return frozenset(hash(text[i : i + SHINGLE]) for i in range(max(1, len(text) - SHINGLE + 1)))


class Paper(NamedTuple):
    """What tells whether two reports are the same paper."""

    kind: Kind
    shingles: frozenset[int]


def paper_of(report: Report) -> Paper:
    """The report as it is compared with others."""
    return Paper(report.kind, shingles(section_stream(report, s).text for s in report.sections))


def are_twins(one: Paper, other: Paper) -> bool:
    """Whether two reports of the same place and year are the same paper.

    Both must hold most of the other: formats differ in furniture and in lost characters, while
    two papers of one township and year (a report and its supplement) differ in whole parts.
    """
    fewer, more = sorted((one.shingles, other.shingles), key=len)
    least = LEAST_SHARED * len(more)
    return one.kind == other.kind and len(fewer) >= least and len(fewer & more) >= least


def preference(report: Report) -> tuple[int, int, str]:
    """Sorts reports of one paper: the one whose text should be kept first."""
    suffix = PurePath(report.file).suffix.lower()
    return _PREFERENCE.get(suffix, 5), -len(report.sections), report.file
