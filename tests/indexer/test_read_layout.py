"""PDF and OFD: lines as they are seen, and what has no text to read."""

import pytest
from fpdf import FPDF
from PIL import Image

from indexer.read.limits import DEFAULT_LIMITS, Limits, Refused
from indexer.read.ofd import read_ofd
from indexer.read.pdf import read_pdf
from tests.indexer.office import make_ofd, make_zip
from tests.indexer.pdfs import make_pdf


def test_pdf_lines_are_read_page_by_page() -> None:
    first = [
        "云溪镇2024年法治政府建设年度报告",
        "一、主要举措和成效",
        "（一）学法用法。共1,234人次，",
        "- 1 -",
    ]
    second = ["“法律明白人”〔2024〕3号", "二、存在的不足"]

    text = read_pdf(make_pdf([first, second]), DEFAULT_LIMITS)

    assert text.splitlines() == first + second


def fpdf(text: str = "", *, password: str | None = None, picture: bool = False) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica")
    if text:
        document.cell(text=text)
    if picture:
        document.image(Image.new("RGB", (50, 50), "red"))
    if password is not None:
        document.set_encryption(owner_password="owner", user_password=password)
    return bytes(document.output())


def test_a_pdf_that_asks_no_password_to_open_is_read() -> None:
    assert read_pdf(fpdf("annual report", password=""), DEFAULT_LIMITS) == "annual report\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(fpdf("annual report", password="x"), "it is encrypted", id="encrypted"),
        pytest.param(fpdf(picture=True), "it is a scan without text", id="scan"),
        pytest.param(fpdf("- 1 -", picture=True), "it is a scan without text", id="numbered scan"),
        pytest.param(fpdf(), "it is a scan without text", id="empty page"),
        pytest.param(
            make_pdf([["\ue001\ue002\ue003\ue004" * 5]]),
            "its fonts do not tell which characters they show",
            id="private characters",
        ),
        pytest.param(b"%PDF-1.4\n%%EOF", "it is damaged, or it is not a pdf file", id="cut"),
    ],
)
def test_a_pdf_without_text_to_read_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as error:
        read_pdf(data, DEFAULT_LIMITS)

    assert error.value.reason == reason


def test_pages_and_characters_of_a_pdf_are_capped() -> None:
    data = make_pdf([["正文正文正文正文正文正文"]] * 3)

    with pytest.raises(Refused, match="more than 2 pages"):
        read_pdf(data, Limits(pages=2))
    with pytest.raises(Refused, match="more than 20 characters"):
        read_pdf(data, Limits(characters=20))


def text_object(boundary: str, *codes: str, more: str = "") -> str:
    return (
        f'<ofd:TextObject Boundary="{boundary}" Size="5" {more}>{"".join(codes)}</ofd:TextObject>'
    )


def code(text: str, place: str = 'X="0" Y="5"', deltas: str = "") -> str:
    return f'<ofd:TextCode {place} DeltaX="{deltas}">{text}</ofd:TextCode>'


def ofd_lines(*pages: str) -> list[str]:
    return read_ofd(make_ofd(pages), DEFAULT_LIMITS).splitlines()


def test_ofd_text_is_read_from_top_to_bottom_and_left_to_right() -> None:
    objects = [
        text_object("10 30 100 6", code("一、举措", deltas="g 3 5")),
        text_object("32 20.4 100 6", code("年度报告", deltas="5 5 5")),
        text_object("10 20 20 6", code("云溪镇", deltas="g 2 5")),
    ]

    assert ofd_lines("".join(objects), text_object("10 10 9 6", code("第二页"))) == [
        *("云溪镇 年度报告", "一、举措", "第二页")
    ]


def test_ofd_runs_that_touch_are_one_word() -> None:
    objects = text_object("10 20 15 6", code("云溪镇", deltas="g 2 5"))
    objects += text_object("25 20 15 6", code("报告", deltas="5"))

    assert ofd_lines(objects) == ["云溪镇报告"]


def test_ofd_codes_of_one_object_may_stand_on_lines_of_their_own() -> None:
    codes = [code("上", 'X="0" Y="5"'), code("下", 'X="0" Y="15"'), code("去", 'X="5"')]

    assert ofd_lines(text_object("0 0 100 100", *codes)) == ["上", "下去"]


def test_ofd_transformation_of_an_object_counts() -> None:
    scaled = text_object("0 0 9 9", code("下", 'X="0" Y="50"'), more='CTM="0.5 0 0 0.5 0 0"')

    assert ofd_lines(scaled + text_object("0 0 9 9", code("上", 'X="0" Y="10"'))) == ["上", "下"]


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param('X="nan" Y="inf"', id="no numbers"),
        pytest.param('X="-1e300" Y="1e300"', id="too large"),
        pytest.param('X="" Y="a"', id="words"),
    ],
)
def test_ofd_places_that_are_none_do_no_harm(numbers: str) -> None:
    assert ofd_lines(text_object("x y", code("正文", numbers, "g 999999999 1 g"))) == ["正文"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        pytest.param({"OFD.xml": "<OFD/>"}, "a scan without text", id="no document"),
        pytest.param(
            {"OFD.xml": "<OFD><DocRoot>../../etc/passwd</DocRoot></OFD>"}, "damaged", id="outside"
        ),
        pytest.param({"OFD.xml": "<OFD>"}, "damaged", id="broken XML"),
        pytest.param({"OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "damaged", id="dtd"),
    ],
)
def test_an_ofd_without_text_to_read_is_refused(parts: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_ofd(make_zip(parts), DEFAULT_LIMITS)


def test_an_ofd_of_pictures_is_a_scan() -> None:
    with pytest.raises(Refused, match="a scan without text"):
        ofd_lines('<ofd:ImageObject Boundary="0 0 210 297"/>')


def test_pages_of_an_ofd_are_capped() -> None:
    with pytest.raises(Refused, match="more than 2 pages"):
        read_ofd(make_ofd(["", "", ""]), Limits(pages=2))
