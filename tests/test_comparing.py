"""The commands that compare reports, as people and scripts meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from typer.testing import CliRunner

from cli import app

HITS, NONE, ERROR = 0, 1, 2


def report_text(place: str, year: int, more: str = "") -> str:
    return (
        f"{place}{year}年法治政府建设年度报告\n\n一、主要举措和成效\n"
        f"（一）推进普法。院坝夜校开了{year % 100}场。\n（二）化解矛盾。网格员上门调解。{more}\n"
        "二、存在的问题和原因\n执法人员不足，夜间没有人值守。\n三、下一年度安排\n补充执法人员。\n"
    )


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three townships, two of them namesakes."""
    top = tmp_path_factory.mktemp("comparing")
    reports = top / "reports"
    reports.mkdir()
    for place, year, more in (
        ("青禾县荻溪镇", 2022, ""),
        ("青禾县荻溪镇", 2023, "推广“枫桥经验”。"),
        ("云麓区荻溪镇", 2022, "推广“枫桥经验”。"),
        ("云麓区听松街道", 2023, ""),
    ):
        (reports / f"{place}{year}.txt").write_text(report_text(place, year, more), "utf-8")
    result = CliRunner().invoke(app, ["index", str(reports), "--index-dir", str(top / "index")])
    assert result.exit_code == HITS, result.output
    return top / "index"


class Told:
    """What a command said and how it ended."""

    def __init__(self, index_dir: Path, *arguments: str) -> None:
        result = CliRunner().invoke(app, arguments, env={"LAWSEARCH_INDEX": str(index_dir)})
        assert result.exception is None or isinstance(result.exception, SystemExit)
        self.status = result.exit_code
        self.out = result.stdout_bytes.decode("utf-8")
        self.err = result.stderr_bytes.decode("utf-8")


# spread

SPREAD = """\
2 of 4 reports mention it, of 2 of 3 townships
First in 2022:
   云麓区荻溪镇  day of issue unknown  云麓区荻溪镇-2022#1.2

Year  Reports  Townships  New  # mention it, . do not
2022    1 / 2      1 / 2    1  ##########..........
2023    1 / 2      1 / 2    1  ##########..........

County  First  Reports  Townships
云麓区   2022    1 / 2      1 / 2
青禾县   2023    1 / 2      1 / 1

1 of 3 townships never mentions it:
   云麓区  听松街道

Counted is only what is indexed here: 4 reports of 3 townships, 2022–2023.
Not mentioning it does not mean not doing it.
"""


def test_spread_on_a_terminal(index_dir: Path) -> None:
    told = Told(index_dir, "spread", "枫桥经验")
    assert (told.out, told.err, told.status) == (SPREAD, "", HITS)


SPREAD_IN_CHINESE = """\
4 份报告中有 2 份提到，涉及 3 个乡镇中的 2 个
最早见于2022年：
   云麓区荻溪镇  发布日期未知  云麓区荻溪镇-2022#1.2

年度   报告   乡镇  新增乡镇  # 提到，. 未提到
2022  1 / 2  1 / 2         1  ##########..........
2023  1 / 2  1 / 2         1  ##########..........

县区    首次年份   报告   乡镇
云麓区      2022  1 / 2  1 / 2
青禾县      2023  1 / 2  1 / 1

3 个乡镇中，1 个没有提到：
   云麓区  听松街道

只统计本索引所收的报告：3 个乡镇，4 份报告，2022–2023年。
没有提到，不等于没有开展。
"""


def test_spread_in_chinese(chinese: None, index_dir: Path) -> None:
    told = Told(index_dir, "spread", "枫桥经验")
    assert (told.out, told.err, told.status) == (SPREAD_IN_CHINESE, "", HITS)


