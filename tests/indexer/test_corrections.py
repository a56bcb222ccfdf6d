"""The table of corrections: how it is read, what it refuses, and that it wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UserError
from index.model import Kind, Level, Place
from indexer.corrections import correct, load_corrections
from indexer.describe import Description, describe
from indexer.outline import Outline


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "corrections.csv"
    path.write_bytes(text.encode(encoding))
    return path


def found(source: str = "西坪镇2023年法治政府建设报告") -> Description:
    return describe(source, Outline((), ()))


def test_a_correction_wins_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "file,year,county,level\na.txt,2022,西峡县,\n")
    correction = load_corrections(path).for_file("reports/a.txt")
    assert correction is not None
    corrected = correct(found(), correction)
    assert corrected.year == 2022
    assert corrected.place == Place("西坪镇", "西峡县", "南阳市", "河南省")
    assert corrected.level is Level.TOWNSHIP
    assert [(reason.field, reason.value) for reason in corrected.reasons[-2:]] == [
        ("year", 2022),
        ("county", "西峡县"),
    ]
    assert corrected.reasons[-1].why == "corrections, line 2"
    assert sum(reason.field == "year" for reason in corrected.reasons) == 1


def test_an_empty_cell_leaves_and_a_dash_forgets(tmp_path: Path) -> None:
    path = write(tmp_path, "file,year,township,title,issuer\na.txt,-,null,,岫云镇人民政府\n")
    correction = load_corrections(path).for_file("a.txt")
    assert correction is not None
    corrected = correct(found(), correction)
    assert (corrected.year, corrected.place.township) == (None, None)
    assert (corrected.title, corrected.issuer) == (found().title, "岫云镇人民政府")


def test_a_corrected_county_takes_its_own_city_along(tmp_path: Path) -> None:
    path = write(tmp_path, "file,county\na.txt,甘谷县\n")
    correction = load_corrections(path).for_file("a.txt")
    assert correction is not None
    corrected = correct(found("西峡县西坪镇2023年法治政府建设报告"), correction)
    assert corrected.place == Place("西坪镇", "甘谷县", "天水市", "甘肃省")


def test_a_corrected_township_stays_in_its_county(tmp_path: Path) -> None:
    path = write(tmp_path, "file,township\na.txt,岫云镇\n")
    correction = load_corrections(path).for_file("a.txt")
    assert correction is not None
    corrected = correct(found("西峡县西坪镇2023年法治政府建设报告"), correction)
    assert corrected.place == Place("岫云镇", "西峡县", "南阳市", "河南省")


def test_level_kind_and_day_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "file,level,kind,issued\na.txt,county,other,2024-03-01\n")
    correction = load_corrections(path).for_file("a.txt")
    assert correction is not None
    corrected = correct(found(), correction)
    assert corrected.level is Level.COUNTY
    assert corrected.kind is Kind.OTHER
    assert corrected.issued == "2024-03-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_excel_may_have_saved_it(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "文件,年度,乡镇\r\n岫云.txt,2022年,岫云镇\r\n\r\n,,\r\n", encoding)
    correction = load_corrections(path).for_file("岫云.txt")
    assert correction is not None
    assert correction.values == {"year": 2022, "township": "岫云镇"}


@pytest.mark.parametrize(
    ("file", "year"),
    [
        ("a.txt", 2020), ("x/a.txt", 2020), ("甲/a.txt", 2021), ("x/甲/a.txt", 2021),
        (r"x\甲\a.txt", 2021), ("ba.txt", None), ("a.txt/b", None),
    ],
)  # fmt: skip
def test_the_longest_end_of_a_path_counts(tmp_path: Path, file: str, year: int | None) -> None:
    corrections = load_corrections(write(tmp_path, "file,year\na.txt,2020\n甲/a.txt,2021\n"))
    row = corrections.for_file(file)
    assert (row.values["year"] if row else None) == year


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("file,year\na.txt,20x4\n", "line 2, column year: '20x4'", id="year"),
        pytest.param("file,level\na.txt,town\n", "line 2, column level: 'town'", id="level"),
        pytest.param("file,level\na.txt,-\n", "column level: cannot be unknown", id="no level"),
        pytest.param("file,issued\n\na.txt,1.3.\n", "line 3, column issued: '1.3.'", id="day"),
        pytest.param("file,jahr\n", "line 1, column jahr: is no column", id="column"),
        pytest.param("year\n2022\n", "line 1, column file: is missing", id="no file column"),
        pytest.param("file,year\n,2022\n", "line 2, column file: is empty", id="no file"),
        pytest.param("file,year\na,2022\na,2023\n", "column file: also on line 2", id="twice"),
        pytest.param("", "line 1, column file: is missing", id="empty"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_corrections(write(tmp_path, text))
    assert message in str(caught.value)


def test_a_table_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Could not read"):
        load_corrections(tmp_path / "none.csv")
    (tmp_path / "corrections.csv").write_bytes(b"\xff\xff\x00")
    with pytest.raises(UserError, match="neither UTF-8 nor GB18030"):
        load_corrections(tmp_path / "corrections.csv")
