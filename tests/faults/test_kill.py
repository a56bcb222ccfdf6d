"""kill -9 at random moments of a real `lawsearch index`, while another process reads the index."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.generate import generate_reports, write_reports
from index.manifest import NAME as MANIFEST
from tests.faults.folders import content, left_over

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and process groups")

ROOT = Path(__file__).resolve().parents[2]
DRIVER, READER = ROOT / "tests/faults/driver.py", ROOT / "tests/faults/reading.py"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
BATCH = 20
VERIFY_EVERY = 5  # `verify` cuts all texts anew; checksums are looked at after every kill
GRACE_S = 20.0


def index_command(reports: Path, index: Path) -> list[str]:
    """The command that is killed, and that finishes the job in the end."""
    asked = ["index", str(reports), "--index-dir", str(index), "--jobs", "2"]
    return [sys.executable, str(DRIVER), str(BATCH), *asked]


def start(reports: Path, index: Path, said: Path) -> subprocess.Popen[bytes]:
    """The command in a process group of its own; what it says goes to a file."""
    with said.open("wb") as file:
        return subprocess.Popen(
            index_command(reports, index),
            env=ENVIRONMENT,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def finish(reports: Path, index: Path) -> str:
    """What the command prints when it is left alone."""
    done = subprocess.run(
        index_command(reports, index), env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@contextmanager
def reader(index: Path, total: int) -> Iterator[dict[str, Any]]:
    """A process that reads the index meanwhile; what it saw is in the mapping afterwards."""
    process = subprocess.Popen(
        [sys.executable, str(READER), str(index), str(BATCH), str(total)],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    saw: dict[str, Any] = {}
    try:
        yield saw
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        saw |= json.loads(out)
    finally:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes], *, group: bool) -> None:
    """kill -9 of the process alone or of all that it started; all of them must end."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    if group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(family, GRACE_S)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


def wait_for_moment(process: subprocess.Popen[bytes], index: Path, chance: random.Random) -> str:
    """Let the process run until a random moment; half of them are within a commit."""
    if chance.random() < 0.5:
        until = time.monotonic() + chance.uniform(0.2, 2.5)
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)
        return "any"
    commits = chance.randrange(1, 3)
    while commits and process.poll() is None:
        wait_for_commit(process, index)
        commits -= 1
    time.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02, 0.05]))
    return "commit"


def wait_for_commit(process: subprocess.Popen[bytes], index: Path) -> None:
    """Wait until a file appears that is not of the last commit."""
    before = names(index)
    while process.poll() is None and not names(index) - before:
        time.sleep(0.001)


def names(index: Path) -> set[str]:
    """The names in the index folder."""
    return {path.name for path in index.iterdir()} if index.is_dir() else set()


def kill_at_random(tmp_path: Path, *, kills: int, townships: int, seed: int) -> dict[str, Any]:
    """Kill a run as often, each time going on from there; begin anew whenever one was finished."""
    chance = random.Random(seed)
    reports, index = tmp_path / "reports", tmp_path / "index"
    total = write_reports(generate_reports(1, townships, range(2019, 2024), 7), reports)
    killed = 0
    with reader(index, total) as saw:
        while killed < kills:
            process = start(reports, index, tmp_path / "said")
            wait_for_moment(process, index, chance)
            if process.poll() is None:
                kill(process, group=killed % 2 == 0)
                killed += 1
                assert_whole_batches(index, total, verify=killed % VERIFY_EVERY == 0)
            else:
                assert process.returncode == 0, (tmp_path / "said").read_text("utf-8")
                assert_finished(index, total)
                (index / MANIFEST).unlink()  # first, so that no reader sees half an index
                shutil.rmtree(index)
        finish(reports, index)
    assert_finished(index, total)
    return saw


def assert_whole_batches(index: Path, total: int, *, verify: bool) -> None:
    if (index / MANIFEST).exists():
        found = content(index, verify=verify)
        assert found is not None
        assert len(found) % BATCH == 0 or len(found) == total


def assert_finished(index: Path, total: int) -> None:
    found = content(index)
    assert found is not None
    assert len(found) == total
    assert left_over(index) == set()


@pytest.mark.parametrize(
    ("kills", "townships"),
    [
        pytest.param(2, 8, id="2 kills"),
        pytest.param(50, 50, id="50 kills", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_a_killed_run_leaves_whole_batches_and_readers_alone(
    kills: int, townships: int, tmp_path: Path
) -> None:
    saw = kill_at_random(tmp_path, kills=kills, townships=townships, seed=kills)

    assert saw["wrong"] == []
    assert sum(saw["seen"].values()) > kills
    assert len(saw["seen"]) > 1, "the reader saw the index grow"
