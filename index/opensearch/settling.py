"""What follows a long run: the cluster writes an index as one segment a part.

Beside each document the cluster keeps all of it that was sent, for copies that have been away, and
lets go of that where segments are merged: the index is then a third of what it was. Of the last
half minute it stays until the next merge: so long the cluster takes to ask the copies.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from index.opensearch.failures import told

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_PAUSE_S: Final = 0.5
_QUIET: Final = 3
"""Looks in a row at which nothing is merged any more."""


def settle(client: OpenSearch, index: str, where: str, check: Callable[[], None]) -> None:
    """Have an index merged, and return when that has ended and readers see it.

    check is called while waiting and raises where there is no reason to wait any more. Raises
    EngineUnavailable; what was committed stands whatever happens here.
    """
    with told(where):
        client.indices.flush(index=index)  # what is not on disk yet is kept twice
        asked: dict[str, Any] = {"max_num_segments": 1, "wait_for_completion": "false"}
        client.indices.forcemerge(index=index, params=asked)
        quiet = 0
        while quiet < _QUIET:
            time.sleep(_PAUSE_S)
            check()
            merges = client.indices.stats(index=index, metric="merge")["_all"]["total"]["merges"]
            quiet = 0 if merges["current"] else quiet + 1
        client.indices.refresh(index=index)
