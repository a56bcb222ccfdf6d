"""The report on a saved web page: its title, the table above it, its own text.

Government sites put the text into a container with one of a few dozen names, for they are made
with a few dozen content systems. Where none of them is on the page, trafilatura looks for the
text, and where it finds little, the whole page is taken: the parser tells furniture.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.i18n import gettext as _
from indexer.read.decode import Decoded, decode
from indexer.read.flow import flow_lines
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

CONTAINERS = (
    *("#zoom", "#Zoom", "#zoomcon", "#UCAP-CONTENT", "ucap-content", ".pages_content"),
    *(".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", ".trs_paper_default"),
    *(".v_news_content", "#vsb_content", ".wp_articlecontent", ".Article_Content"),
    *(".j-fontContent", ".newscontnet", ".ewb-article-content", ".ewb-article-info"),
    *("#easysiteText", ".easysite-news-text", "#js_content", ".zwgk_content", ".xxgk_content"),
    *(".article-content", ".article_content", ".articleContent", ".article-con", ".articlecon"),
    *("#articleContent", "#article_content", "#articlecontent", "#article-content"),
    *(".news-content", ".news_content", ".newsContent", ".news_con", ".news-con"),
    *(".content-text", ".content_text", ".contentText", "#contentText", "#content_text"),
    *(".detail-content", ".detail_content", ".detailContent", ".info-content", ".infoContent"),
    *(".con_text", ".conTxt", ".content_nr", ".wzcon", ".wznr", ".zwcon", ".main-txt"),
    *(".bt-article-02", ".gsj_htmlcon_bot", ".rich_media_content", ".entry-content"),
    *("[itemprop=articleBody]", "article"),
)
"""Selectors of the element that holds a page's own text, by content system, then by habit."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_HEAD_BYTES = 4096
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NO_END_TAGS = (
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th "
    "thead tbody tfoot option optgroup colgroup rt rp html head body"
)
_NO_END_TAG = frozenset(_NO_END_TAGS.split())
_MOST_CONTAINERS = 200
_CLEARLY_MORE = 1.25
_HEAD_LINES = 30  # the title stands among these
_TELLING = 15  # characters: shorter lines stand in several places
_MOST_SEARCHED_TAGS = 20_000  # trafilatura takes seconds for more
_MOST_PROBES, _MOST_STEPS = 30, 100
_NEARLY_ALL = 0.9
_ENOUGH = 200  # characters: less than this is a teaser or a list, not a report
_SPLIT_TITLE = re.compile(r"(?<!\d)-+|-+(?!\d)|[_|—–>]+")
_METADATA = re.compile(
    r"索\s*引\s*号|发\s*文\s*机\s*[关构]|发\s*布\s*机\s*构|发\s*文\s*字\s*号|成\s*文\s*日\s*期"
    r"|发\s*布\s*(?:日\s*期|时\s*间)|主\s*题\s*分\s*类|信\s*息\s*分\s*类|公\s*开\s*日\s*期"
)
_SHORTEST_TITLE, _LONGEST_TITLE = 4, 120


def read_html(data: bytes, limits: Limits, encoding: str | None) -> Decoded:
    """The page's report as lines, and the page's encoding. Raises Refused."""
    if len(data) > limits.text_bytes:
        raise Refused(_("it is longer than {n:,} bytes").format(n=limits.text_bytes))
    page = decode(data, encoding=encoding, declared=_declared(data))
    _check_tags(page.text, limits)
    lines = _report_lines(page.text)
    if not any(lines):
        raise Refused(_("it holds no text"))
    return Decoded(join_lines(lines), page.encoding)


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:_HEAD_BYTES])
    return found[1].decode("ascii") if found else None


def _check_tags(html: str, limits: Limits) -> None:
    """Refuse what no page needs: building a tree takes time quadratic in its depth."""
    if html.count("<") <= min(limits.html_tags, limits.html_depth):
        return
    depth = 0
    for count, match in enumerate(_TAG.finditer(html)):
        if count > limits.html_tags:
            raise Refused(_("it has more than {n:,} tags").format(n=limits.html_tags))
        if match[2].lower() not in _NO_END_TAG:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > limits.html_depth:
                n = limits.html_depth
                raise Refused(_("its tags are nested more than {n:,} deep").format(n=n))


def _report_lines(html: str) -> list[str]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    if tree.body is None:
        return []
    container = _named_container(tree) or _found_container(tree.body, html)
    if container is None:
        return flow_lines(tree.body, None).own
    titles = _titles(tree)
    before, own = flow_lines(tree.body, container)
    return _with_title(_above(before, titles) + own, titles)


def _named_container(tree: LexborHTMLParser) -> LexborNode | None:
    """The element with the report's text: of those with a known name, the one with most text.

    Of one within another that hold nearly the same, it is the inner one: less stands around it.
    """
    best, most = None, 0
    for node in reversed(tree.css(", ".join(CONTAINERS))[:_MOST_CONTAINERS]):
        length = len("".join(node.text().split()))
        if length >= _ENOUGH and length > _CLEARLY_MORE * most:
            best, most = node, length
    return best


def _found_container(body: LexborNode, html: str) -> LexborNode | None:
    """The smallest element with what trafilatura takes for the page's text.

    Its own output is not used: it loses text before a <br>, cells, and lines that it has seen.
    """
    if html.count("<") > _MOST_SEARCHED_TAGS:
        return None
    import trafilatura

    found = trafilatura.extract(html, include_comments=False, favor_recall=True) or ""
    lines = [run for line in found.split("\n") if len(run := _run_on(line)) >= _TELLING]
    if sum(map(len, lines)) < _ENOUGH:
        return None
    probes = lines[:: len(lines) // _MOST_PROBES + 1]
    node: LexborNode = body
    for _step in range(_MOST_STEPS):
        inner = next((c for c in node.iter() if _holds(c, probes)), None)
        if inner is None:
            break
        node = inner
    return node


def _holds(node: LexborNode, probes: list[str]) -> bool:
    text = _run_on(node.text())
    return sum(probe in text for probe in probes) >= _NEARLY_ALL * len(probes)


def _titles(tree: LexborHTMLParser) -> list[str]:
    """What the page says its title is, the surest first."""
    meta = tree.css_first('meta[name="ArticleTitle" i]')
    named = [meta.attributes.get("content") or ""] if meta is not None else []
    headline = tree.css_first("h1")
    named += [headline.text()] if headline is not None else []
    title = tree.css_first("title")
    if title is not None:
        named += [max(_SPLIT_TITLE.split(title.text()), key=len), title.text()]
    cleaned = [clean_line(" ".join(name.split())) for name in named]
    return [name for name in cleaned if _SHORTEST_TITLE <= len(name) <= _LONGEST_TITLE]


def _above(before: list[str], titles: list[str]) -> list[str]:
    """The lines above the text that belong to the report: from its title or its table on."""
    wanted = {_run_on(title) for title in titles}
    for place, line in enumerate(before):
        if _run_on(line) in wanted or _METADATA.search(line):
            return before[place:]
    return []


def _with_title(lines: list[str], titles: list[str]) -> list[str]:
    """The lines, below the page's title unless it is among them already."""
    have = _run_on("".join(lines[:_HEAD_LINES]))
    if not titles or any(_run_on(title) in have for title in titles):
        return lines
    return [titles[0], *lines]


def _run_on(text: str) -> str:
    return "".join(text.split())
