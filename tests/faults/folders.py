"""Folders of small reports, and what an index holds of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import IndexMissing
from index.manifest import NAME as MANIFEST
from index.manifest import check_file, read_manifest
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer import build
from indexer.build import Summary, build_index
from indexer.prepare import Settings

TOWNSHIPS = (
    "槿岭镇",
    "霜溪乡",
    "荻溪镇",
    "麦川乡",
    "听松街道",
    "榛岭镇",
    "双桅镇",
    "鹭溪乡",
    "石蒲镇",
)
Content = dict[str, str] | None
"""Sources by report id; None where there is no index."""


def report_text(township: str, year: int, *, note: str = "") -> str:
    """A short report in the usual form."""
    return (
        f"青禾县{township}{year}年法治政府建设年度报告\n一、主要举措和成效\n"
        f"（一）学法守法。{township}办了{year % 100}场普法课，人人参加。{note}\n"
        "（二）化解矛盾。一是排查纠纷，二是上门调解。\n"
        "二、存在的问题\n执法力量不足。\n三、下一步打算\n补充执法人员。\n"
    )


def write_reports(
    folder: Path, townships: Sequence[str], *, year: int = 2023, note: str = ""
) -> None:
    """Put a report of each township into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for township in townships:
        text = report_text(township, year, note=note)
        (folder / f"{township}{year}.txt").write_text(text, "utf-8")


def index_folder(
    reports: Path, index: Path, *, batch: int, rebuild: bool = False, prune: bool = False
) -> Summary:
    """Bring the index in step with the reports, in this process, in commits of so many reports."""
    before, build.BATCH_REPORTS = build.BATCH_REPORTS, batch
    try:
        writer = WhooshWriter(index, wait_s=0, rebuild=rebuild)
        try:
            return build_index([reports], writer, settings=Settings(), jobs=1, prune=prune)
        finally:
            writer.close()
    finally:
        build.BATCH_REPORTS = before


def content(index: Path, *, verify: bool = True) -> Content:
    """What the last commit holds; also checks that it is whole: at least its files' checksums."""
    try:
        engine = WhooshEngine(index)
    except IndexMissing:
        return None
    try:
        assert [*(engine.verify() if verify else damaged_files(index))] == []
        return {id: report.source for id, report in engine.fetch([*engine.report_ids()]).items()}
    finally:
        engine.close()


def damaged_files(index: Path) -> Iterator[str]:
    """What is wrong with the files of the last commit."""
    for name, (size, digest) in read_manifest(index).files.items():
        with (index / name).open("rb") as file:
            if problem := check_file(file, size, digest):
                yield f"{name} {problem}"


def left_over(index: Path) -> set[str]:
    """Names in the index folder that neither the last commit nor the lock needs."""
    named = {MANIFEST, "writer.lock", *read_manifest(index).files}
    return {path.name for path in index.iterdir()} - named
