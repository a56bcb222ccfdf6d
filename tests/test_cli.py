"""The command line as people and scripts meet it: whole outputs, exit statuses, bad values."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from index.whoosh_engine import WhooshEngine
from terminal.options import complete_township, complete_year

ROOT = Path(__file__).resolve().parent.parent
HITS, NONE, ERROR = 0, 1, 2


def report_text(place: str, year: int, more: str = "") -> str:
    return (
        f"{place}{year}年法治政府建设年度报告\n\n一、主要举措和成效\n"
        f"（一）推进普法。一是办法治夜校{year % 100}场。二是培养“法律明白人”，人人会讲。\n"
        f"（二）化解矛盾。坚持“枫桥经验”，网格员上门调解。{more}\n"
        "二、存在的问题和原因\n执法人员不足，夜间没有人值守。\n三、下一年度安排\n补充执法人员。\n"
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(two reports of namesakes, their index)"""
    top = tmp_path_factory.mktemp("cli")
    reports, index = top / "reports", top / "index"
    reports.mkdir()
    (reports / "a.txt").write_text(report_text("青禾县荻溪镇", 2023), "utf-8")
    text = report_text("云麓区荻溪镇", 2024, "院坝会开到人家。")
    (reports / "b.txt").write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["index", str(reports), "--index-dir", str(index)])
    assert result.exit_code == HITS
    counted = r"2 added, 0 changed, 0 unchanged, 0 removed  \(2 files, [0-9.]+ s\)\n"
    assert re.fullmatch(counted, result.stdout)
    return reports, index


class Told:
    """What a command said, with the reports' folder as REPORTS and the index as INDEX."""

    def __init__(self, folders: tuple[Path, Path], *arguments: str) -> None:
        reports, index = map(str, folders)
        result = CliRunner().invoke(app, arguments, env={"LAWSEARCH_INDEX": index})
        assert result.exception is None or isinstance(result.exception, SystemExit)
        self.status = result.exit_code
        self.out, self.err = (
            text.decode("utf-8").replace(reports, "REPORTS").replace(index, "INDEX")
            for text in (result.stdout_bytes, result.stderr_bytes)
        )


# Whole outputs.

QUERY = """\
Year 2024 is a filter; as text, quoted, “2024” is in 1 section
1 section in 1 report, 1 occurrence

1. 云麓区荻溪镇 2024  云麓区荻溪镇-2024#1.2
   一、主要举措和成效 › (二)化解矛盾
   坚持“枫桥经验”，网格员上门调解。

Part          sections   reports
achievements         1         1

Year  sections   reports
2024*        1         1
2023         1         1
"""
PARTIAL = """\
Nothing holds all of it; these hold a part. 1 section in 1 report, 1 occurrence

1. 云麓区荻溪镇 2024 (in part)  云麓区荻溪镇-2024#1.2
   一、主要举措和成效 › (二)化解矛盾
   院坝会开到人家。
Without 无人机: 1 section

Year  sections   reports
2024         1         1

Township         sections   reports
荻溪镇 (云麓区)         1         1
"""
BY_REPORT = """\
2 sections in 2 reports, 2 occurrences

1. 云麓区荻溪镇 2024  1 section  云麓区荻溪镇-2024#1.1
   一、主要举措和成效 › (一)推进普法
   二是培养“法律明白人”，人人会讲。

More: --page 2, or --limit 0 for all
"""
SHOW = """\
青禾县荻溪镇2023年法治政府建设年度报告
Id: 青禾县荻溪镇-2023
Place: 青禾县荻溪镇
Year: 2023
Level: township
File: REPORTS/a.txt

（一）推进普法。  青禾县荻溪镇-2023#1.1
一是办法治夜校23场。二是培养“法律明白人”，人人会讲。
"""
BROWSE = """\
Township         sections   reports
荻溪镇 (云麓区)         6         1
荻溪镇 (青禾县)         6         1
"""
CSV = (
    "\ufeffquery,rank,id,year,province,city,county,township,part,topics,title,heading,tier,"
    "snippet,file\r\n"
    "院坝会,1,云麓区荻溪镇-2024#1.2,2024,,,云麓区,荻溪镇,achievements,矛盾纠纷化解,"
    "云麓区荻溪镇2024年法治政府建设年度报告,一、主要举措和成效 › (二)化解矛盾,literal,"
    "院坝会开到人家。,REPORTS/b.txt\r\n"
)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param(["query", "枫桥经验", "2024", "--facets", "part,year"], QUERY, id="query"),
        pytest.param(["query", "无人机", "院坝会"], PARTIAL, id="query, in part"),
        pytest.param(
            ["query", '"人人"', "--by", "report", "--limit", "1", "--facets", ""],
            BY_REPORT,
            id="query, by report",
        ),
        pytest.param(["query", "院坝会", "--csv"], CSV, id="csv"),
        pytest.param(["browse", "township"], BROWSE, id="browse"),
        pytest.param(["show", "青禾县荻溪镇-2023#1.1"], SHOW, id="show a section"),
        pytest.param(
            ["show", "青禾县荻溪镇-2023#1.1-m2"],
            "青禾县荻溪镇2023年法治政府建设年度报告\n二是培养“法律明白人”，人人会讲。\n",
            id="show a measure",
        ),
        pytest.param(["verify"], "The index is as it was committed.\n", id="verify"),
        pytest.param(["verify", "--json"], '{"problems": [], "remarks": []}\n', id="verify, json"),
    ],
)
def test_a_whole_output(folders: tuple[Path, Path], arguments: list[str], wanted: str) -> None:
    told = Told(folders, *arguments)
    assert (told.out, told.err, told.status) == (wanted, "", HITS)


