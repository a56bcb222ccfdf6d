"""Hits as CSV: a spreadsheet can read them and runs nothing of them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import Tier
from index.model import Place, Report
from index.passage import passage_of
from search.results import Hit, Snippet
from search.table import BOM, header, rows
from tests.made import make_report


def hit(report: Report, snippet: str = "一句。") -> Hit:
    passage = passage_of(report, report.sections[0])
    return Hit(1, 1.0, Tier.LITERAL, passage, (Snippet(snippet, 0, ()),), 1)


def read(text: str) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""))
    return row


def test_the_first_line_begins_with_a_mark_for_excel() -> None:
    assert header().startswith("\ufeffquery,rank,id,year,")
    assert header().endswith("\r\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_formula_is_marked_as_text(start: str) -> None:
    report = make_report("r", [("一、", "")], title=start + "1+1", place=Place(start + "cmd"))
    row = read(header() + "".join(rows(start + "A1", [hit(report, start + "1")])))
    for cell in ("query", "title", "township"):
        assert row[cell].startswith("'" + start[0]) or row[cell].startswith("'\ufffd")
    assert not row["snippet"].startswith(("=", "+", "-", "@"))


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.text(max_size=20))
def test_whatever_is_in_a_hit_it_is_one_row(query: str, title: str) -> None:
    report = make_report("r", [("一、", "")], title=title, year=None)
    row = read(header() + "".join(rows(query, [hit(report)])))
    assert (row["rank"], row["id"], row["year"], row["county"]) == ("1", "r#0", "", "青禾县")
    assert not any(ord(c) < 32 and c not in "\t\n" for cell in row.values() for c in cell)
