"""Which sections match a query tree: `index.plain.matching` over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from index.querytree import And, Filter, Near, Node, Not, Or, Text, Zone
from index.vector.fields import Fields
from index.vector.near import near_sections
from index.vector.postings import Postings
from index.vector.sets import NONE, Sections, difference, intersection, union


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The sections that match, and those of them where every text stands literally.

    The two are one array where no text is cut.
    """

    sections: Sections
    literal: Sections


_NOTHING: Final = Matches(NONE, NONE)


class Matcher:
    """Matches trees over one commit."""

    def __init__(self, postings: Postings, fields: Fields) -> None:
        self._postings, self._fields = postings, fields
        self._n = postings.arrays.n_sections

    def match(self, node: Node) -> Matches:
        """The matching sections."""
        match node:
            case Text():
                return self._match_text(node)
            case And(children):
                return self._match_all(children)
            case Or(children):
                return reduce(self._either, map(self.match, children), _NOTHING)
            case Near():
                return _literal(near_sections(self._postings, node))
            case Filter() | Not():
                return self._match_all((node,))

    def _match_text(self, text: Text) -> Matches:
        literal = self._postings.standing(text.stream, text.zone)
        return Matches(union(literal, self._all_words(text), self._n), literal)

    def _all_words(self, text: Text) -> Sections:
        """The sections in which each word of the text stands somewhere."""
        if len(text.words) < 2:
            return NONE
        if text.zone is Zone.TITLE:
            return self._postings.titled(text.words)
        standing = sorted((self._postings.standing(w, text.zone) for w in text.words), key=len)
        return self._in_all(standing)

    def _in_all(self, sets: Sequence[Sections]) -> Sections:
        return reduce(lambda some, more: intersection(some, more, self._n), sets)

    def _match_all(self, children: Sequence[Node]) -> Matches:
        """What matches every child; filters and NOT only take away from the rest."""
        found: list[Matches] = []
        for child in children:
            if not isinstance(child, Filter | Not):
                found.append(self.match(child))
                if not len(found[-1].sections):
                    return _NOTHING
        matches = self._both(found) if found else _literal(self._postings.arrays.live_sections)
        for child in children:
            if isinstance(child, Filter):
                matches = self.passing(matches, child)
            elif isinstance(child, Not):
                matches = self._without(matches, self.match(child.child).sections)
        return matches

    def _both(self, found: Sequence[Matches]) -> Matches:
        by_size = sorted(found, key=lambda matches: len(matches.sections))
        if all(matches.literal is matches.sections for matches in by_size):
            return _literal(self._in_all([matches.sections for matches in by_size]))
        sections = self._in_all([matches.sections for matches in by_size])
        return Matches(sections, self._in_all([matches.literal for matches in by_size]))

    def _either(self, some: Matches, more: Matches) -> Matches:
        sections = union(some.sections, more.sections, self._n)
        if some.literal is some.sections and more.literal is more.sections:
            return _literal(sections)
        return Matches(sections, union(some.literal, more.literal, self._n))

    def passing(self, matches: Matches, filter: Filter) -> Matches:
        """The matches that a filter lets through."""
        sections = matches.sections.compress(self._fields.passes(filter, matches.sections))
        if matches.literal is matches.sections:
            return _literal(sections)
        literal = matches.literal.compress(self._fields.passes(filter, matches.literal))
        return Matches(sections, literal)

    def _without(self, matches: Matches, without: Sections) -> Matches:
        sections = difference(matches.sections, without, self._n)
        if matches.literal is matches.sections:
            return _literal(sections)
        return Matches(sections, difference(matches.literal, without, self._n))


def _literal(sections: Sections) -> Matches:
    return Matches(sections, sections)
