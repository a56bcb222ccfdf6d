"""A folder of good reports and of everything that is none: one clear line each, and on."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod

from index.engine import Status
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer import pool
from indexer.build import Progress, Summary, build_index
from indexer.prepare import Settings
from indexer.read import Limits, Reader
from tests.faults.folders import TOWNSHIPS, report_text, write_reports
from tests.indexer.office import make_docx, make_zip, paragraph
from tests.indexer.pdfs import make_pdf

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def bomb() -> bytes:
    """A docx that would unpack to 300 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _megabyte in range(300):
                part.write(bytes(1 << 20))
    return packed.getvalue()


def encrypted_pdf() -> bytes:
    """A pdf that asks for a password."""
    pdf = FPDF()
    pdf.set_encryption(
        owner_password="owner", user_password="user", encryption_method=EncryptionMethod.RC4
    )
    pdf.add_page()
    return bytes(pdf.output())


def scanned_pdf() -> bytes:
    """A pdf of a picture."""
    pdf = FPDF()
    pdf.add_page()
    pixels = "".join(f"{n % 255} " for n in range(64 * 64 * 3))
    pdf.image(io.BytesIO(_png(pixels)), w=100)
    return bytes(pdf.output())


def _png(_pixels: str) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 200, 200)).save(made, "PNG")
    return made.getvalue()


def write(name: str, data: bytes) -> Callable[[Path], object]:
    """Puts a file of this name into a folder."""
    return lambda folder: (folder / name).write_bytes(data)


def sparse(folder: Path) -> None:
    """A gigabyte that takes no room."""
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(1 << 30)


