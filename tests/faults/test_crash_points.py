"""kill -9 at each single change that `index` makes to its folder: open, fsync, rename, remove."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

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
MANY = 50
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
    write_reports(reports, TOWNSHIPS[:3])
    return Scenario(reports, before, lambda index: index_folder(reports, index, batch=2))


def update(folder: Path) -> Scenario:
    """Reports are changed, new and gone."""
    reports, before = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:5])
    index_folder(reports, before, batch=5)
    write_reports(reports, TOWNSHIPS[:2], note="又办了一场。")
    write_reports(reports, TOWNSHIPS[4:5], year=2024)
    (reports / f"{TOWNSHIPS[2]}2023.txt").unlink()
    return Scenario(
        reports, before, lambda index: index_folder(reports, index, batch=2, prune=True)
    )


def merging(folder: Path) -> Scenario:
    """So many segments that some are merged."""
    reports, before = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:7])
    index_folder(reports, before, batch=1)
    write_reports(reports, TOWNSHIPS[7:])
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
        reports, before, lambda index: index_folder(reports, index, batch=1, rebuild=True), True
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


def how_runs_end(found: Scenario, folder: Path, fault: Callable[[], None]) -> list[int]:
    """How each run ended that met the fault at its first, second, … change, until one met none.

    After each, the index is whole, and another run makes of it what an undisturbed one would.
    """
    index, before = folder / "index", content(found.before)
    found.run(copy_index(found, folder / "after"))
    after = content(folder / "after")
    assert after is not None
    ends: list[int] = []
    while not ends or ends[-1] != DONE:
        copy_index(found, index)
        ends.append(run_with_fault(lambda: found.run(index), index, fault, len(ends) + 1))
        cut = content(index)
        assert is_between(found, cut, before, after), ends
        index_folder(found.reports, index, batch=500, prune=True)
        assert content(index) == after, ends
        assert left_over(index) == set(), ends
    return ends


@pytest.mark.parametrize("scenario", [first_run, rebuild])
def test_a_run_killed_at_any_change_leaves_a_whole_index(
    scenario: Callable[[Path], Scenario], tmp_path: Path
) -> None:
    ends = how_runs_end(scenario(tmp_path), tmp_path, die)

    assert len(ends) > MANY
    assert set(ends[:-1]) == {-signal.SIGKILL}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [update, merging])
def test_an_update_killed_at_any_change_leaves_a_whole_index(
    scenario: Callable[[Path], Scenario], tmp_path: Path
) -> None:
    test_a_run_killed_at_any_change_leaves_a_whole_index(scenario, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [first_run, update, merging, rebuild])
def test_a_run_refused_room_at_any_change_leaves_a_whole_index(
    scenario: Callable[[Path], Scenario], tmp_path: Path
) -> None:
    ends = how_runs_end(scenario(tmp_path), tmp_path, refuse)

    assert len(ends) > MANY
    assert set(ends) == {FULL, DONE}
