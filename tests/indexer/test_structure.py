"""Headings in the layouts that real pages have, on invented reports."""

from __future__ import annotations

import pytest

from indexer.parse import parse_outline

BODY = "本镇召开会议部署此事，群众反映良好。"


def outline(source: str) -> list[str]:
    """Number path and heading of every section that has a heading."""
    sections = parse_outline(source).sections
    return [f"{'/'.join(s.number)} {s.heading}" for s in sections if s.key not in ("0", "end")]


LAYOUTS = [
    pytest.param(
        f"一、主要做法\n（一）加强学习。{BODY}\n1、集中学习。{BODY}\n（1）甲班。{BODY}\n①上午。{BODY}\n"
        f"二、存在问题\n{BODY}",
        [
            "一 主要做法",
            "一/(一) 加强学习",
            "一/(一)/1 集中学习",
            "一/(一)/1/(1) 甲班",
            "一/(一)/1/(1)/① 上午",
            "二 存在问题",
        ],
        id="five-levels",
    ),
    pytest.param(
        f"一．做法\n（一)学习。{BODY}\n１．集中。{BODY}\n",
        ["一 做法", "一/(一) 学习", "一/(一)/1 集中"],
        id="full-and-half-width-mixed",
    ),
    pytest.param(
        f"一、做法\n（一）\n学习\n{BODY}\n",
        ["一 做法", "一/(一) 学习"],
        id="number-alone-on-its-line",
    ),
    pytest.param(
        f"一、做法\n（一）学习\n1.集中。{BODY}\n2.自学。{BODY}\n（二）执法\n3.持证。{BODY}\n",
        [
            "一 做法",
            "一/(一) 学习",
            "一/(一)/1 集中",
            "一/(一)/2 自学",
            "一/(二) 执法",
            "一/(二)/3 持证",
        ],
        id="numbers-run-on",
    ),
    pytest.param(
        f"一、做法\n{BODY}\n一、不足\n{BODY}\n四、安排\n{BODY}\n",
        ["一 做法", "一 不足", "四 安排"],
        id="repeats-and-holes",
    ),
    pytest.param(
        f"一、做法\n{BODY}\n三、安排\n一、学习。{BODY}\n二、执法。{BODY}\n三、普法。{BODY}\n四、履职情况\n{BODY}\n",
        ["一 做法", "三 安排", "三/一 学习", "三/二 执法", "三/三 普法", "四 履职情况"],
        id="list-of-the-same-form-inside",
    ),
    pytest.param(
        f"一、年度措施\n一、领导责任\n{BODY}\n二、执法规范\n{BODY}\n二、存在问题\n{BODY}\n",
        ["一 年度措施", "一/一 领导责任", "一/二 执法规范", "二 存在问题"],
        id="inner-two-then-outer-two",
    ),
    pytest.param(
        f"一、做法\n1.领导\n（一）小组。{BODY}\n（二）责任。{BODY}\n2.普法\n（一）进村。{BODY}\n",
        ["一 做法", "一/1 领导", "一/1/(一) 小组", "一/1/(二) 责任", "一/2 普法", "一/2/(一) 进村"],
        id="brackets-below-digits",
    ),
    pytest.param(
        f"一、做法\n（一）学习\n（二）执法\n一、问题\n{BODY}\n",
        ["一 做法", "一/(一) 学习", "一/(二) 执法", "一 问题"],
        id="higher-list-starts-anew",
    ),
    pytest.param(
        f"一、做法\n一)学习\n{BODY}\n二)执法\n{BODY}\n（普法的情况。\n{BODY}\n",
        ["一 做法", "一/(一) 学习", "一/(二) 执法", "一/(三) 普法的情况"],
        id="brackets-and-number-lost",
    ),
    pytest.param(
        f"一、做法\n（一学习。{BODY}\n（二)执法。{BODY}\n（联系人：王某）\n",
        ["一 做法", "一/(一) 学习", "一/(二) 执法"],
        id="closing-bracket-lost-and-a-remark",
    ),
    pytest.param(
        f"一、做法\n（一）学习。{BODY}\n2改造阵地。一是建馆。\n",
        ["一 做法", "一/(一) 学习", "一/(一)/2 改造阵地"],
        id="stop-lost",
    ),
    pytest.param(
        f"一　做法\n{BODY}\n二　问题\n{BODY}\n", ["一 做法", "二 问题"], id="space-for-a-stop"
    ),
    pytest.param(
        f"一,做法\n1,学习。{BODY}\n2,执法。{BODY}\n二,不足\n{BODY}\n",
        ["一 做法", "一/1 学习", "一/2 执法", "二 不足"],
        id="comma-for-a-stop",
    ),
    pytest.param(
        f"年初部署。 一、2022 年举措 (一)建强队 伍 全镇动员。 (二)严管。 {BODY}",
        ["一 2022 年举措", "一/(一) 建强队 伍 全镇动员", "一/(二) 严管"],
        id="one-paragraph",
    ),
    pytest.param(
        f"现报告如下：一、做法（一）学习。{BODY}（二）执法。{BODY}二、存在问题 {BODY}",
        ["一 做法", "一/(一) 学习", "一/(二) 执法", "二 存在问题"],
        id="one-paragraph-without-spaces",
    ),
    pytest.param(
        "一、做法\n（一）执法。1.培训。办班三期。2.程序。公示清单。\n（二）普法。进村入户。\n",
        ["一 做法", "一/(一) 执法", "一/(一)/1 培训", "一/(一)/2 程序", "一/(二) 普法"],
        id="digits-inside-a-line",
    ),
    pytest.param(
        "一、问题\n主要是：1.人手少；2.经费紧；3.形式旧。\n二、打算\n（1）学习；（2）执法。\n",
        ["一 问题", "二 打算"],
        id="items-of-one-sentence",
    ),
    pytest.param(
        f"前言。\n主要举措和成效\n（一）学习。{BODY}\n存在的不足\n{BODY}\n下一步工作打算\n（一）执法。{BODY}\n",
        [" 主要举措和成效", "(一) 学习", " 存在的不足", " 下一步工作打算", "(一) 执法"],
        id="top-level-without-numbers",
    ),
    pytest.param(
        f"一、成效\n{BODY}\n二、存在问题及下步打算\n存在问题：\n1、人手少。{BODY}\n下步打算：\n1、招人。{BODY}\n",
        ["一 成效", "二 存在问题及下步打算", " 存在问题", "二/1 人手少", " 下步打算", "二/1 招人"],
        id="names-of-parts-below-two-parts",
    ),
    pytest.param(
        f"一、成效\n（一）学习。{BODY}\n存在的问题\n{BODY}\n三、打算\n{BODY}\n",
        ["一 成效", "一/(一) 学习", " 存在的问题", "三 打算"],
        id="number-of-one-top-heading-lost",
    ),
    pytest.param(
        f"目  录\n一、做法……………1\n二、问题……………3\n一、做法\n{BODY}\n二、问题\n{BODY}\n",
        ["一 做法", "二 问题"],
        id="table-of-contents",
    ),
    pytest.param(
        f"一、做法\n2023年，办案。\n3月8日进村。\n12.4国家宪法日。\n10余起。\n1.5万元。\n二、问题\n{BODY}\n",
        ["一 做法", "二 问题"],
        id="years-and-counts-at-line-starts",
    ),
    pytest.param(
        f"一、存在问题：一是人手少；二是经费紧。\n（一）执法一是持证；二是公示。\n（二）统一是非标准。{BODY}\n",
        ["一 存在问题", "一/(一) 执法", "一/(二) 统一是非标准"],
        id="items-end-a-heading",
    ),
    pytest.param(
        f"第一部分 成效\n一、学习。{BODY}\n第二部分 问题\n一、人手。{BODY}\n",
        ["第一部分 成效", "第一部分/一 学习", "第二部分 问题", "第二部分/一 人手"],
        id="parts-as-chapters",
    ),
    pytest.param(
        f"## 一、做法\n\n**（一）学习。**{BODY}\n\n- 1. 集中。{BODY}\n",
        ["一 做法", "一/(一) 学习", "一/(一)/1 集中"],
        id="markdown",
    ),
    pytest.param(
        f"一、做法 (一)学习 1.集中。{BODY} (二)执法 两手抓。 2.持证。{BODY} "
        f"二、安排 一、招人。{BODY} 二、办班。{BODY}",
        [
            *("一 做法", "一/(一) 学习", "一/(一)/1 集中", "一/(二) 执法 两手抓", "一/(二)/2 持证"),
            *("二 安排", "二/一 招人", "二/二 办班"),
        ],
        id="one-paragraph-runs-on-and-nests",
    ),
    pytest.param("*.加强领导。\n只有一段话。", [], id="masked-number"),
]


