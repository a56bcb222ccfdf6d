"""How a practice spreads, as lines for a terminal: counts by year with bars, counties, the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import field_label, thousands
from index.places import Places
from index.querytree import Field
from search.spread import (
    CountySpread,
    Mention,
    Spread,
    YearCount,
    county_names,
    few_caution,
    sample_caution,
    silence_caution,
)
from search.spreadwords import each_word, issued, totals, uncounted, which_first, without
from terminal.lines import BAD, FAINT, GOOD, TITLE, Line, Piece, clean, pad, width
from terminal.show import show_understood

MOST_LISTED: Final = 20
MOST_FIRST: Final = 10
_BAR: Final = 20  # columns
# ASCII: a terminal with a Chinese font draws blocks and dots of other kinds one or two columns wide
_FILLED, _EMPTY, _MARK = "#", ".", "*"


def show_spread(spread: Spread) -> Iterator[Line]:
    """Totals, the first reports, years, counties, townships without, and what to beware of."""
    yield from show_understood(spread.recognised, spread.ignored)
    if spread.filters:
        said = _("Filters: {filters}")
        yield [Piece(said.format(filters=clean("  ".join(spread.filters))), FAINT)]
    reports, townships = totals(spread)
    yield [Piece(reports, TITLE), *([Piece(townships)] if townships else [])]
    yield from _firsts(spread)
    if spread.years:
        yield []
        yield from _years(spread)
    if spread.reports:
        yield []
        yield from _counties(spread)
    if spread.without and spread.reports:
        yield []
        yield from _without(spread)
    yield []
    yield from _cautions(spread)


def _firsts(spread: Spread) -> Iterator[Line]:
    if not spread.first:
        return
    yield [Piece(which_first(spread))]
    names = _names(spread)
    yield from (_first(mention, names) for mention in spread.first[:MOST_FIRST])
    yield from _more(len(spread.first) - MOST_FIRST)


def _names(spread: Spread) -> Mapping[Places, str]:
    """What each county is called, by its places."""
    counties = (county.places for county in spread.counties)
    return dict(zip(counties, county_names(spread.counties), strict=True))


def _first(mention: Mention, names: Mapping[Places, str]) -> Line:
    where = clean(names[mention.places[:3]] + (mention.places[3] or ""))
    return [
        Piece("   "),
        Piece(where, GOOD),
        Piece(f"  {clean(issued(mention.issued))}"),
        Piece(f"  {clean(mention.id)}", FAINT),
    ]


def _more(n: int) -> Iterator[Line]:
    if n > 0:
        said = ngettext("… and {n} more: --json", "… and {n} more: --json", n)
        yield [Piece("   "), Piece(said.format(n=thousands(n)), FAINT)]


def _years(spread: Spread) -> Iterator[Line]:
    head = (field_label(Field.YEAR), _("Reports"), _("Townships"), _("New"))
    rows = [_year(count, spread) for count in spread.years]
    legend = _("{filled} mention it, {empty} do not").format(filled=_FILLED, empty=_EMPTY)
    first, *lines = _table(head, rows)
    yield [Piece(first, TITLE), Piece("  " + legend, FAINT)]
    for line, count in zip(lines, spread.years, strict=True):
        few = count.year in spread.few
        yield [Piece(line), Piece("  " + bar(count.reports, count.of), FAINT if few else "")]


def _year(count: YearCount, spread: Spread) -> Sequence[str]:
    return (
        f"{count.year}{_MARK if count.year in spread.few else ''}",
        f"{thousands(count.reports)} / {thousands(count.of)}",
        f"{thousands(count.townships)} / {thousands(count.of_townships)}",
        thousands(count.new_townships),
    )


def bar(part: int, whole: int) -> str:
    """A bar of the part in the whole; it is full or empty only where the part is."""
    if not whole:
        return ""
    filled = round(part * _BAR / whole)
    filled = min(max(filled, part > 0), _BAR - (part < whole))
    return _FILLED * filled + _EMPTY * (_BAR - filled)


def _counties(spread: Spread) -> Iterator[Line]:
    names = [clean(name) for name in county_names(spread.counties)]
    having = [(name, c) for name, c in zip(names, spread.counties, strict=True) if c.reports]
    head = (field_label(Field.COUNTY), _("First"), _("Reports"), _("Townships"))
    first, *lines = _table(head, [_county(name, county) for name, county in having[:MOST_LISTED]])
    yield [Piece(first, TITLE)]
    yield from ([Piece(line)] for line in lines)
    yield from _more(len(having) - MOST_LISTED)


def _county(name: str, county: CountySpread) -> Sequence[str]:
    return (
        name,
        str(county.first_year),
        f"{thousands(county.reports)} / {thousands(county.of)}",
        f"{thousands(county.townships)} / {thousands(county.of_townships)}",
    )


def _without(spread: Spread) -> Iterator[Line]:
    yield [Piece(without(spread), TITLE)]
    names = _names(spread)
    for county, townships in groupby(spread.without[:MOST_LISTED], lambda places: places[:3]):
        yield [
            Piece("   "),
            Piece(clean(names[county]), GOOD),
            Piece("  " + _listed(townships)),
        ]
    yield from _more(len(spread.without) - MOST_LISTED)


def _listed(townships: Iterable[Places]) -> str:
    return _(", ").join(clean(places[-1] or "") for places in townships)


def _cautions(spread: Spread) -> Iterator[Line]:
    yield [Piece(sample_caution(spread), BAD)]
    if few := few_caution(spread):
        yield [Piece(f"{_MARK} {few}", BAD)]
    yield [Piece(silence_caution(), BAD)]
    if not spread.reports:
        yield [Piece(each_word(), FAINT)]
    yield from ([Piece(said, FAINT)] for said in uncounted(spread))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The head and the rows with columns under each other; all but the first stand to the right."""
    all = [head, *rows]
    columns = [max(map(width, column)) for column in zip(*all, strict=True)]
    return ["  ".join(_cells(row, columns)) for row in all]


def _cells(row: Sequence[str], columns: Sequence[int]) -> Iterator[str]:
    yield pad(row[0], columns[0])
    for cell, wide in zip(row[1:], columns[1:], strict=True):
        yield " " * (wide - width(cell)) + cell
