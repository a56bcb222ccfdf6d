"""What is there and what is missing: townships by years, and parts and topics by years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from index.gazetteer import GAZETTEER_VERSION
from index.i18n import gettext as _
from index.model import Level
from index.places import Places
from index.querytree import Field
from search.flags import read_flags
from search.matrix import Area, Filed, Matrix, MatrixRequest, TownshipYears, YearTotal, find_matrix
from web.answer import Context, answer_page
from web.asked import Asked, read_chosen, read_one
from web.live import Held
from web.pages.subjects import count_subjects

router = APIRouter(include_in_schema=False)
VIEWS: Final = ("place", "part", "topic")
LONGEST_NAME: Final = 40
MOST_ABSENT: Final = 60
PLACES: Final = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)
COLUMN, GAP, HEIGHT = 8, 2, 18
"""Of a year in a small chart: its width, what of it is empty, its height when full. Pixels."""


@router.get("/browse")
async def browse_page(request: Request) -> Response:
    """Townships by years, or with by=part and by=topic what the sections are about."""
    params = request.query_params
    view = read_one(params, "by", VIEWS)
    chosen = read_chosen(params)
    name = params.get("q", "").strip()[:LONGEST_NAME] if view == "place" else ""
    asked = Asked(query=name, chosen=chosen)

    def work(held: Held) -> Context:
        around = {
            "view": view,
            "views": [*_views(asked)],
            "name": asked.query,
            "ends": _ends(asked),
            "year_choices": sorted(y for y in held.engine.values(Field.YEAR) if isinstance(y, int)),
            "kept": [pair for pair in asked.pairs() if pair[0] not in ("q", Field.YEAR)],
        }
        if view == "place":
            return around | _townships(held, asked)
        crumbs = _typed_crumbs(asked, view)
        return around | {"crumbs": crumbs, "subjects": count_subjects(held, asked, Field(view))}

    return await answer_page(request, "browse.html", work, slow=True)


def _views(asked: Asked) -> Iterator[tuple[str, str, str]]:
    """(view, its address, what it is called)."""
    kept = asked.but(query="")
    yield "place", kept.url("/browse"), _("Townships")
    yield "part", kept.url("/browse", [("by", "part")]), _("Parts")
    yield "topic", kept.url("/browse", [("by", "topic")]), _("Topics")


def _ends(asked: Asked) -> tuple[str, str]:
    """The first and the last year that were chosen, as far as they are one range."""
    typed = asked.chosen.get(Field.YEAR, ())
    if len(typed) != 1:
        return "", ""
    first, dots, last = typed[0].partition("..")
    return first, last if dots else first


def _townships(held: Held, asked: Asked) -> dict[str, Any]:
    matrix = find_matrix(held.engine, MatrixRequest(read_flags(asked.chosen), asked.query))
    columns = [year.year for year in matrix.years]
    areas = _shown_areas(matrix.areas)
    return {
        "matrix": matrix,
        "columns": columns,
        "areas": [_area_row(area, columns, asked, areas) for area in areas],
        "blocks": _county_blocks(matrix, asked),
        "crumbs": [*_crumbs(matrix.areas, asked)],
        "absent": [*_absent(matrix.areas)],
        "apart": [*_apart(matrix, asked)],
        "gazetteer_year": GAZETTEER_VERSION.partition("-")[0],
        "chart": (COLUMN * len(columns) - GAP, HEIGHT),
    }


def _choosing(asked: Asked, address: Iterable[tuple[Field, str]]) -> Asked:
    """The same years of another place."""
    chosen: dict[Field, tuple[str, ...]] = {field: (value,) for field, value in address}
    if years := asked.chosen.get(Field.YEAR):
        chosen[Field.YEAR] = years
    return Asked(chosen=chosen)


# The overview.


class AreaRow(NamedTuple):
    """A line of the overview. of: all its townships, those that only the gazetteer has, too.

    bars and backs are SVG paths: a bar a year, as high as the share of townships with a report.
    """

    area: Area
    name: str
    is_unknown: bool
    indent: int
    url: str
    found: str  # the address of the search that lists its reports
    of: int
    bars: str
    backs: str


def _shown_areas(areas: Sequence[Area]) -> list[Area]:
    """The areas that tell something: none at all where each holds only one other.

    A nameless one says nothing when it is all that there is in what it lies in.
    """
    beside = Counter(area.places[:-1] for area in areas)
    if max(beside.values(), default=0) < 2:
        return []
    return [area for area in areas if area.places[-1] or beside[area.places[:-1]] > 1]


def _area_row(area: Area, columns: Sequence[int], asked: Asked, areas: Sequence[Area]) -> AreaRow:
    chosen = _choosing(asked, area.address)
    return AreaRow(
        area=area,
        name=area.places[-1] or _unknown_name(area),
        is_unknown=area.places[-1] is None,
        indent=len(area.places) - min(len(each.places) for each in areas),
        url=chosen.url("/browse"),
        found=chosen.choosing(Field.LEVEL, Level.TOWNSHIP).url(),
        of=area.of_townships + (area.listed or 0),
        bars=_bars(area.years, columns),
        backs=_bars([YearTotal(year.year, 0, 1, 1) for year in area.years], columns),
    )


def _unknown_name(area: Area) -> str:
    """What stands for a name; some provinces have counties without a city above them."""
    if len(area.places) == 1:
        return _("Province unknown")
    if len(area.places) == 2:
        return _("City unknown") if area.listed is None else _("Right under the province")
    return _("County unknown") if area.listed is None else _("Right under the city")


def _bars(years: Iterable[YearTotal], columns: Sequence[int]) -> str:
    at = {year: n * COLUMN for n, year in enumerate(columns)}
    drawn = []
    for year in years:
        if year.townships:
            high = max(round(HEIGHT * year.townships / year.of, 1), 1.5)
            drawn.append(f"M{at[year.year]} {HEIGHT}v-{high:g}h{COLUMN - GAP}v{high:g}z")
    return "".join(drawn)


def _crumbs(areas: Sequence[Area], asked: Asked) -> Iterator[tuple[str, str]]:
    """(name, address) of everything that what was chosen lies in, and of itself."""
    if not any(field in asked.chosen for field in PLACES):
        return
    yield _("All places"), _choosing(asked, ()).url("/browse")
    for depth in (1, 2, 3):
        level = [area for area in areas if len(area.places) == depth]
        if len(level) != 1:
            return
        if name := level[0].places[-1]:
            yield name, _choosing(asked, level[0].address).url("/browse")


def _typed_crumbs(asked: Asked, view: str) -> list[tuple[str, str]]:
    """(name, address): all places, and the places that were chosen."""
    extra = [("by", view)]
    typed = [value.replace("/", " › ") for f in PLACES for value in asked.chosen.get(f, ())]
    if not typed:
        return []
    everywhere = _choosing(asked, ()).url("/browse", extra)
    return [(_("All places"), everywhere), ("、".join(typed), asked.url("/browse", extra))]


def _absent(areas: Sequence[Area]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(a province or city, what of it has no report), where there is only one of its kind."""
    for depth in (1, 2):
        level = [area for area in areas if len(area.places) == depth]
        if len(level) == 1 and level[0].absent:
            yield level[0].places[-1] or "", level[0].absent[:MOST_ABSENT]


