"""Runs a query: what was typed, through recognition and tiers, to results."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index.engine import Answer, Engine, Mode, Question, Sort
from index.model import Report, Section
from index.querytree import And, Field, Filter, Node, positive_texts
from search.cutting import Cutter
from search.help import explain_nothing
from search.language import Parsed, parse_query
from search.recognise import KnownPlaces, Recognised, recognise
from search.results import Help, Hit, Recognition, Results, SynonymUse
from search.snippets import make_snippets
from search.synonyms import Synonyms, expand

PLACE_FIELDS = (Field.TOWNSHIP, Field.COUNTY, Field.CITY, Field.PROVINCE)
ALL_FACETS = tuple(Field)


@dataclass(frozen=True, slots=True)
class Request:
    """A query and what goes with it.

    filters come from flags, at most one a field, and narrow what the query says. limit None is
    every hit; page counts from 1.
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


@dataclass(frozen=True, slots=True)
class _Understood:
    """A query ready to be asked."""

    tree: Node | None  # without its top-level filters
    filters: tuple[Filter, ...]
    recognised: tuple[Recognised, ...]
    parsed: Parsed
    synonyms: tuple[SynonymUse, ...]


class Searcher:
    """Answers queries over one engine; remembers the places that the engine knows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @cached_property
    def known_places(self) -> KnownPlaces:
        """The full names of places in the index."""
        return KnownPlaces(
            (field, value)
            for field in PLACE_FIELDS
            for value in self.engine.values(field)
            if isinstance(value, str)
        )

    def run(self, request: Request) -> Results:
        """The results of a query. Never raises for what was typed."""
        started = time.perf_counter()
        understood = self._understand(request)
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
        return Results(
            query=request.query,
            recognised=self._counted(understood.recognised),
            ignored=understood.parsed.ignored,
            synonyms=understood.synonyms,
            mode=mode,
            total_sections=answer.total_sections,
            literal_sections=answer.literal_sections,
            total_reports=answer.total_reports,
            total_occurrences=answer.total_occurrences,
            help=self._help(question, understood, mode, answer),
            took_ms=(time.perf_counter() - started) * 1000,
            page=request.page,
            limit=request.limit or 0,
            facets=answer.facets,
            hits=self._hits(question, answer),
        )

    def _understand(self, request: Request) -> _Understood:
        parsed = parse_query(request.query)
        tree: Node | None = parsed.tree
        recognised: tuple[Recognised, ...] = ()
        if tree is not None and not request.literal:
            tree, recognised = recognise(tree, self.known_places)
        if tree is None and not request.query.strip():
            tree = And(())  # nothing typed: everything, under the flags' filters
        told: tuple[SynonymUse, ...] = ()
        if tree is not None:
            if request.synonyms is not None:
                tree, expanded = expand(tree, request.synonyms)
                told = tuple(SynonymUse(e.word, e.others) for e in expanded)
            if not request.exact:
                cutter = Cutter(self.engine)
                tree = cutter.cut(tree)
                parsed = replace(parsed, ignored=(*parsed.ignored, *cutter.ignored))
        tree, filters = _take_filters(tree, request.filters)
        return _Understood(tree, filters, recognised, parsed, told)

    def _ask(
        self, question: Question, understood: _Understood, *, relax: bool
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
        self, question: Question, understood: _Understood, mode: Mode, answer: Answer
    ) -> Help | None:
        if understood.tree is None or (mode is Mode.SECTION and answer.total_sections):
            return None
        return explain_nothing(self.engine, question)

    def _counted(self, recognised: Sequence[Recognised]) -> tuple[Recognition, ...]:
        counts = {word: self._count_literal(word) for word in {r.word for r in recognised}}
        return tuple(Recognition(r.field, r.value, r.word, counts[r.word]) for r in recognised)

    def _count_literal(self, word: str) -> int:
        (text,) = positive_texts(parse_query(f'"{word}"').tree or And(()))
        return self.engine.search(Question(text, limit=0)).total_sections

    def _hits(self, question: Question, answer: Answer) -> tuple[Hit, ...]:
        reports = self.engine.fetch({found.report_id for found in answer.hits})
        texts = tuple(dict.fromkeys(positive_texts(question.tree)))
        hits = []
        for rank, found in enumerate(answer.hits, question.offset + 1):
            report = reports[found.report_id]
            section = report.sections[found.ordinal]
            hits.append(
                Hit(
                    rank=rank,
                    score=found.score,
                    tier=found.tier,
                    report=report,
                    section=section,
                    heading_path=heading_path(report, section),
                    snippets=make_snippets(report, section, texts),
                    sections=found.sections,
                )
            )
        return tuple(hits)


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


def heading_path(report: Report, section: Section) -> tuple[str, ...]:
    """Labels of the headings that lead to a section, its own last: 一、…, (四)…"""
    by_key = {s.key: s for s in report.sections}
    return tuple(heading_label(by_key[key]) for key in _prefixes(section.key) if key in by_key)


def _prefixes(key: str) -> Iterator[str]:
    parts = key.split(".")
    for n in range(1, len(parts) + 1):
        yield ".".join(parts[:n])


def heading_label(section: Section) -> str:
    """A heading as it is shown: its number with the usual stop, then its text."""
    if not section.number:
        return section.heading
    number = section.number[-1]
    stop = "" if number.startswith("(") else "." if number.isascii() else "、"
    return f"{number}{stop}{section.heading}"
