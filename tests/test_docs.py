"""The docs are a contract: what they show is run, and what there is stands in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

import cli
from index.location import Cluster, Folder
from index.model import Level, Part
from index.opensearch.client import _LEAST
from index.opensearch.connection import CA_FILE, CREDENTIALS, PASSWORD, USERNAME
from index.opensearch.generations import Shape
from index.opensearch.lease import HELD_S
from index.opensearch.reading import KEEP_ALIVE
from index.opensearch.retrying import Patience
from index.prepared import prepare
from index.querytree import Field, Zone
from index.segments.build import build_segment
from index.segments.columns import typecode
from index.segments.format import (
    ARRAYS,
    FORMAT,
    LONGEST_DIRECTORY,
    MOST_TOPICS,
    NARROWEST,
    SCHEMA_VERSION,
    narrowest,
)
from index.vector.shingles import COMMON_SHARE
from index.whoosh_schema import make_schema
from indexer.build import BATCH_CHARACTERS, BATCH_REPORTS
from indexer.corrections import _CHINESE_NAMES, _READERS
from indexer.parse.furniture import FurnitureKind
from indexer.prepare import Settings, load_report
from indexer.read import DEFAULT_LIMITS, Reader
from indexer.read.limits import MIB
from search import grouping
from search.alignment import FURTHEST
from search.fields import FIELD_NAMES
from search.measures import LONGEST
from search.stretches import SHORTEST_MOVED
from search.table import header
from search.telling import MOST_WORDS
from terminal.cluster import INDEX, URL
from terminal.options import ON_AN_INDEX

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TOOL = ROOT / "tools" / "docs.py"
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(DOCS.rglob("*.md"))]

Json = dict[str, Any]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tables(page: str) -> Iterator[tuple[str, list[list[str]]]]:
    """(the heading above it, rows of cells) of each table of a page of docs/, its header first."""
    heading, rows = "", list[list[str]]()
    for line in [*read(f"docs/{page}").splitlines(), ""]:
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif rows:
            yield heading, [rows[0], *rows[2:]]
            rows = []


def table(page: str, first: str) -> list[list[str]]:
    """The rows of the one table whose first column is called so, without its header."""
    (found,) = [rows[1:] for _, rows in tables(page) if rows[0][0] == first]
    return found


def names(rows: Sequence[Sequence[str]]) -> set[str]:
    return {name for row in rows for name in re.findall("`([^`]+)`", row[0])}


# --- what they show -------------------------------------------------------------------------------


def check(*pages: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, "--check", *pages], capture_output=True, text=True, encoding="utf-8"
    )


def test_pages_show_what_the_program_prints() -> None:
    done = check()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "```console\n$ lawsearch browse part\nnothing\n```\n", "-nothing", id="output"
        ),
        pytest.param(
            "| Query | Sections |\n| --- | --- |\n| `枫桥经验` | 3 |\n\n",
            "-| `枫桥经验` | 3 |",
            id="count",
        ),
        pytest.param(
            "| Query | Sections |\n| --- | --- |\n| `枫桥经验` | 0 |\n\n",
            "put its row right",
            id="sort",
        ),
        pytest.param("```python\nassert 1 == 2\n```\n", "AssertionError", id="python"),
        pytest.param("```text help=query\nUsage\n```\n", "+Usage: lawsearch query", id="help"),
        pytest.param("```console\n$ rm -r samples\n```\n", "only lawsearch", id="another program"),
        pytest.param("```python\n", "not closed", id="open block"),
    ],
)
def test_a_page_that_says_otherwise_fails(tmp_path: Path, text: str, said: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    done = check(page)
    assert (done.returncode, said in done.stdout) == (1, True), done.stdout + done.stderr
    assert page.read_text("utf-8") == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text("utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"(?m)^#+ (.*)$", file.read_text("utf-8"))
            slugs = [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]
            assert anchor in slugs, target


def test_every_page_is_listed() -> None:
    index = read("docs/README.md")
    for page in DOCS.rglob("*.md"):
        if page != DOCS / "README.md":
            assert f"({page.relative_to(DOCS).as_posix()})" in index


# --- the command line -----------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    return dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_has_docs(name: str) -> None:
    command = commands()[name]
    page = read("docs/cli.md")
    assert f"```text help={name}\n" in page
    assert command.help
    block = page.split(f"```text help={name}\n")[1].split("```")[0]
    for parameter in command.params:
        assert getattr(parameter, "help", None), parameter.name
        for option in (o for o in parameter.opts if o.startswith("--")):
            assert option in block


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readmes_name_every_command(page: str) -> None:
    named = re.findall(r"(?m)^\| `lawsearch (\w+)` \|", read(page))
    assert sorted(named) == sorted(commands())


# --- the query language ---------------------------------------------------------------------------


def test_every_field_of_the_language_has_docs() -> None:
    documented = {
        name: row[0].strip("`")
        for row in table("query-language.md", "Field")
        for name in [row[0].strip("`"), *row[1].split()]
    }
    assert documented == {name: str(field) for name, field in FIELD_NAMES.items()}
    assert set(documented.values()) == {*map(str, Field), *map(str, Zone)} - {"anywhere"}


@pytest.mark.parametrize(("field", "values"), [("part", Part), ("level", Level)])
def test_every_value_of_a_field_has_docs(field: str, values: type[Part] | type[Level]) -> None:
    (row,) = [r for r in table("query-language.md", "Field") if r[0] == f"`{field}`"]
    assert set(re.findall("`([^`]+)`", row[2])) - {"unknown"} == set(values)


# --- the data model -------------------------------------------------------------------------------


def test_parts_topics_and_furniture_have_docs() -> None:
    page = read("docs/data-model.md")
    assert names(table("data-model.md", "Part")) == set(Part)
    told = re.search(r"(?s)duty began:\n\n(.*?)\n\n", page)
    assert told is not None
    listed = json.loads(read("indexer/data/topics.json"))["topics"]
    assert re.split(r"\s*·\s*", told[1]) == [topic["topic"] for topic in listed]
    for kind in FurnitureKind:
        assert f"(`{kind}`)" in page


def test_columns_of_corrections_have_docs() -> None:
    rows = table("data-model.md", "Column")
    documented = {name: row[0].strip("`") for row in rows for name in row[1].split()}
    assert documented == _CHINESE_NAMES
    assert names(rows) == {"file", *_READERS}


def test_limits_are_those_that_hold() -> None:
    limits = DEFAULT_LIMITS
    said = (
        f"{limits.file_bytes // MIB} MiB, {limits.pages:,} pages, {limits.paragraphs:,} paragraphs "
        f"or {limits.characters:,} characters, or {limits.seconds:g} seconds"
    )
    assert said in " ".join(read("docs/data-model.md").split())


# --- the index ------------------------------------------------------------------------------------


def test_every_field_of_the_index_has_docs() -> None:
    assert names(table("index-format.md", "Field")) == set(make_schema().names())


def documented_arrays() -> list[tuple[str, str]]:
    """(array, its type) of each array of a segment, in the order of the table."""
    found: list[tuple[str, str]] = []
    for arrays, types, *_ in table("index-format.md", "Array"):
        named, typed = re.findall("`([^`]+)`", arrays), types.split(", ")
        if len(typed) == 1:
            typed *= len(named)
        found += zip(named, typed, strict=True)
    return found


def test_every_array_of_a_segment_has_docs() -> None:
    arrays = documented_arrays()
    types = {name: NARROWEST if type == "narrowest" else type for name, type in arrays}
    assert len(types) == len(arrays)
    assert types == ARRAYS
    with Reader() as reader:
        report = load_report(ROOT / SAMPLE, reader, Settings())
    columns, meta = build_segment([prepare(report)])
    assert columns.keys() == types.keys()
    for name, type in arrays:
        largest = int(columns[name].max(initial=0))
        wanted = narrowest(largest) if type == "narrowest" else type
        assert typecode(columns[name]) == wanted, name
    (told,) = re.findall(r"(?m)^- `meta` has (?:.|\n  )*", read("docs/index-format.md"))
    assert set(re.findall("`([a-z]+)`", told)) - {"meta", "null"} == meta.keys()


def test_limits_of_the_index_are_those_that_hold() -> None:
    page = " ".join(read("docs/index-format.md").split())
    for said in (
        f"the format ({FORMAT})",
        f"now {SCHEMA_VERSION})",
        f"{MOST_TOPICS} topics, a directory of {LONGEST_DIRECTORY // MIB} MiB",
        f"{BATCH_REPORTS} reports, or {BATCH_CHARACTERS:,} characters",
    ):
        assert said in page, said


# --- a cluster ------------------------------------------------------------------------------------


def test_limits_of_a_cluster_are_those_that_hold() -> None:
    page = " ".join(read("docs/howto/cluster.md").split())
    least = ".".join(map(str, _LEAST))
    assert (f"{Shape().shards}", Shape().replicas) == ("3", 1)
    assert (Cluster.look_s, Folder.look_s) == (2, 0.25)
    assert (KEEP_ALIVE, HELD_S, Patience().total_s) == ("10m", 30, 180)
    assert Cluster.idle_s < 600
    for said in (
        f"OpenSearch {least} or 3",
        "three parts (shards) and one copy of each",
        "after two seconds, not after a quarter of one",
        "for ten minutes after the last request",
        "is let go after half a minute",
        "where it gives no answers, for three",
    ):
        assert said in page, said


def test_every_variable_and_option_of_a_cluster_has_docs() -> None:
    page = read("docs/howto/cluster.md")
    for variable in (USERNAME, PASSWORD, CREDENTIALS, CA_FILE, URL, INDEX, "LAWSEARCH_ENGINE"):
        assert f"`{variable}`" in page
        assert f"`{variable}`" in read("docs/cli.md")
    for option in ON_AN_INDEX.keys() - {"index_dir"}:
        assert f"| `--{option.replace('_', '-')}` |" in page


# --- comparing ------------------------------------------------------------------------------------


def test_limits_of_comparing_are_those_that_hold() -> None:
    page = " ".join(read("docs/comparing.md").split())
    for said in (
        f"at least one in {COMMON_SHARE} of all",
        f"one agreement has {grouping.ALONE:g} rare characters",
        f"{grouping.NAMES:g}, where nothing but numbers and places was changed, and "
        f"{grouping.LEAST:g} where {grouping.LONG} characters are equal",
        f"{grouping.SENTENCE:g}, where a whole sentence of {grouping.SENTENCE:g} is unchanged",
        f"at least {grouping.LEAST:g} have {grouping.TOGETHER:g} together",
        f"{grouping.LONG} characters are equal and {grouping.CLOSE:g} of them rare",
        f"one change of words in {grouping.UNCHANGED} equal characters",
        f"all its agreements from {grouping.BESIDE:g} on",
        f"at most {FURTHEST} characters apart",
        f"another order, {SHORTEST_MOVED} equal characters",
        f"The {MOST_WORDS} heaviest count",
        f"the first {LONGEST:,} characters",
    ):
        assert said in page, said


def test_rules_for_copies_are_those_that_hold() -> None:
    rows = table("decisions/0016-grouping-copies.md", "A pair counts with")
    rules = (
        grouping.ALONE,
        grouping.NAMES,
        grouping.LEAST,
        grouping.SENTENCE,
        grouping.TOGETHER,
        grouping.CLOSE,
    )
    assert [float(row[1]) for row in rows] == list(rules)


# --- the JSON -------------------------------------------------------------------------------------


@cache
def documented() -> dict[str, dict[str, str]]:
    """The types of each object's fields."""
    found = {
        heading: {row[0].strip("`"): row[1] for row in rows[1:]}
        for heading, rows in tables("json.md")
        if rows[0][:2] == ["Field", "Type"]
    }
    return found | {"Facets": dict.fromkeys(map(str, Field), "array of Facet")}


