"""From a file to a report: its spans cover it, and its terms are those of its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReportError
from index.model import Report, SourceFile
from index.prepared import prepare
from indexer.prepare import Settings, load_report, with_files
from indexer.read import Reader

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = sorted(
    path for path in SAMPLES.rglob("*") if path.is_file() and not path.name.startswith("README")
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def check_cover(report: Report) -> None:
    """Headings, texts and furniture hold every character but white space; texts lie apart."""
    covered = Counter[int]()
    for section in report.sections:
        for start, end in (section.heading_span, section.text_span):
            assert 0 <= start <= end <= len(report.source)
            covered.update(range(start, end))
        for start, end in section.measures:
            assert section.text_span.start <= start < end <= section.text_span.end
    assert all(n == 1 for n in covered.values())
    furniture = {at for f in report.furniture for at in range(f.start, f.end)}
    left = set(range(len(report.source))) - covered.keys() - furniture
    assert "".join(report.source[at] for at in sorted(left)).strip() == ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_the_spans_of_a_sample_cover_it(reader: Reader, path: Path) -> None:
    report = load_report(path, reader, Settings())
    check_cover(report)
    assert report.file == str(path)
    assert [file.size for file in report.files] == [path.stat().st_size]


_LINES = st.sampled_from(
    [
        *(
            "青禾县荻溪镇2023年法治政府建设年度报告",
            "一、主要举措",
            "（一）普法。一是办班。二是上门。",
        ),
        *(
            "2优化",
            "(抓好",
            "1、",
            "二、存在的问题和原因",
            "— 7 —",
            "打印 关闭",
            "\u3000\u3000",
            "",
        ),
        *(
            "首先，学法。",
            "下一步",
            "特此报告。",
            "荻溪镇人民政府",
            "2024年1月5日",
            "網格員",
            "\x85",
        ),
    ]
)


@settings(max_examples=60)
@given(lines=st.lists(_LINES, max_size=14), end=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_the_spans_of_any_text_cover_it(lines: list[str], end: str) -> None:
    with TemporaryDirectory() as folder, Reader() as reader:
        path = Path(folder) / "a.txt"
        path.write_bytes(end.join(lines).encode())
        try:
            report = load_report(path, reader, Settings())
        except ReportError:
            assert not "".join(lines).strip()
            return
    check_cover(report)


def test_a_renamed_report_keeps_its_terms(reader: Reader) -> None:
    path = SAMPLES / "青禾县" / "2022" / "霜溪乡.txt"
    prepared = prepare(load_report(path, reader, Settings()))
    files = (SourceFile("/x.txt", "00", 1, 2), *prepared.files)
    renamed = with_files(prepared, "x~2", files)
    assert (renamed.id, renamed.files) == ("x~2", files)
    assert renamed.report == replace(prepared.report, id="x~2", files=files)
    assert renamed == replace(prepared, id="x~2", files=files, record=renamed.record)
    assert with_files(renamed, "x~2", files) is renamed


def test_a_county_by_flag_completes_a_place(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "a.txt"
    path.write_text("荻溪镇2023年法治政府建设年度报告\n一、普法\n一句。\n", "utf-8")
    assert load_report(path, reader, Settings()).id == "荻溪镇-2023"
    assert load_report(path, reader, Settings(county="青禾县")).id == "青禾县荻溪镇-2023"
