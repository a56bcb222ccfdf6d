"""A query tree as one query over the sections nested in a report.

It finds what `index.plain.matching` finds: a text stands where its characters stand in this order,
an unquoted one also where all its words stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from index.opensearch import scripts
from index.opensearch.spelling import UNKNOWN, exact_end, term
from index.places import spelled
from index.querytree import (
    And,
    Field,
    Filter,
    FilterValue,
    Near,
    Node,
    Not,
    Or,
    Text,
    YearRange,
    Zone,
)

Query = dict[str, Any]

SECTIONS: Final = "sections"
"""Where the sections of a report are."""
ALL: Final[Query] = {"match_all": {}}
NONE: Final[Query] = {"match_none": {}}
_ZONES: Final = {Zone.ANYWHERE: "grams", Zone.HEADING: "heading", Zone.TITLE: "title"}
_KEYWORDS: Final = {Field.PART: "part", Field.TOPIC: "topics", Field.LEVEL: "level"}
_LAST_YEAR: Final = 9999
_MOST_WORDS_OF_TEXT: Final = 6
_MOST_WORDS: Final = 150
"""Clauses for words; a script looks at the sections that these leave for the others."""
_MOST: Final = (1 << 31) - 1  # that an integer of the index can be


def nested(query: Query, **options: Any) -> Query:
    """Reports of which some section matches."""
    return {"nested": {"path": SECTIONS, "query": query, **options}}


def matches(node: Node) -> Query:
    """The sections that match a tree."""
    match node:
        case Text():
            return any_of([stands(node.stream, node.zone), *_all_words(node)])
        case Filter():
            return passes(node)
        case And(children):
            return all_of(map(matches, children))
        case Or(children):
            return any_of(map(matches, children))
        case Not(child):
            return none_of([matches(child)])
        case Near():
            return _near(node)


def is_literal(node: Node) -> Query:
    """Those of the matching sections in which every text that is needed stands literally."""
    match node:
        case Text():
            return stands(node.stream, node.zone)
        case And(children):
            return all_of(map(is_literal, children))
        case Or(children):
            return any_of(map(is_literal, children))
        case _:
            return matches(node)


def all_of(queries: Iterable[Query]) -> Query:
    """What matches every query."""
    return _combined(queries, ALL, lambda each: {"bool": {"filter": each}})


def any_of(queries: Iterable[Query]) -> Query:
    """What matches at least one query."""
    return _combined(
        queries, NONE, lambda each: {"bool": {"should": each, "minimum_should_match": 1}}
    )


def none_of(queries: Sequence[Query]) -> Query:
    """What matches none of the queries."""
    return {"bool": {"must_not": [*queries]}}


def _combined(
    queries: Iterable[Query], empty: Query, combine: Callable[[list[Query]], Query]
) -> Query:
    every = [*queries]
    if len(every) < 2:
        return every[0] if every else empty
    return combine(every)


def confirmed(query: Query, script: Query) -> Query:
    """Those sections that match a query of which a script says 1.

    As a `script` query it would be asked first, and of sections that only seem to match.
    """
    matching = {"bool": {"filter": [query]}}
    return {"script_score": {"query": matching, "script": script, "min_score": 1}}


def stands(stream: str, zone: Zone = Zone.ANYWHERE) -> Query:
    """Sections in which the stream stands; its score is how often, overlaps counted each."""
    name = section_field(_ZONES[zone])
    if len(stream) == 1:
        return {"term": {f"{name}.chars": stream}}
    # A phrase's score is the sum over its pairs of characters.
    return {"match_phrase": {name: {"query": stream, "boost": 1 / (len(stream) - 1)}}}


def section_field(name: str) -> str:
    """The full name of a field of a section."""
    return f"{SECTIONS}.{name}"


def any_stands(streams: Collection[str]) -> Query:
    """Sections in which some of the streams stand."""
    first, rest = _first(streams, _MOST_WORDS)
    held = [*map(stands, first)]
    if not rest:
        return any_of(held)
    others = confirmed(none_of(held), scripts.holds(rest, Zone.ANYWHERE, all=False))
    return any_of([*held, others])


def _all_words(text: Text) -> Iterator[Query]:
    """Where all words stand; a cluster takes some thousand clauses in a query and not more."""
    if len(text.words) < 2:
        return
    most = _MOST_WORDS if text.zone is Zone.TITLE else _MOST_WORDS_OF_TEXT
    first, rest = _first(text.words, most)
    held = all_of(stands(word, text.zone) for word in first)
    yield confirmed(held, scripts.holds(rest, text.zone, all=True)) if rest else held


def _first(words: Collection[str], most: int) -> tuple[list[str], list[str]]:
    """The longest words, and those that are left for a script."""
    if len(words) <= most:
        return [*words], []
    by_length = sorted(words, key=len, reverse=True)
    return by_length[:most], by_length[most:]


def _near(near: Near) -> Query:
    sides = [[*_texts(side)] for side in (near.left, near.right)]
    held = [any_of(stands(text.stream, text.zone) for text in texts) for texts in sides]
    script = scripts.is_near(near, *sides)
    return confirmed(all_of(held), script)


def _texts(node: Node) -> Iterator[Text]:
    """The texts of an operand of NEAR; a title has no places that could be near."""
    if isinstance(node, Text):
        if node.zone is not Zone.TITLE:
            yield node
    elif isinstance(node, Or):
        for child in node.children:
            yield from _texts(child)


# Filters


def passes(filter: Filter) -> Query:
    """The sections that a filter lets through."""
    if filter.field is Field.YEAR:
        return any_of(map(_in_year, filter.values))
    name = _KEYWORDS.get(filter.field)
    if name is None:
        field = section_field(f"{filter.field}_ends")
        return _terms(field, [end for value in filter.values for end in _ends(value)])
    field = section_field(name)
    known = [term(str(value)) for value in filter.values if isinstance(value, str)]
    queries = [_terms(field, known)] if known else []
    return any_of([*queries, *([_lacks(field)] if None in filter.values else [])])


def _terms(field: str, values: Sequence[str]) -> Query:
    return {"terms": {field: [*values]}} if values else NONE


def _lacks(field: str) -> Query:
    return none_of([{"exists": {"field": field}}])


def _in_year(value: FilterValue) -> Query:
    field = section_field("year")
    match value:
        case YearRange(first, last):
            ends = {"gte": first or 0, "lte": last or _LAST_YEAR}
            return {"range": {field: {end: min(year, _MOST) for end, year in ends.items()}}}
        case None:
            return _lacks(field)
        case int() if abs(value) <= _MOST:
            return {"term": {field: value}}
        case _:
            return NONE


def _ends(value: FilterValue) -> Iterator[str]:
    """How the places that a value names are written among the ends of their paths."""
    if value is None:
        yield UNKNOWN
    elif isinstance(value, str):
        yield exact_end(value)
        yield term(spelled(value))
