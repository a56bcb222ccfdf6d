"""The places that an index offers for what was typed, each so that no namesake is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Final

from index.places import names_place
from index.querytree import Field
from search.cursor import Spot
from search.lookup import Typed
from search.offers import MOST, Offer, as_value, field_name
from search.vocabulary import PLACE_FIELDS, KnownPlace, Vocabulary

_LONGEST_RECOGNISED: Final = 24  # as in search.recognise


def offer_places(
    vocabulary: Vocabulary, spot: Spot, matches: Iterable[Typed], field: Field | None = None
) -> list[Offer]:
    """The places of these names; whole names first, then those with most reports.

    field: the only one that is wanted.
    """
    ranked = (
        ((match.is_read, match.left > 1, -place.reports, match.name, n), match, place)
        for match in matches
        for n, place in enumerate(vocabulary.places[match.name])
        if field in (None, place.field)
    )
    best = nsmallest(2 * MOST, ranked, key=lambda each: each[0])
    found = (_offer(vocabulary, spot, match, place) for _key, match, place in best)
    return [each for each in found if each is not None][:MOST]


def _offer(vocabulary: Vocabulary, spot: Spot, match: Typed, place: KnownPlace) -> Offer | None:
    """One place; None where nothing tells it from another one."""
    same = vocabulary.places[match.name]
    rivals = [each for each in same if each.field is place.field and each is not place]
    path = _told_apart(place, rivals)
    if path is None:
        return None
    written = path if spot.quote else as_value(path)
    is_bare = spot.is_top and not rivals and _is_recognised(place, same)
    if spot.field is None and not is_bare:
        written = f"{field_name(place.field)}:{written}"
    parents = tuple(name for name in place.path[:-1] if name)
    marked = match.start, match.end
    return Offer(place.field, place.name, written, marked, parents, reports=place.reports)


def _told_apart(place: KnownPlace, rivals: Sequence[KnownPlace]) -> str | None:
    """The end of its path that names this place alone: 松岭镇, 青禾县/松岭镇; None if none does."""
    path = place.name
    for parent in (*reversed(place.path[:-1]), None):
        if not any(names_place(path, rival.path) for rival in rivals):
            return path
        path = f"{parent}/{path}" if parent else path
    return None


def _is_recognised(place: KnownPlace, same: Sequence[KnownPlace]) -> bool:
    """Whether the bare name is read as this place by `search.recognise`: the widest of its name."""
    from index.gazetteer import has_distinctive_stem

    widest = min(PLACE_FIELDS.index(each.field) for each in same)
    return (
        place.field is PLACE_FIELDS[widest]
        and 2 <= len(place.name) <= _LONGEST_RECOGNISED
        and as_value(place.name) == place.name
        and has_distinctive_stem(place.name)
    )
