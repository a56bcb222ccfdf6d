"""The page that tells what the API is, from its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from index.engine import Engine
from index.i18n import gettext as _
from web.answer import Context, answer_page
from web.live import Held

router = APIRouter(include_in_schema=False)
Values = Mapping[str, Any]
_LOOKED_AT: Final = 200
"""Sections among which examples are looked for."""


class Endpoint(NamedTuple):
    """An address of the API. url asks for an example; shown is the same, to be read."""

    name: str
    path: str
    title: str
    says: tuple[str, ...]  # every second piece is code
    parameters: tuple[Values, ...]
    url: str
    shown: str
    answer: str


@router.get("/api")
async def api_page(request: Request) -> Response:
    """The addresses of the API with examples to click."""

    def work(held: Held) -> Context:
        from web.api.openapi import make_openapi  # takes a while, and few ask

        document = make_openapi(request.app.state.settings.version)
        about = document["info"]["description"]
        return {"about": _(about), "endpoints": [*_endpoints(document, held.engine)]}

    return await answer_page(request, "api.html", work)


def _endpoints(document: Values, engine: Engine) -> Iterator[Endpoint]:
    from web.api.openapi import address
    from web.api.operations import OPERATIONS, PREFIX

    here = examples_here(engine)
    for path, methods in document["paths"].items():
        told = methods["get"]
        parameters = (*map(_parameter, told["parameters"]),)
        asked = {each["name"]: each["example"] for each in parameters if "example" in each}
        asked |= here.get(told["operationId"], {})
        url = address(OPERATIONS[path.removeprefix(PREFIX)], asked)
        (content,) = told["responses"]["200"]["content"].values()
        title, says = told["summary"], told["description"]
        yield Endpoint(
            told["operationId"], path, _(title), (*_(says).split("`"),), parameters,
            url, _readable(url), _drawn(content.get("example", "")),
        )  # fmt: skip


def _parameter(told: Values) -> Values:
    says = told["description"]
    return {**told, "description": _(says), "type": _type(told["schema"])}


def examples_here(engine: Engine) -> Mapping[str, Values]:
    """What to ask of some operations that this index, not only that of the samples, can answer."""
    passages = engine.passages([*islice(engine.live_sections(), _LOOKED_AT)])
    if not passages:
        return {}
    first = passages[0]
    other = next((p.report_id for p in passages if p.report_id != first.report_id), first.report_id)
    county = {"county": [first.place.county]} if first.place.county else {"county": []}
    found: dict[str, Values] = {
        "show": {"id": first.id},
        "report": {"id": first.report_id},
        "diff": {"first": first.report_id, "second": other},
        "copies": county,
        "matrix": county,
    }
    having = next((each for each in passages if each.measures), None)
    return found | ({"similar": {"id": f"{having.id}-m1"}} if having else {})


def _readable(url: str) -> str:
    """The address as people write it; the # of an id stays escaped."""
    return "%23".join(map(unquote, url.split("%23")))


def _drawn(example: object) -> str:
    if isinstance(example, str):
        return example.removeprefix("\ufeff")
    return json.dumps(example, ensure_ascii=False, indent=2)


def _type(schema: Values) -> str:
    """What a value may be, in a few words."""
    if schema["type"] == "array":
        return _type(schema["items"])
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "maximum" in schema:
        return f"{schema['minimum']}–{schema['maximum']:,}"
    return {"boolean": "0 | 1"}.get(schema["type"], "text")