def test_spread_as_json_has_every_township_without(index_dir: Path) -> None:
    told = Told(index_dir, "spread", "枫桥经验", "--json", "--county", "云麓区")
    (line,) = told.out.splitlines()
    found = json.loads(line)
    assert (found["reports"], found["of"], found["filters"]) == (1, 2, ["county:云麓区"])
    assert found["without"] == {
        "townships": 1,
        "of": 2,
        "names": [[None, None, "云麓区", "听松街道"]],
    }
    assert told.status == HITS


def test_spread_of_what_nobody_mentions_is_1_and_tells_the_denominator(index_dir: Path) -> None:
    told = Told(index_dir, "spread", "屋场会")
    assert told.status == NONE
    assert "None of 4 reports mentions it." in told.out
    assert "4 reports of 3 townships" in told.out


def test_spread_draws_to_a_file(index_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "枫桥.svg"
    for _again in range(2):
        told = Told(index_dir, "spread", "枫桥经验", "--svg", str(file))
        assert (told.out, told.err, told.status) == (SPREAD, f"Written: {file}\n", HITS)
        assert "1 / 2" in [text.text for text in fromstring(file.read_text("utf-8")).iter()]
    told = Told(index_dir, "spread", "枫桥经验", "--svg", "-")
    assert (told.out, told.err) == (file.read_text("utf-8"), "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["2022"], "in quotes", id="no word"),
        pytest.param([""], "Name a practice", id="nothing"),
        pytest.param(["枫桥经验", "--year", "x"], "2021..2023", id="bad filter"),
        pytest.param(["枫桥经验", "--svg", "-", "--json"], "cannot go together", id="two forms"),
        pytest.param(["枫桥经验", "--svg", "nowhere/a.svg"], "nowhere", id="no such folder"),
    ],
)
def test_spread_refuses(index_dir: Path, arguments: list[str], said: str) -> None:
    told = Told(index_dir, "spread", *arguments)
    assert (told.out, told.status) == ("", ERROR)
    assert said in told.err


# diff

DIFF = """\
1. 青禾县荻溪镇 2022  青禾县荻溪镇-2022
2. 青禾县荻溪镇 2023  青禾县荻溪镇-2023
Characters: same 98, changed 6, moved 0, new 7, gone 0, common form 0
= same  ~ changed: [-first-]{+second+}  > moved here  < moved away  + new  - gone  · common form

青禾县荻溪镇-2022#0 → 青禾县荻溪镇-2023#0  changed
  ~ 青禾县荻溪镇[-2022-]{+2023+}年法治政府建设年度报告

一、主要举措和成效  青禾县荻溪镇-2022#1 → 青禾县荻溪镇-2023#1  same
  = 一、主要举措和成效

一、主要举措和成效 › (一)推进普法  青禾县荻溪镇-2022#1.1 → 青禾县荻溪镇-2023#1.1  changed
  = （一）推进普法。
  ~ 院坝夜校开了[-22-]{+23+}场。
"""


def test_diff_shows_what_became_of_each_section(index_dir: Path) -> None:
    told = Told(index_dir, "diff", "青禾县荻溪镇-2022", "青禾县荻溪镇-2023")
    assert (told.status, told.err) == (HITS, "")
    assert told.out.startswith(DIFF)
    assert "\n  + 推广“枫桥经验”。\n" in told.out
    assert "Planned in 2022, and the achievements of 2023 that speak of it" in told.out
    assert "not found in the achievements part" in told.out


