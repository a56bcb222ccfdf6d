"""The home page counts what is there, and leads into it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from index.whoosh_engine import WhooshEngine
from web.pages.home import EXAMPLES


def home(client: TestClient) -> LexborHTMLParser:
    return LexborHTMLParser(client.get("/").text)


def test_what_is_indexed_is_counted(client: TestClient, samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    rows, status = [*engine.reports()], engine.status()
    engine.close()
    figures = {
        node.css_first("dt").text(): node.css_first("dd").text()  # type: ignore[union-attr]
        for node in home(client).css(".figures > div")
    }
    assert figures == {
        "Reports": str(status.reports),
        "Sections": str(status.sections),
        "Townships": str(len({row.places for row in rows if row.places[3]})),
        "Counties": str(len({row.places[:3] for row in rows if row.places[2]})),
    }


def test_every_year_leads_to_its_reports(client: TestClient, samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    years = [row.year for row in engine.reports()]
    engine.close()
    bars = home(client).css(".year-bars a")
    assert len(bars) == len({year for year in years if year})
    for bar in bars:
        count, year = re.findall(r"\d+", bar.text())
        assert years.count(int(year)) == int(count)
        found = client.get(bar.attributes["href"] or "").text
        assert re.search(rf"in {count} reports?\b", found)


@pytest.mark.parametrize(("language", "nothing"), [("en", "Nothing found"), ("zh-CN", "没有找到")])
def test_every_example_finds_something(client: TestClient, language: str, nothing: str) -> None:
    def read(address: str) -> str:
        return client.get(address, headers={"Accept-Language": language}).text

    links = LexborHTMLParser(read("/")).css(".home-examples a")
    assert len(links) == len(EXAMPLES)
    links += LexborHTMLParser(read("/search")).css(".examples a")
    for link in links:
        assert nothing not in read(link.attributes["href"] or "")
    assert nothing in read("/search?q=没有这样的词")


def test_every_way_in_is_there(client: TestClient) -> None:
    ways = [a.attributes["href"] for a in home(client).css(".ways-in a, .nav a")]
    assert len(ways) == 12
    for way in dict.fromkeys(ways):
        assert client.get(way or "").status_code == 200, way


def test_the_page_says_which_index_it_is_of(client: TestClient) -> None:
    assert re.search(r"Index of \d{4}-\d\d-\d\d, version \d+", client.get("/").text)
