"""Write the samples that are not plain UTF-8 text: docx, pdf, html and GB18030 files.

Run from anywhere after a change in tools/samples/: ``python tools/make_samples.py``. Which file
is written from which text is told by tools/samples/samples.toml. The same sources give the same
bytes with the same libraries, so that a diff shows only what was meant.

In a source, the first `title_lines` lines are the title and an empty line is left out. In a docx
source ``# `` and ``## `` open headings that Word numbers by itself, and lines with tabs are rows
of a table; in a pdf source ``> `` opens a line of the sign-off, set to the right.
"""

from __future__ import annotations

import html
import io
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
SOURCES = Path(__file__).with_name("samples")

Recipe = dict[str, Any]  # one [[file]] of samples.toml
Lines = list[str]


def main() -> None:
    """Write every generated sample, under the folder given or samples/."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    for path in make_samples(target):
        print(path)


def make_samples(target: Path) -> Iterator[Path]:
    """Every generated file, written under `target`."""
    for recipe in recipes():
        path = target / recipe["to"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WRITERS[recipe["format"]](read_source(recipe), recipe))
        yield path


def recipes() -> list[Recipe]:
    """What samples.toml asks for."""
    found: list[Recipe] = tomllib.loads((SOURCES / "samples.toml").read_text("utf-8"))["file"]
    return found


def read_source(recipe: Recipe) -> str:
    """The text that a sample is made from."""
    name: str = recipe["from"]
    return (ROOT / name if name.startswith("samples/") else SOURCES / name).read_text("utf-8")


def split_title(text: str, recipe: Recipe) -> tuple[Lines, Lines]:
    """The title's lines, and the other lines."""
    lines = [line for line in text.splitlines() if line]
    return lines[: recipe["title_lines"]], lines[recipe["title_lines"] :]


def write_text(text: str, recipe: Recipe) -> bytes:
    """The text in another encoding, with Windows line ends when asked."""
    if recipe.get("newline") == "crlf":
        text = text.replace("\n", "\r\n")
    encoding: str = recipe["encoding"]
    return text.encode(encoding)


# HTML: a page of a government's site around the article


def write_html(text: str, recipe: Recipe) -> bytes:
    """The page of the recipe with the title and the article set in."""
    title, lines = split_title(text, recipe)
    page = Template((SOURCES / recipe["page"]).read_text("utf-8"))
    old_site = recipe.get("encoding") == "gbk"  # its editor knew only <br>
    article = "<br>\n".join(f"　　{html.escape(line)}" for line in lines)
    if not old_site:
        article = "\n".join(f"<p>　　{html.escape(line)}</p>" for line in lines)
    filled = page.substitute(title="<br>".join(map(html.escape, title)), article=article)
    return filled.encode(recipe.get("encoding", "utf-8"))


# Word


def write_docx(text: str, recipe: Recipe) -> bytes:
    """A Word document: title, paragraphs, numbered headings and tables."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = docx.Document()
    number = add_numbering(document)
    title, lines = split_title(text, recipe)
    for line in title:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(line).bold = True
    for is_table, group in groupby(lines, key=lambda line: "\t" in line):
        if is_table:
            add_table(document, [line.split("\t") for line in group])
        else:
            for line in group:
                add_paragraph(document, line, number)
    return pack_docx(document)


def add_paragraph(document: Document, line: str, number: str) -> None:
    """A paragraph; `# ` and `## ` make it a heading of the automatic numbering."""
    from docx.oxml.parser import parse_xml

    level = {"#": 0, "##": 1}.get(line.partition(" ")[0])
    paragraph = document.add_paragraph(line if level is None else line.partition(" ")[2])
    if level is not None:
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
            )
        )


def add_table(document: Document, rows: list[list[str]]) -> None:
    """A table with a border around every cell."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
# 一、二、三、 and below it （一）（二）, starting anew under each heading, as Word's own list does.
NUMBERING = f"""<w:abstractNum {W} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>
<w:suff w:val="nothing"/><w:lvlText w:val="%1、"/><w:lvlJc w:val="left"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>
<w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/><w:lvlJc w:val="left"/></w:lvl>
</w:abstractNum>"""


