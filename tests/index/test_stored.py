"""Stored text: every piece opens alone and as it was, and nonsense is refused."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segments.format import SCHEMA_VERSION
from index.segments.stored import dictionary, pack, unpack

TEXT = "一、法治政府建设情况\n（一）普法。办班三十场，上门调解矛盾纠纷。".encode()


@given(st.lists(st.binary() | st.text().map(str.encode), max_size=5))
def test_pieces_open_as_they_were_in_any_order(pieces: list[bytes]) -> None:
    packed = [pack(piece) for piece in pieces]
    assert [unpack(data) for data in reversed(packed)] == [*reversed(pieces)]


def test_a_usual_text_takes_half_its_room() -> None:
    assert len(pack(TEXT)) < len(TEXT) / 2


@given(st.integers(0, len(pack(TEXT)) - 1))
def test_what_is_cut_short_is_refused(size: int) -> None:
    with pytest.raises(ValueError):
        unpack(pack(TEXT)[:size])


@pytest.mark.parametrize(
    "data", [b"\xff" * 20, pack(TEXT) + b"x"], ids=["noise", "something after"]
)
def test_what_was_not_packed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data)


def test_another_dictionary_is_another_schema() -> None:
    """Every index needs the very bytes that it was written with: raise SCHEMA_VERSION with them."""
    digest = sha256(dictionary()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == ("5", "1fbe0cf51be99d9a")
    assert len(dictionary()) <= 1 << 15
