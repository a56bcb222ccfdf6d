"""Finds the measures of other townships that say what a measure, or a text, says.

What is looked for is a text's telling words; those of the first measures found are looked for as
well, at less weight, so that other words for the same thing are found. How well that works, and
what else was tried, is in docs/decisions.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import Final, NamedTuple

from index.analysis import fold_stream, kept_offsets
from index.engine import Engine, Likeness
from index.errors import NoMeasure
from index.model import Level, Part, Report, Section, Span
from index.passage import Passage
from index.places import Places
from index.querytree import Field, Filter
from index.record import section_id
from search.agreeing import Readable, agreements, longest
from search.alike import Similar, SimilarHit, SimilarQuery, Term
from search.measures import (
    LONGEST,
    Measure,
    contributions,
    heading_of,
    measures_of,
    source_offsets,
    text_of,
)
from search.sametext import Originals
from search.show import find
from search.telling import Telling, heaviest, whole

MOST_TERMS: Final = 8
"""Terms of a hit that are told."""
_POOLS: Final = (50, 400, 1600)
"""Sections whose measures are looked at; more of them where these are copies of one another."""
_FIRST_POOL: Final = 30
_FED_BACK: Final = 10
"""The words of so many measures of the first pool, none copies, are looked for as well …"""
_LEAST_FED_BACK: Final = 0.3  # … if they score at least so much of what the best one does;
_RELATED_WORDS: Final = 30  # so many words, …
_RELATED: Final = 2.5  # … at so much of their weight where all these measures have them, …
_WITHOUT: Final = 2  # … and as if so many of the best did not.
_OTHER_PART: Final = 0.65
"""What a measure counts that stands in another part of its report than the query does."""
_LEAST_REST: Final = 8
"""Characters that a text must have beyond common form: less cannot be told from it."""
_SEEN_THROUGH: Final = 30
"""Of so many best measures the common form is blotted out."""
_LEAST_SCORE: Final = 0.05
"""Part of what the query's own words give that a hit must have, one of them among its words."""
_COPY_SCORE: Final = 0.6
"""A measure that scores less than so much of the last hit is the copy of none."""
_LISTED: Final = 8
_REMEMBERED: Final = 2000  # sections; some 6 MB


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """What to find the like of: a measure or section by its id, or a text; one of the two.

    filters are on what is found; without one on the level it is reports of townships. Measures of
    the same report are never found, those of the same township in other years only where
    same_township says so. limit None is all.
    """

    id: str | None = None
    text: str | None = None
    filters: tuple[Filter, ...] = ()
    same_township: bool = False
    limit: int | None = 10


class _Asked(NamedTuple):
    """What to find the like of. part, place and report are those that it stands in, if any."""

    id: str | None
    readable: Readable
    left_out: int
    heading: str = ""
    part: Part | None = Part.ACHIEVEMENTS  # of a typed text: it tells of what is done
    place: Places | None = None
    report: str | None = None


class _Wanted(NamedTuple):
    """The same, with what tells nothing blotted out of its text and its headings."""

    asked: _Asked
    told: SimilarQuery
    visible: str
    heading: str


class _Scored(NamedTuple):
    score: float
    measure: Measure
    added: Mapping[str, float]


class _Group(NamedTuple):
    """A measure and its copies, as they were found."""

    best: _Scored
    copies: list[Measure]


