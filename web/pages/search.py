"""The search page: what was asked, how it was read, what was found, and where to go from there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from index.analysis import fold_stream
from index.engine import Mode, Question, Sort
from index.i18n import gettext as _
from index.labels import field_label
from index.querytree import And, Field
from search import run
from search.results import Hit, Results, Without
from web.answer import Context, answer_page
from web.asked import DEEPEST, Asked, read_asked
from web.facetview import Links, facet_rows, typed_name, year_bars
from web.live import Held
from web.placetree import FIND, LEVELS, OPEN, PlaceQuestion, PlaceTree, typed_path
from web.rewording import changed, leave_out, quote, reword, taken_out
from web.templating import report_url
from web.wrapping import unwrapped

router = APIRouter(include_in_schema=False)

FACETS: Final = (Field.YEAR, Field.COUNTY, Field.PART, Field.TOPIC, Field.LEVEL)
"""What is always counted; townships only where a county is opened."""
LISTED: Final = (Field.PART, Field.TOPIC, Field.LEVEL)
_LONGEST_NAME: Final = 60


class Chip(NamedTuple):
    """Something that narrows the search; url takes it away, of a word it asks for it as text."""

    label: str
    text: str
    kind: str
    url: str
    literal_sections: int = 0  # that hold what was read as a filter


class Way(NamedTuple):
    """A search that would find something."""

    text: str
    sections: int
    url: str


@router.get("/search")
async def search_page(request: Request) -> Response:
    """The hits of a search, with its facets."""

    def work(held: Held) -> Context:
        params = request.query_params
        asked = read_asked(params)
        opened, wanted = params.get(OPEN, ""), params.get(FIND, "")[:_LONGEST_NAME]
        most_ms = request.app.state.settings.most_ms
        return _page(held, asked, asked.request(FACETS, most_ms), opened, wanted)

    return await answer_page(request, "search.html", work)


def _page(held: Held, asked: Asked, wanted: run.Request, opened: str, place: str) -> Context:
    results = held.searcher.run(wanted)
    understood = held.searcher.understand(wanted)
    extra = tuple((name, value) for name, value in ((OPEN, opened), (FIND, place)) if value)
    links = Links(asked, results.recognised, understood.filters, extra)
    question = Question(understood.tree or And(()), understood.filters)
    has_place = any(filter.field in LEVELS for filter in understood.filters)
    known = () if has_place else results.facets.get(Field.COUNTY, ())
    most_ms = math.inf if wanted.most_ms is None else wanted.most_ms
    places = PlaceQuestion(held.engine, question, results.mode, most_ms, known)
    tree = PlaceTree(places, links, opened)
    by_report = asked.by_report or results.mode is Mode.REPORT
    return {
        "asked": asked,
        "results": results,
        "by_report": by_report,
        "chips": [*_chips(asked, results)],
        "ways": [*_ways(asked, results)],
        "meant": [*_meant(asked, results)],
        "facets": [
            (field, facet_rows(field, results.facets.get(field, ()), links)) for field in LISTED
        ],
        "years": _years(asked, results, links),
        "tree": tree.branches() if results.facets else None,
        "found_places": tree.find(place) if place else None,
        "place": place,
        "find_name": FIND,
        "last_page": _last_page(results, by_report),
        "page_url": lambda page: asked.at(page).url(),
        "sort_of": Sort,
        "report_search": lambda hit: _report_search(asked, hit),
        "as_read": lambda snippet: unwrapped(snippet.text, snippet.spans),
        "report_at": lambda id: report_url(id, _marked(asked), _flags(asked)),
    }


def _marked(asked: Asked) -> str:
    """What is to be marked in a report: the query, and what was searched for within its hits."""
    return " ".join(filter(None, (asked.query.strip(), *asked.within)))


def _flags(asked: Asked) -> list[str]:
    """The options under which a report marks the same hits."""
    return [name for name in ("exact", "literal", "synonyms") if getattr(asked, name)]


def _last_page(results: Results, by_report: bool) -> int:
    total = results.total_reports if by_report else results.total_sections
    return min(-(-total // results.limit), DEEPEST // results.limit)


def _years(asked: Asked, results: Results, links: Links) -> dict[str, Any]:
    counts = results.facets.get(Field.YEAR, ())
    rows = facet_rows(Field.YEAR, counts, links)
    bars = year_bars(counts, rows)
    range_of = [each for each in asked.chosen.get(Field.YEAR, ()) if ".." in each]
    first, _dots, last = range_of[0].partition("..") if len(range_of) == 1 else ("", "", "")
    return {
        "bars": bars,
        "rows": rows,
        "first": first or (str(bars[0].year) if bars else ""),
        "last": last or (str(bars[-1].year) if bars else ""),
        "hidden": asked.but(chosen=_less(asked, Field.YEAR)).pairs(),
    }


def _less(asked: Asked, field: Field) -> dict[Field, tuple[str, ...]]:
    return {name: values for name, values in asked.chosen.items() if name is not field}


def _report_search(asked: Asked, hit: Hit) -> str:
    """The address of all hits in a hit's report; empty where its place or year is not known."""
    passage = hit.passage
    place = passage.place
    if passage.year is None or place.township is None:
        return ""
    path = (place.province, place.city, place.county, place.township)
    chosen: dict[Field, tuple[str, ...]] = {
        name: each for name, each in asked.chosen.items() if name not in LEVELS
    }
    chosen |= {Field.TOWNSHIP: (typed_path(path),), Field.YEAR: (str(passage.year),)}
    return asked.but(chosen=chosen, by_report=False).url()


