"""Indexing with each engine in a process of its own: seconds, bytes on disk, peak memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench.peers import load_peer
from bench.worker import ROOT, environment

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Built:
    """What a build took. Memory in bytes, of all its processes together, at its highest."""

    engine: str
    version: str
    sections: int
    seconds: float
    bytes: int
    peak_rss: int
    peak_private: int  # resident without what files are mapped to or shared
    jobs: int


def build(engine: str, parsed: Sequence[Path], sections: int, folder: Path, jobs: int) -> Built:
    """Build an index, or take the one that is there with the figures of when it was built."""
    figures = folder.with_name(folder.name + ".json")
    version = load_peer(engine).version()
    if figures.exists():
        built = Built(**json.loads(figures.read_text("utf-8")))
        if (built.version, built.sections) == (version, sections):
            return built
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.building", engine, str(folder), str(jobs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
    )
    memory = MemoryWatch(process.pid)
    memory.start()
    output, _ = process.communicate("\n".join(map(str, parsed)))
    if process.returncode:
        raise RuntimeError(f"building with {engine} failed; see its message above")
    built = Built(
        engine=engine,
        version=version,
        sections=sections,
        seconds=json.loads(output)["seconds"],
        bytes=bytes_in(folder),
        peak_rss=memory.peak_rss,
        peak_private=memory.peak_private,
        jobs=jobs,
    )
    figures.write_text(json.dumps(asdict(built), ensure_ascii=False), "utf-8")
    return built


def bytes_in(folder: Path) -> int:
    """The size of all files in the folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


class MemoryWatch(threading.Thread):
    """Looks at the memory of a process and its children until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.peak_rss = self.peak_private = 0

    def run(self) -> None:
        while self._process.is_running():
            try:
                processes = [self._process, *self._process.children(recursive=True)]
                rss, private = map(sum, zip(*map(resident, processes), strict=True))
            except psutil.Error:  # it has just ended
                continue
            self.peak_rss = max(self.peak_rss, rss)
            self.peak_private = max(self.peak_private, private)
            if self._process.status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(POLL_SECONDS)


def resident(process: psutil.Process) -> tuple[int, int]:
    """(resident bytes, those that are the process's own)."""
    memory = process.memory_info()
    return memory.rss, memory.rss - getattr(memory, "shared", 0)


def main() -> None:
    """Build as the arguments and the files named on standard input say; print the seconds."""
    engine, folder, jobs = sys.argv[1:]
    parsed = [Path(line) for line in sys.stdin.read().splitlines()]
    peer = load_peer(engine)
    started = time.perf_counter()
    peer.build(parsed, Path(folder), int(jobs))
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