# The matrix.


class Cell(NamedTuple):
    """A township in a year: its reports; without any it is missing, or outside its county's years.

    before: the year and the id of the report before it in the line, to compare with.
    """

    year: int
    filed: tuple[Filed, ...] = ()
    is_missing: bool = False
    before: tuple[int, str] | None = None


class Line(NamedTuple):
    """A township's line of the matrix; of how many years it could have it has how many."""

    name: str
    url: str  # of the search for its reports; empty where there is none
    cells: list[Cell]
    filled: int
    of: int


class CountyBlock(NamedTuple):
    """A county's lines: townships with reports, and those that only the gazetteer has."""

    name: str
    above: str
    url: str
    lines: list[Line]
    listed: list[Line]


def _county_blocks(matrix: Matrix, asked: Asked) -> list[CountyBlock]:
    addresses = {area.places: area.address for area in matrix.areas}
    columns = [year.year for year in matrix.years]
    grouped: dict[Places, list[TownshipYears]] = {}
    for township in matrix.townships:
        grouped.setdefault(township.places[:3], []).append(township)
    return [
        _county_block(county, own, columns, _choosing(asked, addresses.get(county, ())))
        for county, own in grouped.items()
    ]


def _county_block(
    county: Places, townships: Sequence[TownshipYears], columns: Sequence[int], chosen: Asked
) -> CountyBlock:
    known = [place for place in county if place is not None]
    return CountyBlock(
        name=known[-1],  # a township lies in a county or a city, or it would not be counted
        above=" › ".join(known[:-1]),
        url=chosen.url("/browse"),
        lines=[_line(each, columns, chosen) for each in townships if not each.is_listed],
        listed=[_line(each, columns, chosen) for each in townships if each.is_listed],
    )


def _line(township: TownshipYears, columns: Sequence[int], chosen: Asked) -> Line:
    path = "/".join(place for place in township.places if place is not None)
    found = _choosing(chosen, [(Field.TOWNSHIP, path)])
    return Line(
        name=township.places[3] or "",
        url="" if township.is_listed else found.url(),
        cells=[*_cells(township, columns)],
        filled=len(township.reports),
        of=len(township.reports) + len(township.missing),
    )


def _cells(township: TownshipYears, columns: Sequence[int]) -> Iterator[Cell]:
    missing, before = frozenset(township.missing), None
    for year in columns:
        filed = township.reports.get(year, ())
        yield Cell(year, filed, is_missing=year in missing, before=before if filed else None)
        if filed:
            before = (year, filed[0].id)


# What is in no cell.


def _apart(matrix: Matrix, asked: Asked) -> Iterator[tuple[int, str, str]]:
    """(how many reports, what they are, the address of the search that lists them)."""
    annual = {**asked.chosen, Field.LEVEL: (Level.TOWNSHIP,)}
    if matrix.unknown_years:
        found = Asked(chosen={**annual, Field.YEAR: ("unknown",)})
        yield matrix.unknown_years, _("of townships, year unknown"), found.url()
    if matrix.unknown_places:
        found = Asked(chosen={**annual, Field.TOWNSHIP: ("unknown",)})
        yield matrix.unknown_places, _("of townships, place unknown"), found.url()
    if matrix.other_levels:
        found = Asked(chosen=asked.chosen, excluded={Field.LEVEL: (Level.TOWNSHIP,)})
        yield matrix.other_levels, _("of counties, cities, departments and others"), found.url()
    if matrix.other_kinds:
        yield matrix.other_kinds, _("papers of townships that are no annual reports"), ""
