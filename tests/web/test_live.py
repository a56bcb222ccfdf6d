"""Always the last commit, and never two in one answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import IndexDamaged, IndexMissing
from tests.made import batch, make_report, write
from web.live import Live, common_folder, shorten

FIRST = make_report("甲镇-2023", [("一、调解", "调解员上门。")])
SECOND = make_report("乙镇-2023", [("一、普法", "普法进村。")])


def ids(live: Live) -> list[str]:
    with live.hold() as held:
        return [*held.engine.report_ids()]


def test_a_new_commit_is_seen_by_the_next_answer(tmp_path: Path) -> None:
    live = Live(write(tmp_path, batch(FIRST)), "1")
    assert ids(live) == [FIRST.id]
    write(tmp_path, batch(SECOND))
    assert sorted(ids(live)) == sorted([FIRST.id, SECOND.id])
    live.close()


def test_an_answer_keeps_its_commit_to_its_end(tmp_path: Path) -> None:
    live = Live(write(tmp_path, batch(FIRST)), "1")
    with live.hold() as held:
        write(tmp_path, batch(SECOND))
        with live.hold() as later:
            assert (held.commit, later.commit) == (1, 2)
            assert held.digest != later.digest
        assert [*held.engine.report_ids()] == [FIRST.id]
        assert held.engine.count("调解") == 1
    live.close()


def test_the_commit_of_before_is_closed_when_its_last_answer_is_done(tmp_path: Path) -> None:
    live = Live(write(tmp_path, batch(FIRST)), "1")
    with live.hold() as held:
        write(tmp_path, batch(SECOND))
        ids(live)
        assert held.engine.count("调解") == 1
    with pytest.raises((ValueError, KeyError)):
        held.engine.fetch([FIRST.id])
    live.close()


def test_an_index_that_comes_later_is_found(tmp_path: Path) -> None:
    live = Live(tmp_path / "later", "1")
    with pytest.raises(IndexMissing), live.hold():
        pass
    assert live.commit == 0
    write(tmp_path / "later", batch(FIRST))
    assert ids(live) == [FIRST.id]
    live.close()


def test_a_damaged_commit_is_told_and_the_next_one_is_used(tmp_path: Path) -> None:
    live = Live(write(tmp_path, batch(FIRST)), "1")
    assert ids(live) == [FIRST.id]
    manifest = tmp_path / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_bytes(good[:-20])
    with pytest.raises(IndexDamaged), live.hold():
        pass
    manifest.write_bytes(good)
    assert ids(live) == [FIRST.id]
    live.close()


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        pytest.param(["/a/b/x.txt", "/a/b/c/y.txt"], "/a/b", id="the folder above both"),
        pytest.param(["/a/b/x.txt"], "/a/b", id="one file"),
        pytest.param(["/a/x.txt", "/b/y.txt"], "", id="nothing but the root in common"),
        pytest.param(["a/x.txt", "/b/y.txt"], "", id="one is relative"),
        pytest.param([], "", id="no file"),
    ],
)
def test_the_folder_that_holds_all_files(paths: list[str], root: str) -> None:
    assert common_folder(iter(paths)) == root


@pytest.mark.parametrize(
    ("path", "root", "shown"),
    [
        pytest.param("/home/li/reports/青禾县/2024/x.pdf", "/home/li/reports", "青禾县/2024/x.pdf", id="inside"),
        pytest.param("/home/li/else/x.pdf", "/home/li/reports", "x.pdf", id="elsewhere"),
        pytest.param("/home/li/reports-old/x.pdf", "/home/li/reports", "x.pdf", id="a like name"),
        pytest.param("/home/li/x.pdf", "", "x.pdf", id="no common folder"),
    ],
)  # fmt: skip
def test_nobody_learns_where_the_reports_lie(path: str, root: str, shown: str) -> None:
    assert shorten(path, root) == shown
