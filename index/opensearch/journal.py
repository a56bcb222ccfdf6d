"""Which commit an index holds, and what the next one is in the middle of: one document.

A commit is many documents, and a cluster writes one at a time. So a writer first says which reports
it is going to write (*writing*), writes them, says all else that it is going to change (*decided*:
from here on the commit counts), does that, and last says that it is done. What a crash leaves is
taken back while it is *writing* and brought to its end once it is *decided*. Each step is written
only upon the one before: a writer that another has replaced meanwhile is told so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from index.engine import FileRow
from index.errors import IndexDamaged
from index.filetable import FileTable
from index.i18n import gettext as _
from index.opensearch.failures import damaged, overtaken
from index.opensearch.retrying import Patience, patiently

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

COMMIT: Final = "commit"
"""The id of the document, and its type."""


class CommitRecord(NamedTuple):
    """A commit, counted from 1, and when it was made; 0 is before the first."""

    commit: int
    written: str
    versions: Mapping[str, str]


class Phase(StrEnum):
    """How far a commit has come."""

    WRITING = "writing"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Pending:
    """A commit under way: ids are those of documents; `change` counts once it is decided.

    fresh: those that were not there before; replaced: those that were.
    """

    phase: Phase
    record: CommitRecord
    fresh: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    change: FileTable = field(default_factory=lambda: FileTable({}))


@dataclass(frozen=True, slots=True)
class Step:
    """What the journal says: the last commit, and the one under way if there is one."""

    record: CommitRecord
    pending: Pending | None = None


def read_record(source: Json, where: str) -> CommitRecord:
    """The last commit, of the document's source; `body` is enough of it. Raises IndexDamaged."""
    try:
        return _record(json.loads(source["body"]))
    except (ValueError, TypeError, LookupError):
        raise _damaged(where) from None


class Journal:
    """Reads and writes the document."""

    def __init__(
        self, client: OpenSearch, index: str, where: str, owner: str, patience: Patience
    ) -> None:
        """index: the one beside the reports; owner: what tells one writer from another."""
        self._client, self._index, self._where = client, index, where
        self._owner, self._patience = owner, patience
        self._at: Json = {}  # the condition under which the next step may be written

    def begin(self, record: CommitRecord) -> None:
        """Write the first step of a new index. Raises IndexLocked when it has one."""
        self._at = {"op_type": "create"}
        self.write(Step(record))

    def exists(self) -> bool:
        """Whether there is a first step: without it an index was never whole."""
        return bool(self._get()["found"])

    def read(self) -> Step:
        """The last step; the next is written upon it. Raises IndexDamaged."""
        found = self._get()
        if not found["found"]:
            raise damaged(self._where, COMMIT, _("is missing"))
        self._at = _condition(found)
        source = found["_source"]
        try:
            pending = json.loads(source["pending"])
            return Step(_record(json.loads(source["body"])), _pending(pending))
        except (ValueError, TypeError, LookupError):
            raise _damaged(self._where) from None

    def write(self, step: Step) -> None:
        """Write the next step. Raises IndexLocked when another writer has gone on from here."""
        document = {
            "type": COMMIT,
            "owner": self._owner,
            "body": json.dumps(step.record._asdict()),
            "pending": json.dumps(_packed(step.pending)),
        }
        self._at = patiently(lambda: self._put(document), self._where, self._patience)

    def _put(self, document: Json) -> Json:
        from opensearchpy import ConflictError

        try:
            put = self._client.index(index=self._index, id=COMMIT, body=document, params=self._at)
        except ConflictError:
            found = self._get()
            if found.get("_source") != document:  # else it was this that was written, unheard
                raise overtaken(self._where) from None
            put = found
        return _condition(put)

    @property
    def version(self) -> int | None:
        """Of what is written upon the last step: it grows with each; None before the first."""
        number: int | None = self._at.get("if_seq_no")
        return None if number is None else number + 1

    def _get(self) -> Json:
        found: Json = patiently(
            lambda: self._client.get(index=self._index, id=COMMIT, params={"ignore": 404}),
            self._where,
            self._patience,
        )
        return {"found": False} | found


def _condition(found: Json) -> Json:
    return {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}


def _damaged(where: str) -> IndexDamaged:
    return damaged(where, COMMIT, _("holds what no commit writes"))


def _record(body: Json) -> CommitRecord:
    return CommitRecord(int(body["commit"]), str(body["written"]), dict(body["versions"]))


def _packed(pending: Pending | None) -> Json | None:
    if pending is None:
        return None
    return {
        "phase": pending.phase,
        "record": pending.record._asdict(),
        "fresh": pending.fresh,
        "replaced": pending.replaced,
        "remove": pending.remove,
        "rows": [*pending.change.rows.values()],
        "retired": sorted(pending.change.retired),
        "forget": sorted(pending.change.forget),
    }


def _pending(body: Json | None) -> Pending | None:
    if body is None:
        return None
    rows = (FileRow(*row) for row in body["rows"])
    return Pending(
        phase=Phase(body["phase"]),
        record=_record(body["record"]),
        fresh=tuple(body["fresh"]),
        replaced=tuple(body["replaced"]),
        remove=tuple(body["remove"]),
        change=FileTable(
            {row.path: row for row in rows},
            frozenset(body["retired"]),
            forget=frozenset(body["forget"]),
        ),
    )
