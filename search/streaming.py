"""All hits of a query, a few at a time: for exports, whose length must not cost memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from index.engine import Question
from index.querytree import And
from search.results import Hit
from search.run import Request, Searcher

CHUNK: Final = 200
"""Hits whose passages are held at once."""


def stream_hits(searcher: Searcher, request: Request) -> Iterator[tuple[Hit, ...]]:
    """The hits that `run` gives without a limit, in pieces.

    Which they are is decided before this returns. Raises what `run` raises.
    """
    understood = searcher.understand(request)
    question = Question(
        tree=understood.tree or And(()),
        filters=understood.filters,
        sort=request.sort,
        by_report=request.by_report,
        limit=None,
    )
    _mode, answer = searcher._ask(question, understood, relax=not request.exact)

    def piece(start: int) -> tuple[Hit, ...]:
        hits = answer.hits[start : start + CHUNK]
        return searcher._hits(replace(question, offset=start), replace(answer, hits=hits))

    return (piece(start) for start in range(0, len(answer.hits), CHUNK))
