"""The pages that compare: the command line's answers, drawn, with links to what is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node
from starlette.testclient import TestClient

from index.model import Place, Report
from index.whoosh_engine import WhooshEngine
from search.copies import CopiesRequest, find_copies
from search.similar import SimilarRequest, find_similar
from search.spread import SpreadRequest, find_spread
from tests.made import batch, make_report, write
from tests.served import served
from web.copiesview import MOST_CHARACTERS, MOST_MEMBERS
from web.pages import compare
from web.pages.compare import LONGEST_TEXT

pytestmark = pytest.mark.usefixtures("unsynced")

MEASURE = "青禾县槿岭镇-2023#1.5-m2"
COPIED = "霁川市榛岭镇-2023"
FIRST, SECOND = "青禾县槿岭镇-2023", "青禾县槿岭镇-2024"
EMPTY = ("/similar", "/copies", "/diff", "/spread")
OWN = "乡贤堂里摆下八仙桌，老支书沏一壶野茶，把争了三年的水渠走向当面划清，两家人握手出门。"
LONG = (
    OWN,
    "码头趸船改作普法驿站，渔民收网归来先听一刻钟判例，再领当日冰票，半年听讲七百余人次。",
    "执法队员随身带两张清单，一张列首违不罚情形，一张写整改期限，商户签字后当场各留一份。",
    "镇里请退休法官坐堂，每逢集日在粮站旧址开庭讲案，把赡养、宅基、彩礼三类纠纷逐件说透。",
)
HOSTILE = "<script>alert(1)</script>\u202e<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    """A server over the samples."""
    with served(samples_index) as found:
        yield found


@pytest.fixture(scope="module")
def samples(samples_index: Path) -> Iterator[WhooshEngine]:
    """The samples themselves."""
    engine = WhooshEngine(samples_index)
    yield engine
    engine.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Servers over indexes of some reports."""
    with ExitStack() as stack:

        def over(*reports: Report) -> TestClient:
            folder = tmp_path / str(len([*tmp_path.iterdir()]))
            return stack.enter_context(served(write(folder, batch(*reports))))

        yield over


def url(path: str, **asked: object) -> str:
    return f"{path}?{urlencode(asked)}"


def page(client: TestClient, address: str, status: int = 200) -> HTMLParser:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return HTMLParser(answer.text)


def one(tree: HTMLParser | Node, css: str) -> Node:
    found = tree.css_first(css)
    assert found is not None
    return found


def texts(nodes: list[Node]) -> list[str]:
    return [node.text().strip() for node in nodes]


def links(tree: HTMLParser | Node, css: str) -> list[str]:
    return [node.attributes["href"] or "" for node in tree.css(css)]


PAGES = [
    *EMPTY,
    url("/similar", id=MEASURE),
    url("/similar", text="退休法官坐堂调解", county="青禾县", same_township=1),
    url("/copies", id=COPIED),
    url("/copies", between="townships"),
    url("/diff", first=FIRST),
    url("/diff", first=FIRST, second=SECOND),
    url("/spread", q="法律明白人"),
    url("/spread", q="没有人写过的词"),
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_keeps_the_policy(client: TestClient, address: str, language: str) -> None:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert len(answer.content) < 150_000
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)\s*=", answer.text)
    tree = HTMLParser(answer.text)
    assert not tree.css("style")
    assert all(script.attributes.get("src") for script in tree.css("script"))
    assert [node.attributes["href"] for node in tree.css(".nav [aria-current]")] == [
        urlsplit(address).path
    ]
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len({*ids})


@pytest.mark.parametrize("path", EMPTY)
def test_without_a_question_a_page_explains_itself_and_asks(client: TestClient, path: str) -> None:
    tree = page(client, path)
    assert one(tree, ".page-head .lead").text().strip()
    form = one(tree, f'main form[action="{path}"]')
    assert form.css("input:not([type=hidden]), textarea")
    for field in form.css("input:not([type=hidden]):not([type=checkbox]), textarea, select"):
        assert tree.css_first(f'label[for="{field.attributes["id"]}"]') is not None


# Similar


def test_similar_shows_the_hits_of_the_command_line(
    client: TestClient, samples: WhooshEngine
) -> None:
    wanted = find_similar(samples, SimilarRequest(MEASURE))
    tree = page(client, url("/similar", id=MEASURE))
    assert texts(tree.css(".cm-hit .hit-links .id")) == [hit.measure.id for hit in wanted.hits]
    assert len(wanted.hits) > 3
    for card, hit in zip(tree.css(".cm-hit"), wanted.hits, strict=True):
        shown = "".join(one(card, ".cm-beside .text").text().split())
        passage = hit.measure.passage
        assert shown == "".join(passage.cut(*hit.measure.span).split())
        marked = texts(card.css(".cm-beside > :first-child mark"))
        spans = [s.found.text[slice(*span)] for s in hit.agreements for span in s.found.spans]
        assert sorted(marked) == sorted(spans)
        assert bool(card.css(".cm-yours mark")) == bool(hit.agreements)