DIFF_IN_CHINESE = """\
1. 青禾县荻溪镇 2022年  青禾县荻溪镇-2022
2. 青禾县荻溪镇 2023年  青禾县荻溪镇-2023
字数：相同 98、改动 6、移位 0、新增 7、删去 0、通用表述 0
= 相同  ~ 改动：[-前-]{+后+}  > 移入  < 移出  + 新增  - 删去  · 通用表述

青禾县荻溪镇-2022#0 → 青禾县荻溪镇-2023#0  改动
  ~ 青禾县荻溪镇[-2022-]{+2023+}年法治政府建设年度报告

一、主要举措和成效  青禾县荻溪镇-2022#1 → 青禾县荻溪镇-2023#1  相同
  = 一、主要举措和成效

一、主要举措和成效 › (一)推进普法  青禾县荻溪镇-2022#1.1 → 青禾县荻溪镇-2023#1.1  改动
  = （一）推进普法。
  ~ 院坝夜校开了[-22-]{+23+}场。

一、主要举措和成效 › (二)化解矛盾  青禾县荻溪镇-2022#1.2 → 青禾县荻溪镇-2023#1.2  改动
  = （二）化解矛盾。网格员上门调解。
  + 推广“枫桥经验”。

二、存在的问题和原因  青禾县荻溪镇-2022#2 → 青禾县荻溪镇-2023#2  相同
  = 二、存在的问题和原因执法人员不足，夜间没有人值守。

三、下一年度安排  青禾县荻溪镇-2022#3 → 青禾县荻溪镇-2023#3  相同
  = 三、下一年度安排补充执法人员。

上年计划（2022年）与本年举措（2023年）对照

补充执法人员。  青禾县荻溪镇-2022#3-m1
  未在举措部分找到对应文字
"""


def test_diff_in_chinese(chinese: None, index_dir: Path) -> None:
    told = Told(index_dir, "diff", "青禾县荻溪镇-2022", "青禾县荻溪镇-2023")
    assert (told.out, told.err, told.status) == (DIFF_IN_CHINESE, "", HITS)


def test_diff_takes_reports_in_either_order(index_dir: Path) -> None:
    told = Told(index_dir, "diff", "青禾县荻溪镇-2023", "青禾县荻溪镇-2022")
    assert told.out.startswith("1. 青禾县荻溪镇 2023")
    assert "\n  - 推广“枫桥经验”。\n" in told.out
    assert "Planned in" not in told.out


def test_diff_as_json(index_dir: Path) -> None:
    told = Told(index_dir, "diff", "青禾县荻溪镇-2022", "云麓区荻溪镇-2022", "--json")
    found = json.loads(told.out)
    assert [*found] == ["first", "second", "sections", "plans", "characters", "complete"]
    assert found["plans"] is None
    assert found["sections"][0]["pieces"][0]["changes"][0]["kind"] == "place"


def test_diff_as_a_page(index_dir: Path, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    told = Told(index_dir, "diff", "青禾县荻溪镇-2022", "青禾县荻溪镇-2023", "--html", str(page))
    assert (told.status, told.out, told.err) == (HITS, "", f"Written: {page}\n")
    assert "<ins>2023</ins>" in page.read_text("utf-8")


def test_reports_that_share_no_text_end_with_1(tmp_path: Path) -> None:
    for name, text in (("甲", "每月开院坝会，群众自己提问。"), ("乙", "合同一律先审核再用印。")):
        (tmp_path / f"青禾县{name}溪镇2023.txt").write_text(text, "utf-8")
    index = tmp_path / "index"
    CliRunner().invoke(app, ["index", str(tmp_path), "--index-dir", str(index)])
    ids = [json.loads(line)["report"] for line in _hits(index)]
    assert len(ids) == 2
    assert Told(index, "diff", *ids).status == NONE


def _hits(index: Path) -> list[str]:
    told = Told(index, "query", "--json", "--limit", "0", "群众 OR 合同")
    return [json.dumps(hit) for hit in json.loads(told.out)["hits"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ["青禾县荻溪镇-2022", "青禾县荻溪镇-2021"], "Did you mean: ", id="an unknown report"
        ),
        pytest.param(
            ["青禾县荻溪镇-2022", "青禾县荻溪镇-2023#1"],
            "Did you mean: 青禾县荻溪镇-2023",
            id="a section",
        ),
        pytest.param(
            ["青禾县荻溪镇-2022", "青禾县荻溪镇-2023", "--json", "--html", "x.html"],
            "--json and --html cannot go together.",
            id="two forms",
        ),
        pytest.param(["青禾县荻溪镇-2022"], "Missing argument", id="one report"),
        pytest.param(
            ["青禾县荻溪镇-2022", "青禾县荻溪镇-2023", "--html", "no/such/folder/x.html"],
            "x.html",
            id="a folder that is not there",
        ),
    ],
)
def test_diff_says_what_is_wrong(index_dir: Path, arguments: list[str], said: str) -> None:
    told = Told(index_dir, "diff", *arguments)
    assert (told.status, told.out) == (ERROR, "")
    assert said in told.err


