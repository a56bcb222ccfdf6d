"""Every engine finds what a plain reading of the sections finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.peers import OURS, PEERS, load_peer
from bench.peers.base import Peer, Query, Task
from bench.peers.highlighting import highlight
from tests.bench.made_corpus import scan, write_corpus

WITHOUT_PHRASES = ("whoosh", "bm25s")  # Whoosh looks for words, its analyzer counts characters
QUERIES = [
    Query(("法治",)),
    Query(("社区", "培训")),
    Query(("法治", "调解"), year=2022),
    Query(("培训",), ("法律明白人",)),
    Query((), ("开展培训",)),
    Query((), ("网格员上门",), 2021),
    Query(("网格员", "矛盾", "培训")),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The parsed reports."""
    return write_corpus(tmp_path_factory.mktemp("parsed"))


@pytest.fixture(scope="module", params=PEERS)
def peer(
    request: pytest.FixtureRequest, corpus: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peer]:
    """Each engine that is installed, with the corpus in it."""
    try:
        found = load_peer(request.param)
        found.version()
    except (ImportError, OSError) as error:
        pytest.skip(f"{request.param}: {error}")
    folder = tmp_path_factory.mktemp(request.param) / "index"
    found.build(corpus, folder, 1)
    opened = found(folder)
    yield opened
    opened.close()


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize("task", Task)
def test_engine_finds_what_reading_finds(
    peer: Peer, corpus: list[Path], query: Query, task: Task
) -> None:
    if task not in peer.tasks or (peer.name in WITHOUT_PHRASES and query.phrases):
        pytest.skip(f"{peer.name} does not do this")
    expected, ids = scan(corpus, query, task)

    found = peer.search(query, task)

    assert 0 < found.total == expected.total
    assert {hit.id for hit in found.hits} <= ids
    assert len(found.hits) == min(10, expected.total)
    assert all("<b" in hit.snippet and hit.title for hit in found.hits)
    if task is Task.FACETS:
        assert found.places == expected.places
        assert found.years == expected.years or (peer.name == OURS and query.year is not None)


def test_highlight_marks_the_longest_terms_around_the_first_match() -> None:
    text = "甲" * 50 + "法治政府建设" + "乙" * 200

    marked = highlight(text, ["法治", "法治政府"])

    assert marked == "甲" * 20 + "<b>法治政府</b>建设" + "乙" * 74
