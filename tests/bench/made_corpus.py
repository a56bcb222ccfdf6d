"""A tiny parsed corpus and what a plain reading of it finds."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

from bench.corpus import load_sections, query_words
from bench.peers.base import Found, Query, Task
from index.model import Kind, Level, Place, Report, Section, SourceFile, Span

TEXTS = (
    "法治宣传覆盖社区，网格员上门调解。\n开展法律明白人培训。",
    "矛盾纠纷调解有力，培训网格员三十名。",
    "法治广场开放，社区培训法律明白人。法治文化浓厚。",
    "行政执法公示，开展培训。",
    "社区调解法治副校长。",
)
PLACES = (("青禾县", "双桅镇"), ("青禾县", "鹭溪乡"), ("砚北区", "双桅镇"))
YEARS = (2021, 2022)


def write_corpus(folder: Path) -> list[Path]:
    """The files of parsed reports: two counties."""
    files = []
    for number, county in enumerate(dict.fromkeys(county for county, _ in PLACES)):
        reports = [
            make_report(county, township, year, number + place)
            for place, (in_county, township) in enumerate(PLACES)
            for year in YEARS
            if in_county == county
        ]
        files.append(folder / f"{county}.pickle")
        files[-1].write_bytes(pickle.dumps(reports))
    return files


def make_report(county: str, township: str, year: int, first: int) -> Report:
    """A report of three sections."""
    source, sections = "", []
    for number in range(3):
        heading = f"{'一二三'[number]}、工作"
        text = TEXTS[(first + number + year) % len(TEXTS)]
        start = len(source)
        source += f"{heading}\n{text}\n"
        middle = start + len(heading)
        spans = Span(start, middle), Span(middle + 1, middle + 1 + len(text))
        number_ = (heading[0],)
        sections.append(Section(str(number + 1), number_, "工作", None, (), *spans))
    id = f"{county}{township}-{year}"
    return Report(
        id=id,
        files=(SourceFile(f"/{id}.txt", "0" * 64, len(source), 0),),
        source=source,
        level=Level.TOWNSHIP,
        kind=Kind.ANNUAL_REPORT,
        title=f"{township}{year}年法治政府建设年度报告",
        year=year,
        place=Place(township, county),
        issuer=None,
        document_number=None,
        issued=None,
        furniture=(),
        sections=tuple(sections),
    )


def scan(files: list[Path], query: Query, task: Task) -> tuple[Found, set[str]]:
    """(total and facets, the ids) of the sections whose words match, found by reading them all."""
    years: Counter[int] = Counter()
    places: Counter[str] = Counter()
    ids: set[str] = set()
    for section in (section for file in files for section in load_sections(file)):
        words = query_words(section.text)
        asked = [set(query_words(word)) <= set(words) for word in query.words]
        asked += [stands_in(query_words(phrase), words) for phrase in query.phrases]
        matches = any(asked) if task is Task.OR else all(asked)
        if matches and query.year in (None, section.year):
            years[section.year] += 1
            places[section.place] += 1
            ids.add(section.id)
    return Found(len(ids), (), lambda: (years, places)), ids


def stands_in(phrase: list[str], words: list[str]) -> bool:
    """Whether the words hold those of the phrase in a row."""
    count = len(phrase)
    return any(words[n : n + count] == phrase for n in range(len(words) - count + 1))
