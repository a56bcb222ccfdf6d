"""A real server in a process of its own, for tests with a browser and with raw requests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A server that runs. What it says, its access log too, is in the file."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def said(self) -> str:
        """Its log up to now."""
        return self.log.read_text("utf-8", "replace")

    def send(self, request: bytes) -> bytes:
        """Everything that it answers to the very bytes, until it hangs up."""
        with socket.create_connection((HOST, self.port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            answer = b""
            while block := connection.recv(1 << 16):
                answer += block
        return answer


@contextmanager
def server_process(index_dir: Path, log: Path, *options: str) -> Iterator[ServerProcess]:
    """A server of the index at a free port, which ends well when it is told to stop."""
    command = [sys.executable, "-m", "lawsearch", "serve", "--index-dir", str(index_dir)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--port", "0", "--rate", "0", *options],
            cwd=ROOT, env=os.environ | {"PYTHONUTF8": "1"}, stdout=stream, stderr=stream,
        )  # fmt: skip
        try:
            yield ServerProcess(_port(process, log), log)
        finally:
            process.terminate()
            status = process.wait(PATIENCE_SECONDS)
    said = log.read_text("utf-8", "replace")
    assert "Traceback" not in said, said
    # uvicorn ends by the signal that it was sent, when all is done; on Windows it is killed.
    assert status in (0, -signal.SIGTERM) or sys.platform == "win32", (status, said)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port that the server says it listens to."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text("utf-8", "replace")
        if found := re.search(rf"http://{re.escape(HOST)}:(\d+)/", said):
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(f"the server did not begin: {log.read_text('utf-8', 'replace')}")