def tangled(folder: Path) -> None:
    """A pipe and links to nowhere."""
    os.mkfifo(folder / "pipe.txt")
    (folder / "broken.txt").symlink_to("nothing.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "device.txt").symlink_to("/dev/zero")
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xc7\xe0.txt"))).write_text("一、措施", "utf-8")


BAD: dict[str, str] = {
    "600000.docx": "it has more than 50,000 paragraphs",
    "bomb.docx": "it would unpack to more than 256 MB",
    "encrypted.pdf": "it is encrypted",
    "scan.pdf": "it is a scan without text",
    "sparse.txt": "the file is larger than 64 MB",
    "empty.txt": "the file is empty",
    "blank.txt": "it holds only white space",
    "zeros.docx": "it is damaged, or it is not a docx file",
    "picture.pdf": "it is a picture, not a text",
    "archive.docx": "it is an archive",
    "cut.docx": "it is damaged: it cannot be unpacked",
    "noise.txt": "it is not text, or it is damaged",
    "long.txt": "it has more than 500,000 characters",
    "pipe.txt": "it is a pipe, not a file",
    "broken.txt": "it is a link to a file that does not exist",
    "loop.txt": "it is a link that leads back to itself",
    "device.txt": "it is a device, not a file",
    "\ufffd\ufffd.txt": "its name is not valid Unicode",
}
"""Names of bad files, and what is said of each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good and bad files side by side."""
    if sys.platform == "win32":
        pytest.skip("pipes, links and names that Windows does not have")
    made = tmp_path_factory.mktemp("bad") / "reports"
    write_reports(made, TOWNSHIPS)
    noise = bytes((n * 97 + n // 7) % 251 for n in range(5000))
    for put in (
        write("600000.docx", make_docx(paragraph("a") * 600_000)),
        write("bomb.docx", bomb()),
        write("encrypted.pdf", encrypted_pdf()),
        write("scan.pdf", scanned_pdf()),
        sparse,
        write("empty.txt", b""),
        write("blank.txt", b" \n\t\xe3\x80\x80" * 50),
        write("zeros.docx", bytes(5000)),
        write("picture.pdf", _png("")),
        write("archive.docx", make_zip({"a.txt": "一、措施"})),
        write("cut.docx", make_docx(paragraph("一、措施") * 50)[:-60]),
        write("noise.txt", noise),
        write("long.txt", "法治".encode() * 1_000_001),
        tangled,
    ):
        put(made)
    for number, township in enumerate(TOWNSHIPS[:3]):
        text = [line for line in report_text(township, 2020 + number).splitlines() if line]
        body = "".join(paragraph(line) for line in text)
        (made / f"{township}{2020 + number}.docx").write_bytes(make_docx(body))
        (made / f"{township}{2010 + number}.pdf").write_bytes(
            make_pdf([report_text(township, 2010 + number).splitlines()])
        )
    return made


GOOD = len(TOWNSHIPS) + 6


def test_bad_files_are_told_and_the_good_ones_are_all_there(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    command = [sys.executable, str(ROOT / "cli.py"), "index", str(folder), "--jobs", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--index-dir", str(index)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.monotonic() - began

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    said = dict(_refusals(done.stdout, folder))
    assert {name: said[name].split(". ")[0].rstrip(".") for name in said} == BAD
    assert f"{GOOD} added" in done.stdout
    status = status_of(index)
    assert status.reports == GOOD
    assert {Path(row.path).name: row.refused for row in status.refused} == BAD
    assert took < 60
    again = build(folder, index, jobs=2)
    assert {Path(error.path).name for error in again.refused} >= {"pipe.txt", "empty.txt"}
    assert status_of(index) == status, "no commit without a change"


def _refusals(output: str, folder: Path) -> Iterator[tuple[str, str]]:
    """(file name, what is said of it) for each line about a refused file."""
    for line in output.splitlines():
        if line.startswith(f"  {folder}"):
            path, _, reason = line.strip().partition(": ")
            yield Path(path).name, reason


def status_of(index: Path) -> Status:
    """The status; also checks that the index is whole."""
    engine = WhooshEngine(index)
    try:
        assert [*engine.verify()] == []
        return engine.status()
    finally:
        engine.close()


def build(
    folder: Path, index: Path, meanwhile: Callable[[Progress], None] = lambda _: None, jobs: int = 1
) -> Summary:
    """Bring the index in step with the folder; something happens after each file."""
    writer = WhooshWriter(index, wait_s=0)
    try:
        return build_index([folder], writer, settings=Settings(), jobs=jobs, on_progress=meanwhile)
    finally:
        writer.close()


def test_a_file_that_vanishes_meanwhile_is_told(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:3])
    last = max(reports.iterdir())

    summary = build(reports, index, lambda _: last.unlink(missing_ok=True))

    assert [(Path(e.path), e.reason) for e in summary.refused] == [(last, "it does not exist")]
    assert status_of(index).reports == 2
    write_reports(reports, TOWNSHIPS[:3])
    assert build(reports, index).added == 1
    assert status_of(index).refused == ()


def test_a_file_that_changes_meanwhile_is_kept_as_it_was_read(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:3])
    last = max(reports.iterdir())

    def grow(_: Progress) -> None:
        with last.open("a", encoding="utf-8") as file:
            file.write("四、附记\n又一段。\n")

    build(reports, index, grow)
    status_of(index)
    build(reports, index)

    engine = WhooshEngine(index)
    try:
        sources = {r.file: r.source for r in engine.fetch([*engine.report_ids()]).values()}
    finally:
        engine.close()
    assert sources[str(last)] == last.read_text("utf-8")


def test_a_file_that_never_stops_growing_is_read_or_refused(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:2])
    path, ended = reports / "log.txt", threading.Event()
    path.write_text("一、记录\n", "utf-8")

    def write_on() -> None:
        with path.open("a", encoding="utf-8") as file:
            while not ended.wait(0.0005):
                file.write("又一行。\n" * 200)
                file.flush()

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        build(reports, index)
    finally:
        ended.set()
        thread.join()
    assert status_of(index).reports in (2, 3)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_files_and_folders_without_permission_are_told(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    write_reports(reports, TOWNSHIPS[:3])
    write_reports(reports / "closed", TOWNSHIPS[3:5])
    shut = [max(reports.glob("*.txt")), reports / "closed"]
    for path in shut:
        path.chmod(0)
    try:
        summary = build(reports, index)
    finally:
        for path in shut:
            path.chmod(0o700)

    assert {(Path(e.path), e.reason) for e in summary.refused} == {
        (path, "permission denied") for path in shut
    }
    assert status_of(index).reports == 2


@posix_only
def test_a_file_that_took_too_long_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    reports.mkdir()
    (reports / "青禾县槿岭镇.pdf").write_bytes(
        make_pdf([report_text(TOWNSHIPS[0], 2023).splitlines()])
    )
    monkeypatch.setattr(pool, "Reader", partial(Reader, limits=Limits(seconds=0.0)))
    (refused,) = build(reports, index).refused
    assert refused.reason == "reading it took longer than 0 s"
    monkeypatch.undo()

    assert build(reports, index).added == 1
