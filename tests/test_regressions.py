"""Each of these once went wrong. A test is named by what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from index.engine import FileRow, Mode, Question, Sort
from index.manifest import patiently
from index.model import Part, Place, Report, SourceFile
from index.plain.answering import answer
from index.plain.matching import Matcher
from index.plain.postings import Occurrences, PlainPostings
from index.querytree import And, Field, Text
from index.segments.snapshot import Snapshot
from index.segments.versions import term_versions
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from indexer import build
from indexer.build import build_index
from indexer.prepare import Settings
from search.flags import read_flags
from search.run import Request, Searcher
from tests.made import PLACE, batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

SECTIONS = (
    "（一）学法守法。镇上办了九场普法夜校，人人参加。\n",
    "（二）化解矛盾。网格员上门调解，小事不出院坝。\n",
    "（三）规范执法。执法人员亮证上岗，全程留痕。\n",
    "（四）审核文件。镇里审了四份文件，退回一份。\n",
    "（五）公开政务。公示栏每月一换，群众看得见。\n",
    "（六）应急值守。汛期有人守堤，夜里有人巡山。\n",
)


def paper(sections: Sequence[str] = SECTIONS, *, place: str = "青禾县荻溪镇") -> str:
    head = f"{place}2023年法治政府建设年度报告\n\n一、主要举措和成效\n"
    return head + "".join(sections) + "二、存在的问题和原因\n力量不足。\n"


def index(target: Path, *paths: Path, prune: bool = False) -> dict[str, Report]:
    """All reports of the index after it was brought in step with the paths."""
    writer = WhooshWriter(target)
    try:
        build_index(paths, writer, settings=Settings(), jobs=1, prune=prune)
    finally:
        writer.close()
    engine = WhooshEngine(target)
    try:
        assert [*engine.verify()] == []
        return engine.fetch([*engine.report_ids()])
    finally:
        engine.close()


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


# Indexing again.


def test_corrections_were_lost_when_a_folder_below_theirs_was_named(tmp_path: Path) -> None:
    put(tmp_path / "all/2023/a.txt", paper())
    put(tmp_path / "all/corrections.csv", "file,year\na.txt,2021\n")
    for named in ("all", "all/2023", "all/2023/a.txt", "."):
        assert [*index(tmp_path / "index", tmp_path / named)] == ["青禾县荻溪镇-2021"], named


def test_corrections_of_one_folder_changed_the_files_of_another(tmp_path: Path) -> None:
    put(tmp_path / "one/a.txt", paper(place="青禾县荻溪镇"))
    put(tmp_path / "one/corrections.csv", "file,year\na.txt,2021\n")
    put(tmp_path / "two/a.txt", paper(place="青禾县石蒲镇"))
    found = index(tmp_path / "index", tmp_path / "one", tmp_path / "two")
    assert {id: report.year for id, report in found.items()} == {
        "青禾县石蒲镇-2023": 2023,
        "青禾县荻溪镇-2021": 2021,
    }


def test_the_nearest_corrections_count(tmp_path: Path) -> None:
    put(tmp_path / "all/one/a.txt", paper())
    put(tmp_path / "all/corrections.csv", "file,year\none/a.txt,2020\n")
    put(tmp_path / "all/one/corrections.csv", "file,year\na.txt,2021\n")
    assert [*index(tmp_path / "index", tmp_path / "all")] == ["青禾县荻溪镇-2021"]


def test_a_shortened_file_was_shown_as_before_when_its_other_form_was_not_named(
    tmp_path: Path,
) -> None:
    text = put(tmp_path / "txt/a.txt", paper())
    put(tmp_path / "md/a.md", paper())
    index(tmp_path / "index", tmp_path)
    put(text, paper(SECTIONS[:-1]))
    put(tmp_path / "md/a.md", paper(SECTIONS[:-1]))
    (report,) = index(tmp_path / "index", tmp_path / "txt").values()
    assert report.source == paper(SECTIONS[:-1])
    assert len(report.files) == 2


def test_a_report_kept_a_text_that_had_become_another_when_its_other_form_was_not_named(
    tmp_path: Path,
) -> None:
    put(tmp_path / "txt/a.txt", paper())
    put(tmp_path / "html/a.html", f"<p>{paper().replace(chr(10), '</p><p>')}</p>")
    index(tmp_path / "index", tmp_path)
    put(tmp_path / "txt/a.txt", paper(place="青禾县石蒲镇"))
    found = index(tmp_path / "index", tmp_path / "txt")
    assert {id: Path(report.file).name for id, report in found.items()} == {
        "青禾县石蒲镇-2023": "a.txt",
        "青禾县荻溪镇-2023": "a.html",
    }


@pytest.mark.parametrize("prune", [False, True])
def test_a_file_that_was_renamed_and_shortened_was_shown_as_before(
    tmp_path: Path, prune: bool
) -> None:
    before = put(tmp_path / "all/a.txt", paper())
    index(tmp_path / "index", tmp_path / "all")
    before.unlink()
    put(tmp_path / "all/b.txt", paper(SECTIONS[:-1]))
    (report,) = index(tmp_path / "index", tmp_path / "all", prune=prune).values()
    assert report.source == paper(SECTIONS[:-1])
    assert Path(report.file).name == "b.txt"
    assert report.id == "青禾县荻溪镇-2023"


@pytest.mark.parametrize("batch_reports", [1, 500])
def test_files_that_changed_places_were_both_listed_under_one_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_reports: int
) -> None:
    monkeypatch.setattr(build, "BATCH_REPORTS", batch_reports)
    put(tmp_path / "all/a.txt", paper(place="青禾县荻溪镇"))
    put(tmp_path / "all/b.txt", paper(place="青禾县枇杷镇"))
    index(tmp_path / "index", tmp_path / "all")
    put(tmp_path / "all/a.txt", paper(SECTIONS[:-1], place="青禾县枇杷镇"))
    put(tmp_path / "all/b.txt", paper(SECTIONS[:-1], place="青禾县荻溪镇"))
    found = index(tmp_path / "index", tmp_path / "all")
    assert {id: [Path(f.path).name for f in report.files] for id, report in found.items()} == {
        "青禾县枇杷镇-2023": ["a.txt"],
        "青禾县荻溪镇-2023": ["b.txt"],
    }
    assert {report.source for report in found.values()} == {
        paper(SECTIONS[:-1], place=place) for place in ("青禾县枇杷镇", "青禾县荻溪镇")
    }


def test_corrections_of_a_folder_that_was_not_named_hold_for_a_form_in_it(tmp_path: Path) -> None:
    put(tmp_path / "txt/a.txt", paper())
    put(tmp_path / "txt/corrections.csv", "file,year\na.txt,2021\n")
    put(tmp_path / "md/a.md", paper())
    put(tmp_path / "md/corrections.csv", "file,year\na.md,2021\n")
    index(tmp_path / "index", tmp_path)
    put(tmp_path / "txt/a.txt", paper(SECTIONS[:-1]))
    assert [*index(tmp_path / "index", tmp_path / "txt")] == ["青禾县荻溪镇-2021"]


# Asking.


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Searcher]]:
    """Makes a searcher over reports."""
    with ExitStack() as opened:

        def over(*reports: Report) -> Searcher:
            engine = WhooshEngine(write(tmp_path / "index", batch(*reports)))
            opened.callback(engine.close)
            return Searcher(engine)

        yield over


@pytest.mark.parametrize("typed", ["裡坪鎮", "里坪镇", "青禾县裡坪鎮"])
def test_a_township_in_traditional_characters_was_not_found_by_its_own_name(
    ask: Callable[..., Searcher], typed: str
) -> None:
    place = Place("裡坪鎮", "青禾县", None, None)
    searcher = ask(
        make_report("a", [("一、", "调解。")], place=place), make_report("b", [("", "无")])
    )
    results = searcher.run(Request("", read_flags({Field.TOWNSHIP: [typed]})))
    assert [hit.passage.id for hit in results.hits] == ["a#0"]
    assert [v.value for v in results.facets[Field.TOWNSHIP] if v.selected] == ["裡坪鎮"]


def test_in_report_mode_a_parts_own_filter_hid_the_other_parts(
    ask: Callable[..., Searcher],
) -> None:
    blocks = [("", "院坝会。"), ("", "板凳会。"), ("", "院坝会。"), ("", "板凳会。")]
    achieved, planned = Part.ACHIEVEMENTS, Part.PLANS
    searcher = ask(make_report("a", blocks, parts=[achieved, achieved, planned, planned]))
    found = searcher.run(Request("院坝会 板凳会", read_flags({Field.PART: ["plans"]})))
    assert (found.mode, found.total_sections) == (Mode.REPORT, 2)
    parts = [(v.value, v.count, v.selected) for v in found.facets[Field.PART]]
    assert parts == [(achieved, 2, False), (planned, 2, True)]


def test_a_second_filter_of_a_field_was_called_a_word(ask: Callable[..., Searcher]) -> None:
    searcher = ask(
        make_report("a", [("", "调解。")]), make_report("b", [("", "普法。")], year=2024)
    )
    help = searcher.run(Request("普法 year:2020..2023 year:2024")).help
    assert help is not None
    assert [(w.kind, w.text, w.sections) for w in help.without] == [
        ("filter", "year:2020..2023", 1)
    ]


PERSON = Text("人", "人", quoted=True)


def test_each_search_of_one_query_read_its_postings_anew(tmp_path: Path) -> None:
    read: list[str] = []

    class Counting(PlainPostings):
        def find(self, stream: str) -> Occurrences:
            read.append(stream)
            return super().find(stream)

    folder = write(tmp_path, batch(make_report("a", [("", "人人守法。")], place=PLACE)))
    with closing(Snapshot(folder, term_versions())) as snapshot:
        matcher = Matcher(Counting(snapshot))
        for sort in Sort:
            for tree in (And((PERSON,)), PERSON):
                assert answer(snapshot, matcher, Question(tree, sort=sort)).total_occurrences == 2
    assert read == ["人"]


# Windows.


def test_a_file_that_another_process_reads_for_a_moment_was_called_a_full_disk() -> None:
    refusals = [PermissionError(13, "Permission denied")] * 2

    def replace() -> str:
        if refusals:
            raise refusals.pop()
        return "replaced"

    assert patiently(replace, attempts=3) == "replaced"
    refusals = [PermissionError(13, "Permission denied")] * 3
    with pytest.raises(PermissionError):
        patiently(replace, attempts=3)


def test_a_file_refused_for_want_of_a_converter_is_tried_again(tmp_path: Path) -> None:
    bases = build._Bases(Settings())
    for name, same in (("a.doc", False), ("b.pdf", True)):
        path = str(tmp_path / name)
        row = FileRow(path, "x", 1, 1, None, "cannot be read here", bases.of(path))
        assert build._is_same(SourceFile(path, "x", 1, 1), row, bases) is same
