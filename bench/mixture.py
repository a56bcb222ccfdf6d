"""What clients ask for: addresses of ours and of Datasette, in the same shares, of the same words.

Of twenty requests twelve are search pages with facets (every other one of a chosen year), three
whole reports, two answers of the API, one a search that finds nothing, and two suggestions, for
which Datasette has nothing. The queries are those that bench.queries has drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from bench.corpus import YEARS, load_parsed
from bench.peers import datasette_tables as tables
from bench.peers.base import Query

SEED = 32
SHARES = {"search": 12, "report": 3, "api": 2, "nothing": 1, "suggest": 2}
"""How many of twenty requests are of each kind."""
ROUNDS = 48
NOWHERE = "饕餮貔貅"  # no report has it
REPORTS_DRAWN = 120

Maker = Callable[[Query, int | None, str], str | None]
"""The address for a query, a year to choose or None, and a report; None where there is no such."""


def draw_reports(parsed: Sequence[Path], count: int = REPORTS_DRAWN) -> list[str]:
    """Ids of reports, from all over the corpus."""
    rng = Random(SEED)
    files = rng.sample(list(parsed), min(len(parsed), count))
    each = -(-count // len(files))
    return [r.id for file in files for r in rng.sample(load_parsed(file), each)][:count]


def mix(
    queries: Sequence[Query],
    reports: Sequence[str],
    makers: Mapping[str, Maker],
    kinds: Collection[str] = SHARES.keys(),
) -> list[str]:
    """The addresses of all rounds, in an order that has nothing to do with their kind."""
    rng = Random(SEED)
    asked, shown, years = cycle(queries), cycle(reports), _years(rng)
    found = []
    for kind in [kind for kind, share in SHARES.items() for _ in range(share)] * ROUNDS:
        query, year, report = next(asked), next(years), next(shown)
        address = makers[kind](query, year if query.year is None else None, report)
        if kind in kinds and address is not None:
            found.append(address)
    rng.shuffle(found)
    return found


def _years(rng: Random) -> Iterator[int | None]:
    while True:
        yield None
        yield rng.choice(YEARS)


def nothing(query: Query) -> Query:
    """A query that no section answers."""
    return Query((*query.words, NOWHERE), query.phrases)


def first_text(query: Query) -> str:
    """What somebody begins to type who types this query."""
    return (query.words or query.phrases)[0]


def search(query: Query, year: int | None = None, path: str = "/search") -> str:
    """The address of a search of ours."""
    chosen = [] if year is None else [("year", str(year))]
    return f"{path}?{urlencode([('q', str(query)), *chosen])}"


OURS: dict[str, Maker] = {
    "search": lambda query, year, _report: search(query, year),
    "report": lambda query, _year, report: (
        f"/reports/{quote(report, safe='')}?{urlencode({'q': first_text(query)})}"
    ),
    "api": lambda query, year, _report: search(query, year, "/api/v1/query"),
    "nothing": lambda query, _year, _report: search(nothing(query)),
    "suggest": lambda query, _year, _report: f"/suggest?{urlencode({'q': first_text(query)[:2]})}",
}
DATASETTE: dict[str, Maker] = {
    "search": lambda query, year, _report: tables.search(query, year),
    "report": lambda _query, _year, report: tables.report(report),
    "api": lambda query, year, _report: tables.search(query, year, form=".json"),
    "nothing": lambda query, _year, _report: tables.search(nothing(query), None),
    "suggest": lambda _query, _year, _report: None,
}