def fits(value: object, type: str, seen: set[tuple[str, str]]) -> bool:
    """Whether a value is of a documented type; notes each field of an object that it meets."""
    if type.startswith("array of "):
        inner = type.removeprefix("array of ")
        return isinstance(value, list) and all(fits(each, inner, seen) for each in value)
    if " or " in type:
        return any(fits(value, one, seen) for one in type.split(" or "))
    if type in documented():
        return isinstance(value, dict) and _is_object(value, type, seen)
    plain: dict[str, Any] = {
        "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict,
    }  # fmt: skip
    if type == "null":
        return value is None
    return isinstance(value, plain[type]) and (type == "boolean" or not isinstance(value, bool))


def _is_object(value: Json, name: str, seen: set[tuple[str, str]]) -> bool:
    fields = documented()[name]
    seen |= {(name, field) for field in value}
    unknown = [field for field in value if field not in fields]
    wrong = [f for f in value if f in fields and not fits(value[f], fields[f], seen)]
    assert not unknown, f"{name} has no docs for {unknown}"
    assert not wrong, f"{name}: {[(f, value[f], fields[f]) for f in wrong]}"
    return True


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the samples, of reports that share a slogan, and of a file that is refused."""
    folder = tmp_path_factory.mktemp("docs")
    empty = folder / "empty.txt"
    empty.touch()
    write_slogans(folder / "slogans")
    paths = [str(ROOT / "samples"), str(folder / "slogans"), str(empty)]
    run_cli("index", *paths, "--jobs", "1", index_dir=folder / "index")
    return folder / "index"


SLOGAN = "把依法办事的要求落实到乡镇工作的全过程和各方面，让群众在每一件小事中感受到公平正义。"


def write_slogans(folder: Path) -> None:
    """Six reports of three counties that share a slogan; the first two the text around it too."""
    own = "渡口的老船工把竹篙横在船头说理，三十年的旧账在一碗姜茶里算清。", "水车坊夜里点灯说事。"
    towns = [
        "青禾县苇塘镇",
        "云麓区杉湾镇",
        "霁川市柚坪乡",
        "青禾县蓼汀乡",
        "云麓区梓川镇",
        "霁川市槐浦镇",
    ]
    for number, town in enumerate(towns):
        county, township = town[:3], town[3:]
        told = own if number < 2 else (f"第{number}件事。", "")
        file = folder / county / "2024" / f"{township}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        title = f"{county}{township}2024年法治政府建设年度报告"
        file.write_text(f"{title}\n\n一、主要工作\n{told[0]}{SLOGAN}{told[1]}\n", "utf-8")


def run_cli(*arguments: str, index_dir: Path | None = None) -> str:
    from typer.testing import CliRunner

    where = ["--index-dir", str(index_dir)] if index_dir else []
    result = CliRunner().invoke(cli.app, [arguments[0], *where, *arguments[1:]])
    assert result.exit_code in (0, 1), result.output
    return result.stdout


REPORT = "青禾县槿岭镇-2023"
SAMPLE = "samples/青禾县/2024/槿岭镇.pdf"
PRINTED = [
    pytest.param("Results", ["query", "枫桥经验", "2024"], id="query"),
    pytest.param("Results", ["query", "枫桥经验", "--by", "report"], id="by report"),
    pytest.param("Results", ["query", "法制宣传", "OR", "--synonyms"], id="synonyms, ignored"),
    pytest.param("Results", ["query", "槿领镇"], id="did you mean"),
    pytest.param("Results", ["query", "枫桥经验", "year:2019"], id="without"),
    pytest.param("Results", ["browse", "year"], id="browse"),
    pytest.param("Similar", ["similar", "青禾县槿岭镇-2023#1.5"], id="similar"),
    pytest.param(
        "Similar", ["similar", "--text", "读书班不设主席台，读原文、讲案例"], id="same text"
    ),
    pytest.param("Similar", ["similar", "--text", SLOGAN], id="common form"),
    pytest.param("Copies", ["copies", "--county", "霁川市"], id="copies"),
    pytest.param("Copies", ["copies", "--township", "苇塘镇"], id="copies with common form"),
    pytest.param("Diff", ["diff", REPORT, "青禾县槿岭镇-2024"], id="diff"),
    pytest.param("Diff", ["diff", "青禾县荻溪镇-2022", "霁川市榛岭镇-2023"], id="diff, no plans"),
    pytest.param("Spread", ["spread", "枫桥经验", "青禾县", "OR"], id="spread"),
    pytest.param("Spread", ["spread", "元宇宙"], id="spread of nothing"),
    pytest.param("Report", ["show", REPORT], id="show report"),
    pytest.param("Section", ["show", f"{REPORT}#1.5"], id="show section"),
    pytest.param("Measure", ["show", f"{REPORT}#1.5-m2"], id="show measure"),
    pytest.param("Report", ["parse", str(ROOT / SAMPLE), "--explain"], id="parse"),
    pytest.param("Status", ["status"], id="status"),
    pytest.param("Verification", ["verify"], id="verify"),
]


@pytest.mark.parametrize(("name", "arguments"), PRINTED)
def test_what_is_printed_as_json_has_docs(index_dir: Path, name: str, arguments: list[str]) -> None:
    where = None if arguments[0] == "parse" else index_dir
    output = run_cli(*arguments, "--json", index_dir=where)
    assert fits(json.loads(output), name, set())


def test_every_documented_field_is_printed(index_dir: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for name, arguments in (case.values for case in PRINTED):
        assert isinstance(name, str)
        assert isinstance(arguments, list)
        where = None if arguments[0] == "parse" else index_dir
        fits(json.loads(run_cli(*arguments, "--json", index_dir=where)), name, seen)
    promised = {(name, field) for name, fields in documented().items() for field in fields}
    assert seen == promised


def test_every_column_of_the_csv_has_docs() -> None:
    documented = [row[0].strip("`") for row in table("json.md", "Column")]
    assert documented == header().strip().removeprefix("\ufeff").split(",")
