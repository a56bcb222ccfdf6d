"""Years and small numbers in every way that people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import FIRST_YEAR, LAST_YEAR, read_small_number, read_year


@pytest.mark.parametrize(
    "text",
    [
        "2024", "2024年", "2024年度", "２０２４", "２０２４年", "二〇二四年", "二○二四年度",
        "二零二四", " 2024 年 ", "2 0 2 4 年",
    ],
)  # fmt: skip
def test_every_way_to_write_a_year_is_read(text: str) -> None:
    assert read_year(text) == 2024


@pytest.mark.parametrize(
    "text",
    ["", "1999", "2036", "202", "20245", "2024年1月", "法治2024", "二四", "20二四" * 20, "年"],
)
def test_what_is_no_year_is_none(text: str) -> None:
    assert read_year(text) is None


@given(st.integers(FIRST_YEAR, LAST_YEAR), st.sampled_from(["", "年", "年度"]))
def test_a_year_is_read_back(year: int, ending: str) -> None:
    chinese = str(year).translate(str.maketrans("0123456789", "〇一二三四五六七八九"))
    assert read_year(f"{year}{ending}") == read_year(chinese + ending) == year


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert read_year(text) is None or FIRST_YEAR <= (read_year(text) or 0) <= LAST_YEAR
    assert read_small_number(text) is None or 0 < (read_small_number(text) or 0) < 100


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三", 3), ("10", 10), ("十", 10), ("十二", 12), ("二十", 20), ("三十一", 31), ("５", 5),
        ("零", None), ("0", None), ("十十", None), ("123", None), ("二三十", None),
    ],
)  # fmt: skip
def test_small_numbers(text: str, number: int | None) -> None:
    assert read_small_number(text) == number
