"""Where the texts of a query, or their words, stand in sections: how often, and how near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from index.fillers import without_fillers
from index.querytree import Text
from index.ranking import NEARNESS_WEIGHT
from index.vector.found import Found
from index.vector.postings import Occurrences, Postings
from index.vector.sets import Floats, Positions, Rows, begins_run, bisected, ranges
from index.vector.spans import count_disjoint, may_meet

_FAR: Final = 1 << 62
_MANY: Final = 30
"""Operands up to which each is compared with each."""
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """A text, or a word of one, in those of the sections found in which it counts.

    rows: (k,) which of them these are; first, counts: (k,) the index of its first occurrence in
    each, and how many there are.
    """

    text: Text
    stream: str
    occurrences: Occurrences
    rows: Rows
    first: Rows
    counts: Rows

    @property
    def positions(self) -> Positions:
        """Where it stands in the sections, ascending."""
        if len(self.rows) == len(self.occurrences.sections):
            return self.occurrences.positions
        return self.occurrences.positions.take(ranges(self.first, self.counts))

    def part(self, rows: Rows, n: int) -> Operand:
        """The same in some of the n sections found; these rows are then numbered from 0."""
        if len(self.rows) == n:
            at, new = rows, np.arange(len(rows))
        else:
            at, held = bisected(rows, self.rows)
            at, new = at.compress(held), held.nonzero()[0]
        return replace(self, rows=new, first=self.first.take(at), counts=self.counts.take(at))


def find_operands(postings: Postings, texts: Sequence[Text], found: Found) -> list[Operand]:
    """Each text where it stands, and its words where it does not, in order of the query."""
    operands = []
    for text in texts:
        own = _operand(postings, text, text.stream, found, found.rows)
        operands.append(own)
        if text.words and len(own.rows) < len(found):
            rest = np.ones(len(found), np.bool_)
            rest[own.rows] = False
            rows = rest.nonzero()[0]
            part = found.part(rows)
            words = without_fillers(text.words)
            operands += [_operand(postings, text, word, part, rows) for word in words]
    return [operand for operand in operands if len(operand.rows)]


def _operand(postings: Postings, text: Text, stream: str, found: Found, own_rows: Rows) -> Operand:
    """A stream in sections found; own_rows is what their rows are called."""
    occurrences = postings.occurrences(stream, text.zone)
    rows, at = found.within(occurrences.sections)
    first = occurrences.first.take(at).astype(np.intp)
    counts = occurrences.first.take(at + 1).astype(np.intp) - first
    rows = own_rows if len(rows) == len(own_rows) else own_rows.take(rows)
    return Operand(text, stream, occurrences, rows, first, counts)


def count_occurrences(operands: Sequence[Operand]) -> int:
    """How often the operands stand in the sections found, overlaps counted once."""
    meet = meeting([(operand.text, operand.stream) for operand in operands])
    apart = sum(int(o.counts.sum()) for n, o in enumerate(operands) if n not in meet)
    return apart + _count_meeting([operands[n] for n in sorted(meet)])


def meeting(operands: Sequence[tuple[Text, str]]) -> set[int]:
    """Which operands, each a text and it or a word of it, may share a character with another one.

    Or with themselves, as 人人 in 人人人.
    """
    found = {n for n, (_text, stream) in enumerate(operands) if may_meet(stream, stream)}
    if len(operands) > _MANY:
        return found | _sharing([stream for _text, stream in operands])
    for (n, (text, one)), (m, (other_text, other)) in combinations(enumerate(operands), 2):
        # A text and its own words are never looked for in the same section.
        is_own = text is other_text and text.stream in (one, other)
        if one == other or (not is_own and may_meet(one, other)):
            found |= {n, m}
    return found


def _sharing(streams: Sequence[str]) -> set[int]:
    """Which streams have a character that another one has, too: in time by their length."""
    held_by = Counter(chain.from_iterable(map(set, streams)))
    shared = {character for character, n in held_by.items() if n > 1}
    return {n for n, stream in enumerate(streams) if not shared.isdisjoint(stream)}


def _count_meeting(operands: Sequence[Operand]) -> int:
    """How many spans of the operands do not overlap."""
    if not operands:
        return 0
    if len(operands) == 1:
        return count_disjoint(operands[0].positions, np.array(len(operands[0].stream)))
    sizes = sorted({len(operand.stream) for operand in operands}, reverse=True)
    bits = len(sizes).bit_length()
    keys = [
        operand.positions.astype(np.int64) << bits | sizes.index(len(operand.stream))
        for operand in operands
    ]
    spans = np.sort(np.concatenate(keys))  # of those that begin together the longest first
    return count_disjoint(spans >> bits, np.array(sizes).take(spans & ((1 << bits) - 1)))


def nearness(operands: Sequence[Operand], space: int, n: int) -> Floats:
    """(n,) the mean nearness of neighbouring operands in each section found; 0 for less than two.

    space: all positions are less.
    """
    if len(operands) < 2:
        return np.zeros(n)
    cases = _Cases(operands, space)
    if not len(cases.left):
        return np.zeros(n)
    near = NEARNESS_WEIGHT / (1 + cases.gaps() / 10)
    rows = cases.rows.take(cases.left)
    # bincount adds in the order of the pairs, as a loop over them does.
    sums = np.bincount(rows, near, n)
    n_pairs = np.bincount(rows, minlength=n)
    return np.divide(sums, n_pairs, out=sums, where=n_pairs > 0)


class _Cases:
    """Which operand stands in which section.

    rows, first, counts: (c,) the section of each case and its part of `starts`; left, right: (p,)
    the cases that are neighbours in one section, in order of the query.
    """

    def __init__(self, operands: Sequence[Operand], space: int) -> None:
        # One ascending array of all spans: those of each operand in a space of its own.
        moved = [o.positions.astype(np.int64) + n * space for n, o in enumerate(operands)]
        self.starts = np.concatenate(moved)
        self.rows = np.concatenate([operand.rows for operand in operands])
        self.counts = np.concatenate([operand.counts for operand in operands])
        self.first = self.counts.cumsum() - self.counts
        n_cases = [len(operand.rows) for operand in operands]
        self.moved_by = np.repeat(np.arange(len(operands)) * space, n_cases)
        self.sizes = np.repeat(np.array([len(operand.stream) for operand in operands]), n_cases)
        order = np.argsort(self.rows, kind="stable")
        neighbours = (~begins_run(self.rows.take(order))).nonzero()[0]
        self.left, self.right = order.take(neighbours - 1), order.take(neighbours)

    def gaps(self) -> _Ints:
        """(p,) the fewest characters between spans of neighbours, 0 if some meet."""
        swapped = self.counts.take(self.left) > self.counts.take(self.right)
        fewer = np.where(swapped, self.right, self.left)
        more = np.where(swapped, self.left, self.right)
        counts = self.counts.take(fewer)
        gaps = self._nearest(fewer, more, counts)
        return np.minimum.reduceat(gaps, counts.cumsum() - counts)

    def _nearest(self, fewer: Rows, more: Rows, counts: Rows) -> _Ints:
        """For each span of the first cases the fewest characters to one of the other case."""
        cases, others = fewer.repeat(counts), more.repeat(counts)
        own = self.starts.take(ranges(self.first.take(fewer), counts))
        start = own + (self.moved_by.take(others) - self.moved_by.take(cases))
        first = self.first.take(others)
        after = self.starts.searchsorted(start)
        follows = after < first + self.counts.take(others)
        gap = self.starts.take(after, mode="clip") - start - self.sizes.take(cases)
        gaps = np.where(follows, gap, _FAR)
        gap = start - self.starts.take(after - 1, mode="clip") - self.sizes.take(others)
        nearest: _Ints = np.minimum(gaps, np.where(after > first, gap, _FAR)).clip(0)
        return nearest
