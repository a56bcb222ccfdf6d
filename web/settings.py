"""What a server is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from index.location import Location

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index is and who may ask.

    rate: requests a second that one client may make for long, None for any number. most_ms: what a
    query may cost at most, as estimated before it runs.
    """

    location: Location
    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    rate: float | None = 20.0
    log_queries: bool = False
    most_ms: float = 1000.0
    workers: int = 1  # processes that answer searches; of one this is it
    version: str = ""  # of the program

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK
