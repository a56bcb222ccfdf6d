"""Which sections match a query tree, by the engine's postings alone.

Sections are numbered from 0 in browse order. Texts are found through grams, so that a match is
exactly what stands in the stream; words only rank (`index.scoring`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from index.analysis import covering_grams
from index.fillers import without_fillers
from index.querytree import And, Filter, Near, Node, Not, Or, Scope, Text, Zone

Occurrences = Mapping[int, Sequence[int]]
"""Section number -> ascending stream positions, never empty ones."""

StreamSpan = tuple[int, int]

_REMEMBERED = 300_000
"""Sections of which occurrences, or bounds, are remembered."""


class Postings(Protocol):
    """What matching needs to know of an index."""

    @property
    def n_sections(self) -> int: ...
    @property
    def mean_length(self) -> float:
        """Of the sections' streams, in characters."""
        ...

    @property
    def lengths(self) -> Sequence[int]:
        """Of each section's stream, in characters."""
        ...

    @property
    def heading_lengths(self) -> Sequence[int]:
        """How much of each stream is number and heading."""
        ...

    def gram(self, gram: str) -> Occurrences:
        """Where a gram stands."""
        ...

    def grams_from(self, character: str) -> Iterable[str]:
        """The grams that begin with the character."""
        ...

    def word(self, word: str) -> Mapping[int, int]:
        """Frequency of a word in each section that has it, heading included."""
        ...

    def heading_word(self, word: str) -> Mapping[int, int]:
        """Frequency of a word in the headings that have it."""
        ...

    def titled(self, streams: Collection[str]) -> Collection[int]:
        """The sections of reports whose title holds all the streams."""
        ...

    def bounds(self, section: int, scope: Scope) -> Sequence[int]:
        """Ascending stream offsets at which the section's sentences or paragraphs end."""
        ...

    def filtered(self, filter: Filter) -> Collection[int]:
        """The sections whose field has one of the filter's values."""
        ...


class Matcher:
    """Answers about one index; remembers occurrences: one run of a query asks several questions."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self._found: dict[tuple[str, Zone], Occurrences] = {}
        self._n_found = 0  # sections in all of _found
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
                return {s: True for s in range(self.postings.n_sections) if s not in without}
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
            return dict.fromkeys(range(self.postings.n_sections), True)
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

    def occurrences(self, stream: str, zone: Zone = Zone.ANYWHERE) -> Occurrences:
        """Where the stream stands, overlapping occurrences included; nowhere for TITLE."""
        if zone is Zone.TITLE:
            return {}
        key = (stream, zone)
        if key not in self._found:
            everywhere = find_stream(self.postings, stream)
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


def find_stream(postings: Postings, stream: str) -> Occurrences:
    """Every occurrence of the stream in every section, through the fewest grams."""
    if len(stream) == 1:
        return _find_character(postings, stream)
    cover = [(offset, postings.gram(gram)) for offset, gram in covering_grams(stream)]
    cover.sort(key=lambda item: len(item[1]))
    if len(cover) == 1:
        return cover[0][1]
    (first_offset, first), *rest = cover
    found: dict[int, Sequence[int]] = {}
    for section, positions in first.items():
        starts = _aligned(section, [p - first_offset for p in positions], rest)
        if starts:
            found[section] = starts
    return found


def _aligned(section: int, starts: list[int], rest: Sequence[tuple[int, Occurrences]]) -> list[int]:
    """The starts at which the other grams stand too, each at its own offset."""
    for offset, occurrences in rest:
        positions = occurrences.get(section)
        if not positions:
            return []
        if len(starts) * 8 < len(positions):
            starts = [s for s in starts if _holds(positions, s + offset)]
        else:
            others = set(positions)
            starts = [s for s in starts if s + offset in others]
        if not starts:
            return []
    return starts


def _holds(positions: Sequence[int], position: int) -> bool:
    at = bisect_left(positions, position)
    return at < len(positions) and positions[at] == position


def _find_character(postings: Postings, character: str) -> Occurrences:
    found: dict[int, list[int]] = {}
    for gram in postings.grams_from(character):
        for section, positions in postings.gram(gram).items():
            found.setdefault(section, []).extend(positions)
    for positions in found.values():
        positions.sort()
    return found


def smallest_gap(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> int | None:
    """The fewest characters between a span of one and a span of the other, 0 if they meet.

    Both are sorted by start, and the spans of one side are about as long as each other.
    """
    best: int | None = None
    i = j = 0
    while i < len(left) and j < len(right):
        (a, a_end), (b, b_end) = left[i], right[j]
        gap = max(b - a_end, a - b_end, 0)
        best = gap if best is None else min(best, gap)
        if best == 0:
            return 0
        if a <= b:
            i += 1
        else:
            j += 1
    return best


def text_spans(stream: str, text: Text) -> list[tuple[int, int]]:
    """Spans of the text in one stream: its own, else those of its telling words."""
    own = [*_find_all(stream, text.stream)]
    if own:
        return own
    words = without_fillers(text.words)
    return sorted(span for word in words for span in _find_all(stream, word))


def _find_all(stream: str, wanted: str) -> Iterator[tuple[int, int]]:
    at = stream.find(wanted)
    while at >= 0:
        yield at, at + len(wanted)
        at = stream.find(wanted, at + 1)


def disjoint(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that do not overlap: from the left, the longer of two that begin together."""
    kept: list[tuple[int, int]] = []
    end = -1
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            kept.append((start, stop))
            end = stop
    return kept
