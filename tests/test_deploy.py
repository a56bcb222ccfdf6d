"""What is in deploy/ is right about the program, and keeps what its comments promise."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

import cli
from index.location import Folder
from web import asked, lanes, limits, security
from web.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PROGRAM = "/opt/lawsearch/bin/lawsearch"
UNITS = sorted(file.name for file in DEPLOY.glob("lawsearch*.service"))


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit's [Service], each with its values."""
    found: dict[str, list[str]] = {}
    (body,) = re.findall(r"(?ms)^\[Service\]\n(.*?)(?=^\[|\Z)", read(name))
    for line in body.splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def instructions() -> list[tuple[str, str]]:
    """(instruction, its text) of the container file, lines joined."""
    lines = [line for line in read("Containerfile").splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


# --- systemd --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNITS)
def test_a_service_starts_a_command_as_it_is(name: str) -> None:
    (started,) = unit(name)["ExecStart"]
    program, command, *options = shlex.split(started)
    assert program == PROGRAM
    commands: dict[str, Any] = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    commands[command].make_context(command, options)  # raises for what it does not take


def test_both_services_have_one_index_and_one_user() -> None:
    def option(name: str, option: str) -> str:
        words = shlex.split(unit(name)["ExecStart"][0])
        return words[words.index(option) + 1]

    assert {option(name, "--index-dir") for name in UNITS} == {"/var/lib/lawsearch/index"}
    assert {unit(name)["User"][0] for name in UNITS} == {"lawsearch"}
    assert unit("lawsearch-index.service")["StateDirectory"] == ["lawsearch"]
    assert re.search(r"(?m)^u lawsearch ", read("lawsearch.sysusers.conf"))


@pytest.mark.parametrize("name", UNITS)
def test_a_service_may_do_little(name: str) -> None:
    found = unit(name)
    for setting in (
        "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome", "ProtectKernelModules",
        "ProtectKernelTunables", "RestrictNamespaces", "LockPersonality",
    ):  # fmt: skip
        assert found[setting] == ["yes"], setting
    assert found["ProtectSystem"] == ["strict"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["MemoryMax"]
    assert found["SystemCallFilter"] == ["@system-service", "~@privileged"]


def test_the_server_cannot_write_and_the_indexer_has_no_network() -> None:
    server, indexer = unit("lawsearch.service"), unit("lawsearch-index.service")
    assert not {"ReadWritePaths", "StateDirectory", "CacheDirectory"} & server.keys()
    assert server["RestrictAddressFamilies"] == ["AF_INET AF_INET6"]
    assert indexer["PrivateNetwork"] == ["yes"]


def test_no_token_is_in_a_unit() -> None:
    for name in UNITS:
        assert "--token" not in read(name)
    assert unit("lawsearch.service")["EnvironmentFile"] == ["-/etc/lawsearch/serve.env"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    names = [*UNITS, "lawsearch-index.timer"]
    for name in names:
        (tmp_path / name).write_text(read(name).replace(PROGRAM, "/bin/true"), "utf-8")
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "lawsearch" in line]
    assert (done.returncode, said) == (0, [])


def test_the_timer_is_a_timer() -> None:
    timer = configparser.ConfigParser(strict=True)
    timer.optionxform = str  # type: ignore[assignment,method-assign]
    timer.read_string(read("lawsearch-index.timer"))
    assert set(timer["Timer"]) == {"OnCalendar", "RandomizedDelaySec", "Persistent"}
    assert timer["Install"]["WantedBy"] == "timers.target"


# --- the container --------------------------------------------------------------------------------


def test_the_container_is_built_from_the_lock_by_hashes() -> None:
    pips = [
        command
        for word, text in instructions()
        if word == "RUN"
        for command in text.split("&&")
        if re.match(r"\s*pip ", command)
    ]
    locked = [command for command in pips if "requirements/" in command]
    assert {re.search(r"requirements/(\w+)", c)[1] for c in locked} == {"build", "cluster"}  # type: ignore[index]
    for command in locked:
        assert "--require-hashes" in command
    for command in pips:
        assert "--no-deps" in command
    assert any("--no-index" in c for c in pips), "what is installed are the wheels that were built"


def test_nothing_is_fetched_but_the_base_and_the_lock() -> None:
    words = {word for word, _text in instructions()}
    assert "ADD" not in words
    runs = " ".join(text for word, text in instructions() if word == "RUN")
    assert not re.search(r"curl|wget|git |apt|http", runs)
    bases = [text.split()[0] for word, text in instructions() if word == "FROM"]
    assert set(bases) == {"docker.io/library/python:${PYTHON}-slim"}


def test_the_container_runs_as_nobody_and_says_how_it_is() -> None:
    last = instructions()[[w for w, _ in instructions()].index("FROM", 2) :]
    told = dict(last)
    user, _, group = told["USER"].partition(":")
    assert int(user) >= 1000
    assert int(group) >= 1000
    assert "/healthz" in told["HEALTHCHECK"]
    assert told["ENTRYPOINT"] == '["lawsearch"]'
    assert "--host" in told["CMD"]
    assert "--allow-anonymous" not in told["CMD"]
    assert "RUN" not in told
    assert [text for word, text in last if word == "COPY"] == [
        "--from=build /opt/lawsearch /opt/lawsearch"
    ]


def test_the_container_is_of_a_python_that_is_tested() -> None:
    (default,) = [text.partition("=")[2] for word, text in instructions() if word == "ARG"]
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"Programming Language :: Python :: {default}" in classifiers["classifiers"]


def test_the_container_is_given_all_that_the_wheel_is_made_of() -> None:
    given = {
        line[1:] for line in read("Containerfile.dockerignore").splitlines() if line[:1] == "!"
    }
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = table["tool"]["setuptools"]["package-dir"].values()
    wanted = {folder.split("/")[0] for folder in folders} - {"."}
    wanted |= {"cli.py", "pyproject.toml", "requirements", "LICENSE", "NOTICE"}
    assert given == wanted | {table["project"]["readme"]}


# --- the cluster ----------------------------------------------------------------------------------


def test_the_cluster_is_three_nodes_that_only_this_machine_reaches() -> None:
    text = read("compose.yaml")
    ports = re.findall(r'(?m)^ +ports: \["(.*)"\]$', text)
    assert ports == [f"127.0.0.1:{9200 + n}:9200" for n in range(3)]
    nodes = re.findall(r"(?m)^  (node\d):$\n    <<:", text)
    assert nodes == ["node1", "node2", "node3"]
    for name in ("discovery.seed_hosts", "cluster.initial_cluster_manager_nodes"):
        assert re.findall(rf"(?m)^  {name}: (.*)$", text) == [",".join(nodes)]
    assert "without passwords" in " ".join(text.replace("#", " ").split())


# --- nginx ----------------------------------------------------------------------------------------


def test_nginx_lets_the_server_know_the_client_and_keeps_metrics_to_itself() -> None:
    text = read("nginx.conf")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "proxy_add_x_forwarded_for" not in text
    assert not re.search(r"proxy_set_header\s+Host", text)
    assert re.search(r"location = /metrics \{[^}]*deny all;", text)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here")
def test_nginx_reads_its_file(tmp_path: Path) -> None:
    whole = tmp_path / "whole.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off; "
        f"server {{ listen 127.0.0.1:8001; include {DEPLOY}/nginx.conf; }} }}\n",
        "utf-8",
    )
    done = subprocess.run(["nginx", "-t", "-c", str(whole)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- the page of docs -----------------------------------------------------------------------------


def test_limits_of_the_docs_are_those_that_hold() -> None:
    page = " ".join((ROOT / "docs/howto/serve.md").read_text("utf-8").split())
    rate = Settings(Folder(Path())).rate
    assert rate is not None
    for said in (
        f"{asked.LONGEST_QUERY:,} characters",
        f"{security.LONGEST_ADDRESS:,} bytes",
        f"to the {asked.DEEPEST:,}th hit, {asked.MOST} on a page",
        f"{rate:g} requests a second for long, {rate * limits.BURST:g} at once",
        f"{lanes.MOST_WAITING} requests that wait; each for at most {lanes.PATIENCE_SECONDS:g} sec",
    ):
        assert said in page, said
