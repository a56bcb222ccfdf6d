"""Web pages: the report's text and what belongs to it, without the site around it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ReportError
from indexer.read import Limits, Reader
from indexer.read.decode import Decoded
from indexer.read.limits import DEFAULT_LIMITS, Refused
from indexer.read.webpage import read_html

TITLE = "云溪镇2024年法治政府建设年度报告"
SENTENCE = "全镇组织干部学习宪法和民法典，开展培训三次，参加人数一百余人，办理案件五件。"
BODY = "".join(f"<p>　　（{n}）{SENTENCE}</p>" for n in "一二三四五六七八")


def page(content: str, *, head: str = "", before: str = "", after: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}<style>p {{color: red}}</style></head><body>"
        '<div class="nav"><a>首页</a> <a>政务公开</a></div>'
        f'{before}{content}{after}<div class="foot">版权所有 青河县人民政府</div>'
        "<script>var x = '<div>不是正文</div>';</script></body></html>"
    )


def read(html: str | bytes, *, encoding: str | None = None) -> Decoded:
    data = html.encode() if isinstance(html, str) else html
    return read_html(data, DEFAULT_LIMITS, encoding)


def lines(html: str) -> list[str]:
    return read(html).text.splitlines()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.mark.parametrize(
    "container",
    [
        pytest.param('<div id="zoom">', id="zoom"),
        pytest.param('<div id="UCAP-CONTENT">', id="ucap"),
        pytest.param('<div class="view TRS_UEDITOR trs_paper_default">', id="trs"),
        pytest.param('<div class="v_news_content">', id="vsb"),
        pytest.param('<div class="wp_articlecontent">', id="sudy"),
        pytest.param('<div id="js_content" style="visibility: hidden">', id="wechat"),
        pytest.param('<div class="made-by-nobody">', id="unknown container"),
    ],
)
def test_the_text_is_found_without_the_site_around_it(container: str) -> None:
    found = lines(page(f"{container}{BODY}云溪镇人民政府<br>2025年1月10日</div>"))

    assert found[0] == f"（一）{SENTENCE}"
    assert found[-2:] == ["云溪镇人民政府", "2025年1月10日"]
    assert len(found) == 10


def test_title_and_table_above_the_text_are_kept() -> None:
    table = (
        "<table><tr><td><p>索 引 号</p></td><td><p>QH-1</p></td><td>发布日期</td>"
        "<td>2025-01-10</td></tr></table>"
    )
    before = f"{table}<h1>{TITLE}</h1><div>来源：青河县 <span>字体：大 中 小</span></div>"

    found = lines(page(f'<div id="zoom">{BODY}</div>', before=before))

    assert found[:4] == [
        "索 引 号\tQH-1\t发布日期\t2025-01-10",
        TITLE,
        "来源：青河县 字体：大 中 小",
        f"（一）{SENTENCE}",
    ]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(f'<meta name="ArticleTitle" content="{TITLE}">', id="meta"),
        pytest.param(f"<title>{TITLE}_青河县人民政府</title>", id="title and site"),
        pytest.param(f"<title>青河县 - {TITLE}</title>", id="site and title"),
    ],
)
def test_a_title_that_stands_only_in_the_head_is_put_first(head: str) -> None:
    found = lines(page(f'<div id="zoom">{BODY}</div>', head=head))

    assert found[:2] == [TITLE, f"（一）{SENTENCE}"]


def test_a_title_in_the_text_is_not_put_there_again() -> None:
    head = f"<title>{TITLE}</title>"
    text = f"<p>云溪镇2024年法治政府<br>建设年度报告</p>{BODY}"

    assert lines(page(f'<div id="zoom">{text}</div>', head=head))[0] == "云溪镇2024年法治政府"


def test_of_containers_within_each_other_the_inner_one_is_taken() -> None:
    inner = f'<div class="TRS_Editor">{BODY}</div>'
    outer = f'<div class="article-content"><p>分享到微信</p>{inner}<p>打印 关闭</p></div>'

    assert lines(page(outer))[0] == f"（一）{SENTENCE}"
    assert lines(page(outer))[-1] == f"（八）{SENTENCE}"


def test_a_container_in_a_layout_table_is_taken_out_of_it() -> None:
    content = f'<table><tr><td>菜单</td><td><div id="zoom">{BODY}</div></td></tr></table>'

    assert lines(page(content))[0] == f"（一）{SENTENCE}"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<p>一<b>二</b>三</p><p>四</p>", ["一二三", "四"], id="inline and block"),
        pytest.param("<p>一<br>二<br/><br>三</p>", ["一", "二", "三"], id="br"),
        pytest.param("甲&amp;乙&nbsp;丙&#20010;", ["甲&乙\xa0丙个"], id="entities"),
        pytest.param(
            "<p>组织学习\n   开展  training\n day</p>", ["组织学习开展 training day"], id="ws"
        ),
        pytest.param("<pre>一\n二</pre>三", ["一", "二", "三"], id="pre"),
        pytest.param(
            "<p>见<!-- 无 --><span style='display: none'>隐</span>法</p>", ["见法"], id="hid"
        ),
        pytest.param("<ruby>法<rp>(</rp><rt>fa</rt><rp>)</rp></ruby>治", ["法治"], id="ruby"),
        pytest.param(
            "<table><tr><th>序号<th>举措<tr><td>1<td><p>学法</p><p>用法</p></table>",
            ["序号\t举措", "1\t学法 用法"],
            id="table",
        ),
        pytest.param(
            f"<table><tr><td><p>{SENTENCE * 12}</p><p>二</p></td><td>三</td></tr></table>",
            [SENTENCE * 12, "二", "三"],
            id="table that lays out",
        ),
        pytest.param("<div><p>一<div>二</p></div>三", ["一", "二", "三"], id="tags that overlap"),
    ],
)
def test_lines_break_where_a_browser_breaks_them(html: str, expected: list[str]) -> None:
    assert lines(f"<html><body>{html}</body></html>") == expected


@pytest.mark.parametrize(
    ("charset", "codec", "encoding"),
    [
        pytest.param("gb2312", "gb18030", "gb18030", id="gb2312 means gb18030"),
        pytest.param("gbk", "gb18030", "gb18030", id="gbk"),
        pytest.param("utf-8", "utf-8", "utf-8", id="utf-8"),
        pytest.param("big5", "big5", "big5", id="big5"),
        pytest.param("utf-8", "gb18030", "gb18030", id="a page that is wrong about itself"),
        pytest.param("no-such", "utf-8", "utf-8", id="a charset that nobody knows"),
    ],
)
def test_a_page_says_its_charset(charset: str, codec: str, encoding: str) -> None:
    text = "法治政府建設情況的報告" if charset == "big5" else "法治政府建设情况的报告"
    html = f'<html><head><meta charset="{charset}"></head><body>{text * 9}</body></html>'

    assert read(html.encode(codec)) == (text * 9 + "\n", encoding)


def test_an_encoding_asked_for_is_stronger_than_the_page() -> None:
    html = f'<meta charset="gb2312"><body>{"法治政府建設" * 9}'.encode("big5")

    assert read(html, encoding="big5").encoding == "big5"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        pytest.param("<div>" * 200_000 + "法", "nested more than 2,000 deep", id="200,000 divs"),
        pytest.param("<b>" * 200_000 + "法", "nested more than 2,000 deep", id="200,000 bolds"),
        pytest.param("<p>法" * 400_000, "more than 300,000 tags", id="400,000 paragraphs"),
        pytest.param("<html><body><script>x</script></body></html>", "no text", id="no text"),
        pytest.param("<html></html>", "no text", id="no body"),
    ],
)
def test_pages_that_are_none_are_refused_soon(html: str, reason: str) -> None:
    began = time.monotonic()

    with pytest.raises(Refused) as error:
        read(html)

    assert reason in error.value.reason
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 1_900 + BODY, id="deep"),
        pytest.param("<table><tr><td>" * 600 + BODY, id="tables within tables"),
        pytest.param("<p>" * 50_000 + BODY, id="empty paragraphs"),
        pytest.param("<!--" * 2_000 + "-->" * 2_000 + BODY, id="comments"),
        pytest.param('<a href="' + "x" * 500_000 + '">' + BODY, id="a long attribute"),
        pytest.param("<div " + " a=1" * 20_000 + ">" + BODY, id="many attributes"),
        pytest.param("&amp" * 100_000 + BODY, id="entities"),
        pytest.param("<article>" * 1_500 + BODY * 50, id="containers within containers"),
        pytest.param("</div>" * 100_000 + BODY, id="ends without beginnings"),
        pytest.param("汉 \n" * 100_000 + BODY, id="broken lines"),
    ],
)
def test_hostile_pages_are_read_in_time(reader: Reader, tmp_path: Path, html: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(html, "utf-8")

    source = reader.read(path)

    assert f"（八）{SENTENCE}" in source.text
    assert (source.format, source.encoding) == ("html", "utf-8")


def test_a_page_over_the_cap_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.htm"
    path.write_text(page(BODY), "utf-8")

    limits = Limits(text_bytes=100)
    with Reader(limits=limits) as reader, pytest.raises(ReportError, match="than 100 bytes"):
        reader.read(path)
