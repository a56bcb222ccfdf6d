"""The pages that compare: what is alike, copied, changed from report to report, and spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from index.errors import NoMeasure, NotFound, UserError
from index.i18n import gettext as _
from index.labels import field_label, part_label, thousands
from index.model import Part, Report
from index.querytree import Field, FilterValue
from search import copywords, diffwords, spreadwords
from search.chart import chart_size, spread_chart
from search.copies import Between, CopiesRequest, find_copies
from search.diff import Diff, diff_reports
from search.show import find
from search.similar import SimilarRequest
from search.spread import (
    Spread,
    SpreadRequest,
    few_caution,
    find_spread,
    sample_caution,
    silence_caution,
)
from web import copiesview, diffview, similarview, spreadview
from web.answer import Context, answer
from web.asked import LIMIT, Asked, read_chosen, read_flag, read_number, read_one
from web.bounds import COPIES_MS, DIFF_MS, SPREAD_MS
from web.errors import status_of, told_to_strangers
from web.facetview import typed_name
from web.live import Held
from web.pages.report import OtherYear, same_place
from web.templating import render

router = APIRouter(include_in_schema=False)

LONGEST_TEXT: Final = 2_000
"""Characters of a typed text: an address holds no more."""
MOST_HITS: Final = 50
MOST_GROUPS: Final = 40
MOST_OFFERED: Final = 200
"""Counties; of a province there are some 100."""
PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Of the chart alone, which is a document of its own: nothing in it can load or run anything."""
Pairs = list[tuple[str, str]]


class Wrong(NamedTuple):
    """What was wrong with what was asked: said, what to do, and (name, address) of what to try."""

    said: str
    hint: str
    links: list[tuple[str, str]]


class Chip(NamedTuple):
    """A filter; url takes it away."""

    label: str
    text: str
    url: str


async def _answer(
    request: Request,
    template: str,
    form: Callable[[Held], Context],
    found: Callable[[Held], Context] | None,
    *,
    slow: bool,
) -> Response:
    """The page: its form, and what was found, or what was wrong with what was asked."""

    def make(held: Held) -> Response:
        context: dict[str, Any] = {"held": held, "wrong": None, "found": False, **form(held)}
        status = 200
        if found is not None:
            try:
                context |= {"found": True, **found(held)}
            except UserError as error:
                context["wrong"] = _wrong(request, error)
                status = int(status_of(error))
        body = render(template, request, context)
        return Response(body, status, media_type="text/html; charset=utf-8")

    return await answer(request, make, slow=slow)


def _wrong(request: Request, error: UserError) -> Wrong:
    match error:
        case NotFound():
            links = [(id, _instead(request, error.id, id)) for id in error.close]
            return Wrong(str(error), _("Did you mean one of these?") if links else "", links)
        case NoMeasure():
            links = [(id, _instead(request, error.id, id)) for id in error.inside]
            return Wrong(str(error), _("Choose one of its measures:") if links else "", links)
    return Wrong(*told_to_strangers(error), [])


def _instead(request: Request, wrong: str, id: str) -> str:
    """The same address with another id where the wrong one stands."""
    typed = request.query_params.multi_items()
    pairs = [(name, id if value.strip() == wrong.strip() else value) for name, value in typed]
    return _url(request.url.path, pairs)


