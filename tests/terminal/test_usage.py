"""Help and usage errors: Typer's own words in English, all of it in Chinese where the locale is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import cli
from terminal.lines import width
from terminal.usage import Formatter, in_users_language

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = sorted(typer.main.get_group(cli.app).commands)
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row: names of commands and values of options stay English."""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the program says of a command line that is wrong."""
    with pytest.raises(SystemExit) as ended:
        cli.app(args=[*arguments], prog_name="lawsearch")
    assert ended.value.code == 2
    return capsys.readouterr().err


# Each kind of mistake, Typer's own words for it, and ours.
MISTAKES = [
    pytest.param(["index"], "Missing argument 'PATHS...'.", "缺少参数 '路径...'。", id="argument"),
    pytest.param(["qury"], "No such command 'qury'. Did you mean 'query'?",
                 "没有命令 'qury'。您要用的是不是 'query'？", id="command"),
    pytest.param(["xyz"], "No such command 'xyz'.", "没有命令 'xyz'。", id="far command"),
    pytest.param(["query", "--zzz"], "No such option: --zzz", "没有选项 --zzz", id="option"),
    pytest.param(["query", "--limits"], "No such option: --limits (Possible options: --limit)",
                 "没有选项 --limits（可能是：--limit）", id="near option"),
    pytest.param(["verify", "a", "b"], "Got unexpected extra argument(s) (a b)", "多出的参数：a b",
                 id="too many"),
    pytest.param(["query", "--year"], "Option '--year' requires an argument.",
                 "选项 '--year' 后面要写一个值。", id="no value"),
    pytest.param(["status", "--json=1"], "Option '--json' does not take a value.",
                 "选项 '--json' 不带值。", id="a value"),
    pytest.param(["query", "--limit", "x"],
                 "Invalid value for '--limit': 'x' is not a valid int range.",
                 "'--limit' 的值无效：'x' 不是整数。", id="no number"),
    pytest.param(["query", "--page", "0"],
                 "Invalid value for '--page': 0 is not in the range x>=1.",
                 "'--page' 的值无效：0 不在范围 x>=1 内。", id="out of range"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "english", "_chinese"), MISTAKES)
def test_mistakes_are_told_in_typers_words(
    capsys: pytest.CaptureFixture[str], arguments: list[str], english: str, _chinese: str
) -> None:
    assert told(capsys, *arguments).splitlines()[-1] == f"Error: {english}"


@pytest.mark.parametrize(("arguments", "_english", "said"), MISTAKES)
def test_mistakes_are_told_in_chinese(
    chinese: None,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    _english: str,
    said: str,
) -> None:
    assert told(capsys, *arguments).splitlines()[-1] == f"错误：{said}"


def test_a_mistake_shows_how_the_command_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "query", "--limit", "x").splitlines()[:3] == [
        "Usage: lawsearch query [OPTIONS] [WORDS...]",
        "Try 'lawsearch query -h' for help.",
        "",
    ]


def test_what_typer_does_not_say_is_left_alone(chinese: None) -> None:
    assert in_users_language("Something new.") == "Something new."


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys).startswith("Usage: lawsearch [OPTIONS] COMMAND [ARGS]...\n")


def help_in_chinese(*command: str) -> str:
    """A command's help, from a process of its own: its texts are translated at the start."""
    env = os.environ | {"LC_ALL": "zh_CN.UTF-8", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "lawsearch", *command, "--help"],
        cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_all_of_the_help_is_chinese_and_fits(command: list[str]) -> None:
    lines = help_in_chinese(*command).splitlines()
    assert lines[0].startswith("用法：")
    said = [line for line in lines if "lawsearch " not in line]
    assert [line for line in said if ENGLISH.search(line)] == []
    assert [line for line in lines if width(line) > 80] == []


def test_options_begin_in_one_column_and_their_help_in_another() -> None:
    page = Formatter(width=40)
    page.write_dl([("--year 年度", "报告所属的年度。" * 4), ("--json", "JSON。  [default: 1]")])
    assert page.getvalue() == (
        "--year 年度  报告所属的年度。报告所属的\n"
        "             年度。报告所属的年度。报告\n"
        "             所属的年度。\n"
        "--json       JSON。  [default: 1]\n"
    )


def test_a_long_name_has_a_line_of_its_own() -> None:
    page = Formatter(width=60)
    page.write_dl([("--" + "x" * 40, "Long."), ("-x", "Short.")])
    assert (
        page.getvalue() == "--" + "x" * 40 + "\n" + " " * 32 + "Long.\n-x" + " " * 30 + "Short.\n"
    )