# What narrows the search


def _chips(asked: Asked, results: Results) -> Iterator[Chip]:
    for each in results.recognised:
        literally = changed(asked, partial(quote, word=each.word))
        yield Chip(
            field_label(each.field),
            str(each.value),
            "read",
            literally.url() if literally != asked.but() else "",
            each.literal_sections,
        )
    for field, values in asked.chosen.items():
        for value in values:
            url = asked.not_choosing(field, value).url()
            yield Chip(field_label(field), _shown(field, value), "", url)
    for text in asked.within:
        yield Chip(_("Within"), text, "", asked.not_within(text).url())
    for field, values in asked.excluded.items():
        for value in values:
            url = asked.not_excluding(field, value).url()
            yield Chip(
                _("Not {field}").format(field=field_label(field)), _shown(field, value), "not", url
            )


def _shown(field: Field, typed: str) -> str:
    return typed_name(field, typed).replace("/", " ").replace("..", "–")


# What to do where nothing was found


def _ways(asked: Asked, results: Results) -> Iterator[Way]:
    for each in results.help.without if results.help else ():
        other = _without(asked, results, each)
        yield Way(_named(each.text), each.sections, other.url() if other != asked.but() else "")


def _named(part: str) -> str:
    """A part of a query as its chip has it: a filter by the name of its field."""
    name, colon, value = part.partition(":")
    field = name.removeprefix("-")
    if not colon or field not in [*Field]:
        return part
    label = field_label(Field(field))
    label = _("Not {field}").format(field=label) if name.startswith("-") else label
    values = _(", ").join(_shown(Field(field), each) for each in value.split(","))
    return f"{label} {values}"


def _without(asked: Asked, results: Results, part: Without) -> Asked:
    """The search without a part of it; the same search where that part cannot be found in it."""
    rest = changed(asked, partial(leave_out, piece=part.text))
    name, _colon, value = part.text.partition(":")
    if name.startswith("-") and name[1:] in [*Field]:
        return rest.not_excluding(Field(name[1:]), value)
    if part.kind == "word" or name not in [*Field]:
        return rest
    rest, _taken = taken_out(rest, [e.word for e in results.recognised if e.field == name])
    return rest.but(chosen=_less(rest, Field(name)))


def _meant(asked: Asked, results: Results) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(what was typed, (what may have been meant, its search))."""
    for typed, meant in results.help.suggestions if results.help else ():
        yield typed, [(each, _instead(asked, typed, each).url()) for each in meant]


def _instead(asked: Asked, typed: str, meant: str) -> Asked:
    """The search for something else; in quotes and after a colon too."""
    chosen = {
        field: tuple(meant if fold_stream(value) == typed else value for value in values)
        for field, values in asked.chosen.items()
    }
    other = changed(asked, partial(reword, word=typed, by=meant))
    if other == asked.but():
        other = changed(asked, lambda text: text.replace(typed, meant))
    return other.but(chosen=chosen)
