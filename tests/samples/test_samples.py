"""The samples are what samples/README.md promises, in formats that other programs can read."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import docx
import pypdfium2
import pytest
from rapidfuzz.fuzz import ratio
from selectolax.lexbor import LexborHTMLParser

from index import gazetteer
from tools.make_samples import SAMPLES, make_samples, read_source, recipes

FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "README.md")
COUNTIES = ("青禾县", "云麓区", "霁川市")
TOWNSHIPS = (
    ("青禾县", "槿岭镇"),
    ("青禾县", "霜溪乡"),
    ("青禾县", "荻溪镇"),
    ("云麓区", "听松街道"),
    ("云麓区", "荻溪镇"),
    ("云麓区", "麦川乡"),
    ("霁川市", "双桅镇"),
    ("霁川市", "鹭溪乡"),
    ("霁川市", "榛岭镇"),
)
CITY, PROVINCE = "云汀市", "澜岳省"

# A heading of each of the four contents that the rule of 2019 asks for.
CONTENTS = {
    "achievements": re.compile(r"[一二]、.*(?:成效|效|做法|举措|工作|亮点|领导)"),
    "problems": re.compile(r"[二三五]、.*(?:不足|问题|困难|差距|短板|薄弱)"),
    "leadership": re.compile(r"三、.*(?:第一责任|主要负责)"),
    "plans": re.compile(r"[一二三四五六]、.*(?:安排|打算|计划|怎么干|思路|重点|方向|来年)"),
}


@cache
def read_text(path: Path) -> str:
    """A sample's text by the library for its format, as plainly as that goes."""
    match path.suffix:
        case ".docx":
            document = docx.Document(str(path))
            cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
            return "\n".join([*(p.text for p in document.paragraphs), *cells])
        case ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                return "\n".join(page.get_textpage().get_text_range() for page in document)
        case ".html":
            root = LexborHTMLParser(decoded(path)).body
            return root.text(separator="\n") if root else ""
    return decoded(path)


def decoded(path: Path) -> str:
    """The file's text, UTF-8 or else GB18030."""
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030")


def sample(name: str) -> str:
    """The text of one sample."""
    return read_text(SAMPLES / name)


