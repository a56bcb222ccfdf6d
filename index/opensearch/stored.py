"""What is read back of a document: the report, its row, its sections' passages."""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64decode
from collections.abc import Sequence
from typing import Final, NamedTuple

from index.engine import ReportRow
from index.model import Kind, Level, Part, Place, Report
from index.opensearch.mapping import Json
from index.opensearch.spelling import known_year
from index.passage import Passage
from index.places import Places
from index.prepared import read_record
from index.record import from_record, join_source
from index.segments.stored import unpack

CARD_SOURCE: Final = ("card",)
"""Of a document, what `card_of` reads."""
REPORT_SOURCE: Final = ("card", "record", "sections.piece", "sections.begin")
"""Of a document, what `report_of` reads."""


class Card(NamedTuple):
    """What is shown of a report that was found; year is as the report has it."""

    id: str
    title: str | None
    file: str
    year: int | None
    issued: str | None
    places: Places
    level: Level
    kind: Kind


def card_of(source: Json) -> Card:
    """The card in a document's source."""
    id, title, file, year, issued, places, level, kind = json.loads(source["card"])
    return Card(id, title, file, year, issued, tuple(places), Level(level), Kind(kind))


def row_of(source: Json) -> ReportRow:
    """What counting needs of the report of a document's source."""
    card = card_of(source)
    year = known_year(card.year)
    return ReportRow(card.id, year, card.issued, card.level, card.kind, card.places)


def report_of(source: Json) -> Report:
    """The report in a document's source."""
    record = read_record(b64decode(source["record"]))
    sections = source.get("sections", ())
    pieces = ((section["begin"], _piece(section).split("\n", 1)[1]) for section in sections)
    return from_record(record, join_source(record, pieces))


def passage_of_source(card: Card, section: Json) -> Passage:
    """The passage in a section's own source."""
    head, source = _piece(section).split("\n", 1)
    key, labels, furniture, topics, measures = json.loads(head)
    province, city, county, township = card.places
    part = section.get("part")
    return Passage(
        report_id=card.id,
        key=key,
        title=card.title,
        file=card.file,
        year=known_year(card.year),
        issued=card.issued,
        place=Place(township, county, city, province),
        part=None if part is None else Part(part),
        topics=tuple(topics),
        heading_path=tuple(labels),
        start=section["begin"],
        end=section["end"],
        text_start=section["text_start"],
        source=source,
        furniture=tuple((start, end) for start, end in furniture),
        measures=tuple((start, end) for start, end in measures),
        heading_length=section["heading_length"],
        sentences=sentences_of(section),
    )


def sentences_of(section: Json) -> Sequence[tuple[int, int, int]]:
    """A section's sentences: (end in the stream, start and end in the source)."""
    numbers = array("I", b64decode(section["sentences"]))
    if sys.byteorder == "big":
        numbers.byteswap()
    return [*zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)]


def _piece(section: Json) -> str:
    return unpack(b64decode(section["piece"])).decode("utf-8", "surrogatepass")
