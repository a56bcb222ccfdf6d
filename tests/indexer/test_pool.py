"""Worker processes: every file answers once, in order, whatever one of them does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from index.model import Report
from index.prepared import prepare
from indexer.pool import ALONE, Loaded, load_files, prepare_all
from indexer.prepare import Settings
from tests.made import make_report

MANY = ALONE + 20  # more than are read without starting processes


class DeadlyPath(type(Path())):  # type: ignore[misc]
    """A path that ends the process to which it is sent: always, or once for each mark."""

    mark: Path | None = None

    def __reduce__(self) -> tuple[object, ...]:
        die = "__import__('os')._exit(9)"
        if self.mark is None:
            return eval, (die,)
        mark = f"__import__('pathlib').Path({str(self.mark)!r})"
        itself = f"{mark}.parent / {self.name!r}"
        return eval, (f"{itself} if {mark}.exists() else ({mark}.touch(), {die})",)


def write(folder: Path, count: int = MANY) -> list[Path]:
    paths = [folder / f"第{n}份.txt" for n in range(count)]
    for path in paths:
        path.write_text(
            f"青禾县荻溪镇2023年法治政府建设年度报告\n一、{path.stem}\n内容。\n", "utf-8"
        )
    return paths


def headings(loaded: Iterable[Loaded]) -> list[str | None]:
    return [each.prepared.report.sections[-1].heading if each.prepared else None for each in loaded]


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_come_in_their_order(tmp_path: Path, jobs: int) -> None:
    paths = write(tmp_path)
    loaded = [*load_files(paths, Settings(), jobs=jobs)]
    assert [each.path for each in loaded] == paths
    assert headings(loaded) == [path.stem for path in paths]


def test_a_refused_file_has_its_reason(tmp_path: Path) -> None:
    paths = write(tmp_path)
    paths[3].write_bytes(b"")
    loaded = [*load_files(paths, Settings(), jobs=2)]
    assert [(each.path, each.refused.reason) for each in loaded if each.refused] == [
        (paths[3], "the file is empty")
    ]


def test_a_file_that_ends_its_process_is_refused_and_costs_no_other(tmp_path: Path) -> None:
    paths = write(tmp_path)
    paths[5] = DeadlyPath(paths[5])
    loaded = [*load_files(paths, Settings(), jobs=2)]
    assert [each.path for each in loaded] == paths
    assert [(each.path, each.refused.reason) for each in loaded if each.refused] == [
        (paths[5], "reading it ended the process that read it")
    ]


def test_a_file_that_was_only_near_is_read_again(tmp_path: Path) -> None:
    """Whatever ended the process (no memory left, say), the file itself was not it."""
    paths = write(tmp_path)
    unlucky = DeadlyPath(paths[5])
    unlucky.mark = tmp_path / "mark"
    loaded = [*load_files([*paths[:5], unlucky, *paths[6:]], Settings(), jobs=2)]
    assert [each.refused for each in loaded] == [None] * len(paths)
    assert headings(loaded) == [path.stem for path in paths]


def test_no_file_at_all_is_no_trouble() -> None:
    assert [*load_files([], Settings(), jobs=2)] == []


# Reports that are prepared once more


class DeadlyReport(Report):
    """A report that ends the process to which it is sent."""

    def __reduce__(self) -> tuple[object, ...]:
        return eval, ("__import__('os')._exit(9)",)


def reports(n: int = 9) -> list[Report]:
    return [make_report(f"r{number}", [("一、", f"板凳会{number}")]) for number in range(n)]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("ahead", [1, 10_000])
def test_reports_are_prepared_in_their_order(
    monkeypatch: pytest.MonkeyPatch, jobs: int, ahead: int
) -> None:
    monkeypatch.setattr("indexer.pool.ALONE_CHARACTERS", 10)
    assert [*prepare_all(reports(), jobs=jobs, ahead=ahead)] == [*map(prepare, reports())]


def test_no_more_reports_are_taken_than_may_be_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.pool.ALONE_CHARACTERS", 10)
    taken: list[Report] = []

    def taking() -> Iterator[Report]:
        for report in reports():
            taken.append(report)
            yield report

    each = len(reports()[0].source) + 1
    with closing(prepare_all(taking(), jobs=2, ahead=3 * each)) as prepared:
        next(prepared)
        assert len(taken) == 3


def test_a_report_that_ends_its_process_is_prepared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.pool.ALONE_CHARACTERS", 10)
    some = reports()
    values = {each.name: getattr(some[4], each.name) for each in fields(Report)}
    prepared = [*prepare_all([*some[:4], DeadlyReport(**values), *some[5:]], jobs=2, ahead=100)]
    assert prepared == [*map(prepare, some)]
