"""Whether postings, columns and stored text of a snapshot agree: all terms are made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.analysis import count_words, grams, section_stream
from index.i18n import gettext as _
from index.model import Report
from index.querytree import Field
from index.record import section_id
from index.whoosh_snapshot import Snapshot

_FIELDS = ("grams", "words", "heading_words")


def disagreements(snapshot: Snapshot) -> Iterator[str]:
    """One line for each report or field that is not what its stored source gives."""
    wanted: dict[str, int] = dict.fromkeys(_FIELDS, 0)
    for number, row in enumerate(snapshot.rows):
        report = snapshot.report(number)
        if len(report.sections) != row.n_sections:
            said = _("{id}: {n} sections are indexed, {stored} stored")
            yield said.format(id=row.id, n=row.n_sections, stored=len(report.sections))
            continue
        yield from _columns(snapshot, number, report)
        for ordinal in range(row.n_sections):
            _add_terms(wanted, snapshot.first_section[number] + ordinal, report, ordinal)
    for field, digest in wanted.items():
        if digest != _indexed_digest(snapshot, field):
            yield _("postings of {field} are not those of the stored texts").format(field=field)


def _columns(snapshot: Snapshot, number: int, report: Report) -> Iterator[str]:
    row = snapshot.rows[number]
    place = report.place
    stored = (report.id, report.year, report.level, report.kind)
    if (row.id, row.year, row.level, row.kind) != stored or row.places != (
        place.province,
        place.city,
        place.county,
        place.township,
    ):
        yield _("{id}: facet columns are not those of the stored report").format(id=row.id)
    for ordinal, section in enumerate(report.sections):
        n = snapshot.first_section[number] + ordinal
        values = [*snapshot.section_values(n, Field.PART), *snapshot.section_values(n, Field.TOPIC)]
        if values != [section.part, *(section.topics or (None,))]:
            said = _("{id}: facet columns are not those of the stored report")
            yield said.format(id=section_id(row.id, section))
        stream = section_stream(report, section)
        if (snapshot.lengths[n], snapshot.heading_lengths[n]) != (
            len(stream.text),
            stream.heading_length,
        ):
            said = _("{id}: lengths are not those of the stored text")
            yield said.format(id=section_id(row.id, section))


def _add_terms(wanted: dict[str, int], number: int, report: Report, ordinal: int) -> None:
    """Add the section's postings to an order-free digest of each field."""
    stream = section_stream(report, report.sections[ordinal])
    words, heading_words = count_words(stream)
    for gram, positions in grams(stream.text).items():
        wanted["grams"] += _digest(number, gram, tuple(positions))
    for word, frequency in words.items():
        wanted["words"] += _digest(number, word, frequency)
    for word, frequency in heading_words.items():
        wanted["heading_words"] += _digest(number, word, frequency)


def _digest(number: int, term: str, value: Any) -> int:
    return hash((number, term, value)) & 0xFFFFFFFFFFFFFFFF


def _indexed_digest(snapshot: Snapshot, field: str) -> int:
    """The same digest over the postings that are in the index."""
    total = 0
    terms = {t for reader in snapshot.readers for t in reader.field_terms(field)}
    for term in terms:
        for number, matcher in snapshot.postings(field, term):
            value = (
                tuple(matcher.value_as("positions")) if field == "grams" else int(matcher.weight())
            )
            total += _digest(number, term, value)
    return total
