"""Word documents: everything that a reader sees, in order, with the numbers that Word counts."""

import io
import zipfile

import docx
import pytest

from indexer.read.limits import DEFAULT_LIMITS, Refused
from indexer.read.numerals import write_number
from indexer.read.word import read_docx
from tests.indexer.office import make_docx, make_zip, numbered, paragraph, run, table


def read(body: str, *, numbering: str = "", styles: str = "") -> list[str]:
    data = make_docx(body, numbering=numbering, styles=styles)
    return read_docx(data, DEFAULT_LIMITS).splitlines()


def level(depth: int, style: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def abstract(name: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{"".join(levels)}</w:abstractNum>'


def num(name: int, family: int, more: str = "") -> str:
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{family}"/>{more}</w:num>'


REPORT_LIST = abstract(
    0,
    level(0, "chineseCounting", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
)


def test_a_document_of_python_docx_is_read() -> None:
    made = docx.Document()
    made.add_heading("云溪镇年度报告", 0)
    made.add_paragraph("学法", style="List Number")
    made.add_paragraph("用法", style="List Number")
    made.add_paragraph("守法", style="List Bullet")
    grid = made.add_table(rows=1, cols=2)
    grid.cell(0, 0).text, grid.cell(0, 1).text = "序号", "举措"
    made.add_paragraph("此致")
    file = io.BytesIO()
    made.save(file)

    assert read_docx(file.getvalue(), DEFAULT_LIMITS).splitlines() == [
        *("云溪镇年度报告", "1. 学法", "2. 用法", "守法", "序号\t举措", "此致"),
    ]


def test_paragraphs_and_tables_come_in_order() -> None:
    rows = [[paragraph("序号"), paragraph("举措")], [paragraph("1"), paragraph("学法")]]

    assert read(paragraph("上") + table(rows) + paragraph("下")) == [
        *("上", "序号\t举措", "1\t学法", "下")
    ]


def test_a_table_that_lays_out_the_page_gives_its_paragraphs() -> None:
    inner = table([[paragraph("甲"), paragraph("乙")]])
    cell = paragraph("一、成效") + paragraph("正文") + inner

    assert read(table([[cell]])) == ["一、成效", "正文", "甲\t乙"]


def test_numbers_that_word_counts_are_written() -> None:
    body = "".join(
        numbered(text, level=depth)
        for depth, text in [(0, "成效"), (1, "学法"), (2, "甲"), (2, "乙"), (1, "用法"), (2, "丙")]
    )
    body += numbered("不足") + numbered("经费", level=1)

    assert read(body, numbering=REPORT_LIST + num(1, 0)) == [
        *("一、成效", "（一）学法", "1. 甲", "2. 乙", "（二）用法", "1. 丙"),
        *("二、不足", "（一）经费"),
    ]


def test_a_list_goes_on_after_plain_paragraphs_and_other_lists() -> None:
    other = abstract(1, level(0, "decimalEnclosedCircle", "%1", '<w:suff w:val="nothing"/>'))
    body = numbered("甲") + paragraph("文") + numbered("子", num=2) + numbered("乙")

    assert read(body, numbering=REPORT_LIST + other + num(1, 0) + num(2, 1)) == [
        *("一、甲", "文", "①子", "二、乙")
    ]


def test_a_second_num_of_a_list_goes_on_unless_it_restarts() -> None:
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    body = numbered("甲") + numbered("乙", num=2) + numbered("丙", num=3) + numbered("丁", num=3)
    lists = REPORT_LIST + num(1, 0) + num(2, 0) + num(3, 0, restart)

    assert read(body, numbering=lists) == ["一、甲", "二、乙", "一、丙", "二、丁"]


def test_levels_show_those_above_and_figures_only_where_asked() -> None:
    levels = abstract(
        0,
        level(0, "chineseCounting", "第%1章", '<w:suff w:val="space"/>'),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "decimal", "%1.%2.%3"),
    )
    body = numbered("甲") + numbered("乙", level=1) + numbered("丙", level=2)

    assert read(body, numbering=levels + num(1, 0)) == ["第一章甲", "1.1 乙", "一.1.1 丙"]


def test_a_style_numbers_its_paragraphs_and_those_based_on_it() -> None:
    place = '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'
    styles = (
        f'<w:style w:type="paragraph" w:styleId="H2"><w:pPr>{place}</w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H3"><w:basedOn w:val="H2"/></w:style>'
    )
    none = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    body = paragraph("甲", properties='<w:pStyle w:val="H2"/>')
    body += paragraph("乙", properties='<w:pStyle w:val="H3"/>')
    body += paragraph("丙", properties=f'<w:pStyle w:val="H3"/>{none}')

    assert read(body, numbering=REPORT_LIST + num(1, 0), styles=styles) == [
        *("（一）甲", "（二）乙", "丙")
    ]


def test_styles_based_on_each_other_in_a_circle_do_no_harm() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>'
        for a, b in ("AB", "BA")
    )

    assert read(paragraph("甲", properties='<w:pStyle w:val="A"/>'), styles=styles) == ["甲"]


def test_a_list_may_borrow_its_levels_from_a_list_style() -> None:
    borrowed = (
        '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="6"><w:styleLink w:val="L"/>'
        f"{level(0, 'ideographTraditional', '%1.')}</w:abstractNum>"
    )

    assert read(numbered("子") * 2, numbering=borrowed + num(1, 5)) == ["甲. 子", "乙. 子"]


def test_bullets_and_lists_that_are_not_there_number_nothing() -> None:
    bullets = abstract(0, level(0, "bullet", "•")) + num(1, 0)

    assert read(numbered("甲") + numbered("乙", num=9), numbering=bullets) == ["甲", "乙"]


def test_insertions_are_kept_and_deletions_are_not() -> None:
    body = (
        f"<w:p>{run('原')}<w:ins>{run('增')}</w:ins>"
        "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('移')}</w:moveFrom><w:moveTo>{run('到')}</w:moveTo></w:p>"
    )

    assert read(body) == ["原增到"]


def test_a_deleted_paragraph_end_joins_what_it_parted() -> None:
    deleted_end = "<w:rPr><w:del/></w:rPr>"
    body = paragraph("上半", properties=deleted_end) + numbered("下半") + numbered("后")

    assert read(body, numbering=REPORT_LIST + num(1, 0)) == ["一、上半下半", "二、后"]


def test_what_stands_in_a_line_is_read_as_it_is_seen() -> None:
    body = (
        f"<w:p>{run('一')}<w:r><w:tab/><w:t>二</w:t><w:br/><w:t>三</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        f"<w:hyperlink>{run('链')}</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r>"
        f"<w:sdt><w:sdtContent>{run('控')}</w:sdtContent></w:sdt></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('块')}</w:sdtContent></w:sdt>"
    )

    assert read(body) == ["一\t二", "三链控", "块"]


def test_a_text_box_is_read_once_and_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('框')}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )

    assert read(f"<w:p>{run('前')}{drawing}{run('后')}</w:p>") == ["前后", "框"]


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(Refused, match="no text"):
        read(paragraph(" 　"))


