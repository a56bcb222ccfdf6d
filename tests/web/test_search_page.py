"""The search page says what the query layer says, and every link on it leads where it says."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from index.model import Place
from index.whoosh_engine import WhooshEngine
from search.run import Request, Searcher
from tests.made import batch, make_report, write
from tests.served import served
from web.headers import POLICY


def page(client: TestClient, address: str) -> LexborHTMLParser:
    response = client.get(address)
    assert response.status_code == 200, address
    return LexborHTMLParser(response.text)


def squeezed(node: LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text().split())


def total(client: TestClient, address: str) -> int:
    found = page(client, address).css_first("#totals b")
    number = re.match(r"[\d,]+", squeezed(found))
    return int(number[0].replace(",", "")) if number else 0


def chips(tree: LexborHTMLParser) -> list[str]:
    return [squeezed(chip) for chip in tree.css(".chip")]


def href(node: LexborNode | None) -> str:
    assert node is not None
    return node.attributes["href"] or ""


# What is found


@pytest.mark.parametrize(
    "query",
    [
        "院坝会",
        "调解 2024",
        "“枫桥经验”",
        "part:problems 执法",
        "荻溪镇 普法",
        "无此做法 调解",
        "无此做法",
        "",
    ],
)
@pytest.mark.parametrize("by", ["section", "report"])
def test_the_page_shows_what_the_query_layer_finds(
    client: TestClient, samples_index: Path, query: str, by: str
) -> None:
    engine = WhooshEngine(samples_index)
    results = Searcher(engine).run(Request(query, by_report=by == "report"))
    engine.close()
    tree = page(client, f"/search?q={query}&by={by}")
    shown = [(squeezed(node)) for node in tree.css(".hit-links .id")]
    assert shown == [hit.id for hit in results.hits]
    marks = ["".join(mark.text().split()) for mark in tree.css(".snippet mark")]
    assert marks == [
        "".join(snippet.text[start:end].split())
        for hit in results.hits
        for snippet in hit.snippets
        for start, end in snippet.spans
    ]
    assert total(client, f"/search?q={query}&by={by}") == results.total_sections


def test_totals_are_told(client: TestClient) -> None:
    found = squeezed(page(client, "/search?q=调解 纠纷").css_first("#totals"))
    assert re.fullmatch(r"\d+ sections in \d+ reports \d+ occurrences( \d+ literally)?", found), (
        found
    )


def test_a_hit_leads_to_its_section_with_the_hits_marked(client: TestClient) -> None:
    tree = page(client, "/search?q=院坝会")
    address = href(tree.css_first(".hit h3 a"))
    id = squeezed(tree.css_first(".hit-links .id"))
    report = client.get(address)
    assert report.status_code == 200
    assert "<mark" in report.text
    assert f'id="{urlsplit(address).fragment}"' in report.text
    assert id.endswith("#" + urlsplit(address).fragment)


def test_sections_of_one_report_are_a_search_of_their_own(client: TestClient) -> None:
    tree = page(client, "/search?q=调解&by=report")
    links = [a for a in tree.css(".hit-links a") if "in this report" in a.text()]
    assert links
    for link in links:
        found = page(client, href(link))
        assert total(client, href(link)) == int(squeezed(link).split()[0])
        ids = {squeezed(node).partition("#")[0] for node in found.css(".hit-links .id")}
        assert len(ids) == 1


def test_reports_and_parts_are_told_apart_from_whole_matches(client: TestClient) -> None:
    tree = page(client, "/search?q=无此做法 调解")
    assert "hold a part" in squeezed(tree.css_first(".notice.warning"))


def test_a_report_is_opened_with_the_same_hits_marked(client: TestClient) -> None:
    tree = page(client, "/search?q=调解&within=网格&synonyms=1&exact=1")
    for link in tree.css(".hit h3 a"):
        address = urlsplit(href(link))
        assert parse_qsl(address.query) == [("q", "调解 网格"), ("exact", "1"), ("synonyms", "1")]
        marked = {mark.text() for mark in page(client, href(link)).css(".rp-words mark")}
        assert {"调解", "网格"} <= marked


def test_a_page_after_the_last_says_which_is_the_last(client: TestClient) -> None:
    tree = page(client, "/search?q=院坝会&page=900")
    assert not tree.css(".hit")
    assert "There is no page 900" in squeezed(tree.css_first(".notice"))
    assert page(client, href(tree.css_first(".notice a"))).css(".hit")


# Links


def links(tree: LexborHTMLParser) -> list[str]:
    return [href(a) for a in tree.css("main a[href]") if href(a).startswith("/search")]


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=调解",
        "/search?q=调解 2024&within=网格&part=achievements&not=topic:行政执法&sort=year&page=2",
        "/search?q=无此做法 2024&county=青禾县",
        "/search?q=调解&county=青禾县&tree=all&place=镇&synonyms=1&by=report",
    ],
)
def test_every_link_to_a_search_leads_to_one(client: TestClient, address: str) -> None:
    found = links(page(client, address))
    assert found
    for link in dict.fromkeys(found):
        assert client.get(link).status_code == 200, link


def test_a_facet_says_how_much_there_will_be(client: TestClient) -> None:
    tree = page(client, "/search?q=调解")
    rows = [row for row in tree.css(".facet") if row.css_first("a.value") and not row.css("a.more")]
    assert len(rows) > 20
    for row in rows:
        count = row.css_first(".count")
        assert total(client, href(row.css_first("a.value"))) == int(squeezed(count))


def test_a_bar_of_a_year_leads_to_it(client: TestClient) -> None:
    bars = page(client, "/search?q=调解").css("a.year-bar")
    assert len(bars) > 3
    for bar in bars:
        year, count = re.findall(r"\d+", squeezed(bar.css_first(".sr")))
        assert ("year", year) in parse_qsl(urlsplit(href(bar)).query)
        assert total(client, href(bar)) == int(count)


def test_years_are_asked_from_and_to(client: TestClient) -> None:
    tree = page(client, "/search?q=调解&year_from=2021&year_to=2023&part=achievements")
    assert "Year 2021–2023" in chips(tree)
    form = tree.css_first("form.range")
    assert form is not None
    values = {each.attributes["name"]: each.attributes["value"] for each in form.css("input")}
    assert values == {
        "q": "调解",
        "part": "achievements",
        "year_from": "2021",
        "year_to": "2023",
    }


def test_pages_lead_on_and_back(client: TestClient) -> None:
    seen: list[str] = []
    address = "/search?q=调解"
    while True:
        tree = page(client, address)
        seen += [squeezed(node) for node in tree.css(".hit-links .id")]
        following = tree.css_first("a[rel=next]")
        if following is None:
            break
        address = href(following)
    assert len(seen) == len(set(seen)) == total(client, "/search?q=调解")
    assert tree.css_first("a[rel=prev]") is not None


# What was understood


def test_a_recognised_word_is_a_chip_and_can_be_text_again(client: TestClient) -> None:
    tree = page(client, "/search?q=调解 2024&sort=year")
    assert chips(tree) == ["Year 2024"]
    as_text = tree.css_first(".read-as a")
    chip = tree.css_first(".chip-x")
    assert href(chip) == href(as_text)
    assert dict(parse_qsl(urlsplit(href(chip)).query)) == {"q": '调解 "2024"', "sort": "year"}
    alone = total(client, '/search?q="2024"')
    assert squeezed(as_text) == f"As text it is in {alone} sections"
    assert chips(page(client, href(chip))) == []


def test_every_chip_takes_itself_away(client: TestClient) -> None:
    address = "/search?q=调解&year=2024&county=青禾县&part=问题&not=topic:行政执法&within=网格"
    tree = page(client, address)
    assert chips(tree) == [
        "Year 2024",
        "County 青禾县",
        "Part problems",
        "Within 网格",
        "Not Topic 行政执法",
    ]
    for n, chip in enumerate(tree.css(".chip-x")):
        left = chips(page(client, href(chip)))
        assert left == [each for m, each in enumerate(chips(tree)) if m != n]
    assert chips(page(client, href(tree.css_first(".chip-all a")))) == []


def test_what_was_ignored_and_other_names_are_told(client: TestClient) -> None:
    tree = page(client, "/search?q=year: 综治中心 )&synonyms=1")
    told = [squeezed(node) for node in tree.css(".understood .meta")]
    assert any("综治中心" in each and "also as" in each for each in told)
    assert any("no value" in each for each in told)


MEDIATION = "/search?q=%E8%B0%83%E8%A7%A3"


@pytest.mark.parametrize(
    ("address", "without"),
    [
        pytest.param("/search?q=调解 无此做法", MEDIATION, id="a word"),
        pytest.param("/search?q=调解&year=2001", MEDIATION, id="a chosen filter"),
        pytest.param("/search?q=调解&within=无此做法", MEDIATION, id="a text within"),
        pytest.param("/search?q=调解 year:2001", MEDIATION, id="a typed filter"),
        pytest.param("/search?q=调解 -调解", MEDIATION, id="an excluded word"),
    ],
)
def test_where_nothing_is_found_there_is_a_way_on(
    client: TestClient, address: str, without: str
) -> None:
    tree = page(client, address)
    ways = {href(a): a.parent for a in tree.css(".ways .without a")}
    assert without in ways
    for link, way in ways.items():
        count = re.search(r"(\d+) section", squeezed(way))
        assert count is not None
        assert total(client, link) == int(count[1])


def test_a_filter_has_one_name_in_its_chip_and_where_it_left_nothing(client: TestClient) -> None:
    tree = page(client, "/search?q=调解&county=无此县&not=year:2024")
    named = [squeezed(link).removeprefix("without ") for link in tree.css(".ways .without a")]
    assert "County 无此县" in named
    assert {*named} <= {*chips(tree), "调解"}


def test_what_was_meant_is_a_link(client: TestClient) -> None:
    tree = page(client, "/search?q=枫桥经研")
    meant = tree.css_first("a.meant")
    assert squeezed(meant) == "枫桥经验"
    assert total(client, href(meant)) == total(client, "/search?q=枫桥经验") > 0
    names = page(client, "/search?q=调解&township=荻西镇").css("a.meant")
    assert [squeezed(each) for each in names] == ["荻溪镇"]
    assert total(client, href(names[0])) == total(client, "/search?q=调解&township=荻溪镇") > 0


# What it never does


def test_nothing_of_a_query_or_a_report_runs(tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)>"><script>alert(1)</script>'
    place = Place(f"{evil}镇", f"{evil}县", f"{evil}市", f"{evil}省")
    report = make_report("恶-2024", [(evil, f"{evil}调解。")], place=place, topics={0: (evil,)})
    folder = write(tmp_path / "index", batch(report))
    with served(folder) as client:
        for params in (
            {"q": evil},
            {"q": "调解", "county": evil, "not": f"topic:{evil}", "within": evil},
            {"q": "调解", "tree": evil, "place": evil},
            {"q": "调解"},
            {"q": f'调解 "{evil}'},
        ):
            response = client.get("/search", params=params)
            assert response.status_code == 200
            tree = LexborHTMLParser(response.text)
            assert not tree.css("img")
            assert all(script.attributes.get("src") for script in tree.css("script"))
            names = {name for node in tree.css("*") for name in node.attributes}
            assert not [name for name in names if name.startswith("on") or name == "style"]
            assert not tree.css("style")


@pytest.mark.parametrize(
    "path", ["/", "/search?q=调解", "/search?q=无此做法", "/nowhere", "/login"]
)
def test_a_page_keeps_to_its_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["content-security-policy"] == POLICY
    tree = LexborHTMLParser(response.text)
    assert not tree.css("style, [style]")
    assert all(script.attributes.get("src") for script in tree.css("script"))
    addresses = [node.attributes.get(name) for name in ("src", "href", "action")
                 for node in tree.css(f"[{name}]")]  # fmt: skip
    assert all(address and re.match("[/#]", address) for address in addresses)


@pytest.mark.parametrize("path", ["/", "/search?q=调解 2024&county=青禾县", "/login"])
def test_ids_are_given_once_and_every_field_has_a_name(client: TestClient, path: str) -> None:
    tree = page(client, path)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for field in tree.css("input:not([type=hidden])"):
        id = field.attributes.get("id")
        parent = field.parent
        named = field.attributes.get("aria-label") or tree.css(f"label[for='{id}']")
        assert named or (parent is not None and parent.tag == "label"), field.html


def test_a_page_is_light(tmp_path: Path) -> None:
    """Also where there are a thousand places."""
    places = [Place(f"第{n}镇", f"第{n % 120}县", None, None) for n in range(1000)]
    reports = [
        make_report(
            f"{p.county}{p.township}-2024", [("一、调解", "调解一场。")], year=2024, place=p
        )
        for p in places
    ]
    folder = write(tmp_path / "index", batch(*reports))
    with served(folder) as client:
        weight = len(client.get("/search?q=调解").text.encode())
        for name in re.findall(r'"(/static/[^"]+)"', client.get("/search?q=调解").text):
            weight += len(client.get(name).content)
        assert weight < 150_000


@pytest.mark.parametrize(
    ("params", "status"),
    [
        pytest.param("year=so", 400, id="no year"),
        pytest.param("page=0", 400, id="no page"),
        pytest.param("page=1000000", 400, id="too deep"),
        pytest.param("limit=1000", 400, id="too many"),
        pytest.param("sort=best", 400, id="no order"),
        pytest.param("not=2024", 400, id="no field"),
        pytest.param("page=999", 200, id="after the last page"),
        pytest.param("unheard=of", 200, id="an unknown parameter"),
    ],
)
def test_a_bad_value_is_told(client: TestClient, params: str, status: int) -> None:
    response = client.get(f"/search?q=调解&{params}")
    assert response.status_code == status
    if status != 200:
        assert LexborHTMLParser(response.text).css_first("main h1") is not None


_TYPED = st.text(
    st.sampled_from('调解2024年 "“”()（）-:：OR或/s,，青禾县荻溪镇\x00\u202e<>&%'), max_size=20
)


@given(_TYPED, _TYPED, st.sampled_from(["", "year:2024", "township:荻溪镇", "part:unknown"]))
def test_any_search_has_a_page_whose_links_are_addresses(
    client: TestClient, query: str, within: str, excluded: str
) -> None:
    params = {"q": query, "within": within, **({"not": excluded} if excluded else {})}
    response = client.get("/search", params=params)
    assert response.status_code == 200
    for link in links(LexborHTMLParser(response.text)):
        assert len(urlsplit(link).query) < 2000
