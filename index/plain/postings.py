"""Postings of a snapshot as plain dictionaries: small to start, slow for large answers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final, Protocol

from index.analysis import covering_grams
from index.querytree import Filter, Scope
from index.segments.segment import BLOCK, Segment
from index.segments.snapshot import SECTION_FIELDS, Snapshot

Occurrences = Mapping[int, Sequence[int]]
"""Section number -> ascending stream positions, never empty ones."""

IntOf = Sequence[int] | Mapping[int, int]
"""A number for each section."""

_LOOK_UP: Final = 16  # postings that are walked through in the time that one is looked up
_ENDS: Final = {Scope.SENTENCE: "sentence.end", Scope.PARAGRAPH: "paragraph.end"}


class RankedPostings(Protocol):
    """What `index.plain.scoring` asks of an index, be it of all its sections or of a few."""

    @property
    def n_sections(self) -> int: ...
    @property
    def mean_length(self) -> float: ...
    @property
    def lengths(self) -> IntOf: ...
    @property
    def heading_lengths(self) -> IntOf: ...
    def find(self, stream: str) -> Occurrences: ...
    def n_with_gram(self, gram: str) -> int: ...
    def gram_counts(
        self, gram: str, sections: Collection[int]
    ) -> Mapping[int, tuple[int, int]]: ...
    def n_with_word(self, word: str) -> int: ...
    def word_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]: ...
    def heading_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]: ...


class PlainPostings:
    """What `index.plain.matching` asks of an index."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @property
    def n_sections(self) -> int:
        """Live sections."""
        return self.snapshot.n_sections

    @property
    def mean_length(self) -> float:
        """Of the live sections' streams, in characters."""
        return self.snapshot.mean_length

    @cached_property
    def lengths(self) -> Sequence[int]:
        """Of each section's stream, in characters."""
        return self._column("section.length")

    @cached_property
    def heading_lengths(self) -> Sequence[int]:
        """How much of each stream is number and heading."""
        return self._column("section.heading")

    def _column(self, name: str) -> Sequence[int]:
        columns = [segment.array(name) for segment in self.snapshot.segments]
        return columns[0] if len(columns) == 1 else _Joined(self.snapshot, columns)

    def sections(self) -> Iterable[int]:
        """All live sections."""
        return self.snapshot.live_sections()

    def find(self, stream: str) -> Occurrences:
        """Every occurrence of the stream in every section, through the fewest grams."""
        found: dict[int, Sequence[int]] = {}
        for segment, base in self._segments():
            _add_positions(found, segment, base, _find(segment, stream))
        return found

    def count(self, stream: str) -> int:
        """In how many sections a stream stands."""
        total = 0
        for segment, _base in self._segments():
            of_block = segment.array("section.of_block")
            sections = {of_block[position >> BLOCK] for position in _find(segment, stream)}
            reports = segment.array("section.report")
            total += sum(segment.is_live(reports[section]) for section in sections)
        return total

    def n_with_gram(self, gram: str) -> int:
        """How many sections have a gram."""
        total = 0
        for segment, _base in self._segments():
            if (number := segment.find_gram(gram)) >= 0:
                deleted = _deleted_sections(segment)
                gone = _counts_at(segment, segment.positions(number), deleted)
                total += segment.array("gram.sections")[number] - len(gone)
        return total

    def gram_counts(self, gram: str, sections: Collection[int]) -> Mapping[int, tuple[int, int]]:
        """(how often, where first) a gram stands in those of the sections that have it."""
        found: dict[int, tuple[int, int]] = {}
        for segment, base, own in self._by_segment(sections):
            if (number := segment.find_gram(gram)) < 0:
                continue
            positions = segment.positions(number)
            if len(own) * _LOOK_UP < len(positions):
                counted = _counts_at(segment, positions, own)
                found.update((base + s, counts) for s, counts in counted.items())
            else:
                everywhere: dict[int, Sequence[int]] = {}
                _add_positions(everywhere, segment, base, positions)
                held = ((s, at) for s, at in everywhere.items() if s in sections)
                found.update((s, (len(at), at[0])) for s, at in held)
        return found

    def n_with_word(self, word: str) -> int:
        """How many sections have a word."""
        total = 0
        for segment, _base in self._segments():
            if (number := segment.find_word(word)) >= 0:
                postings = segment.postings("word", number)
                total += len(postings[0]) - len(_frequencies(postings, _deleted_sections(segment)))
        return total

    def word_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]:
        """How often a word stands, heading included, in those of the sections that have it."""
        return self._frequencies("word", word, sections)

    def heading_counts(self, word: str, sections: Collection[int]) -> Mapping[int, int]:
        """How often a word stands in the headings of the sections whose headings have it."""
        return self._frequencies("heading", word, sections)

    def _frequencies(self, field: str, word: str, sections: Collection[int]) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for segment, base, own in self._by_segment(sections):
            if (number := segment.find_word(word)) >= 0:
                counts = _frequencies(segment.postings(field, number), own)
                found.update((base + s, count) for s, count in counts.items())
        return found

    def titled(self, streams: Collection[str]) -> Collection[int]:
        """The sections of reports whose title holds all the streams."""
        found: set[int] = set()
        for segment, base in self._segments():
            titles = bytes(segment.array("titles")).decode("utf-8", "surrogatepass").split("\n")
            for report, title in enumerate(titles[:-1]):
                if all(stream in title for stream in streams) and segment.is_live(report):
                    found.update(base + section for section in segment.sections_of(report))
        return found

    def bounds(self, section: int, scope: Scope) -> Sequence[int]:
        """Ascending stream offsets at which the section's sentences or paragraphs end."""
        at = self.snapshot.segment_of(section, self.snapshot.base_section)
        segment, base = self.snapshot.segments[at], self.snapshot.base_section[at]
        return segment.bounds(section - base, _ENDS[scope])

    def filtered(self, filter: Filter) -> Collection[int]:
        """The sections whose field has one of the filter's values."""
        snapshot, field = self.snapshot, filter.field
        accepted = {c for c in snapshot.codes(field) if snapshot.accepts(filter, c)}
        if field in SECTION_FIELDS:
            sections = [*self.sections()]
            codes = snapshot.code_of(field, sections)
            return {s for s, code in zip(sections, codes, strict=True) if code in accepted}
        reports = [*snapshot.live_reports()]
        codes = snapshot.code_of(field, reports)
        found: set[int] = set()
        for report, code in zip(reports, codes, strict=True):
            if code in accepted:
                found.update(snapshot.sections_of(report))
        return found

    def _segments(self) -> Iterator[tuple[Segment, int]]:
        return zip(self.snapshot.segments, self.snapshot.base_section, strict=False)

    def _by_segment(
        self, sections: Collection[int]
    ) -> Iterator[tuple[Segment, int, Collection[int]]]:
        """(segment, its base, the numbers in it of those of the sections that it has)."""
        segments, bases = self.snapshot.segments, self.snapshot.base_section
        if len(segments) == 1:
            yield segments[0], 0, sections
            return
        ordered = sorted(sections)
        for at, segment in enumerate(segments):
            first, last = bisect_left(ordered, bases[at]), bisect_left(ordered, bases[at + 1])
            yield segment, bases[at], {s - bases[at] for s in ordered[first:last]}


