"""Copies of an index: the same reports, files and ids, whatever came between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from index.engine import Batch, FileRow
from index.errors import UserError
from index.model import Report, SourceFile
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer.build import Progress
from indexer.copying import Copied, copy_index
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

REFUSED = FileRow("/refused.pdf", "11", 1, 1, None, "it is damaged")


def report(id: str, text: str = "板凳会", *, year: int = 2023, path: str | None = None) -> Report:
    return make_report(id, [("一、", text), ("", "")], year=year, path=path)


def reports(n: int) -> list[Report]:
    return [report(f"r{number:03}", f"板凳会{number}") for number in range(n)]


@contextmanager
def reading(folder: Path) -> Iterator[WhooshEngine]:
    engine = WhooshEngine(folder)
    try:
        yield engine
    finally:
        engine.close()


def copy(source: Path, target: Path) -> Copied:
    writer = WhooshWriter(target)
    try:
        with reading(source) as engine:
            return copy_index(engine, writer)
    finally:
        writer.close()


Held = tuple[dict[str, Report], dict[str, FileRow], frozenset[str]]


def held(folder: Path) -> Held:
    """Everything that an index has of reports, files and ids."""
    with reading(folder) as engine:
        found = engine.fetch([*engine.report_ids()])
        return found, engine.files(), engine.retired()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An index of three reports, a file that was refused and an id that is gone."""
    last = Batch(files=(REFUSED,), retired=frozenset({"r9~2"}))
    return write(tmp_path / "source", batch(*reports(3)), last)


def test_a_copy_has_all_that_the_source_has(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    copied = copy(source, target)
    assert (copied.total, copied.written, copied.unchanged, copied.others) == (3, 3, 0, 0)
    assert held(target) == held(source)
    assert held(target)[2] == {"r9~2"}
    with reading(target) as engine:
        assert [*engine.verify()] == []


def test_processes_that_prepare_make_the_same_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = write(tmp_path / "source", batch(*reports(9))), tmp_path / "target"
    monkeypatch.setattr("indexer.pool.ALONE_CHARACTERS", 20)
    monkeypatch.setattr("indexer.copying.BATCH_REPORTS", 4)
    with reading(source) as engine, closing(WhooshWriter(target)) as writer:
        assert copy_index(engine, writer, jobs=2).written == 9
    assert held(target) == held(source)
    with reading(target) as engine:
        assert engine.commit == 3


def test_a_copy_of_the_same_again_writes_nothing(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    copy(source, target)
    with reading(target) as engine:
        commit = engine.commit
    copied = copy(source, target)
    assert (copied.written, copied.unchanged) == (0, 3)
    with reading(target) as engine:
        assert engine.commit == commit


def test_only_what_has_changed_is_written_again(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    copy(source, target)
    changed, moved = report("r001", "屋场会"), report("r002", "板凳会2", path="/elsewhere.txt")
    write(source, replace(batch(changed, moved), forget=frozenset({"/reports/r002.txt"})))
    copied = copy(source, target)
    assert (copied.written, copied.unchanged) == (2, 1)
    assert held(target) == held(source)


def test_a_content_that_changed_under_the_same_row_is_written_again(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    copy(source, target)
    one = report("r001", "板凳会1")
    write(source, batch(replace(one, title="新")))
    assert copy(source, target).written == 1
    assert held(target) == held(source)


class _Stopped(Exception):
    """The user's Ctrl+C."""


class _StoppingWriter(WhooshWriter):
    def write(self, batch: Batch) -> None:
        super().write(batch)
        raise _Stopped


def test_a_copy_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = write(tmp_path / "source", batch(*reports(25))), tmp_path / "target"
    monkeypatch.setattr("indexer.copying.BATCH_REPORTS", 4)
    monkeypatch.setattr("indexer.copying._AT_ONCE", 3)
    for n_commits in range(1, 4):
        writer = _StoppingWriter(target)
        with reading(source) as engine, pytest.raises(_Stopped):
            copy_index(engine, writer)
        writer.close()
        assert len(held(target)[0]) == 4 * n_commits
    copied = copy(source, target)
    assert (copied.unchanged, copied.written) == (12, 13)
    assert held(target) == held(source)


def test_commits_are_bounded_by_their_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "source", batch(*reports(5)))
    monkeypatch.setattr("indexer.copying.BATCH_CHARACTERS", 15)
    copy(source, tmp_path / "target")
    with reading(tmp_path / "target") as engine:
        assert engine.commit == 3
    assert held(tmp_path / "target") == held(source)


def test_progress_is_told_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "source", batch(*reports(5)))
    monkeypatch.setattr("indexer.copying._AT_ONCE", 2)
    told: list[Progress] = []
    writer = WhooshWriter(tmp_path / "target")
    with reading(source) as engine:
        copy_index(engine, writer, on_progress=told.append)
    writer.close()
    assert [each.done for each in told] == [2, 4, 5]
    assert {each.total for each in told} == {5}


def test_reports_of_other_files_stay(source: Path, tmp_path: Path) -> None:
    other = report("r7", path="/other/r7.txt")
    target = write(tmp_path / "target", batch(other))
    copied = copy(source, target)
    assert copied.others == 1
    assert held(target)[0] == held(source)[0] | {"r7": other}


def test_a_report_of_other_files_is_not_written_over(source: Path, tmp_path: Path) -> None:
    other = report("r001", "屋场会", path="/other/r001.txt")
    row = FileRow("/other/r001.txt", "77", 1, 1, "r001")
    target = write(tmp_path / "target", replace(batch(other), files=(row,)))
    before = held(target)
    with pytest.raises(UserError, match=r"another report r001, made from /other/r001\.txt"):
        copy(source, target)
    assert held(target) == before


def test_a_file_that_gave_another_report_before_leaves_nothing_of_it(
    source: Path, tmp_path: Path
) -> None:
    """The township of a file was corrected after the first copy: its report has another id."""
    target = tmp_path / "target"
    copy(source, target)
    named = report("named", path="/reports/r001.txt")
    write(source, replace(batch(named, remove=["r001"]), forget=frozenset()))
    copied = copy(source, target)
    assert (copied.written, copied.others) == (1, 0)
    assert held(target) == held(source)


def test_a_file_that_left_its_report_is_forgotten(tmp_path: Path) -> None:
    files = tuple(SourceFile(f"/r.{form}", "00", 1, 1) for form in ("txt", "pdf"))
    both = replace(report("r"), files=files)
    rows = tuple(FileRow(file.path, "00", 1, 1, "r") for file in files)
    source = write(tmp_path / "source", replace(batch(both), files=rows))
    copy(source, tmp_path / "target")
    one = replace(both, files=files[:1])
    write(source, replace(batch(one), files=rows[:1], forget=frozenset({"/r.pdf"})))
    copy(source, tmp_path / "target")
    assert held(tmp_path / "target") == held(source)


@pytest.mark.parametrize("batches", [[Batch()], [batch(report("r"), remove=[])]])
def test_an_index_of_little_is_copied(batches: Sequence[Batch], tmp_path: Path) -> None:
    source = write(tmp_path / "source", *batches)
    copied = copy(source, tmp_path / "target")
    assert copied.total == len(held(source)[0])
    if copied.total:
        assert held(tmp_path / "target") == held(source)
