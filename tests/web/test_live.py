"""Always the last commit, and never two in one answer."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import ClassVar

import pytest

from index.errors import EngineUnavailable, IndexDamaged, IndexMissing
from index.location import Folder, Watch
from tests.made import batch, make_report, write
from tests.served import wait_until
from web.keeping import keep_up, warm_up
from web.live import Held, Latest, Live, common_folder, shorten

FIRST = make_report("甲镇-2023", [("一、调解", "调解员上门。")])
SECOND = make_report("乙镇-2023", [("一、普法", "普法进村。")])


def open_live(folder: Path, latest: Latest | None = None) -> Live:
    return Live(Folder(folder), "1", warm_up, latest or Latest())


def ids(live: Live) -> list[str]:
    with live.hold() as held:
        return [*held.engine.report_ids()]


def test_a_new_commit_is_seen_once_it_is_ready(tmp_path: Path) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    assert ids(live) == [FIRST.id]
    write(tmp_path, batch(SECOND))
    assert ids(live) == [FIRST.id]
    live.refresh()
    assert sorted(ids(live)) == sorted([FIRST.id, SECOND.id])
    live.close()


def test_a_lane_is_not_behind_what_another_has_answered_from(tmp_path: Path) -> None:
    """Though nothing but the answer of the other one tells it of the commit."""
    latest = Latest()
    first = open_live(write(tmp_path, batch(FIRST)), latest)
    second = open_live(tmp_path, latest)
    assert ids(first) == ids(second) == [FIRST.id]
    write(tmp_path, batch(SECOND))
    first.refresh()
    assert ids(second) == [FIRST.id]
    assert len(ids(first)) == 2
    assert len(ids(second)) == 2
    first.close()
    second.close()


def test_an_answer_keeps_its_commit_to_its_end(tmp_path: Path) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    with live.hold() as held:
        write(tmp_path, batch(SECOND))
        live.refresh()
        with live.hold() as later:
            assert (held.commit, later.commit, live.commit) == (1, 2, 2)
            assert held.digest != later.digest
        assert [*held.engine.report_ids()] == [FIRST.id]
        assert held.engine.count("调解") == 1
    live.close()


def is_closed(held: Held) -> bool:
    try:
        return not [*held.engine.words()]
    except (ValueError, KeyError):
        return True


def test_the_commit_of_before_is_closed_when_its_last_answer_is_done(tmp_path: Path) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    with live.hold() as held:
        write(tmp_path, batch(SECOND))
        live.refresh()
        ids(live)
        assert not is_closed(held)
    assert is_closed(held)
    live.close()


def test_a_commit_that_nobody_asked_is_closed_too(tmp_path: Path) -> None:
    made: list[Held] = []
    live = Live(Folder(write(tmp_path, batch(FIRST))), "1", made.append, Latest())
    live.refresh()
    write(tmp_path, batch(SECOND))
    live.refresh()
    live.refresh()
    assert [held.commit for held in made] == [1, 2]
    assert is_closed(made[0])
    assert len(ids(live)) == 2
    live.close()
    assert is_closed(made[1])


def test_an_index_that_comes_later_is_found(tmp_path: Path) -> None:
    live = open_live(tmp_path / "later")
    with pytest.raises(IndexMissing), live.hold():
        pass
    live.refresh()
    assert live.commit == 0
    write(tmp_path / "later", batch(FIRST))
    assert ids(live) == [FIRST.id]
    live.close()


def test_a_damaged_commit_is_logged_once_and_the_last_good_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    assert ids(live) == [FIRST.id]
    manifest = tmp_path / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_bytes(good[:-20])
    live.refresh()
    monkeypatch.setattr(live, "_again", 0.0)
    live.refresh()
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "manifest.json is cut short" in caplog.text
    assert ids(live) == [FIRST.id]
    with pytest.raises(IndexDamaged), open_live(tmp_path).hold():
        pass
    manifest.write_bytes(good)
    live.refresh()
    assert ids(live) == [FIRST.id]
    live.close()


def test_a_commit_that_could_not_be_opened_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    assert ids(live) == [FIRST.id]
    write(tmp_path, batch(SECOND))
    (late,) = tmp_path.glob("_lawsearch_2.toc")  # as where files are copied one after the other
    late.rename(tmp_path / "late")
    live.refresh()
    assert ids(live) == [FIRST.id]
    (tmp_path / "late").rename(late)
    live.refresh()
    assert ids(live) == [FIRST.id]  # it takes long to read all: not so soon again
    monkeypatch.setattr(live, "_again", 0.0)
    live.refresh()
    assert sorted(ids(live)) == sorted([FIRST.id, SECOND.id])
    assert len(caplog.records) == 1
    live.close()


def test_a_commit_that_cannot_be_made_ready_is_closed(tmp_path: Path) -> None:
    made: list[Held] = []

    def fail(held: Held) -> None:
        made.append(held)
        raise IndexDamaged(tmp_path, "x", "is cut short")

    live = Live(Folder(write(tmp_path, batch(FIRST))), "1", fail, Latest())
    live.refresh()
    assert is_closed(made[0])
    live.close()


class Idle(Folder):
    """One that lets go of a commit as soon as nobody asks."""

    idle_s: ClassVar[float] = 0.0


def test_a_commit_that_nobody_asked_for_long_is_opened_again(tmp_path: Path) -> None:
    live = Live(Idle(write(tmp_path, batch(FIRST))), "1", warm_up, Latest())
    with live.hold() as held, live.hold() as same:
        assert same is held
    with live.hold() as again:
        assert again is not held
        assert is_closed(held)
        assert [*again.engine.report_ids()] == [FIRST.id]
    live.close()


def test_what_an_engine_that_is_away_has_held_is_opened_again(tmp_path: Path) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    with pytest.raises(EngineUnavailable), live.hold() as held:
        raise EngineUnavailable("http://here", "the commit is no longer held")
    assert is_closed(held)
    with live.hold() as again:
        assert again is not held
    live.close()


class Away(Folder):
    """One whose machine does not answer for a while."""

    away: ClassVar[bool] = True

    def watch(self) -> Watch:
        look = super().watch()

        def look_there() -> Hashable:
            if Away.away:
                raise EngineUnavailable("http://here", "nothing listens there")
            return look()

        return look_there


def test_an_engine_that_is_away_is_logged_once_each_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(Away(write(tmp_path, batch(FIRST))), "1", warm_up, Latest())
    live.refresh()
    live.refresh()
    assert [r.message for r in caplog.records] == [
        "The engine at http://here cannot be used: nothing listens there. "
    ]
    monkeypatch.setattr(Away, "away", False)
    live.refresh()
    assert live.newest is not None
    monkeypatch.setattr(Away, "away", True)
    live.refresh()
    assert len(caplog.records) == 2
    assert ids(live) == [FIRST.id]
    live.close()


def test_a_server_keeps_up_with_the_index(tmp_path: Path) -> None:
    live = open_live(write(tmp_path, batch(FIRST)))
    with keep_up(live) as thread:
        assert ids(live) == [FIRST.id]
        write(tmp_path, batch(SECOND))
        wait_until(lambda: len(ids(live)) == 2)
    assert not thread.is_alive()
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
        pytest.param("/li/reports/青禾县/x.pdf", "/li/reports", "青禾县/x.pdf", id="inside"),
        pytest.param("/li/else/x.pdf", "/li/reports", "x.pdf", id="elsewhere"),
        pytest.param("/li/reports-old/x.pdf", "/li/reports", "x.pdf", id="a like name"),
        pytest.param("/li/x.pdf", "", "x.pdf", id="no common folder"),
        pytest.param(r"C:\Users\li\x.pdf", "", "x.pdf", id="of another system"),
    ],
)
def test_nobody_learns_where_the_reports_lie(path: str, root: str, shown: str) -> None:
    assert shorten(path, root) == shown
