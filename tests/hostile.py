"""Reports that somebody wrote to do harm to whoever looks at them, and words of the same kind."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

COUNTY = "青禾县"
# Each would call alert() in a page that does not escape it; {{…}} is for templates.
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
LINK = "javascript:alert(3)"
CLOSING = "</title></textarea></style>--><svg onload=alert(4)>"
TEMPLATE = "{{7*191}}${7*191}{%for x in y%}"
TURNING = "\u202e\u2066反转\u2069\u202c"
UNSEEN = "隐\u200b形\u00ad字\ufeff"
LONG = "长" * 6_000
NUL = "零\x00字\x1b[31m\x07"
ENTITY = "&lt;b&gt;&#60;script&#62;"
ALL = (SCRIPT, IMAGE, LINK, CLOSING, TEMPLATE, TURNING, UNSEEN, LONG, NUL, ENTITY)
NAMES = ("script", "image", "link", "closing", "template", "turning", "unseen", "long", "nul",
         "entity")  # fmt: skip

SECRET = "机密文件夹"
"""In the path of the reports, above what they share: no page may show it."""

REPORT = """{county}{township}{year}年法治政府建设年度报告 {bad}

一、主要工作{bad}
（一）调解工作{bad}
一是开展调解{bad}。二是法治宣传进村{bad}。
（二）枫桥经验{bad}
枫桥经验{bad}落地，[点这里]({link})。

二、存在的问题
{bad}人手不足。
"""
TOWNSHIPS = (
    "槿岭镇", "荻溪镇", "榛浦镇", "苇塘镇", "杉湾镇",
    "柚坪乡", "梓川镇", "槐浦镇", "蓼汀乡", "云汀镇",
)  # fmt: skip


def write_reports(folder: Path) -> Path:
    """The folder of reports: each kind of harm in a report of its own, twice, and in its place."""
    reports = folder / SECRET / "reports"
    rows = []
    for number, (bad, township) in enumerate(zip(ALL, TOWNSHIPS, strict=True)):
        for year in (2023, 2024):
            file = reports / COUNTY / str(year) / f"{township}{_in_name(bad)}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            text = REPORT.format(county=COUNTY, township=township, year=year, bad=bad, link=LINK)
            file.write_text(text, "utf-8")
            if number % 2:
                place = file.relative_to(reports).as_posix()
                rows.append((place, year, f"{bad[:40]}{township}", COUNTY))
    with (reports / "corrections.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("file", "year", "township", "county"))
        writer.writerows(rows)
    (reports / f"{_in_name(IMAGE)}.txt").write_bytes(b"")  # refused, and named on the status page
    return reports


def index_reports(reports: Path, folder: Path) -> Path:
    """The folder of an index of them."""
    from index.whoosh_writer import WhooshWriter
    from indexer.build import build_index
    from indexer.prepare import Settings

    writer = WhooshWriter(folder)
    try:
        build_index([reports], writer, settings=Settings(), jobs=1)
    finally:
        writer.close()
    return folder


def _in_name(bad: str) -> str:
    """As much of it as a file's name may hold here."""
    forbidden = "/\x00" if sys.platform != "win32" else '<>:"/\\|?*\x00\x07\x1b'
    return "".join(c for c in bad if c not in forbidden)[:40].strip(" .")
