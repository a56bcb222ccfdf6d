"""What a writer leaves on a real cluster: whole commits, also where it was cut off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from index.engine import Batch, FileRow
from index.errors import EngineUnavailable, IndexLocked, IndexOutdated, StoreError
from index.model import Report
from index.opensearch.connection import Connection
from index.opensearch.document import to_document
from index.opensearch.filerows import files_index
from index.opensearch.retrying import Patience
from index.opensearch.spelling import document_id
from index.opensearch.writer import OpenSearchWriter
from index.prepared import prepare
from tests.cluster_index import ONE_SHARD
from tests.cutting_proxy import cutting_proxy
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster
HURRY = Patience(tries=2, first_s=0.01, most_s=0.01)


@contextmanager
def opened(connection: Connection, name: str, **options: Any) -> Iterator[OpenSearchWriter]:
    writer = OpenSearchWriter(connection, name, **{"shape": ONE_SHARD, **options})
    try:
        yield writer
    finally:
        writer.close()


def found(client: OpenSearch, name: str) -> dict[str, Any]:
    """What readers of the name find: the documents' sources by report id."""
    hits = client.search(index=name, body={"size": 100})["hits"]["hits"]
    return {hit["_source"]["report_id"]: hit["_source"] for hit in hits}


def indexes(client: OpenSearch, name: str) -> set[str]:
    return {index.removeprefix(name) for index in client.indices.get(index=f"{name}*")}


def report(id: str, text: str = "板凳会") -> Report:
    return make_report(id, [("一、", text)])


def test_what_was_written_is_there_for_the_next_writer(cluster: Connection, name: str) -> None:
    one, two = report("r1"), report("r2")
    rows = FileRow("/refused", "00", 1, 1, None, "it is damaged", "basis")
    with opened(cluster, name) as writer:
        assert writer.files() == {}
        writer.write(replace(batch(one, two), retired=frozenset({"r0"})))
        writer.write(Batch(files=(rows,), remove=frozenset({"r2"}), forget=frozenset({two.file})))
        first = dict(writer.files()), set(writer.retired()), dict(writer.given())
        assert writer.fetch(["r1", "r2", "r1"]) == {"r1": one}
    with opened(cluster, name) as writer:
        assert (dict(writer.files()), set(writer.retired()), dict(writer.given())) == first
        assert writer.files().keys() == {one.file, "/refused"}
        assert writer.retired() == {"r0"}
        assert writer.fetch(["r1", "r2"]) == {"r1": one}


def test_ids_and_paths_may_be_anything(cluster: Connection, name: str) -> None:
    odd = "/r/\udcff\U00020bb7 \x00'\"" + "长" * 600
    made = make_report("甲/乙?#%\ud800 " + "x" * 20_000, [("一、", "板凳会")], path=odd)
    change = replace(batch(made), retired=frozenset({"\udcfe", "y" * 40_000}))
    with opened(cluster, name) as writer:
        writer.write(change)
        assert writer.fetch([made.id]) == {made.id: made}
    with opened(cluster, name) as writer:
        assert writer.files() == {odd: change.files[0]}
        assert writer.retired() == change.retired
        writer.write(Batch(forget=frozenset({odd}), remove=frozenset({made.id})))
    with opened(cluster, name) as writer:
        assert writer.files() == {}
        assert writer.fetch([made.id]) == {}


