"""What may be meant while a query is being typed: places, practices, words, fields, values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
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
_LONGEST: Final = 24  # characters; nobody types a longer word to have it completed
_LEAST_FIGURES: Final = 2  # of a year
_LEAST_LETTERS: Final = 2  # of a field
_LEAST_SUFFIX: Final = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that may be meant by the word at the cursor.

    kind: the field whose value it is, "practice", "word" or "field". insert is the whole query once
    it is taken, the cursor then at `cursor`. marked is the part of `text` that was typed; within
    tells where a place lies, the widest first.
    """

    kind: str
    text: str
    insert: str
    cursor: int
    marked: tuple[int, int] = (0, 0)
    within: tuple[str, ...] = ()
    reports: int | None = None
    sections: int | None = None


class _Found(NamedTuple):
    """A completion that is not yet put into the query; written is what is put there."""

    kind: str
    text: str
    written: str
    marked: tuple[int, int] = (0, 0)
    within: tuple[str, ...] = ()
    reports: int | None = None
    sections: int | None = None


def complete(vocabulary: Vocabulary, query: str, at: int | None = None) -> list[Completion]:
    """What may be meant by the word at the cursor, at most `MOST`. Never raises for what was typed.

    at: how many characters stand before the cursor; None is all.
    """
    if len(query) > MAX_LENGTH:
        return []
    spot = spot_at(query, len(query) if at is None else min(max(at, 0), len(query)))
    typed = fold_stream(spot.typed)
    if len(typed) > _LONGEST or not (typed or isinstance(spot.field, Field)):
        return []
    if isinstance(spot.field, Field):
        made = [_taken(query, spot, each) for each in _values(vocabulary, spot, spot.field, typed)]
    else:
        groups = _groups(vocabulary, spot, typed)
        if any(groups):
            made = [_taken(query, spot, each) for each in _mixed(groups)]
        else:
            made = _run_on(vocabulary, query, spot)
    return [each for each in made if each.insert != query]


def completions_json(found: Iterable[Completion]) -> list[dict[str, Any]]:
    """The completions as plain data."""
    return [asdict(each) for each in found]


def _taken(query: str, spot: Spot, found: _Found) -> Completion:
    """The completion, put where the word stands."""
    written = found.written
    if spot.quote:
        written += spot.quote
    elif found.kind != "field" and not (spot.is_top or spot.field):
        written = found.written
    head = query[: spot.start] + written
    return Completion(
        kind=found.kind,
        text=found.text,
        insert=head + query[spot.end :],
        cursor=len(head),
        marked=found.marked,
        within=found.within,
        reports=found.reports,
        sections=found.sections,
    )


def _mixed(groups: Sequence[Sequence[_Found]]) -> list[_Found]:
    """The first of each group in turn until it is enough, then in the order of the groups."""
    numbered = ([(n, each) for each in group] for n, group in enumerate(groups))
    turns = (each for each in chain.from_iterable(zip_longest(*numbered)) if each is not None)
    chosen = sorted(islice(turns, MOST), key=lambda each: each[0])
    return [found for _n, found in chosen]


def _groups(vocabulary: Vocabulary, spot: Spot, typed: str) -> list[list[_Found]]:
    """What may be meant outside of a field's values, by its kind."""
    free = not spot.quote and spot.field is None
    places = _places(vocabulary, spot, vocabulary.place_lookup.begun(typed)) if free else []
    practices = _practices(vocabulary, vocabulary.practice_lookup.holding(typed))
    known = {each.text for each in (*places, *practices)}
    words = [each for each in _words(vocabulary, typed) if each.text not in known]
    years = _years(vocabulary, typed) if spot.is_top else []
    fields = [*_fields(typed)] if free else []
    return [places, practices, years, words, fields]


# Places


def _places(
    vocabulary: Vocabulary, spot: Spot, matches: Iterable[Typed], field: Field | None = None
) -> list[_Found]:
    """The places of the names; whole names first, then those with most reports."""
    ranked = (
        ((match.is_read, match.left > 1, -place.reports, match.name, n), match, place, same)
        for match in matches
        for same in [vocabulary.places[match.name]]
        for n, place in enumerate(same)
        if field in (None, place.field)
    )
    best = nsmallest(MOST, ranked, key=lambda each: each[0])
    found = (_place(spot, match, place, same) for _key, match, place, same in best)
    return [each for each in found if each is not None]


def _place(
    spot: Spot, match: Typed, place: KnownPlace, same: Sequence[KnownPlace]
) -> _Found | None:
    """A place of several of one name; None where nothing tells it from the others."""
    rivals = [each for each in same if each.field is place.field and each is not place]
    named = _told_apart(place, rivals)
    if named is None:
        return None
    if spot.field is None and not (spot.is_top and not rivals and _is_recognised(place, same)):
        named = f"{_field_name(place.field)}:{_value(named)}"
    elif not spot.quote:
        named = _value(named)
    parents = tuple(name for name in place.path[:-1] if name)
    marked = match.start, match.end
    return _Found(place.field, place.name, named, marked, parents, reports=place.reports)


