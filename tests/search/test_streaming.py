"""All hits in pieces are the hits of one answer without a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.engine import Sort
from index.whoosh_engine import WhooshEngine
from search import streaming
from search.run import Request, Searcher
from search.streaming import stream_hits

REQUESTS = [
    pytest.param(Request("调解"), id="words"),
    pytest.param(Request(""), id="everything"),
    pytest.param(Request("普法", sort=Sort.YEAR, by_report=True), id="by report, by year"),
    pytest.param(Request("调解", limit=2, page=3), id="a page does not count"),
    pytest.param(Request("枫桥 经验 调解 没有这样的词"), id="nothing holds all of it"),
    pytest.param(Request("没有这样的词"), id="nothing"),
]


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
@pytest.mark.parametrize("request_", REQUESTS)
def test_pieces_are_the_hits_in_their_order(
    samples_index: Path, monkeypatch: pytest.MonkeyPatch, request_: Request, chunk: int
) -> None:
    monkeypatch.setattr(streaming, "CHUNK", chunk)
    engine = WhooshEngine(samples_index)
    searcher = Searcher(engine)
    pieces = [*stream_hits(searcher, request_)]
    whole = Request(request_.query, sort=request_.sort, by_report=request_.by_report, limit=None)
    assert [hit for piece in pieces for hit in piece] == [*searcher.run(whole).hits]
    assert all(0 < len(piece) <= chunk for piece in pieces)
    engine.close()
