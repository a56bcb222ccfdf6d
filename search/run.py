"""Runs a query: what was typed, through recognition and tiers, to results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import fold_stream
from index.engine import Answer, Engine, Mode, Question, Sort
from index.querytree import And, Field, Filter, Node, Not, positive_texts
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


@dataclass(frozen=True, slots=True)
class Request:
    """A query and what goes with it.

    filters come from flags, at most one a field, and narrow what the query says; within are queries
    of their own that narrow it too; sections that one of the excluded filters takes are left out.
    limit None is every hit; page counts from 1.
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
    most_ms: float | None = None  # what it may cost, as estimated before it runs


class Understood(NamedTuple):
    """A query ready to be asked, and what there is to tell of it."""

    tree: Node | None  # without its top-level filters
    filters: tuple[Filter, ...]
    recognised: tuple[Recognised, ...]
    ignored: tuple[Ignored, ...]
    synonyms: tuple[SynonymUse, ...]


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
        """The results of a query. Never raises for what was typed."""
        started = time.perf_counter()
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
        mode, answer = self._ask(question, understood, relax=not request.exact)
        recognised = self.counted(understood.recognised)
        help = self._help(question, understood, mode, answer)
        hits = self._hits(question, answer)
        return Results(
            query=request.query,
            recognised=recognised,
            ignored=understood.ignored,
            synonyms=understood.synonyms,
            mode=mode,
            total_sections=answer.total_sections,
            literal_sections=answer.literal_sections,
            total_reports=answer.total_reports,
            total_occurrences=answer.total_occurrences,
            help=help,
            took_ms=(time.perf_counter() - started) * 1000,
            page=request.page,
            limit=request.limit or 0,
            facets=answer.facets,
            hits=hits,
        )

    def understand(self, request: Request) -> Understood:
        """What a query asks for. Never raises for what was typed."""
        read = [self._read(text, request) for text in (request.query, *request.within)]
        ignored = tuple(each for _tree, _found, told in read for each in told)
        recognised = tuple(each for _tree, found, _told in read for each in found)
        tree = _all_hold([tree for tree, _found, _told in read])
        told: tuple[SynonymUse, ...] = ()
        if tree is not None:
            if request.synonyms is not None:
                tree, told = _expanded(tree, request.synonyms)
            if not request.exact:
                cutter = Cutter(self.engine)
                tree = cutter.cut(tree)
                ignored = (*ignored, *cutter.ignored)
        if tree is not None and request.excluded:
            tree = _all_hold([tree, *(Not(filter) for filter in request.excluded)])
        tree, filters = _take_filters(tree, request.filters)
        return Understood(tree, filters, recognised, ignored, told)

    def _read(
        self, text: str, request: Request
    ) -> tuple[Node | None, tuple[Recognised, ...], tuple[Ignored, ...]]:
        """One of the texts as a tree, None when nothing can match it; what was read in it."""
        tree, ignored = parse_query(text)
        if tree is None:  # nothing typed: everything, under the filters
            return None if text.strip() else And(()), (), ignored
        if request.literal:
            return tree, (), ignored
        return *recognise(tree, self.known_places), ignored

    def _ask(
        self, question: Question, understood: Understood, *, relax: bool
    ) -> tuple[Mode, Answer]:
        """The answer, relaxed as far as it must be to hold anything."""
        if understood.tree is None:
            return Mode.SECTION, Answer(0, 0, 0, 0, ())
        first = self.engine.search(question)
        if first.total_sections or not relax:
            return Mode.SECTION, first
        for mode in (Mode.REPORT, Mode.PARTIAL):
            by_report = question.by_report or mode is Mode.REPORT
            answer = self.engine.search(replace(question, mode=mode, by_report=by_report))
            if answer.total_sections:
                return mode, answer
        return Mode.SECTION, first

    def _help(
        self, question: Question, understood: Understood, mode: Mode, answer: Answer
    ) -> Help | None:
        if understood.tree is None or (mode is Mode.SECTION and answer.total_sections):
            return None
        from search.help import explain_nothing

        return explain_nothing(self.engine, question, self.vocabulary)

    def counted(self, recognised: Sequence[Recognised]) -> tuple[Recognition, ...]:
        """The words that were read as filters, with how many sections hold each literally."""
        counts = {word: self._count_literal(word) for word in {r.word for r in recognised}}
        return tuple(Recognition(r.field, r.value, r.word, counts[r.word]) for r in recognised)

    def _count(self, word: str) -> int:
        return self.engine.count(fold_stream(word))

    def _hits(self, question: Question, answer: Answer) -> tuple[Hit, ...]:
        wanted = Wanted(tuple(dict.fromkeys(positive_texts(question.tree))))
        passages = self.engine.passages([hit.number for hit in answer.hits])
        return tuple(
            Hit(
                rank=rank,
                score=found.score,
                tier=found.tier,
                passage=passage,
                snippets=make_snippets(passage, wanted),
                sections=found.sections,
            )
            for rank, (found, passage) in enumerate(
                zip(answer.hits, passages, strict=True), question.offset + 1
            )
        )


def _expanded(tree: Node, synonyms: Synonyms) -> tuple[Node, tuple[SynonymUse, ...]]:
    from search.synonyms import expand

    tree, used = expand(tree, synonyms)
    return tree, tuple(SynonymUse(each.word, each.others) for each in used)


def _all_hold(trees: Sequence[Node | None]) -> Node | None:
    """All of the trees; filters of one field in two of them both hold, so that one narrows."""
    children: list[Node] = []
    for tree in trees:
        if tree is None:
            return None
        children.extend(tree.children if isinstance(tree, And) else (tree,))
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
