"""What an index offers for what was typed: practices, words, years, values of fields."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Final, NamedTuple

from index.analysis import fold
from index.labels import field_label, level_label, part_label
from index.querytree import Field, FilterValue
from search.cursor import BREAKS
from search.fields import FIELD_NAMES, read_value
from search.lookup import Lookup, Typed
from search.vocabulary import Vocabulary

MOST: Final = 8
_LEAST_FIGURES: Final = 2  # of a year
_LEAST_LETTERS: Final = 2  # of a field
_MOSTLY: Final = 3  # times as many sections hold a word as have it cut so


class Offer(NamedTuple):
    """What may be meant by a word; written is what then stands in the query for it.

    kind: the field whose value it is, "practice", "word" or "field". marked is the part of `text`
    that was typed; within tells where a place lies, the widest first, and which field is meant.
    """

    kind: str
    text: str
    written: str
    marked: tuple[int, int] = (0, 0)
    within: tuple[str, ...] = ()
    reports: int | None = None
    sections: int | None = None


def offer_practices(vocabulary: Vocabulary, matches: Iterable[Typed]) -> list[Offer]:
    """The practices; those that begin so first, then those of most sections."""
    counts = vocabulary.practices
    ranked = ((m.is_read, m.is_inside, -counts[m.name], m) for m in matches)
    return [
        Offer("practice", m.name, m.name, (m.start, m.end), sections=counts[m.name])
        for *_, m in nsmallest(MOST, ranked)
    ]


def offer_words(vocabulary: Vocabulary, typed: str) -> list[Offer]:
    """The words that begin so, those of most sections first; figures are no words.

    What mostly stands as a piece of other words is left out, though it was cut so somewhere.
    """
    if typed.isdigit():
        return []
    words, frequency = vocabulary.sorted_words, vocabulary.words
    first, last = bisect_left(words, typed), bisect_left(words, typed + "\U0010ffff")
    longer = (word for word in islice(words, first, last) if word != typed)
    best = nlargest(MOST, longer, key=lambda word: (frequency[word], word))
    counts = vocabulary.counts(best)
    return [
        Offer("word", word, word, (0, len(typed)), sections=counts[word])
        for word in sorted(best, key=lambda word: (-counts[word], word))
        if 0 < counts[word] <= _MOSTLY * frequency[word]
    ]


def offer_years(vocabulary: Vocabulary, typed: str) -> list[Offer]:
    """The years that begin so, the last first."""
    if len(typed) < _LEAST_FIGURES:
        return []
    return [*_year_values(vocabulary, typed)]


def _year_values(vocabulary: Vocabulary, typed: str) -> Iterator[Offer]:
    counts = vocabulary.values(Field.YEAR)
    years = sorted((year for year in counts if isinstance(year, int)), reverse=True)
    begun = (year for year in years if str(year).startswith(typed))
    for year in islice(begun, MOST):
        yield Offer(Field.YEAR, str(year), str(year), (0, len(typed)), reports=counts[year])


def offer_fields(typed: str) -> Iterator[Offer]:
    """The fields that have a name which begins so."""
    if typed.isascii() and len(typed) < _LEAST_LETTERS:
        return
    names = [typed] * (typed in FIELD_NAMES) + [n for n in FIELD_NAMES if n.startswith(typed)]
    named = {FIELD_NAMES[name]: name for name in reversed(names)}
    for field, name in reversed(named.items()):
        within = (field_label(field),) if isinstance(field, Field) else ()
        yield Offer("field", f"{name}:", f"{name}:", (0, len(typed)), within)


def offer_values(vocabulary: Vocabulary, field: Field, typed: str) -> list[Offer]:
    """The values of a field, not one of places, that were begun; all where nothing is typed."""
    if field is Field.YEAR:
        return [*_year_values(vocabulary, typed)]
    counts = vocabulary.values(field)
    named = {value_label(field, value): value for value in counts if value is not None}
    found = dict.fromkeys(named if not typed else (), (0, 0))
    found |= {label: (0, 0) for label, value in named.items() if str(value).startswith(typed)}
    found |= {match.name: (match.start, match.end) for match in Lookup(named).holding(typed)}
    ranked = sorted((-counts[named[label]], label) for label in found)
    offers = [
        Offer(field, label, as_value(label), found[label], reports=-n) for n, label in ranked[:MOST]
    ]
    if field is Field.LEVEL:
        return offers
    return [each._replace(reports=None, sections=each.reports) for each in offers]


def value_label(field: Field, value: FilterValue) -> str:
    """What a value is called in the reader's language, if a query may call it so."""
    if field is Field.PART:
        label = part_label(str(value))
    elif field is Field.LEVEL:
        label = level_label(str(value))
    else:
        return str(value)
    return label if read_value(field, label) == (value,) else str(value)


def field_name(field: Field) -> str:
    """What a query calls a field, in the reader's language."""
    name = fold(field_label(field))
    return name if FIELD_NAMES.get(name) is field else str(field)


def as_value(text: str) -> str:
    """The text as a query must write it to be one value."""
    is_one = not any(c in BREAKS or c.isspace() for c in fold(text))
    return text if is_one else f'"{text}"'
