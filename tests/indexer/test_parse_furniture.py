"""What is a page's and not the report's."""

from __future__ import annotations

import pytest

from indexer.parse import parse_outline

BODY = "本镇召开会议部署此事，群众反映良好。"


def furniture(source: str) -> list[tuple[str, str]]:
    return [(f.kind, source[f.start : f.end]) for f in parse_outline(source).furniture]


@pytest.mark.parametrize(
    "line", ["— 1 —", "- 12 -", "－１－", "第 1 页 共 3 页", "Page 1 of 3", "2/5"]
)
def test_page_numbers_anywhere(line: str) -> None:
    assert furniture(f"一、做法\n{BODY}\n{line}\n{BODY}\n") == [("page_number", line)]


def test_a_bare_number_is_a_page_number_only_between_blank_lines() -> None:
    assert furniture(f"{BODY}\n\n7\n\n{BODY}") == [("page_number", "7")]
    assert furniture(f"全年办案\n7\n件。{BODY}") == []
    assert furniture("全年办案\n\n7\n\n件。") == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("您当前的位置：首页 > 政务公开 > 年度报告", "navigation"),
        ("首页 >> 乡镇 >> 清溪镇", "navigation"),
        ("[ 索引号 ] 100/2031-00012 [ 发文字号 ]", "metadata"),
        ("索 引 号： 100200/2031-00012", "metadata"),
        ("发布机构：清溪镇 成文日期：2031-02-01", "metadata"),
        ("| 发布日期 | 2031-02-01 |", "metadata"),
        ("来源：清溪镇 发布时间：2031-02-01 09:18", "metadata"),
        ("日期:**********", "metadata"),
        ("2031-02-01 10:20:30", "metadata"),
        ("清河区人民政府 2031年12月3日星期三", "site"),
        ("今天是：2031年10月31日 星期五", "site"),
        ("无障碍 简体| 繁体", "site"),
        ("字体：【大 中 小】", "site"),
        ("清溪镇报告.docx", "site"),
        ("首页 要闻动态 政务公开", "site"),
    ],
)
def test_the_head_of_a_page(line: str, kind: str) -> None:
    assert furniture(f"{line}\n清溪镇报告\n一、做法\n{BODY}\n") == [(kind, line)]


@pytest.mark.parametrize(
    "line",
    [
        "打印 关闭",
        "【打印】【关闭】",
        "扫一扫在手机打开当前页",
        "分享到：",
        "主办：清河区人民政府 网站标识码：0000000000",
        "某ICP备00000000号-1",
        "上一篇：某文",
        "联系电话：000-0000000",
    ],
)
def test_the_foot_of_a_page(line: str) -> None:
    assert furniture(f"一、做法\n{BODY}\n{line}\n") == [("site", line)]


def test_links_below_the_closing_buttons_are_the_sites() -> None:
    source = f"一、做法\n{BODY}\n关闭窗口\n邻县政府网\n邻市政府网\n"
    assert [kind for kind, _ in furniture(source)] == ["site"] * 3


def test_values_below_their_labels_are_metadata_but_a_title_is_not() -> None:
    source = f"索引号:\n\n100/2031-0001\n来源:\n\n内容概述:\n\n清溪镇年度报告\n\n{BODY}"
    lines = [text for _, text in furniture(source)]
    assert lines == ["索引号:", "100/2031-0001", "来源:", "内容概述:"]


@pytest.mark.parametrize(
    "line",
    [
        "打印宣传单三千份并逐户发放。",
        "来源于群众的意见全部得到采纳。",
        "来源：群众来信和走访。",
        "关闭问题企业两家。",
        "政务公开",
        "群众扫码评价，满意率稳步提高，",
        "小",
    ],
)
def test_a_sentence_of_the_report_is_no_furniture(line: str) -> None:
    assert furniture(f"一、做法\n{BODY}\n{line}\n{BODY}\n") == []


def test_furniture_inside_a_text_stays_in_its_span() -> None:
    source = f"一、做法\n{BODY}\n— 1 —\n{BODY}\n— 2 —\n"
    section = parse_outline(source).sections[0]
    assert source[slice(*section.text_span)] == f"{BODY}\n— 1 —\n{BODY}"


def test_nothing_but_furniture_has_no_section() -> None:
    assert parse_outline("打印 关闭\n— 1 —\n").sections == ()
