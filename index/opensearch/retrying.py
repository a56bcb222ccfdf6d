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
    """How often to try and how long to wait between: first_s, doubled each time up to most_s."""

    tries: int = 10
    first_s: float = 0.5
    most_s: float = 20.0

    def pause(self, tried: int) -> None:
        """Wait after so many tries, some at random: writers of several machines shall not march."""
        longest = min(self.most_s, self.first_s * 2 ** (tried - 1))
        time.sleep(longest * random.uniform(0.5, 1.0))


def patiently(request: Callable[[], T], where: str, patience: Patience) -> T:
    """What the request gives at last; it may be made several times.

    Raises EngineUnavailable, IndexFull, IndexMissing.
    """
    from opensearchpy import OpenSearchException

    for tried in range(1, patience.tries + 1):
        try:
            return request()
        except OpenSearchException as error:
            if tried == patience.tries or not is_passing(error):
                raise error_of(error, where) from error
        patience.pause(tried)
    raise AssertionError("patience has at least one try")
