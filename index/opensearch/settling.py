"""What follows a long run: the cluster writes an index as one segment a part.

Beside each document the cluster keeps all of it that was sent, for copies that have been away, and
lets go of that where segments are merged: the index is then a third of what it was. Of the last
half minute it stays until the next merge: so long the cluster takes to ask the copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from index.opensearch.failures import told

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_ASKED_S: Final = 50.0
"""So long one request waits; what lies between often closes a silent line after a minute."""


def settle(client: OpenSearch, index: str, where: str, check: Callable[[], None]) -> None:
    """Have an index merged, and return when that has ended and readers see it.

    check is called now and then, and raises where there is no reason to wait any more. Raises
    EngineUnavailable; what was committed stands whatever happens here.
    """
    with told(where):
        client.indices.flush(index=index)  # what is not on disk yet is kept twice
        while not _is_merged(client, index):
            check()
        client.indices.refresh(index=index)


def _is_merged(client: OpenSearch, index: str) -> bool:
    """Whether a merge has ended in time; asked again, the cluster waits for the one under way."""
    from opensearchpy import ConnectionTimeout

    try:
        params = {"max_num_segments": 1, "request_timeout": _ASKED_S}
        client.indices.forcemerge(index=index, params=params)
    except ConnectionTimeout:
        return False
    return True
