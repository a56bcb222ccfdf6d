"""kill -9 at each single change that `index` makes to its folder: open, fsync, rename, remove."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from index.manifest import NAME as MANIFEST
from index.manifest import read_manifest
from tests.faults.crashing import DONE, FULL, die, refuse, run_with_fault
from tests.faults.folders import (
    TOWNSHIPS,
    Content,
    content,
    index_folder,
    left_over,
    report_text,
    write_reports,
)

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="forks"),
    # The child only writes files and ends; it takes no lock that a thread of pytest may hold.
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]
MANY = 20
"""Changes that the shortest of the runs makes; it ensures that they are counted at all."""


class Scenario(NamedTuple):
    """A folder of reports, an index of before (or none), and the run that is cut short."""

    reports: Path
    before: Path
    run: Callable[[Path], object]
    shrinks: bool = False  # the run takes reports out of the index before it puts them back


def first_run(folder: Path) -> Scenario:
    """No index yet."""
    reports, before = folder / "reports", folder / "none"
    write_reports(reports, TOWNSHIPS[:2])
    return Scenario(reports, before, lambda index: index_folder(reports, index, batch=2))


def update(folder: Path) -> Scenario:
    """Reports are changed, new and gone; the segment of before stays, with some deleted."""
    reports, before = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:8])
    index_folder(reports, before, batch=8)
    write_reports(reports, TOWNSHIPS[:1], note="又办了一场。")
    write_reports(reports, TOWNSHIPS[8:])
    (reports / f"{TOWNSHIPS[2]}2023.txt").unlink()
    return Scenario(
        reports, before, lambda index: index_folder(reports, index, batch=2, prune=True)
    )


def merging(folder: Path) -> Scenario:
    """So small a segment that it is merged with what is new."""
    reports, before = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:3])
    index_folder(reports, before, batch=3)
    write_reports(reports, TOWNSHIPS[3:5])
    return Scenario(reports, before, lambda index: index_folder(reports, index, batch=2))


def rebuild(folder: Path) -> Scenario:
    """An index is built anew in place of the one of before; two reports would share an id."""
    reports, before = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[1:3])
    index_folder(reports, before, batch=2)
    other = report_text(TOWNSHIPS[1], 2023) + "另附：" + "年度普法清单与责任分工。" * 20
    (reports / "0.txt").write_text(other, "utf-8")
    index_folder(reports, before, batch=2)
    return Scenario(
        reports, before, lambda index: index_folder(reports, index, batch=2, rebuild=True), True
    )


def copy_index(scenario: Scenario, to: Path) -> Path:
    """A fresh copy of the index of before, at `to`."""
    shutil.rmtree(to, ignore_errors=True)
    if scenario.before.exists():
        shutil.copytree(scenario.before, to)
    return to


def is_between(found: Scenario, cut: Content, before: Content, after: dict[str, str]) -> bool:
    """Whether each report is as it was or as it will be, and what exists both times is there."""
    if cut is None:
        return before is None
    old = before or {}
    known = all(cut[id] in (old.get(id), after.get(id)) for id in cut)
    return known and (found.shrinks or cut.keys() >= old.keys() & after.keys())


def how_runs_end(
    found: Scenario, folder: Path, fault: Callable[[], None], step: int = 1
) -> list[int]:
    """How each run ended that met the fault at its first (second, …) change, until one met none.

    After each, the index is whole, and another run makes of it what an undisturbed one would.
    """
    index, before = folder / "index", content(found.before)
    found.run(copy_index(found, folder / "after"))
    after = content(folder / "after")
    assert after is not None
    ends: list[int] = []
    while not ends or ends[-1] != DONE:
        copy_index(found, index)
        ends.append(run_with_fault(lambda: found.run(index), index, fault, 1 + step * len(ends)))
        cut = content(index)
        assert is_between(found, cut, before, after), ends
        index_folder(found.reports, index, batch=500, prune=True)
        assert content(index) == after, ends
        assert left_over(index) == set(), ends
    return ends


def test_the_runs_are_what_they_are_named_for(tmp_path: Path) -> None:
    names = {}
    for scenario in (update, merging):
        (tmp_path / scenario.__name__).mkdir()
        found = scenario(tmp_path / scenario.__name__)
        before = read_manifest(found.before)
        found.run(found.before)
        names[scenario] = before.segments, read_manifest(found.before).segments
    (old, _), (kept, *new) = names[update][0][0], names[update][1]
    assert kept[0] == old
    assert kept[1] is not None
    assert len(new) == 1
    assert len(names[merging][1]) == 1
    assert names[merging][0] != names[merging][1]


NOW_AND_THEN = 4


@pytest.mark.parametrize(("fault", "end"), [(die, -9), (refuse, FULL)])
def test_a_run_cut_short_leaves_a_whole_index(
    fault: Callable[[], None], end: int, tmp_path: Path
) -> None:
    ends = how_runs_end(rebuild(tmp_path), tmp_path, fault, NOW_AND_THEN)

    assert len(ends) > MANY / NOW_AND_THEN
    assert set(ends) == {end, DONE}


@pytest.mark.parametrize("scenario", [first_run, update, merging, rebuild])
@pytest.mark.slow
def test_a_run_killed_at_any_change_leaves_a_whole_index(
    scenario: Callable[[Path], Scenario], tmp_path: Path
) -> None:
    ends = how_runs_end(scenario(tmp_path), tmp_path, die)

    assert len(ends) > MANY
    assert set(ends) == {-9, DONE}


@pytest.mark.parametrize("scenario", [update, rebuild])
@pytest.mark.slow
def test_a_run_refused_room_at_any_change_leaves_a_whole_index(
    scenario: Callable[[Path], Scenario], tmp_path: Path
) -> None:
    ends = how_runs_end(scenario(tmp_path), tmp_path, refuse)

    assert len(ends) > MANY
    assert set(ends) == {FULL, DONE}


def test_all_that_a_commit_names_is_on_disk_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut is worse than kill -9: what was not synced may be lost, in any order."""
    index = tmp_path / "index"
    really_sync, really_replace = os.fsync, Path.replace
    synced: dict[int, int] = {}  # inode -> size, or for the folder the number of its names
    unsynced: list[str] = []

    def sync(fd: Any) -> None:
        state = os.fstat(fd)
        is_folder = state.st_ino == index.stat().st_ino
        synced[state.st_ino] = len([*index.iterdir()]) if is_folder else state.st_size
        really_sync(fd)

    def replace(path: Path, target: Path) -> Path:
        if target.name == MANIFEST:
            named = [*json.loads(path.read_text("utf-8"))["files"], path.name]
            states = {name: (index / name).stat() for name in named}
            unsynced.extend(n for n, s in states.items() if synced.get(s.st_ino) != s.st_size)
            synced.pop(index.stat().st_ino)
        return really_replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    write_reports(tmp_path / "reports", TOWNSHIPS[:4])
    index_folder(tmp_path / "reports", index, batch=2)

    assert unsynced == []
    assert synced[index.stat().st_ino] > 0, "the folder is synced again once the name stands"
