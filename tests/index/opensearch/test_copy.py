"""An index that goes to a cluster and back is the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.engine import Batch, Engine, FileRow
from index.model import Report
from index.opensearch.connection import Connection
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.writer import OpenSearchWriter
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.copying import copy_index
from tests.cluster_index import THREE_SHARDS
from tests.contract.drawn import Drawn
from tests.made import write

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("unsynced")]

Held = tuple[dict[str, Report], dict[str, FileRow], set[str]]


def held(engine: Engine) -> Held:
    found = {id: engine.fetch([id])[id] for id in engine.report_ids()}
    return found, dict(engine.files()), set(engine.retired())


def test_there_and_back_again(
    cluster: Connection, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.copying.BATCH_REPORTS", 3)
    row = FileRow("/refused", "11", 1, 1, None, "it is damaged", "basis")
    last = Batch(files=(row,), retired=frozenset({"r1~2"}))
    history = [each for seed in range(3) for each in Drawn(seed).history]
    source = WhooshEngine(write(tmp_path / "here", *history, last))
    with closing(source):
        with closing(OpenSearchWriter(cluster, name, shape=THREE_SHARDS)) as writer:
            there = copy_index(source, writer)
            assert copy_index(source, writer).written == 0
        assert there.written == there.total > 5
        with closing(OpenSearchEngine(cluster, name)) as engine:
            assert held(engine) == held(source)
            assert [*engine.verify()] == []
            with closing(WhooshWriter(tmp_path / "back")) as writer:
                back = copy_index(engine, writer)
        assert back.written == there.total
        with closing(WhooshEngine(tmp_path / "back")) as again:
            assert held(again) == held(source)
            assert [*again.report_ids()] == [*source.report_ids()]