@pytest.mark.parametrize(("source", "expected"), LAYOUTS)
def test_headings_and_their_paths(source: str, expected: list[str]) -> None:
    assert outline(source) == expected


@pytest.mark.parametrize("breaks", ["\r\n", "\r", "\u2028"])
def test_any_line_break_ends_a_line(breaks: str) -> None:
    source = f"一、做法\n（一）学习\n{BODY}\n".replace("\n", breaks)
    assert outline(source) == ["一 做法", "一/(一) 学习"]


WRAPPED = """　　本年度，清溪镇坚持学法用法，认真落实上级各项安排，扎
实推进依法治理，现将有关情况报告如下。
　　一、主要举措和成效
　　（一）加强领导，坚持把依法治理当作一项长期的重要任
务抓紧抓实。全镇成立专门小组，由镇长任组长，各站所负责
人为成员，每季度研究一次，先后解决了一批群众关心的难题
和积案。
　　（二）规范执法。组织人员参加培训，全年共有十余人即
12名执法人员取得证件，联合检查十五次，发现并整改问题
3个，办结案件两件。一是开展培训，人人参加。二是完善监
督制度，人人知晓。
　　二、存在的不足
　　执法力量不足，专业人员较少，群众对法律的了解有待加
深，宣传的形式不够丰富。
"""


