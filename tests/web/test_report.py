"""A report's page has all of its text and every hit, its files only as they were, and no more."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from index.analysis import fold_stream
from index.model import Furniture, Level, Place, Report, Section, SourceFile, Span
from index.querytree import Or, Text
from index.whoosh_engine import WhooshEngine
from search.marking import mark_report
from search.run import Request, Searcher
from tests.made import batch, corpora, make_report, write
from tests.served import served
from web import files, lanes
from web.files import attachment, file_name
from web.pages.report import MOST_CHARACTERS, MOST_SECTIONS
from web.reading import read_blocks
from web.wrapping import goes_on, line_columns, lines_of

REPORT = "青禾县槿岭镇-2023"
PDF = "青禾县槿岭镇-2024"


@pytest.fixture(scope="module")
def reports(samples_index: Path) -> Iterator[dict[str, Report]]:
    engine = WhooshEngine(samples_index)
    yield engine.fetch([*engine.report_ids()])
    engine.close()


def page(client: TestClient, id: str, **params: str) -> LexborHTMLParser:
    response = client.get(f"/reports/{quote(id, safe='')}", params=params)
    assert response.status_code == 200
    return LexborHTMLParser(response.text)


def squeezed(text: str) -> str:
    return "".join(text.split())


def texts(tree: LexborHTMLParser, css: str) -> list[str]:
    return [node.text(strip=True) for node in tree.css(css)]


# The text


def test_every_report_is_shown_whole_and_in_order(
    client: TestClient, reports: dict[str, Report]
) -> None:
    for report in reports.values():
        tree = page(client, report.id, q="法治")
        said = "".join(node.text() for node in tree.css(".rp-words, .rp-aside > p"))
        assert squeezed(said) == squeezed(report.source)
        ids = [node.attributes["id"] for node in tree.css(".rp-section")]
        assert ids == [section.key for section in report.sections]


@given(data=st.data())
def test_blocks_keep_every_character_and_mark(data: st.DataObject) -> None:
    (report,) = data.draw(corpora(most=1))
    marks = mark_report(report, Or((Text("人", "人", quoted=True), Text("2", "2", quoted=True))))
    runs = [r for block in read_blocks(report, marks) for p in block.paragraphs for r in p.runs]
    assert squeezed("".join(run.text for run in runs)) == squeezed(report.source)
    begun = [run.text for run in runs if run.begins_hit]
    spans = [span for section in marks.sections for span in section]
    assert len(begun) == len(spans)
    assert all(
        report.source.startswith(text, at) for text, (at, _) in zip(begun, spans, strict=True)
    )


def test_all_hits_are_marked_and_counted(
    client: TestClient, samples_index: Path, reports: dict[str, Report]
) -> None:
    engine = WhooshEngine(samples_index)
    tree_of = Searcher(engine).understand(Request("综治中心")).tree
    engine.close()
    for report in reports.values():
        wanted = mark_report(report, tree_of)
        tree = page(client, report.id, q="综治中心")
        assert [n.attributes["id"] for n in tree.css("mark[id]")] == [
            f"hit-{n}" for n in range(1, wanted.total + 1)
        ]
        assert {fold_stream(text) for text in texts(tree, ".rp-words mark")} <= {"综治中心"}
        counts = [int(n) for n in texts(tree, ".rp-outline .rp-count")]
        assert counts == [len(spans) for spans in wanted.sections if spans]
        first = [n.attributes["href"] for n in tree.css(".rp-outline .rp-count")]
        assert all(tree.css_first(f'mark[id="{(href or "")[1:]}"]') for href in first)


def test_a_query_of_filters_alone_is_found_as_text(client: TestClient) -> None:
    assert "2024" in texts(page(client, PDF, q="2024"), "mark")
    assert texts(page(client, PDF, q="2024 综治中心"), "mark:not([data-of])")[0] == "综治中心"
    assert texts(page(client, PDF, q="没有的话"), ".rp-said") == ["Not in this report"]
    assert page(client, PDF).css_first(".rp-hits") is None


def test_lines_of_paper_are_joined_and_page_numbers_set_apart(client: TestClient) -> None:
    tree = page(client, PDF)
    (section,) = tree.css('.rp-section[id="1.2.2"] .rp-words')
    assert [n.text() for n in section.css(".rp-soft")] == ["\n"] * 4
    assert texts(section, "span.rp-furniture") == ["— 1 —"]  # type: ignore[arg-type]
    assert len(section.css("p")) == 1
    assert texts(tree, ".rp-title") == ["关于2024年法治政府建设工作情况的报告"]


def test_sections_and_measures_have_the_ids_that_people_type(
    client: TestClient, reports: dict[str, Report]
) -> None:
    for report in reports.values():
        tree = page(client, report.id)
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(ids) == len(set(ids))
        wanted = {
            f"{section.key}-m{n}"
            for section in report.sections
            for n, _measure in enumerate(section.measures, 1)
        }
        assert wanted <= set(ids)


def test_headings_go_down_by_their_depth(client: TestClient) -> None:
    tree = page(client, PDF)
    assert len(tree.css("h1")) == 1
    assert texts(tree, '[id="1"] h2, [id="1.2"] h3, [id="1.2.1"] h4') == [
        "一、主要举措和成效",
        "（二）便民利企，窗口与工地都能感到法治",
        "1.推行容缺受理。",
    ]


# What is around it


def test_the_page_tells_what_is_known_and_where_to_go(client: TestClient) -> None:
    tree = page(client, PDF, q="综治中心")
    facts = squeezed(tree.css_first(".rp-head").text())  # type: ignore[union-attr]
    for said in ("青禾县槿岭镇2024", "槿镇政〔2025〕6号", "2025-02-10", PDF):
        assert said in facts
    assert "青禾县/2024/槿岭镇.pdf" in facts
    assert texts(tree, ".rp-years li") == ["2020", "2021", "2023", "2024"]
    assert texts(tree, ".rp-ways a") == ["Compare with 2023", "Search all its years"]
    links = [
        node.attributes["href"] or "" for node in tree.css(".rp-section[id='1.5'] .rp-links > a")
    ]
    id = quote(f"{PDF}#1.5", safe="")
    assert links == [f"/similar?id={id}", f"/copies?id={id}"]


def test_every_section_and_hit_can_be_cited(client: TestClient) -> None:
    tree = page(client, PDF, q="综治中心")
    cited = texts(tree, '.rp-section[id="1.5"] .rp-cite-text')
    assert cited[0].startswith("《关于2024年法治政府建设工作情况的报告》，青禾县槿岭镇人民政府，")
    assert "第一部分（五）“止纷于前，综治中心把各路力量聚到一处”，原文第826—1011字" in cited[0]
    assert len(cited) == 1 + len(tree.css('.rp-section[id="1.5"] mark[id]'))


def test_reports_of_namesakes_and_of_other_levels_are_not_the_same_place(tmp_path: Path) -> None:
    here, namesake = Place("荻溪镇", "青禾县"), Place("荻溪镇", "云麓区")
    index = write(
        tmp_path / "index",
        batch(
            make_report("a-2023", [("", "甲")], place=here),
            make_report("a-2022", [("", "甲")], place=here, year=2022),
            make_report("b-2022", [("", "乙")], place=namesake, year=2022),
            make_report("c-2022", [("", "丙")], place=here, year=2022, level=Level.DEPARTMENT),
            make_report("d-2021", [("", "丁")], place=Place(None, "青禾县"), year=2021),
            make_report("e-2021", [("", "戊")], place=Place(), year=2021),
        ),
    )
    with served(index) as client:
        assert texts(page(client, "a-2023"), ".rp-years li") == ["2022", "2023"]
        for alone in ("b-2022", "c-2022", "d-2021", "e-2021"):
            assert texts(page(client, alone), ".rp-years li") == []


def test_an_id_that_is_not_there_is_told_with_near_ones(client: TestClient) -> None:
    response = client.get("/reports/" + quote("青禾县槿岭镇-2032"))
    assert response.status_code == 404
    assert REPORT in unescape(response.text)


# Hostile reports

SCRIPT = "<script>alert(1)</script>"
BIDI = "\u202eevil\u2066"


def a_hostile_report() -> Report:
    made = make_report(
        "r",
        [
            (f"一、{SCRIPT}{BIDI}", f"\n&lt;b&gt; \"'><img src=x onerror=alert(1)>\x00\x1b{BIDI}"),
            ("二、长", "\n" + "x" * 50_000),
        ],
        title=f"{SCRIPT}{BIDI}",
        place=Place(f"{SCRIPT}镇", "<b>县"),
        path=f"/r/{SCRIPT}\n.html",
    )
    return replace(made, issuer=SCRIPT, document_number=f"{BIDI}\x00", issued=None)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = write(tmp_path_factory.mktemp("hostile") / "index", batch(a_hostile_report()))
    with served(index) as client:
        yield client


def test_what_a_report_holds_is_text_and_never_markup(hostile: TestClient) -> None:
    query = f'"{SCRIPT}"'
    response = hostile.get("/reports/r", params={"q": query})
    tree = LexborHTMLParser(response.text)
    scripts = tree.css("script")
    assert scripts
    assert all(node.attributes.get("src") and not node.text() for node in scripts)
    assert not tree.css("img, article b, [onerror], [style]")
    assert texts(tree, "mark") == [SCRIPT]
    assert tree.css_first("#rp-q").attributes["value"] == query  # type: ignore[union-attr]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", response.text)


def test_no_path_is_shown(hostile: TestClient, client: TestClient) -> None:
    assert "/r/" not in hostile.get("/reports/r").text.replace("/reports/r/", "")
    assert str(Path(__file__).parents[2]) not in client.get("/reports/" + quote(PDF)).text


def test_of_a_very_long_report_the_beginning_is_shown_and_told(tmp_path: Path) -> None:
    long = make_report("r", [("一、", "水" * (MOST_CHARACTERS + 9)), ("二、", "水火")])
    many = make_report("s", [("一、甲", "")] * (MOST_SECTIONS + 9))
    with served(write(tmp_path / "index", batch(long, many))) as client:
        tree = page(client, "r", q='"水"')
        said = squeezed(tree.css_first(".rp-text .notice").text())  # type: ignore[union-attr]
        assert "300,000of300,017characters" in said
        assert len(tree.css("mark[id]")) == 2000
        assert texts(tree, ".rp-note") == ["Only the first 2,000 hits are marked."]
        assert len(tree.css(".rp-cite-text")) == 2
        whole = client.get("/reports/r/source.txt").text
        assert whole == long.source
        assert len(page(client, "s").css(".rp-section")) == MOST_SECTIONS


# Lines of paper


def test_lines_of_a_text_are_all_of_it() -> None:
    source = "甲\r\n乙\n\n丙\u2028丁\r"
    lines = lines_of(source)
    assert [source[slice(*line)] for line in lines] == ["甲", "乙", "", "丙", "丁", ""]


WRAPPED = "建" * 28
PAPERS = [
    pytest.param([WRAPPED] * 4 + ["短"] * 3, 56, id="as in a PDF"),
    pytest.param([WRAPPED, WRAPPED[:-1], WRAPPED[:-3]] * 2 + ["短"], 56, id="nearly full"),
    pytest.param([WRAPPED] * 3 + ["短"] * 3, None, id="too few to tell"),
    pytest.param([WRAPPED] * 4 + ["短"] * 30, None, id="few of many"),
    pytest.param([WRAPPED] * 9 + ["建" * 61], None, id="a line is longer than paper"),
    pytest.param(["建" * 12] * 9, None, id="a list"),
    pytest.param([], None, id="nothing"),
]


@pytest.mark.parametrize(("lines", "columns"), PAPERS)
def test_a_text_is_wrapped_where_many_lines_are_full(lines: list[str], columns: int | None) -> None:
    source = "\n".join(lines)
    assert line_columns(source, lines_of(source)) == columns


@pytest.mark.parametrize(
    ("line", "following", "on"),
    [
        pytest.param(WRAPPED, "设", True, id="full"),
        pytest.param("建" * 25, "设", True, id="full but for a sign"),
        pytest.param("建" * 24, "设", False, id="short"),
        pytest.param("建" * 27 + "。", "设", False, id="a sentence ends"),
        pytest.param(WRAPPED, "　　设", False, id="an indent follows"),
        pytest.param(WRAPPED, " ", False, id="a blank line follows"),
    ],
)
def test_a_full_line_without_a_stop_goes_on(line: str, following: str, on: bool) -> None:
    assert goes_on(line, following, 56) is on


def test_a_title_over_two_lines_is_one() -> None:
    report = make_report("r", [("", "某某文件\n关于法治建设\n情况的报告\n县司法局：\n现报告。")])
    titled = replace(report, title="关于法治建设情况的报告")
    (block,) = read_blocks(titled, mark_report(report, None))
    assert [p.kind for p in block.paragraphs] == ["letterhead", "title", "title", "text", "text"]


def test_furniture_between_sections_stays_where_it_is() -> None:
    source = "首页 导航\n一、甲\n乙\n— 1 —\n"
    section = Section("1", ("一",), "甲", None, (), Span(6, 9), Span(10, 11))
    report = replace(
        make_report("r", []),
        source=source,
        sections=(section,),
        furniture=(Furniture(0, 5, "navigation"), Furniture(12, 17, "page_number")),
    )
    blocks = read_blocks(report, mark_report(report, None))
    assert [(b.section and b.section.key, [p.text for p in b.paragraphs]) for b in blocks] == [
        (None, ["首页 导航"]),
        ("1", ["一、甲", "乙"]),
        (None, ["— 1 —"]),
    ]


# Files


class Filed:
    """A server of one report, and the file that it was read from."""

    def __init__(self, folder: Path) -> None:
        self.content = b"<script>alert(1)</script>" * 1000
        self.path = folder / "槿岭镇 报告.html"
        self.path.write_bytes(self.content)
        digest = hashlib.sha256(self.content).hexdigest()
        file = SourceFile(str(self.path), digest, len(self.content), 1)
        report = replace(make_report("r", [("一、", "水")]), files=(file,))
        self.index = write(folder / "index", batch(report))


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    return Filed(tmp_path)


def test_the_file_is_handed_out_to_be_stored(filed: Filed) -> None:
    with served(filed.index) as client:
        response = client.get("/reports/r/files/1")
    assert response.status_code == 200
    assert response.content == filed.content
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    name = quote("槿岭镇 报告.html")
    assert response.headers["Content-Disposition"] == (
        f"attachment; filename=\"report.html\"; filename*=UTF-8''{name}"
    )


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def other(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


CHANGES = [
    pytest.param(Path.unlink, id="removed"),
    pytest.param(longer, id="longer"),
    pytest.param(other, id="changed"),
    pytest.param(folder, id="a folder"),
    pytest.param(pipe, id="a pipe", marks=pytest.mark.skipif(os.name == "nt", reason="no pipes")),
    pytest.param(device, id="a device", marks=pytest.mark.skipif(os.name == "nt", reason="none")),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_what_was_indexed_is_not_handed_out(
    filed: Filed, change: object
) -> None:
    assert callable(change)
    change(filed.path)
    with served(filed.index) as client:
        response = client.get("/reports/r/files/1")
        assert response.status_code == 410
        assert "source.txt" in response.text
        assert str(filed.path.parent) not in response.text
        assert client.get("/reports/r/source.txt").text == "一、水\n"
    if filed.path.is_dir():
        shutil.rmtree(filed.path)


def test_a_file_that_is_too_large_is_not_handed_out(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1)
    with served(filed.index) as client:
        response = client.get("/reports/r/files/1")
    assert response.status_code == 403
    assert "source.txt" in response.text


def test_only_some_files_are_handed_out_at_once(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_STREAMS", 1)
    with served(filed.index) as client:
        app: Any = client.app
        with app.state.slow.streaming():
            assert client.get("/reports/r/files/1").status_code == 503
        for _ in range(2):  # what was handed out makes room
            assert client.get("/reports/r/files/1").status_code == 200


@pytest.mark.parametrize("number", ["0", "2", "-1", "01x", "１", "9" * 5000, "%2e%2e%2fx", "1%00"])
def test_only_files_of_the_report_are_there(client: TestClient, number: str) -> None:
    response = client.get(f"/reports/{quote(PDF)}/files/{number}")
    assert response.status_code == 404


def test_the_stored_text_is_the_source(client: TestClient, reports: dict[str, Report]) -> None:
    response = client.get(f"/reports/{quote(PDF)}/source.txt")
    assert response.content == reports[PDF].source.encode()
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; ")


NAMES = [
    pytest.param("/a/b/槿岭镇.pdf", "槿岭镇.pdf", id="a path"),
    pytest.param("C:\\a\\b.docx", "b.docx", id="a path of Windows"),
    pytest.param("../..", "report", id="dots"),
    pytest.param("", "report", id="nothing"),
    pytest.param('a"\r\nSet-Cookie: x.txt', "a-Set-Cookie- x.txt", id="a header"),
    pytest.param("\u202egpj.exe\x00", "gpj.exe", id="turned around"),
    pytest.param("水" * 300 + ".html", "水" * 78 + ".html", id="long"),
    pytest.param("\udcff.txt", "-.txt", id="no text"),
]


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_a_file_has_a_name_that_every_system_takes(path: str, name: str) -> None:
    assert file_name(path) == name


@given(st.text())
def test_the_header_that_names_a_file_is_one_plain_line(path: str) -> None:
    header = attachment(path)
    assert header.isascii()
    assert header.isprintable()
    assert re.fullmatch(r"attachment; filename=\"[^\"\\]+\"; filename\*=UTF-8''[^ ;\"]+", header)
