"""kill -9 at each single change that `index` makes to its folder: open, fsync, rename, remove."""

from __future__ import annotations

import shutil
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
    write_reports,
)

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="forks"),
    # The child only writes files and ends; it takes no lock that a thread of pytest may hold.
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]
MOST_POINTS = 3000


class Scenario(NamedTuple):
    """A folder of reports, an index of before (or none), and the run that is cut short."""

    reports: Path
    index: Path
    run: Callable[[Path], object]


def first_run(folder: Path) -> Scenario:
    """No index yet."""
    write_reports(folder / "reports", TOWNSHIPS[:5])
    return Scenario(
        folder / "reports",
        folder / "none",
        lambda index: index_folder(folder / "reports", index, batch=2),
    )


def update(folder: Path) -> Scenario:
    """Reports are changed, new and gone."""
    reports, index = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:5])
    index_folder(reports, index, batch=5)
    write_reports(reports, TOWNSHIPS[:2], note="又办了一场。")
    write_reports(reports, TOWNSHIPS[4:6], year=2024)
    (reports / f"{TOWNSHIPS[2]}2023.txt").unlink()
    return Scenario(reports, index, lambda index: index_folder(reports, index, batch=2, prune=True))


def merging(folder: Path) -> Scenario:
    """So many segments that some are merged."""
    reports, index = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:7])
    index_folder(reports, index, batch=1)
    write_reports(reports, TOWNSHIPS[7:9])
    return Scenario(reports, index, lambda index: index_folder(reports, index, batch=1))


def rebuild(folder: Path) -> Scenario:
    """An index is built anew beside the one of before."""
    reports, index = folder / "reports", folder / "before"
    write_reports(reports, TOWNSHIPS[:4])
    index_folder(reports, index, batch=2)
    return Scenario(
        reports, index, lambda index: index_folder(reports, index, batch=2, rebuild=True)
    )


def copy_index(scenario: Scenario, to: Path) -> Path:
    """A fresh copy of the index of before, at `to`."""
    shutil.rmtree(to, ignore_errors=True)
    if scenario.index.exists():
        shutil.copytree(scenario.index, to)
    return to


def is_between(found: Content, before: Content, after: Content) -> bool:
    """Whether each report is as it was or as it will be, and what exists both times is there."""
    if found is None or after is None:
        return found == before
    old = before or {}
    return all(found[id] in (old.get(id), after.get(id)) for id in found) and (
        found.keys() >= old.keys() & after.keys()
    )


SCENARIOS = [
    pytest.param(first_run, 1, id="first run"),
    pytest.param(update, 1, id="update"),
    pytest.param(merging, 1, id="merging"),
    pytest.param(rebuild, 1, id="rebuild"),
]


def every(step: int, found: Scenario, index: Path, fault: Callable[[], None]) -> list[int]:
    """How each of the runs ended that met the fault at change 1, 1 + step, … until one did not."""
    before = content(found.index)
    after_index = copy_index(found, index.with_name("after"))
    found.run(after_index)
    after = content(after_index)
    ends = []
    for at in range(1, MOST_POINTS, step):
        copy_index(found, index)
        ends.append(run_with_fault(lambda: found.run(index) and None, index, fault, at))
        assert_whole_and_finishable(found, index, before, after, at)
        if ends[-1] == DONE:
            return ends
    raise AssertionError("the run never ends")


def assert_whole_and_finishable(
    found: Scenario, index: Path, before: Content, after: Content, at: int
) -> None:
    cut = content(index)
    assert is_between(cut, before, after), at
    index_folder(found.reports, index, batch=2, prune=True)
    assert content(index) == after, at
    assert left_over(index) == set(), at


@pytest.mark.parametrize(("scenario", "step"), SCENARIOS)
def test_killed_at_any_change_the_index_is_whole_and_the_next_run_finishes(
    scenario: Callable[[Path], Scenario], step: int, tmp_path: Path
) -> None:
    ends = every(step, scenario(tmp_path), tmp_path / "index", die)

    assert set(ends[:-1]) == {-9}
    print(len(ends))


@pytest.mark.parametrize(("scenario", "step"), SCENARIOS)
def test_refused_at_any_change_the_index_is_whole_and_the_next_run_finishes(
    scenario: Callable[[Path], Scenario], step: int, tmp_path: Path
) -> None:
    ends = every(step, scenario(tmp_path), tmp_path / "index", refuse)

    assert set(ends[:-1]) <= {FULL, DONE}
    print(len(ends), ends)
