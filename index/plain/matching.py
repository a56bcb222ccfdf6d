"""Which sections match a query tree, by the engine's postings alone.

Texts are found through grams, so that a match is exactly what stands in the stream; words only rank
(`index.plain.scoring`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from index.fillers import without_fillers
from index.plain.postings import Occurrences, PlainPostings, RankedPostings
from index.querytree import And, Filter, Near, Node, Not, Or, Scope, Text, Zone
from index.spans import StreamSpan, smallest_gap

_REMEMBERED = 300_000
"""Sections of which occurrences, or bounds, are remembered."""


class Finder:
    """Where texts stand in one index; remembers occurrences: one query asks for them repeatedly."""

    def __init__(self, postings: RankedPostings) -> None:
        self.postings = postings
        self._found: dict[tuple[str, Zone], Occurrences] = {}
        self._n_found = 0  # sections in all of _found

    def occurrences(self, stream: str, zone: Zone = Zone.ANYWHERE) -> Occurrences:
        """Where the stream stands, overlapping occurrences included; nowhere for TITLE."""
        if zone is Zone.TITLE:
            return {}
        key = (stream, zone)
        if key not in self._found:
            everywhere = self.postings.find(stream)
            if zone is Zone.HEADING:
                everywhere = self._within_headings(everywhere, len(stream))
            self._remember(key, everywhere)
            return everywhere
        return self._found[key]

    def _remember(self, key: tuple[str, Zone], found: Occurrences) -> None:
        if self._n_found > _REMEMBERED:
            self._found.clear()
            self._n_found = 0
        self._found[key] = found
        self._n_found += len(found)

    def _within_headings(self, everywhere: Occurrences, length: int) -> Occurrences:
        limits = self.postings.heading_lengths
        kept = {
            s: positions[: bisect_right(positions, limits[s] - length)]
            for s, positions in everywhere.items()
        }
        return {s: positions for s, positions in kept.items() if positions}

    def spans(self, text: Text, sections: Collection[int]) -> dict[int, list[list[StreamSpan]]]:
        """Stream spans of the text in each of the sections: its own, else those of its words.

        Those of one word are one list, ascending. Found by posting list and not by section: a long
        query has many more words than a section holds.
        """
        own = dict(self._spans_of(text.stream, text.zone, sections))
        found = {section: [spans] for section, spans in own.items()}
        for word in without_fillers(text.words):
            for section, spans in self._spans_of(word, text.zone, sections):
                if section not in own:
                    found.setdefault(section, []).append(spans)
        return found

    def _spans_of(
        self, stream: str, zone: Zone, sections: Collection[int]
    ) -> Iterator[tuple[int, list[StreamSpan]]]:
        found, length = self.occurrences(stream, zone), len(stream)
        fewer, more = (found, sections) if len(found) < len(sections) else (sections, found)
        for section in fewer:
            if section in more:
                yield section, [(p, p + length) for p in found[section]]


class Matcher(Finder):
    """Answers about one index."""

    postings: PlainPostings

    def __init__(self, postings: PlainPostings) -> None:
        super().__init__(postings)
        self._bounds: dict[tuple[int, Scope], Sequence[int]] = {}

    def match(self, node: Node) -> dict[int, bool]:
        """The matching sections; True where every text stands literally."""
        match node:
            case Text():
                return self._match_text(node)
            case Filter():
                return dict.fromkeys(self.postings.filtered(node), True)
            case And(children):
                return self._match_all(children)
            case Or(children):
                return self._match_any(children)
            case Not(child):
                without = self.match(child)
                return {s: True for s in self.postings.sections() if s not in without}
            case Near():
                return dict.fromkeys(self._match_near(node), True)

    def _match_text(self, text: Text) -> dict[int, bool]:
        found = dict.fromkeys(self.standing(text.stream, text.zone), True)
        for section in self._all_words(text):
            found.setdefault(section, False)
        return found

    def _all_words(self, text: Text) -> Collection[int]:
        """The sections in which each word of the text stands somewhere."""
        if len(text.words) < 2:
            return ()
        if text.zone is Zone.TITLE:
            return self.postings.titled(text.words)
        by_rarity = sorted((self.standing(w, text.zone) for w in text.words), key=len)
        sections = set(by_rarity[0])
        for standing in by_rarity[1:]:
            sections.intersection_update(standing)
        return sections

    def _match_all(self, children: Sequence[Node]) -> dict[int, bool]:
        if not children:
            return dict.fromkeys(self.postings.sections(), True)
        matches: list[dict[int, bool]] = []
        for child in children:
            matches.append(self.match(child))
            if not matches[-1]:
                return {}
        first, *rest = sorted(matches, key=len)
        for other in rest:
            first = {s: literal and other[s] for s, literal in first.items() if s in other}
        return first

    def _match_any(self, children: Sequence[Node]) -> dict[int, bool]:
        found: dict[int, bool] = {}
        for child in children:
            for section, literal in self.match(child).items():
                found[section] = literal or found.get(section, False)
        return found

    def standing(self, stream: str, zone: Zone = Zone.ANYWHERE) -> Collection[int]:
        """The sections (for TITLE: of the reports) in which the stream stands."""
        if zone is Zone.TITLE:
            return self.postings.titled((stream,))
        return self.occurrences(stream, zone).keys()

    def _match_near(self, near: Near) -> Iterator[int]:
        left, right = self._operand(near.left), self._operand(near.right)
        for section in left.keys() & right.keys():
            if self._are_near(near, section, left[section], right[section]):
                yield section

    def _operand(self, node: Text | Or) -> dict[int, list[tuple[int, int]]]:
        """Stream spans of an operand's literal occurrences."""
        texts = [node] if isinstance(node, Text) else [*_texts(node)]
        found: dict[int, list[tuple[int, int]]] = {}
        for text in texts:
            for section, positions in self.occurrences(text.stream, text.zone).items():
                found.setdefault(section, []).extend((p, p + len(text.stream)) for p in positions)
        for spans in found.values():
            spans.sort()
        return found

    def _are_near(
        self,
        near: Near,
        section: int,
        left: list[tuple[int, int]],
        right: list[tuple[int, int]],
    ) -> bool:
        if near.scope is Scope.CHARACTERS:
            gap = smallest_gap(left, right)
            return gap is not None and gap <= near.distance
        ends = self._bounds_of(section, near.scope)
        units = {bisect_right(ends, start) for start, _ in left}
        return any(bisect_right(ends, start) in units for start, _ in right)

    def _bounds_of(self, section: int, scope: Scope) -> Sequence[int]:
        key = section, scope
        if key not in self._bounds:
            if len(self._bounds) >= _REMEMBERED:
                self._bounds.clear()
            self._bounds[key] = self.postings.bounds(section, scope)
        return self._bounds[key]


def _texts(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Or):
        for child in node.children:
            yield from _texts(child)
