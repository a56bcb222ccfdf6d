"""Every command, and the server, on a real cluster: the answers are the embedded engine's."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import cli
from index.location import Cluster, Folder, Location
from index.opensearch.client import connect
from index.opensearch.connection import Connection
from tests.cluster_index import fresh_name, reachable
from tests.cluster_process import NAMED
from tests.served import wait_until
from web.app import create_app
from web.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.cluster
Json = dict[str, Any]
QUERY = f"/api/v1/query?q={quote('调解')}"
# What is another each time, or counts what only one of the engines has.
VARYING = re.compile(
    r'"(?:took_ms|score|commit|bytes|mtime_ns)": [\d.]+|"(?:written|where)": "[^"]*"'
    r'|"(?:schema|whoosh|format)": "[^"]*"'
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with reachable(tmp_path_factory.mktemp("cluster"), os.environ.get(NAMED)) as found:
        yield found


@pytest.fixture(scope="module")
def named(connection: Connection) -> Iterator[str]:
    """An index of the samples on the cluster, by its name."""
    client = connect(connection)
    with fresh_name(client) as name:
        run("index", str(ROOT / "samples"), "--jobs", "1", *where(connection, name))
        yield name
    client.close()


def test_a_new_index_has_the_parts_that_are_asked_for(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWSEARCH_SHARDS", "5")
    client = connect(connection)
    with fresh_name(client) as name:
        run("index", str(ROOT / "samples"), "--jobs", "1", *where(connection, name))
        settings = client.indices.get_settings(index=f"{name}-v1")
        assert settings[f"{name}-v1"]["settings"]["index"]["number_of_shards"] == "5"
    client.close()


def where(connection: Connection, name: str) -> tuple[str, ...]:
    return "--url", connection.where, "--index", name


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(cli.app, [*arguments])
    assert result.exit_code == status, result.output
    return result.stdout


def answers(printed: str) -> list[Json]:
    """What was printed as JSON, without what may differ."""
    return [json.loads(VARYING.sub('"varying": 0', line)) for line in printed.splitlines()]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["query", "枫桥经验", "2024"], id="query"),
        pytest.param(["query", "“调解”", "--sort", "year", "--limit", "0"], id="a phrase"),
        pytest.param(["query", "调解 /s 网格员", "--by", "report"], id="near, by report"),
        pytest.param(["query", "枫桥精神", "--synonyms"], id="synonyms"),
        pytest.param(["browse", "township", "枫桥经验", "--year", "2023.."], id="browse"),
        pytest.param(["show", "青禾县槿岭镇-2023#1.4"], id="show"),
        pytest.param(["similar", "--text", "给行动不便的老人上门办证"], id="similar"),
        pytest.param(["copies", "--limit", "0"], id="copies"),
        pytest.param(["diff", "青禾县荻溪镇-2022", "霁川市榛岭镇-2023"], id="diff"),
        pytest.param(["spread", "院坝会"], id="spread"),
        pytest.param(["verify"], id="verify"),
    ],
)
def test_a_command_answers_as_from_a_folder(
    connection: Connection, named: str, samples_index: Path, command: list[str]
) -> None:
    from_folder = run(*command, "--json", "--index-dir", str(samples_index))
    from_cluster = run(*command, "--json", *where(connection, named))
    assert answers(from_cluster) == answers(from_folder)


def test_its_status_tells_where_it_is(connection: Connection, named: str) -> None:
    told = json.loads(run("status", "--json", *where(connection, named)))
    assert told["where"] == connection.index(named)
    assert (told["reports"], told["commit"]) == (22, 1)


def test_an_index_goes_to_a_cluster_and_back(
    connection: Connection, samples_index: Path, tmp_path: Path
) -> None:
    client = connect(connection)
    with fresh_name(client) as name:
        there = f"{connection.where}/{name}"
        run("copy", "--from", str(samples_index), "--to", there)
        run("verify", *where(connection, name))
        again = run("copy", "--from", str(samples_index), "--to", there)
        assert "0 reports copied, 22 were there already" in again
        run("copy", "--from", there, "--to", str(tmp_path / "back"))
    client.close()
    run("verify", "--index-dir", str(tmp_path / "back"))
    query = ("query", "枫桥经验", "--json", "--limit", "0", "--index-dir")
    assert answers(run(*query, str(tmp_path / "back"))) == answers(run(*query, str(samples_index)))


def test_a_rebuild_takes_the_name_over(connection: Connection, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    text = "云麓区新桥镇2024年法治政府建设工作报告\n一、主要做法\n（一）调解。上门调解三十件。\n"
    (reports / "a.txt").write_text(text, "utf-8")
    client = connect(connection)
    with fresh_name(client) as name:
        options = ("--jobs", "1", *where(connection, name))
        run("index", str(reports), *options)
        (before,) = client.indices.get_alias(name=name)
        run("index", str(reports), "--rebuild", *options)
        (after,) = client.indices.get_alias(name=name)
        assert before != after
        assert not client.indices.exists(index=before)
        (found,) = answers(run("query", "调解", "--json", *where(connection, name)))
        assert found["total_reports"] == 1
    client.close()


# --- the server -----------------------------------------------------------------------------------


def client_of(location: Location) -> TestClient:
    app = create_app(Settings(location, rate=None))
    return TestClient(app, "http://127.0.0.1", headers={"Accept-Language": "en"})


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/query?q={quote('枫桥经验')}",
        f"/api/v1/suggest?q={quote('枫')}",
        "/api/v1/matrix",
        "/api/v1/copies",
        f"/api/v1/spread?q={quote('院坝会')}",
    ],
)
def test_the_api_answers_as_from_a_folder(
    connection: Connection, named: str, samples_index: Path, address: str
) -> None:
    told: list[list[Json]] = []
    for location in (Cluster(connection, named), Folder(samples_index)):
        with client_of(location) as client:
            found = client.get(address)
            assert found.status_code == 200, found.text
            told.append(answers(json.dumps(found.json(), ensure_ascii=False)))
    assert told[0] == told[1]


@pytest.mark.parametrize("address", ["/", f"/?q={quote('枫桥经验')}", "/browse", "/status", "/api"])
def test_pages_open(connection: Connection, named: str, address: str) -> None:
    with client_of(Cluster(connection, named)) as client:
        assert client.get(address).status_code == 200


def test_a_server_sees_a_new_commit(connection: Connection, tmp_path: Path) -> None:
    report = "法治政府建设工作报告\n一、主要做法\n（一）调解。上门调解三十件。\n"
    cluster = connect(connection)
    with fresh_name(cluster) as name:

        def add(township: str) -> None:
            (tmp_path / f"{township}.txt").write_text(f"云麓区{township}2024年{report}", "utf-8")
            run("index", str(tmp_path), "--jobs", "1", *where(connection, name))

        add("新桥镇")
        with client_of(Cluster(connection, name)) as client:

            def reports() -> int:
                found: int = client.get(QUERY).json()["total_reports"]
                return found

            assert reports() == 1
            add("旧桥镇")
            wait_until(lambda: reports() == 2)
    cluster.close()