def test_a_document_type_is_refused_for_its_entities() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "BOOM"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    data = make_docx(paragraph("正文&amp;"))
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    parts["word/document.xml"] = bomb + parts["word/document.xml"].replace("&amp;", "&a;&b;")

    with pytest.raises(Refused, match="document type"):
        read_docx(make_zip(parts), DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("number", "style", "written"),
    [
        pytest.param(1, "chineseCounting", "一", id="1"),
        pytest.param(10, "chineseCounting", "十", id="10"),
        pytest.param(11, "japaneseCounting", "十一", id="11"),
        pytest.param(20, "chineseCountingThousand", "二十", id="20"),
        pytest.param(105, "chineseCountingThousand", "一百零五", id="105"),
        pytest.param(110, "chineseCountingThousand", "一百一十", id="110"),
        pytest.param(1001, "chineseCountingThousand", "一千零一", id="1001"),
        pytest.param(12, "ideographDigital", "一二", id="digits"),
        pytest.param(13, "chineseLegalSimplified", "壹拾叁", id="legal"),
        pytest.param(11, "ideographTraditional", "甲", id="stems go round"),
        pytest.param(7, "decimalZero", "07", id="zero"),
        pytest.param(12, "decimalFullWidth", "１２", id="full width"),
        pytest.param(20, "decimalEnclosedCircle", "⑳", id="circle"),
        pytest.param(21, "decimalEnclosedCircle", "21", id="no circle"),
        pytest.param(28, "lowerLetter", "bb", id="letters"),
        pytest.param(1994, "upperRoman", "MCMXCIV", id="roman"),
        pytest.param(3, "bullet", "", id="bullet"),
        pytest.param(3, "hebrew1", "3", id="others"),
    ],
)
def test_numbers_are_written_as_word_writes_them(number: int, style: str, written: str) -> None:
    assert write_number(number, style) == written
