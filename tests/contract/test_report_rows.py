"""The rows of reports, which counting over whole reports reads, on every engine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from index.engine import ReportRow
from index.model import Kind, Level, Place, Report
from tests.contract.conftest import Opener
from tests.made import batch, corpora, make_report

pytestmark = pytest.mark.usefixtures("unsynced")


def row(report: Report) -> ReportRow:
    place = report.place
    return ReportRow(
        report.id,
        report.year,
        report.issued,
        report.level,
        report.kind,
        (place.province, place.city, place.county, place.township),
    )


def test_a_row_says_what_its_report_says(open_engine: Opener) -> None:
    text = [("一、", "调解。")]
    known = replace(make_report("a", text), issued="2024-02-29")
    unknown = make_report("b", text, year=None, place=Place(), level=Level.OTHER)
    notice = replace(make_report("c", text, place=Place(None, "青禾县")), kind=Kind.OTHER)
    with open_engine(batch(known, unknown), batch(notice)) as engine:
        assert {*engine.reports()} == {row(report) for report in (known, unknown, notice)}


@settings(max_examples=20)
@given(corpora(least=2))
def test_deleted_and_replaced_reports_have_no_rows(
    open_engine: Opener, reports: list[Report]
) -> None:
    first, *others = reports
    changed = replace(others[0], year=2019)
    with open_engine(batch(*reports), batch(changed, remove=[first.id])) as engine:
        wanted = [changed, *others[1:]]
        assert sorted(engine.reports()) == sorted(row(report) for report in wanted)
