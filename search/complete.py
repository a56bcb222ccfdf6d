"""What may be meant while a query is being typed, and the whole query once it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice, zip_longest
from typing import Any, Final

from index.analysis import fold_stream
from index.querytree import Field
from search.cursor import Spot, spot_at
from search.language import MAX_LENGTH
from search.offers import (
    MOST,
    Offer,
    offer_fields,
    offer_practices,
    offer_values,
    offer_words,
    offer_years,
)
from search.place_offers import offer_places
from search.vocabulary import PLACE_FIELDS, Vocabulary

_LONGEST: Final = 24  # characters; nobody types a longer word to have it completed
_LEAST_OF_END: Final = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that may be meant by the word at the cursor.

    kind: the field whose value it is, "practice", "word" or "field". insert is the whole query once
    it is taken, the cursor then behind `cursor` characters. marked is the part of `text` that was
    typed. within tells where a place lies, the widest first, and what a field is.
    """

    kind: str
    text: str
    insert: str
    cursor: int
    marked: tuple[int, int]
    within: tuple[str, ...]
    reports: int | None
    sections: int | None


def complete(vocabulary: Vocabulary, query: str, at: int | None = None) -> list[Completion]:
    """What may be meant by the word at the cursor, at most `MOST`. Never raises for what was typed.

    at: how many characters stand before the cursor; None is all.
    """
    if len(query) > MAX_LENGTH:
        return []
    spot = spot_at(query, len(query) if at is None else min(max(at, 0), len(query)))
    found = [_taken(query, *each) for each in _offered(vocabulary, spot)]
    return [each for each in found if each.insert != query]


def completions_json(found: Iterable[Completion]) -> list[dict[str, Any]]:
    """The completions as plain data."""
    return [asdict(each) for each in found]


def _taken(query: str, start: int, end: int, offer: Offer) -> Completion:
    """The offer, put where the word stands."""
    head = query[:start] + offer.written
    return Completion(
        kind=offer.kind,
        text=offer.text,
        insert=head + query[end:],
        cursor=len(head),
        marked=offer.marked,
        within=offer.within,
        reports=offer.reports,
        sections=offer.sections,
    )


_Placed = tuple[int, int, Offer]
"""Start and end of what an offer replaces, and the offer."""


def _offered(vocabulary: Vocabulary, spot: Spot) -> list[_Placed]:
    typed = fold_stream(spot.typed)
    if len(typed) > _LONGEST:
        return []
    if isinstance(spot.field, Field):
        offers = _of_field(vocabulary, spot, spot.field, typed)
    elif typed:
        offers = _mixed(_groups(vocabulary, spot, typed))
        if not offers and spot.field is None and not spot.quote:
            return _of_end(vocabulary, spot)
    else:
        return []
    return [
        (spot.start, spot.end, each._replace(written=each.written + spot.quote)) for each in offers
    ]


def _of_field(vocabulary: Vocabulary, spot: Spot, field: Field, typed: str) -> list[Offer]:
    """Values of the field."""
    if field not in PLACE_FIELDS:
        return offer_values(vocabulary, field, typed)
    lookup = vocabulary.place_lookup
    return offer_places(vocabulary, spot, lookup.begun(typed) if typed else lookup.all(), field)


def _groups(vocabulary: Vocabulary, spot: Spot, typed: str) -> list[list[Offer]]:
    """What may be meant outside of a field, by its kind."""
    is_free = spot.field is None and not spot.quote
    places = vocabulary.place_lookup.begun(typed) if is_free else ()
    named = [
        offer_places(vocabulary, spot, places),
        offer_practices(vocabulary, vocabulary.practice_lookup.holding(typed)),
    ]
    known = {each.text for each in chain(*named)}
    return [
        *named,
        offer_years(vocabulary, typed) if spot.is_top else [],
        [each for each in offer_words(vocabulary, typed) if each.text not in known],
        [*offer_fields(typed)] if is_free else [],
    ]


def _mixed(groups: Sequence[Sequence[Offer]]) -> list[Offer]:
    """The first of each group in turn until it is enough, in the order of the groups."""
    numbered = [[(n, each) for each in group] for n, group in enumerate(groups)]
    turns = (each for each in chain(*zip_longest(*numbered)) if each is not None)
    return [offer for _n, offer in sorted(islice(turns, MOST), key=lambda each: each[0])]


def _of_end(vocabulary: Vocabulary, spot: Spot) -> list[_Placed]:
    """Names that the end of the word begins, where no white space is typed: 青禾县法律明."""
    for start in range(1, len(spot.typed) - _LEAST_OF_END + 1):
        typed = fold_stream(spot.typed[start:])
        places = vocabulary.place_lookup.written(typed)
        practices = vocabulary.practice_lookup.written(typed)
        found = _mixed(
            [offer_places(vocabulary, spot, places), offer_practices(vocabulary, practices)]
        )
        if found:
            at = spot.start + start
            return [(at, spot.end, each._replace(written=f" {each.written}")) for each in found]
    return []
