"""The objects that the API gives of whole reports: `diff`, `spread`. See web.api.schemas."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from search import spread
from search.diff import PieceKind
from web.api.schemas import Ignored, Recognised, says
from web.api.schemas_likeness import Change, Term


class Diff(TypedDict):
    """Two reports compared."""

    first: ComparedReport
    second: ComparedReport
    sections: Annotated[
        list[SectionDiff],
        says("those of the second report; those gone after the one that they followed"),
    ]
    plans: Annotated[
        list[PlanMatch] | None,
        says(
            "last year's plans; null where the second is not the same township's report of "
            "the next year"
        ),
    ]
    characters: Annotated[Characters, says("how many became what")]
    complete: Annotated[bool, says("whether all shared text was looked for")]


class ComparedReport(TypedDict):
    """One of two reports that are compared."""

    id: str
    title: str | None
    file: str
    year: int | None
    issued: str | None
    township: str | None
    county: str | None
    city: str | None
    province: str | None


class SectionDiff(TypedDict):
    """A section of either report, or of both."""

    first: Annotated[str | None, says("the section's id in the first report")]
    second: Annotated[str | None, says("in the second one")]
    heading_path: Annotated[list[str], says("of the second one, else of the first")]
    kind: Annotated[Literal["same", "changed", "new", "gone"], says("same, changed, new or gone")]
    pieces: Annotated[list[Piece], says("as they are read")]


class Piece(TypedDict):
    """A piece of a section, and what became of it."""

    kind: Annotated[PieceKind, says("same, changed, moved, new, gone or common")]
    of: Annotated[
        Literal["first", "second"],
        says("whose text it is: first or second. What moved is a piece at both places"),
    ]
    text: Annotated[str, says("with the white space around it")]
    start: Annotated[int, says("in the source of that report")]
    end: int
    other: Annotated[Elsewhere | None, says("where the other report has it")]
    changes: Annotated[list[Change], says("from the first report to the second")]


class Elsewhere(TypedDict):
    """The same piece in the other report."""

    id: Annotated[str, says("the section's id")]
    text: str
    start: int
    end: int


class Characters(TypedDict):
    """Characters without white space and quotation marks.

    Of the first report those gone, of the second all others.
    """

    same: Annotated[int, says("the equal ones in changed pieces too")]
    changed: int
    moved: int
    new: int
    gone: int
    common: Annotated[int, says("common form")]


class PlanMatch(TypedDict):
    """A plan of the first report, and what the second says of it."""

    plan: Annotated[Plan, says("a measure of the first report's plans")]
    done: Annotated[list[Done], says("achievements that speak of it, best first; at most three")]


class Plan(TypedDict):
    """A measure that was planned."""

    id: str
    heading: Annotated[
        str,
        says(
            "of its section, where that is below the part's own and has no other measure; "
            "else empty"
        ),
    ]
    text: str
    start: int
    end: int


class Done(TypedDict):
    """A measure among the achievements that speaks of a plan."""

    id: str
    heading: str
    text: str
    start: int
    end: int
    score: Annotated[float, says("to be compared within one plan only")]
    terms: Annotated[
        list[Term],
        says("words that both have, those that tell most first; at most five"),
    ]


class Spread(TypedDict):
    """Who mentions a practice, when and where, of all who are in the sample."""

    query: Annotated[str, says("what was typed")]
    recognised: Annotated[list[Recognised], says("words that were read as filters")]
    ignored: list[Ignored]
    filters: Annotated[list[str], says("all filters, as they are typed in a query")]
    took_ms: float
    reports: Annotated[int, says("reports that mention it")]
    of: Annotated[int, says("all reports of the sample")]
    townships: Annotated[int, says("townships that ever mention it")]
    of_townships: int
    first: Annotated[
        list[Mention],
        says("the first; several where that is not decided, or they are of one day"),
    ]
    order: Annotated[
        spread.Order | None,
        says("what decided it: year, issued or unknown; null where nothing mentions it"),
    ]
    years: Annotated[list[YearCount], says("every year from the sample's first to its last")]
    counties: Annotated[
        list[CountySpread],
        says("in the order in which they came to it, then those without"),
    ]
    without: Annotated[Unmentioned, says("townships that never mention it")]
    unknown_years: Annotated[
        int,
        says("reports that mention it, not counted: their year is unknown"),
    ]
    unknown_places: Annotated[int, says("their place is unknown")]
    other_papers: Annotated[int, says("they are no annual report of a township")]
    sample: Annotated[str, says("what was counted, in the user's language")]


class Mention(TypedDict):
    """A report that mentions it."""

    report: str
    id: Annotated[str, says("its best section that mentions it")]
    year: int
    issued: str | None
    township: str
    county: str | None
    city: str | None
    province: str | None


class YearCount(TypedDict):
    """A year: how many mention it, of how many."""

    year: int
    reports: Annotated[int, says("reports that mention it")]
    of: Annotated[int, says("of so many")]
    townships: Annotated[int, says("townships likewise")]
    new_townships: Annotated[int, says("of these, for the first time in the sample")]
    of_townships: int
    few: NotRequired[
        Annotated[
            bool,
            says("fewer than half as many townships as in the best year; not given for counties"),
        ]
    ]


class CountySpread(TypedDict):
    """A county of the sample."""

    province: str | None
    city: str | None
    county: Annotated[str | None, says("null in the few cities that have none")]
    first_year: int | None
    first: list[Mention]
    order: spread.Order | None
    reports: int
    of: int
    townships: int
    of_townships: int
    years: Annotated[list[YearCount], says("those from which it has reports")]


class Unmentioned(TypedDict):
    """Townships that never mention it."""

    townships: int
    of: int
    names: Annotated[list[list[str | None]], says("province, city, county, township")]


class Matrix(TypedDict):
    """Which annual reports of townships are in the index, by place, and by township and year."""

    filters: Annotated[list[str], says("as they are typed in a query")]
    took_ms: float
    reports: int
    townships: Annotated[int, says("townships with a report in the years asked for")]
    of_townships: Annotated[int, says("townships with a report in any year")]
    listed: Annotated[int, says("townships that only the gazetteer has, where it knows the county")]
    filled: Annotated[int, says("townships and years that have a report")]
    missing: Annotated[int, says("those that have none, between the county's first and last year")]
    years: list[YearTotal]
    areas: Annotated[list[Area], says("provinces, cities and counties, each before what is in it")]
    rows: Annotated[list[TownshipYears], says("townships of one county, or if they are not many")]
    left: Annotated[int, says("townships that were left out of rows")]
    unknown_years: Annotated[int, says("reports that are in no cell: their year is unknown")]
    unknown_places: Annotated[int, says("their place is unknown")]
    other_levels: Annotated[int, says("they are not of a township")]
    other_kinds: Annotated[int, says("they are no annual reports")]
    note: Annotated[str, says("what missing means, in the user's language")]


class YearTotal(TypedDict):
    """A year: its reports, and how many townships have one."""

    year: int
    reports: int
    townships: int
    of: Annotated[int, says("townships that could have one")]


class Area(TypedDict):
    """A province, city or county."""

    level: Literal["province", "city", "county"]
    province: str | None
    city: str | None
    county: str | None
    reports: int
    townships: int
    of_townships: int
    listed: Annotated[int | None, says("null where the gazetteer does not know the county")]
    filled: int
    missing: int
    years: list[YearTotal]
    absent: Annotated[list[str], says("places in it of which the index has nothing")]


class TownshipYears(TypedDict):
    """A township and its years."""

    province: str | None
    city: str | None
    county: str | None
    township: str | None
    listed: Annotated[bool, says("whether only the gazetteer has it")]
    reports: list[Filed]
    missing: Annotated[list[int], says("years without a report")]


class Filed(TypedDict):
    """A report that is there."""

    year: int
    id: str
    issued: str | None
