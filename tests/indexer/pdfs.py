"""A PDF with Chinese text, small and made by hand: no font is embedded, a viewer brings its own.

The text is written with the standard CJK collection (STSong-Light, UniGB-UCS2-H), so that
readers can extract it. Source: ISO 32000-1, 9.7.5.2 (predefined CMaps).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [4 0 R] >>"
)
_DESCENDANT = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
    b" /DW 1000 /FontDescriptor 5 0 R >>"
)
_DESCRIPTOR = (
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
    b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
)
_FIRST_PAGE = 6  # objects 1 to 5 are the catalog, the page tree and the font


def make_pdf(pages: Sequence[Sequence[str]], *, size: int = 16) -> bytes:
    """A PDF (A4) of the pages' lines, from the top down; an empty line leaves a gap."""
    page_ids = [_FIRST_PAGE + 2 * number for number in range(len(pages))]
    kids = " ".join(f"{page} 0 R" for page in page_ids)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT,
        _DESCENDANT,
        _DESCRIPTOR,
    ]
    for page, lines in zip(page_ids, pages, strict=True):
        objects += [_page(page + 1), _stream(_content(lines, size))]
    return _file(objects)


def _page(content: int) -> bytes:
    return (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
        f" /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
    ).encode()


def _content(lines: Sequence[str], size: int) -> bytes:
    shown = [f"BT /F1 {size} Tf {2 * size} TL 72 770 Td"]
    shown += [f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines]
    return "\n".join([*shown, "ET"]).encode()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    return bytes(written) + trailer.encode()
