"""One commit of an index, held by the cluster while it is read: its reports and its file rows."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from index.errors import EngineUnavailable, IndexMissing
from index.i18n import gettext as _
from index.opensearch.failures import damaged, missing, told
from index.opensearch.filerows import files_index
from index.opensearch.generations import Generations
from index.opensearch.journal import COMMIT, CommitRecord, Phase, read_record
from index.opensearch.reading import Reader
from index.opensearch.retrying import Patience
from index.opensearch.versions import check_versions

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

_PATIENCE: Final = Patience(tries=3)
_TRIES: Final = 20
_PAUSE_S: Final = 0.25


class Held(NamedTuple):
    """A commit: its reports, its file rows, and what it says of itself."""

    reports: Reader
    files: Reader
    record: CommitRecord

    def close(self) -> None:
        """Let go of it. Raises EngineUnavailable."""
        self.reports.close()
        self.files.close()


class _Step(NamedTuple):
    """Where the journal of an index is; a commit that is decided is not all there yet."""

    number: int
    is_decided: bool
    record: CommitRecord


def hold(client: OpenSearch, name: str, where: str, *, tries: int = _TRIES) -> Held:
    """The last commit of a name; a commit that is under way is waited for, for some seconds.

    Raises IndexMissing, IndexOutdated, IndexDamaged, EngineUnavailable.
    """
    generations = Generations(client, name, where, _PATIENCE)
    for tried in range(tries):
        index = generations.live()
        if index is None:
            raise missing(where)
        check_versions(where, generations.meta(index))
        try:
            held, is_whole = _hold(client, index, where)
        except IndexMissing:  # a rebuild has taken the name over since
            time.sleep(_PAUSE_S)
            continue
        if is_whole:
            return held
        held.close()
        if tried == tries - 1:
            raise EngineUnavailable(where, _("a commit is half written; ask again"))
        time.sleep(_PAUSE_S)
    raise missing(where)


def _hold(client: OpenSearch, index: str, where: str) -> tuple[Held, bool]:
    """(the index as it is now, whether no commit came about meanwhile)."""
    beside = files_index(index)
    before = _step(client, beside, where)
    reports = Reader(client, index, where)
    files = Reader(client, beside, where)
    after = _step(client, beside, where)
    held = Held(reports, files, before.record)
    return held, before.number == after.number and not before.is_decided


def _step(client: OpenSearch, index: str, where: str) -> _Step:
    with told(where):
        found = client.get(index=index, id=COMMIT, params={"ignore": 404})
    if not found.get("found"):
        raise damaged(where, COMMIT, _("is missing"))
    source = found["_source"]
    pending = json.loads(source["pending"])
    is_decided = pending is not None and pending.get("phase") == Phase.DECIDED
    return _Step(found["_seq_no"], is_decided, read_record(source, where))
