"""Status: what is indexed and what was refused, without telling where anything lies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import quote, unquote

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.engine import Batch, FileRow
from index.model import Level, Place, Report
from index.prepared import prepare
from index.whoosh_engine import WhooshEngine
from search.status import status_json
from tests.made import make_report, write
from tests.served import served

DIXI = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")
FOLDER = "/srv/秘密/报告"
SCAN = "it is a scan without text"


def make(id: str, year: int | None, place: Place = DIXI, level: Level = Level.TOWNSHIP) -> Report:
    blocks = [("一、", "普法。")]
    return make_report(id, blocks, year=year, place=place, level=level, path=f"{FOLDER}/{id}.txt")


def refused(name: str, reason: str = SCAN, report: str | None = None) -> FileRow:
    return FileRow(f"{FOLDER}/{name}", "", 0, 0, report, reason)


def index(folder: Path, *refusals: FileRow) -> Path:
    reports = (
        make("甲-2023", 2023),
        make("乙-2023", 2023, replace(DIXI, township=None), Level.COUNTY),
        make("丙-无", None),
        make("丁-2021", 2021, replace(DIXI, county=None)),
    )
    rows = (FileRow(r.file, "00", 1, 1, r.id) for r in reports)
    return write(folder, Batch(add=tuple(map(prepare, reports)), files=(*rows, *refusals)))


REFUSED = (
    refused("乙/扫描.pdf"),
    refused("甲/<b>空</b>.txt", "the file is empty"),
    refused("甲-2023.txt", f"{FOLDER}/甲-2023.txt: it is damaged", "甲-2023"),
)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index(tmp_path_factory.mktemp("status") / "the-index", *REFUSED)


def page(index_dir: Path, address: str = "/status") -> LexborHTMLParser:
    with served(index_dir) as client:
        answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def card(found: LexborHTMLParser, title: str) -> dict[str, str]:
    (section,) = found.css(f'section.shares[aria-label="{title}"]')
    return {text(row.css("th")[0]): text(row.css("td")[0]) for row in section.css("tr")}


def refused_lines(found: LexborHTMLParser) -> list[list[str]]:
    return [[text(cell) for cell in row.css("td")] for row in found.css("table.refused tbody tr")]


def test_it_tells_how_much_there_is(index_dir: Path) -> None:
    found = page(index_dir)
    told = {text(div.css("dt")[0]): text(div.css("dd")[0]) for div in found.css(".tally div")}
    assert told.pop("Size").endswith(" MB")
    assert told == {
        "Reports": "4",
        "Sections": "4",
        "Files read": "3 of 6 found",
        "Files refused": "3",
    }
    assert card(found, "Reports by year") == {"2023": "2", "2021": "1", "unknown": "1"}
    assert card(found, "Reports by level") == {"township": "3", "county": "1"}
    assert card(found, "Reports by kind") == {"annual report": "4"}


def test_it_tells_the_commit_and_the_exact_time(index_dir: Path) -> None:
    found = page(index_dir)
    engine = WhooshEngine(index_dir)
    written = engine.status().written
    engine.close()
    (time,) = found.css(".page-head time")
    assert time.attributes["datetime"] == written
    assert text(found.css(".page-head .meta")[0]).startswith("Commit 1 of ")
    assert written in text(found.css(".page-head .exact")[0])


def test_what_is_unknown_is_counted_with_its_search(index_dir: Path) -> None:
    found = page(index_dir)
    lacking = "Reports of townships that lack something"
    assert card(found, lacking) == {
        "Year unknown": "1",
        "Township unknown": "0",
        "County unknown": "1",
    }
    (section,) = found.css(f'section.shares[aria-label="{lacking}"]')
    assert [link.attributes["href"] for link in section.css("a")] == [
        "/search?year=unknown&level=township",
        "/search?township=unknown&level=township",
        "/search?county=unknown&level=township",
    ]


def test_a_refused_file_is_told_from_the_common_folder_on_with_its_reason(
    index_dir: Path,
) -> None:
    assert refused_lines(page(index_dir)) == [
        ["乙/扫描.pdf", SCAN],
        ["甲-2023.txt", "甲-2023.txt: it is damaged The version of before stays: 甲-2023"],
        ["甲/<b>空</b>.txt", "the file is empty"],
    ]


def test_the_version_that_stays_is_a_link(index_dir: Path) -> None:
    (link,) = page(index_dir).css("table.refused a")
    assert unquote(cast(str, link.attributes["href"])) == "/reports/甲-2023"


@pytest.mark.parametrize(
    ("wanted", "files"),
    [
        pytest.param("扫描", ["乙/扫描.pdf"], id="a part of the name"),
        pytest.param("EMPTY", ["甲/<b>空</b>.txt"], id="the reason, in capitals"),
        pytest.param("甲 damaged", ["甲-2023.txt"], id="both"),
        pytest.param("srv", [], id="what is not shown is not searched"),
    ],
)
def test_refused_files_are_found_by_name_and_reason(
    index_dir: Path, wanted: str, files: list[str]
) -> None:
    found = page(index_dir, f"/status?q={quote(wanted)}")
    assert [line[0] for line in refused_lines(found)] == files
    (box,) = found.css("#refused-q")
    assert box.attributes["value"] == wanted


def test_refused_files_come_by_the_hundred(tmp_path: Path) -> None:
    rows = [refused(f"{n:03}.pdf") for n in range(230)]
    folder = index(tmp_path, *rows)
    lines = [refused_lines(page(folder, f"/status?page={n}")) for n in (1, 2, 3)]
    assert [len(each) for each in lines] == [100, 100, 30]
    assert [line[0] for each in lines for line in each] == [f"{n:03}.pdf" for n in range(230)]
    assert refused_lines(page(folder, "/status?page=9")) == lines[2]  # after the last
    links = [link.attributes["href"] for link in page(folder, "/status?q=scan").css(".pager a")]
    assert "/status?q=scan&page=3#refused" in links


def test_without_refused_files_there_is_no_table(tmp_path: Path) -> None:
    found = page(index(tmp_path))
    assert not found.css("table.refused, form.form")
    assert "None: every file that was found is in the index." in text(found.css("main")[0])


def test_neither_the_page_nor_its_json_tells_where_anything_lies(index_dir: Path) -> None:
    with served(index_dir) as client:
        told = client.get("/status").text
    engine = WhooshEngine(index_dir)
    plain = json.dumps(
        status_json(engine.status(), lambda path: Path(path).name), ensure_ascii=False
    )
    engine.close()
    for secret in ("秘密", "/srv", str(index_dir), str(index_dir.parent)):
        assert secret not in told
        assert secret not in plain


def test_json_is_the_status_as_it_is_where_paths_may_be_told(index_dir: Path) -> None:
    engine = WhooshEngine(index_dir)
    status = engine.status()
    engine.close()
    told = status_json(status, str)
    assert told["where"] == str(index_dir)
    assert told["refused"] == [row._asdict() for row in status.refused]
    assert (told["commit"], told["by_level"]) == (1, {"township": 3, "county": 1})


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999"])
def test_a_page_that_cannot_be_is_an_error(index_dir: Path, page: str) -> None:
    with served(index_dir) as client:
        assert client.get("/status", params={"page": page}).status_code == 400
