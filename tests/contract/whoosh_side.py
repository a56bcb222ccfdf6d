"""The same questions put to Whoosh's own searcher, and the documented score from what it reads.

A tree becomes ordinary Whoosh queries: phrases of grams, terms, prefixes, ranges, spans that are
near each other. Whoosh cannot say where a heading or a sentence ends: `Zone.HEADING` and the scopes
SENTENCE and PARAGRAPH have no translation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import log
from pathlib import Path
from typing import Any

from whoosh import query as q
from whoosh.index import open_dir
from whoosh.query.spans import SpanNear2
from whoosh.sorting import FieldFacet

from index.fillers import stretches, without_fillers
from index.querytree import (
    And,
    Field,
    Filter,
    FilterValue,
    Near,
    Node,
    Not,
    Or,
    Scope,
    Text,
    YearRange,
    Zone,
    positive_texts,
)
from tests.made import Where

Span = tuple[int, int]
NAMES = {field: "topics" if field is Field.TOPIC else str(field) for field in Field}
PLACES = ("province", "city", "county", "township")


# Queries


def phrase(stream: str) -> Any:
    """What finds a stream: its grams in a row, or the grams that begin with its only character."""
    if len(stream) == 1:
        return _Character("grams", stream)
    return q.Phrase("grams", [stream[n : n + 2] for n in range(len(stream) - 1)])


class _Character(q.Prefix):  # type: ignore[misc]
    """A prefix that has spans; whoosh-reloaded does not ask operands of a near for theirs."""

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        context = context or searcher.context()
        return super().matcher(searcher, context.set(needs_current=True))


def translated(node: Node) -> Any:
    """The Whoosh query for a tree."""
    match node:
        case Text():
            return text_query(node)
        case Filter():
            return q.Or([value_query(node.field, value) for value in node.values])
        case And(children):
            return q.And([q.Every(), *map(translated, children)])
        case Or(children):
            return q.Or([q.NullQuery, *map(translated, children)])
        case Not(child):
            return q.AndNot(q.Every(), translated(child))
        case Near():
            return near_query(node)


def text_query(text: Text) -> Any:
    standing = titled if text.zone is Zone.TITLE else phrase
    assert text.zone is not Zone.HEADING
    if len(text.words) < 2:
        return standing(text.stream)
    return q.Or([standing(text.stream), q.And([standing(word) for word in text.words])])


def titled(stream: str) -> Any:
    return q.Regex("title", f"(?s).*{re.escape(stream)}")


def value_query(field: Field, value: FilterValue) -> Any:
    name = NAMES[field]
    if value is None:
        return q.AndNot(q.Every(), q.Every(name))
    if isinstance(value, YearRange):
        first, last = value.first or 0, value.last or 9999
        return q.TermRange(name, f"{first:04}", f"{last:04}")
    names = str(value).split("/")  # 青禾县/荻溪镇: the names of places one below the other
    above = PLACES[: PLACES.index(name)][::-1] if name in PLACES else ()
    upper = [q.Term(place, n) for place, n in zip(above, names[-2::-1], strict=False)]
    return q.And([q.Term(name, names[-1]), *upper])


def near_query(near: Near) -> Any:
    assert near.scope is Scope.CHARACTERS
    sides = [*positive_texts(near.left)], [*positive_texts(near.right)]
    pairs = product(*sides)
    return q.Or([_in_order(a, b, near.distance) for x, y in pairs for a, b in ((x, y), (y, x))])


def _in_order(first: Text, second: Text, distance: int) -> Any:
    """The second begins with the first or after it, at most `distance` characters behind its end.

    A phrase's span ends where its last gram begins, a character before its own last.
    """
    slop = distance + min(len(first.stream), 2)
    queries = [phrase(first.stream), phrase(second.stream)]
    return SpanNear2(queries, slop=slop, ordered=True, mindist=0)


def literal(node: Node) -> Node:
    """The tree that asks all texts to stand literally, but for those under NOT."""
    match node:
        case Text():
            return Text(node.typed, node.stream, quoted=True, zone=node.zone)
        case And(children):
            return And(tuple(map(literal, children)))
        case Or(children):
            return Or(tuple(map(literal, children)))
    return node


# What Whoosh reads


class WhooshSide:
    """An index as Whoosh opens it from its table of contents."""

    def __init__(self, folder: Path) -> None:
        self.index = open_dir(str(folder), indexname="lawsearch", readonly=True)
        self.searcher = self.index.searcher()
        self.reader = self.searcher.reader()
        self.where = {n: self._where(n) for n in self.reader.all_doc_ids()}

    def _where(self, docnum: int) -> Where:
        stored = self.reader.stored_fields(docnum)
        return stored["report"], int(stored["key"])

    def close(self) -> None:
        """Let go of the index."""
        self.searcher.close()

    def found(self, *trees: Node) -> dict[Where, int]:
        """The sections that match all trees, each with its number in Whoosh."""
        results = self.searcher.search(_all(trees), limit=None)
        return {self.where[docnum]: docnum for _score, docnum in results.top_n}

    def groups(self, fields: Iterable[Field], *trees: Node) -> dict[Field, dict[str, int]]:
        """How many of these sections have each value; "" is unknown."""
        facets = {f.name: FieldFacet(NAMES[f], allow_overlap=f is Field.TOPIC) for f in fields}
        results = self.searcher.search(_all(trees), limit=None, groupedby=facets)
        groups = {field: results.groups(field.name) for field in fields}
        return {f: {v or "": len(docs) for v, docs in found.items()} for f, found in groups.items()}

    def values(self, field: Field, docnum: int) -> tuple[str, ...]:
        """The section's values, from its column."""
        column = self._column(NAMES[field])
        return tuple(column[docnum].split("\n"))

    def path(self, field: Field, docnum: int) -> tuple[str, ...]:
        """The names from the province to the field's; empty for what is no place."""
        depth = PLACES.index(field) + 1 if field in PLACES else 0
        return tuple(self._column(name)[docnum] for name in PLACES[:depth])

    def _column(self, name: str) -> Any:
        return self.reader.column_reader(name)

    def spans(self, stream: str) -> dict[int, list[Span]]:
        """Where a stream stands, by section: from the spans of Whoosh's matcher."""
        matcher = phrase(stream).matcher(self.searcher, self.searcher.context(needs_current=True))
        found: dict[int, list[Span]] = {}
        while matcher.is_active():
            starts = sorted({span.start for span in matcher.spans()})
            found[matcher.id()] = [(at, at + len(stream)) for at in starts]
            matcher.next()
        return found

    def frequencies(self, field: str, term: str) -> dict[int, int]:
        """How often each live section has a term."""
        if (field, term.encode()) not in self.reader:
            return {}
        matcher = self.reader.postings(field, term.encode())
        found: dict[int, int] = {}
        while matcher.is_active():
            found[matcher.id()] = matcher.value_as("frequency")
            assert matcher.weight() == found[matcher.id()]
            matcher.next()
        return found


