"""Columns stand under each other, also where their heads are in Chinese."""

from __future__ import annotations

import pytest

from index.engine import FacetCount
from index.querytree import Field
from terminal.lines import width
from terminal.show import show_facet

VALUES = [
    FacetCount("荻溪镇", ("某省", None, "青禾县", "荻溪镇"), 12, 3, False),
    FacetCount("听松街道", ("某省", None, None, "听松街道"), 4567, 89, True),
    FacetCount(None, (), 1, 1, False),
]


def shown() -> list[str]:
    lines = show_facet(Field.TOWNSHIP, VALUES, limit=None)
    return ["".join(piece.text for piece in line) for line in lines]


def test_a_facets_columns_are_aligned() -> None:
    assert shown() == [
        "Township                   sections   reports",
        "荻溪镇 (青禾县)                  12         3",
        "听松街道 (county unknown)*     4567        89",
        "unknown                           1         1",
    ]


@pytest.mark.usefixtures("chinese")
def test_a_facets_columns_are_aligned_in_chinese() -> None:
    lines = shown()
    assert lines[0] == "乡镇" + " " * 24 + "节      报告"
    assert [width(line) for line in lines] == [width(lines[0])] * 4
