"""Servers in processes of their own: how soon they answer, and what memory they take meanwhile."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bench.worker import ROOT, environment

HOST = "127.0.0.1"
HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN,zh;q=0.9", "Accept": "text/html"}
READY_SECONDS = 120.0
POLL_SECONDS = 0.003
SAMPLE_SECONDS = 1.0


def free_port() -> int:
    """A port that nobody listens to now."""
    with socket.create_server((HOST, 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def ours(index_dir: Path, port: int, workers: int = 1) -> list[str]:
    """The command line that serves an index of ours, to one client as fast as it asks."""
    where = ["--index-dir", str(index_dir), "--port", str(port), "--workers", str(workers)]
    return [sys.executable, "-m", "lawsearch", "serve", *where, "--rate", "0"]


class Hosted:
    """A server that runs while the context is open.

    ready_seconds: from starting the process to the end of its first answer.
    """

    def __init__(self, command: Sequence[str], port: int, first: str, log: Path) -> None:
        """Start it and wait for its answer to `first`. What it says goes to the log."""
        self.port, self.log = port, log
        self._stream = log.open("wb")
        started = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdout=self._stream, stderr=self._stream, env=environment(), cwd=ROOT
        )
        self.memory = Samples(self._process.pid)
        self._wait(first)
        self.ready_seconds = time.perf_counter() - started
        self.memory.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.memory.stop()
        self._process.terminate()
        self._process.wait(30)
        self._stream.close()

    def failures(self) -> int:
        """The tracebacks in its log."""
        return self.log.read_bytes().count(b"Traceback (most recent call last)")

    def _wait(self, first: str) -> None:
        deadline = time.perf_counter() + READY_SECONDS
        while time.perf_counter() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text('utf-8')[-2000:]}")
            try:
                if fetch(self.port, first).status == 200:
                    return
            except OSError:
                time.sleep(POLL_SECONDS)
        raise RuntimeError(f"no answer for {READY_SECONDS:g} s: {self.log}")


class Answer:
    """What came back. first_byte_ms: from sending the request until its head was there."""

    def __init__(self, response: http.client.HTTPResponse, first_byte_ms: float) -> None:
        self.status = response.status
        self.headers = response.headers
        self.first_byte_ms = first_byte_ms
        self.body = response.read()


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a GET."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers={**HEADERS, **headers})
        response = self._connection.getresponse()
        return Answer(response, (time.perf_counter() - started) * 1000)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def fetch(port: int, path: str) -> Answer:
    """The answer to one GET on a connection of its own."""
    client = Client(port)
    try:
        return client.get(path)
    finally:
        client.close()


class Samples(threading.Thread):
    """Resident megabytes of a process and its children, once a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.megabytes: list[float] = []
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                processes = [self._process, *self._process.children(recursive=True)]
                self.megabytes.append(sum(p.memory_info().rss for p in processes) / 1e6)
            except psutil.Error:  # it has just ended
                return
            self._stopped.wait(SAMPLE_SECONDS)

    def stop(self) -> None:
        """Take no more."""
        self._stopped.set()
        self.join()
