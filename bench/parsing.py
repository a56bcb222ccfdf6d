"""Reading and parsing apart from indexing: sections a second of each format, in two processes."""

from __future__ import annotations

import html
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Row
from bench.worker import ROOT, environment

PROCESSES = 2
REPORTS = {"txt": 200, "html": 200, "docx": 60}


def measure(reports: Path, scratch: Path, sections: int) -> Iterator[Row]:
    """Rows of sections a second, both processes together."""
    texts = sorted(reports.rglob("*.txt"))[: max(REPORTS.values())]
    for form, count in REPORTS.items():
        files = [write_as(form, file, scratch) for file in texts[:count]]
        halves = [files[n::PROCESSES] for n in range(PROCESSES)]
        found = parse_beside(halves)
        rate = sum(answer["sections"] / answer["seconds"] for answer in found)
        yield Row("parsing", sections, "lawsearch", form, "parse", "sections_per_s", rate)


def write_as(form: str, file: Path, folder: Path) -> Path:
    """The text file's report in another format, under the folder."""
    text = file.read_text("utf-8")
    written = folder / form / file.parent.name / f"{file.stem}.{form}"
    written.parent.mkdir(parents=True, exist_ok=True)
    if form == "docx":
        write_docx(text, written)
    else:
        written.write_text(as_html(text, file.stem) if form == "html" else text, "utf-8")
    return written


def as_html(text: str, title: str) -> str:
    """A page as a county's site has it: menu, article, footer."""
    paragraphs = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/xxgk">信息公开</a><a href="/hd">互动交流</a></div>
<div class="article">{paragraphs}</div>
<div class="footer"><a href="#">打印</a><a href="#">关闭</a></div></body></html>
"""


def write_docx(text: str, file: Path) -> None:
    """Write the text's lines as paragraphs."""
    from docx import Document

    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(file))


def parse_beside(halves: list[list[Path]]) -> list[dict[str, float]]:
    """sections and seconds of each process; they work at the same time."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.parsing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            cwd=ROOT,
        )
        for _ in halves
    ]
    for process, files in zip(processes, halves, strict=True):
        assert process.stdin is not None
        process.stdin.write("\n".join(map(str, files)))
        process.stdin.close()
    answers = []
    for process in processes:
        assert process.stdout is not None
        answers.append(json.loads(process.stdout.read()))
        process.wait()
    return answers


def main() -> None:
    """Parse the files named on standard input, the first of them once more before."""
    from indexer.prepare import Settings, load_report
    from indexer.read import Reader

    files = [Path(line) for line in sys.stdin.read().splitlines()]
    with Reader() as reader:
        load_report(files[0], reader, Settings())
        started = time.perf_counter()
        sections = sum(len(load_report(file, reader, Settings()).sections) for file in files)
        seconds = time.perf_counter() - started
    print(json.dumps({"sections": sections, "seconds": seconds}))


if __name__ == "__main__":
    main()
