"""Load by wrk: many clients at once that ask the next thing when they have an answer."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.hosting import HEADERS, HOST, Client

SCRIPT = Path(__file__).with_name("load.lua")
TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. failed counts answers of status 400 and above, broken closed connections."""

    requests: int
    seconds: float
    bytes: int
    failed: int
    broken: int
    timeouts: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    @property
    def errors(self) -> int:
        """Requests without a good answer."""
        return self.failed + self.broken + self.timeouts

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def version() -> str:
    """wrk's own line about itself. Raises OSError where it is not there."""
    done = subprocess.run(["wrk", "-v"], capture_output=True, text=True)
    return " ".join((done.stdout + done.stderr).splitlines()[0].split()[:3])


def load(port: int, addresses: Sequence[str], clients: int, seconds: float) -> Load:
    """What happens when so many clients ask for the addresses in turn, for so long."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.txt"
        file.write_text("".join(f"{address}\n" for address in addresses), "ascii")
        headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:g}s", f"--timeout={TIMEOUT_SECONDS}s"]
        command += [*headers, "-s", str(SCRIPT), f"http://{HOST}:{port}", "--", str(file)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("figures ")]
    return Load(**json.loads(line.removeprefix("figures ")))


def visit(port: int, addresses: Sequence[str]) -> None:
    """Ask for every address once. Raises RuntimeError for the first that is not answered well."""
    client = Client(port)
    for address in addresses:
        answer = client.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {address}: {answer.body[:500]!r}")
    client.close()
