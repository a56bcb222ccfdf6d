"""The manifest says what the last commit is, and nobody is made to believe another one."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from index.errors import IndexDamaged, IndexMissing, IndexOutdated
from index.manifest import NAME, Manifest, check_file, read_manifest, sync_files, write_manifest

DIGEST = sha256(b"abc").hexdigest()
FILES = {"lawsearch_1.seg": (3, DIGEST), "lawsearch_1.7.del": (1, DIGEST)}
SEGMENTS = (("lawsearch_1.seg", "lawsearch_1.7.del"),)
ONE = Manifest(7, "2024-05-01T08:00:00Z", {"schema": "1"}, FILES, SEGMENTS)


def forge(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A manifest that somebody wrote who knows how its checksum is made."""
    write_manifest(folder, ONE)
    content = json.loads((folder / NAME).read_text("utf-8"))
    content.pop("checksum")
    change(content)
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content["checksum"] = sha256(plain.encode()).hexdigest()
    (folder / NAME).write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_manifest(tmp_path, ONE)
    assert read_manifest(tmp_path) == ONE
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_folder_without_one_has_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as error:
        read_manifest(tmp_path / "not there")
    assert f'lawsearch index REPORTS --index-dir "{tmp_path / "not there"}"' in error.value.hint
    (tmp_path / "a file").write_text("")
    with pytest.raises(IndexMissing):
        read_manifest(tmp_path / "a file")


@pytest.mark.parametrize("size", range(0, 300, 7))
def test_a_manifest_cut_short_is_damage(tmp_path: Path, size: int) -> None:
    write_manifest(tmp_path, ONE)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        read_manifest(tmp_path)


def test_no_flipped_bit_goes_unseen(tmp_path: Path) -> None:
    write_manifest(tmp_path, ONE)
    path = tmp_path / NAME
    data = path.read_bytes()
    for at in range(0, len(data), 5):
        for bit in range(8):
            flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            path.write_bytes(flipped)
            try:
                found = read_manifest(tmp_path)
            except (IndexDamaged, IndexOutdated):
                continue
            assert found == ONE  # a bit of the space between two values


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: c.update(files={"../x": (1, DIGEST)}), id="out of the folder"),
        pytest.param(lambda c: c.update(files={"/etc/passwd": (1, DIGEST)}), id="somewhere else"),
        pytest.param(lambda c: c.update(files={"x": (-1, DIGEST)}), id="less than nothing"),
        pytest.param(lambda c: c.update(files={"x": (1, "abc")}), id="no digest"),
        pytest.param(lambda c: c.update(files=["x"]), id="files as a list"),
        pytest.param(lambda c: c.update(commit="7"), id="commit as text"),
        pytest.param(lambda c: c.update(commit=0), id="no commit"),
        pytest.param(lambda c: c.update(versions={"schema": 1}), id="version as a number"),
        pytest.param(lambda c: c.pop("written"), id="a value is missing"),
        pytest.param(lambda c: c.update(segments={}), id="segments as an object"),
        pytest.param(lambda c: c.update(segments=["lawsearch_1.seg"]), id="a segment as text"),
        pytest.param(lambda c: c.update(segments=[["lawsearch_1.seg"]]), id="half a segment"),
        pytest.param(lambda c: c.update(segments=[["other.seg", None]]), id="an unknown segment"),
        pytest.param(
            lambda c: c.update(segments=[["lawsearch_1.seg", "other.del"]]), id="unknown deletions"
        ),
        pytest.param(
            lambda c: c.update(segments=[["lawsearch_1.seg", None]] * 2), id="a segment twice"
        ),
        pytest.param(lambda c: c.update(segments=[[[], None]]), id="a name as a list"),
    ],
)
def test_what_no_commit_writes_is_damage(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    forge(tmp_path, change)
    with pytest.raises(IndexDamaged, match="no commit writes"):
        read_manifest(tmp_path)


def test_a_manifest_of_before_there_were_segments_is_read(tmp_path: Path) -> None:
    forge(tmp_path, lambda content: content.pop("segments"))
    assert read_manifest(tmp_path).segments == ()


def test_another_format_is_outdated_not_damaged(tmp_path: Path) -> None:
    forge(tmp_path, lambda content: content.update(format=99))
    with pytest.raises(IndexOutdated, match="format 99") as error:
        read_manifest(tmp_path)
    assert "--rebuild" in error.value.hint


@pytest.mark.parametrize("content", [b"[]", b"7", b"null", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_other_json_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(IndexDamaged):
        read_manifest(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write_manifest(tmp_path, ONE)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / NAME).symlink_to(tmp_path / NAME)
    with pytest.raises(IndexDamaged, match="plain file"):
        read_manifest(tmp_path / "other")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"abc", None, id="as committed"),
        pytest.param(b"abd", "checksum", id="another byte"),
        pytest.param(b"ab", "has 2 bytes, 3", id="shorter"),
        pytest.param(b"abcd", "has 4 bytes, 3", id="longer"),
        pytest.param(b"", "has 0 bytes", id="empty"),
    ],
)
def test_a_file_is_checked_byte_by_byte(tmp_path: Path, data: bytes, problem: str | None) -> None:
    (tmp_path / "x").write_bytes(data)
    with (tmp_path / "x").open("rb") as file:
        found = check_file(file, 3, DIGEST)
    assert (found is None) == (problem is None)
    assert (problem or "") in (found or "")


def test_synced_files_come_with_their_size_and_digest(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sync_files(tmp_path, ["x"]) == {"x": (3, DIGEST)}