def test_a_report_that_is_there_already_is_not_written_again(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1"), report("r2")))
        writer.write(batch(report("r1"), report("r2", "院坝会")))
    commits = {id: source["commit"] for id, source in found(client, name).items()}
    assert commits == {"r1": 1, "r2": 2}


def test_a_batch_larger_than_one_request_is_whole(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    reports = [report(f"r{n}", "板凳会议事" * 40_000) for n in range(20)]  # some 2 MB each
    with opened(cluster, name) as writer:
        writer.write(batch(*reports))
    assert found(client, name).keys() == {f"r{n}" for n in range(20)}


def test_an_index_begins_to_be_one_with_its_first_commit(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        assert not client.indices.exists_alias(name=name)
        writer.write(Batch())
        assert client.indices.exists_alias(name=name)


def test_one_writes_at_a_time_and_the_other_is_told_who(cluster: Connection, name: str) -> None:
    import os

    with opened(cluster, name), pytest.raises(IndexLocked) as told:
        OpenSearchWriter(cluster, name, wait_s=0.2)
    assert f"process {os.getpid()} on " in str(told.value)
    with opened(cluster, name, wait_s=0.2):
        pass


def test_a_lock_whose_holder_died_is_taken_over_in_time(cluster: Connection, name: str) -> None:
    with cutting_proxy(cluster.urls[0]) as proxy:
        lost = OpenSearchWriter(Connection((proxy.url,)), name, shape=ONE_SHARD, held_s=1.5)
        lost._lease._ended.set()  # its heart stops, and no goodbye is heard
        lost._lease._thread.join()
        begun = time.monotonic()
        with opened(cluster, name, wait_s=20, held_s=1.5) as writer:
            assert time.monotonic() - begun < 10
            writer.write(batch(report("r1")))
            with pytest.raises(IndexLocked):
                lost.write(batch(report("r2")))
            assert writer.files().keys() == {"/reports/r1.txt"}
            writer.write(batch(report("r3")))
        lost.close()
    with opened(cluster, name) as writer:
        assert writer.fetch(["r1", "r2", "r3"]).keys() == {"r1", "r3"}


def test_a_lock_is_kept_as_long_as_its_holder_lives(cluster: Connection, name: str) -> None:
    with opened(cluster, name, held_s=1.0), pytest.raises(IndexLocked):
        OpenSearchWriter(cluster, name, wait_s=3)


# Rebuilding


def test_a_rebuild_takes_the_name_over_at_its_end_and_keeps_the_ids(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(replace(batch(report("r1"), report("r2")), retired=frozenset({"r0"})))
    with opened(cluster, name, rebuild=True) as writer:
        assert (writer.files(), writer.retired()) == ({}, {"r0"})
        assert writer.given() == {"/reports/r1.txt": "r1", "/reports/r2.txt": "r2"}
        writer.write(batch(report("r1", "院坝会")))
        assert writer.given() == {"/reports/r2.txt": "r2"}
        assert found(client, name).keys() == {"r1", "r2"}  # still the one before
        writer.finish()
        assert found(client, name).keys() == {"r1"}
        assert indexes(client, name) == {"-lock", "-v2", "-v2-files"}
        writer.write(batch(report("r3")))
        assert found(client, name).keys() == {"r1", "r3"}
    with opened(cluster, name) as writer:
        assert writer.given() == {"/reports/r2.txt": "r2"}
        assert writer._record.commit == 3


def test_the_last_batch_of_many_ends_a_rebuild(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1")))
    with opened(cluster, name, rebuild=True) as writer:
        writer.write(replace(batch(report("r2")), settle=True))
    assert found(client, name).keys() == {"r2"}


def test_an_interrupted_rebuild_is_gone_on_with(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1"), report("r2")))
    with opened(cluster, name, rebuild=True) as writer:
        writer.write(batch(report("r1", "院坝会")))
    with opened(cluster, name) as writer:  # no rebuild: the one before is as it was
        assert len(writer.files()) == 2
    with opened(cluster, name, rebuild=True) as writer:
        assert writer.files().keys() == {"/reports/r1.txt"}
        assert writer.given() == {"/reports/r2.txt": "r2"}
        writer.finish()
    assert found(client, name).keys() == {"r1"}
    assert indexes(client, name) == {"-lock", "-v2", "-v2-files"}


def test_a_rebuild_is_begun_again_when_the_index_has_changed_meanwhile(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1")))
    with opened(cluster, name, rebuild=True) as writer:
        writer.write(batch(report("r1", "院坝会")))
    with opened(cluster, name) as writer:
        writer.write(replace(batch(report("r2")), retired=frozenset({"r0"})))
    with opened(cluster, name, rebuild=True) as writer:
        assert writer.files() == {}
        assert writer.given() == {"/reports/r1.txt": "r1", "/reports/r2.txt": "r2"}
        assert writer.retired() == {"r0"}
    assert indexes(client, name) == {"-lock", "-v1", "-v1-files", "-v2", "-v2-files"}


def test_a_rebuild_that_wrote_nothing_takes_nothing_over(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1")))
    with opened(cluster, name, rebuild=True) as writer:
        writer.finish()
    assert found(client, name).keys() == {"r1"}


def test_an_index_of_another_version_says_how_to_rebuild_it(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    with opened(cluster, name) as writer:
        writer.write(batch(report("r1")))
    mapping = client.indices.get_mapping(index=f"{name}-v1")[f"{name}-v1"]["mappings"]
    meta = mapping["_meta"] | {"schema": "os0"}
    client.indices.put_mapping(index=f"{name}-v1", body={"_meta": meta})
    with pytest.raises(IndexOutdated, match=r"schema os0.*schema os2") as told:
        OpenSearchWriter(cluster, name)
    assert "--rebuild" in told.value.hint
    with opened(cluster, name, rebuild=True) as writer:
        assert writer.given() == {"/reports/r1.txt": "r1"}


def test_a_name_that_is_another_programs_index_is_left_alone(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    client.indices.create(index=name, body={"settings": {"number_of_replicas": 0}})
    with pytest.raises(EngineUnavailable, match="that lawsearch did not make"):
        OpenSearchWriter(cluster, name)
    assert indexes(client, name) == {"", "-lock"}


# Cut off in the middle


def _before(connection: Connection, name: str) -> None:
    with opened(connection, name) as writer:
        writer.write(batch(report("kept"), report("changed"), report("gone")))


_CHANGE = replace(
    batch(report("changed", "院坝会"), report("new1"), report("new2"), remove=["gone"]),
    forget=frozenset({"/reports/gone.txt"}),
    retired=frozenset({"gone"}),
)
_OLD, _NEW = {"kept", "changed", "gone"}, {"kept", "changed", "new1", "new2"}


def _checked(client: OpenSearch, name: str, writer: OpenSearchWriter) -> bool:
    """Whether the commit counts; fails unless all of it is there or nothing of it."""
    client.indices.refresh(index=name)
    there = found(client, name)
    named = {row.report_id for row in writer.files().values()}
    commits = writer._record.commit == 2
    assert there.keys() == named == (_NEW if commits else _OLD)
    assert writer.retired() == ({"gone"} if commits else set())
    text = {"new": to_document(prepare(report("changed", "院坝会")), 2)["content_hash"]}
    is_new = there["changed"]["content_hash"] == text["new"]
    assert is_new or not commits
    if is_new and not commits:  # its file is read again
        assert writer.files()["/reports/changed.txt"].basis == ""
    return commits


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("unheard", [False, True], ids=["unsent", "unheard"])
def test_wherever_the_line_breaks_a_commit_is_whole_or_not_there(
    cluster: Connection, client: OpenSearch, name: str, unheard: bool
) -> None:
    outcomes = []
    for last in range(100):
        _erase(client, name)
        _before(cluster, name)
        with cutting_proxy(cluster.urls[0]) as proxy:
            way = Connection((proxy.url,), timeout_s=20)
            lost = OpenSearchWriter(way, name, held_s=0.8, patience=HURRY)
            proxy.requests.clear()
            proxy.last, proxy.unheard = last, unheard
            with suppress(StoreError):
                lost.write(_CHANGE)
                outcomes.append("through")
            lost.close()
            is_through = outcomes[-1:] == ["through"]
        with opened(cluster, name, wait_s=20) as writer:
            outcomes.append("new" if _checked(client, name, writer) else "old")
            if writer._record.commit == 1:
                writer.write(_CHANGE)
                assert _checked(client, name, writer)
        if is_through:
            break
    assert outcomes[0] == "old"
    assert outcomes[-2:] == ["through", "new"]
    assert "new" in outcomes[:-2]  # cut off after it was decided
    assert outcomes[:-2] == sorted(outcomes[:-2], reverse=True)


def _erase(client: OpenSearch, name: str) -> None:
    for index in client.indices.get(index=f"{name}*"):
        client.indices.delete(index=index)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "rebuild"])
def test_wherever_the_line_breaks_a_name_stands_for_a_whole_index(
    cluster: Connection, client: OpenSearch, name: str, is_first: bool
) -> None:
    last, is_through = 0, False
    while not is_through:
        _erase(client, name)
        if not is_first:
            with opened(cluster, name) as writer:
                writer.write(replace(batch(report("old")), retired=frozenset({"r0"})))
        with cutting_proxy(cluster.urls[0]) as proxy:
            proxy.last, proxy.unheard = last, bool(last % 2)
            with suppress(StoreError):
                _rebuild(Connection((proxy.url,), timeout_s=20), name)
                is_through = True
        if client.indices.exists_alias(name=name):
            assert found(client, name).keys() in ({"old"}, {"new"})
        else:
            assert is_first
        _rebuild(cluster, name)
        assert found(client, name).keys() == {"new"}
        with opened(cluster, name) as writer:
            assert writer.files().keys() == {"/reports/new.txt"}
            assert writer.given() == ({} if is_first else {"/reports/old.txt": "old"})
            assert writer.retired() == (set() if is_first else {"r0"})
        assert len(indexes(client, name)) == 3
        last += 1
    assert last > 15


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_answer_that_is_lost_does_no_harm(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    last, is_over = 0, False
    while not is_over:
        _erase(client, name)
        _before(cluster, name)
        with cutting_proxy(cluster.urls[0]) as proxy:
            proxy.last, proxy.unheard, proxy.once = last, True, True
            _rebuild(Connection((proxy.url,), timeout_s=20), name)
            is_over = len(proxy.requests) <= last
        assert found(client, name).keys() == {"new"}
        assert indexes(client, name) == {"-lock", "-v2", "-v2-files"}
        last += 1
    assert last > 20


def _rebuild(connection: Connection, name: str) -> None:
    options: Any = {"rebuild": True, "held_s": 0.8, "wait_s": 20, "patience": HURRY}
    with opened(connection, name, **options) as writer:
        if not writer.files():
            writer.write(batch(report("new")))
        writer.finish()


def test_a_writer_whose_line_comes_back_goes_on(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    _before(cluster, name)
    with (
        cutting_proxy(cluster.urls[0]) as proxy,
        opened(Connection((proxy.url,)), name, patience=HURRY) as writer,
    ):
        proxy.requests.clear()
        proxy.last = 3
        with pytest.raises(EngineUnavailable):
            writer.write(_CHANGE)
        proxy.last = None
        writer.write(_CHANGE)
        assert _checked(client, name, writer)


def test_a_writer_gives_a_cluster_time(cluster: Connection, client: OpenSearch, name: str) -> None:
    import threading

    _before(cluster, name)
    with (
        cutting_proxy(cluster.urls[0]) as proxy,
        opened(Connection((proxy.url,)), name) as writer,
    ):
        proxy.requests.clear()
        proxy.last = 2
        timer = threading.Timer(1.5, setattr, (proxy, "last", None))
        timer.start()
        writer.write(_CHANGE)
        timer.join()
        assert _checked(client, name, writer)


def test_what_is_not_a_document_of_ours_is_told(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    _before(cluster, name)
    files = files_index(f"{name}-v1")
    client.delete(index=files, id="commit")
    with pytest.raises(StoreError, match="damaged: commit is missing"):
        OpenSearchWriter(cluster, name)
    assert client.exists(index=f"{name}-v1", id=document_id("kept"))