def test_status_tells_what_the_index_holds(folders: tuple[Path, Path]) -> None:
    lines = Told(folders, "status").out.splitlines()
    assert lines[0] == "Index INDEX"
    told = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in lines[1:])
    assert told["Reports"] == "2"
    assert told["Sections"] == "12"
    assert told["Files read of found"] == "2 / 2"
    assert told["Township reports without a year"] == "0"
    assert told["By level"] == "township 2"
    (as_json,) = Told(folders, "status", "--json").out.splitlines()
    assert json.loads(as_json)["reports"] == 2


def test_a_page_by_report_says_more_only_when_there_is_more(folders: tuple[Path, Path]) -> None:
    arguments = ["query", "人", "--by", "report", "--facets", ""]
    assert "More: --page 2" in Told(folders, *arguments, "--limit", "1").out
    assert "More:" not in Told(folders, *arguments, "--limit", "1", "--page", "2").out
    assert "More:" not in Told(folders, *arguments, "--limit", "2").out


def test_json_is_one_object_a_line(folders: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "queries"
    file.write_bytes("人人\r\n没有的词\n\n调解".encode())
    told = Told(folders, "query", "--json", "--from", str(file))
    found = [json.loads(line) for line in told.out.splitlines()]
    assert [each["query"] for each in found] == ["人人", "没有的词", "", "调解"]
    assert told.status == HITS  # one of them had hits
    assert Told(folders, "query", "--json", "没有的词").status == NONE


def test_queries_come_from_standard_input(folders: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(
        app,
        ["query", "--from", "-", "--json"],
        input="\ufeff人人\n调解\n",
        env={"LAWSEARCH_INDEX": str(folders[1])},
    )
    assert [json.loads(line)["query"] for line in result.stdout.splitlines()] == ["人人", "调解"]


def test_limit_0_is_every_hit(folders: tuple[Path, Path]) -> None:
    found = json.loads(Told(folders, "query", "--json", "--limit", "0").out)
    assert len(found["hits"]) == found["total_sections"] == 12
    assert found["limit"] == 0


def test_parse_needs_no_index(folders: tuple[Path, Path]) -> None:
    path = str(folders[0] / "a.txt")
    result = CliRunner().invoke(
        app, ["parse", path, path, "--json"], env={"LAWSEARCH_INDEX": "/nowhere"}
    )
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == second
    assert (first["id"], first["year"], len(first["sections"])) == ("青禾县荻溪镇-2023", 2023, 6)
    explained = Told(folders, "parse", path, "--explain").out
    assert "year = 2023" in explained


# Exit statuses and what is said on the way.


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["query", "没有这样的词"], NONE, "", id="nothing found"),
        pytest.param(["query", "人", "--year", "2001"], NONE, "", id="nothing in that year"),
        pytest.param(["browse", "year", "没有这样的词"], NONE, "", id="nothing to browse"),
        pytest.param(["query", "人", "--year", "soon"], ERROR, "--year: 'soon'", id="year"),
        pytest.param(["query", "人", "--part", "x"], ERROR, "One of: achievements", id="part"),
        pytest.param(["query", "人", "--level", "x"], ERROR, "One of: township", id="level"),
        pytest.param(["query", "人", "--sort", "x"], ERROR, "One of: relevance", id="sort"),
        pytest.param(["query", "人", "--by", "x"], ERROR, "One of: section, report", id="by"),
        pytest.param(["query", "人", "--facets", "x"], ERROR, "One of: year", id="facets"),
        pytest.param(["query", "人", "--limit", "-1"], ERROR, "'--limit'", id="limit"),
        pytest.param(["query", "人", "--limit", "x"], ERROR, "'--limit'", id="limit, no number"),
        pytest.param(["query", "人", "--page", "0"], ERROR, "'--page'", id="page"),
        pytest.param(["query", "人", "--json", "--csv"], ERROR, "--csv", id="two forms"),
        pytest.param(["query", "人", "--from", "x"], ERROR, "--from", id="words and a file"),
        pytest.param(["query", "--from", "/nowhere"], ERROR, "/nowhere", id="no such file"),
        pytest.param(["query", "--from", str(ROOT)], ERROR, "--from", id="a folder of queries"),
        pytest.param(["query", "人", "--nope"], ERROR, "--nope", id="no such option"),
        pytest.param(["browse", "month"], ERROR, "One of: year", id="browse what"),
        pytest.param(["show", "荻溪镇-2023"], ERROR, "青禾县荻溪镇-2023", id="no such report"),
        pytest.param(["show", "青禾县荻溪镇-2023#9"], ERROR, "#1.1", id="no such section"),
        pytest.param(["show", "青禾县荻溪镇-2023#1.1-m9"], ERROR, "-m2", id="no such measure"),
        pytest.param(["show", "#"], ERROR, "'#'", id="no id"),
        pytest.param(["show"], ERROR, "ID", id="show nothing"),
        pytest.param(["parse", "/nowhere.txt"], ERROR, "does not exist", id="parse nothing"),
        pytest.param(["index", "/nowhere"], ERROR, "", id="index nothing"),
        pytest.param(["index", "/x", "--encoding", "x"], ERROR, "One of: utf-8", id="encoding"),
        pytest.param(["index", "/x", "--jobs", "0"], ERROR, "'--jobs'", id="jobs"),
        pytest.param(["nope"], ERROR, "'nope'", id="no such command"),
    ],
)
def test_the_status_tells_hits_from_none_and_from_errors(
    folders: tuple[Path, Path], arguments: list[str], status: int, said: str
) -> None:
    told = Told(folders, *arguments)
    assert told.status == status
    assert said in told.err
    assert "Traceback" not in told.err


