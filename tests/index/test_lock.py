"""One writer at a time; the next one is told who is before it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import IndexLocked
from index.lock import HOLDER, WriterLock, describe_holder
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from tests.made import batch, make_report, write

HOLD = """
import sys, time
from pathlib import Path
from index.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), wait_s=0)
print("held", flush=True)
sys.stdin.read()
"""
ROOT = Path(__file__).parents[2]


def start_holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen[str], *, kill: bool = False) -> None:
    if kill:
        holder.kill()
    holder.communicate()


def test_the_next_writer_is_told_which_process_holds_the_lock(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    with pytest.raises(IndexLocked) as error:
        WhooshWriter(tmp_path, wait_s=0.2)
    end(holder)
    assert re.search(rf"process {holder.pid} on \S+, since 20\d\d-", str(error.value))
    assert "searching goes on" in error.value.hint


def test_readers_need_no_lock(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r0", [("一、", "枫桥")])))
    holder = start_holder(tmp_path)
    engine = WhooshEngine(tmp_path)
    assert [*engine.report_ids()] == ["r0"]
    engine.close()
    end(holder)


@pytest.mark.parametrize("kill", [False, True])
def test_a_lock_ends_with_its_process(tmp_path: Path, kill: bool) -> None:
    end(start_holder(tmp_path), kill=kill)
    WriterLock(tmp_path, wait_s=0).release()
    assert not (tmp_path / HOLDER).exists()


def test_a_writer_waits_for_the_one_before(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    assert holder.stdin is not None
    holder.stdin.close()  # it ends some time from now
    WriterLock(tmp_path, wait_s=20).release()
    holder.wait()
    assert holder.stdout is not None
    holder.stdout.close()


def test_a_failed_opening_lets_the_lock_go(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("no manifest")
    for _ in range(2):
        with pytest.raises(Exception, match="cut short"):
            WhooshWriter(tmp_path, wait_s=0)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"pid": 1}', "[" * 9000, "\x00"])
def test_a_holder_that_says_nothing_useful_is_still_told(tmp_path: Path, said: str) -> None:
    (tmp_path / HOLDER).write_text(said)
    assert describe_holder(tmp_path) == "a process that has not said its number"


def test_the_holder_says_who_it_is(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path, wait_s=0)
    assert describe_holder(tmp_path).startswith(f"process {os.getpid()} on ")
    lock.release()
