"""What becomes of an index when nodes of a real cluster die, sleep or fill up, or the writer dies.

Whatever happens: what is read is some whole commits or one clear error, and when all is well again
the same command brings the index to what the reports say, no section lost and none twice.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from index.engine import Engine, Likeness
from index.errors import EngineUnavailable, IndexFull, IndexMissing, LawsearchError, StoreError
from index.opensearch.generations import Shape
from index.querytree import Field
from tests.cluster.asking import ask
from tests.cluster.indexed import (
    BATCH,
    QUESTIONS,
    Indexed,
    at_bulk,
    build,
    told,
    watched,
)
from tests.cluster_process import ClusterProcess

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
AS_COMMITTED = "The index is as it was committed.\n"
IMPATIENT = """
import sys, cli
from index.opensearch.retrying import Patience
from index.opensearch.writer import OpenSearchWriter
OpenSearchWriter.__init__.__kwdefaults__["patience"] = Patience(tries=1)
sys.exit(cli.main())
"""
DRIVER = ROOT / "tests" / "cluster" / "driver.py"
MOST_WAIT_S = 60.0
"""A search beside a silent node: three checks of 5 s before it is thrown out, and the answer."""


def manager_of(cluster: ClusterProcess) -> int:
    """The number of the node that the others have elected."""
    (row,) = ask(f"{cluster.addresses[0]}/_cat/cluster_manager?format=json")
    return int(row["node"].removeprefix("n"))


def check_clear(error: LawsearchError, indexed: Indexed) -> None:
    """One sentence or two, which name the place and hold no program's words."""
    assert isinstance(error, StoreError)
    said = str(error)
    assert indexed.addresses[0] in said
    assert "\n" not in said
    assert len(said) < 500
    for foreign in ("Traceback", "Exception", "urllib3", "opensearchpy", "0x", "NoneType"):
        assert foreign not in said


def check_whole_again(cluster: ClusterProcess, indexed: Indexed) -> None:
    """The nodes are back: the same command, and all is as it should be."""
    cluster.up()
    indexed.index()
    assert indexed.read() == indexed.truth
    again = indexed.index()
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


# Writing while nodes die


def test_the_manager_killed_in_a_bulk_loses_nothing(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    number = manager_of(cluster)
    total = len(indexed.truth.sources)
    writer = indexed.writer()
    with (
        watched(indexed, total) as seen,
        at_bulk(writer, 4, lambda: cluster.kill(number)) as killed,
    ):
        summary = build(writer, indexed.reports)
    assert killed.is_set()
    assert summary.added == total
    check_seen(seen, indexed)
    check_whole_again(cluster, indexed)


def check_seen(seen: Any, indexed: Indexed) -> None:
    """What a reader saw meanwhile was right, or a clear error."""
    assert seen.wrong == []
    assert sum(seen.reports.values()) > 0
    for error in seen.errors:
        check_clear(error, indexed)


# The writer itself dies


def start_driver(indexed: Indexed) -> subprocess.Popen[bytes]:
    """The command that indexes, as a process."""
    arguments = [",".join(indexed.addresses), indexed.name, *map(str, indexed.reports)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, str(DRIVER), *arguments],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def reports_written(indexed: Indexed) -> int:
    """Documents that there are, committed or not."""
    found = ask(f"{indexed.addresses[0]}/{indexed.name}-v*/_stats/indexing")
    return int(found["_all"]["primaries"].get("indexing", {}).get("index_total", 0))


def committed(indexed: Indexed) -> int:
    """Reports of the last commit."""
    try:
        engine = indexed.open()
    except IndexMissing:
        return 0
    try:
        return len({*engine.report_ids()})
    finally:
        engine.close()


def test_a_writer_killed_in_a_bulk_leaves_whole_commits(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    total, chance, kills = len(indexed.truth.sources), random.Random(6), 0
    with watched(indexed, total) as seen:
        while kills < 2:
            process, before = start_driver(indexed), reports_written(indexed)
            while process.poll() is None and reports_written(indexed) <= before + BATCH:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.4))
            process.kill()
            _out, said = process.communicate()
            assert process.returncode == -9, said.decode()
            kills += 1
            assert committed(indexed) % BATCH == 0
    check_seen(seen, indexed)
    check_whole_again(cluster, indexed)