class SimilarFinder:
    """Finds the like over one engine; what it has learnt of the engine's commit it remembers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._telling = Telling(engine)
        self._known: dict[int, list[Measure]] = {}

    def find(self, request: SimilarRequest) -> Similar:
        """The measures most like what was asked for. Raises NotFound, NoMeasure."""
        started = time.perf_counter()
        wanted = self._seen_through(self._asked(request))
        nothing = _is_common_form(wanted)
        hits = () if nothing else self._hits(wanted, request)
        took_ms = (time.perf_counter() - started) * 1000
        return Similar(wanted.told, nothing, took_ms, hits)

    # What is looked for

    def _asked(self, request: SimilarRequest) -> _Asked:
        if request.id is None:
            text, left_out = _bounded(request.text or "")
            readable = Readable(fold_stream(text), kept_offsets(text), text, 0)
            return _Asked(None, readable, left_out)
        passage, spans = self._named(request.id)
        stream, left_out = _bounded("".join(text_of(passage, span) for span in spans))
        offsets = [at for span in spans for at in source_offsets(passage, span)][: len(stream)]
        start, end = offsets[0], offsets[-1] + 1
        place = passage.place
        return _Asked(
            request.id,
            Readable(stream, offsets, passage.cut(start, end), start),
            left_out,
            heading_of(passage),
            passage.part,
            (place.province, place.city, place.county, place.township),
            passage.report_id,
        )

    def _seen_through(self, asked: _Asked) -> _Wanted:
        """What is asked for, with its common form found."""
        readable, heading = asked.readable, asked.heading
        forms = self.engine.common_form([readable.stream, heading])
        common, above = whole(readable.stream, forms[0]), whole(heading, forms[1])
        told = SimilarQuery(
            asked.id,
            readable.shown,
            readable.start,
            readable.start + len(readable.shown),
            tuple(readable.source_span(*each) for each in common),
            asked.left_out,
        )
        hide = self._telling.hidden
        return _Wanted(asked, told, hide(readable.stream, common), hide(heading, above))

    def _named(self, id: str) -> tuple[Passage, list[Span]]:
        """The passage that an id names, and which measures of it. Raises NotFound, NoMeasure."""
        found = find(self.engine, id)
        report, section = found.report, found.section
        if section is None:
            raise NoMeasure(id, _measure_ids(report, report.sections))
        spans = [found.measure] if found.measure is not None else list(section.measures)
        number = self.engine.section_number(report.id, report.sections.index(section))
        if number is None or not spans:
            below = [s for s in report.sections if s.key.startswith(f"{section.key}.")]
            raise NoMeasure(id, _measure_ids(report, below))
        passage = self.engine.passages([number])[0]
        if not any(source_offsets(passage, span) for span in spans):
            raise NoMeasure(id)
        return passage, spans

    # What is found

    def _hits(self, wanted: _Wanted, request: SimilarRequest) -> tuple[SimilarHit, ...]:
        own_words = self._telling.weigh(wanted.visible, wanted.heading)
        if not own_words:
            return ()
        groups, words = self._groups(own_words, wanted, request)
        mean = fmean(len(group.best.measure.text) for group in groups) if groups else 1.0
        above = {word for word in words if word in wanted.heading}
        own = contributions(words, wanted.visible, above, mean)
        whole_score = sum(own.values()) or 1.0
        told = (
            group
            for group in groups
            if group.best.score >= _LEAST_SCORE * whole_score
            and not own_words.keys().isdisjoint(group.best.added)
        )
        return tuple(_hit(n, group, wanted, words, whole_score) for n, group in enumerate(told, 1))

    def _groups(
        self, words: Mapping[str, float], wanted: _Wanted, request: SimilarRequest
    ) -> tuple[list[_Group], Mapping[str, float]]:
        """(the wanted number of groups, best first; the words that they were found by)."""
        pools = _POOLS if request.limit else _POOLS[-1:]
        first, _ = self._ranked(words, wanted, request, _FIRST_POOL)
        words = {**words, **self._related(words, first)}
        for pool in pools:
            scored, is_all = self._ranked(words, wanted, request, pool)
            groups = _grouped(self._reconsidered(scored, words, wanted), request.limit)
            if is_all or len(groups) == request.limit:
                break
        return groups, words

    def _ranked(
        self, words: Mapping[str, float], wanted: _Wanted, request: SimilarRequest, pool: int
    ) -> tuple[list[_Scored], bool]:
        """(measures of so many sections, most like the words first; whether there are no more)."""
        apart = None if request.same_township else wanted.asked.place
        filters = request.filters
        if all(filter.field is not Field.LEVEL for filter in filters):
            filters = (*filters, Filter(Field.LEVEL, (Level.TOWNSHIP,)))
        found = self.engine.like(Likeness(words, filters, apart, pool))
        numbers = [each.number for each in found if each.report_id != wanted.asked.report]
        measures = [m for number in numbers for m in self._measures(number)]
        mean = fmean(len(m.text) for m in measures) if measures else 1.0
        scored = _scored(measures, [m.text for m in measures], words, wanted.asked.part, mean)
        return scored, len(found) < pool

    def _measures(self, section: int) -> list[Measure]:
        """The measures of a section; those of the last sections are remembered."""
        if section not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[section] = measures_of(section, *self.engine.passages([section]))
        return self._known[section]

    def _reconsidered(
        self, scored: Sequence[_Scored], words: Mapping[str, float], wanted: _Wanted
    ) -> list[_Scored]:
        """The same, the best of them scored without their common form."""
        best, rest = scored[:_SEEN_THROUGH], scored[_SEEN_THROUGH:]
        mean = fmean(len(s.measure.text) for s in scored) if scored else 1.0
        measures = [s.measure for s in best]
        again = _scored(measures, self._visible(measures), words, wanted.asked.part, mean)
        return _by_score([*again, *rest])

    def _visible(self, measures: Sequence[Measure]) -> list[str]:
        """The texts of measures, with what tells nothing as a whole blotted out."""
        texts = [measure.text for measure in measures]
        forms = self.engine.common_form(texts)
        hide = self._telling.hidden
        return [hide(text, whole(text, form)) for text, form in zip(texts, forms, strict=True)]

    def _related(self, words: Mapping[str, float], scored: Sequence[_Scored]) -> dict[str, float]:
        """What the words weigh that the first measures found have and the query has not.

        The more of these measures have a word, the better ones count more, the more it weighs; as
        if there were a few more without it, so that a single measure does not lead away.
        """
        first = _fed_back(scored)
        unit = _RELATED / (sum(s.score for s in first) + _WITHOUT * first[0].score) if first else 0
        weights: defaultdict[str, float] = defaultdict(float)
        texts = self._visible([s.measure for s in first])
        headings = (s.measure.heading for s in first)
        found = [
            self._telling.words(f"{text}\n{heading}").keys() - words.keys()
            for text, heading in zip(texts, headings, strict=True)
        ]
        rare = self._telling.rarity(set().union(*found), least=2)  # asked for together
        for each, held in zip(first, found, strict=True):
            for word in held & rare.keys():
                weights[word] += unit * rare[word] * each.score
        return heaviest(weights, _RELATED_WORDS)


def find_similar(engine: Engine, request: SimilarRequest) -> Similar:
    """The measures most like what was asked for; a lasting process keeps a SimilarFinder."""
    return SimilarFinder(engine).find(request)


def _bounded(text: str) -> tuple[str, int]:
    """(as much of a text as is looked at, how many characters are left out)."""
    return text[:LONGEST], max(0, len(text) - LONGEST)


def _is_common_form(wanted: _Wanted) -> bool:
    """Whether next to nothing is left of a text beside its common form."""
    rest = sum(character.isalnum() for character in wanted.visible)
    return bool(wanted.told.common_form) and rest < _LEAST_REST


def _measure_ids(report: Report, sections: Iterable[Section]) -> list[str]:
    """The ids of the first measures of some sections."""
    ids = (
        f"{section_id(report.id, section)}-m{n}"
        for section in sections
        for n in range(1, len(section.measures) + 1)
    )
    return [id for id, _ in zip(ids, range(_LISTED), strict=False)]


def _scored(
    measures: Sequence[Measure],
    texts: Sequence[str],
    words: Mapping[str, float],
    part: Part | None,
    mean_length: float,
) -> list[_Scored]:
    """The measures by their score; texts are what counts of each."""
    found = []
    for _, group in groupby(zip(measures, texts, strict=True), lambda pair: pair[0].section):
        together = [*group]  # of one section: most words stand in none of its measures
        passage, heading = together[0][0].passage, together[0][0].heading
        all_text = "\n".join(text for _, text in together)
        above = frozenset(word for word in words if word in heading)
        held = {w: weight for w, weight in words.items() if w in above or w in all_text}
        own = passage.part
        factor = 1.0 if part is None or own is None or own is part else _OTHER_PART
        for measure, text in together:
            added = contributions(held, text, above, mean_length)
            found.append(_Scored(factor * sum(added.values()), measure, added))
    return _by_score(found)


def _by_score(scored: Iterable[_Scored]) -> list[_Scored]:
    """Those with a score, best first; equal ones by their ids."""
    found = [each for each in scored if each.score > 0]
    return sorted(found, key=lambda s: (-s.score, s.measure.passage.report_id, *s.measure.place))


def _grouped(scored: Iterable[_Scored], limit: int | None) -> list[_Group]:
    """The best measures, no two of them copies; each with its copies among the rest."""
    groups: list[_Group] = []
    originals = Originals()
    for each in scored:
        if len(groups) == limit and each.score < _COPY_SCORE * groups[-1].best.score:
            break
        number = originals.find(each.measure.text)
        if number is not None:
            groups[number].copies.append(each.measure)
        elif len(groups) != limit:
            groups.append(_Group(each, []))
            originals.add(each.measure.text)
    return groups


def _fed_back(scored: Iterable[_Scored]) -> list[_Scored]:
    """The best measures, no two of them copies, that are not far below the first."""
    originals = Originals()
    found: list[_Scored] = []
    for each in scored:
        if len(found) == _FED_BACK or (found and each.score < _LEAST_FED_BACK * found[0].score):
            break
        if originals.find(each.measure.text) is None:
            originals.add(each.measure.text)
            found.append(each)
    return found


def _hit(
    rank: int, group: _Group, wanted: _Wanted, words: Mapping[str, float], whole_score: float
) -> SimilarHit:
    measure, span = group.best.measure, group.best.measure.span
    offsets = source_offsets(measure.passage, span)
    shown = measure.passage.cut(*span)
    found = Readable(measure.text, offsets, shown, span.start)
    held = wanted.visible + "\n" + wanted.heading
    of_query = {word: weight for word, weight in words.items() if word in wanted.visible}
    return SimilarHit(
        rank=rank,
        score=group.best.score / whole_score,
        measure=measure,
        terms=_terms(group.best.added, held),
        agreements=tuple(agreements(wanted.asked.readable, found, of_query)),
        copies=tuple(group.copies),
    )


def _terms(added: Mapping[str, float], held: str) -> tuple[Term, ...]:
    """What carried a hit, most first; a word counts with the longer one that it is a part of."""
    terms = dict.fromkeys(longest(added), 0.0)
    for word, weight in added.items():
        terms[next(term for term in terms if word in term)] += weight
    order = heaviest(terms, MOST_TERMS)
    return tuple(Term(word, weight, word in held) for word, weight in order.items())
