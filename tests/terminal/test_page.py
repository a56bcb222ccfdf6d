"""The page of two reports compared: whole, by itself, and nothing in it is a report's to run."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.model import Part, Place
from index.whoosh_engine import WhooshEngine
from search.diff import Diff, diff_reports
from terminal.page import diff_page
from tests.made import Block, batch, blocks, make_report, write

PUBLICITY = "组织法治宣传小分队进村入户，发放资料1200份，现场解答村民提问。"
MEDIATION = "每月十五日在文化广场开院坝会，由调解员和网格员轮流主持，当场记录。"
REVIEW = "凡以镇政府名义签订的合同，先送法律顾问审核，没有审核意见的不得用印。"
OPEN = "主动公开惠农补贴、低保名单和工程招标信息，群众可以随时查看。"
VOID = {"meta", "br"}


def compared(
    folder: Path,
    first: Sequence[Block],
    second: Sequence[Block],
    *,
    title: str | None = None,
    parts: Sequence[Part] = (),
) -> Diff:
    reports = [
        make_report("a", first, year=2022, title=title, parts=parts),
        make_report("b", second, year=2023, place=Place("槿岭镇", "青禾县"), parts=parts),
    ]
    reports[0] = replace(reports[0], place=reports[1].place)
    measured = [
        replace(r, sections=tuple(replace(s, measures=(s.text_span,)) for s in r.sections))
        for r in reports
    ]
    engine = WhooshEngine(write(folder, batch(*measured)))
    try:
        return diff_reports(engine, "a", "b")
    finally:
        engine.close()


class Page(HTMLParser):
    """A page taken apart; fails on a tag that is not closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # (class of the paragraph, text)
        self._class = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._class = dict(attrs).get("class") or self._class if tag == "p" else self._class
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._class, data))

    def text(self, name: str = "") -> str:
        return "".join(text for each, text in self.texts if not name or each == name)

    def ids(self) -> list[str]:
        return [id for _tag, attrs in self.tags if (id := attrs.get("id"))]


def test_both_reports_stand_side_by_side(tmp_path: Path) -> None:
    first = [("一、普法\n", PUBLICITY + MEDIATION), ("二、审核\n", REVIEW)]
    second = [("一、普法\n", PUBLICITY.replace("1200", "860")), ("二、公开\n", OPEN + MEDIATION)]
    html = diff_page(compared(tmp_path / "i", first, second))
    page = Page(html)
    assert "<del>1200</del>" in html
    assert "<ins>860</ins>" in html
    assert OPEN in page.text("new")
    assert REVIEW in page.text("gone")
    assert page.text("moved").count(MEDIATION) == 2
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a" and "href" in attrs]
    assert links
    assert {f"#{id}" for id in page.ids()} >= set(links)
    assert len(page.ids()) == len(set(page.ids()))


def test_nothing_is_loaded_or_run(tmp_path: Path) -> None:
    html = diff_page(compared(tmp_path / "i", [("", PUBLICITY)], [("", OPEN)]))
    page = Page(html)
    tags = {tag for tag, _attrs in page.tags}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "base"})
    assert not re.search(r"url\(|@import|https?:", html)
    (policy,) = [
        attrs["content"]
        for tag, attrs in page.tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert " style=" not in html  # the policy would refuse it


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param('"><img src=x onerror=alert(1)>', id="attribute"),
        pytest.param("</p></div></style><b>", id="closing tags"),
        pytest.param("&lt;b&gt; &amp; ' \"", id="entities"),
    ],
)
def test_text_of_a_report_stays_text(tmp_path: Path, hostile: str) -> None:
    first, second = [(f"一、{hostile}\n", PUBLICITY)], [("二、\n", hostile + OPEN)]
    html = diff_page(compared(tmp_path / "i", first, second, title=hostile))
    page = Page(html)
    assert {tag for tag, _attrs in page.tags}.isdisjoint({"script", "img", "b"})
    shown = "".join(page.text().split())
    assert shown.count("".join(hostile.split())) >= 2  # in the head and in a section


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks, blocks, st.text(st.characters(), max_size=8))
def test_every_page_is_well_formed(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Block],
    second: list[Block],
    title: str,
) -> None:
    folder = tmp_path_factory.mktemp("page") / "index"
    html = diff_page(compared(folder, first, second, title=title.replace("\ud800", "") or None))
    Page(html)
    assert all(c.isprintable() or c.isspace() for c in html)


def test_plans_are_listed_with_what_speaks_of_them(tmp_path: Path) -> None:
    parts = [Part.ACHIEVEMENTS, Part.PLANS, Part.PLANS]
    plan = "编制合同审核清单，没有法律顾问审核意见的合同不得用印。"
    first = [("一、成效\n", OPEN), ("二、合同\n", plan), ("三、路灯\n", "在学校门口增设路灯。")]
    second = [("一、成效\n", REVIEW), ("二、安排\n", OPEN)]
    text = Page(diff_page(compared(tmp_path / "i", first, second, parts=parts))).text()
    assert "Planned in 2022, and the achievements of 2023 that speak of it" in text
    assert plan in text
    assert text.count("not found in the achievements part") == 1


def test_a_plan_has_no_space_where_a_line_of_its_source_ends(tmp_path: Path) -> None:
    parts = [Part.ACHIEVEMENTS, Part.PLANS]
    plan = "编制合同\n审核清单，\n年底前印发。"
    first = [("一、成效\n", OPEN), ("二、合同\n", plan)]
    html = diff_page(compared(tmp_path / "i", first, [("一、成效\n", OPEN)], parts=parts))
    assert "编制合同审核清单，年底前印发。" in Page(html).text()
