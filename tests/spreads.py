"""Spreads made for tests of what is drawn and shown, without an index."""

from __future__ import annotations

from index.places import Places
from search.spread import CountySpread, Mention, Order, Spread, YearCount


def year(year: int, reports: int, of: int) -> YearCount:
    """A year in which each report is from a township of its own that is new."""
    return YearCount(year, reports, of, reports, reports, of)


def county_of(name: str | None, *years: YearCount) -> CountySpread:
    """A county with these years; its first report is of the first that has any."""
    places = ("澜岳省", "云汀市", name)
    having = [count.year for count in years if count.reports]
    first = [mention(having[0], (*places, "荻溪镇"))] if having else []
    return CountySpread(
        places=places,
        first=tuple(first),
        order=Order.YEAR if having else None,
        reports=sum(count.reports for count in years),
        of=sum(count.of for count in years),
        townships=sum(count.new_townships for count in years),
        of_townships=max(count.of_townships for count in years),
        years=years,
    )


def mention(year: int, places: Places, issued: str | None = None) -> Mention:
    """A report of a place, with an id as reports have it."""
    id = f"{places[2]}{places[3]}-{year}"
    return Mention(id, f"{id}#1.2", year, issued, places)


def spread_of_counties(
    *counties: CountySpread,
    query: str = "枫桥经验",
    filters: tuple[str, ...] = (),
    without: tuple[Places, ...] = (),
) -> Spread:
    """The spread over the counties; no township is in two of them."""
    years = [count for county in counties for count in county.years]
    span = range(min(c.year for c in years), max(c.year for c in years) + 1) if years else ()
    first = min((c.first[0] for c in counties if c.first), key=lambda m: m.year, default=None)
    return Spread(
        query=query,
        recognised=(),
        ignored=(),
        filters=filters,
        is_narrowed=bool(filters),
        reports=sum(county.reports for county in counties),
        of=sum(county.of for county in counties),
        townships=sum(county.townships for county in counties),
        of_townships=sum(county.of_townships for county in counties),
        first=(first,) if first else (),
        order=Order.YEAR if first else None,
        years=tuple(_together(n, [c for c in years if c.year == n]) for n in span),
        counties=counties,
        without=without,
        unknown_years=0,
        unknown_places=0,
        other_papers=0,
        took_ms=1.0,
    )


def _together(year: int, counts: list[YearCount]) -> YearCount:
    return YearCount(year, *(sum(count[n] for count in counts) for n in range(1, 6)))
