"""Worker processes: every file answers once, in order, whatever one of them does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from indexer.pool import ALONE, Loaded, load_files
from indexer.prepare import Settings

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
