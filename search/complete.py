"""What may be meant while a query is being typed: places, practices, words, fields, values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from heapq import nlargest, nsmallest
from itertools import chain, islice, zip_longest
from typing import Any, Final, NamedTuple

from index.analysis import fold, fold_stream
from index.labels import field_label, level_label, part_label
from index.places import names_place
from index.querytree import Field, FilterValue
from search.cursor import BREAKS, Spot, spot_at
from search.fields import FIELD_NAMES, read_value
from search.language import MAX_LENGTH
from search.lookup import Lookup, Typed
from search.vocabulary import PLACE_FIELDS, KnownPlace, Vocabulary

MOST: Final = 8
_LONGEST: Final = 24  # characters; what is longer is no name and nobody's single word
_LONGEST_RECOGNISED: Final = 24
_LEAST_OF_A_NAME: Final = 2
_LEAST_OF_A_YEAR: Final = 2
_LEAST_LETTERS: Final = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that may be meant by the word at the cursor.

    kind: a field whose value it is, "practice", "word" or "field". insert is the whole query once
    it is taken, the cursor then at `cursor`; marked is the part of `text` that was typed; within
    tells of a place where it lies, the widest first.
    """

    kind: str
    text: str
    insert: str
    cursor: int
    marked: tuple[int, int]
    within: tuple[str, ...] = ()
    reports: int | None = None
    sections: int | None = None


class _Found(NamedTuple):
    """A completion before it is put into the query; written is what is put there."""

    kind: str
    text: str
    written: str
    marked: tuple[int, int]
    within: tuple[str, ...] = ()
    reports: int | None = None
    sections: int | None = None


def complete(vocabulary: Vocabulary, query: str, at: int | None = None) -> list[Completion]:
    """What may be meant by the word that ends at the cursor, at most `MOST`; never raises.

    at: where the cursor is, in characters of the query; None is its end.
    """
    if len(query) > MAX_LENGTH:
        return []
    spot = spot_at(query, len(query) if at is None else min(max(at, 0), len(query)))
    typed = fold_stream(spot.typed)
    if len(typed) > _LONGEST or not (typed or isinstance(spot.field, Field)):
        return []
    found = _mixed(_groups(vocabulary, spot, typed))
    made = [_taken(query, spot, each) for each in found]
    return [each for each in made if each.insert != query]


def completions_json(found: Iterable[Completion]) -> list[dict[str, Any]]:
    """The completions as plain data."""
    return [asdict(each) for each in found]


def _mixed(groups: Sequence[Sequence[_Found]]) -> list[_Found]:
    """The first of each group in turn until it is enough, then in the order of the groups."""
    turns = chain.from_iterable(zip_longest(*groups))
    unlike = {each.text: each for each in turns if each is not None}
