"""The API's addresses: each gives the object that the command line's --json prints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from index.engine import Engine
from index.errors import BadFilter, NotFound, UserError
from index.i18n import gettext as _
from index.querytree import Field, Filter
from search.alike import similar_json
from search.complete import complete, completions_json
from search.copied import copies_json
from search.copies import CopiesRequest, find_copies
from search.diff import diff_json, diff_reports
from search.flags import read_facets, read_flags
from search.grouping import Between
from search.matrix import MatrixRequest, find_matrix, matrix_json
from search.results import Json, results_json
from search.run import ALL_FACETS
from search.show import find
from search.similar import SimilarRequest
from search.spread import SpreadRequest, find_spread, spread_json
from search.status import status_json
from web.answer import answer_json
from web.api.export import export_csv, export_lines
from web.api.operations import BROWSED, OPERATIONS, PREFIX, Operation
from web.api.paths import shorten_paths
from web.asked import LIMIT, MOST, Asked, read_asked, read_chosen, read_flag, read_number, read_one
from web.bounds import COPIES_MS, DIFF_MS, SPREAD_MS
from web.live import Held
from web.pages.suggest import read_at

Handler = Callable[[Request], Awaitable[Response]]
router = APIRouter(prefix=PREFIX, include_in_schema=False)


def serves(path: str) -> Callable[[Handler], Handler]:
    """Register what answers at an address; names that it does not know are refused there."""
    operation = OPERATIONS[path]

    def register(handler: Handler) -> Handler:
        async def run(request: Request) -> Response:
            refuse_unknown(request, operation)
            return await handler(request)

        router.add_api_route(path, run, name=operation.name)
        return handler

    return register


def refuse_unknown(request: Request, operation: Operation) -> None:
    """Raise BadFilter for a parameter that does not exist: a slip would widen the answer unseen."""
    for name in request.query_params:
        if name not in operation.query_names:
            error = UserError(_("There is no parameter {name!r} here.").format(name=name))
            known = _(", ").join(sorted(operation.query_names))
            error.hint = _("One of: {known}").format(known=known) if known else ""
            raise error


async def give(request: Request, work: Callable[[Held], Json], *, slow: bool = False) -> Response:
    """The object that the work makes, with paths as anybody may see them."""
    return await answer_json(request, lambda held: shorten_paths(work(held), held.shown), slow=slow)


def most_ms(request: Request) -> float:
    """What a query may cost at most."""
    most: float = request.app.state.settings.most_ms
    return most


def filters_of(request: Request) -> tuple[Filter, ...]:
    """The filters of an address. Raises BadFilter."""
    return read_flags(read_chosen(request.query_params))


def query_of(request: Request) -> Asked:
    """The search of an address. Raises BadFilter, which tells where all hits are."""
    try:
        return read_asked(request.query_params)
    except BadFilter as error:
        if error.flag in ("limit", "page"):
            all_hits = _("All hits: {csv} or {lines}").format(
                csv=f"{PREFIX}/query.csv", lines=f"{PREFIX}/query.ndjson"
            )
            error.hint = f"{error.hint} {all_hits}".strip()
        raise


# Searching


@serves("/query")
async def query(request: Request) -> Response:
    """A page of hits."""
    asked, typed = query_of(request), request.query_params.get("facets")
    facets = ALL_FACETS if typed is None else read_facets(typed)
    made = asked.request(facets, most_ms(request))

    def work(held: Held) -> Json:
        return results_json(held.searcher.run(made), by_report=asked.by_report)

    return await give(request, work)


serves("/query.csv")(export_csv)
serves("/query.ndjson")(export_lines)


@serves("/browse/{field}")
async def browse(request: Request) -> Response:
    """Counts by one field."""
    field = request.path_params["field"]
    if field not in BROWSED:
        raise NotFound(field, BROWSED)
    made = read_asked(request.query_params).request((Field(field),), most_ms(request))

    def work(held: Held) -> Json:
        return results_json(held.searcher.run(replace(made, limit=0)))

    return await give(request, work)


@serves("/suggest")
async def suggest(request: Request) -> Response:
    """What may be meant while a query is being typed."""
    typed, at = request.query_params.get("q", ""), read_at(request.query_params)

    def work(held: Held) -> Json:
        return {"completions": completions_json(complete(held.searcher.vocabulary, typed, at))}

    return await give(request, work)


# Reports


@serves("/show")
async def show(request: Request) -> Response:
    """What an id names."""
    id = required(request, "id")
    return await give(request, lambda held: find(held.engine, id).json())


@serves("/reports/{id}")
async def report(request: Request) -> Response:
    """A report by its id."""
    id = request.path_params["id"]
    return await give(request, lambda held: find_report(held.engine, id))


def find_report(engine: Engine, id: str) -> Json:
    """The Report object. Raises NotFound, also for the id of a section."""
    found = find(engine, id)
    if found.section is not None:
        raise NotFound(id, [found.report.id])
    return found.json()


@serves("/status")
async def status(request: Request) -> Response:
    """What the index holds."""
    return await give(
        request, lambda held: status_json(held.engine.status(), held.shown), slow=True
    )


# Comparing


@serves("/similar")
async def similar(request: Request) -> Response:
    """Measures that say the same."""
    params, id, text = request.query_params, given(request, "id"), given(request, "text")
    if (id is None) == (text is None):
        raise UserError(_("Give an id or a text, one of the two."))
    made = SimilarRequest(
        id,
        text,
        filters_of(request),
        read_flag(params, "same_township"),
        read_number(params, "limit", LIMIT, MOST),
    )
    return await give(request, lambda held: similar_json(held.finder.find(made)))


@serves("/copies")
async def copies(request: Request) -> Response:
    """Passages that stand in several reports."""
    params = request.query_params
    made = CopiesRequest(
        filters_of(request),
        Between(read_one(params, "between", [*Between])),
        read_number(params, "limit", LIMIT, MOST),
        given(request, "id"),
        COPIES_MS,
    )
    return await give(request, lambda held: copies_json(find_copies(held.engine, made)), slow=True)


@serves("/diff")
async def diff(request: Request) -> Response:
    """Two reports compared."""
    first, second = required(request, "first"), required(request, "second")

    def work(held: Held) -> Json:
        return diff_json(diff_reports(held.engine, first, second, most_ms=DIFF_MS))

    return await give(request, work, slow=True)


@serves("/spread")
async def spread(request: Request) -> Response:
    """How a practice spreads."""
    made = SpreadRequest(required(request, "q"), filters_of(request), SPREAD_MS)
    return await give(request, lambda held: spread_json(find_spread(held.engine, made)), slow=True)


@serves("/matrix")
async def matrix(request: Request) -> Response:
    """Townships by years."""
    made = MatrixRequest(filters_of(request), request.query_params.get("name", ""))
    return await give(request, lambda held: matrix_json(find_matrix(held.engine, made)), slow=True)


def given(request: Request, name: str) -> str | None:
    """A parameter as it was typed; None where it is not there, or blank."""
    typed = request.query_params.get(name, "")
    return typed if typed.strip() else None


def required(request: Request, name: str) -> str:
    """A parameter that must be there. Raises UserError."""
    typed = given(request, name)
    if typed is None:
        raise UserError(_("The parameter {name!r} is needed.").format(name=name))
    return typed


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """What this API is, for programs."""
    from web.api.openapi import make_openapi  # takes a while, and few ask

    return JSONResponse(make_openapi(request.app.state.settings.version))
