"""Reports, sections and measures by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from index.engine import Engine
from index.errors import NotFound
from index.model import Report, Section, Span
from index.record import report_json, section_json
from search.results import Json

LONGEST: Final = 200
"""Characters of a wrong id that near ones are looked for with."""
MOST_NEAR: Final = 6
"""Ids that hold what was typed, and are told."""
MOST_INSIDE: Final = 8
"""Sections of a report, or measures of a section, that are told where another was asked for."""
_ID = re.compile(r"(?P<report>[^#]+)(?:#(?P<key>[^#]+?)(?:-m(?P<measure>[0-9]{1,6}))?)?")


@dataclass(frozen=True, slots=True)
class Found:
    """What an id names: a report, maybe a section of it, maybe a measure of that."""

    report: Report
    section: Section | None = None
    measure: Span | None = None

    def json(self) -> Json:
        """The JSON object of what was named."""
        if self.section is None:
            return report_json(self.report)
        found = section_json(self.report, self.section)
        if self.measure is None:
            return found | {"report": self.report.id}
        number = self.section.measures.index(self.measure)
        measure: Json = found["measures"][number]
        return measure | {"report": self.report.id}


def find(engine: Engine, id: str) -> Found:
    """What the id names. Raises NotFound with ids that are near."""
    parts = _ID.fullmatch(id.strip())
    reports = engine.fetch([parts["report"]]) if parts else {}
    if not parts or parts["report"] not in reports:
        raise NotFound(id, _near(parts["report"] if parts else id, engine.report_ids()))
    report = reports[parts["report"]]
    if parts["key"] is None:
        return Found(report)
    section = next((s for s in report.sections if s.key == parts["key"]), None)
    if section is None:
        raise NotFound(id, [f"{report.id}#{s.key}" for s in report.sections[:MOST_INSIDE]])
    if parts["measure"] is None:
        return Found(report, section)
    number = int(parts["measure"])
    if not 1 <= number <= len(section.measures):
        numbers = range(1, min(len(section.measures), MOST_INSIDE) + 1)
        raise NotFound(id, [f"{report.id}#{section.key}-m{n}" for n in numbers])
    return Found(report, section, section.measures[number - 1])


def _near(wanted: str, ids: Iterable[str]) -> list[str]:
    """The ids that share most of their letters with what was typed, best first.

    Where some hold all of it, as the name of a township, these: the last years first.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    typed, known = wanted[:LONGEST].strip(), [*ids]
    if len(typed) > 1 and (holding := [id for id in known if typed in id]):
        return sorted(holding, key=_year_of, reverse=True)[:MOST_NEAR]
    found = process.extract(
        typed, known, scorer=Indel.normalized_similarity, limit=3, score_cutoff=0.5
    )
    return [id for id, _score, _place in found]


def _year_of(id: str) -> tuple[str, str]:
    """(year, place) of a report's id, to sort by."""
    name, _dash, year = id.rpartition("-")
    return year, name
