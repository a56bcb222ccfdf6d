"""The page that tells what the API is, from its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.answer import Context, answer_page
from web.live import Held

router = APIRouter(include_in_schema=False)


class Endpoint(NamedTuple):
    """An address of the API. url asks for the example; shown is the same, to be read."""

    name: str
    path: str
    title: str
    says: str
    parameters: tuple[dict[str, Any], ...]
    url: str
    shown: str
    answer: str


@router.get("/api")
async def api_page(request: Request) -> Response:
    """The addresses of the API with examples to click."""

    def work(held: Held) -> Context:
        from web.api.openapi import make_openapi  # takes a while, and few ask

        document = make_openapi(request.app.state.settings.version)
        return {"document": document, "endpoints": [*_endpoints(document)]}

    return await answer_page(request, "api.html", work)


def _endpoints(document: dict[str, Any]) -> Iterator[Endpoint]:
    from web.api.openapi import address
    from web.api.operations import OPERATIONS, PREFIX

    for path, methods in document["paths"].items():
        told = methods["get"]
        parameters = tuple({**each, "type": _type(each["schema"])} for each in told["parameters"])
        asked = {each["name"]: each["example"] for each in parameters if "example" in each}
        url = address(OPERATIONS[path.removeprefix(PREFIX)], asked)
        (content,) = told["responses"]["200"]["content"].values()
        yield Endpoint(
            told["operationId"], path, told["summary"], told["description"], parameters,
            url, _readable(url), _drawn(content.get("example", "")),
        )  # fmt: skip


def _readable(url: str) -> str:
    """The address as people write it; the # of an id and what parts parameters stay escaped."""
    return "%".join(unquote(piece) for piece in url.replace("%23", "%%23").split("%%"))


def _drawn(example: object) -> str:
    if isinstance(example, str):
        return example.removeprefix("\ufeff")
    return json.dumps(example, ensure_ascii=False, indent=2)


def _type(schema: dict[str, Any]) -> str:
    """What a value may be, in a few words."""
    if schema["type"] == "array":
        return _type(schema["items"])
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "maximum" in schema:
        return f"{schema['minimum']}–{schema['maximum']:,}"
    return {"boolean": "0 | 1"}.get(schema["type"], "text")
