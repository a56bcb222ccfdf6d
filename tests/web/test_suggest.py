"""The options of the search box: a fragment of links, escaped, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from index.model import Place
from search.run import Request, Searcher
from tests.made import batch, make_report, write
from tests.served import served


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index) as client:
        yield client


def options(client: TestClient, q: str, **parameters: str) -> list[LexborNode]:
    answer = client.get("/suggest", params={"q": q, **parameters})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(f"<ul>{answer.text}</ul>").css("ul > li > a[role=option]")


def words(node: LexborNode) -> str:
    return " ".join(node.text().split())


def test_option_tells_its_kind_its_text_and_its_count(client: TestClient) -> None:
    option = options(client, "枫桥")[0]
    assert words(option).startswith("Practice 枫桥经验 ")
    assert words(option).endswith(" sections")
    (mark,) = option.css("mark")
    assert mark.text() == "枫桥"


def test_option_is_a_link_to_its_search(client: TestClient) -> None:
    option = options(client, "2023 枫桥")[0]
    assert option.attributes["href"] == "/search?q=2023+%E6%9E%AB%E6%A1%A5%E7%BB%8F%E9%AA%8C"
    assert option.attributes["data-insert"] == "2023 枫桥经验"
    assert option.attributes["data-cursor"] == "9"
    assert "data-more" not in option.attributes


def test_field_asks_for_more(client: TestClient) -> None:
    (option,) = options(client, "yea")
    assert option.attributes["data-insert"] == "year:"
    assert "data-more" in option.attributes
    assert words(option) == "Field year: Year"


def test_cursor_counts_characters(client: TestClient) -> None:
    option = options(client, "枫桥 2023", at="2")[0]
    assert option.attributes["data-insert"] == "枫桥经验 2023"


def test_ids_are_those_that_the_script_names(client: TestClient) -> None:
    ids = [option.attributes["id"] for option in options(client, "法")]
    assert ids == [f"suggestion-{n}" for n in range(1, len(ids) + 1)]
    assert len(ids) > 1


@pytest.mark.parametrize("q", ["", "   ", "鿿鿿", "<script>"])
def test_nothing_to_suggest_is_an_empty_fragment(client: TestClient, q: str) -> None:
    assert client.get("/suggest", params={"q": q}).text.strip() == ""


@pytest.mark.parametrize("at", ["-1", "x", "1e3", "١", "9999999"])
def test_cursor_that_is_no_number_is_refused(client: TestClient, at: str) -> None:
    assert client.get("/suggest", params={"q": "枫", "at": at}).status_code == 400


@pytest.mark.parametrize("at", ["", "0", "3000"])
def test_any_cursor_is_answered(client: TestClient, at: str) -> None:
    assert client.get("/suggest", params={"q": "枫", "at": at}).status_code == 200


def test_labels_are_in_the_readers_language(client: TestClient) -> None:
    asked = {"params": {"q": "202"}, "headers": {"Accept-Language": "zh-CN"}}
    assert "份报告" in client.get("/suggest", **asked).text  # type: ignore[arg-type]
    assert " reports" in client.get("/suggest", params={"q": "202"}).text


def test_names_and_queries_cannot_write_markup(tmp_path: Path) -> None:
    name = '<img src=x onerror=alert(1)>"\u202e镇'
    report = make_report("r", [("一、", "工作")], place=Place(name, None, None, None))
    with served(write(tmp_path / "index", batch(report))) as client:
        (option,) = options(client, "<im")
        text = client.get("/suggest", params={"q": '"><b>2 <im'}).text
    assert option.css_first("img") is None
    assert "\u202e" not in option.text()
    assert LexborHTMLParser(text).css("b, img, script") == []


def test_places_and_practices_lead_to_what_they_count(
    client: TestClient, samples_index: Path
) -> None:
    from index.whoosh_engine import WhooshEngine

    engine = WhooshEngine(samples_index)
    found = [option for q in ("青", "云", "qh", "枫") for option in options(client, q)]
    for option in found:
        results = Searcher(engine).run(Request(option.attributes["data-insert"] or ""))
        n, unit = words(option).split()[-2:]
        total = results.total_reports if unit.startswith("report") else results.literal_sections
        assert int(n.replace(",", "")) == total
    engine.close()
    assert len(found) > 4