def test_a_heading_broken_by_the_page_width_goes_on() -> None:
    assert outline(WRAPPED) == [
        "一 主要举措和成效",
        "一/(一) 加强领导，坚持把依法治理当作一项长期的重要任务抓紧抓实",
        "一/(二) 规范执法",
        "二 存在的不足",
    ]


def test_a_page_break_inside_a_sentence_does_not_end_the_text() -> None:
    source = (
        "一、做法\n（一）学习。全镇集中，由专\n\n— 1 —\n\n班负责，\n\n按月进行。\n二、不足\n无。"
    )
    first = parse_outline(source).sections[1]
    assert source[first.text_span.start : first.text_span.end].endswith("按月进行。")
    assert len(first.measures) == 1


def test_a_report_begins_with_section_0_and_ends_with_its_sign_off() -> None:
    source = (
        f"清溪镇报告\n现报告如下：\n一、做法\n{BODY}\n特此报告。\n清溪镇人民政府\n2024年2月1日\n"
    )
    sections = parse_outline(source).sections
    assert [s.key for s in sections] == ["0", "1", "end"]
    texts = [source[s.text_span.start : s.text_span.end] for s in sections]
    assert texts == [
        "清溪镇报告\n现报告如下：",
        BODY,
        "特此报告。\n清溪镇人民政府\n2024年2月1日",
    ]
    assert all(not s.measures and s.part == "other" for s in (sections[0], sections[-1]))


@pytest.mark.parametrize(
    ("tail", "signoff"),
    [
        pytest.param(
            "\n清溪镇人民政府\n二〇二四年二月一日", "清溪镇人民政府\n二〇二四年二月一日", id="both"
        ),
        pytest.param("\n2024-02-01", "2024-02-01", id="date-only"),
        pytest.param("\n清溪街道办事处（盖章）", "清溪街道办事处（盖章）", id="issuer-only"),
        pytest.param(
            " 清溪镇人民政府 2024 年 2 月 1 日", "清溪镇人民政府 2024 年 2 月 1 日", id="inline"
        ),
        pytest.param(
            "\n附件：1.统计表\n清溪镇人民政府\n2024年2月1日\n（此件公开发布）\n打印 关闭\n邻县网",
            "附件：1.统计表\n清溪镇人民政府\n2024年2月1日\n（此件公开发布）",
            id="with-what-stands-about-it",
        ),
    ],
)
def test_a_sign_off_is_cut_off(tail: str, signoff: str) -> None:
    source = f"一、做法\n{BODY}{tail}\n"
    last = parse_outline(source).sections[-1]
    assert last.key == "end"
    assert source[last.text_span.start : last.text_span.end] == signoff


def test_a_title_alone_is_no_sign_off() -> None:
    assert [s.key for s in parse_outline("清溪镇人民政府").sections] == ["0"]


def test_a_numbered_sentence_is_heading_and_measure() -> None:
    source = "一、不足\n（一）人手偏少，经验有待积累。\n（二）形式单一。\n"
    _, first, second = parse_outline(source).sections
    assert first.heading == "人手偏少，经验有待积累"
    assert source[slice(*first.heading_span)] == "（一）"
    assert [source[slice(*m)] for m in first.measures] == ["人手偏少，经验有待积累。"]
    assert [source[slice(*m)] for m in second.measures] == ["形式单一。"]


def test_a_bare_heading_without_text_has_no_measure() -> None:
    section = parse_outline("一、做法\n（一）学习\n（二）执法\n").sections[1]
    assert section.heading == "学习"
    assert section.measures == ()


def test_a_first_sentence_too_long_for_a_heading_is_text() -> None:
    sentence = "全镇逐村逐户开展走访并登记造册，" * 12 + "取得实效。"
    source = f"一、做法\n1、{sentence}后续跟进。\n2、执法。{BODY}\n"
    section = parse_outline(source).sections[1]
    assert section.heading == "全镇逐村逐户开展走访并登记造册"
    assert source[slice(*section.text_span)] == f"{sentence}后续跟进。"
    assert source[slice(*section.heading_span)] == "1、"


def test_a_heading_of_100_characters_is_a_heading() -> None:
    heading = "坚持把依法治理摆在突出位置，" * 7 + "久久为功"
    section = parse_outline(f"一、做法\n（一）{heading}。{BODY}\n").sections[1]
    assert section.heading == heading


def test_keys_tell_the_place_and_not_the_number() -> None:
    source = f"一、做法\n（二）学习。{BODY}\n（五）执法。{BODY}\n一、不足\n{BODY}\n"
    assert [s.key for s in parse_outline(source).sections] == ["1", "1.1", "1.2", "2"]


def test_no_text_has_no_sections() -> None:
    assert parse_outline(" \n\t\u3000\n").sections == ()
