"""What a run says of itself at the end, and on the way."""

from __future__ import annotations

import time

import pytest

from index.errors import ReportError
from indexer.build import Progress, Summary
from terminal.progress import show_progress
from terminal.summary import MOST_LISTED, show_summary


def said(summary: Summary) -> list[str]:
    return ["".join(piece.text for piece in line) for line in show_summary(summary)]


def test_counts_come_first() -> None:
    summary = Summary(found=9, added=3, changed=2, unchanged=1, removed=4, joined=2, seconds=1.25)
    assert said(summary) == [
        "3 added, 2 changed, 1 unchanged, 4 removed; 2 files are other forms of reports"
        "  (9 files, 1.2 s)"
    ]


def test_what_is_gone_and_refused_is_listed_by_name() -> None:
    refused = [ReportError("/a.txt", "the file is empty"), ReportError("/b", "no", "Do so.")]
    lines = said(Summary(found=2, refused=refused, missing=["/gone.txt"]))
    assert lines[1:] == [
        "1 file is gone; its report stays until you index with --prune:",
        "  /gone.txt",
        "2 files refused:",
        "  /a.txt: the file is empty.",
        "  /b: no. Do so.",
    ]


def test_a_long_list_is_cut() -> None:
    refused = [ReportError(f"/{n}", "no") for n in range(MOST_LISTED + 7)]
    lines = said(Summary(found=len(refused), refused=refused))
    assert len(lines) == 2 + MOST_LISTED + 1
    assert lines[-1] == "  … and 7 more: lawsearch status lists them all"


def test_names_of_files_are_cleaned() -> None:
    refused = [ReportError("/a\x1b[2J.txt", "bad\x9b")]
    text = "".join(said(Summary(found=1, refused=refused, missing=["/b\x07"])))
    assert text.isprintable()


def test_a_short_run_says_nothing_on_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as advance:
        for done in range(1, 4):
            advance(Progress(done, 3, "/a"))
    assert capsys.readouterr() == ("", "")


def test_a_long_run_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with show_progress() as advance:
        for done in (10, 60, 70, 120):
            advance(Progress(done, 120, "/a"))
    assert capsys.readouterr().err.splitlines() == [
        "60 of 120 files, 10 files/s, 6 s left",
        "120 of 120 files, 10 files/s, 0 s left",
    ]