def squeezed(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def holders(phrase: str) -> set[tuple[str, ...]]:
    """County, year and file name, without its ending, of the samples that hold a phrase."""
    return {
        path.relative_to(SAMPLES).with_suffix("").parts
        for path in FILES
        if phrase in squeezed(read_text(path))
    }


def test_samples_are_reports_of_nine_townships_in_three_counties() -> None:
    papers = {path.relative_to(SAMPLES).with_suffix("").as_posix() for path in FILES}
    places = {tuple(paper.split("/")[::2]) for paper in papers}
    named = {(c, t) for c, t in TOWNSHIPS if any(p[0] == c and p[1].startswith(t) for p in places)}

    assert len(papers) >= 16
    assert {county for county, _ in places} == set(COUNTIES)
    assert named == set(TOWNSHIPS)


def test_samples_span_2020_to_2025() -> None:
    assert {path.parent.name for path in FILES} == {str(year) for year in range(2020, 2026)}


def test_samples_have_every_format() -> None:
    suffixes = [path.suffix for path in FILES]

    assert {name: suffixes.count(name) >= 2 for name in (".txt", ".docx", ".pdf", ".html")} == {
        ".txt": True,
        ".docx": True,
        ".pdf": True,
        ".html": True,
    }
    assert sum(f["format"] == "text" and f["encoding"] == "gb18030" for f in recipes()) == 2


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 600_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_sample_has_the_length_of_a_real_report(path: Path) -> None:
    text = read_text(path)

    assert 1_000 <= len(squeezed(text)) <= 4_000
    assert "\ufffd" not in text


@pytest.mark.parametrize(
    "name", [*COUNTIES, *dict.fromkeys(town for _, town in TOWNSHIPS), CITY, PROVINCE]
)
def test_no_sample_place_exists(name: str) -> None:
    assert not gazetteer.load().is_place_name(name)


def test_gazetteer_check_would_find_a_real_place() -> None:
    assert gazetteer.load().is_place_name("延庆区")


def test_two_townships_share_a_name() -> None:
    assert {path.parts[-3] for path in FILES if path.stem == "荻溪镇"} == {"青禾县", "云麓区"}


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_one_report_has_the_same_words_in_three_formats(suffix: str) -> None:
    lines = [line for line in sample("青禾县/2023/槿岭镇.txt").splitlines() if line]
    other = sample(f"青禾县/2023/槿岭镇{suffix}")

    assert len(lines) > 20
    assert [line for line in lines if line not in other] == []


def test_one_report_is_a_copy_with_one_name_left_behind() -> None:
    original, copy = sample("青禾县/2022/荻溪镇.txt"), sample("霁川市/2023/榛岭镇.txt")

    assert 85 < ratio(original, copy) < 100
    assert copy.count("荻溪") == 1
    assert "榛岭镇" in copy
    assert "榛岭" not in original


def test_one_paper_is_a_county_s_own() -> None:
    assert "青禾县人民政府关于2023年度" in sample("青禾县/2023/青禾县人民政府.html")


def test_some_samples_have_all_official_contents_and_some_lack_each() -> None:
    found = {
        path: frozenset(name for name, cue in CONTENTS.items() if cue.search(read_text(path)))
        for path in FILES
        if path.suffix == ".txt"
    }

    assert sum(len(names) == 4 for names in found.values()) >= 3
    assert sum("leadership" not in names for names in found.values()) >= 3
    assert any("problems" not in names for names in found.values())
    assert all("achievements" in names for names in found.values())


@pytest.mark.parametrize(
    ("phrase", "reports", "years"),
    [
        pytest.param("枫桥经验", 18, 6, id="almost-everywhere"),
        pytest.param("法律明白人", 18, 6, id="almost-everywhere-too"),
        pytest.param("法治副校长", 15, 6, id="schools"),
        pytest.param("一村一法律顾问", 8, 4, id="counsel"),
        pytest.param("公共法律服务站", 12, 5, id="stations"),
        pytest.param("12345热线", 8, 4, id="hotline"),
        pytest.param("综治中心", 6, 3, id="only-lately"),
        pytest.param("院坝会", 7, 5, id="spreading"),
        pytest.param("板凳会", 4, 3, id="of-few"),
        pytest.param("网格+调解", 6, 3, id="joined"),
        pytest.param("三项制度", 8, 3, id="enforcement"),
    ],
)
def test_practice_stands_in_many_places_and_years(phrase: str, reports: int, years: int) -> None:
    found = holders(phrase)

    assert len(found) >= reports
    assert len({year for _, year, _ in found}) >= years


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        pytest.param("霁川市/2020/双桅镇.txt", r"\A双 桅 镇 2 0 2 0 年", id="letter-spaced-title"),
        pytest.param("霁川市/2024/双桅镇.txt", r"关于２０２４年度", id="full-width-digits"),
        pytest.param("霁川市/2025/鹭溪乡.txt", r"楓橋經驗", id="traditional"),
        pytest.param("云麓区/2022/听松街道.txt", r"\A区委、区政府：\n", id="no-headline"),
        pytest.param("云麓区/2024/听松街道.txt", r"[^。：]\n[^\n—]+[^。：]\n", id="wrapped-lines"),
        pytest.param("云麓区/2024/听松街道.txt", r"[^。]\n\n— 1 —\n\n", id="page-break"),
        pytest.param(
            "云麓区/2024/荻溪镇.txt", r"\n一）深化[^\n]+\n（二\)优化", id="broken-brackets"
        ),
        pytest.param(
            "云麓区/2024/荻溪镇.txt", r"\n三、[^\n]+\n(?s:.+)\n三、", id="repeated-number"
        ),
        pytest.param("青禾县/2020/槿岭镇.txt", r"新时代枫桥经验", id="practice-unquoted"),
        pytest.param("青禾县/2023/槿岭镇.txt", r"新时代“枫桥经验”", id="practice-quoted"),
        pytest.param(
            "青禾县/2023/槿岭镇.html", r"索 引 号：[\s\S]+网站标识码", id="site-furniture"
        ),
        pytest.param("云麓区/2023/听松街道.html", r"2019年12月3日", id="site-clock"),
        pytest.param("青禾县/2025/荻溪镇.docx", r"合计\n613\n", id="table"),
        pytest.param("青禾县/2024/槿岭镇.pdf", r"文件\r\n槿镇政〔2025〕6号\r\n", id="letterhead"),
        pytest.param(
            "青禾县/2024/槿岭镇.pdf", r"县市场监管、应急、消防等部门商定联\r\n— 1 —", id="pages"
        ),
    ],
)
def test_sample_shows_what_the_readme_says(name: str, pattern: str) -> None:
    assert re.search(pattern, sample(name))


def test_word_numbers_the_headings_of_one_docx_by_itself() -> None:
    name = SAMPLES / "青禾县/2021/槿岭镇法治政府建设情况报告.docx"
    numbered = [
        p.text for p in docx.Document(str(name)).paragraphs if p._p.xpath("./w:pPr/w:numPr")
    ]

    assert len(numbered) == 15
    assert numbered[0] == "法治政府建设的主要做法"
    assert "一、" not in read_text(name)


def test_pdf_text_is_the_source_s() -> None:
    recipe = next(r for r in recipes() if r["to"] == "云麓区/2021/麦川乡.pdf")
    text = re.sub(r"— \d —", "", sample(recipe["to"]))

    assert squeezed(text) == squeezed(read_source(recipe).replace("> ", ""))


def test_readme_lists_every_sample() -> None:
    readme = (SAMPLES / "README.md").read_text("utf-8")
    first_cells = re.findall(r"^\| (\S+\.\w+)((?:, \.\w+)*) \|", readme, re.MULTILINE)
    listed = {
        str(Path(name).with_suffix(suffix).as_posix())
        for name, others in first_cells
        for suffix in [Path(name).suffix, *re.findall(r"\.\w+", others)]
    }

    assert listed == {path.relative_to(SAMPLES).as_posix() for path in FILES}


def test_generated_samples_come_out_the_same_again(tmp_path: Path) -> None:
    for made in make_samples(tmp_path):
        kept = SAMPLES / made.relative_to(tmp_path)

        assert content(made) == content(kept), kept


def content(path: Path) -> dict[str, bytes]:
    """The file's bytes; of a docx its members', since zlib's output differs between builds."""
    if path.suffix != ".docx":
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
