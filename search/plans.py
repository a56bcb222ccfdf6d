"""Last year's plan against this year's achievements: which of them speak of the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import sqrt
from statistics import fmean
from typing import Final, NamedTuple

from index.analysis import domain_words, fold_stream, segmenter, without_furniture, words
from index.engine import Engine
from index.fillers import without_fillers
from index.model import Part, Report, Span
from index.ranking import idf
from index.record import section_id

MOST_MEASURES: Final = 500
"""Measures of each report that are compared; each of one is with each of the other."""
_MOST: Final = 3  # achievements that are told for one plan
_LEAST_ALIKE: Final = 0.1  # found on sample reports: above it most pairs speak of one thing …
_LEAST_WORDS: Final = 2
_LEAST_NAMED: Final = 0.02  # … and so they do when both name one practice (法律明白人)
_NAMED: Final = 2.0  # what the square of such a name's weight counts against another word's
_SHOWN_TERMS: Final = 5


class Measure(NamedTuple):
    """One action of a report: its id, its span in the source, its text, its words.

    heading is that of the section where it is below the part's and has no other measure.
    """

    id: str
    span: Span
    heading: str
    text: str
    words: frozenset[str]

    @property
    def shown(self) -> str:
        """The text, after its heading where it has one to itself."""
        return f"{self.heading}：{self.text}" if self.heading else self.text


class Term(NamedTuple):
    """A word that two measures share, and what it weighs."""

    term: str
    weight: float


class Done(NamedTuple):
    """An achievement that speaks of what was planned.

    score is the cosine of the weights of their words, but a long measure counts as less long.
    """

    measure: Measure
    score: float
    terms: tuple[Term, ...]


class PlanMatch(NamedTuple):
    """A measure of last year's plan, and what this year's achievements say of it, best first."""

    plan: Measure
    done: tuple[Done, ...]


def follow_plans(engine: Engine, first: Report, second: Report) -> tuple[PlanMatch, ...] | None:
    """Each plan of the first report with achievements of the second; None where they do not follow.

    They do when both are of the same township and the second is of the year after the first.
    """
    if not _follow(first, second):
        return None
    plans = list(islice(_measures(first, Part.PLANS), MOST_MEASURES))
    achievements = list(islice(_measures(second, Part.ACHIEVEMENTS), MOST_MEASURES))
    if not plans:
        return ()
    likeness = _Likeness(engine, plans, achievements)
    return tuple(PlanMatch(plan, likeness.done(plan)) for plan in plans)


def _follow(first: Report, second: Report) -> bool:
    if first.year is None or second.year != first.year + 1:
        return False
    return first.place == second.place and first.place.township is not None


def _measures(report: Report, part: Part) -> Iterator[Measure]:
    """The measures of one part; one that is its whole section speaks with its heading."""
    cut = segmenter().cut
    for section in report.sections:
        if section.part is not part:
            continue
        heading = section.heading if len(section.measures) == 1 else ""
        for number, span in enumerate(section.measures, 1):
            parts = without_furniture(span, report.furniture)
            own = "".join(report.source[slice(*each)] for each in parts)
            if not own.strip():
                continue
            text = report.source[slice(*span)]
            found = words(fold_stream(heading + own), cut)
            telling = frozenset(word for word in without_fillers(found) if _is_telling(word))
            id = f"{section_id(report.id, section)}-m{number}"
            yield Measure(id, span, heading if "." in section.key else "", text, telling)


def _is_telling(word: str) -> bool:
    return len(word) > 1 and not (word.isascii() and any(c.isdigit() for c in word))


class _Likeness:
    """How alike plans and achievements are, by words that weigh the more the fewer have them."""

    def __init__(
        self, engine: Engine, plans: Sequence[Measure], achievements: Sequence[Measure]
    ) -> None:
        known = {word for measure in (*plans, *achievements) for word in measure.words}
        frequencies = engine.frequencies(known)
        sections = sum(1 for _ in engine.live_sections())
        self._weights = {word: idf(sections, max(1, frequencies[word])) for word in known}
        self._names = known.intersection(domain_words())
        self._lengths = [(each, self._length(each)) for each in achievements]
        self._mean = fmean(length for _, length in self._lengths) if achievements else 0.0

    def done(self, plan: Measure) -> tuple[Done, ...]:
        """The achievements that speak of what was planned, best first."""
        own = self._length(plan)
        found = [
            done
            for achievement, length in self._lengths
            if (done := self._compare(plan, own, achievement, length)) is not None
        ]
        return tuple(sorted(found, key=lambda done: -done.score)[:_MOST])

    def _compare(
        self, plan: Measure, own: float, achievement: Measure, length: float
    ) -> Done | None:
        weights, shared = self._weights, plan.words & achievement.words
        if not shared:
            return None
        named = self._names & shared
        factors = ((word, _NAMED if word in named else 1) for word in sorted(shared))
        squares = sum(weights[word] ** 2 * factor for word, factor in factors)
        score = squares / (own * sqrt(length * self._mean))
        if score < (_LEAST_NAMED if named else _LEAST_ALIKE):
            return None
        if not named and len(shared) < _LEAST_WORDS:
            return None
        terms = sorted((Term(word, weights[word]) for word in shared), key=_by_weight)
        return Done(achievement, score, tuple(terms[:_SHOWN_TERMS]))

    def _length(self, measure: Measure) -> float:
        return sqrt(sum(self._weights[word] ** 2 for word in sorted(measure.words)))


def _by_weight(term: Term) -> tuple[float, str]:
    return -term.weight, term.term
