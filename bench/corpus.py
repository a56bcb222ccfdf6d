"""The corpora that are measured: generated once into a folder, parsed once, the same for all.

A corpus folder holds ``reports/`` (text files) and ``parsed/`` (a pickled list of reports for each
county). It is made here, in a folder of the benchmark's own; nothing that comes from elsewhere is
unpickled. Made again, it is the same.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.generate import generate_reports, write_reports
from index.analysis import fold, segmenter
from index.model import Report

TOWNSHIPS = 20
YEARS = range(2015, 2025)
SEED = 7
COUNTIES = {"county": 1, "city": 8, "region": 25, "province": 75, "million": 408}
"""Sizes by name: some 2,450 sections a county."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class BenchSection:
    """What every engine is given of a section. place is "county/township"."""

    id: str
    title: str
    year: int
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus folder."""

    folder: Path

    @property
    def reports(self) -> Path:
        """The folder of text files."""
        return self.folder / "reports"

    def parsed(self, counties: int | None = None) -> list[Path]:
        """The files of parsed reports, those of the first so many counties."""
        return sorted((self.folder / "parsed").glob("*.pickle"))[:counties]


def make_corpus(folder: Path, counties: int, jobs: int) -> Corpus:
    """The corpus of that many counties; what is there already is kept."""
    corpus = Corpus(folder)
    if len(corpus.parsed()) == counties:
        return corpus
    write_reports(generate_reports(counties, TOWNSHIPS, YEARS, SEED), corpus.reports)
    (folder / "parsed").mkdir(exist_ok=True)
    for _ in in_order(parse_county, sorted(corpus.reports.iterdir()), jobs):
        pass
    return corpus


def parse_county(folder: Path) -> int:
    """How many reports of a county's folder were parsed into its file."""
    from indexer.prepare import Settings, load_report
    from indexer.read import Reader

    with Reader() as reader:
        files = sorted(folder.rglob("*.txt"))
        reports = [load_report(file, reader, Settings()) for file in files]
    written = folder.parent.parent / "parsed" / f"{folder.name}.pickle"
    partial = written.with_suffix(".part")
    partial.write_bytes(pickle.dumps(reports, 5))
    partial.replace(written)
    return len(reports)


def load_parsed(file: Path) -> list[Report]:
    """The parsed reports of a county."""
    reports: list[Report] = pickle.loads(file.read_bytes())
    return reports


def sections_of(report: Report) -> Iterator[BenchSection]:
    """The report's sections as the engines are given them: number, heading and text."""
    place = f"{report.place.county}/{report.place.township}"
    for section in report.sections:
        heading = report.source[slice(*section.heading_span)]
        yield BenchSection(
            id=f"{report.id}#{section.key}",
            title=report.title or "",
            year=report.year or 0,
            place=place,
            text=f"{heading}\n{report.section_text(section)}",
        )


def load_sections(file: Path) -> list[BenchSection]:
    """The sections of a county."""
    return [section for report in load_parsed(file) for section in sections_of(report)]


def spaced_sections(file: Path) -> list[tuple[BenchSection, str]]:
    """The sections of a county, each with its words joined by spaces."""
    return [(section, space_words(section.text)) for section in load_sections(file)]


def space_words(text: str) -> str:
    """The folded text with a space between jieba's words: what engines for spaced text read."""
    return " ".join(" ".join(segmenter().cut(fold(text))).split())


def query_words(text: str) -> list[str]:
    """The words of a query's text, cut as the sections are; without punctuation."""
    return [word for word in segmenter().cut(fold(text)) if any(map(str.isalnum, word))]


def in_order(work: Callable[[Path], Made], files: Sequence[Path], jobs: int) -> Iterator[Made]:
    """What the work makes of each file, in order, by processes that run few files ahead."""
    if jobs <= 1:
        yield from map(work, files)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Made]] = deque()
        for file in files:
            waiting.append(pool.submit(work, file))
            if len(waiting) > jobs + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
