"""Whether the reports of a commit are all there, whole, and what was written."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from index.engine import FileRow, Remark
from index.errors import EngineUnavailable
from index.i18n import gettext as _
from index.i18n import ngettext
from index.model import Report
from index.opensearch.document import stored_digest, terms_digest
from index.opensearch.failures import told
from index.opensearch.mapping import WINDOW
from index.opensearch.reading import Reader
from index.opensearch.stored import card_of, report_of
from index.opensearch.translate import ALL, SECTIONS, Query, nested
from index.prepared import prepare
from index.record import section_id

Json = dict[str, Any]

_PAGE: Final = 50


def disagreements(reader: Reader, rows: Mapping[str, FileRow]) -> Iterator[str]:
    """One line for each thing that is not as it was committed; rows are those of all files."""
    yield from _health(reader)
    ids = set[str]()
    for hits in reader.pages(_body(_counted(0)), _PAGE):
        for hit in hits:
            ids.add(card_of(hit["_source"]).id)
            yield from _check(reader, hit)
    yield from _check_rows(ids, rows.values())


def _health(reader: Reader) -> Iterator[str]:
    """What the cluster says of the index; who may not ask is told nothing."""
    with suppress(EngineUnavailable), told(reader.where):
        found = reader.client.cluster.health(index=reader.index)
        missing = found["unassigned_shards"]
        if found["status"] == "red":
            yield _("the cluster has lost a part of the index, or its node is away")
        elif found["status"] == "yellow":
            said = ngettext(
                "{n} copy of a part of the index is missing: it is whole, until a node fails",
                "{n} copies of parts of the index are missing: it is whole, until a node fails",
                missing,
            )
            yield Remark(said.format(n=missing))


def _counted(size: int) -> Query:
    """All reports, each with how many sections of it can be found, and so many of these."""
    inner = {"size": size, "_source": False}
    sections = nested(ALL, inner_hits=inner)
    return {"bool": {"must": [ALL], "should": [sections]}}


def _body(query: Query) -> Json:
    return {"query": query, "sort": [{"browse": "asc"}], "_source": True}


def _check(reader: Reader, hit: Json) -> Iterator[str]:
    source, found = hit["_source"], hit["inner_hits"][SECTIONS]["hits"]["total"]["value"]
    try:
        report = report_of(source)
    except (ValueError, TypeError, LookupError, zlib.error):
        yield _("{id}: what is stored of it cannot be read").format(id=card_of(source).id)
        return
    stored = {section["ordinal"] for section in source.get("sections", ())}
    if len(report.sections) != source["n_sections"] or len(stored) != source["n_sections"]:
        yield from _missing(report, stored)
    elif found != len(stored):
        yield from _missing(report, _found(reader, hit))
    elif not _is_written(report, source):
        yield _("{id}: what is stored is not what was written").format(id=report.id)


def _missing(report: Report, ordinals: set[int]) -> Iterator[str]:
    """The sections of a report that are none of these."""
    missing = [s for n, s in enumerate(report.sections) if n not in ordinals]
    for section in missing:
        yield _("{id}: the section is missing").format(id=section_id(report.id, section))
    if not missing:
        yield _("{id}: it has sections that it should not have").format(id=report.id)


def _found(reader: Reader, hit: Json) -> set[int]:
    """The sections of a report that can be found."""
    query = _counted(WINDOW)
    query["bool"]["filter"] = [{"term": {"browse": hit["sort"][0]}}]
    (again,) = reader.search(_body(query) | {"size": 1})["hits"]["hits"]
    return {each["_nested"]["offset"] for each in again["inner_hits"][SECTIONS]["hits"]["hits"]}


def _is_written(report: Report, source: Json) -> bool:
    """Whether a document is the one that its report would be written as: by its digest."""
    made = f"{stored_digest(source)}-{terms_digest(prepare(report))}"
    return source.get("content_hash") == made


def _check_rows(ids: set[str], rows: Iterable[FileRow]) -> Iterator[str]:
    """Reports without a file, and files whose report is not there."""
    without = set(ids)
    for row in rows:
        if row.report_id is None:
            continue
        without.discard(row.report_id)
        if row.report_id not in ids:
            yield _("{path}: its report {id} is missing").format(path=row.path, id=row.report_id)
    for id in sorted(without):
        yield _("{id}: no file is named that it is from").format(id=id)
