"""An index folder that somebody else made, or that a disk spoilt: told, never believed."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import app
from index.errors import IndexDamaged, StoreError
from index.manifest import NAME as MANIFEST
from index.segments.format import _HEADER as HEADER
from index.segments.format import TYPECODES
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from tests.faults.folders import TOWNSHIPS, index_folder, write_reports

Content = dict[str, Any]
Change = Callable[[Content], object]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
COMMANDS = [
    ("query", "普法课"),
    ("query", "“普法”", "2023", "--facets", "part,topic", "--limit", "0"),
    ("browse", "township"),
    ("show", "青禾县槿岭镇-2023"),
    ("similar", "青禾县槿岭镇-2023#1.2"),
    ("copies", "--limit", "0"),
    ("diff", "青禾县槿岭镇-2023", "青禾县霜溪乡-2023"),
    ("spread", "普法"),
    ("status",),
    ("verify",),
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a few reports, to be copied and spoilt."""
    folder = tmp_path_factory.mktemp("good")
    write_reports(folder / "reports", TOWNSHIPS[:4])
    index_folder(folder / "reports", folder / "index", batch=2)
    return folder / "index"


@pytest.fixture
def index(good: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(good, tmp_path / "index"))


def run(index: Path, *arguments: str) -> Result:
    """The command line on the index; what it raises is not caught but for its own exit."""
    return CliRunner().invoke(app, [*arguments, "--index-dir", str(index)])


def sign(content: Content) -> Content:
    """The manifest with the checksum that it should have: anybody can make it."""
    del content["checksum"]
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return content | {"checksum": sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()}


def forge(index: Path, change: Change) -> None:
    """Change the manifest and sign it again."""
    content = json.loads((index / MANIFEST).read_text("utf-8"))
    change(content)
    (index / MANIFEST).write_text(json.dumps(sign(content)), "utf-8")


def name_file(name: str) -> Change:
    """The manifest names one more file, of somebody else."""
    return lambda content: content["files"].update({name: [3, "0" * 64]})


FORGED = [
    pytest.param(name_file("../../etc/passwd"), id="up"),
    pytest.param(name_file("/etc/passwd"), id="absolute"),
    pytest.param(name_file("..\\..\\boot.ini"), id="up on Windows"),
    pytest.param(name_file("C:notes.txt"), id="another drive"),
    pytest.param(name_file(".."), id="the folder above"),
    pytest.param(name_file(""), id="no name"),
    pytest.param(name_file("a\0b"), id="NUL"),
    pytest.param(name_file("x" * 5000), id="long name"),
    pytest.param(name_file("gone.seg"), id="a file that is not there"),
    pytest.param(lambda c: c.update(commit=10**400), id="huge commit"),
    pytest.param(lambda c: c.update(commit=-1), id="negative commit"),
    pytest.param(lambda c: c.update(commit="1"), id="commit is a text"),
    pytest.param(lambda c: c.update(commit=1.5), id="commit is a fraction"),
    pytest.param(lambda c: c.update(commit=float("nan")), id="commit is no number"),
    pytest.param(lambda c: c.update(files=[]), id="files is a list"),
    pytest.param(lambda c: c.update(files={}), id="no files"),
    pytest.param(lambda c: c.update(files={"a": None}), id="a file is null"),
    pytest.param(lambda c: c.update(files={"a": [10**30, "0" * 64]}), id="huge size"),
    pytest.param(lambda c: c.update(files={"a": ["1", "0" * 64]}), id="size is a text"),
    pytest.param(lambda c: c.update(versions=None), id="no versions"),
    pytest.param(lambda c: c.pop("written"), id="no time"),
    pytest.param(lambda c: c.update(written=[[[]]]), id="time is a list"),
    pytest.param(lambda c: c.update(format=[2]), id="format is a list"),
    pytest.param(lambda c: c["versions"].update(schema={"a": 1}), id="version is an object"),
]