def _all(trees: Iterable[Node]) -> Any:
    return q.And([q.Every(), *map(translated, trees)])


# The score, as docs/decisions/0008-ranking.md has it

K1, B, HEADING, NEARNESS = 1.2, 0.2, 1.5, 1.5


class Formula:
    """Scores of sections for a tree, from frequencies, lengths and spans that Whoosh reads."""

    def __init__(self, side: WhooshSide, tree: Node) -> None:
        self._side = side
        self.texts = [*dict.fromkeys(positive_texts(tree))]
        lengths = side._column("length") if side.where else {}
        self._lengths = {n: lengths[n] for n in side.where}
        self._mean = sum(self._lengths.values()) / max(len(self._lengths), 1)
        self._terms = [*self._words(), *self._grams()]
        self._spans = {stream: side.spans(stream) for stream in self._streams()}

    def score(self, section: int) -> float:
        """The section's score."""
        total = self._nearness(section)
        for weighted, df in self._terms:
            if f := weighted.get(section, 0.0):
                idf = log(1 + (len(self._lengths) - df + 0.5) / (df + 0.5))
                norm = 1 - B + B * self._lengths[section] / self._mean
                total += idf * f * (K1 + 1) / (f + K1 * norm)
        return total

    def _streams(self) -> set[str]:
        texts = [text for text in self.texts if text.zone is not Zone.TITLE]
        words = {word for text in texts for word in text.words}
        return words | {text.stream for text in texts}

    def _telling(self) -> list[str]:
        return [*without_fillers(w for text in self.texts for w in text.words or (text.stream,))]

    def _words(self) -> Iterator[tuple[Mapping[int, float], int]]:
        """(frequency in each section with the heading's weight, document frequency)."""
        for word in self._telling():
            everywhere = self._side.frequencies("words", word)
            heading = self._side.frequencies("heading_words", word)
            yield (
                {n: f + HEADING * heading.get(n, 0) for n, f in everywhere.items()},
                len(everywhere),
            )

    def _grams(self) -> Iterator[tuple[Mapping[int, float], int]]:
        headings = self._side._column("heading_length") if self._side.where else {}
        for gram in self._pairs():
            found = self._side.spans(gram)
            yield (
                {
                    n: len(spans) + HEADING * (spans[0][0] < headings[n])
                    for n, spans in found.items()
                },
                len(found),
            )

    def _pairs(self) -> list[str]:
        """The pairs of neighbouring characters that no filler touches, each once."""
        telling, pairs = self._telling(), []
        for text in self.texts:
            own = [word for word in text.words or (text.stream,) if word in telling]
            whole = len(own) == len(text.words or (text.stream,))
            pieces = [text.stream] if whole else stretches(text.stream, own)
            pairs += [a + b for piece in pieces for a, b in pairwise(piece)]
        return [*dict.fromkeys(pairs)]

    def standing(self, text: Text, section: int) -> list[list[Span]]:
        """Where the text stands, or each of its words where it does not stand as a whole."""
        if text.zone is Zone.TITLE:
            return []
        if own := self._spans[text.stream].get(section):
            return [own]
        words = (self._spans[word].get(section) for word in without_fillers(text.words))
        return [spans for spans in words if spans]

    def operands(self, section: int) -> list[list[Span]]:
        """The same of all texts."""
        return [spans for text in self.texts for spans in self.standing(text, section)]

    def _nearness(self, section: int) -> float:
        operands = self.operands(section)
        if len(operands) < 2:
            return 0.0
        gaps = [_smallest_gap(left, right) for left, right in pairwise(operands)]
        return sum(NEARNESS / (1 + gap / 10) for gap in gaps) / len(gaps)


def _smallest_gap(left: Sequence[Span], right: Sequence[Span]) -> int:
    return min(max(b - a_end, a - b_end, 0) for (a, a_end), (b, b_end) in product(left, right))


def count_facet(
    side: WhooshSide, field: Field, sections: Mapping[Where, int]
) -> dict[tuple[str, tuple[str, ...]], tuple[int, int]]:
    """By (value, path): (sections, reports); "" is unknown."""
    keys = [
        ((value, side.path(field, docnum)), report)
        for (report, _), docnum in sections.items()
        for value in side.values(field, docnum)
    ]
    counted, reports = Counter(key for key, _ in keys), Counter(key for key, _ in set(keys))
    return {key: (n, reports[key]) for key, n in counted.items()}