def _url(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _typed(params: QueryParams, name: str) -> str:
    return params.get(name, "").strip()


# Filters


def _filters(held: Held, path: str, asked: Asked, own: Pairs) -> dict[str, Any]:
    """What the form of filters shows; own are the page's other parameters."""
    values = held.engine.values
    return {
        "asked": asked,
        "chips": [*_chips(path, asked, own)],
        "years": sorted((v for v in values(Field.YEAR) if isinstance(v, int)), reverse=True),
        "offered": _offered(values(Field.COUNTY)),
        "topics": [v for v in values(Field.TOPIC) if isinstance(v, str)],
        "parts": [(part.value, part_label(part)) for part in Part],
        "hidden": [*_hidden(asked)],
    }


def _offered(counties: Iterable[FilterValue]) -> list[str]:
    """The counties that the form suggests: none where they would be a page of their own."""
    named = sorted(each for each in counties if isinstance(each, str))
    return named if len(named) <= MOST_OFFERED else []


def _chips(path: str, asked: Asked, own: Pairs) -> Iterator[Chip]:
    for field, values in asked.chosen.items():
        for value in values:
            text = typed_name(field, value).replace("/", " ").replace("..", "–")
            yield Chip(field_label(field), text, asked.not_choosing(field, value).url(path, own))


_IN_FORM: Final = (Field.YEAR, Field.COUNTY, Field.PART, Field.TOPIC)


def _hidden(asked: Asked) -> Iterator[tuple[str, str]]:
    """Filters that the form has no field for, so that sending it keeps them."""
    for field, values in asked.chosen.items():
        kept = values if field not in _IN_FORM else values[1:]
        yield from ((str(field), value) for value in kept)


# Similar


@router.get("/similar")
async def similar_page(request: Request) -> Response:
    """Measures that say what a measure, or a text, says."""
    params = request.query_params
    id, text = _typed(params, "id"), params.get("text", "").strip()
    asked = Asked(chosen=read_chosen(params))
    same_township = read_flag(params, "same_township")
    limit = read_number(params, "limit", LIMIT, MOST_HITS)
    own: Pairs = [("id", id)] if id else [("text", text)] if text else []
    own += [("same_township", "1")] if same_township else []

    def form(held: Held) -> Context:
        return {
            "id": id,
            "text": text,
            "same_township": same_township,
            "longest": LONGEST_TEXT,
            **_filters(held, "/similar", asked, own),
        }

    def found(held: Held) -> Context:
        if len(text) > LONGEST_TEXT and not id:
            raise _too_long(len(text))
        wanted = SimilarRequest(
            id or None, None if id else text, asked.filters, same_township, limit
        )
        similar = held.finder.find(wanted)
        report = find(held.engine, id).report if id else None
        more = min(limit * 2, MOST_HITS)
        return {
            "similar": similar,
            "of": report,
            "query": similarview.query_runs(similar.query),
            "hits": similarview.hit_views(similar, report.id if report else None),
            "best": max([1.0, *(hit.score for hit in similar.hits)]),
            "more": asked.url("/similar", [*own, ("limit", str(more))])
            if len(similar.hits) == limit < more
            else "",
        }

    return await _answer(request, "similar.html", form, found if id or text else None, slow=False)


def _too_long(n: int) -> UserError:
    said = _("The text has {n} characters; {most} are the most that an address holds.")
    error = UserError(said.format(n=thousands(n), most=thousands(LONGEST_TEXT)))
    error.hint = _("Keep the sentences that matter, or use the command line: lawsearch similar")
    return error


# Copies


@router.get("/copies")
async def copies_page(request: Request) -> Response:
    """Passages that stand in several reports."""
    params = request.query_params
    id, asked = _typed(params, "id"), Asked(chosen=read_chosen(params))
    between = Between(read_one(params, "between", [*Between]))
    limit = read_number(params, "limit", LIMIT, MOST_GROUPS)
    own: Pairs = [("id", id)] if id else []
    own += [("between", between)] if between is not Between.ALL else []
    is_asked = bool(id or asked.chosen or "between" in params)

    def form(held: Held) -> Context:
        return {
            "id": id,
            "between": between,
            "betweens": [(each.value, _between_label(each)) for each in Between],
            **_filters(held, "/copies", asked, own),
        }

    def found(held: Held) -> Context:
        wanted = CopiesRequest(asked.filters, between, limit, id or None, COPIES_MS)
        copies = find_copies(held.engine, wanted)
        names, more_names = copiesview.name_views(copies)
        more = min(limit * 2, MOST_GROUPS)
        return {
            "copies": copies,
            "groups": copiesview.group_views(copies),
            "names": names,
            "more_names": more_names,
            "words": copywords,
            "more": asked.url("/copies", [*own, ("limit", str(more))])
            if len(copies.groups) < copies.total_groups and limit < more
            else "",
            "api": asked.url("/api/v1/copies", own),
        }

    return await _answer(request, "copies.html", form, found if is_asked else None, slow=True)


def _between_label(between: Between) -> str:
    return {
        Between.ALL: _("of any reports"),
        Between.TOWNSHIPS: _("of different townships"),
        Between.YEARS: _("of one township's years"),
    }[between]


# Diff


class Side(NamedTuple):
    """One of the two reports, and the reports of its place, each with the address that takes it."""

    report: Report
    years: list[tuple[OtherYear, str]]


@router.get("/diff")
async def diff_page(request: Request) -> Response:
    """Two reports side by side."""
    params = request.query_params
    # Of an id of a section, its report.
    first, second = (_typed(params, name).partition("#")[0] for name in ("first", "second"))

    def form(held: Held) -> Context:
        return {
            "first": first,
            "second": second,
            "swapped": _diff_url(second, first) if first and second else "",
        }

    def found(held: Held) -> Context:
        if not (first and second):
            one = find(held.engine, first or second).report
            return {"diff": None, "one": one, "choices": [*_choices(held, one)]}
        diff = diff_reports(held.engine, first, second, most_ms=DIFF_MS)
        sections = diffview.section_views(diff)
        return {
            "diff": diff,
            "sides": [_side(held, diff, second=False), _side(held, diff, second=True)],
            "sections": sections,
            "changed": [each for each in sections if each.characters or each.kind != "same"],
            "shares": diffview.shares(diff),
            "words": diffwords,
            "plans": None if diff.plans is None else diffview.plan_views(diff.plans),
        }

    is_asked = bool(first or second)
    return await _answer(request, "diff.html", form, found if is_asked else None, slow=True)


def _diff_url(first: str, second: str) -> str:
    return _url("/diff", [("first", first), ("second", second)])


def _side(held: Held, diff: Diff, *, second: bool) -> Side:
    own, other = (diff.second, diff.first) if second else (diff.first, diff.second)
    years = [
        (each, _diff_url(other.id, each.id) if second else _diff_url(each.id, other.id))
        for each in same_place(held.engine, own)
        if each.id != other.id
    ]
    return Side(own, years)


def _choices(held: Held, report: Report) -> Iterator[tuple[OtherYear, str]]:
    """The reports of the same place, each with the address that compares, the earlier one first."""
    for each in same_place(held.engine, report):
        if each.id != report.id:
            later = (each.year or 0) > (report.year or 0)
            ids = (report.id, each.id) if later else (each.id, report.id)
            yield each, _diff_url(*ids)


# Spread


@router.get("/spread")
async def spread_page(request: Request) -> Response:
    """Since when and where a practice stands in the reports."""
    params = request.query_params
    asked = Asked(query=_typed(params, "q"), chosen=read_chosen(params))

    def form(held: Held) -> Context:
        return _filters(held, "/spread", asked, [])

    def found(held: Held) -> Context:
        return _spread_context(find_spread(held.engine, _spread_request(asked)), asked)

    return await _answer(request, "spread.html", form, found if asked.query else None, slow=True)


@router.get("/spread.svg")
async def spread_picture(request: Request) -> Response:
    """The chart of the same address."""
    params = request.query_params
    asked = Asked(query=_typed(params, "q"), chosen=read_chosen(params))

    def make(held: Held) -> Response:
        chart = spread_chart(find_spread(held.engine, _spread_request(asked)))
        headers = {"Content-Security-Policy": PICTURE_POLICY}
        return Response(chart.encode("utf-8", "replace"), 200, headers, "image/svg+xml")

    return await answer(request, make, slow=True)


def _spread_request(asked: Asked) -> SpreadRequest:
    return SpreadRequest(asked.query, asked.filters, SPREAD_MS)


def _spread_context(spread: Spread, asked: Asked) -> Mapping[str, Any]:
    links = spreadview.Links(asked)
    counties = spreadview.county_rows(spread, links)
    return {
        "spread": spread,
        "picture": asked.url("/spread.svg"),
        "picture_size": chart_size(spread),
        "totals": spreadwords.totals(spread),
        "rows": spreadview.year_rows(spread, links),
        "counties": counties,
        "more_counties": len(spread.counties) - len(counties),
        "first": spreadview.first_rows(spread),
        "more_first": max(0, len(spread.first) - spreadview.MOST_FIRST),
        "without": [*spreadview.without_rows(spread)] if spread.reports else [],
        "more_without": max(0, len(spread.without) - spreadview.MOST_WITHOUT),
        "cautions": [
            text
            for text in (sample_caution(spread), few_caution(spread), silence_caution())
            if text
        ],
        "uncounted": [*spreadwords.uncounted(spread)],
        "words": spreadwords,
        "search_url": asked.but(exact=True).url("/search"),
    }
