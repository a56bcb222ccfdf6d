"""Runs a query: what was typed, through recognition and tiers, to results."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import fold_stream
from index.engine import Answer, Engine, Mode, Question, Sort
from index.querytree import And, Field, Filter, Node, Not, Text, positive_texts
from search.bounds import Bounded
from search.cutting import Cutter
from search.language import Ignored, parse_query
from search.recognise import KnownPlaces, Recognised, recognise
from search.results import Help, Hit, Recognition, Results, SynonymUse
from search.snippets import Wanted, make_snippets

if TYPE_CHECKING:
    from search.synonyms import Synonyms
    from search.vocabulary import Vocabulary

PLACE_FIELDS = (Field.TOWNSHIP, Field.COUNTY, Field.CITY, Field.PROVINCE)
ALL_FACETS = tuple(Field)
_REMEMBERED = 1000
_HIT_MS = 0.15
"""What reading a passage and marking snippets in it takes, about."""


@dataclass(frozen=True, slots=True)
class Request:
    """A query and what goes with it.

    filters come from flags, at most one a field, and narrow what the query says; so do the queries
    in `within`, each read by itself. Sections that one of the `excluded` filters takes are left
    out. limit None is every hit; page counts from 1. most_ms is what all of it may cost, as it is
    estimated before it runs; None is any.
    """

    query: str
    filters: tuple[Filter, ...] = ()
    exact: bool = False  # only sections that hold every word literally
    literal: bool = False  # years and places are words like others
    sort: Sort = Sort.RELEVANCE
    by_report: bool = False
    limit: int | None = 10
    page: int = 1
    facets: tuple[Field, ...] = ALL_FACETS
    synonyms: Synonyms | None = None
    within: tuple[str, ...] = ()
    excluded: tuple[Filter, ...] = ()
    most_ms: float | None = None


class Understood(NamedTuple):
    """A query ready to be asked, and what there is to tell of it."""

    tree: Node | None  # without its top-level filters
    filters: tuple[Filter, ...]
    recognised: tuple[Recognised, ...]
    ignored: tuple[Ignored, ...]
    synonyms: tuple[SynonymUse, ...]


class _Read(NamedTuple):
    """One of the texts of a request; tree is None when there is nothing in it to search for."""

    tree: Node | None
    recognised: tuple[Recognised, ...]
    ignored: tuple[Ignored, ...]


class Found(NamedTuple):
    """What a request found; bounded is what it may still cost."""

    question: Question
    understood: Understood
    mode: Mode
    answer: Answer
    bounded: Bounded


class Searcher:
    """Answers queries over one engine; what it has learnt of the engine's commit it remembers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._count_literal = lru_cache(_REMEMBERED)(self._count)

    @cached_property
    def known_places(self) -> KnownPlaces:
        """The full names of places in the index."""
        return KnownPlaces(
            (field, value)
            for field in PLACE_FIELDS
            for value in self.engine.values(field)
            if isinstance(value, str)
        )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What can be suggested from the index."""
        from search.vocabulary import Vocabulary

        return Vocabulary(self.engine)

    def run(self, request: Request) -> Results:
        """The results of a query. Never raises for what was typed, but TooCostly."""
        started = time.perf_counter()
        found = self.find(request)
        understood, answer = found.understood, found.answer
        if request.limit is None:  # else they are counted in what it may cost
            found.bounded.demand(len(answer.hits) * _HIT_MS)
        return Results(
            query=request.query,
            recognised=self.counted(understood.recognised),
            ignored=understood.ignored,
            synonyms=understood.synonyms,
            mode=found.mode,
            total_sections=answer.total_sections,
            literal_sections=answer.literal_sections,
            total_reports=answer.total_reports,
            total_occurrences=answer.total_occurrences,
            help=self._help(found),
            hits=self.hits(found),
            took_ms=(time.perf_counter() - started) * 1000,
            page=request.page,
            limit=request.limit or 0,
            facets=answer.facets,
        )

    def find(self, request: Request) -> Found:
        """What a query found, before its passages are read. Raises TooCostly."""
        understood = self.understand(request)
        question = Question(
            tree=understood.tree or And(()),
            filters=understood.filters,
            sort=request.sort,
            by_report=request.by_report,
            offset=(request.page - 1) * (request.limit or 0),
            limit=request.limit,
            facets=request.facets,
        )
        bounded = Bounded(self.engine, request.most_ms)
        bounded.demand((request.limit or 0) * _HIT_MS)
        for stream in {fold_stream(each.word) for each in understood.recognised}:
            bounded.demand(bounded.count_cost(Question(Text(stream, stream, quoted=True))))
        mode, answer = self._ask(question, understood, bounded, relax=not request.exact)
        return Found(question, understood, mode, answer, bounded)

    def understand(self, request: Request) -> Understood:
        """What a query asks for. Never raises for what was typed."""
        read = [self._read(text, request) for text in (request.query, *request.within)]
        tree = _all_hold([each.tree for each in read])
        ignored = [told for each in read for told in each.ignored]
        told: tuple[SynonymUse, ...] = ()
        if tree is not None:
            if request.synonyms is not None:
                tree, told = _expanded(tree, request.synonyms)
            if not request.exact:
                cutter = Cutter(self.engine)
                tree = cutter.cut(tree)
                ignored += cutter.ignored
            if request.excluded:
                tree = _all_hold([tree, *map(Not, request.excluded)])
        tree, filters = _take_filters(tree, request.filters)
        recognised = dict.fromkeys(found for each in read for found in each.recognised)
        return Understood(tree, filters, (*recognised,), (*dict.fromkeys(ignored),), told)

    def _read(self, text: str, request: Request) -> _Read:
        """One of the texts by itself, so that a quotation mark in it stays its own."""
        tree, ignored = parse_query(text)
        if tree is None and not text.strip():
            tree = And(())  # nothing typed: everything, under the filters
        if tree is None or request.literal:
            return _Read(tree, (), ignored)
        return _Read(*recognise(tree, self.known_places), ignored)

    def _ask(
        self, question: Question, understood: Understood, bounded: Bounded, *, relax: bool
    ) -> tuple[Mode, Answer]:
        """The answer, relaxed as far as it must be to hold anything, and may cost."""
        if understood.tree is None:
            return Mode.SECTION, Answer(0, 0, 0, 0, ())
        first = bounded.search(question)
        if first.total_sections or not relax:
            return Mode.SECTION, first
        for mode in (Mode.REPORT, Mode.PARTIAL):
            by_report = question.by_report or mode is Mode.REPORT
            answer = bounded.try_search(replace(question, mode=mode, by_report=by_report))
            if answer is None:
                break  # a part is never shown where a whole report may hold everything
            if answer.total_sections:
                return mode, answer
        return Mode.SECTION, first

    def _help(self, found: Found) -> Help | None:
        is_answered = found.mode is Mode.SECTION and found.answer.total_sections
        if found.understood.tree is None or is_answered:
            return None
        from search.help import explain_nothing

        return explain_nothing(found.bounded, found.question, self.vocabulary)

    def counted(self, recognised: Sequence[Recognised]) -> tuple[Recognition, ...]:
        """The words that were read as filters, with how many sections hold each literally."""
        counts = {word: self._count_literal(word) for word in {r.word for r in recognised}}
        return tuple(Recognition(r.field, r.value, r.word, counts[r.word]) for r in recognised)

    def _count(self, word: str) -> int:
        return self.engine.count(fold_stream(word))

    def hits(self, found: Found, start: int = 0, end: int | None = None) -> tuple[Hit, ...]:
        """The hits found, or those from start to end, with what is shown of them."""
        question, chosen = found.question, found.answer.hits[start:end]
        wanted = Wanted(tuple(dict.fromkeys(positive_texts(question.tree))))
        passages = self.engine.passages([hit.number for hit in chosen])
        return tuple(
            Hit(
                rank=rank,
                score=hit.score,
                tier=hit.tier,
                passage=passage,
                snippets=make_snippets(passage, wanted),
                sections=hit.sections,
            )
            for rank, (hit, passage) in enumerate(
                zip(chosen, passages, strict=True), question.offset + start + 1
            )
        )


def _expanded(tree: Node, synonyms: Synonyms) -> tuple[Node, tuple[SynonymUse, ...]]:
    from search.synonyms import expand

    tree, used = expand(tree, synonyms)
    return tree, tuple(SynonymUse(each.word, each.others) for each in used)


def _all_hold(trees: Iterable[Node | None]) -> Node | None:
    """All of the trees, None where there is none of them.

    Filters of one field in two of them are not put together: both hold, so that one narrows.
    """
    known = [tree for tree in trees if tree is not None]
    children = [
        node for tree in known for node in (tree.children if isinstance(tree, And) else (tree,))
    ]
    if not known:
        return None
    return children[0] if len(children) == 1 else And(tuple(children))


def _take_filters(
    tree: Node | None, flags: Sequence[Filter]
) -> tuple[Node | None, tuple[Filter, ...]]:
    """(the tree without its top-level filters, one filter a field); flags come first.

    What is left over (a second filter on a field) stays in the tree: both must hold.
    """
    taken = {filter.field: filter for filter in flags}
    if tree is None:
        return None, tuple(taken.values())
    rest: list[Node] = []
    for child in tree.children if isinstance(tree, And) else (tree,):
        if isinstance(child, Filter) and child.field not in taken:
            taken[child.field] = child
        else:
            rest.append(child)
    kept = rest[0] if len(rest) == 1 else And(tuple(rest))
    return kept, tuple(taken.values())