# copies

COPIES = """\
1 passage stands in several reports

1. 25 characters the same, 4 reports, 3 townships, 2 counties, 2022–2023  \
(which stood first is not known)
   二、存在的问题和原因执法人员不足，夜间没有人值守。
   云麓区荻溪镇 2022  云麓区荻溪镇-2022#2
   青禾县荻溪镇 2022  青禾县荻溪镇-2022#2  25 characters the same, word for word
   云麓区听松街道 2023  云麓区听松街道-2023#2  25 characters the same, word for word
   青禾县荻溪镇 2023  青禾县荻溪镇-2023#2  25 characters the same, word for word

24 sections were compared. \
Only what is indexed is known: the same text may stand elsewhere, and earlier.
"""


def test_copies_on_a_terminal(index_dir: Path) -> None:
    told = Told(index_dir, "copies")
    assert (told.out, told.err, told.status) == (COPIES, "", HITS)


COPIES_IN_CHINESE = """\
多份报告共有的文字：1 段

1. 相同文字 25 字、4 份报告、3 个乡镇、2 个县区、2022–2023年  （先见于何处不明）
   二、存在的问题和原因执法人员不足，夜间没有人值守。
   云麓区荻溪镇 2022年  云麓区荻溪镇-2022#2
   青禾县荻溪镇 2022年  青禾县荻溪镇-2022#2  相同文字 25 字，无改动
   云麓区听松街道 2023年  云麓区听松街道-2023#2  相同文字 25 字，无改动
   青禾县荻溪镇 2023年  青禾县荻溪镇-2023#2  相同文字 25 字，无改动

共比对 24 节。只限本索引所收的报告：相同文字也可能见于别处，且时间更早。
"""


def test_copies_in_chinese(chinese: None, index_dir: Path) -> None:
    told = Told(index_dir, "copies")
    assert (told.out, told.err, told.status) == (COPIES_IN_CHINESE, "", HITS)


def test_copies_as_json_between_years(index_dir: Path) -> None:
    told = Told(index_dir, "copies", "--between", "years", "--year", "2023", "--json")
    (line,) = told.out.splitlines()
    found = json.loads(line)
    assert (found["between"], found["filters"]) == ("years", ["year:2023"])
    assert (found["compared_sections"], found["total_groups"], told.status) == (12, 1, HITS)
    (group,) = found["groups"]
    assert [member["id"] for member in group["members"]] == [
        "青禾县荻溪镇-2022#2",
        "青禾县荻溪镇-2023#2",
    ]
    assert (group["order"], group["between"], group["first"]["year"]) == ("year", "years", 2022)


def test_copies_that_are_not_there_end_with_one(index_dir: Path) -> None:
    told = Told(index_dir, "copies", "--part", "plans")
    assert (told.out.splitlines()[0], told.err, told.status) == (
        "No passage stands in several of these reports.",
        "",
        NONE,
    )


def test_copies_between_nobody_knows_whom_is_an_error(index_dir: Path) -> None:
    told = Told(index_dir, "copies", "--between", "towns")
    assert (told.out, told.status) == ("", ERROR)
    assert told.err.splitlines()[1] == "One of: all, townships, years"


# similar

