"""When two files are one report."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from index.model import Kind, Report
from indexer.twins import are_twins, paper_of, preference
from tests.made import make_report

_RANDOM = Random(7)
TEXT = "".join(chr(_RANDOM.randrange(0x4E00, 0x6000)) for _ in range(2000))


def report(text: str, path: str = "/a.txt") -> Report:
    return make_report("r", [("一、", text)], path=path)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        pytest.param(TEXT, True, id="the same"),
        pytest.param("\n".join(TEXT[i : i + 40] for i in range(0, 2000, 40)), True, id="wrapped"),
        pytest.param("索引号：123。" + TEXT + "打印关闭", True, id="a page around it"),
        pytest.param(TEXT[:1900], True, id="a little lost"),
        pytest.param(TEXT[:1200], False, id="a part of it"),
        pytest.param(TEXT + TEXT[::-1], False, id="a paper that holds it"),
        pytest.param(TEXT[::-1], False, id="another paper"),
        pytest.param("", False, id="an empty one"),
    ],
)
def test_twins_hold_most_of_each_other(other: str, wanted: bool) -> None:
    one, two = paper_of(report(TEXT)), paper_of(report(other))
    assert are_twins(one, two) == wanted
    assert are_twins(two, one) == wanted


def test_a_notice_and_a_report_are_no_twins() -> None:
    notice = replace(report(TEXT), kind=Kind.OTHER)
    assert not are_twins(paper_of(report(TEXT)), paper_of(notice))


def test_the_text_nearest_to_what_was_typed_is_kept() -> None:
    names = ["a.pdf", "b.unknown", "c.docx", "d.html", "e.txt", "f.md"]
    reports = [report(TEXT, f"/{name}") for name in names]
    order = [r.file.removeprefix("/") for r in sorted(reports, key=preference)]
    assert order == ["c.docx", "e.txt", "f.md", "d.html", "a.pdf", "b.unknown"]