def test_similar_links_lead_somewhere(client: TestClient) -> None:
    tree = page(client, url("/similar", id=MEASURE))
    for address in dict.fromkeys(links(tree, ".cm-hit:first-of-type a")):
        assert client.get(address.partition("#")[0]).status_code == 200


def test_a_section_without_measures_offers_those_inside(client: TestClient) -> None:
    tree = page(client, url("/similar", id=f"{FIRST}#1"), 400)
    meant = links(tree, ".cm-meant a")
    assert dict(parse_qsl(urlsplit(meant[0]).query))["id"] == f"{FIRST}#1.1-m1"
    assert page(client, meant[0]).css(".cm-hit")


def test_a_text_is_asked_about_with_filters_that_can_be_taken_away(client: TestClient) -> None:
    tree = page(client, url("/similar", text="退休法官坐堂调解", county="青禾县", part="plans"))
    assert all("青禾县" in name for name in texts(tree.css(".cm-hit h3")))
    away = links(tree, ".chip-x")
    assert [dict(parse_qsl(urlsplit(each).query)) for each in away] == [
        {"text": "退休法官坐堂调解", "part": "plans"},
        {"text": "退休法官坐堂调解", "county": "青禾县"},
    ]
    assert one(tree, "textarea").text() == "退休法官坐堂调解"


@pytest.mark.parametrize("path", ["/similar", "/copies", "/spread"])
def test_counties_are_suggested_unless_there_are_very_many(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    tree = page(client, path)
    offered = {option.attributes["value"] for option in tree.css("datalist#counties option")}
    assert offered >= {"青禾县", "霁川市"}
    assert one(tree, "#f-county").attributes["list"] == "counties"
    monkeypatch.setattr(compare, "MOST_OFFERED", len(offered) - 1)
    tree = page(client, path)
    assert not tree.css("datalist")
    assert "list" not in one(tree, "#f-county").attributes


def test_a_text_that_no_address_holds_is_refused(client: TestClient) -> None:
    tree = page(client, url("/similar", text="字" * (LONGEST_TEXT + 1)), 400)
    assert "2,000 are the most" in one(tree, ".notice").text()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        pytest.param("/similar", ["id"], id="similar"),
        pytest.param("/copies", ["id"], id="copies"),
        pytest.param("/diff", ["first"], id="first"),
        pytest.param("/diff", ["first", "second"], id="second"),
    ],
)
def test_a_wrong_id_is_told_with_what_may_be_meant(
    client: TestClient, path: str, names: list[str]
) -> None:
    asked = dict.fromkeys(names, SECOND) | {names[-1]: "青禾县槿林镇-2023"}
    tree = page(client, url(path, **asked), 404)
    meant = links(tree, ".cm-meant a")
    assert {**asked, names[-1]: FIRST} in [dict(parse_qsl(urlsplit(each).query)) for each in meant]
    assert all(client.get(each).status_code in (200, 400) for each in meant)


# Copies


def test_copies_shows_the_groups_of_the_command_line(
    client: TestClient, samples: WhooshEngine
) -> None:
    wanted = find_copies(samples, CopiesRequest(id=COPIED, limit=40))
    tree = page(client, url("/copies", id=COPIED, limit=40))
    shown = [
        [cell.attributes["title"] for cell in group.css("td.cm-where-in")]
        for group in tree.css(".cm-group")
    ]
    assert shown == [[m.passage.id for m in group.members] for group in wanted.groups]
    for view, group in zip(tree.css(".cm-group"), wanted.groups, strict=True):
        differences = [d for a in group.members[1].agreements for d in a.differences]
        assert len(view.css("ins")) == sum(bool(d.text.strip()) for d in differences)
        assert len(view.css("del")) == sum(bool(d.first_text.strip()) for d in differences)


def test_nobody_is_said_to_have_copied(client: TestClient) -> None:
    said = one(page(client, url("/copies", id=COPIED)), "main").text()
    assert "first: 青禾县荻溪镇, by year" in said
    assert not re.search(r"(?i)copied|plagiar|抄袭", said)


def test_a_name_that_was_kept_is_flagged_where_it_stands(client: TestClient) -> None:
    tree = page(client, url("/copies", id=f"{COPIED}#2.2"))
    assert texts(tree.css(".cm-members .warning")) == ["keeps the name 荻溪"]
    assert texts(tree.css(".cm-rows .kept")) == ["荻溪"]


