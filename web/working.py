"""What a lane works for a request, noted where the limit of clients finds it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

_WORKED: Final = "lawsearch.worked"


@contextmanager
def noted_work(request: Request) -> Iterator[None]:
    """What is done meanwhile is done for this request."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        worked = seconds_worked(request.scope) + time.perf_counter() - begun
        request.scope[_WORKED] = worked


def seconds_worked(scope: Scope) -> float:
    """What has been noted for a request."""
    return float(scope.get(_WORKED, 0.0))
