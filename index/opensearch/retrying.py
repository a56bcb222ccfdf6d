"""Trying again: what a busy, electing or half-present cluster refuses now, it takes soon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from index.opensearch.failures import error_of, is_passing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try and how long to wait between: first_s, doubled each time up to most_s.

    No try begins later than total_s after the first.
    """

    tries: int = 10
    first_s: float = 0.5
    most_s: float = 20.0
    total_s: float = 180.0

    def goes_on(self, tried: int, begun: float) -> bool:
        """Wait after so many tries, the first at a monotonic time; False where it was the last.

        Some of it is at random: writers of several machines shall not march.
        """
        longest = min(self.most_s, self.first_s * 2 ** (tried - 1))
        pause = longest * random.uniform(0.5, 1.0)
        if tried >= self.tries or time.monotonic() + pause > begun + self.total_s:
            return False
        time.sleep(pause)
        return True


def patiently(request: Callable[[], T], where: str, patience: Patience) -> T:
    """What the request gives at last; it may be made several times.

    Raises EngineUnavailable, IndexFull, IndexMissing.
    """
    from opensearchpy import OpenSearchException

    tried, begun = 0, time.monotonic()
    while True:
        try:
            return request()
        except OpenSearchException as error:
            tried += 1
            if not (is_passing(error) and patience.goes_on(tried, begun)):
                raise error_of(error, where) from error
