"""Browse: what is there and what is missing, as a reader of the page sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from index.model import Kind, Level, Place, Report
from index.whoosh_engine import WhooshEngine
from search import matrix
from search.run import Request, Searcher
from tests.made import batch, make_report, write
from tests.served import served
from web.asked import read_asked

DIXI = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")
SONGLING = Place("松岭镇", "青禾县", "云汀市", "澜岳省")
NAMESAKE = Place("荻溪镇", "云麓区", "云汀市", "澜岳省")
HOSTILE = Place("<script>alert(1)</script>镇", "青禾县", "云汀市", "澜岳省")
CHENGKOU = Place("高观镇", "城口县", "重庆市", "重庆市")  # of the gazetteer
GREEN = "/browse?county=青禾县"


def make(
    id: str, place: Place, year: int | None, issued: str | None = None, **other: Level | Kind
) -> Report:
    made = make_report(id, [("一、", "普法。")], year=year, place=place)
    return replace(made, issued=issued, **other)  # type: ignore[arg-type]


REPORTS = (
    make("甲-2020", DIXI, 2020, "2021-01-09"),
    make("甲-2022", DIXI, 2022, "2023-01-19"),
    make("甲-2022~2", DIXI, 2022),
    make("甲-2023", DIXI, 2023, "2024-01-29"),
    make("乙-2021", SONGLING, 2021, "2022-02-01"),
    make("丙?&%-2021", HOSTILE, 2021, "2022-02-01"),
    make("丁-2024", NAMESAKE, 2024, "2025-02-01"),
    make("戊-无", DIXI, None),
    make("己-2021", replace(DIXI, township=None), 2021, level=Level.COUNTY),
)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("index"), batch(*REPORTS))


def page(index_dir: Path, address: str) -> LexborHTMLParser:
    with served(index_dir) as client:
        return read(client, address)


def read(client: TestClient, address: str) -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def texts(nodes: Sequence[LexborNode]) -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in nodes]


def line_of(page: LexborHTMLParser, name: str) -> LexborNode:
    lines = (row for row in page.css("table.matrix tbody tr") if row.css_first("th[scope=row]"))
    return next(row for row in lines if name in texts([row.css("th")[0]])[0])


def links(node: LexborNode) -> list[str]:
    return [unquote(cast(str, a.attributes["href"])) for a in node.css("a")]


def test_a_line_tells_each_year_in_words(index_dir: Path) -> None:
    line = line_of(page(index_dir, GREEN), "荻溪镇")
    assert texts(line.css("td")) == [
        "Report of 2020, issued 2021-01-09",
        "missing",
        "Report of 2022, issued 2023-01-19 Report of 2022, issued undated ⇄",
        "Report of 2023, issued 2024-01-29 ⇄",
        "3 / 4",
    ]


def test_a_cell_leads_to_its_reports_and_to_what_changed_since_the_one_before(
    index_dir: Path,
) -> None:
    cells = line_of(page(index_dir, GREEN), "荻溪镇").css("td")
    assert links(cells[0]) == ["/reports/甲-2020"]
    assert links(cells[2]) == [
        "/reports/甲-2022",
        "/reports/甲-2022~2",
        "/diff?first=甲-2020&second=甲-2022",
    ]
    against = cells[3].css_first("a.against")
    assert against is not None
    assert against.attributes["aria-label"] == "Compare 2022 with 2023"


def test_years_and_the_table_have_their_totals(index_dir: Path) -> None:
    foot = page(index_dir, GREEN).css("table.matrix tfoot td")
    assert texts(foot) == ["1 / 3", "2 / 3", "1 / 3", "1 / 3", "41%"]


def test_names_and_ids_are_text_and_never_markup(index_dir: Path) -> None:
    found = page(index_dir, GREEN)
    line = line_of(found, "alert(1)")
    assert texts(line.css("th")) == ["<script>alert(1)</script>镇"]
    report = line.css_first("td.there a")
    assert report is not None
    assert report.attributes["href"] == "/reports/%E4%B8%99%3F%26%25-2021"
    assert not found.css("main script")


def test_years_and_a_name_narrow_the_table_and_stay_in_the_form(index_dir: Path) -> None:
    found = page(index_dir, f"{GREEN}&year_from=2021&year_to=2022&q=荻")
    assert texts(found.css("table.matrix thead th")) == ["Township", "2021", "2022", "Years there"]
    assert texts(found.css("table.matrix tbody th[scope=row]")) == ["荻溪镇"]
    assert texts(found.css("option[selected]")) == ["2021", "2022"]
    fields = {
        each.attributes["name"]: each.attributes["value"] for each in found.css("form.narrow input")
    }
    assert fields == {"county": "青禾县", "q": "荻"}


def test_a_year_by_its_own_parameter_is_the_same(index_dir: Path) -> None:
    one = page(index_dir, f"{GREEN}&year=2021..2022").css_first("table.matrix")
    other = page(index_dir, f"{GREEN}&year_from=2021&year_to=2022").css_first("table.matrix")
    assert one is not None
    assert other is not None
    assert texts([one]) == texts([other])


def test_the_overview_leads_down_and_its_addresses_find_what_they_count(index_dir: Path) -> None:
    with served(index_dir) as client:
        for row in read(client, "/browse").css("table.areas tbody tr"):
            (count,) = texts(row.css("td.num")[:1])
            down = read(client, links(row)[0])
            assert texts(down.css(".tally dd")[:1]) == [count]


def test_the_overview_names_places_once(index_dir: Path) -> None:
    rows = page(index_dir, "/browse").css("table.areas tbody tr")
    assert texts([row.css("th")[0] for row in rows]) == ["澜岳省", "云汀市", "云麓区", "青禾县"]
    assert not page(index_dir, GREEN).css("table.areas")


def test_crumbs_lead_back_up(index_dir: Path) -> None:
    crumbs = page(index_dir, GREEN).css(".crumbs a")
    assert texts(crumbs) == ["All places", "澜岳省", "云汀市", "青禾县"]
    assert unquote(cast(str, crumbs[2].attributes["href"])).endswith("?city=澜岳省/云汀市")


def test_reports_in_no_table_are_told_with_their_search(index_dir: Path) -> None:
    notes = page(index_dir, GREEN).css(".notes a")
    assert texts(notes) == [
        "1 of townships, year unknown",
        "1 of counties, cities, departments and others",
    ]
    asked = parse_qs(urlsplit(cast(str, notes[0].attributes["href"])).query)
    assert asked == {"year": ["unknown"], "county": ["青禾县"], "level": ["township"]}


def test_what_only_the_gazetteer_has_is_told_as_such(tmp_path: Path) -> None:
    found = page(write(tmp_path, batch(make("a", CHENGKOU, 2021))), "/browse?county=城口县")
    (group,) = texts(found.css("tr.group"))
    assert group.endswith("townships of the gazetteer of 2023 without any report here")
    assert set(texts(found.css("tbody.listed td.missing"))) == {"missing"}
    assert not found.css("tbody.listed th a")
    assert "The gazetteer is of 2023" in found.css(".notes")[0].text()


def test_townships_of_too_many_counties_are_not_listed(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "MOST_TOWNSHIPS", 2)
    found = page(index_dir, "/browse")
    assert not found.css("table.matrix")
    assert "Choose a county" in found.css("main")[0].text()
    assert "1 more townships" in page(index_dir, GREEN).css("main")[0].text()


def test_an_index_without_reports_says_so(tmp_path: Path) -> None:
    for view in ("", "?by=part", "?by=topic"):
        assert "here for this" in page(write(tmp_path, batch()), f"/browse{view}").text()


@pytest.mark.parametrize(
    "address",
    ["/browse?year=tomorrow", "/browse?part=plans", "/browse?by=place%00", "/browse?level=moon"],
)
def test_what_it_does_not_take_is_an_error(index_dir: Path, address: str) -> None:
    with served(index_dir) as client:
        assert client.get(address).status_code == 400


@pytest.mark.parametrize("field", ["part", "topic"])
@pytest.mark.parametrize("narrowed", ["", "&county=青禾县", "&year=2022..2024"])
def test_parts_and_topics_count_what_their_searches_find(
    samples_index: Path, field: str, narrowed: str
) -> None:
    found = page(samples_index, f"/browse?by={field}{narrowed}").css("table.subjects tbody td a")
    engine = WhooshEngine(samples_index)
    try:
        searcher = Searcher(engine)
        for link in found:
            asked = read_asked(QueryParams(urlsplit(cast(str, link.attributes["href"])).query))
            results = searcher.run(Request("", filters=asked.filters, limit=0, facets=()))
            assert f"{results.total_sections:,}" == link.text()
    finally:
        engine.close()
    assert len(found) > 20


@pytest.mark.parametrize("address", ["/browse", GREEN, "/browse?by=part", "/browse?by=topic"])
def test_what_scrolls_can_be_reached_and_has_a_name(index_dir: Path, address: str) -> None:
    found = page(index_dir, address)
    regions = found.css(".scroll")
    assert regions
    for region in regions:
        named = region.attributes.get("aria-label")
        by = region.attributes.get("aria-labelledby")
        assert named or found.css(f"#{by}")
        assert (region.attributes["role"], region.attributes["tabindex"]) == ("region", "0")


@pytest.mark.parametrize("address", ["/browse", "/browse?by=part", "/status"])
def test_nothing_is_styled_or_run_in_place(index_dir: Path, address: str) -> None:
    found = page(index_dir, address)
    assert not found.css("[style], style, script:not([src])")
    assert not [n for n in found.css("*") for name in n.attributes if name.startswith("on")]
