"""`lawsearch serve`: who may come is settled before anything listens, and it ends as it is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

import cli

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["serve", *arguments], env=environment)
    return result.exit_code, result.stderr


def test_others_are_let_in_only_on_purpose(samples_index: Path) -> None:
    code, said = run("--host", "0.0.0.0", "--index-dir", str(samples_index))
    assert code == 2
    assert "--host needs --token or --allow-anonymous" in said
    assert "secrets.token_urlsafe()" in said


@pytest.mark.parametrize(
    "token", ["short", "令牌令牌令牌令牌令牌令牌令牌令牌令牌", "one that ends in a space "]
)
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(
    samples_index: Path, token: str
) -> None:
    where = ("--index-dir", str(samples_index))
    for code, said in (run(*where, "--token", token), run(*where, LAWSEARCH_TOKEN=token)):
        assert code == 2
        assert "--token" in said
        assert token not in said


def test_without_an_index_nothing_listens(tmp_path: Path) -> None:
    code, said = run("--index-dir", str(tmp_path))
    assert code == 2
    assert "No index at" in said


def test_a_port_in_use_is_told(samples_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = run("--port", str(port), "--index-dir", str(samples_index))
    assert code == 2
    assert f"Cannot listen at 127.0.0.1, port {port}" in said
    assert "--port" in said


def test_a_host_that_is_none_is_told(samples_index: Path) -> None:
    code, said = run("--host", "256.1.1.1", "--allow-anonymous", "--index-dir", str(samples_index))
    assert code == 2
    assert "Cannot listen at 256.1.1.1" in said


@contextmanager
def started(index: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and its address."""
    command = [sys.executable, "cli.py", "serve", "--port", "0", "--index-dir", str(index)]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C.UTF-8"}
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            yield process, line.split(" at ")[1].split(" ")[0]
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on Unix")
@pytest.mark.parametrize(
    ("by", "status"),
    [pytest.param(signal.SIGINT, 0, id="Ctrl+C"), pytest.param(signal.SIGTERM, -15, id="SIGTERM")],
)
def test_it_answers_until_it_is_told_to_stop(
    samples_index: Path, by: signal.Signals, status: int
) -> None:
    with started(samples_index) as (process, address):
        with urlopen(f"{address}healthz", timeout=20) as answer:
            assert answer.read() == b"ok 1\n"
        process.send_signal(by)
        _out, rest = process.communicate(timeout=20)
        assert process.returncode == status
    assert "Traceback" not in rest
    assert '"path": "/healthz"' in rest
    assert ("Stopped." in rest) is (by is signal.SIGINT)


def test_the_first_answer_comes_soon(samples_index: Path) -> None:
    """A bound against waste, generous for a busy machine; docs/benchmarks.md has the figure."""
    begun = time.monotonic()
    with (
        started(samples_index) as (_process, address),
        urlopen(f"{address}search?q=%E8%B0%83%E8%A7%A3", timeout=20) as answer,
    ):
        assert answer.status == 200
    assert time.monotonic() - begun < 10
