"""Whether terms, columns and stored texts of a commit agree: all is made anew from the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

import numpy as np

from index.i18n import gettext as _
from index.model import Report
from index.prepared import prepare
from index.record import section_id
from index.segments.build import build_segment
from index.segments.columns import BLOCK, Columns, Values, stretches
from index.segments.packing import unpack_lists
from index.segments.segment import Segment
from index.segments.shingles import count_common
from index.segments.snapshot import Snapshot

_TOGETHER: Final = 200  # reports that are made anew at once
_CHUNK: Final = 1 << 20  # postings that are looked at together
_COLUMNS: Final = ("length", "heading", "begin", "end", "text")
_TERMS: Final = ("gram", "word", "heading")


def disagreements(snapshot: Snapshot) -> Iterator[str]:
    """One line for each report or kind of term that is not what the stored texts give."""
    for at, segment in enumerate(snapshot.segments):
        found = dict.fromkeys(_TERMS, 0)
        for first in range(0, segment.n_reports, _TOGETHER):
            numbers = range(first, min(first + _TOGETHER, segment.n_reports))
            reports = [snapshot.report(snapshot.base_report[at] + n) for n in numbers]
            yield from _check_reports(segment, numbers, reports)
            made = build_segment([prepare(report) for report in reports])[0]
            yield from _check_sections(segment, numbers, reports, made)
            _add_terms(found, made, segment, segment.array("report.first")[first])
        for name, digest in found.items():
            if digest != _digest_terms(_columns(segment), name, _word_hashes(segment)):
                said = _("postings of {field} are not those of the stored texts")
                yield said.format(field=name)
        yield from _check_common(segment)


def _columns(segment: Segment) -> Columns:
    names = ["gram.key", "gram.position", "word.section", "heading.section"]
    names += [f"{field}.{column}" for field in _TERMS for column in ("first", "packed", "width")]
    names += ["word.count", "heading.count"]
    return {name: np.asarray(segment.array(name)) for name in names}


def _check_reports(
    segment: Segment, numbers: Sequence[int], reports: Sequence[Report]
) -> Iterator[str]:
    meta = segment.meta
    for number, report in zip(numbers, reports, strict=True):
        place = report.place
        wanted = (
            (report.id, report.title, report.file),
            report.year or 0,
            report.issued,
            report.level,
            report.kind,
            (place.province, place.city, place.county, place.township),
            len(report.sections),
        )
        indexed = (
            segment.card(number),
            segment.array("report.year")[number],
            segment.issued(number),
            meta["levels"][segment.array("report.level")[number]],
            meta["kinds"][segment.array("report.kind")[number]],
            segment.place(number),
            len(segment.sections_of(number)),
        )
        if indexed != wanted:
            said = _("{id}: facet columns are not those of the stored report")
            yield said.format(id=report.id)


def _check_sections(
    segment: Segment, numbers: Sequence[int], reports: Sequence[Report], made: Columns
) -> Iterator[str]:
    start = segment.array("report.first")[numbers[0]]
    sections = [(report, section) for report in reports for section in report.sections]
    indexed = slice(start, start + len(sections))
    same = np.ones(len(sections), bool)
    for name in _COLUMNS:
        column = np.asarray(segment.array(f"section.{name}"))[indexed]
        if len(column) != len(sections):
            return  # told by _check_reports: the reports have other sections
        same &= column == made[f"section.{name}"]
    names = segment.meta["topics"]
    for n, (report, section) in enumerate(sections):
        bits = segment.array("section.topics")[start + n]
        topics = {names[bit] for bit in range(len(names)) if bits >> bit & 1}
        if segment.part(start + n) != section.part or topics != set(section.topics):
            said = _("{id}: facet columns are not those of the stored report")
            yield said.format(id=section_id(report.id, section))
        elif not same[n]:
            said = _("{id}: lengths are not those of the stored text")
            yield said.format(id=section_id(report.id, section))
    yield from _check_sentences(segment, start, reports, made)
    if not _has_shingles(segment, start, made):
        said = _("{id} and the reports after it: shingles are not those of the texts")
        yield said.format(id=reports[0].id)


def _has_shingles(segment: Segment, start: int, made: Columns) -> bool:
    """Whether the sections from `start` on have the shingles that were made anew."""
    first = made["section.shingle"].astype(np.int64)
    indexed = np.asarray(segment.array("section.shingle")).astype(np.int64)
    indexed = indexed[start : start + len(first)]
    if not np.array_equal(indexed - indexed[:1], first):
        return False
    own = slice(int(indexed[0]), int(indexed[-1]))
    names = ("shingle.hash", "shingle.step")
    return all(np.array_equal(np.asarray(segment.array(n))[own], made[n]) for n in names)


def _check_common(segment: Segment) -> Iterator[str]:
    """Whether the counts of common form are those of the shingles, which were looked at before."""
    names = ("shingle.hash", "section.shingle", "section.report", "report.place")
    columns = {name: np.asarray(segment.array(name)) for name in names}
    try:
        made = count_common(
            columns, columns["section.report"], columns["report.place"], segment.meta["places"]
        )
    except ValueError:
        yield _("counts of common form are not those of the shingles")
        return
    if not all(np.array_equal(np.asarray(segment.array(name)), made[name]) for name in made):
        yield _("counts of common form are not those of the shingles")


def _check_sentences(
    segment: Segment, start: int, reports: Sequence[Report], made: Columns
) -> Iterator[str]:
    starts = segment.array("section.start")
    first = made["section.start"]
    shift = int(starts[start]) - int(first[0])
    for name in ("sentence", "paragraph"):
        ends = np.asarray(segment.array(f"{name}.end")).astype(np.int64) - shift
        low, high = np.searchsorted(ends, [first[0], first[-1]])
        same = np.array_equal(ends[low:high], made[f"{name}.end"])
        if name == "sentence":
            for column in ("sentence.source", "sentence.size"):
                indexed = np.asarray(segment.array(column))[low:high]
                same = same and np.array_equal(indexed, made[column])
        if not same:
            said = _("{id} and the reports after it: ends of {what} are not those of the texts")
            yield said.format(id=reports[0].id, what=name)


def _add_terms(found: dict[str, int], made: Columns, segment: Segment, start: int) -> None:
    """Add the postings that were made anew, under the numbers that they have in the segment."""
    at, text = made["word.at"], made["word.text"].tobytes()
    words = (text[a:b] for a, b in zip(at[:-1].tolist(), at[1:].tolist(), strict=True))
    hashes = np.array([_hash(word) for word in words], np.uint64)
    moved = int(segment.array("section.start")[start]) - BLOCK
    for name in found:
        shift = moved if name == "gram" else start
        found[name] = (found[name] + _digest_terms(made, name, hashes, shift)) % (1 << 64)


def _word_hashes(segment: Segment) -> Values:
    n_words = len(segment.array("word.at")) - 1
    return np.array([_hash(segment.word_bytes(n)) for n in range(n_words)], np.uint64)


def _hash(word: bytes) -> int:
    return int.from_bytes(blake2b(word, digest_size=8).digest(), "little")


def _digest_terms(columns: Columns, name: str, words: Values, shift: int = 0) -> int:
    """A sum over all postings of a kind that does not depend on their order, modulo 2**64."""
    first, at = (columns[f"{name}.{column}"].astype(np.int64) for column in ("first", "packed"))
    terms = columns["gram.key"] if name == "gram" else words
    units = columns["gram.position" if name == "gram" else f"{name}.section"]
    widths, total = columns[f"{name}.width"], 0
    for low, high in stretches(first, _CHUNK):
        bounds = slice(low, high + 1)
        own = units[at[low] : at[high]]
        where = unpack_lists(own, at[bounds], widths[low:high], first[bounds])
        term = np.repeat(terms[low:high], np.diff(first[bounds]))
        mixed = _mix(term, where.astype(np.uint64) + np.uint64(shift))
        if name != "gram":
            counts = columns[f"{name}.count"][first[low] : first[high]]
            mixed = _mix(mixed, counts.astype(np.uint64))
        total += int(mixed.sum(dtype=np.uint64))
    return total % (1 << 64)


def _mix(a: Values, b: Values) -> Values:
    """One number of two, each bit of both in it (after splitmix64)."""
    x: Values = a * np.uint64(0x9E3779B97F4A7C15) + b * np.uint64(0xC2B2AE3D27D4EB4F)
    x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed: Values = x ^ x >> np.uint64(31)
    return mixed