def add_numbering(document: Document) -> str:
    """The id of a numbering with two levels, made in the document."""
    from docx.oxml.parser import parse_xml

    numbering = document.part.numbering_part.element
    first_number = numbering.num_lst[0]
    first_number.addprevious(parse_xml(NUMBERING))  # all abstractNum stand before the first num
    numbering.append(parse_xml(f'<w:num {W} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    return "90"


def pack_docx(document: Document) -> bytes:
    """The document's file with one fixed time on every member, without python-docx's thumbnail."""
    saved = io.BytesIO()
    document.save(saved)
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # the same on Windows and Linux
            new.writestr(member, old.read(name))
    return packed.getvalue()


# PDF: A4 by the rules for official papers, 22 lines of 28 characters in size 16

FONT = "STSong-Light"  # one of the fonts that every PDF reader has, so none is embedded
SIZE, LEADING, LEFT, TOP, LINES_A_PAGE = 16, 29, 79, 725, 22
WIDTH = 28 * SIZE
HANGING = "，。、；：”）"


def write_pdf(text: str, recipe: Recipe) -> bytes:
    """A PDF with a text layer: letterhead when there is one, title, lines, page numbers."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    title, lines = split_title(text, recipe)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), invariant=True, pageCompression=0)
    canvas.setTitle(title[0])
    used = draw_head(canvas, title, recipe)
    room = LINES_A_PAGE - used
    body = [piece for line in lines for piece in wrap(line)]
    pages = [body[:room], *chunks(body[room:], LINES_A_PAGE)]
    for number, page in enumerate(pages, start=1):
        draw_page(canvas, page, number, used if number == 1 else 0)
    canvas.save()
    return file.getvalue()


def draw_head(canvas: Canvas, title: Lines, recipe: Recipe) -> int:
    """How many lines the letterhead, the document number and the title take."""
    used = 0
    if "letterhead" in recipe:
        canvas.setFillColorRGB(0.8, 0, 0)
        canvas.setFont(FONT, 30)
        canvas.drawCentredString(595 / 2, TOP, recipe["letterhead"])
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont(FONT, SIZE)
        canvas.drawCentredString(595 / 2, TOP - 2 * LEADING, recipe["document_number"])
        canvas.setStrokeColorRGB(0.8, 0, 0)
        canvas.line(LEFT, TOP - 2.5 * LEADING, LEFT + WIDTH, TOP - 2.5 * LEADING)
        used = 4
    canvas.setFont(FONT, 20)
    for line in title:
        canvas.drawCentredString(595 / 2, TOP - used * LEADING, line)
        used += 1
    return used + 1


def draw_page(canvas: Canvas, lines: Lines, number: int, used: int) -> None:
    """Nothing: the lines below those already used, and the page number, are on the canvas."""
    canvas.setFont(FONT, SIZE)
    for place, line in enumerate(lines, start=used):
        height = TOP - place * LEADING
        if line.startswith("> "):
            canvas.drawRightString(LEFT + WIDTH - 2 * SIZE, height, line[2:])
        else:
            canvas.drawString(LEFT, height, line)
    canvas.setFont(FONT, 14)
    canvas.drawCentredString(595 / 2, 50, f"— {number} —")
    canvas.showPage()


def wrap(line: str) -> Iterator[str]:
    """The paragraph in lines of 28 characters; a mark may hang over the edge."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if line.startswith("> "):
        yield line
        return
    piece = "" if line.endswith("：") and len(line) < 28 else "　　"  # a salutation stands left
    for character in line:
        full = stringWidth(piece + character, FONT, SIZE) > WIDTH
        if full and character not in HANGING:
            yield piece
            piece = ""
        piece += character
    yield piece


def chunks(lines: Lines, size: int) -> Iterator[Lines]:
    """The lines in pages of `size`."""
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


WRITERS: dict[str, Callable[[str, Recipe], bytes]] = {
    "text": write_text,
    "html": write_html,
    "docx": write_docx,
    "pdf": write_pdf,
}


if __name__ == "__main__":
    main()
