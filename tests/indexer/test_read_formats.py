"""What a file is, whatever its name says; and old documents through an installed converter."""

import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ReportError
from indexer.read import Limits, Reader
from tests.indexer.office import make_docx, make_ofd, make_zip, paragraph
from tests.indexer.pdfs import make_pdf

LINE = "云溪镇法治政府建设年度报告"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
WORD = OLE + "WordDocument".encode("utf-16-le") + bytes(100)
OFD_TEXT = (
    f'<ofd:TextObject Boundary="0 0 9 9"><ofd:TextCode X="0">{LINE}</ofd:TextCode></ofd:TextObject>'
)
RTF = (
    r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}\f0 "
    + "".join(rf"\'{byte:02x}" for byte in LINE.encode("gbk"))
    + r"\par \u19968?\u12289?\par}"
)
stand_in = pytest.mark.skipif(sys.platform == "win32", reason="stand-ins are shell scripts")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        pytest.param("a.txt", LINE.encode(), "txt", id="txt"),
        pytest.param("a.MD", LINE.encode(), "md", id="md"),
        pytest.param("a.htm", LINE.encode(), "html", id="html without tags"),
        pytest.param("a.doc", f"\n<!-- x --><HTML><p>{LINE}".encode(), "html", id="doc is html"),
        pytest.param("a.doc", LINE.encode("gb18030"), "txt", id="doc is txt"),
        pytest.param("a.doc", make_docx(paragraph(LINE)), "docx", id="doc is docx"),
        pytest.param("a.wps", make_docx(paragraph(LINE)), "docx", id="wps is docx"),
        pytest.param("a.doc", RTF.encode(), "doc", id="doc is rtf"),
        pytest.param("a.docx", make_pdf([[LINE]]), "pdf", id="docx is pdf"),
        pytest.param("a.pdf", make_ofd([OFD_TEXT]), "ofd", id="pdf is ofd"),
        pytest.param("a.txt", b"\xef\xbb\xbf<!DOCTYPE html><p>" + LINE.encode(), "html", id="txt"),
    ],
)
def test_bytes_tell_the_format_whatever_the_name_says(
    reader: Reader, tmp_path: Path, name: str, data: bytes, format: str
) -> None:
    source = reader.read(write(tmp_path, name, data))

    assert source.text.startswith(LINE)
    assert source.format == format


def test_rtf_holds_chinese_in_both_of_its_ways(reader: Reader, tmp_path: Path) -> None:
    assert reader.read(write(tmp_path, "a.doc", RTF.encode())).text == f"{LINE}\n一、\n"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.docx", make_zip({"a.txt": LINE}), "it is an archive", id="zip"),
        pytest.param(
            "a.docx",
            make_zip({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
            "it is a table, slides or another kind of office file, not a Word document",
            id="xlsx",
        ),
        pytest.param(
            "a.docx",
            make_docx(paragraph(LINE))[:-30],
            "it is damaged: it cannot be unpacked",
            id="cut docx",
        ),
        pytest.param(
            "a.pdf", b"\0" * 999, "it is damaged, or it is not a pdf file", id="zeros named pdf"
        ),
        pytest.param(
            "a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "it is encrypted", id="locked"
        ),
        pytest.param(
            "a.doc",
            OLE + "Workbook".encode("utf-16-le"),
            "it is a table or slides, not a Word document",
            id="xls",
        ),
        pytest.param(
            "a.pdf", b"\xff\xd8\xff\xe0" + bytes(99), "it is a picture, not a text", id="jpg"
        ),
    ],
)
def test_what_a_file_is_instead_is_told(
    reader: Reader, tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    with pytest.raises(ReportError) as error:
        reader.read(write(tmp_path, name, data))

    assert error.value.reason == reason


def test_many_comments_before_a_tag_take_no_time(reader: Reader, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"<!---->" * 580 + b"<htm" + LINE.encode())
    began = time.monotonic()

    reader.read(path)

    assert time.monotonic() - began < 1


def test_without_a_converter_the_cure_is_told(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ProgramFiles", raising=False)
    monkeypatch.delenv("ProgramFiles(x86)", raising=False)

    with pytest.raises(ReportError, match="none is installed") as error:
        reader.read(write(tmp_path, "a.doc", WORD))

    assert "LibreOffice" in error.value.hint


def install(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name, the first that is found."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / name
    program.write_text("#!/bin/sh\n" + script, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.defpath}")


@stand_in
def test_antiword_gives_text(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "antiword", f"echo; echo {LINE}; echo '|甲   |乙  |'", monkeypatch)

    source = reader.read(write(tmp_path, "a.doc", WORD))

    assert (source.text, source.format) == (f"{LINE}\n甲\t乙\n", "doc")


@stand_in
def test_soffice_makes_a_docx_that_is_read(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(tmp_path, "made.docx", make_docx(paragraph(LINE)))
    install(tmp_path, "soffice", f"mkdir out && cp '{made}' out/source.docx", monkeypatch)

    source = reader.read(write(tmp_path, "a.wps", OLE))

    assert (source.text, source.format, source.encoding) == (f"{LINE}\n", "wps", None)


@stand_in
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param("exit 1", "the converter could not read it", id="fails"),
        pytest.param("true", "the converter could not read it", id="makes nothing"),
        pytest.param("sleep 60 & sleep 60", "took longer than 0.5 s", id="hangs"),
    ],
)
def test_a_converter_that_fails_or_hangs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    install(tmp_path, "soffice", script, monkeypatch)
    began = time.monotonic()

    limits = Limits(convert_seconds=0.5)
    with Reader(limits=limits) as reader, pytest.raises(ReportError, match=reason):
        reader.read(write(tmp_path, "a.doc", WORD))

    assert time.monotonic() - began < 5
