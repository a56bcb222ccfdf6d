"""Several segments become one: deleted reports go, everything else is numbered anew.

Postings are never looked at one by one. They are moved a million at a time, whole terms of all
segments together, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np

from index.model import Kind, Level
from index.places import place_key
from index.prepared import PARTS
from index.segments.columns import (
    Columns,
    Values,
    narrow,
    numbered,
    offsets,
    place_sections,
    ranges,
    stretches,
    typecode,
)
from index.segments.format import FORMAT, MOST_TOPICS, Meta, SegmentFileWriter
from index.segments.packing import pack_lists
from index.segments.segment import Segment
from index.segments.shingles import count_common
from index.segments.source import CHUNK, Source

_WORDS: Final = ("word", "heading")
Order = Callable[[Any], Any]
Sizes = Values
"""(n_terms,) int64: how many postings each term has."""


def merge_segments(segments: Sequence[Segment], path: Path) -> None:
    """Write one segment of all live reports of these, in the same order, to a new file.

    Raises ValueError where they hold more than one segment can, and OSError.
    """
    writer = SegmentFileWriter(path)
    try:
        writer.finish(_Merge(segments, writer).run())
    finally:
        writer.close()


class _Merge:
    """One merge on its way into a file."""

    def __init__(self, segments: Sequence[Segment], writer: SegmentFileWriter) -> None:
        self._writer = writer
        self._sources = [Source(segment) for segment in segments]
        self._lengths = self._of_sections("section.length")
        self._starts, self._of_block = place_sections(self._lengths)
        first = 0
        for source in self._sources:
            first = source.move_to(first, self._starts)

    def run(self) -> Meta:
        """The plain values of the new segment, all of whose arrays are written."""
        reported, about_reports = self._merge_reports()
        sections, about_sections = self._merge_sections()
        self._write(sections | reported | self._merge_bounds())
        self._merge_shingles(sections["section.report"], reported["report.place"], about_reports)
        for name, at in (
            ("stored", "section.stored"), ("cards", "report.card"),
            ("records", "report.record"), ("titles", "report.title"),
        ):  # fmt: skip
            self._merge_blob(name, at)
        self._merge_grams()
        self._merge_words()
        numbers = {
            "format": FORMAT,
            "sections": len(self._lengths),
            "reports": sum(len(source.reports) for source in self._sources),
            "characters": int(self._lengths.sum()),
        }
        return numbers | about_sections | about_reports

    def _write(self, columns: Columns) -> None:
        for name, values in columns.items():
            self._writer.add(name, typecode(values), values.data)

    def _of_sections(self, name: str) -> Values:
        return np.concatenate(
            [source.of_sections(name).astype(np.int64) for source in self._sources]
        )

    def _of_reports(self, name: str) -> Values:
        return np.concatenate([source.of_reports(name) for source in self._sources])

    # Reports and sections

    def _merge_reports(self) -> tuple[Columns, Meta]:
        counts = np.concatenate([source.counts for source in self._sources])
        ids = [id for source in self._sources for id in source.ids]
        level, levels = self._merge_names("report.level", "levels", [*Level].index)
        kind, kinds = self._merge_names("report.kind", "kinds", [*Kind].index)
        place, places = self._merge_names("report.place", "places", place_key)
        columns = {
            "report.first": offsets(counts).astype(np.uint32),
            "report.year": self._of_reports("report.year"),
            "report.issued": self._of_reports("report.issued"),
            "report.level": level.astype(np.uint8),
            "report.kind": kind.astype(np.uint8),
            "report.place": place.astype(np.uint32),
            "report.by_id": np.array(sorted(range(len(ids)), key=ids.__getitem__), np.uint32),
        }
        return columns, {"levels": levels, "kinds": kinds, "places": places}

    def _merge_names(self, column: str, table: str, order: Order) -> tuple[Values, list[Any]]:
        """(a column of all live reports, the names that its numbers now stand for)."""
        found = [source.of_reports(column) for source in self._sources]
        return _renamed(found, [source.meta[table] for source in self._sources], order)

    def _merge_sections(self) -> tuple[Columns, Meta]:
        counts = np.concatenate([source.counts for source in self._sources])
        parts, part_names = self._merge_parts()
        topics, topic_names = self._merge_topics()
        columns = {
            "section.start": self._starts.astype(np.uint32),
            "section.length": narrow(self._lengths),
            "section.report": np.repeat(np.arange(len(counts), dtype=np.uint32), counts),
            "section.of_block": self._of_block,
            "section.part": parts.astype(np.uint8),
            "section.topics": topics,
        }
        for name in ("section.heading", "section.begin", "section.end", "section.text"):
            columns[name] = narrow(self._of_sections(name))
        return columns, {"parts": part_names, "topics": topic_names}

    def _merge_parts(self) -> tuple[Values, list[str]]:
        found = [source.of_sections("section.part") for source in self._sources]
        tables = [[None, *source.meta["parts"]] for source in self._sources]
        parts, names = _renamed(found, tables, (None, *PARTS).index)
        if None not in names:
            return parts + 1, names
        return parts, names[1:]

    def _merge_topics(self) -> tuple[Values, list[str]]:
        found = [source.of_sections("section.topics").astype(np.uint64) for source in self._sources]
        used = [
            {t: bit for bit, t in enumerate(s.meta["topics"]) if _has(values, bit).any()}
            for s, values in zip(self._sources, found, strict=True)
        ]
        merged = sorted(set(chain.from_iterable(used)))
        if len(merged) > MOST_TOPICS:
            raise ValueError(f"{len(merged)} topics are more than a segment holds")
        moved = [np.zeros(len(values), np.uint64) for values in found]
        for own, values, into in zip(used, found, moved, strict=True):
            for topic, bit in own.items():
                into |= _has(values, bit) << np.uint64(merged.index(topic))
        return narrow(np.concatenate(moved)), merged

    def _merge_bounds(self) -> Columns:
        sentences = [source.bounds("sentence.end") for source in self._sources]
        paragraphs = [source.bounds("paragraph.end") for source in self._sources]
        columns = {
            "sentence.end": np.concatenate([ends for ends, _live in sentences]),
            "paragraph.end": np.concatenate([ends for ends, _live in paragraphs]),
        }
        for name in ("sentence.source", "sentence.size"):
            found = zip(self._sources, sentences, strict=True)
            columns[name] = narrow(np.concatenate([s.array(name)[live] for s, (_, live) in found]))
        return columns

    def _merge_shingles(self, of_report: Values, of_place: Values, about_reports: Meta) -> None:
        parts = [source.shingles() for source in self._sources]
        names = ("shingle.hash", "shingle.step")
        shingles = {name: np.concatenate([part[name] for part in parts]) for name in names}
        sizes = np.concatenate([source.piece_sizes("section.shingle") for source in self._sources])
        shingles["section.shingle"] = narrow(offsets(sizes))
        self._write(shingles)
        self._write(count_common(shingles, of_report, of_place, about_reports["places"]))

    def _merge_blob(self, name: str, at: str) -> None:
        start = self._writer.begin()
        sizes = []
        for source in self._sources:
            for piece in source.pieces(name, at):
                self._writer.append(piece.data)
            sizes.append(source.piece_sizes(at))
        self._writer.end(name, "B", start)
        self._write({at: narrow(offsets(np.concatenate(sizes)))})

    # Terms

    def _merge_grams(self) -> None:
        keys = [source.array("gram.key") for source in self._sources]
        merged = np.unique(np.concatenate(keys))
        terms = [np.searchsorted(merged, own) for own in keys]
        lists = self._merge_lists("gram.position", terms, len(merged))
        sections = np.zeros(len(merged), np.int64)
        for source, own in zip(self._sources, terms, strict=True):
            sections[own] += source.gram_sections()
        live = lists.sizes > 0
        self._write({"gram.key": merged[live], "gram.sections": narrow(sections[live])})
        self._write(lists.columns("gram", live))

    def _merge_words(self) -> None:
        merged = sorted(set(chain.from_iterable(source.words for source in self._sources)))
        terms = [numbered(source.words, merged) for source in self._sources]
        lists = {
            field: self._merge_lists(f"{field}.section", terms, len(merged)) for field in _WORDS
        }
        for field in _WORDS:
            self._merge_counts(field, terms, len(merged))
        whole = np.zeros(len(merged), np.uint8)
        for source, own in zip(self._sources, terms, strict=True):
            whole[own] |= source.array("word.whole")
        live = lists["word"].sizes > 0
        words = [word for word, is_live in zip(merged, live.tolist(), strict=True) if is_live]
        self._write(
            {
                "word.at": narrow(offsets(np.fromiter(map(len, words), np.int64, len(words)))),
                "word.text": np.frombuffer(b"".join(words), np.uint8),
                "word.whole": whole[live],
            }
        )
        for field in _WORDS:
            self._write(lists[field].columns(field, live))

    def _merge_lists(self, name: str, terms: Sequence[Values], n_terms: int) -> _Lists:
        """Write all terms' positions or sections; terms are each source's, by their new numbers."""
        start, parts = self._writer.begin(), []
        for sizes, moved in _moved(self._sources, name, terms, n_terms):
            units, at, widths = pack_lists(moved, offsets(sizes))
            self._writer.append(units.data)
            parts.append(_Lists(sizes, np.diff(at), widths))
        self._writer.end(name, "I", start)
        return _Lists.joined(parts)

    def _merge_counts(self, field: str, terms: Sequence[Values], n_terms: int) -> None:
        """Write how often each word stands in its sections."""
        name = f"{field}.count"
        widest = np.result_type(*(source.array(name).dtype for source in self._sources))
        start = self._writer.begin()
        for _sizes, moved in _moved(self._sources, name, terms, n_terms):
            self._writer.append(moved.astype(widest, copy=False).data)
        self._writer.end(name, typecode(np.empty(0, widest)), start)


@dataclass(frozen=True, slots=True, eq=False)
class _Lists:
    """(n_terms,) int64: how many postings each term has, in how many units; uint8: how wide."""

    sizes: Sizes
    units: Values
    widths: Values

    @classmethod
    def joined(cls, parts: Sequence[_Lists]) -> _Lists:
        """The lists of stretches of terms as those of all."""
        empty = _Lists(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8))
        found = [empty, *parts]
        return cls(
            np.concatenate([each.sizes for each in found]),
            np.concatenate([each.units for each in found]),
            np.concatenate([each.widths for each in found]),
        )

    def columns(self, field: str, live: Values) -> Columns:
        """Where the lists of the live terms begin, and how wide they are; others are empty."""
        return {
            f"{field}.first": narrow(offsets(self.sizes[live])),
            f"{field}.packed": narrow(offsets(self.units[live])),
            f"{field}.width": self.widths[live],
        }


def _moved(
    sources: Sequence[Source], name: str, terms: Sequence[Values], n_terms: int
) -> Iterator[tuple[Sizes, Values]]:
    """(sizes, a column of the postings) of a stretch of terms after the other."""
    field, column = name.split(".")
    firsts = [source.array(f"{field}.first").astype(np.int64) for source in sources]
    before = np.zeros(n_terms, np.int64)
    for first, own in zip(firsts, terms, strict=True):
        before[own] += np.diff(first)
    for start, end in stretches(offsets(before), CHUNK):
        sizes = np.zeros(end - start, np.int64)
        parts = []
        for source, own in zip(sources, terms, strict=True):
            here = slice(*np.searchsorted(own, (start, end)).tolist())
            into = own[here] - start
            kept, values = source.kept(field, column, here)
            parts.append((into, kept, values))
            sizes[into] += kept
        yield sizes, _interleaved(sizes, parts)
        for source in sources:
            source.release()


def _interleaved(sizes: Sizes, parts: Sequence[tuple[Values, Sizes, Values]]) -> Values:
    """The postings of every term together, those of the first part first.

    A part is (numbers of its terms, how many postings each of them has, the postings).
    """
    free = offsets(sizes)[:-1]
    widest = np.result_type(*(values.dtype for _terms, _own, values in parts))
    merged = np.empty(int(sizes.sum()), widest)
    for terms, own, values in parts:
        merged[ranges(free[terms], own)] = values
        free[terms] += own
    return merged


def _renamed(
    found: Sequence[Values], tables: Sequence[Sequence[Any]], order: Order
) -> tuple[Values, list[Any]]:
    """(numbers into the names that are in use, these names in order).

    found are numbers of each source into its own table of names.
    """
    used = [np.unique(values) for values in found]
    names = [
        [_plain(table[number]) for number in numbers.tolist()]
        for table, numbers in zip(tables, used, strict=True)
    ]
    merged = sorted(set(chain.from_iterable(names)), key=order)
    moved = [
        numbered(own, merged)[np.searchsorted(numbers, values)]
        for own, numbers, values in zip(names, used, found, strict=True)
    ]
    return np.concatenate(moved), merged


def _plain(name: Any) -> Any:
    return tuple(name) if isinstance(name, list) else name


def _has(values: Values, bit: int) -> Values:
    found: Values = values >> np.uint64(bit) & np.uint64(1)
    return found