def _told_apart(place: KnownPlace, rivals: Sequence[KnownPlace]) -> str | None:
    """The end of its path that names this place alone: 松岭镇, 青禾县/松岭镇; None if none does."""
    named = place.name
    for parent in (*reversed(place.path[:-1]), None):
        if not any(names_place(named, rival.path) for rival in rivals):
            return named
        named = f"{parent}/{named}" if parent else named
    return None


def _is_recognised(place: KnownPlace, same: Sequence[KnownPlace]) -> bool:
    """Whether the bare name is read as this place: see `search.recognise`."""
    from index.gazetteer import has_distinctive_stem

    widest = min(PLACE_FIELDS.index(each.field) for each in same)
    return (
        PLACE_FIELDS[widest] is place.field
        and 2 <= len(place.name) <= _LONGEST
        and _value(place.name) == place.name
        and has_distinctive_stem(place.name)
    )


def _value(text: str) -> str:
    """The text so that it is read as one value."""
    is_plain = not any(c in BREAKS or c.isspace() for c in fold(text))
    return text if is_plain else f'"{text}"'


# Practices, words, years, fields


def _practices(vocabulary: Vocabulary, matches: Iterable[Typed]) -> list[_Found]:
    counts = vocabulary.practices
    ranked = ((m.is_read, m.is_inside, -counts[m.name], m) for m in matches)
    return [
        _Found("practice", m.name, m.name, (m.start, m.end), sections=counts[m.name])
        for *_, m in nsmallest(MOST, ranked)
    ]


def _words(vocabulary: Vocabulary, typed: str) -> list[_Found]:
    """The words that begin so, those of most sections first."""
    if typed.isdigit():
        return []
    words, frequency = vocabulary.sorted_words, vocabulary.words
    first, last = bisect_left(words, typed), bisect_left(words, typed + "\U0010ffff")
    best = nlargest(MOST + 1, islice(words, first, last), key=lambda word: (frequency[word], word))
    counted = ((word, vocabulary.count(word)) for word in best if word != typed)
    return [
        _Found("word", word, word, (0, len(typed)), sections=sections)
        for word, sections in counted
        if sections
    ]


def _years(vocabulary: Vocabulary, typed: str) -> list[_Found]:
    """The years that begin so, the last first."""
    if not (typed.isdigit() and len(typed) >= _LEAST_FIGURES):
        return []
    return _year_values(vocabulary, typed)


def _year_values(vocabulary: Vocabulary, typed: str) -> list[_Found]:
    counts = vocabulary.values(Field.YEAR)
    years = sorted((year for year in counts if isinstance(year, int)), reverse=True)
    return [
        _Found(Field.YEAR, str(year), str(year), (0, len(typed)), reports=counts[year])
        for year in years
        if str(year).startswith(typed)
    ][:MOST]


def _fields(typed: str) -> Iterator[_Found]:
    """The fields whose name begins so, each by one of its names."""
    if typed.isascii() and len(typed) < _LEAST_LETTERS:
        return
    seen = set()
    for name, field in FIELD_NAMES.items():
        if name.startswith(typed) and field not in seen:
            seen.add(field)
            label = field_label(field) if isinstance(field, Field) else ""
            yield _Found("field", f"{name}:", f"{name}:", (0, len(typed)), (label,) * bool(label))


def _field_name(field: Field) -> str:
    """What a query calls the field, in the reader's language."""
    name = fold(field_label(field))
    return name if FIELD_NAMES.get(name) is field else str(field)


# Values of a field


def _values(vocabulary: Vocabulary, spot: Spot, field: Field, typed: str) -> list[_Found]:
    """The values of a field that begin so; all of them where nothing is typed yet."""
    if field is Field.YEAR:
        return _year_values(vocabulary, typed)
    if field in PLACE_FIELDS:
        lookup = vocabulary.place_lookup
        return _places(vocabulary, spot, lookup.begun(typed) if typed else lookup.all(), field)
    counts = vocabulary.values(field)
    labels = {_label(field, value): value for value in counts if value is not None}
    lookup = Lookup(labels)
    matches = [*lookup.holding(typed)] if typed else [*lookup.all()]
    found = {match.name: (match.start, match.end) for match in matches}
    found |= {label: (0, 0) for label, value in labels.items() if typed and _begins(value, typed)}
    best = nsmallest(MOST, found, key=lambda label: (-counts[labels[label]], label))
    counted = "reports" if field is Field.LEVEL else "sections"
    return [
        _Found(field, label, _value(label), found[label])._replace(**{counted: counts[labels[label]]})
        for label in best
    ]
