"""The index beside an index of reports: file rows, ids that are not free, the commit's record.

Each is a document of its own, so that a commit writes what it changes. What a path or an id holds
that no index could is kept in `body`, JSON in ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

from index.engine import FileRow
from index.filetable import FileTable
from index.i18n import gettext as _
from index.opensearch.bulk import Operation, drop, put
from index.opensearch.failures import damaged
from index.opensearch.spelling import document_id

Json = dict[str, Any]
Search = Callable[[Json], Json]
"""Runs the body of a search."""

PAGE: Final = 5_000


def files_index(index: str) -> str:
    """The name of the index beside an index of reports."""
    return f"{index}-files"


def table_operations(index: str, change: FileTable) -> Iterator[Operation]:
    """What brings a change to the table into the index beside, each document once.

    See `index.filetable.merged`.
    """
    for path in change.forget - change.rows.keys():
        yield drop(index, _id("row", path))
        yield drop(index, _id("given", path))
    for path, row in change.rows.items():
        yield put(index, _id("row", path), _row_document(row))
        if path not in change.given:
            yield drop(index, _id("given", path))
    for path, id in change.given.items():
        if path not in change.rows and path not in change.forget:
            yield _entry(index, "given", path, [path, id])
    for id in change.retired:
        yield _entry(index, "retired", id, id)


def _id(type: str, name: str) -> str:
    return f"{type}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _row_document(row: FileRow) -> Json:
    key = _id("row", row.path)
    document = {"type": "row", "key": key, "body": json.dumps(row)}
    return document | ({"report": document_id(row.report_id)} if row.report_id else {})


def _entry(index: str, type: str, name: str, body: Any) -> Operation:
    key = _id(type, name)
    return put(index, key, {"type": type, "key": key, "body": json.dumps(body)})


def read_table(search: Search, where: str) -> FileTable:
    """The whole table. Raises IndexDamaged, and what the search raises."""
    rows: dict[str, FileRow] = {}
    given: dict[str, str] = {}
    retired: set[str] = set()
    try:
        for type, body in _entries(search):
            if type == "row":
                row = FileRow(*body)
                rows[row.path] = row
            elif type == "given":
                given[body[0]] = body[1]
            else:
                retired.add(body)
    except (ValueError, TypeError, LookupError):
        raise damaged(where, "files", _("holds what no commit writes")) from None
    return FileTable(rows, frozenset(retired), given)


def _entries(search: Search) -> Iterator[tuple[str, Any]]:
    query = {"terms": {"type": ["row", "given", "retired"]}}
    body: Json = {
        "size": PAGE,
        "query": {"bool": {"filter": [query]}},
        "sort": [{"key": "asc"}],
        "_source": ["type", "body"],
        "track_total_hits": False,
    }
    while hits := search(body)["hits"]["hits"]:
        for hit in hits:
            yield hit["_source"]["type"], json.loads(hit["_source"]["body"])
        if len(hits) < PAGE:
            return
        body = body | {"search_after": hits[-1]["sort"]}


def change_of(rows: Iterable[FileRow], retired: Iterable[str], forget: Iterable[str]) -> FileTable:
    """What a batch changes of the table."""
    return FileTable({row.path: row for row in rows}, frozenset(retired), forget=frozenset(forget))
