"""A file that was asked for is written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from index.errors import UserError
from terminal.saving import save_text


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    file = tmp_path / "图.svg"
    save_text(file, "一\n")
    save_text(file, "二\ud800\n")
    assert file.read_bytes() == "二?\n".encode()
    assert [*tmp_path.iterdir()] == [file]


def test_what_was_there_stays_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.svg"
    file.write_text("old", "utf-8")

    def full(path: Path, data: bytes) -> int:
        path.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=r"a\.svg: the disk is full"):
        save_text(file, "new")
    assert file.read_text("utf-8") == "old"
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("name", ["", "nowhere/a.svg"])
def test_a_folder_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        save_text(tmp_path / name, "x")
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_leads_to_what_is_written(tmp_path: Path) -> None:
    file, link = tmp_path / "a.svg", tmp_path / "link.svg"
    link.symlink_to(file)
    save_text(link, "x")
    assert link.is_symlink()
    assert file.read_text("utf-8") == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such pipes")
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        save_text(pipe, "x")
        assert os.read(reader, 10) == b"x"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
