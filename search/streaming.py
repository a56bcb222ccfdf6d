"""All hits of a query, a few at a time: for exports, whose length must not cost memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from search.results import Hit
from search.run import Request, Searcher

CHUNK: Final = 200
"""Hits whose passages are held at once."""


def stream_hits(searcher: Searcher, request: Request) -> Iterator[tuple[Hit, ...]]:
    """The hits that `run` gives without a limit, in pieces.

    Which they are is decided before this returns. Raises what `run` raises.
    """
    found = searcher.find(replace(request, limit=None, page=1, facets=()))
    numbers = range(0, len(found.answer.hits), CHUNK)
    return (searcher.hits(found, start, start + CHUNK) for start in numbers)
