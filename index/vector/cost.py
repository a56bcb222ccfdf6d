"""About how long a question takes here, told from how often its terms stand in the index.

The question is walked through as it would be answered, and how much of each kind of work there is
is added up. How many sections match is guessed, mostly too high: see `_together`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import exp
from typing import Final, NamedTuple

from index.analysis import covering_grams
from index.engine import Mode, Question
from index.plain.relaxing import split, units
from index.queryterms import words_of
from index.querytree import (
    And,
    Filter,
    Near,
    Node,
    Not,
    Or,
    Scope,
    Text,
    Zone,
    positive_texts,
)
from index.vector.fields import Fields
from index.vector.operands import meeting
from index.vector.postings import Postings

_NS: Final = {
    "question": 300_000.0,
    "facet": 150_000.0,  # a field that is counted
    "operation": 5_000.0,  # on sets, or a filter
    "stream": 8_000.0,  # that is looked up
    "gram": 45_000.0,  # of a longer stream
    "read": 0.3,  # a position of a gram
    "sorted": 14.0,  # a position of a single character, whose grams stand apart
    "grouped": 0.5,  # a position of a stream, whose section is found
    "heading": 2.0,  # a position that may lie in a heading
    "title": 10.0,  # a report, for each text that its title may hold
    "near": 2.5,  # a position of an operand of NEAR in a section that has both
    "near merged": 52.0,  # and again where the operand is several texts
    "near searched": 15.0,  # a position that is looked for among those of the other operand
    "near unit": 11.0,  # a position whose sentence or paragraph is found
    "set": 1.0,  # a section in a set
    "counted": 1.2,  # a section, for each facet
    "operand": 37.0,  # a section that holds an operand
    "merged": 20.0,  # a position of an operand that may overlap another one
    "figure": 7.5,  # a position that is compared with those of longer numbers
    "term": 3_000.0,  # of ranking: a word or a gram
    "scored": 4.0,  # a section, for each term
    "neighbour": 48.0,  # a position whose nearest neighbour of another operand is found
    "ranked": 18.0,  # a section
    "hit": 1_400.0,
}
"""Nanoseconds for one of each, measured on an x86-64 machine over 184,320 sections."""

_FINDING: Final = ("read", "sorted", "grouped", "heading")
_POSITION: Final = 4
_SECTION: Final = 9
"""Bytes that are remembered of each position of a stream, and of each section that has it."""
_OVERFLOW: Final = 3
"""When a third more than fits is looked up, nothing is found again."""
_MANY: Final = 4
"""Of the sets that are intersected so many of the smallest tell how much is left."""
_IN_HEADINGS: Final = 5
"""A word stands in headings up to so many times more often than their length tells."""
_DIGITS: Final = "0123456789"
_BISECTION: Final = 5
"""A number is found among others by bisection as soon as by looking at so many of them."""


class _Frequency(NamedTuple):
    """How often a stream stands in the index at most: its positions, and the sections with it."""

    positions: float
    sections: float


class _Operand(NamedTuple):
    """A text of the query, or a word of one, where it counts."""

    text: Text
    stream: str
    positions: float
    sections: float


class Estimator:
    """Tells what questions cost over one commit."""

    def __init__(self, postings: Postings, fields: Fields) -> None:
        self._postings, self._fields = postings, fields

    def cost_ms(self, question: Question) -> float:
        """Milliseconds, of a process that has been asked before but remembers none of the terms."""
        work = Work(self._postings, self._fields)
        work.add_question(question)
        return sum(_NS[kind] * amount for kind, amount in work.amounts.items()) / 1e6


class Work:
    """What is to be done for a question, by its kind."""

    def __init__(self, postings: Postings, fields: Fields) -> None:
        self.amounts: Counter[str] = Counter()
        self._postings, self._fields = postings, fields
        self._arrays = postings.arrays
        self._n = float(self._arrays.n_sections)
        self._looked_up: dict[tuple[str, Zone], _Frequency] = {}
        self._n_positions = cache(postings.n_positions)
        self._bytes = 0.0

    def _add(self, kind: str, amount: float) -> None:
        self.amounts[kind] += amount  # type: ignore[assignment]

    def add_question(self, question: Question) -> None:
        """All that answering takes."""
        self._add("question", 1)
        before = self._matching(question)
        found = self._together([before, *map(self._passing, question.filters)])
        operands = self._operands(question.tree, found)
        self._add_counting(question, found, before)
        self._add_occurrences(operands)
        if question.limit != 0:
            self._add_ranking(question, operands, found)
        if operands:
            self._find_again(question)

    def _find_again(self, question: Question) -> None:
        """What was found and is forgotten before it is needed again, as more than fits was."""
        limit = self._postings.remembered.limit_bytes
        share = min(1.0, _OVERFLOW * max(0.0, self._bytes / limit - 1))
        times = 1 if question.limit == 0 else 2
        for kind in _FINDING:
            self.amounts[kind] *= 1 + times * share  # type: ignore[assignment]

    # Matching: each gives how many sections match, about

    def _matching(self, question: Question) -> float:
        if question.mode is Mode.SECTION:
            return self._match(question.tree)
        strict, loose = split(question.tree)
        held = self._either([self._match(unit) for unit in units(loose)])
        if question.mode is Mode.REPORT:
            held = min(held, self._of_reports([self._match(operand) for operand in loose]))
        return self._together([held, self._match(And(tuple(strict)))]) if strict else held

    def _of_reports(self, sizes: Sequence[float]) -> float:
        """Sections of the reports that have a section of each set."""
        each = self._n / max(1, self._arrays.n_reports)
        found = [self._n * (1 - (1 - size / self._n) ** each) if self._n else 0.0 for size in sizes]
        return self._together(found)

    def _match(self, node: Node) -> float:
        match node:
            case Text():
                return self._match_text(node)
            case And(children):
                return self._together([self._match(child) for child in children])
            case Or(children):
                return self._either([self._match(child) for child in children])
            case Not(Filter() as filter):
                return self._n - self._passing(filter)
            case Not(child):
                self._operation(self._match(child))
                return self._n
            case Filter():
                return self._passing(node)
            case Near():
                return self._match_near(node)

    def _match_text(self, text: Text) -> float:
        own = self._look_up(text.stream, text.zone).sections
        if len(text.words) < 2:
            return own
        words = [self._look_up(word, text.zone).sections for word in text.words]
        return min(own + self._together(words), self._n)

    def _together(self, sizes: Sequence[float]) -> float:
        """Sections in all of the sets.

        If words stood apart from each other it were the product of their shares of all sections, if
        they always stood together the least one. It is in between: each further share counts by its
        root, its fourth root and so on, the smallest shares first.
        """
        for size in sizes:
            self._operation(size)
        found = self._n
        for n, size in enumerate(sorted(sizes)[:_MANY]):
            found *= (size / self._n) ** (0.5**n) if self._n else 0.0
        return found

    def _either(self, sizes: Sequence[float]) -> float:
        """Sections in at least one of the sets, as if they had nothing to do with each other."""
        without = 1.0
        for size in sizes:
            self._operation(size)
            without *= 1 - size / self._n if self._n else 0.0
        return self._n * (1 - without)

    def _operation(self, size: float) -> float:
        self._add("operation", 1)
        self._add("set", size)
        return size

    def _passing(self, filter: Filter) -> float:
        return self._operation(self._n * self._fields.share(filter))

    def _match_near(self, near: Near) -> float:
        sides = [self._near_side(node) for node in (near.left, near.right)]
        both = self._together([side.sections for side in sides])
        kept = [
            side.positions * min(1.0, both / side.sections) if side.sections else 0.0
            for side in sides
        ]
        self._add("near", sum(kept))
        self._add("near searched", min(kept))
        for node, positions in zip((near.left, near.right), kept, strict=True):
            self._add("near merged", positions if isinstance(node, Or) else 0)
        if near.scope is not Scope.CHARACTERS:
            self._add("near unit", sum(kept))
        return both

    def _near_side(self, node: Text | Or) -> _Frequency:
        found = [self._look_up(text.stream, text.zone) for text in positive_texts(node)]
        positions = sum(each.positions for each in found)
        return _Frequency(positions, self._either([each.sections for each in found]))

    # Terms

    def _look_up(self, stream: str, zone: Zone) -> _Frequency:
        """A stream that must be found; nothing is added where it has been before."""
        known = self._looked_up.get((stream, zone))
        if known is None:
            known = self._looked_up[stream, zone] = self._find(stream, zone)
        return known

    def _find(self, stream: str, zone: Zone) -> _Frequency:
        if zone is Zone.TITLE:
            self._add("title", self._arrays.n_reports)
            return _Frequency(0.0, self._n)
        if zone is Zone.HEADING:
            everywhere = self._look_up(stream, Zone.ANYWHERE)
            self._add("heading", everywhere.positions)
            share = min(1.0, _IN_HEADINGS * self._arrays.heading_share)
            return _Frequency(*(each * share for each in everywhere))
        found = self._frequency(stream)
        self._add("stream", 1)
        self._add("grouped", found.positions)
        self._bytes += _POSITION * found.positions + _SECTION * found.sections
        if len(stream) == 1:
            self._add("sorted", found.positions)
        elif found.positions:
            grams = [gram for _at, gram in covering_grams(stream)]
            self._add("gram", len(stream))
            self._add("read", sum(map(self._n_positions, grams)))
        return found

    def _frequency(self, stream: str) -> _Frequency:
        if len(stream) == 1:
            positions = self._postings.n_character(stream)
            # As if it were thrown upon the sections.
            spread = self._n * (1 - exp(-positions / self._n)) if self._n else 0.0
            return _Frequency(positions, spread)
        grams = dict.fromkeys(stream[at : at + 2] for at in range(len(stream) - 1))
        rarest = min(grams, key=self._n_positions)
        positions = self._n_positions(rarest)
        return _Frequency(positions, min(self._postings.n_stored(rarest), self._n))

    # What was found

    def _operands(self, tree: Node, found: float) -> list[_Operand]:
        """The texts and their words, each with what of it lies in the sections found."""
        operands = []
        for text in dict.fromkeys(positive_texts(tree)):
            if text.zone is Zone.TITLE:
                continue
            for stream in dict.fromkeys((text.stream, *text.words)):
                positions, sections = self._look_up(stream, text.zone)
                share = min(1.0, found / sections) if sections else 0.0
                operands.append(_Operand(text, stream, positions * share, sections * share))
        return operands

    def _add_counting(self, question: Question, found: float, before: float) -> None:
        """Facets; one with a filter on its own field is counted over what passes the others."""
        self._add("facet", len(question.facets))
        for field in question.facets:
            others = [f for f in question.filters if f.field is not field]
            if len(others) == len(question.filters):
                self._add("counted", found)
            else:
                self._add("counted", self._together([before, *map(self._passing, others)]))

    def _add_occurrences(self, operands: Sequence[_Operand]) -> None:
        self._add("operand", sum(operand.sections for operand in operands))
        for n in meeting([(operand.text, operand.stream) for operand in operands]):
            self._add("merged", operands[n].positions)

    def _add_ranking(self, question: Question, operands: Sequence[_Operand], found: float) -> None:
        self._add("ranked", found)
        wanted = self._n if question.limit is None else question.offset + question.limit
        hits = min(found, self._arrays.n_reports) if question.by_report else found
        self._add("hit", min(hits, wanted))
        for operand in operands:
            if operand.stream == operand.text.stream:
                self._add("figure", self._figures(operand))
        texts = dict.fromkeys(positive_texts(question.tree))
        words = {word for text in texts for word in words_of(text)}
        grams = {text.stream[at : at + 2] for text in texts for at in range(len(text.stream) - 1)}
        self._add("term", len(words) + len(grams))
        self._add("scored", (len(words) + len(grams)) * found)
        for word in words:
            self._look_up(word, Zone.ANYWHERE)
        self._add("read", sum(map(self._n_positions, grams)))
        self._add("neighbour", self._neighbours(operands, min(found, wanted)))

    def _neighbours(self, operands: Sequence[_Operand], shown: float) -> float:
        """Positions whose nearest neighbour is looked for: on the page, and where scores are alike.

        Scores of words that most sections have are so low that nearness may lift any of them.
        """
        often = sorted(o.positions for o in operands if o.sections * 2 > self._n)
        return shown * max(0, len(operands) - 1) + sum(often[-2:-1])

    def _figures(self, operand: _Operand) -> float:
        """Positions that are looked at to see if a number stands within a longer one."""
        first, last = operand.stream[0], operand.stream[-1]
        longer = [digit + first for digit in _DIGITS] if first.isdigit() else []
        longer += [last + digit for digit in _DIGITS] if last.isdigit() else []
        return sum(self._compared(operand.positions, gram) for gram in longer)

    def _compared(self, positions: float, gram: str) -> float:
        others = self._n_positions(gram)
        return min(positions + others, _BISECTION * min(positions, others))
