"""Xapian through Debian's python3-xapian: a process of the system's Python that times itself."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from bench.corpus import in_order, query_words, spaced_sections
from bench.peers.base import Found, Hit, Query, Task

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = "/usr/bin/python3"


def start_child(*arguments: str) -> subprocess.Popen[str]:
    """The process; OSError where there is no such Python."""
    return subprocess.Popen(
        [PYTHON, "-X", "utf8", "-m", "bench.peers.xapian_child", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


class Xapian:
    """An open Xapian database. What the pipe takes does not count, cutting the query does."""

    name: ClassVar[str] = "xapian"
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def __init__(self, folder: Path) -> None:
        self._child = start_child("serve", str(folder))
        self.outside_ns = 0
        """Of the last search: what passed outside of the engine, to be taken off."""

    @staticmethod
    def version() -> str:
        done = subprocess.run(
            [PYTHON, "-c", "import xapian; print(xapian.version_string())"],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ImportError("python3-xapian is not installed for /usr/bin/python3")
        return f"Xapian {done.stdout.strip()}"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        child = start_child("build", str(folder))
        assert child.stdin is not None
        for sections in in_order(spaced_sections, parsed, jobs):
            for s, words in sections:
                row = (s.id, s.title, s.year, s.place, s.text, words)
                child.stdin.write(json.dumps(row, ensure_ascii=False) + "\n")
        child.communicate()
        if child.returncode:
            raise OSError("Xapian's process ended with an error")

    def search(self, query: Query, task: Task) -> Found:
        words = [query_words(word) for word in query.words]
        phrases = [query_words(phrase) for phrase in query.phrases]
        asked = {"words": words, "phrases": phrases, "year": query.year, "task": task.value}
        before = time.perf_counter_ns()
        answer = self._ask(asked)
        self.outside_ns = time.perf_counter_ns() - before - answer["ns"]
        hits = tuple(Hit(*hit) for hit in answer["hits"])
        if task is not Task.FACETS:
            return Found(answer["total"], hits)
        years = {int(year): count for year, count in answer["years"].items()}
        return Found(answer["total"], hits, lambda: (years, answer["places"]))

    def close(self) -> None:
        self._child.communicate()

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(asked, ensure_ascii=False) + "\n")
        self._child.stdin.flush()
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer
