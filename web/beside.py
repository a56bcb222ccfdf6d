"""Texts as they stand beside each other: in runs, each drawn in one way."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from index.model import Report
from web.wrapping import line_columns, lines_of

Mark = tuple[int, int, str]
"""A stretch of a source, half-open, and what it is drawn as."""

TAGS: Final = ("ins", "del", "mark")
"""Names that are elements of HTML; all others are classes."""
_SPACE: Final = re.compile(r"\s+")
_ENDS: Final = "。！？；：!?;:"


class Run(NamedTuple):
    """Text that is drawn in one way; tag is "" where it needs no element but maybe classes."""

    text: str
    tag: str = ""
    classes: str = ""


def cut_runs(text: str, start: int, marks: Iterable[Mark]) -> list[Run]:
    """The text, which stands at an offset of its source, in runs; marks may overlap."""
    end = start + len(text)
    begins, ends = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for first, last, name in marks:
        first, last = max(first, start), min(last, end)
        if first < last:
            begins[first].append(name)
            ends[last].append(name)
    active: Counter[str] = Counter()
    runs = []
    for at, following in pairwise(sorted({start, end, *begins, *ends})):
        active.subtract(ends[at])
        active.update(begins[at])
        runs.append(_run(text[at - start : following - start], +active))
    return runs


def _run(text: str, names: Iterable[str]) -> Run:
    known = {*names}
    tag = next((tag for tag in TAGS if tag in known), "")
    return Run(text, tag, " ".join(sorted(known - {*TAGS})))


def flowing(runs: Iterable[Run]) -> list[Run]:
    """The runs as one paragraph: white space stays only between words of Latin letters."""
    return [run._replace(text=_SPACE.sub(_flow, run.text)) for run in runs]


def _flow(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return " " if before and after and before < "\u2e80" and after < "\u2e80" else ""


def is_wrapped(report: Report) -> bool:
    """Whether lines of the report's source end where a line of paper does."""
    return line_columns(report.source, lines_of(report.source)) is not None


def paragraphs(text: str, *, wrapped: bool) -> str:
    """The text with one line break between paragraphs; wrapped: a line's end may be none of one."""
    lines = text.split("\n")
    last = len(lines) - 1
    found = lines[0].rstrip() if last else lines[0]
    pieces, before, waiting = [found], found[-1:], False
    for n, line in enumerate(lines[1:], 1):
        line = line.lstrip() if n == last else line.strip()
        if not line:
            waiting = True
            continue
        is_broken = waiting or not wrapped or not before or before in _ENDS
        pieces += ["\n", line] if is_broken else [line]
        before, waiting = line[-1], False
    return "".join([*pieces, "\n"] if waiting else pieces)


def trimmed(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs without line breaks before the first and after the last of them."""
    kept = [run for run in runs if run.text]
    for n, run in enumerate(kept):
        text = run.text.lstrip("\n") if n == 0 else run.text
        yield run._replace(text=text.rstrip("\n") if n == len(kept) - 1 else text)
