"""The way to the nodes: one that does not answer in time is passed over for a while.

opensearchpy passes over a node only when it asks another at once, which is wrong for a request that
is merely long: each node would work on it. A node that sleeps must not hold up every third request.
"""

from __future__ import annotations

import threading
from typing import Any

from opensearchpy import Connection, ConnectionTimeout, Transport


class PassingOver(Transport):
    """Passes over the node of a request that came to no end in time; the request fails."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._used = threading.local()
        super().__init__(*args, **more)

    def get_connection(self) -> Any:
        """The way to the next node."""
        self._used.last = super().get_connection()
        return self._used.last

    def perform_request(self, *args: Any, **more: Any) -> Any:
        """The answer to a request."""
        try:
            return super().perform_request(*args, **more)
        except ConnectionTimeout:
            last: Connection = self._used.last
            self.mark_dead(last)
            raise
