"""A disk without room, and folders that cannot be written to: a clear message, the last index."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from index.errors import IndexFull
from index.whoosh_writer import WhooshWriter
from tests.faults.crashing import DONE, FULL, run_apart
from tests.faults.folders import TOWNSHIPS, content, index_folder, left_over, write_reports

ROOT = Path(__file__).resolve().parents[2]
KIB = 1024
LARGE = 64 * 1024 * KIB


def is_root() -> bool:
    """Whether permissions mean nothing to this process, and it may mount."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def mount(disk: Path, options: str) -> None:
    """Mount (or remount) a file system in memory. Skips the test where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no mount: {error}")
    if done.returncode:
        pytest.skip(f"mount is not allowed: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, large at first."""
    if sys.platform == "win32" or not is_root():
        pytest.skip("only root mounts a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, f"size={LARGE}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def used(disk: Path) -> int:
    """Bytes in use on the file system."""
    state = os.statvfs(disk)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def lawsearch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line as a process."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_full_disk_is_told_and_the_same_command_finishes_when_there_is_room(
    disk: Path, tmp_path: Path
) -> None:
    reports, index = tmp_path / "reports", disk / "index"
    write_reports(reports, TOWNSHIPS[:3])
    asked = ("index", reports, "--index-dir", index, "--jobs", "1")
    assert lawsearch(*asked).returncode == 0
    before = content(index)
    write_reports(reports, TOWNSHIPS)
    mount(disk, f"remount,size={used(disk) + 16 * KIB}")

    refused = lawsearch(*asked)

    assert refused.returncode == 2
    assert refused.stderr == (
        f"Could not write to the index at {index}: the disk is full.\n"
        "The last commit is whole. Make room (or permission) and run the same command again.\n"
    )
    assert content(index) == before
    assert left_over(index) == set()
    mount(disk, f"remount,size={LARGE}")
    assert lawsearch(*asked).returncode == 0
    assert lawsearch("verify", "--index-dir", index).returncode == 0
    assert len(content(index) or ()) == len(TOWNSHIPS)


def why_refused(reports: Path, index: Path) -> str | None:
    """Why the index could not be brought in step with the reports, if it could not."""
    try:
        index_folder(reports, index, batch=500)
    except IndexFull as full:
        return full.reason
    return None


def test_a_disk_that_fills_up_at_any_size_leaves_the_last_index(disk: Path, tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", disk / "index"
    write_reports(reports, TOWNSHIPS[:2])
    index_folder(reports, index, batch=2)
    before, taken = content(index), used(disk)
    write_reports(reports, TOWNSHIPS)
    failures = 0
    for room in range(0, 2000, 4):
        mount(disk, f"remount,size={taken + room * KIB}")
        reason = why_refused(reports, index)
        if reason is None:
            break
        failures += 1
        assert reason == "the disk is full"
        assert content(index) == before
        assert left_over(index) == set()
    assert failures > 10
    assert len(content(index) or ()) == len(TOWNSHIPS)


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_files_that_may_not_grow_leave_the_last_index(tmp_path: Path) -> None:
    """What root's tmpfs shows above, for everybody: writes fail in the middle of a file."""
    import resource

    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:2])
    index_folder(reports, index, batch=2)
    before = content(index)
    write_reports(reports, TOWNSHIPS)
    ends = []
    for size in [*range(0, 4000, 250), *range(4000, 400_000, 8000)]:
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        ends.append(run_apart(partial(index_folder, reports, index, batch=500), limit))
        if ends[-1] == DONE:
            break
        assert content(index) == before
        assert left_over(index) <= {"writer.json"}
    assert ends.count(FULL) == len(ends) - 1 > 10
    assert ends[-1] == DONE
    assert len(content(index) or ()) == len(TOWNSHIPS)


def test_a_first_commit_that_finds_no_room_leaves_nothing(disk: Path, tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", disk / "index"
    write_reports(reports, TOWNSHIPS)
    mount(disk, f"remount,size={24 * KIB}")

    with pytest.raises(IndexFull):
        index_folder(reports, index, batch=500)

    assert content(index) is None
    assert {path.name for path in index.iterdir()} <= {"manifest.json.tmp", "writer.lock"}
    mount(disk, f"remount,size={LARGE}")
    index_folder(reports, index, batch=500)
    assert len(content(index) or ()) == len(TOWNSHIPS)


def test_a_disk_that_turned_read_only_is_told_and_searched(disk: Path, tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", disk / "index"
    write_reports(reports, TOWNSHIPS[:2])
    index_folder(reports, index, batch=2)
    mount(disk, "remount,ro")

    refused = lawsearch("index", reports, "--index-dir", index)

    assert refused.returncode == 2
    assert refused.stderr.startswith(
        f"Could not write to the index at {index}: Read-only file system.\n"
    )
    assert lawsearch("query", "普法课", "--index-dir", index).returncode == 0
    assert lawsearch("verify", "--index-dir", index).returncode == 0


@pytest.mark.skipif(sys.platform == "win32" or is_root(), reason="permissions, and root has all")
def test_a_folder_without_permission_is_told_and_searched(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:2])
    index_folder(reports, index, batch=2)
    index.chmod(0o555)
    try:
        with pytest.raises(IndexFull, match="Permission denied"):
            WhooshWriter(index)
        assert len(content(index) or ()) == 2
    finally:
        index.chmod(0o755)


@pytest.mark.parametrize("below", [".", "index"])
def test_an_index_folder_that_is_a_file_is_told(below: str, tmp_path: Path) -> None:
    write_reports(tmp_path / "reports", TOWNSHIPS[:1])
    file = tmp_path / "file"
    file.write_text("somebody's notes", "utf-8")

    refused = lawsearch("index", tmp_path / "reports", "--index-dir", file / below)
    asked = lawsearch("query", "普法", "--index-dir", file / below)

    assert refused.returncode == asked.returncode == 2
    assert refused.stderr.startswith(f"Could not write to the index at {file / below}: ")
    assert asked.stderr.startswith(f"No index at {file / below}.\n")
    assert "Traceback" not in refused.stderr + asked.stderr
    assert file.read_text("utf-8") == "somebody's notes"
