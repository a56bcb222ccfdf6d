"""Where the texts of a query, or their words, stand in sections: how often, and how near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from index.fillers import without_fillers
from index.querytree import Text
from index.ranking import NEARNESS_WEIGHT
from index.vector.postings import Occurrences, Postings
from index.vector.sets import NONE, Floats, Positions, Sections, begins_run, located, ranges
from index.vector.spans import count_disjoint, may_meet

_FAR: Final = 1 << 62
_MANY: Final = 30
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """A text, or a word of one, and the sections of interest in which it counts.

    rows: (k,) which of the sections these are; at: (k,) their indexes in occurrences.sections.
    """

    text: Text
    stream: str
    occurrences: Occurrences
    rows: Sections
    at: Sections

    @property
    def first(self) -> Sections:
        """(k,) the index of the first position in each of the sections."""
        return self.occurrences.first.take(self.at)

    @property
    def counts(self) -> Sections:
        """(k,) how often it stands in each of the sections."""
        return self.occurrences.first.take(self.at + 1) - self.first

    @property
    def positions(self) -> Positions:
        """Where it stands in the sections."""
        if len(self.at) == len(self.occurrences.sections):
            return self.occurrences.positions
        return self.occurrences.positions.take(ranges(self.first, self.counts))


def stands_in(postings: Postings, text: Text, stream: str, sections: Sections) -> Operand:
    """A stream, in the text's zone, in those of the sections that hold it."""
    found = postings.occurrences(stream, text.zone)
    if found.sections is sections:
        everywhere = np.arange(len(sections))
        return Operand(text, stream, found, everywhere, everywhere)
    if not len(found.sections) or not len(sections):
        return Operand(text, stream, found, NONE, NONE)
    at, held = located(sections, found.sections, postings.arrays.n_sections)
    return Operand(text, stream, found, held.nonzero()[0], at.compress(held))


def operands(postings: Postings, texts: Sequence[Text], sections: Sections) -> Iterator[Operand]:
    """Each text where it stands, and its words where it does not, in order of the query."""
    for text in texts:
        own = stands_in(postings, text, text.stream, sections)
        if len(own.rows):
            yield own
        words = without_fillers(text.words)
        if words and len(own.rows) < len(sections):
            yield from _in_rows(postings, text, words, sections, own.rows)


def _in_rows(
    postings: Postings, text: Text, words: Sequence[str], sections: Sections, but: Sections
) -> Iterator[Operand]:
    """The words in the sections, those left out whose rows are told."""
    rest = np.ones(len(sections), np.bool_)
    rest[but] = False
    rows = rest.nonzero()[0]
    wanted = sections.take(rows)
    for word in words:
        found = stands_in(postings, text, word, wanted)
        if len(found.rows):
            yield replace(found, rows=rows.take(found.rows))


def count_occurrences(postings: Postings, texts: Sequence[Text], sections: Sections) -> int:
    """How often the texts stand in the sections, overlaps counted once."""
    found = [*operands(postings, texts, sections)]
    meeting = _meeting(found)
    apart = sum(int(o.counts.sum()) for n, o in enumerate(found) if n not in meeting)
    return apart + _count_meeting([found[n] for n in sorted(meeting)])


def _meeting(found: Sequence[Operand]) -> set[int]:
    """Which operands may share a character with another one, or with themselves."""
    if len(found) > _MANY:
        return set(range(len(found)))
    meeting = {n for n, operand in enumerate(found) if may_meet(operand.stream, operand.stream)}
    for (n, one), (m, other) in combinations(enumerate(found), 2):
        # A text and its own words are never looked for in the same section.
        is_own = one.text is other.text and one.text.stream in (one.stream, other.stream)
        if one.stream == other.stream or (not is_own and may_meet(one.stream, other.stream)):
            meeting |= {n, m}
    return meeting


