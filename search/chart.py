"""A spread as an SVG picture: shares by year, and by county the townships that have come to it.

The file stands alone: no script, no font, nothing fetched. It follows the reader's light or dark
colours where the viewer does; nothing is told by colour alone. Pixels, from the upper left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import thousands
from search.spread import (
    CountySpread,
    Spread,
    YearCount,
    county_names,
    few_caution,
    sample_caution,
    silence_caution,
)

MOST_COUNTIES: Final = 8
"""Counties with a row of their own; the others share one."""

_WIDTH, _EDGE = 760, 24
_FONT, _TITLE = 14, 19
_ROW: Final = 26  # of a year
_BAR: Final = 16
_CELL: Final = 44  # a column of a year, at least
_STEP, _COLUMN = 60, 34  # of a county's row, and its columns at their highest
_LONGEST_QUERY, _LONGEST_NAME = 40, 14  # characters that are drawn
_MARK: Final = "*"  # of a year with few reports
_STYLE: Final = """\
text{font:14px "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",\
"WenQuanYi Micro Hei",sans-serif;fill:#1f2328}
.title{font-size:19px;font-weight:bold}.head{font-weight:bold}.faint{fill:#59636e}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#9da7b1}.page{fill:#0d1117}\
.track{fill:#2b323b}.bar{fill:#79c6ca}.hollow{stroke:#79c6ca}}"""
_PAINT: Final = {
    "page": 'fill="#ffffff"',
    "track": 'fill="#e4e8ec"',
    "bar": 'fill="#0a545d"',
    "hollow": 'fill="none" stroke="#0a545d" stroke-width="1.5"',
}
"""In attributes, for viewers that know no style sheets; where they do, these come second."""

_UNFIT: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
"""What XML forbids, and what could turn the text around."""


def spread_chart(spread: Spread) -> str:
    """The SVG document, with a final line break."""
    width, height, drawn = _drawn(spread)
    return _document(spread, width, height, drawn)


def chart_size(spread: Spread) -> tuple[int, int]:
    """(width, height) of the document in pixels: a page keeps that much room for it."""
    width, height, _lines = _drawn(spread)
    return width, height


def _drawn(spread: Spread) -> tuple[int, int, list[str]]:
    """(width, height, the lines of all panels)."""
    columns = len(spread.years)
    rows = _rows(spread) if len(spread.counties) > 1 and spread.reports else []
    names = max((_length(row.name) for row in rows), default=0)
    left = _EDGE + max(names, 60) + 12
    width = max(_WIDTH, round(left + columns * _CELL + 90 + _EDGE) if rows else 0)
    drawn, y = list[str](), _EDGE
    for panel in (
        _head(spread, width),
        _years(spread, width),
        _counties(rows, spread.years, left, width),
        _foot(spread, width),
    ):
        lines, height = panel
        if lines:
            drawn.append(f'<g transform="translate(0 {y})">')
            drawn += [*lines, "</g>"]
            y += height
    return width, y + _EDGE - 8, drawn


def _document(spread: Spread, width: int, height: int, drawn: Iterable[str]) -> str:
    name = _("Spread of {query} by year and county").format(
        query=_shortened(spread.query, _LONGEST_QUERY)
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="spread-title spread-desc" '
        'xml:lang="zh-CN" font-family="sans-serif" font-size="14" fill="#1f2328">',
        f'<title id="spread-title">{_safe(name)}</title>',
        f'<desc id="spread-desc">{_safe(_description(spread))}</desc>',
        f"<style>{_STYLE}</style>",
        _rect("page", 0, 0, width, height),
        *drawn,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _description(spread: Spread) -> str:
    """The picture in words."""
    said = _("{year}: {n} of {of} reports, {townships} of {of_townships} townships, {new} new")
    years = (
        said.format(
            year=year.year,
            n=thousands(year.reports),
            of=thousands(year.of),
            townships=thousands(year.townships),
            of_townships=thousands(year.of_townships),
            new=thousands(year.new_townships),
        )
        for year in spread.years
    )
    return _("; ").join(years) + "\n" + "\n".join(_cautions(spread))


def _cautions(spread: Spread) -> list[str]:
    few = few_caution(spread)
    return [sample_caution(spread), *([f"{_MARK} {few}"] if few else []), silence_caution()]


# Panels: each is its lines and how high it is.

_Panel = tuple[list[str], int]


def _head(spread: Spread, width: int) -> _Panel:
    title = _("“{query}” in the annual reports of townships")
    said = _("{n} of {of} reports mention it, of {townships} of {of_townships} townships")
    told = said.format(
        n=thousands(spread.reports),
        of=thousands(spread.of),
        townships=thousands(spread.townships),
        of_townships=thousands(spread.of_townships),
    )
    name = title.format(query=_shortened(spread.query.strip('"“” '), _LONGEST_QUERY))
    filters = _("Filters: {filters}").format(filters="  ".join(spread.filters))
    lines, y = list[str](), -7
    for line in _wrapped(name, width - 2 * _EDGE, _TITLE):
        y += 25
        lines.append(_text("title", _EDGE, y, line))
    for line in (told, *(_wrapped(filters, width - 2 * _EDGE) if spread.filters else ())):
        y += 24
        lines.append(_text("faint", _EDGE, y, line))
    return lines, y + 30


def _years(spread: Spread, width: int) -> _Panel:
    """A bar a year: of all its reports, those that mention it."""
    if not spread.years:
        return [], 0
    left, most = _EDGE + 62, max(len(_counted(year)) for year in spread.years)
    full = width - left - _EDGE - round(most * _FONT * 0.56) - 12
    lines = [_text("head", _EDGE, 14, _("Reports that mention it, of all of the year"))]
    for n, year in enumerate(spread.years):
        y = 28 + n * _ROW
        few = year.year in spread.few
        lines.append(
            _text("faint" if few else "", _EDGE, y + 13, f"{year.year}{_MARK if few else ''}")
        )
        lines.append(_rect("track", left, y, full, _BAR))
        share = year.reports / year.of if year.of else 0
        if share:
            lines.append(_filled(left, y, share * full, _BAR, hollow=few))
        told = _counted(year) if year.of else _("no report")
        lines.append(_text("" if year.of else "faint", left + full + 12, y + 13, told))
    return lines, 28 + len(spread.years) * _ROW + 24


def _counted(year: YearCount) -> str:
    return f"{thousands(year.reports)} / {thousands(year.of)}"


class _Row(NamedTuple):
    """A county, or the rest of them: townships that have come to it by each year, of how many."""

    name: str
    reached: list[int]
    reported: list[bool]  # whether there is a report of the year
    of: int


def _rows(spread: Spread) -> list[_Row]:
    """The counties with most townships that mention it, then all others together."""
    names = [_shortened(name, _LONGEST_NAME) for name in county_names(spread.counties)]
    order = sorted(range(len(names)), key=lambda n: -spread.counties[n].townships)
    own, rest = order[:MOST_COUNTIES], order[MOST_COUNTIES:]
    rows = [_row(names[n], [spread.counties[n]], spread.years) for n in own]
    if rest:
        said = ngettext("{n} other county", "{n} other counties", len(rest))
        others = [spread.counties[n] for n in rest]
        rows.append(_row(said.format(n=thousands(len(rest))), others, spread.years))
    return rows


def _row(name: str, counties: Sequence[CountySpread], years: Sequence[YearCount]) -> _Row:
    new: dict[int, int] = {}
    for county in counties:
        for year in county.years:
            new[year.year] = new.get(year.year, 0) + year.new_townships
    reached, total = list[int](), 0
    for year in years:
        total += new.get(year.year, 0)
        reached.append(total)
    reported = [year.year in new for year in years]
    return _Row(name, reached, reported, sum(county.of_townships for county in counties))


def _counties(rows: Sequence[_Row], years: Sequence[YearCount], left: int, width: int) -> _Panel:
    """A row a county: by each year, the townships that have mentioned it at least once."""
    if not rows:
        return [], 0
    step = (width - left - 90 - _EDGE) / len(years)
    head = _("Townships that have mentioned it by the end of each year")
    lines = [_text("head", _EDGE, 14, head)]
    if not all(all(row.reported) for row in rows):
        note = _("hollow: no report of that year")
        lines.append(_text("faint", width - _EDGE, 14, note, anchor="end"))
    for n, row in enumerate(rows):
        base = 28 + (n + 1) * _STEP
        lines += _county(row, base, left, step)
        told = _("of {n}").format(n=thousands(row.of))
        lines.append(_text("faint", left + len(years) * step + 10, base - 2, told))
    y = 28 + len(rows) * _STEP + 18
    for n, year in enumerate(years):
        lines.append(_text("faint", left + (n + 0.5) * step, y, str(year.year), anchor="middle"))
    return lines, y + 30


def _county(row: _Row, base: int, left: int, step: float) -> Iterator[str]:
    yield _text("", left - 12, base - 2, row.name, anchor="end")
    wide = min(step * 0.6, 30)
    for n, (reached, reported) in enumerate(zip(row.reached, row.reported, strict=True)):
        x, high = left + (n + 0.5) * step, reached / row.of * _COLUMN
        yield _rect("track", x - wide / 2, base - 1, wide, 1)
        if reached:
            yield _filled(x - wide / 2, base - high, wide, high, hollow=not reported)
        yield _text(
            "" if reported else "faint", x, base - high - 4, thousands(reached), anchor="middle"
        )


def _foot(spread: Spread, width: int) -> _Panel:
    lines = [line for caution in _cautions(spread) for line in _wrapped(caution, width - 2 * _EDGE)]
    drawn = [_text("faint", _EDGE, 14 + n * 21, line) for n, line in enumerate(lines)]
    return drawn, len(lines) * 21


# Elements.


def _text(kind: str, x: float, y: float, text: str, *, anchor: str = "start") -> str:
    place = f'x="{_number(x)}" y="{_number(y)}"'
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    style = f' class="{kind}"' if kind else ""
    return f"<text{style} {place}{end}>{_safe(text)}</text>"


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    numbers = zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)
    size = " ".join(f'{name}="{_number(value)}"' for name, value in numbers)
    return f'<rect class="{kind}" {size} {_PAINT[kind]}/>'


def _filled(x: float, y: float, width: float, height: float, *, hollow: bool) -> str:
    if not hollow:
        return _rect("bar", x, y, max(width, 1), max(height, 1))
    half = 0.75  # of the stroke: it stays within the bar's bounds
    return _rect("hollow", x + half, y + half, max(width - 1.5, 0.5), max(height - 1.5, 0.5))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _safe(text: str) -> str:
    return escape(_UNFIT.sub("\ufffd", text))


def _shortened(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _length(text: str, size: float = _FONT) -> int:
    """About how many pixels wide a text is."""
    em = sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text)
    return round(em * size)


def _wrapped(text: str, width: float, size: float = _FONT) -> Iterator[str]:
    """The text in lines of about a width, broken after spaces or beside Chinese characters."""
    line = ""
    for word in re.findall(r"[^\s\u2e80-\uffef]{1,60}\s*|\s+|[\u2e80-\uffef]", text):
        if line and _length(line + word.rstrip(), size) > width and word not in "，。；：）、":
            yield line.rstrip()
            line = ""
        line += word
    yield line.rstrip()
