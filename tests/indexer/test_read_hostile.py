"""Files that attack the machine, and a reading process that breaks: one line each, then go on."""

import concurrent.futures
import io
import multiprocessing
import os
import random
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ReportError
from indexer.read import Limits, Reader
from tests.indexer.office import make_docx, make_ofd, make_zip, paragraph
from tests.indexer.pdfs import make_pdf

LINE = "云溪镇法治政府建设年度报告"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files and signals")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(reader: Reader, path: Path) -> str:
    with pytest.raises(ReportError) as error:
        reader.read(path)
    assert error.value.path == str(path)
    assert "\n" not in str(error.value)
    return error.value.reason


def zip_of_zeros(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _megabyte in range(size):
                part.write(bytes(1 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            make_docx(paragraph("a") * 600_000), "it has more than 50,000 paragraphs", id="600,000"
        ),
        pytest.param(
            make_docx("<w:tbl/>" * 1_100_000), "it has more than 1,000,000 XML elements", id="tags"
        ),
        pytest.param(zip_of_zeros(300), "it would unpack to more than 256 MB", id="zip bomb"),
        pytest.param(
            make_zip({"word/document.xml": "", **{f"word/{n}": "" for n in range(6000)}}),
            "it holds more than 5,000 parts",
            id="6,000 parts",
        ),
        pytest.param(
            make_docx("<w:tbl><w:tr><w:tc>" * 20_000), "it is damaged", id="tables within tables"
        ),
        pytest.param(
            make_ofd(["<a>" * 200_000 + "</a>" * 200_000]),
            "it is a scan without text",
            id="deep ofd",
        ),
    ],
)
def test_bombs_are_refused_soon_and_small(
    reader: Reader, tmp_path: Path, data: bytes, reason: str
) -> None:
    path = write(tmp_path, "a.docx", data)
    reader.read(write(tmp_path, "b.docx", make_docx(paragraph(LINE))))  # the process is there
    began = time.monotonic()

    assert refusal(reader, path) == reason

    assert time.monotonic() - began < 2
    assert peak_memory(children()[0]) < 400 << 20


def children() -> list[int]:
    """The ids of our reading processes."""
    running = multiprocessing.active_children()
    return sorted(child.pid or 0 for child in running if child.name == "lawsearch-reader")


def peak_memory(process: int) -> int:
    """The most bytes that the process has held; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def test_a_sparse_gigabyte_is_refused_unread(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    began = time.monotonic()

    assert refusal(reader, path) == "the file is larger than 64 MB"
    assert time.monotonic() - began < 0.5


@posix_only
def test_what_is_no_file_is_refused_without_waiting(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to("nothing.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    began = time.monotonic()

    assert refusal(reader, tmp_path / "pipe.txt") == "it is a pipe, not a file"
    assert refusal(reader, tmp_path / "gone.txt") == "it is a link to a file that does not exist"
    assert refusal(reader, tmp_path / "self.txt") == "it is a link that leads back to itself"
    assert refusal(reader, tmp_path / "none.txt") == "it does not exist"
    assert refusal(reader, Path("/dev/zero")) == "it is a device, not a file"
    assert refusal(reader, tmp_path) == "it is a folder, not a file"
    assert time.monotonic() - began < 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", LINE.encode())
    path.chmod(0)

    assert refusal(reader, path) == "permission denied"


@posix_only
def test_a_reading_process_that_is_killed_costs_one_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[LINE]]))
    before = set(children())
    with Reader() as reader:
        reader.read(path)
        (child,) = set(children()) - before
        os.kill(child, signal.SIGKILL)

        assert refusal(reader, path) == "reading it broke the reading process: it is damaged"
        assert reader.read(path).text == f"{LINE}\n"

    assert set(children()) == before


@posix_only
def test_a_reading_process_that_hangs_is_ended(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[LINE]]))
    before = set(children())
    with Reader(limits=Limits(seconds=0.5)) as reader:
        reader.read(path)
        (child,) = set(children()) - before
        os.kill(child, signal.SIGSTOP)
        began = time.monotonic()

        assert refusal(reader, path) == "reading it took longer than 0.5 s"
        assert time.monotonic() - began < 3
        assert reader.read(path).text == f"{LINE}\n"


@posix_only
def test_a_reading_process_lives_within_its_memory(tmp_path: Path) -> None:
    heavy = make_docx(f"<w:p>{'<w:r><w:t>a</w:t></w:r>' * 600_000}</w:p>")
    limits = Limits(memory_bytes=200 << 20, xml_tags=5_000_000)
    with Reader(limits=limits) as reader:
        light = write(tmp_path, "b.docx", make_docx(paragraph(LINE)))
        assert reader.read(light).text == f"{LINE}\n"

        reason = refusal(reader, write(tmp_path, "a.docx", heavy))

        assert reason == "reading it takes more than 200 MB of memory"
        assert reader.read(light).text == f"{LINE}\n"


@posix_only
def test_ctrl_c_is_not_for_the_reading_process(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[LINE]]))
    before = set(children())
    with Reader() as reader:
        reader.read(path)
        (child,) = set(children()) - before
        os.kill(child, signal.SIGINT)

        assert reader.read(path).text == f"{LINE}\n"
        assert set(children()) - before == {child}


def test_the_reading_process_is_kept_for_some_files_and_then_renewed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[LINE]]))
    before = set(children())
    seen: list[int] = []
    with Reader(limits=Limits(files_per_process=2)) as reader:
        for _file in range(4):
            reader.read(path)
            seen += set(children()) - before

    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert set(children()) == before


def read_in_worker(path: Path) -> str:
    with Reader() as reader:
        return reader.read(path).text


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_readers_work_within_worker_processes(tmp_path: Path, method: str) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[LINE]]))
    context = multiprocessing.get_context(method)

    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as workers:
        texts = list(workers.map(read_in_worker, [path] * 3))

    assert texts == [f"{LINE}\n"] * 3


def mutated(data: bytes, chance: random.Random) -> bytes:
    place, length = chance.randrange(len(data)), chance.randrange(1, 200)
    match chance.randrange(3):
        case 0:
            broken = bytearray(data)
            for _flip in range(chance.randrange(1, 20)):
                broken[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(broken)
        case 1:
            return data[:place] + data[place + length :]
        case _:
            return data[:place] + data[place : place + length] + data[place:]


def read_or_reason(reader: Reader, path: Path) -> str:
    try:
        return reader.read(path).text
    except ReportError as error:
        return error.reason


def test_damaged_copies_are_read_or_refused(reader: Reader, tmp_path: Path) -> None:
    chance = random.Random(11)
    cell = '<ofd:TextObject Boundary="0 0 9 9"><ofd:TextCode>正文</ofd:TextCode></ofd:TextObject>'
    whole = {
        "a.pdf": make_pdf([[LINE, "一、正文"]] * 3),
        "a.docx": make_docx(paragraph(LINE) * 9),
        "a.ofd": make_ofd([cell] * 3),
        "a.html": f"<html><body><table><tr><td>{LINE}</table><p>正文</body></html>".encode(),
        "a.txt": (LINE * 20).encode("gb18030"),
        "a.doc": rb"{\rtf1\ansi\ansicpg936 \'b7\'a8\u19968?\par}" * 5,
    }
    for _copy in range(25):
        for name, data in whole.items():
            path = write(tmp_path, name, mutated(data, chance))
            began = time.monotonic()
            said = read_or_reason(reader, path)
            assert said.encode("utf-8").strip()
            assert time.monotonic() - began < 10