def _count_meeting(found: Sequence[Operand]) -> int:
    """How many spans of the operands do not overlap."""
    if not found:
        return 0
    if len(found) == 1:
        return count_disjoint(found[0].positions, np.array(len(found[0].stream)))
    sizes = sorted({len(operand.stream) for operand in found}, reverse=True)
    bits = len(sizes).bit_length()
    keys = [
        operand.positions.astype(np.int64) << bits | sizes.index(len(operand.stream))
        for operand in found
    ]
    spans = np.sort(np.concatenate(keys))  # of those that begin together the longest first
    return count_disjoint(spans >> bits, np.array(sizes).take(spans & ((1 << bits) - 1)))


def nearness(postings: Postings, texts: Sequence[Text], sections: Sections) -> Floats:
    """(n,) the mean nearness of neighbouring operands in each section; 0 where there are none."""
    found = [*operands(postings, texts, sections)]
    if len(found) < 2:
        return np.zeros(len(sections))
    held = _Held(postings, found)
    if not len(held.left):  # bincount of nothing gives integers
        return np.zeros(len(sections))
    gaps = held.gaps()
    near = NEARNESS_WEIGHT / (1 + gaps / 10)
    rows = held.rows.take(held.left)
    # bincount adds in the order of the pairs, as a loop over them does.
    sums = np.bincount(rows, near, len(sections))
    n_pairs = np.bincount(rows, minlength=len(sections))
    return np.divide(sums, n_pairs, out=sums, where=n_pairs > 0)


class _Held:
    """Which operand stands in which section, in order of the query within a section.

    rows: (e,) the section of each such case; left, right: (p,) the cases that are neighbours in
    one section, by their indexes.
    """

    def __init__(self, postings: Postings, found: Sequence[Operand]) -> None:
        space = postings.arrays.snapshot.base_position[-1]
        # One ascending array of all spans: those of each operand in a space of its own.
        moved = [o.positions.astype(np.int64) + n * space for n, o in enumerate(found)]
        self.starts = np.concatenate(moved)
        self.rows = np.concatenate([operand.rows for operand in found])
        self.counts = np.concatenate([operand.counts for operand in found])
        self.first = self.counts.cumsum() - self.counts
        n_cases = [len(operand.rows) for operand in found]
        self.moved_by = np.repeat(np.arange(len(found)) * space, n_cases)
        self.sizes = np.repeat(np.array([len(operand.stream) for operand in found]), n_cases)
        order = np.argsort(self.rows, kind="stable")
        neighbours = (~begins_run(self.rows.take(order))).nonzero()[0]
        self.left, self.right = order.take(neighbours - 1), order.take(neighbours)

    def gaps(self) -> _Ints:
        """(p,) the fewest characters between spans of neighbours, 0 if some meet."""
        if not len(self.left):
            return np.empty(0, np.int64)
        swapped = self.counts.take(self.left) > self.counts.take(self.right)
        fewer = np.where(swapped, self.right, self.left)
        more = np.where(swapped, self.left, self.right)
        counts = self.counts.take(fewer)
        gaps = self._nearest(fewer.repeat(counts), more.repeat(counts), counts, fewer)
        return np.minimum.reduceat(gaps, counts.cumsum() - counts)

    def _nearest(
        self, cases: Sections, others: Sections, counts: Sections, fewer: Sections
    ) -> _Ints:
        """For each span of the cases the fewest characters to one of the other case."""
        own = self.starts.take(ranges(self.first.take(fewer), counts)) - self.moved_by.take(cases)
        start = own + self.moved_by.take(others)
        first = self.first.take(others)
        after = self.starts.searchsorted(start)
        follows = after < first + self.counts.take(others)
        gap = self.starts.take(after, mode="clip") - start - self.sizes.take(cases)
        gaps = np.where(follows, gap, _FAR)
        gap = start - self.starts.take(after - 1, mode="clip") - self.sizes.take(others)
        nearest: _Ints = np.minimum(gaps, np.where(after > first, gap, _FAR)).clip(0)
        return nearest