SIMILAR = """\
Like: 青禾县荻溪镇-2022#1.1-m1
   院坝夜校开了22场。

1. 云麓区听松街道 2023  云麓区听松街道-2023#1.1-m1
   一、主要举措和成效 › (一)推进普法
   院坝夜校开了23场。
   ≈ 院坝夜校开了22场。
   By: 夜校, 院坝, 主要, 举措, 成效, 推进, 普法
   Same text in 1 more report: 云麓区荻溪镇 2022
"""


def test_similar_shows_what_is_alike_once_with_its_copies(index_dir: Path) -> None:
    told = Told(index_dir, "similar", "青禾县荻溪镇-2022#1.1-m1", "--limit", "1")
    assert (told.status, told.err) == (HITS, "")
    assert told.out == SIMILAR


SIMILAR_IN_CHINESE = """\
查找相近的措施：青禾县荻溪镇-2022#1.1-m1
   院坝夜校开了22场。

1. 云麓区听松街道 2023年  云麓区听松街道-2023#1.1-m1
   一、主要举措和成效 › (一)推进普法
   院坝夜校开了23场。
   ≈ 院坝夜校开了22场。
   依据：夜校、院坝、主要、举措、成效、推进、普法
   另有 1 份报告文字相同：云麓区荻溪镇 2022年
"""


def test_similar_in_chinese(chinese: None, index_dir: Path) -> None:
    told = Told(index_dir, "similar", "青禾县荻溪镇-2022#1.1-m1", "--limit", "1")
    assert (told.out, told.err, told.status) == (SIMILAR_IN_CHINESE, "", HITS)


def test_similar_finds_the_like_of_a_text(index_dir: Path) -> None:
    told = Told(index_dir, "similar", "--text", "办夜校，院坝里讲法", "--json")
    first, *_ = json.loads(told.out)["hits"]
    assert told.status == HITS
    assert first["heading_path"][-1] == "(一)推进普法"
    assert {first["id"], *(copy["id"] for copy in first["copies"])} == {
        "青禾县荻溪镇-2022#1.1-m1",
        "青禾县荻溪镇-2023#1.1-m1",
        "云麓区荻溪镇-2022#1.1-m1",
        "云麓区听松街道-2023#1.1-m1",
    }


def test_similar_takes_filters_and_other_years_of_the_township(index_dir: Path) -> None:
    id = "青禾县荻溪镇-2022#1.1-m1"
    year = ("--year", "2023", "--limit", "0", "--json")
    told = json.loads(Told(index_dir, "similar", id, *year).out)
    own = json.loads(Told(index_dir, "similar", id, "--same-township", *year).out)
    assert {hit["report"] for hit in told["hits"]} == {"云麓区听松街道-2023"}
    reports = {hit["report"] for hit in own["hits"]}
    reports |= {copy["report"] for hit in own["hits"] for copy in hit["copies"]}
    assert reports == {"云麓区听松街道-2023", "青禾县荻溪镇-2023"}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param((), ERROR, "Give an id or --text, one of the two.", id="nothing"),
        pytest.param(
            ("青禾县荻溪镇-2022#1.1-m1", "--text", "普法"),
            ERROR,
            "Give an id or --text, one of the two.",
            id="both",
        ),
        pytest.param(("--text", " "), ERROR, "--text: ' ' is not a value", id="an empty text"),
        pytest.param(("无名镇-2020#1-m1",), ERROR, "Nothing in the index is called", id="an id"),
        pytest.param(
            ("青禾县荻溪镇-2022",), ERROR, "Inside it are: 青禾县荻溪镇-2022#1.1-m1", id="a report"
        ),
        pytest.param(("--text", "普法", "--part", "x"), ERROR, "--part: 'x'", id="a filter"),
        pytest.param(("--text", "魑魅魍魉"), NONE, "Nothing found.", id="unknown words"),
    ],
)
def test_similar_says_what_is_wrong(
    index_dir: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    told = Told(index_dir, "similar", *arguments)
    assert told.status == status
    assert said in (told.err if status == ERROR else told.out)
