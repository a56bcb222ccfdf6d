"""Finding files: what a folder gives, in which order, and what is told about the rest."""

import os
import socket
import sys
from pathlib import Path

import pytest

from index.errors import ReportError
from indexer.files import find_files

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("正文", "utf-8")


def found(*paths: Path) -> list[str]:
    """Names of files, and reasons in brackets."""
    return [
        f"[{Path(item.path).name}: {item.reason}]" if isinstance(item, ReportError) else item.name
        for item in find_files(paths)
    ]


def test_a_folder_gives_known_suffixes_in_a_stable_order(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a.PDF", "c/d.docx", "c/a/e.ofd", "f.xlsx", "README", "g.md")

    assert found(tmp_path) == ["a.PDF", "b.txt", "g.md", "d.docx", "e.ofd"]


def test_hidden_lock_and_readme_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, ".a.txt", "~$b.docx", ".git/c.txt", "d.txt", "README.md", "readme.zh.md")

    assert found(tmp_path) == ["d.txt"]
    assert found(tmp_path / "README.md") == ["README.md"]


def test_a_file_named_twice_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path)

    assert found(tmp_path / "a.txt", tmp_path, Path("a.txt")) == ["a.txt"]


def test_what_is_named_itself_is_read_or_told(tmp_path: Path) -> None:
    write(tmp_path, ".hidden.txt", "table.xlsx")

    assert found(tmp_path / ".hidden.txt", tmp_path / "table.xlsx", tmp_path / "none.txt") == [
        ".hidden.txt",
        "[table.xlsx: files of this kind (.xlsx) are not read]",
        "[none.txt: it does not exist]",
    ]


@posix_only
def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing.txt")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "s.txt"))

    assert found(tmp_path) == [
        "[gone.txt: it is a link to a file that does not exist]",
        "[pipe.txt: it is a pipe, not a file]",
        "[s.txt: it is a socket, not a file]",
        "[self.txt: it is a link that leads back to itself]",
    ]
    assert found(Path("/dev/null")) == ["[null: it is a device, not a file]"]


@posix_only
def test_links_to_files_are_read_and_links_to_folders_only_when_named(tmp_path: Path) -> None:
    write(tmp_path, "reports/a.txt", "other/b.txt")
    (tmp_path / "reports/loop").symlink_to(tmp_path / "reports")
    (tmp_path / "reports/elsewhere.txt").symlink_to(tmp_path / "other")
    (tmp_path / "reports/c.txt").symlink_to(tmp_path / "other/b.txt")
    (tmp_path / "named").symlink_to(tmp_path / "other")

    assert found(tmp_path / "reports") == ["a.txt", "c.txt"]
    assert found(tmp_path / "named") == ["b.txt"]


def test_folders_may_nest_deeper_than_python_recurses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _level in range(60):
        Path("d").mkdir()
        monkeypatch.chdir("d")
    Path("deep.txt").write_text("正文", "utf-8")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len_of_stack() + 45)
    try:
        names = found(tmp_path)
    finally:
        sys.setrecursionlimit(limit)

    assert names == ["deep.txt"]


def len_of_stack() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


@posix_only
def test_a_name_that_is_not_unicode_is_told(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xb1\xa8\xb8\xe6.txt"
    Path(os.fsdecode(raw)).write_text("正文", "utf-8")

    (error,) = list(find_files([tmp_path]))

    assert isinstance(error, ReportError)
    assert error.reason == "its name is not valid Unicode"
    assert str(error).encode("utf-8")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.txt", "b.txt")
    (tmp_path / "closed").chmod(0)
    try:
        names = found(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)

    assert names == ["b.txt", "[closed: permission denied]"]
