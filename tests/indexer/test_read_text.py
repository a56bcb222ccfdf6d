"""Text files: which encoding they are in, and what is no text."""

import codecs
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BadFilter, ReportError
from indexer.read import Limits, Reader
from indexer.read.decode import decode
from indexer.read.limits import Refused

TEXT = (
    "云溪镇2024年法治政府建设年度报告\r\n\r\n"
    "　　一、主要举措\r\n　　组织干部学法，办理案件三件。\r\n"
)
OLD = "雲溪鎮2024年法治政府建設年度報告\n\n一、主要舉措\n組織幹部學法，辦理案件三件。\n"


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(TEXT.encode(), "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), "utf-8", id="utf-8 with mark"),
        pytest.param(TEXT.encode("gb18030"), "gb18030", id="gb18030"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", id="utf-16-le"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be", id="utf-16-be"),
        pytest.param(TEXT.encode("utf-16-le"), "utf-16-le", id="utf-16 without mark"),
        pytest.param(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le", id="utf-32"),
    ],
)
def test_the_encoding_is_found_and_the_text_kept(data: bytes, encoding: str) -> None:
    assert decode(data) == (TEXT, encoding)


def test_an_encoding_asked_for_is_kept_to(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(OLD.encode("big5"))

    with Reader(encoding="big5") as reader:
        source = reader.read(path)

    assert (source.text, source.encoding) == (OLD, "big5")


def test_an_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.txt"
    path.write_bytes(TEXT.encode("utf-8"))

    with Reader(encoding="big5") as reader, pytest.raises(ReportError, match=r"asked for \(big5\)"):
        reader.read(path)


def test_an_unknown_encoding_is_a_bad_flag() -> None:
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(BadFilter):
            Reader(encoding=name)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_text_cut_within_a_character_keeps_its_encoding(encoding: str, cut: int) -> None:
    data = ("正文" * 40 + TEXT.strip()).encode(encoding)

    found = decode(data[:-1] if encoding == "gb18030" else data[:-cut])

    assert found.encoding == encoding
    assert found.text.startswith("正文" * 40 + TEXT[:20])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param("　\n\t \r\n".encode(), "it holds only white space", id="white space"),
        pytest.param(codecs.BOM_UTF8, "it holds only white space", id="a mark alone"),
        pytest.param(b"\0" * 5000, "it is not text, or it is damaged", id="nul"),
        pytest.param(b"PACK" + bytes(range(32)) * 99, "it is not text, or it is damaged", id="bin"),
        pytest.param(
            random.Random(7).randbytes(9000), "it is not text, or it is damaged", id="random"
        ),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "it is a picture, not a text", id="png"),
        pytest.param(b"Rar!\x1a\x07\0" + b"\0" * 99, "it is an archive", id="rar"),
    ],
)
def test_what_holds_no_text_is_refused(
    reader: Reader, tmp_path: Path, data: bytes, reason: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)

    with pytest.raises(ReportError) as error:
        reader.read(path)

    assert error.value.reason == reason


def test_a_stray_control_character_does_no_harm() -> None:
    text = TEXT * 10 + "\x00" + TEXT

    assert decode(text.encode()).text == text


def test_the_file_is_known_by_its_bytes(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(TEXT.encode("gb18030"))

    source = reader.read(path)

    assert source.format == "md"
    assert source.file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.file.size == path.stat().st_size
    assert source.file.mtime_ns == path.stat().st_mtime_ns
    assert source.file.path == str(path)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param(Limits(characters=199), "it has more than 199 characters", id="characters"),
        pytest.param(Limits(text_bytes=599), "it is longer than 599 bytes", id="bytes"),
    ],
)
def test_caps_hold_for_text(tmp_path: Path, limits: Limits, reason: str) -> None:
    path = tmp_path / "long.txt"
    path.write_text("正文" * 100, "utf-8")

    with Reader(limits=limits) as reader, pytest.raises(ReportError, match=reason):
        reader.read(path)


CHINESE = st.text(
    st.sampled_from("法治政府建设年度报告，。、（）〔〕0123456789一二\n　鎔囧"), min_size=1
)


@given(text=CHINESE, encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_chinese_text_comes_back_as_it_was(text: str, encoding: str) -> None:
    assert decode(("法治政府建设年度报告。\n" + text).encode(encoding)).text.endswith(text)


@given(data=st.binary(min_size=1, max_size=300), encoding=st.sampled_from([None, "big5", "utf-7"]))
def test_bytes_are_text_without_surrogates_or_are_refused(
    data: bytes, encoding: str | None
) -> None:
    try:
        text = decode(data, encoding=encoding).text
    except Refused:
        return
    text.encode("utf-8")