@pytest.mark.parametrize("change", FORGED)
def test_a_forged_manifest_is_told(change: Change, index: Path) -> None:
    forge(index, change)

    with pytest.raises(StoreError):
        WhooshEngine(index)
    with pytest.raises(StoreError):
        WhooshWriter(index, wait_s=0)
    assert_told(run(index, "verify"))
    assert_told(run(index, "query", "普法"))


def assert_told(result: Result) -> None:
    """One message, exit status 2, no traceback."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert "index" in result.stderr


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0" * 1000, id="zeros"),
        pytest.param(b"[" * 200_000, id="deep lists"),
        pytest.param(b'{"a":' * 100_000, id="deep objects"),
        pytest.param(b'{"checksum": ' + b"[" * 900 + b"]" * 900 + b"}", id="deep checksum"),
        pytest.param(b'{"checksum": 1, "format": ' + b"9" * 5000 + b"}", id="5,000 digits"),
        pytest.param(b'{"checksum": 1, "format": 1e999}', id="infinite"),
        pytest.param(b'{"checksum": "", "format": "\\ud800"}', id="half a character"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe{}", id="UTF-16"),
        pytest.param(b" " * (5 << 20), id="5 MB"),
    ],
)
def test_a_manifest_that_is_none_is_told(data: bytes, index: Path) -> None:
    (index / MANIFEST).write_bytes(data)

    with pytest.raises(IndexDamaged):
        WhooshEngine(index)
    assert_told(run(index, "verify"))
    assert_told(run(index, "index", str(index.parent)))
    assert (index / MANIFEST).read_bytes() == data


@posix_only
@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "broken link"])
@pytest.mark.parametrize("which", ["manifest", "table", "segment"])
def test_a_file_that_is_none_is_told(which: str, kind: str, index: Path, tmp_path: Path) -> None:
    pattern = {"manifest": MANIFEST, "table": "files-*.json", "segment": "*.seg"}[which]
    path = next(index.glob(pattern))
    copy = tmp_path / "outside"
    path.rename(copy)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(copy)
        case _:
            path.symlink_to(tmp_path / "nothing")

    assert_told(run(index, "verify"))
    assert_told(run(index, "query", "普法"))
    assert_told(run(index, "index", str(tmp_path)))


@posix_only
@pytest.mark.parametrize("name", ["writer.json", "manifest.json.tmp", "files-3.json"])
def test_a_link_in_the_folder_is_not_written_through(
    name: str, index: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    notes.write_text("somebody's notes", "utf-8")
    (index / name).symlink_to(notes)
    write_reports(tmp_path / "reports", TOWNSHIPS[:1])

    run(index, "index", str(tmp_path / "reports"))

    assert notes.read_text("utf-8") == "somebody's notes"


@pytest.mark.parametrize(
    "table",
    [
        pytest.param({}, id="nothing in it"),
        pytest.param({"files": [[1]], "retired": []}, id="short row"),
        pytest.param({"files": [[1, 2, 3, 4, 5, 6, 7]], "retired": []}, id="numbers"),
        pytest.param({"files": {}, "retired": [[]]}, id="a list retired"),
        pytest.param({"files": [], "retired": [], "given": [1]}, id="given is a list"),
        pytest.param([], id="a list"),
    ],
)
def test_a_forged_file_table_is_told(table: object, index: Path) -> None:
    path = next(index.glob("files-*.json"))
    path.write_text(json.dumps(table), "utf-8")
    data = path.read_bytes()
    forge(index, lambda c: c["files"].update({path.name: [len(data), sha256(data).hexdigest()]}))

    assert_told(run(index, "status"))
    with pytest.raises(IndexDamaged):
        WhooshWriter(index, wait_s=0)


def overwrite(index: Path, name: str, change: Callable[[bytearray], object]) -> Path:
    """Change the bytes of an array in the first segment; returns its file."""
    path = min(index.glob("*.seg"))
    data = bytearray(path.read_bytes())
    _magic, _format, _zero, at, _length = HEADER.unpack_from(data)
    start, typecode, count = json.loads(bytes(data[at:]))["arrays"][name]
    piece = slice(start, start + count * TYPECODES[typecode])
    changed = data[piece]
    change(changed)
    data[piece] = changed
    path.write_bytes(data)
    return path


SPOILT_ARRAYS = [
    pytest.param(lambda data: data.__setitem__(slice(None), b"\xff" * len(data)), id="all 255"),
    pytest.param(lambda data: data.__setitem__(slice(None), bytes(len(data))), id="zeros"),
    pytest.param(lambda data: data.__setitem__(-1, 255), id="a large end"),
    pytest.param(lambda data: data.__setitem__(0, 255), id="a large begin"),
    pytest.param(lambda data: data.__setitem__(len(data) // 2, 255), id="a large middle"),
    pytest.param(lambda data: data.reverse(), id="backwards"),
]


@pytest.mark.parametrize("change", SPOILT_ARRAYS)
@pytest.mark.parametrize(
    "name",
    [
        "section.shingle",
        "shingle.step",
        "shingle.hash",
        "common.hash",
        "common.reports",
        "report.issued",
        "sentence.end",
        "sentence.size",
    ],
)
def test_what_a_damaged_array_gives_is_no_traceback(
    name: str, change: Callable[[bytearray], object], index: Path
) -> None:
    before = min(index.glob("*.seg")).read_bytes()
    path = overwrite(index, name, change)
    if path.read_bytes() == before:
        return
    for command in COMMANDS:
        result = run(index, *command)
        assert isinstance(result.exception, SystemExit | None), (command, result.exception)
    assert_told(run(index, "verify"))


@pytest.mark.parametrize("at", [0, -1])
@pytest.mark.parametrize("name", ["section.shingle", "shingle.step", "shingle.hash", "common.hash"])
def test_shingles_that_are_not_those_of_the_texts_are_told(name: str, at: int, index: Path) -> None:
    """Somebody made them so and signed the files: verify works them out anew."""
    path = overwrite(index, name, lambda data: data.__setitem__(at, data[at] ^ 64))
    data = path.read_bytes()
    forge(index, lambda c: c["files"].update({path.name: [len(data), sha256(data).hexdigest()]}))
    said = run(index, "verify")
    assert said.exit_code == 2
    assert "shingles" in said.output


def spoil(index: Path, chance: random.Random) -> str:
    """Flip bits of, cut, or lengthen one file of the index; returns its name."""
    path = chance.choice(sorted(p for p in index.iterdir() if p.name != "writer.lock"))
    data = bytearray(path.read_bytes())
    match chance.randrange(4):
        case 0:
            del data[chance.randrange(len(data)) :]
        case 1:
            data += bytes(chance.randrange(1, 100))
        case _:
            for place in chance.sample(range(len(data)), min(len(data), 3)):
                data[place] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return path.name


@pytest.mark.parametrize(
    "times", [pytest.param(8, id="8"), pytest.param(100, id="100", marks=pytest.mark.slow)]
)
def test_a_spoilt_file_is_told(times: int, good: Path, tmp_path: Path) -> None:
    chance = random.Random(times)
    write_reports(tmp_path / "reports", TOWNSHIPS[3:6], note="又一场。")
    for _time in range(times):
        shutil.rmtree(tmp_path / "index", ignore_errors=True)
        index = Path(shutil.copytree(good, tmp_path / "index"))
        name = spoil(index, chance)
        for command in COMMANDS:
            result = run(index, *command)
            assert result.exit_code in (0, 1, 2), (name, command)
            assert isinstance(result.exception, SystemExit | None), (name, result.exception)
        assert run(index, "verify").exit_code == 2, name
        written = run(index, "index", str(tmp_path / "reports"))
        assert isinstance(written.exception, SystemExit | None), (name, written.exception)
        assert run(index, "index", str(tmp_path / "reports"), "--rebuild").exit_code == 0, name
        assert run(index, "verify").exit_code == 0, name