def _find(segment: Segment, stream: str) -> Iterable[int]:
    """Ascending positions at which the stream stands, those in deleted sections among them."""
    if len(stream) == 1:
        return sorted(
            chain.from_iterable(map(segment.positions, range(*segment.grams_from(stream))))
        )
    numbers = [(offset, segment.find_gram(gram)) for offset, gram in covering_grams(stream)]
    if any(number < 0 for _offset, number in numbers):
        return ()
    cover = [(offset, segment.positions(number)) for offset, number in numbers]
    cover.sort(key=lambda item: len(item[1]))
    (first, rarest), *others = cover
    starts: Sequence[int] = rarest if first == 0 else [p - first for p in rarest]
    for offset, positions in others:
        starts = _also_at(starts, offset, positions)
    return starts


def _also_at(starts: Sequence[int], offset: int, positions: Sequence[int]) -> list[int]:
    """Those of the starts at which another gram stands so many characters on."""
    if len(starts) * _LOOK_UP < len(positions):
        return [start for start in starts if _holds(positions, start + offset)]
    others = set(positions)
    return [start for start in starts if start + offset in others]


def _holds(positions: Sequence[int], position: int) -> bool:
    at = bisect_left(positions, position)
    return at < len(positions) and positions[at] == position


def _counts_at(
    segment: Segment, positions: Sequence[int], sections: Iterable[int]
) -> dict[int, tuple[int, int]]:
    """(how many positions, the first as a stream offset) in those of the sections with any."""
    starts = segment.array("section.start")
    found: dict[int, tuple[int, int]] = {}
    for section in sections:
        start = starts[section]
        first = bisect_left(positions, start)
        count = bisect_left(positions, starts[section + 1], lo=first) - first
        if count:
            found[section] = count, positions[first] - start
    return found


def _frequencies(
    postings: tuple[Sequence[int], Sequence[int]], sections: Collection[int]
) -> dict[int, int]:
    """The counts of those of the sections that have a posting."""
    having, counts = postings
    if len(sections) * _LOOK_UP >= len(having):
        return {s: n for s, n in zip(having, counts, strict=True) if s in sections}
    found: dict[int, int] = {}
    for section in sections:
        at = bisect_left(having, section)
        if at < len(having) and having[at] == section:
            found[section] = counts[at]
    return found


def _deleted_sections(segment: Segment) -> list[int]:
    return [s for report in segment.deleted_reports for s in segment.sections_of(report)]


def _add_positions(
    found: dict[int, Sequence[int]], segment: Segment, base: int, positions: Iterable[int]
) -> None:
    """Put ascending positions under their sections, as stream offsets; the live ones."""
    starts, of_block = segment.array("section.start"), segment.array("section.of_block")
    reports = segment.array("section.report")
    end = start = 0
    offsets: list[int] = []
    for position in positions:
        if position >= end:
            section = of_block[position >> BLOCK]
            start, end = starts[section], starts[section + 1]
            offsets = []
            if segment.is_live(reports[section]):
                found[base + section] = offsets
        offsets.append(position - start)


class _Joined(Sequence[int]):
    """Columns of several segments as one."""

    def __init__(self, snapshot: Snapshot, columns: Sequence[Sequence[int]]) -> None:
        self._snapshot, self._columns = snapshot, columns

    def __len__(self) -> int:
        return self._snapshot.all_sections

    def __getitem__(self, section: Any) -> Any:
        at = self._snapshot.segment_of(section, self._snapshot.base_section)
        return self._columns[at][section - self._snapshot.base_section[at]]
