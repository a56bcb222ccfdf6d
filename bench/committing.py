"""Readers while reports are added: every answer must be whole, and of one commit.

A process adds three reports every few seconds, each with two sections that hold a mark; how many
sections hold it is so known for every commit. Readers ask for the mark through the API, as CSV and
as a page while the load runs, and what they get is held against the commit that it says it is of.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.hosting import Answer, Client
from bench.worker import ROOT, environment
from index.manifest import read_manifest

EVERY_SECONDS = 5.0
NICE = ("nice", "-n", "10") if shutil.which("nice") else ()
MARK = "榫卯糯稗"
REPORTS = 3  # of one commit
SECTIONS = 2  # of one report that hold the mark
MOST = 100  # hits on a page
PAUSE_SECONDS = 0.02  # between two questions of one reader
TEXT = """{county}{township}{year}年法治政府建设年度报告

一、主要工作
（一）{mark}工坊开张，{number}户人家参加。
（二）调解员上门{number}次，讲清一件是一件。

二、存在的问题
{mark}的手艺后继乏人，{number}名学徒只留下一名。
"""
COMMIT = re.compile(r'W/"(\d+)-')


@dataclass(slots=True)
class Writer:
    """Adds reports to an index, again and again, and knows what each commit holds."""

    index_dir: Path
    reports: Path
    sections: dict[int, int] = field(default_factory=dict)  # that hold the mark, by commit
    done_at: dict[int, float] = field(default_factory=dict)  # when the command ended, by commit
    took_seconds: list[float] = field(default_factory=list)

    def begin(self) -> None:
        """Take note of the index as it is."""
        shutil.rmtree(self.reports, ignore_errors=True)
        self.sections[read_manifest(self.index_dir).commit] = 0

    def add(self) -> None:
        """Three reports more, by the command `lawsearch index`, as nice as the service is."""
        number = len(self.sections)
        for township in range(REPORTS):
            write_report(self.reports, number, township)
        started = time.perf_counter()
        command = [*NICE, sys.executable, "-m", "lawsearch", "index", str(self.reports)]
        subprocess.run(
            [*command, "--index-dir", str(self.index_dir), "--jobs", "1"],
            check=True, capture_output=True, env=environment(), cwd=ROOT,
        )  # fmt: skip
        self.took_seconds.append(time.perf_counter() - started)
        commit = read_manifest(self.index_dir).commit
        self.done_at[commit] = time.perf_counter()
        self.sections[commit] = number * REPORTS * SECTIONS

    def run(self, until: Callable[[], bool]) -> None:
        """Add reports every few seconds."""
        due = time.perf_counter() + EVERY_SECONDS
        while not until():
            if time.perf_counter() >= due:
                due += EVERY_SECONDS
                self.add()
            time.sleep(0.05)


def write_report(folder: Path, number: int, township: int) -> None:
    """A report of a year and a township of its own."""
    county, name = "青禾县", f"{'槿荻榛'[township]}{'川溪岭浦'[number % 4]}镇"
    text = TEXT.format(
        county=county, township=name, year=1950 + number, mark=MARK, number=number + 3
    )
    file = folder / county / f"{1950 + number}" / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer's commit and how many sections it says; at: seconds of the clock."""

    form: str
    commit: int
    sections: int
    at: float


@dataclass(slots=True)
class Reader:
    """Asks for the mark in every form, one after the other, on one connection."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def run(self, until: Callable[[], bool]) -> None:
        """Ask."""
        client = Client(self.port)
        while not until():
            for form, (path, count) in FORMS.items():
                answer = client.get(path, **{"Accept-Encoding": "identity"})
                self._note(form, answer, count)
                time.sleep(PAUSE_SECONDS)
        client.close()

    def _note(self, form: str, answer: Answer, count: Callable[[bytes], int]) -> None:
        commit = COMMIT.match(answer.headers.get("ETag") or "")
        if answer.status != 200 or commit is None:
            self.wrong.append(f"{form}: status {answer.status}")
            return
        try:
            sections = count(answer.body)
        except (ValueError, KeyError) as error:
            self.wrong.append(f"{form}: {error}")
            return
        self.seen.append(Seen(form, int(commit[1]), sections, time.perf_counter()))


def count_json(body: bytes) -> int:
    """The total of an answer. Raises ValueError where its parts do not fit together."""
    told = json.loads(body)
    total: int = told["total_sections"]
    by_year = sum(value["count"] for value in told["facets"]["year"])
    if (by_year, len(told["hits"])) != (total, min(total, MOST)):
        raise ValueError(f"{total} sections, {by_year} by year, {len(told['hits'])} hits")
    return total


def count_csv(body: bytes) -> int:
    """The rows of a table, without its header."""
    return sum(1 for _row in csv.reader(io.StringIO(body.decode("utf-8-sig")))) - 1


def count_page(body: bytes) -> int:
    """The total of a search page. Raises ValueError where its hits are not as many."""
    page = body.decode("utf-8")
    told = re.search(r'id="totals"[^>]*>\s*<b>[^<\d]*([\d,]+)', page)
    total = int(told[1].replace(",", "")) if told else 0
    hits = page.count('<li class="hit"')
    if hits != min(total, MOST):
        raise ValueError(f"{total} sections, {hits} hits")
    return total


ASKED = urlencode({"q": f'"{MARK}"', "limit": MOST})
FORMS: dict[str, tuple[str, Callable[[bytes], int]]] = {
    "json": (f"/api/v1/query?{ASKED}", count_json),
    "csv": (f"/api/v1/query.csv?{urlencode({'q': MARK})}", count_csv),
    "page": (f"/search?{ASKED}", count_page),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen while reports were added."""

    commits: int
    answers: int
    wrong: tuple[str, ...]
    fresh_ms: tuple[float, ...]  # from the end of a command until an answer of its commit


def watch(port: int, writer: Writer, until: Callable[[], bool]) -> Judged:
    """Add and read until it is time; what the readers saw, judged."""
    reader = Reader(port)
    reading = threading.Thread(target=reader.run, args=(until,))
    reading.start()
    writer.run(until)
    reading.join()
    return Judged(
        commits=len(writer.took_seconds),
        answers=len(reader.seen),
        wrong=(*reader.wrong, *judge(reader.seen, writer.sections)),
        fresh_ms=tuple(delays(reader.seen, writer.done_at)),
    )


def delays(seen: list[Seen], done_at: dict[int, float]) -> Iterator[float]:
    """For each commit the milliseconds from the end of its command to the first answer of it."""
    for commit, done in done_at.items():
        first = min((each.at for each in seen if each.commit >= commit), default=None)
        if first is not None:
            yield max(0.0, first - done) * 1000


def judge(seen: list[Seen], sections: dict[int, int]) -> Iterator[str]:
    """What is wrong: a count that is not its commit's, a commit that is older than the last."""
    last = 0
    for each in seen:
        wanted = sections.get(each.commit)
        if wanted is None:
            yield f"{each.form}: commit {each.commit} was never made"
        elif each.sections != wanted:
            yield f"{each.form}: {each.sections} sections in commit {each.commit}, not {wanted}"
        if each.commit < last:
            yield f"{each.form}: commit {each.commit} after {last}"
        last = max(last, each.commit)
