"""The API gives the objects that the command line prints, and the search page counts the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import cli
from tests.conftest import ROOT
from tests.served import served

Json = dict[str, Any]
Options = dict[str, Any]


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index) as client:
        yield client


POSITIONAL = {
    "copies": ("id",),
    "diff": ("first", "second"),
    "query": ("q",),
    "show": ("id",),
    "similar": ("id",),
    "spread": ("q",),
}
"""What the commands take without a name."""


def printed(index_dir: Path, command: str, parameters: Options, *first: str) -> Json:
    """What the command prints as JSON."""
    named = [command, "--json", "--index-dir", str(index_dir)]
    words = [
        *first,
        *(parameters[name] for name in POSITIONAL.get(command, ()) if name in parameters),
    ]
    for name, value in parameters.items():
        option = "--" + name.replace("_", "-")
        for each in value if isinstance(value, list) else [value]:
            if name not in POSITIONAL.get(command, ()):
                named += [option] if each is True else [option, str(each)]
    result = CliRunner().invoke(cli.app, [*named, "--", *words])
    assert result.exit_code in (0, 1), result.output
    found: Json = json.loads(result.stdout)
    return found


def given(client: TestClient, path: str, parameters: Options) -> Json:
    """What the API gives."""
    asked = {n: "1" if value is True else value for n, value in parameters.items()}
    answer = client.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def plain(value: Any) -> Any:
    """The value without times, and with the paths of samples from their folder on."""
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items() if name != "took_ms"}
        case list():
            return [plain(each) for each in value]
        case str() if value.startswith(str(ROOT / "samples")):
            return PurePath(value).relative_to(ROOT / "samples").as_posix()
    return value


QUERIES: list[tuple[str, Options]] = [
    ("枫桥经验", {}),
    ("枫桥经验 2024", {}),
    ("“枫桥经验”", {}),
    ('"枫桥经验"', {"by": "report"}),
    ("枫桥经验", {"exact": True}),
    ("枫桥经验2024年", {"literal": True}),
    ("槿岭镇枫桥经验2024年", {}),
    ("法制宣传", {"synonyms": True}),
    ("调解 /s 网格员", {}),
    ("调解 /p 网格员", {"sort": "year"}),
    ("调解 /10 矛盾", {"sort": "township", "limit": 3, "page": 2}),
    ("调解 OR 普法", {"limit": 100}),
    ("(调解 或 普法) -枫桥", {}),
    ("NOT 调解", {"limit": 5}),
    ("-调解", {}),
    ("标题：年度报告 普法", {}),
    ("heading:问题", {"year": ["2023", "2024"]}),
    ("year:2021..2023 执法", {"county": "青禾县"}),
    ("执法", {"year": "2021..2023", "part": ["achievements", "plans"]}),
    ("执法", {"part": "problems", "level": "township"}),
    ("执法", {"county": "云汀市/青禾县"}),
    ("执法", {"county": ["青禾县", "云麓区"], "by": "report"}),
    ("执法", {"township": "槿岭镇", "topic": "行政执法"}),
    ("执法", {"township": "unknown"}),
    ("执法", {"city": "云汀市"}),
    ("执法", {"province": "不存在的省"}),
    ("", {}),
    ("", {"year": "2024", "limit": 4, "page": 3}),
    ("人", {}),
    ("。", {"limit": 2}),
    ("a", {}),
    ("OR", {}),
    ("((", {}),
    ('"', {}),
    ("year:", {}),
    ("x:y", {}),
    ("槿领镇", {}),
    ("枫桥经验 year:2019", {}),
    ("没有这样的词", {}),
    ("枫桥 经验 调解 没有这样的词", {}),
    ("<script>alert(1)</script>", {}),
    ("枫橋經驗", {}),
    ("ＡＩ　２０２４", {}),
    ("%23#&=+?/\\", {}),
    ("\u202e调解\u200b", {}),
    ("😀", {}),
    ("调 a" * 300, {}),
    ("调解 " * 70, {}),
]


@pytest.mark.parametrize(("query", "options"), QUERIES)
def test_a_query_is_answered_as_on_the_command_line(
    client: TestClient, samples_index: Path, query: str, options: Options
) -> None:
    asked = {"q": query, **options}
    wanted = printed(samples_index, "query", asked)
    assert plain(given(client, "query", asked)) == plain(wanted)


@pytest.mark.parametrize("field", ["year", "township", "county", "part", "topic"])
@pytest.mark.parametrize(
    ("query", "options"),
    [("", {}), ("枫桥经验", {"year": "2021.."}), ("没有这样的词", {}), ("人", {"exact": True})],
)
def test_a_field_is_counted_as_on_the_command_line(
    client: TestClient, samples_index: Path, field: str, query: str, options: Options
) -> None:
    wanted = printed(samples_index, "browse", options, field, query)
    found = given(client, f"browse/{field}", {"q": query, **options})
    assert plain(found) == plain(wanted)


REPORT = "青禾县槿岭镇-2023"
OTHERS: list[tuple[str, Options]] = [
    ("show", {"id": REPORT}),
    ("show", {"id": f"{REPORT}#1.5"}),
    ("show", {"id": f"{REPORT}#1.5-m2"}),
    ("similar", {"id": f"{REPORT}#1.5"}),
    ("similar", {"id": f"{REPORT}#1.5-m2", "part": "achievements", "year": "2021..", "limit": 3}),
    ("similar", {"id": f"{REPORT}#1.5", "same_township": True}),
    ("similar", {"text": " 读书班不设主席台，读原文、讲案例"}),
    ("copies", {}),
    ("copies", {"county": "霁川市"}),
    ("copies", {"id": REPORT}),
    ("copies", {"between": "years", "limit": 2}),
    ("diff", {"first": REPORT, "second": "青禾县槿岭镇-2024"}),
    ("diff", {"first": "青禾县荻溪镇-2022", "second": "霁川市榛岭镇-2023"}),
    ("spread", {"q": "枫桥经验"}),
    ("spread", {"q": "枫桥经验 青禾县", "year": "2022.."}),
    ("spread", {"q": "元宇宙", "part": "plans"}),
]


@pytest.mark.parametrize(("command", "parameters"), OTHERS)
def test_every_other_answer_is_that_of_the_command_line(
    client: TestClient, samples_index: Path, command: str, parameters: Options
) -> None:
    wanted = printed(samples_index, command, parameters)
    assert plain(given(client, command, parameters)) == plain(wanted)


def test_a_report_has_an_address_of_its_own(client: TestClient) -> None:
    assert given(client, f"reports/{REPORT}", {}) == given(client, "show", {"id": REPORT})


def test_the_status_is_that_of_the_command_line_but_for_the_folder(
    client: TestClient, samples_index: Path
) -> None:
    wanted = printed(samples_index, "status", {})
    assert given(client, "status", {}) == wanted | {"where": samples_index.name}


NAMES = ("sections", "reports", "occurrences")


@pytest.mark.parametrize(
    ("query", "options"), [each for each in QUERIES if len(each[0]) < 100 and each[0]]
)
def test_the_search_page_counts_the_same(client: TestClient, query: str, options: Options) -> None:
    found = given(client, "query", {"q": query, **options, "facets": ""})
    asked = {n: "1" if value is True else value for n, value in options.items()}
    page = client.get("/search", params={"q": query, **asked})
    assert page.status_code == 200
    assert totals(page.text) == {name: found[f"total_{name}"] for name in NAMES}


def totals(page: str) -> dict[str, int]:
    """What a search page says is found."""
    head = re.search(r'<h2 class="totals"[^>]*>(.*?)</h2>', page, re.DOTALL)
    assert head
    text = re.sub("<[^>]*>|,", "", head[1])
    found = {name: re.search(rf"(\d+) {name[:-1]}", text) for name in NAMES}
    return {name: int(number[1]) if number else 0 for name, number in found.items()}