COMMANDS = [["query", "人"], ["browse"], ["show", "x"], ["status"], ["verify"]]


@pytest.mark.parametrize("arguments", COMMANDS, ids=[command[0] for command in COMMANDS])
def test_without_an_index_the_command_that_builds_it_is_told(
    tmp_path: Path, arguments: list[str]
) -> None:
    told = Told((tmp_path, tmp_path), *arguments)
    assert told.status == ERROR
    assert told.out == ""
    assert 'Build it: lawsearch index REPORTS --index-dir "' in told.err


@pytest.mark.parametrize("arguments", COMMANDS, ids=[command[0] for command in COMMANDS])
def test_a_damaged_index_is_told_with_its_file(
    samples_index: Path, tmp_path: Path, arguments: list[str]
) -> None:
    for path in samples_index.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (segment,) = tmp_path.glob("*.seg")
    segment.write_bytes(b"\xff" * segment.stat().st_size)
    told = Told((tmp_path, tmp_path), *arguments)
    assert told.status == ERROR
    assert segment.name in told.out + told.err
    assert "--rebuild" in told.err


def test_the_option_wins_over_the_environment(folders: tuple[Path, Path]) -> None:
    index = str(folders[1])
    result = CliRunner().invoke(
        app, ["query", "人人", "--index-dir", index], env={"LAWSEARCH_INDEX": "/nowhere"}
    )
    assert result.exit_code == HITS


