"""Sections in which two texts stand near each other, over all occurrences at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.querytree import Near, Or, Scope, Text
from index.vector.arrays import Arrays
from index.vector.postings import Postings
from index.vector.sets import (
    NONE,
    Mask,
    Positions,
    Rows,
    Sections,
    among,
    common,
    distinct,
    intersection,
    union,
)

_FAR: Final = 1 << 62
_Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Where an operand stands: (n,) starts ascending, ends behind the last character."""

    starts: Positions
    ends: Positions
    sections: npt.NDArray[Any]


def near_sections(postings: Postings, near: Near) -> Sections:
    """The sections where some occurrence of each operand stands within the scope."""
    left, right = [*_texts(near.left)], [*_texts(near.right)]
    n_sections = postings.arrays.n_sections
    both = intersection(_holding(postings, left), _holding(postings, right), n_sections)
    if not len(both):
        return both
    spans = _spans(postings, left, both), _spans(postings, right, both)
    if near.scope is Scope.CHARACTERS:
        fewer, more = sorted(spans, key=lambda span: len(span.starts))
        distance = min(near.distance, _FAR - 1)
        sections = fewer.sections.compress(smallest_gaps(fewer, more) <= distance)
    else:
        sections = _in_one_unit(postings.arrays, near.scope, *spans)
    return distinct(sections)


def _texts(node: Text | Or) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
        return
    for child in node.children:
        if isinstance(child, Text | Or):
            yield from _texts(child)


def _holding(postings: Postings, texts: list[Text]) -> Sections:
    """The sections in which one of the texts stands literally."""
    n_sections = postings.arrays.n_sections
    found = (postings.occurrences(text.stream, text.zone).sections for text in texts)
    return reduce(lambda some, more: union(some, more, n_sections), found, NONE)


def _spans(postings: Postings, texts: list[Text], sections: Sections) -> Spans:
    """Where the texts stand in the sections."""
    starts, ends = [], []
    for text in texts:
        occurrences = postings.occurrences(text.stream, text.zone)
        positions = occurrences.positions
        if len(sections) < len(occurrences.sections):
            held = among(occurrences.sections, sections, postings.arrays.n_sections)
            positions = positions.compress(held.repeat(np.diff(occurrences.first)))
        starts.append(positions)
        ends.append(positions + positions.dtype.type(len(text.stream)))
    start, end = np.concatenate(starts), np.concatenate(ends)
    if len(texts) > 1:
        order = np.argsort(start, kind="stable")
        start, end = start.take(order), end.take(order)
    return Spans(start, end, postings.arrays.sections_at(start))


def smallest_gaps(spans: Spans, others: Spans) -> _Ends:
    """(n,) the fewest characters between each span and one of the others in its section.

    0 where they meet; very many where the section holds none of the others, which are not empty.
    """
    after = others.starts.searchsorted(spans.starts)
    follows = _same_section(spans, others, after)
    gap = others.starts.take(after, mode="clip").astype(np.int64) - spans.ends
    gaps = np.where(follows, gap, _FAR)
    # Of those that begin before, the one that ends last; it is never of a later section.
    last_ends = np.maximum.accumulate(others.ends)
    precedes = _same_section(spans, others, after - 1)
    gap = spans.starts.astype(np.int64) - last_ends.take(after - 1, mode="clip")
    return np.minimum(gaps, np.where(precedes, gap, _FAR)).clip(0)


def _same_section(spans: Spans, others: Spans, at: Rows) -> Mask:
    inside = (at >= 0) & (at < len(others.starts))
    same: Mask = others.sections.take(at, mode="clip") == spans.sections
    return same & inside


def _in_one_unit(arrays: Arrays, scope: Scope, left: Spans, right: Spans) -> npt.NDArray[Any]:
    """The sections of the sentences or paragraphs in which both operands begin somewhere."""
    ends = arrays.sentence_ends if scope is Scope.SENTENCE else arrays.paragraph_ends
    units = [distinct(ends.searchsorted(s.starts, side="right")) for s in (left, right)]
    last = ends.take(common(*units)) - ends.dtype.type(1)
    return arrays.sections_at(last)
