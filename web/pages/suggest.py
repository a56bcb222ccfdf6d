"""What may be meant while a query is being typed, as the options of the search box."""

from __future__ import annotations

from typing import Final, NamedTuple

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from index.errors import BadFilter
from index.i18n import gettext as _
from index.labels import field_label
from index.querytree import Field
from search.complete import Completion, complete
from search.language import MAX_LENGTH
from web.answer import Context, answer_page
from web.asked import Asked
from web.live import Held

router = APIRouter(include_in_schema=False)
_DIGITS: Final = 6


class Option(NamedTuple):
    """A completion, what its kind is called, and the address of its search."""

    found: Completion
    label: str
    url: str


@router.get("/suggest")
async def suggest(request: Request) -> Response:
    """The options for a query and where its cursor is."""
    query, at = request.query_params.get("q", ""), read_at(request.query_params)

    def work(held: Held) -> Context:
        found = complete(held.searcher.vocabulary, query, at)
        return {"options": [_option(each) for each in found]}

    return await answer_page(request, "_suggest.html", work)


def read_at(params: QueryParams) -> int | None:
    """How many characters stand before the cursor; None is all. Raises BadFilter."""
    typed = params.get("at", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS):
        raise BadFilter("at", typed, (f"0..{MAX_LENGTH}",))
    return int(typed)


def _option(found: Completion) -> Option:
    return Option(found, kind_label(found.kind), Asked(query=found.insert).url())


def kind_label(kind: str) -> str:
    """What the kind of a completion is called."""
    named = {"practice": _("Practice"), "word": _("Word"), "field": _("Field")}
    return named.get(kind) or field_label(Field(kind))