def test_a_run_that_reads_nothing_is_an_error_and_one_bad_file_is_not(tmp_path: Path) -> None:
    reports, index = tmp_path / "reports", tmp_path / "index"
    reports.mkdir()
    (reports / "bad.txt").write_bytes(b"")
    told = Told((reports, index), "index", str(reports))
    assert told.status == ERROR
    assert "REPORTS/bad.txt: the file is empty." in told.out
    (reports / "good.txt").write_text(report_text("青禾县荻溪镇", 2023), "utf-8")
    told = Told((reports, index), "index", str(reports))
    assert told.status == HITS
    assert told.out.startswith("1 added, 0 changed, 0 unchanged, 0 removed")
    assert "1 file refused:" in told.out
    assert "REPORTS/bad.txt: the file is empty" in Told((reports, index), "status").out


def test_townships_and_years_complete_from_the_index(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAWSEARCH_INDEX", str(folders[1]))
    assert complete_township("荻") == ["荻溪镇"]
    assert complete_township("石") == []
    assert complete_year("20") == ["2023", "2024"]
    monkeypatch.setenv("LAWSEARCH_INDEX", str(tmp_path))
    assert complete_year("20") == []


# What a report says never reaches the terminal as an order.

ESCAPES = "\x1b[31m红\x1b]0;题\x07 \x9b2J \x7f \u202e倒\u2066"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A report that would steer a terminal, and a spreadsheet."""
    top = tmp_path_factory.mktemp("hostile")
    reports, index = top / "re\x1b[31mports", top / "index"
    reports.mkdir()
    text = report_text("青禾县荻溪镇", 2023, f"=HYPERLINK(1){ESCAPES}人民。")
    text = text.replace("青禾县", f"{ESCAPES}青禾县", 1).replace("化解", f"化{ESCAPES}解")
    text += "平常的一句话。" * 2000  # a text of nothing but control characters is no report
    (reports / "=cmd.txt").write_text(text, "utf-8")
    (reports / "bad\x1b[2J.txt").write_bytes(b"")
    (reports / "corrections.csv").write_text(
        "file,township,county\n=cmd.txt,荻\x1b[31m溪镇,=青\x9b禾县\n", "utf-8"
    )
    told = Told((reports, index), "index", str(reports))
    assert not steering(told.out + told.err)
    assert told.status == HITS, told.out + told.err
    return reports, index


def steering(text: str) -> list[str]:
    """The characters that a terminal would obey, but the end of a line."""
    return re.findall("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "人民"],
        ["query", f"人民 {ESCAPES}无"],
        ["query", "人民", "--csv"],
        ["query", "荻溪镇"],
        ["query", f"year:{ESCAPES}"],
        ["query", "人民", "--township", ESCAPES],
        ["query", "人民", "--year", ESCAPES],
        ["browse", "township"],
        ["browse", ESCAPES],
        ["show", ESCAPES],
        ["status"],
        ["verify"],
    ],
    ids=str,
)
def test_no_control_character_reaches_the_terminal(
    hostile: tuple[Path, Path], arguments: list[str]
) -> None:
    told = Told(hostile, *arguments)
    assert not steering(told.out + told.err)


def test_a_whole_report_is_shown_without_control_characters(hostile: tuple[Path, Path]) -> None:
    found = json.loads(Told(hostile, "query", "人民", "--json").out)
    id = found["hits"][0]["report"]
    for arguments in (["show", id], ["parse", str(hostile[0] / "=cmd.txt"), "--explain"]):
        told = Told(hostile, *arguments)
        assert told.status == HITS
        assert not steering(told.out + told.err)


def test_json_escapes_what_a_terminal_obeys_and_keeps_it(hostile: tuple[Path, Path]) -> None:
    told = Told(hostile, "query", "人民", "--json")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", told.out)
    text = json.loads(told.out)["hits"][0]["snippets"][0]["text"]
    assert "\x9b2J" in text


def test_csv_runs_no_formula_and_can_be_read(hostile: tuple[Path, Path]) -> None:
    told = Told(hostile, "query", "=HYPERLINK(1)", "--csv")
    (row,) = csv.DictReader(io.StringIO(told.out.removeprefix("\ufeff")))
    assert row["query"] == "'=HYPERLINK(1)"
    assert row["county"].startswith("'=")
    assert row["snippet"].startswith("'=HYPERLINK(1)\ufffd[31m红")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


# As a process.


def environment(index: Path) -> dict[str, str]:
    return {**os.environ, "LAWSEARCH_INDEX": str(index), "LC_ALL": "C"}


def test_the_module_runs_as_the_command_does(folders: tuple[Path, Path]) -> None:
    command = [sys.executable, "-m", "lawsearch", "query", "院坝会", "--csv"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folders[1]), capture_output=True)
    assert (done.returncode, done.stderr) == (HITS, b"")
    out = done.stdout.decode("utf-8").replace(str(folders[0]), "REPORTS")
    assert out == CSV  # UTF-8 whatever the locale is


@pytest.mark.skipif(os.name == "nt", reason="arguments are Unicode there")
@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_an_argument_that_is_not_text_is_no_crash(
    folders: tuple[Path, Path], form: list[str]
) -> None:
    command = [os.fsencode(sys.executable), b"-m", b"lawsearch", b"query", b"\xff\xfe \xe4\xba\xba"]
    done = subprocess.run(
        [*command, *map(os.fsencode, form)], cwd=ROOT, env=environment(folders[1]),
        capture_output=True,
    )  # fmt: skip
    assert done.returncode in (HITS, NONE)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
@pytest.mark.parametrize(
    "arguments", [["query", "的", "--limit", "0"], ["query", "的", "--limit", "0", "--csv"]]
)
def test_a_reader_that_has_seen_enough_is_no_error(
    samples_index: Path, arguments: list[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "lawsearch", *arguments],
        cwd=ROOT,
        env=environment(samples_index),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (HITS, b"")


NUMERALS = "霜荻榛桅鹭槿麦霁蓼菖"
needs_signals = pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent in another way there")


@pytest.fixture
def many(tmp_path: Path) -> tuple[Path, Path]:
    """(a folder of 900 reports, which takes two commits, and a place for its index)"""
    reports = tmp_path / "reports"
    reports.mkdir()
    for n in range(900):
        township = f"{NUMERALS[n // 90]}{NUMERALS[n // 10 % 9]}溪镇"
        text = report_text(f"青禾县{township}", 2010 + n % 10)
        (reports / f"{n:04}.txt").write_text(text, "utf-8")
    return reports, tmp_path / "index"


def start_indexing(reports: Path, index: Path, jobs: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lawsearch", "index", str(reports), "--jobs", str(jobs)],
        cwd=ROOT,
        env=environment(index),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def press_ctrl_c(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """(status, last line on standard error, standard output)"""
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of it
    out, said = process.communicate(timeout=120)
    assert "Traceback" not in said
    lines = said.splitlines()  # how far it has come may stand before the last one
    return process.returncode, lines[-1] if lines else "", out


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_indexing_and_keeps_what_was_committed(
    many: tuple[Path, Path], jobs: int
) -> None:
    reports, index = many
    process = start_indexing(reports, index, jobs)
    deadline = time.monotonic() + 120
    while not (index / "manifest.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert press_ctrl_c(process) == (130, "Interrupted.", "")
    engine = WhooshEngine(index)
    assert len([*engine.report_ids()]) == 500
    assert [*engine.verify()] == []
    engine.close()
    told = Told(many, "index", str(reports), "--jobs", "1")
    assert told.out.startswith("400 added, 0 changed, 500 unchanged, 0 removed")


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("tenths", [5, 7, 9, 12, 16])
def test_ctrl_c_while_everything_starts_is_as_quiet(many: tuple[Path, Path], tenths: int) -> None:
    process = start_indexing(*many, 2)
    time.sleep(tenths / 10)
    status, said, out = press_ctrl_c(process)
    assert (status, out) == (130, "")
    assert said in ("", "Interrupted.")