def test_a_writer_asleep_for_longer_than_its_lock_spoils_nothing(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    process = start_driver(indexed)
    wait_for(lambda: process.poll() is not None or reports_written(indexed) > BATCH)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        indexed.index()
    finally:
        os.kill(process.pid, signal.SIGCONT)
    _out, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "IndexLocked: Another process is writing" in said.decode()
    check_whole_again(cluster, indexed)


# Reading while nodes die


def ask_right_or_refused(
    open_engine: Callable[[], Engine], indexed: Indexed
) -> Iterator[LawsearchError | None]:
    """For each question None if the answer is right, or the error in its place."""
    try:
        engine = open_engine()
    except LawsearchError as error:
        yield error
        return
    for question, right in zip(QUESTIONS, indexed.truth.answers, strict=True):
        try:
            answer = told(engine.search(question))
        except LawsearchError as error:
            yield error
        else:
            assert answer == right
            yield None


@contextmanager
def asked(
    indexed: Indexed, open_engine: Callable[[], Engine]
) -> Iterator[list[LawsearchError | None]]:
    """Ask over and over meanwhile; every answer is right, or an error and in time."""
    told_so_far, ended, slow = list[LawsearchError | None](), Event(), list[float]()
    failures = list[BaseException]()

    def go_on() -> None:
        try:
            while not ended.is_set():
                started = time.monotonic()
                told_so_far.extend(ask_right_or_refused(open_engine, indexed))
                slow.append((time.monotonic() - started) / len(QUESTIONS))
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            failures.append(error)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield told_so_far
    finally:
        ended.set()
        thread.join()
    if failures:
        raise failures[0]
    assert max(slow) < MOST_WAIT_S
    for error in told_so_far:
        if error is not None:
            check_clear(error, indexed)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.2)


