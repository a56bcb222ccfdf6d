"""Indexing again and again: what is read, what is kept, what each report is called."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.engine import Engine, FileRow, Question
from index.errors import UserError
from index.model import Report
from index.querytree import Text
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer import build
from indexer.build import Progress, Summary, build_index
from indexer.prepare import Settings

pytestmark = pytest.mark.usefixtures("unsynced")

DIXI = "青禾县荻溪镇"
"""A township that no gazetteer knows; its reports say their county."""


def report_text(year: int = 2023, place: str = DIXI, *, note: str = "") -> str:
    return (
        f"{place}{year}年法治政府建设年度报告\n\n一、主要举措和成效\n"
        f"（一）学法守法。全镇办了{year % 100}场普法课，人人参加。{note}\n"
        "（二）化解矛盾。一是排查纠纷，二是上门调解。\n"
        "二、存在的问题和原因\n执法力量不足。\n三、下一年度安排\n补充执法人员。\n"
    )


class Reports:
    """A folder of reports and its index."""

    def __init__(self, root: Path) -> None:
        self.folder, self.index_folder = root / "reports", root / "index"
        self.folder.mkdir()

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def index(
        self,
        *paths: Path,
        prune: bool = False,
        rebuild: bool = False,
        jobs: int = 1,
        settings: Settings | None = None,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Summary:
        writer = WhooshWriter(self.index_folder, wait_s=0, rebuild=rebuild)
        try:
            return build_index(
                paths or [self.folder],
                writer,
                settings=settings or Settings(),
                jobs=jobs,
                prune=prune,
                on_progress=on_progress,
            )
        finally:
            writer.close()

    def read(self) -> Engine:
        return WhooshEngine(self.index_folder)

    def all(self) -> dict[str, Report]:
        engine = self.read()
        try:
            assert [*engine.verify()] == []
            return dict(engine.fetch([*engine.report_ids()]))
        finally:
            engine.close()

    def ids(self) -> dict[str, str | None]:
        """Ids by file, without the folder."""
        return {name: row.report_id for name, row in self.rows().items()}

    def rows(self) -> dict[str, FileRow]:
        engine = self.read()
        try:
            rows = engine.files()
        finally:
            engine.close()
        return {Path(path).relative_to(self.folder).as_posix(): row for path, row in rows.items()}

    def sections(self, text: str) -> int:
        engine = self.read()
        try:
            return engine.search(Question(Text(text, text, quoted=True))).total_sections
        finally:
            engine.close()


@pytest.fixture
def reports(tmp_path: Path) -> Reports:
    return Reports(tmp_path)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """(added, changed, unchanged, removed)"""
    return summary.added, summary.changed, summary.unchanged, summary.removed


# What is read again.


def test_an_unchanged_file_is_not_read_again(reports: Reports) -> None:
    reports.write("2023.txt", report_text(2023))
    reports.write("2024.txt", report_text(2024))
    assert counts(reports.index()) == (2, 0, 0, 0)
    engine = reports.read()
    seen: list[Progress] = []
    assert counts(reports.index(on_progress=seen.append)) == (0, 0, 2, 0)
    assert seen == []
    again = reports.read()
    assert again.status().commit == engine.status().commit == 1
    engine.close()
    again.close()


def test_a_touched_file_is_still_the_same(reports: Reports) -> None:
    path = reports.write("a.txt", report_text())
    reports.index()
    os.utime(path, (1, 1))
    assert counts(reports.index()) == (0, 0, 1, 0)


def test_a_changed_file_replaces_what_it_gave_before(reports: Reports) -> None:
    reports.write("a.txt", report_text(note="开院坝会。"))
    reports.write("b.txt", report_text(2024))
    reports.index()
    reports.write("a.txt", report_text(note="开板凳会。"))
    assert counts(reports.index()) == (0, 1, 1, 0)
    assert (reports.sections("院坝会"), reports.sections("板凳会")) == (0, 1)
    assert reports.ids() == {"a.txt": f"{DIXI}-2023", "b.txt": f"{DIXI}-2024"}


def test_a_file_whose_year_changes_changes_its_id(reports: Reports) -> None:
    reports.write("a.txt", report_text(2023))
    reports.index()
    reports.write("a.txt", report_text(2024))
    assert counts(reports.index()) == (0, 1, 0, 0)
    assert [*reports.all()] == [f"{DIXI}-2024"]


def test_what_is_gone_stays_until_it_is_pruned(reports: Reports) -> None:
    path = reports.write("a.txt", report_text(2023))
    reports.write("b.txt", report_text(2024))
    reports.index()
    path.unlink()
    summary = reports.index()
    assert counts(summary) == (0, 0, 1, 0)
    assert summary.missing == [str(path)]
    assert len(reports.all()) == 2
    assert counts(reports.index(prune=True)) == (0, 0, 1, 1)
    assert reports.ids() == {"b.txt": f"{DIXI}-2024"}
    assert [*reports.all()] == [f"{DIXI}-2024"]


def test_only_the_folders_that_are_named_are_pruned(reports: Reports) -> None:
    for name in ("old/a.txt", "new/b.txt"):
        reports.write(name, report_text(2023 + (name < "old")))
    reports.index()
    shutil.rmtree(reports.folder / "old")
    (reports.folder / "old").mkdir()
    assert reports.index(reports.folder / "new", prune=True).removed == 0
    assert reports.index(reports.folder / "old", prune=True).removed == 1
    assert [*reports.ids()] == ["new/b.txt"]


def test_what_cannot_be_read_is_not_gone(reports: Reports) -> None:
    """A share that is not there today must not empty the index."""
    path = reports.write("share/a.txt", report_text())
    reports.index()
    aside = reports.folder.with_name("aside")
    (reports.folder / "share").rename(aside)
    share = reports.folder / "share"
    summary = reports.index(share, prune=True)  # not there at all
    assert (summary.removed, summary.missing) == (0, [])
    aside.rename(share)
    path.unlink()
    path.write_bytes(b"")  # there, and empty
    summary = reports.index(prune=True)
    assert (summary.removed, len(summary.refused)) == (0, 1)
    assert [*reports.all()] == [f"{DIXI}-2023"]


def test_a_refused_file_keeps_its_earlier_version(reports: Reports) -> None:
    reports.write("a.txt", report_text(note="开院坝会。"))
    reports.write("b.txt", report_text(2024))
    reports.index()
    (reports.folder / "a.txt").write_bytes(b"%PDF-1.4 cut short")
    summary = reports.index()
    assert [Path(error.path).name for error in summary.refused] == ["a.txt"]
    assert reports.sections("院坝会") == 1
    row = reports.rows()["a.txt"]
    assert (row.report_id, bool(row.refused)) == (f"{DIXI}-2023", True)
    assert counts(reports.index()) == (0, 0, 2, 0)  # told once, not read again
    reports.write("a.txt", report_text(note="开板凳会。"))
    assert counts(reports.index()) == (0, 1, 1, 0)
    assert (reports.sections("院坝会"), reports.sections("板凳会")) == (0, 1)
    assert reports.rows()["a.txt"].refused is None


def test_a_file_that_cannot_be_opened_is_told_each_time_and_committed_once(
    reports: Reports,
) -> None:
    reports.write("a.txt", "")
    reports.write("b.txt", report_text())
    for _ in range(2):
        summary = reports.index()
        assert [Path(error.path).name for error in summary.refused] == ["a.txt"]
        assert [path for path, row in reports.rows().items() if row.refused] == ["a.txt"]
    engine = reports.read()
    assert engine.status().commit == 1
    engine.close()


def test_one_bad_file_does_not_stop_the_rest(reports: Reports) -> None:
    reports.write("a.txt", "")
    reports.write("b.pdf", "%PDF-1.4 cut short")
    (reports.folder / "c.txt").symlink_to(reports.folder / "nowhere.txt")
    reports.write("d.txt", report_text())
    summary = reports.index()
    assert (summary.found, summary.added) == (4, 1)
    assert sorted(Path(error.path).name for error in summary.refused) == ["a.txt", "b.pdf", "c.txt"]
    refused = {name for name, row in reports.rows().items() if row.refused}
    assert refused == {"a.txt", "b.pdf", "c.txt"}


def test_a_county_by_flag_reads_the_reports_again(reports: Reports) -> None:
    reports.write("a.txt", report_text(place="荻溪镇"))
    assert counts(reports.index()) == (1, 0, 0, 0)
    settings = Settings(county="青禾县")
    assert counts(reports.index(settings=settings)) == (0, 1, 0, 0)
    assert [*reports.all()] == [f"{DIXI}-2023"]
    assert counts(reports.index(settings=settings)) == (0, 0, 1, 0)


# Corrections.


def test_corrections_win_and_read_again_only_what_they_change(reports: Reports) -> None:
    reports.write("a.txt", report_text(2023))
    reports.write("b.txt", report_text(2024))
    reports.index()
    table = reports.folder / "corrections.csv"
    table.write_text("file,year,township\na.txt,2021,石蒲镇\n", "utf-8")
    seen: list[Progress] = []
    assert counts(reports.index(on_progress=seen.append)) == (0, 1, 1, 0)
    assert [Path(progress.path).name for progress in seen] == ["a.txt"]
    corrected = reports.all()["青禾县石蒲镇-2021"]
    assert (corrected.year, corrected.place.township) == (2021, "石蒲镇")
    assert [r.why for r in corrected.reasons if r.field == "year"] == ["corrections, line 2"]
    reports.write("a.txt", report_text(2023, note="改了。"))  # they survive a new version
    assert counts(reports.index()) == (0, 1, 1, 0)
    assert set(reports.all()) == {"青禾县石蒲镇-2021", f"{DIXI}-2024"}
    table.unlink()
    assert counts(reports.index()) == (0, 1, 1, 0)
    assert set(reports.all()) == {f"{DIXI}-2023", f"{DIXI}-2024"}


def test_a_wrong_correction_stops_the_run_before_anything_changes(reports: Reports) -> None:
    reports.write("a.txt", report_text())
    reports.index()
    reports.write("b.txt", report_text(2024))
    (reports.folder / "corrections.csv").write_text("file,year\na.txt,soon\n", "utf-8")
    with pytest.raises(UserError, match="line 2, column year"):
        reports.index()
    assert [*reports.ids()] == ["a.txt"]


# Ids.


def other_text(n: int) -> str:
    """Another paper of the same township and year."""
    return report_text() + "".join(
        f"（{n}）第{n}件{k}：另一份材料里的事项{k * n}。\n" for k in range(60)
    )


def test_a_second_paper_gets_a_number_of_its_own_for_ever(reports: Reports) -> None:
    for n in (1, 2, 3):
        reports.write(f"{n}.txt", other_text(n))
    reports.index()
    base = f"{DIXI}-2023"
    assert reports.ids() == {"1.txt": base, "2.txt": f"{base}~2", "3.txt": f"{base}~3"}
    (reports.folder / "2.txt").unlink()
    reports.write("3.txt", other_text(3) + "改了。\n")
    reports.index(prune=True)
    assert reports.ids() == {"1.txt": base, "3.txt": f"{base}~3"}
    reports.write("0.txt", other_text(4))
    reports.index()
    assert reports.ids()["0.txt"] == f"{base}~4"  # ~2 was given once


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_new_paper_never_takes_the_id_of_another(reports: Reports, rebuild: bool) -> None:
    for n in (1, 2):
        reports.write(f"{n}.txt", other_text(n))
    reports.index()
    before = reports.ids()
    reports.write("0.txt", other_text(3))  # comes first
    reports.write("1.txt", other_text(1) + "改了。\n")
    reports.index(rebuild=rebuild)
    after = reports.ids()
    assert {name: after[name] for name in before} == before
    assert after["0.txt"] == f"{DIXI}-2023~3"


def test_a_rebuild_gives_the_same_ids_and_retires_the_same(reports: Reports) -> None:
    for n in (1, 2, 3):
        reports.write(f"{n}.txt", other_text(n))
    reports.index()
    (reports.folder / "2.txt").unlink()
    reports.index(prune=True)
    before = reports.ids()
    reports.index(rebuild=True)
    assert reports.ids() == before
    reports.write("4.txt", other_text(4))
    reports.index(rebuild=True)
    assert reports.ids()["4.txt"] == f"{DIXI}-2023~4"


def test_a_moved_file_keeps_its_id(reports: Reports) -> None:
    for n in (1, 2):
        reports.write(f"{n}.txt", other_text(n))
    reports.index()
    moved = reports.folder / "0" / "moved.txt"
    moved.parent.mkdir()
    (reports.folder / "2.txt").rename(moved)
    summary = reports.index(prune=True)
    assert reports.ids() == {"1.txt": f"{DIXI}-2023", "0/moved.txt": f"{DIXI}-2023~2"}
    assert reports.all()[f"{DIXI}-2023~2"].file == str(moved)
    assert summary.refused == []


def test_a_moved_file_keeps_its_id_when_it_is_pruned_later(reports: Reports) -> None:
    path = reports.write("a.txt", report_text())
    reports.index()
    path.rename(reports.folder / "b.txt")
    reports.index()
    assert len(reports.all()) == 1
    reports.index(prune=True)
    assert reports.ids() == {"b.txt": f"{DIXI}-2023"}
    (report,) = reports.all().values()
    assert [Path(file.path).name for file in report.files] == ["b.txt"]


# One report in several files.


def names(report: Report) -> list[str]:
    return [Path(file.path).name for file in report.files]


@pytest.fixture
def forms(reports: Reports) -> Reports:
    """A report as three files, beside another report."""
    reports.write("a.md", report_text())
    reports.write("a.txt", report_text())
    reports.write("c.txt", report_text())
    reports.write("b.txt", report_text(2024))
    return reports


def test_one_report_in_three_files_is_one_report(forms: Reports) -> None:
    summary = forms.index()
    assert (summary.found, summary.added, summary.joined) == (4, 2, 2)
    report = forms.all()[f"{DIXI}-2023"]
    assert names(report) == ["a.md", "a.txt", "c.txt"]  # the best text first
    assert forms.sections("上门调解") == 2
    assert {n for n, id in forms.ids().items() if id == f"{DIXI}-2023"} == set(names(report))
    assert counts(forms.index()) == (0, 0, 4, 0)


def test_a_form_that_comes_later_joins(forms: Reports) -> None:
    later = forms.folder / "a.md"
    aside = later.rename(forms.folder.with_name("aside"))
    forms.index()
    assert names(forms.all()[f"{DIXI}-2023"]) == ["a.txt", "c.txt"]
    aside.rename(later)
    summary = forms.index()
    assert summary.joined >= 1
    assert names(forms.all()[f"{DIXI}-2023"]) == ["a.md", "a.txt", "c.txt"]


def test_a_form_that_goes_leaves_the_others(forms: Reports) -> None:
    forms.index()
    (forms.folder / "a.md").unlink()
    forms.index()
    assert len(forms.all()) == 2  # kept until pruned
    summary = forms.index(prune=True)
    report = forms.all()[f"{DIXI}-2023"]
    assert names(report) == ["a.txt", "c.txt"]
    assert report.source == report_text()
    assert summary.removed == 0
    for name in ("a.txt", "c.txt"):
        (forms.folder / name).unlink()
    assert forms.index(prune=True).removed == 1
    assert [*forms.all()] == [f"{DIXI}-2024"]


def test_a_form_that_becomes_another_paper_leaves(forms: Reports) -> None:
    forms.index()
    forms.write("c.txt", other_text(5))
    forms.index()
    found = forms.all()
    assert names(found[f"{DIXI}-2023"]) == ["a.md", "a.txt"]
    assert names(found[f"{DIXI}-2023~2"]) == ["c.txt"]


def test_the_best_form_may_become_another_paper(reports: Reports) -> None:
    page = report_text(note="网页。").replace("\n", "</p><p>")
    reports.write("a.html", f"<html><body><p>{page}</p></body></html>")
    reports.write("z.txt", report_text())
    reports.index()
    assert names(reports.all()[f"{DIXI}-2023"]) == ["z.txt", "a.html"]
    reports.write("z.txt", other_text(5))
    reports.index()
    found = reports.all()
    assert {id: names(report) for id, report in found.items()} == {
        f"{DIXI}-2023": ["a.html"],
        f"{DIXI}-2023~2": ["z.txt"],
    }
    assert "网页" in found[f"{DIXI}-2023"].source


def test_a_form_with_a_small_change_stays(forms: Reports) -> None:
    forms.index()
    forms.write("a.txt", report_text(note="加一句。"))
    forms.index()
    report = forms.all()[f"{DIXI}-2023"]
    assert names(report) == ["a.md", "a.txt", "c.txt"]
    assert "加一句" not in report.source  # the first one's text is kept
    forms.write("a.md", report_text(note="加两句。"))
    forms.index()
    assert "加两句" in forms.all()[f"{DIXI}-2023"].source


def test_a_form_that_cannot_be_read_any_more_stays_with_its_report(forms: Reports) -> None:
    forms.index()
    before = forms.all()[f"{DIXI}-2023"]
    (forms.folder / "a.md").write_bytes(b"%PDF-1.4 cut short")
    forms.index()
    assert forms.all()[f"{DIXI}-2023"].source == before.source
    assert forms.ids()["a.md"] == f"{DIXI}-2023"


def test_the_sample_in_three_formats_is_one_report(samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    (report,) = engine.fetch(["青禾县槿岭镇-2023"]).values()
    several = [r for r in engine.fetch([*engine.report_ids()]).values() if len(r.files) > 1]
    engine.close()
    assert [Path(f.path).suffix for f in report.files] == [".docx", ".html", ".txt"]
    assert several == [report]


# Batches and processes.


def test_commits_hold_at_most_so_many_reports(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "BATCH_REPORTS", 2)
    for year in range(2018, 2025):
        reports.write(f"{year}.txt", report_text(year))
    reports.index()
    engine = reports.read()
    assert engine.status().commit == 4
    engine.close()
    assert len(reports.all()) == 7


def test_files_of_one_report_are_never_parted_by_a_commit(
    forms: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "BATCH_REPORTS", 1)
    forms.index()
    assert len(forms.all()) == 2
    for name in ("a.md", "a.txt"):
        forms.write(name, report_text(note="都加一句。"))
    forms.index()
    report = forms.all()[f"{DIXI}-2023"]
    assert names(report) == ["a.md", "a.txt", "c.txt"]
    assert "都加一句" in report.source


def test_an_interrupted_run_keeps_its_commits_and_the_next_one_goes_on(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "BATCH_REPORTS", 2)
    for year in range(2018, 2025):
        reports.write(f"{year}.txt", report_text(year))

    def interrupt(progress: Progress) -> None:
        if progress.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reports.index(on_progress=interrupt)
    assert len(reports.all()) == 4
    assert counts(reports.index()) == (3, 0, 4, 0)
    assert len(reports.all()) == 7


def test_progress_counts_every_file_that_is_read(reports: Reports) -> None:
    for year in (2022, 2023, 2024):
        reports.write(f"{year}.txt", report_text(year))
    seen: list[Progress] = []
    reports.index(on_progress=seen.append)
    assert [(p.done, p.total) for p in seen] == [(1, 3), (2, 3), (3, 3)]


def test_processes_change_nothing(reports: Reports, tmp_path: Path) -> None:
    years = range(2006, 2026)  # more than are read without starting processes
    for year in years:
        reports.write(f"{year}.txt", report_text(year))
        reports.write(f"{year}.md", report_text(year))
    reports.write("bad.pdf", "%PDF-1.4 cut short")
    summary = reports.index(jobs=2)
    one = (reports.all(), reports.rows(), counts(summary))
    reports.index_folder = tmp_path / "other"
    summary = reports.index(jobs=1)
    assert (reports.all(), reports.rows(), counts(summary)) == one
    assert len(one[0]) == len(years)