def test_a_name_kept_outside_of_all_passages_is_told(serve: Callable[..., TestClient]) -> None:
    place, other = Place("槿岭镇", "青禾县"), Place("荻溪镇", "青禾县")
    kept = make_report("甲-2023", [("", "年底荻溪镇人民政府印发清单。")], place=place)
    client = serve(kept, make_report("乙-2023", [("", "平安。")], place=other))
    tree = page(client, url("/copies", id="甲-2023"))
    assert texts(tree.css(".cm-names .kept")) == ["荻溪镇"]


def test_more_groups_are_a_link_away(client: TestClient) -> None:
    tree = page(client, url("/copies", id=COPIED, limit=3))
    assert len(tree.css(".cm-group")) == 3
    (more,) = links(tree, ".cm-next a")
    assert len(page(client, more).css(".cm-group")) == 6


def test_what_would_take_too_long_is_refused_with_a_way_out(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.compare.COPIES_MS", 10)
    tree = page(client, url("/copies", between="all"), 422)
    assert "lawsearch copies" in one(tree, ".notice").text()
    assert tree.css_first('form[action="/copies"]') is not None
    assert page(client, url("/copies", id=f"{COPIED}#2.2")).css(".cm-group")


def test_a_passage_that_many_have_stays_within_a_page(serve: Callable[..., TestClient]) -> None:
    def places(n: int) -> Place:
        return Place(f"第{n}镇", f"县{n % 40}")

    having = [
        make_report(f"镇{n}-2020", [("", "".join(LONG))], year=2020, place=places(n))
        for n in range(MOST_MEMBERS + 9)
    ]
    without = [  # so that what so many have is no common form
        make_report(f"他{n}", [("", chr(0x4E00 + n) * 9)], place=places(100 + n))
        for n in range(1000)
    ]
    answer = serve(*having, *without).get(url("/copies", id="镇7-2020"))
    tree = HTMLParser(answer.text)
    assert len(tree.css(".cm-group")) == 1
    assert len(tree.css(".cm-members tbody tr")) == MOST_MEMBERS
    assert "and 9 more reports" in one(tree, ".cm-group").text()
    shown = sum(len(node.text()) for node in tree.css(".cm-pair .text"))
    assert 0 < shown <= MOST_CHARACTERS
    assert len(answer.content) < 150_000


# Diff


def side(tree: HTMLParser, n: int) -> str:
    """All text of a column, without white space and links."""
    for link in tree.css(".cm-where"):
        link.decompose()
    cells = tree.css(f".cm-section .cm-row > div:nth-child({n})")
    return "".join("".join(cell.text().split()) for cell in cells)


@pytest.mark.parametrize(
    ("first", "second"), [(FIRST, SECOND), ("青禾县荻溪镇-2022", COPIED), (FIRST, FIRST)]
)
def test_either_column_of_a_diff_is_the_whole_report(
    client: TestClient, samples: WhooshEngine, first: str, second: str
) -> None:
    reports = samples.fetch([first, second])
    tree = page(client, url("/diff", first=first, second=second))
    for n, id in ((1, first), (2, second)):
        report = reports[id]
        own = [
            report.source[s.heading_span.start : max(s.heading_span.end, s.text_span.end)]
            for s in report.sections
        ]
        assert sorted(side(tree, n)) == sorted("".join("".join(own).split()))


def test_a_diff_leads_to_its_changes_to_other_years_and_back(client: TestClient) -> None:
    tree = page(client, url("/diff", first=FIRST, second=SECOND))
    outline = links(tree, ".cm-outline ol a")
    assert outline
    assert all(tree.css_first(f'[id="{each[1:]}"]') is not None for each in outline)
    moved = links(tree, ".cm-where a")
    assert all(tree.css_first(f'[id="{each[1:]}"]') is not None for each in moved)
    swapped = links(tree, ".cm-send a")
    assert swapped == [url("/diff", first=SECOND, second=FIRST)]
    years = links(tree, ".cm-years a")
    assert url("/diff", first="青禾县槿岭镇-2020", second=SECOND) in years
    assert all(client.get(each).status_code == 200 for each in [*swapped, *years])


def test_plans_are_followed_up_with_the_next_year_only(client: TestClient) -> None:
    assert page(client, url("/diff", first=FIRST, second=SECOND)).css(".cm-plan li a")
    assert not page(client, url("/diff", first=SECOND, second=FIRST)).css(".cm-plans")


def test_an_id_of_a_section_stands_for_its_report(client: TestClient) -> None:
    tree = page(client, url("/diff", first=f"{FIRST}#1.5", second=SECOND))
    assert links(tree, ".cm-report h2 a") == links(
        page(client, url("/diff", first=FIRST, second=SECOND)), ".cm-report h2 a"
    )


def test_the_name_of_a_township_leads_to_its_reports(client: TestClient) -> None:
    tree = page(client, url("/diff", first="槿岭镇", second=SECOND), 404)
    assert texts(tree.css(".cm-meant a"))[:2] == [SECOND, FIRST]


@pytest.mark.parametrize("path", ["/similar?text=调解", "/copies?id=", "/spread?q=调解"])
def test_a_parameter_has_its_own_name_not_that_of_an_option(client: TestClient, path: str) -> None:
    told = one(page(client, f"{path}&year=nine", 400), ".notice").text()
    assert "year" in told
    assert "--" not in told


def test_one_report_offers_the_years_of_its_place_the_earlier_first(client: TestClient) -> None:
    tree = page(client, url("/diff", first=FIRST))
    assert links(tree, ".cm-choices a") == [
        url("/diff", first="青禾县槿岭镇-2020", second=FIRST),
        url("/diff", first="青禾县槿岭镇-2021", second=FIRST),
        url("/diff", first=FIRST, second=SECOND),
    ]


def test_reports_that_are_too_long_are_not_compared(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.compare.DIFF_MS", 1)
    tree = page(client, url("/diff", first=FIRST, second=SECOND), 422)
    assert "lawsearch diff" in one(tree, ".notice").text()


# Spread


def test_every_number_of_a_spread_leads_to_so_many_reports(
    client: TestClient, samples: WhooshEngine
) -> None:
    wanted = find_spread(samples, SpreadRequest("法律明白人"))
    tree = page(client, url("/spread", q="法律明白人"))
    cells = tree.css("td a")
    for cell in cells:
        asked = urlsplit(cell.attributes["href"] or "").query
        found = client.get(f"/api/v1/query?{asked}&limit=1").json()
        assert found["total_reports"] == int(cell.text())
    years = sum(count.reports > 0 for count in wanted.years)
    of_counties = sum(c.reports > 0 for county in wanted.counties for c in county.years)
    assert len(cells) == years + len(wanted.counties) + of_counties
    said = one(tree, ".cm-total").text()
    assert f"{wanted.reports} of {wanted.of} reports" in said


def test_a_county_leads_to_its_own_spread(client: TestClient) -> None:
    tree = page(client, url("/spread", q="法律明白人", year="2021.."))
    county = links(tree, ".cm-counties th a")[0]
    own = page(client, county)
    assert texts(own.css(".cm-counties th a")) == texts(tree.css(".cm-counties th a"))[:1]
    assert texts(own.css(".chip-text")) == ["2021–", texts(own.css(".cm-counties th a"))[0]]


def test_the_first_reports_are_opened_with_their_hits_marked(client: TestClient) -> None:
    tree = page(client, url("/spread", q="法律明白人"))
    first = links(tree, ".cm-firsts a")[0]
    assert page(client, first.partition("#")[0]).css("mark")


def test_the_chart_is_a_document_that_can_load_nothing(client: TestClient) -> None:
    tree = page(client, url("/spread", q="法律明白人", year="2021..2023"))
    picture = one(tree, ".cm-chart img")
    assert (picture.attributes["alt"] or "").strip()
    answer = client.get(picture.attributes["src"] or "")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert answer.text.startswith("<svg ")
    assert "2021" in answer.text
    assert "2020" not in answer.text


def test_a_picture_of_nothing_says_what_is_wrong(client: TestClient) -> None:
    assert client.get("/spread.svg").status_code == 400
    tree = page(client, url("/spread", q="2023"), 400)
    assert tree.css_first(".notice") is not None


# Hostile input


@pytest.mark.parametrize(
    "address",
    [
        url("/similar", id=HOSTILE),
        url("/similar", text=HOSTILE),
        url("/copies", id=HOSTILE, county=HOSTILE),
        url("/diff", first=HOSTILE, second=HOSTILE),
        url("/spread", q=HOSTILE, county=HOSTILE, year="2021..2022"),
        url("/spread.svg", q=HOSTILE),
    ],
)
def test_what_was_asked_is_never_run(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "\u202e" not in answer.text


def test_what_a_report_says_is_never_run(serve: Callable[..., TestClient]) -> None:
    places = [Place("槿岭镇", "青禾县"), Place("荻溪镇", "青禾县")]
    reports = [
        make_report(f"甲{n}-2023", [(HOSTILE, HOSTILE + OWN)], place=place, title=HOSTILE)
        for n, place in enumerate(places)
    ]
    measured = [
        replace(r, sections=tuple(replace(s, measures=(s.text_span,)) for s in r.sections))
        for r in reports
    ]
    client = serve(*measured)
    for address in (
        url("/similar", id="甲0-2023#0-m1"),
        url("/copies", id="甲0-2023"),
        url("/diff", first="甲0-2023", second="甲1-2023"),
        url("/spread", q="乡贤堂"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "\u202e" not in answer.text
        assert ("&lt;script&gt;" in answer.text) == ("/spread" not in address)
