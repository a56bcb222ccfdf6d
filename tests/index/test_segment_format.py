"""The layout of segment files: what was written is read, and nonsense is refused."""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segments.format import (
    ALIGNMENT,
    TYPECODES,
    SegmentFileWriter,
    narrowest,
    read_segment,
    write_segment,
)
from index.segments.segment import gram_key, gram_of

ARRAYS: dict[str, tuple[str, Any]] = {
    "bytes": ("B", b"\x00\x01\xff"),
    "shorts": ("H", array("H", [0, 65535])),
    "none": ("I", array("I")),
    "long": ("Q", array("Q", [2**64 - 1, 1])),
}


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    write_segment(tmp_path / "a.seg", ARRAYS, {"topics": ["普法"]})
    return (tmp_path / "a.seg").read_bytes()


def test_arrays_come_back_as_they_were(data: bytes) -> None:
    meta, arrays = read_segment(data)
    assert meta == {"topics": ["普法"]}
    assert {name: (view.format, [*view]) for name, view in arrays.items()} == {
        name: (typecode, [*values]) for name, (typecode, values) in ARRAYS.items()
    }


def test_an_array_can_be_written_in_pieces(tmp_path: Path) -> None:
    writer = SegmentFileWriter(tmp_path / "a.seg")
    writer.add("first", "B", b"abc")
    start = writer.begin()
    for piece in (array("I", [1, 2]), array("I", [3])):
        writer.append(piece)
    writer.end("second", "I", start)
    writer.finish({})
    arrays = read_segment((tmp_path / "a.seg").read_bytes())[1]
    assert start % ALIGNMENT == 0
    assert [*arrays["second"]] == [1, 2, 3]


def test_an_unfinished_file_is_no_segment(tmp_path: Path) -> None:
    writer = SegmentFileWriter(tmp_path / "a.seg")
    writer.add("first", "B", b"abc")
    writer.close()
    with pytest.raises(ValueError):
        read_segment((tmp_path / "a.seg").read_bytes())


def test_a_segment_never_takes_another_file_s_place(tmp_path: Path) -> None:
    (tmp_path / "a.seg").write_text("mine")
    with pytest.raises(FileExistsError):
        SegmentFileWriter(tmp_path / "a.seg")


def test_a_cut_file_is_refused(data: bytes) -> None:
    for length in range(len(data)):
        with pytest.raises(ValueError):
            read_segment(data[:length])


@pytest.mark.parametrize(
    "place",
    [
        pytest.param([0, "B", 3], id="in the header"),
        pytest.param([64, "B", -1], id="less than nothing"),
        pytest.param([64, "B", 1 << 40], id="reaches out"),
        pytest.param([65, "B", 1], id="not aligned"),
        pytest.param([64, "d", 1], id="another type"),
        pytest.param([64, "B"], id="too few"),
        pytest.param([64.5, "B", 1], id="not whole"),
        pytest.param("64", id="not a list"),
    ],
)
def test_an_array_that_cannot_be_is_refused(data: bytes, place: object, tmp_path: Path) -> None:
    at = int.from_bytes(data[16:24], "little")
    directory = json.dumps({"meta": {}, "arrays": {"a": place}}).encode()
    header = data[:24] + len(directory).to_bytes(8, "little")
    with pytest.raises(ValueError):
        read_segment(header + data[32:at] + directory)


@pytest.mark.parametrize("directory", [b"", b"{", b"[]", b'{"meta": 1}', b"[" * 100_000])
def test_a_directory_that_is_none_is_refused(data: bytes, directory: bytes) -> None:
    at = int.from_bytes(data[16:24], "little")
    header = data[:24] + len(directory).to_bytes(8, "little")
    with pytest.raises(ValueError):
        read_segment(header + data[32:at] + directory)


@given(st.binary(max_size=300))
def test_nothing_else_than_value_errors_for_other_files(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_segment(data)


@given(st.integers(0, 2**64 - 1))
def test_the_narrowest_type_holds_the_value_and_no_narrower_does(largest: int) -> None:
    size = TYPECODES[narrowest(largest)]
    assert largest < 1 << 8 * size
    assert size == 1 or largest >= 1 << 4 * size


_TEXT = st.characters(exclude_categories=["Cs"])


@given(st.text(_TEXT, min_size=1, max_size=2))
def test_a_key_tells_its_gram(gram: str) -> None:
    assert gram_of(gram_key(gram)) == gram


@given(st.lists(st.text(_TEXT, min_size=1, max_size=2)))
def test_keys_stand_in_the_order_of_their_grams(found: list[str]) -> None:
    assert sorted(found, key=gram_key) == sorted(found)
