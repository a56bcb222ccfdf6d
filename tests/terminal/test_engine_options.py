"""Which index a command works on: options before the environment, and nothing secret typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import cli
from index.errors import UserError
from index.location import Cluster, Folder, check_client
from index.opensearch.connection import Connection
from terminal.opening import HERE, Where

ROOT = Path(__file__).resolve().parent.parent.parent
HERE_URL = "http://127.0.0.1:9200"
THERE = "https://search.example:9200"
SECRET = "s3cret-of-the-office"
ON_AN_INDEX = (
    *("index", "query", "browse", "show", "similar", "copies", "diff", "spread"),
    *("serve", "status", "verify"),
)


def located(where: Where, monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return str(where.location())


@pytest.mark.parametrize(
    ("where", "environment", "found"),
    [
        pytest.param(Where(Path("a")), {}, "a", id="a folder"),
        pytest.param(HERE, {"LAWSEARCH_INDEX": "b"}, "b", id="the environment's folder"),
        pytest.param(
            Where(url=THERE, index="reports"), {}, f"{THERE}/reports", id="a URL is a cluster's"
        ),
        pytest.param(
            Where(engine="opensearch", url=THERE), {}, f"{THERE}/lawsearch", id="a name by default"
        ),
        pytest.param(
            HERE, {"LAWSEARCH_URL": THERE}, f"{THERE}/lawsearch", id="the environment's cluster"
        ),
        pytest.param(
            HERE,
            {"LAWSEARCH_URL": THERE, "LAWSEARCH_INDEX": "reports"},
            f"{THERE}/reports",
            id="the environment's name",
        ),
        pytest.param(
            Where(url=THERE, index="mine"),
            {"LAWSEARCH_URL": HERE_URL, "LAWSEARCH_INDEX": "reports"},
            f"{THERE}/mine",
            id="options first",
        ),
        pytest.param(
            Where(Path("a")), {"LAWSEARCH_URL": THERE}, f"{THERE}/lawsearch", id="a cluster first"
        ),
        pytest.param(
            Where(Path("a"), engine="embedded"), {"LAWSEARCH_URL": THERE}, "a", id="unless told"
        ),
        pytest.param(
            HERE,
            {"LAWSEARCH_ENGINE": "embedded", "LAWSEARCH_URL": THERE, "LAWSEARCH_INDEX": "b"},
            "b",
            id="told by the environment",
        ),
        pytest.param(
            Where(url=THERE),
            {"LAWSEARCH_ENGINE": "embedded"},
            f"{THERE}/lawsearch",
            id="an option before the environment's engine",
        ),
        pytest.param(
            Where(index="报告2024"),
            {"LAWSEARCH_ENGINE": "opensearch", "LAWSEARCH_URL": THERE},
            f"{THERE}/报告2024",
            id="a Chinese name",
        ),
    ],
)
def test_where_an_index_is(
    where: Where, environment: dict[str, str], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert located(where, monkeypatch, **environment) == found


def test_an_index_has_as_many_parts_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAWSEARCH_SHARDS", "12")
    assert Where(url=THERE).location() == Cluster(Connection((THERE,)), "lawsearch", shards=12)


@pytest.mark.parametrize("parts", ["0", "1025", "1" * 5_000, "-1", "three", "３", "1.5"])
def test_parts_that_no_index_can_have_are_refused(
    parts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWSEARCH_SHARDS", parts)
    with pytest.raises(UserError, match="LAWSEARCH_SHARDS is the number of an index's parts"):
        Where(url=THERE).location()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        pytest.param(Where(engine="lucene"), "--engine: 'lucene' is not a value", id="no engine"),
        pytest.param(
            Where(engine="opensearch"), "--url or the variable LAWSEARCH_URL", id="no URL"
        ),
        pytest.param(
            Where(engine="embedded", url=THERE), "--url is for --engine opensearch", id="a URL"
        ),
        pytest.param(
            Where(engine="embedded", index="x"), "--index is for --engine opensearch", id="a name"
        ),
        pytest.param(
            Where(engine="embedded", ca_file=Path("x")), "--ca-file is for", id="an authority"
        ),
        pytest.param(Where(url="ftp://search.example"), "is no address", id="not http"),
        pytest.param(Where(url=THERE, ca_file=Path("nowhere")), "certificates", id="no such file"),
    ],
)
def test_options_that_do_not_fit_are_refused(where: Where, said: str) -> None:
    with pytest.raises(UserError, match=said):
        where.location()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a*",
            "a,b",
            "*",
            "_all",
            "-a",
            "+a",
            ".kibana",
            "..",
            "A",
            "a b",
            "a/b",
            "/index",
            "a#b",
        ),
        *("a\\b", "a?", "a<b", "a:b", "a" * 201, "报" * 67, "a\n"),
    ],
)
def test_a_name_that_means_more_than_one_index_or_none_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="is no name for an index") as refused:
        Where(url=THERE, index=name).location()
    assert "Small letters" in refused.value.hint


# --- credentials ----------------------------------------------------------------------------------


def connection(where: Where) -> Connection:
    location = where.location()
    assert isinstance(location, Cluster)
    return location.connection


def secret_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "credentials"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection(Where(url=THERE)).username is None
    monkeypatch.setenv("LAWSEARCH_USER", "clerk")
    monkeypatch.setenv("LAWSEARCH_PASSWORD", SECRET)
    found = connection(Where(url=THERE))
    assert (found.username, found.password) == ("clerk", SECRET)
    assert SECRET not in repr(found)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_credentials_come_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newline: str
) -> None:
    monkeypatch.setenv("LAWSEARCH_USER", "another")
    file = secret_file(tmp_path, f"clerk{newline}{SECRET}{newline}")
    typed = connection(Where(url=THERE, credentials=file))
    monkeypatch.setenv("LAWSEARCH_CREDENTIALS", str(file))
    for found in (typed, connection(Where(url=THERE))):
        assert (found.username, found.password) == ("clerk", SECRET)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        pytest.param(
            f"clerk\n{SECRET}\n",
            0o644,
            "everybody on this machine can read it",
            id="everybody reads it",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no such modes"),
        ),
        pytest.param(f"clerk:{SECRET}\n", 0o600, "two lines are needed", id="one line"),
        pytest.param(f"clerk\n\n{SECRET}\n", 0o600, "two lines are needed", id="an empty one"),
        pytest.param("", 0o600, "two lines are needed", id="nothing"),
    ],
)
def test_a_file_that_gives_no_credentials_is_refused(
    tmp_path: Path, text: str, mode: int, said: str
) -> None:
    file = secret_file(tmp_path, text, mode)
    result = CliRunner().invoke(cli.app, ["status", "--url", THERE, "--credentials", str(file)])
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert SECRET not in result.output


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        Where(url=THERE, credentials=tmp_path / "none").location()


def test_no_password_is_taken_from_the_command_line() -> None:
    typed = THERE.replace("//", f"//clerk:{SECRET}@")
    result = CliRunner().invoke(cli.app, ["status", "--url", typed])
    assert result.exit_code == 2
    assert "no user and no password" in result.stderr
    assert SECRET not in result.output
    for name in ON_AN_INDEX:
        options = {option for each in command(name).params for option in each.opts}
        assert not options & {"--user", "--password", "--username"}


# --- commands -------------------------------------------------------------------------------------


def command(name: str) -> typer.core.TyperCommand:
    found: typer.core.TyperCommand = typer.main.get_command(cli.app).commands[name]  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("name", ON_AN_INDEX)
def test_every_command_on_an_index_says_where_it_is(name: str) -> None:
    options = {option for each in command(name).params for option in each.opts}
    assert {
        *("--index-dir", "--engine", "--url", "--index", "--credentials", "--ca-file")
    } <= options


def test_without_the_package_it_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check_client()
    monkeypatch.setitem(sys.modules, "opensearchpy", None)  # as where it is not installed
    result = CliRunner().invoke(cli.app, ["status", "--url", THERE])
    assert result.exit_code == 2
    assert "opensearch-py" in result.stderr
    assert "pip install 'lawsearch[cluster]'" in result.stderr


def test_a_cluster_that_is_not_there_is_told() -> None:
    result = CliRunner().invoke(cli.app, ["query", "x", "--url", "http://127.0.0.1:1"])
    assert result.exit_code == 2
    assert "http://127.0.0.1:1" in result.stderr
    assert "nothing listens there" in result.stderr


def test_the_embedded_engine_needs_no_client_of_a_cluster(samples_index: Path) -> None:
    blocked = "import sys; sys.modules['opensearchpy'] = None; from lawsearch import main; "
    program = f"{blocked} sys.argv = ['lawsearch', 'status']; sys.exit(main())"
    environment = os.environ | {"LAWSEARCH_INDEX": str(samples_index)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment)
    assert done.returncode == 0


def test_a_folder_names_itself_on_the_command_line(tmp_path: Path) -> None:
    assert Folder(tmp_path).options == f'--index-dir "{tmp_path}"'
    on_cluster = Where(url=f"{THERE},{HERE_URL}", index="reports").location()
    assert on_cluster.options == f"--engine opensearch --url {THERE},{HERE_URL} --index reports"