def test_a_node_killed_in_a_search_spoils_no_total(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    indexed.index()
    number = manager_of(cluster) % 3 + 1  # not the manager, which is killed in a bulk
    with asked(indexed, indexed.open) as told_so_far:
        wait_for(lambda: None in told_so_far)
        cluster.kill(number)
        after = len(told_so_far)
        # Two nodes of three have it all: new commits can be opened and asked.
        wait_for(lambda: told_so_far[after:].count(None) >= len(QUESTIONS))
        cluster.start(number)
        cluster.wait_green()
    check_whole_again(cluster, indexed)


def test_an_engine_whose_commit_was_on_a_killed_node_says_so(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    indexed.index()
    engine = indexed.open()
    outcomes = [*ask_right_or_refused(lambda: engine, indexed)]
    assert outcomes == [None] * len(QUESTIONS)
    for number in cluster.cluster.numbers:
        cluster.kill(number)
        for error in ask_right_or_refused(lambda: engine, indexed):
            if error is not None:
                check_clear(error, indexed)
    cluster.up()
    last = [*ask_right_or_refused(lambda: engine, indexed)]
    assert all(isinstance(error, EngineUnavailable) for error in last)
    assert "ask again" in str(last[0])
    engine.close()
    check_whole_again(cluster, indexed)


# Parts of the index that are on no node

EVERYTHING: dict[str, Callable[[Engine, Sequence[str]], object]] = {
    "search": lambda engine, ids: [told(engine.search(question)) for question in QUESTIONS],
    "count": lambda engine, ids: engine.count("调解"),
    "report_ids": lambda engine, ids: [*engine.report_ids()],
    "reports": lambda engine, ids: [*engine.reports()],
    "fetch": lambda engine, ids: engine.fetch(ids),
    "section_number": lambda engine, ids: [engine.section_number(id, 0) is None for id in ids],
    "passages": lambda engine, ids: first_passages(engine, ids),
    "files": lambda engine, ids: engine.files(),
    "values": lambda engine, ids: [engine.values(field) for field in (Field.YEAR, Field.PART)],
    "words": lambda engine, ids: [*engine.words("调")],
    "frequencies": lambda engine, ids: engine.frequencies(["调解", "执法"]),
    "like": lambda engine, ids: found_like(engine),
    "common_form": lambda engine, ids: engine.common_form(["全面落实行政执法责任制，加强普法"]),
    "live_sections": lambda engine, ids: len([*engine.live_sections()]),
    "shared_texts": lambda engine, ids: sum(1 for _pair in engine.shared_texts()),
    "status": lambda engine, ids: (engine.status().reports, engine.status().sections),
    "verify": lambda engine, ids: [*engine.verify()],
}


def first_passages(engine: Engine, ids: Sequence[str]) -> list[str]:
    """The texts of the first sections."""
    numbers = [engine.section_number(id, 0) for id in ids]
    assert None not in numbers
    return [passage.source for passage in engine.passages([n for n in numbers if n is not None])]


def found_like(engine: Engine) -> list[tuple[str, int]]:
    """The sections that hold a word."""
    found = engine.like(Likeness({"调解": 1.0}, limit=10_000))
    return sorted((hit.report_id, hit.ordinal) for hit in found)


def test_nothing_is_told_of_half_an_index(cluster: ClusterProcess, indexed: Indexed) -> None:
    indexed.index(shape=Shape(shards=3, replicas=0))
    ids = [id for id, _digest in indexed.truth.sources]
    right = {name: tell(indexed.open(), ids) for name, tell in EVERYTHING.items()}
    engines = {name: indexed.open() for name in EVERYTHING}
    cluster.kill(3)
    refused = set[str]()
    for name, engine in engines.items():
        try:
            now = EVERYTHING[name](engine, ids)
        except LawsearchError as error:
            check_clear(error, indexed)
            refused.add(name)
        else:
            assert now == right[name], name  # what it needed was not on that node
    assert refused >= EVERYTHING.keys() - {"files", "common_form"}
    with pytest.raises(EngineUnavailable) as opening:
        indexed.open()
    check_clear(opening.value, indexed)
    check_whole_again(cluster, indexed)


def test_more_values_than_the_cluster_tells_are_no_short_list(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    indexed.index()
    engine = indexed.open()
    settings = f"{cluster.addresses[0]}/_cluster/settings"
    ask(settings, "PUT", {"persistent": {"search.max_buckets": 3}})
    try:
        with pytest.raises(EngineUnavailable, match=r"search\.max_buckets") as raised:
            engine.search(QUESTIONS[0])
        check_clear(raised.value, indexed)
    finally:
        ask(settings, "PUT", {"persistent": {"search.max_buckets": None}})
    assert told(engine.search(QUESTIONS[0])) == indexed.truth.answers[0]
    engine.close()


# No quorum


def lawsearch(indexed: Indexed, *arguments: str) -> tuple[int, str, str]:
    """(exit code, what it printed, and on standard error) of the command, as typed in a shell."""
    where = ["--url", ",".join(indexed.addresses), "--index", indexed.name]
    ended = subprocess.run(
        [sys.executable, "-c", IMPATIENT, *arguments, *where],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LANGUAGE": "en"},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout, ended.stderr


def check_one_message(ended: tuple[int, str, str], indexed: Indexed) -> None:
    """A command that failed for the cluster says so in a line or two."""
    code, printed, said = ended
    assert (code, printed) == (2, "")
    assert said.startswith(f"The engine at {indexed.where} cannot be used: ")
    assert len(said.splitlines()) <= 2
    for foreign in ("Traceback", "Exception", "urllib3", "opensearchpy"):
        assert foreign not in said


def test_without_a_quorum_commands_end_in_one_clear_message(
    cluster: ClusterProcess, indexed: Indexed, part: Indexed
) -> None:
    part.index()
    engine = part.open()
    cluster.kill(2)
    wait_for(lambda: lawsearch(part, "verify") != (0, AS_COMMITTED, ""))
    code, printed, said = lawsearch(part, "verify")
    assert (code, said) == (0, "")  # copies that are missing are no damage
    assert printed.startswith(AS_COMMITTED)
    assert "it is whole, until a node fails" in printed
    cluster.kill(3)
    for error in ask_right_or_refused(lambda: engine, part):
        assert error is not None
        check_clear(error, part)
    for command in (["query", "调解"], ["index", str(indexed.reports[0])]):
        begun = time.monotonic()
        check_one_message(lawsearch(part, *command), part)
        assert time.monotonic() - begun < MOST_WAIT_S
    check_whole_again(cluster, indexed)


def test_a_quorum_lost_in_a_bulk_and_found_again_loses_nothing(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    writer = indexed.writer()

    def lose_and_find() -> None:
        cluster.kill(2)
        cluster.kill(3)
        time.sleep(2)
        cluster.start(2)
        cluster.start(3)

    with at_bulk(writer, 3, lose_and_find):
        summary = build(writer, indexed.reports)
    assert summary.added == len(indexed.truth.sources)
    check_whole_again(cluster, indexed)


# A silent node


def test_a_node_that_sleeps_delays_the_writer_and_loses_nothing(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    writer = indexed.writer()
    with at_bulk(writer, 3, lambda: cluster.pause(2)):
        summary = build(writer, indexed.reports)
    assert summary.added == len(indexed.truth.sources)
    assert indexed.read(few_nodes=True) == indexed.truth  # the two others have it all
    check_whole_again(cluster, indexed)


def test_a_node_that_sleeps_for_a_while_spoils_no_total(
    cluster: ClusterProcess, indexed: Indexed
) -> None:
    indexed.index()
    with asked(indexed, indexed.open) as told_so_far:
        wait_for(lambda: None in told_so_far)
        cluster.pause(3)
        time.sleep(3)
        cluster.resume(3)
        after = len(told_so_far)
        wait_for(lambda: told_so_far[after:].count(None) >= len(QUESTIONS))
    check_whole_again(cluster, indexed)


# Full disks


@contextmanager
def full(cluster: ClusterProcess) -> Iterator[None]:
    """The cluster takes its disks for full."""
    settings = f"{cluster.addresses[0]}/_cluster/settings"
    try:
        ask(settings, "PUT", {"persistent": watermarks("1%")})
        wait_for(lambda: is_blocked(cluster))
        yield
    finally:
        # Indexes are freed when there is room again; that none can be made stays till undone.
        ask(settings, "PUT", {"persistent": watermarks("99%")})
        wait_for(lambda: not is_blocked(cluster))
        undone = {"cluster.blocks.create_index": None, **dict.fromkeys(watermarks("1%"))}
        ask(settings, "PUT", {"persistent": undone})


def watermarks(level: str) -> dict[str, Any]:
    """The settings that say when a disk is full."""
    watermark = "cluster.routing.allocation.disk.watermark"
    return {
        "cluster.info.update.interval": "10s",
        "cluster.routing.allocation.disk.threshold_enabled": True,
        f"{watermark}.low": level,
        f"{watermark}.high": level,
        f"{watermark}.flood_stage": level,
    }


def is_blocked(cluster: ClusterProcess) -> bool:
    """Whether some index may not be written to."""
    return bool(ask(f"{cluster.addresses[0]}/_cluster/state/blocks")["blocks"].get("indices"))


def test_full_disks_stop_the_writer_at_once_and_no_search(
    cluster: ClusterProcess, indexed: Indexed, part: Indexed
) -> None:
    part.index()
    before = part.read()
    with full(cluster):
        started = time.monotonic()
        with pytest.raises(IndexFull) as writing:
            indexed.index()
        assert time.monotonic() - started < MOST_WAIT_S / 4
        assert indexed.where in str(writing.value)
        assert "full" in str(writing.value)
        assert "run the same command again" in writing.value.hint
        assert part.read() == before
        new = replace(indexed, name=f"{indexed.name}-new")
        with pytest.raises(IndexFull) as making:
            new.index()
        assert new.where in str(making.value)
    check_whole_again(cluster, indexed)
