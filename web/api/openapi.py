"""The OpenAPI document: what the operations and the schemas say, with examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from index.i18n import marked
from web.api import schemas, schemas_likeness, schemas_reports
from web.api.operations import JSON, OPERATIONS, PREFIX, Json, Operation, Parameter

EXAMPLES: Final = Path(__file__).with_name("data") / "examples.json"
_MODULES: Final = (schemas, schemas_likeness, schemas_reports)
_OBJECTS: Final = "#/components/schemas/"
_ABOUT: Final = marked(
    "Search over the rule-of-law annual reports of Chinese townships (法治政府建设年度报告)."
    " Every answer is the object that the command line prints with --json, made from one commit"
    " of the index; unknown is null; spans are half-open and count code points from 0."
    " Every error is an object of error and hint."
)
_FAILURES: Final = {
    400: "A parameter, or a value of one, that is not taken",
    401: "A token is needed, or it is another one",
    404: "There is nothing of this name",
    414: "The address is too long",
    421: "The server answers only to its own machine's name",
    422: "The query would take longer than it may; it was not begun",
    429: "Too many requests at once; Retry-After says when to come again",
    503: "The server is busy, or its index cannot be read; Retry-After says when to come again",
}
_ALWAYS: Final = (400, 401, 414, 421, 429, 503)


@cache
def make_openapi(version: str) -> Json:
    """The document of this version of the program."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lawsearch",
            "version": version or "0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{}, {"token": []}],
        "paths": {
            PREFIX + operation.path: {"get": _operation(operation)}
            for operation in OPERATIONS.values()
        },
        "components": {
            "schemas": object_schemas(),
            "responses": {str(status): _failure(said) for status, said in _FAILURES.items()},
            "headers": {
                "ETag": _header("The version of the index, and the language of the answer."),
                "Last-Modified": _header("When the index was last written."),
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Untitled(GenerateJsonSchema):
    """Without titles: they only say the names of the fields again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def object_schemas() -> Json:
    """The schemas of all objects by their names."""
    names = ["Error", "Hit", *(name for each in OPERATIONS.values() for name in each.gives)]
    adapters = {name: TypeAdapter(schema_of(name)) for name in names}
    _keys, found = TypeAdapter.json_schemas(
        [(name, "validation", adapter) for name, adapter in adapters.items()],
        ref_template=_OBJECTS + "{model}",
        schema_generator=_Untitled,
    )
    made: Json = {name: _without_title(schema) for name, schema in found["$defs"].items()}
    return made


def schema_of(name: str) -> Any:
    """The type that documents an object."""
    return next(vars(module)[name] for module in _MODULES if name in vars(module))


def _without_title(schema: Json) -> Json:
    return {name: value for name, value in schema.items() if name != "title"}


# Operations


def _operation(operation: Operation) -> Json:
    example = examples().get(operation.name, {})
    asked = example.get("parameters", {})
    failing = sorted({*_ALWAYS, *operation.fails})
    return {
        "operationId": operation.name,
        "summary": operation.title,
        "description": operation.says,
        "parameters": [_parameter(each, asked) for each in operation.parameters],
        "responses": {
            "200": _answer(operation, example),
            "304": {"description": "The reader has this version (If-None-Match)"},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in failing},
        },
    }


def _parameter(parameter: Parameter, asked: Mapping[str, Any]) -> Json:
    found: Json = {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "description": parameter.says,
        "required": parameter.required,
        "schema": dict(parameter.schema),
    }
    return found | ({"example": asked[parameter.name]} if parameter.name in asked else {})


def _answer(operation: Operation, example: Json) -> Json:
    content: Json = {"schema": _schema(operation)}
    if "answer" in example:
        content["example"] = example["answer"]
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Last-Modified")}
    return {
        "description": operation.title,
        "headers": headers,
        "content": {operation.media_type: content},
    }


def _schema(operation: Operation) -> Json:
    if operation.media_type != JSON:
        return {"type": "string"}
    objects = [{"$ref": _OBJECTS + name} for name in operation.gives]
    return objects[0] if len(objects) == 1 else {"anyOf": objects}


def _failure(said: str) -> Json:
    return {"description": said, "content": {JSON: {"schema": {"$ref": f"{_OBJECTS}Error"}}}}


def _header(said: str) -> Json:
    return {"description": said, "schema": {"type": "string"}}


# Examples: of the samples, whose townships are invented


@cache
def examples() -> Mapping[str, Json]:
    """For each operation parameters and what they give; of long arrays only the beginning."""
    found: Mapping[str, Json] = json.loads(EXAMPLES.read_text("utf-8"))
    return found


def address(operation: Operation, parameters: Mapping[str, Any]) -> str:
    """The address that asks an operation for the parameters."""
    path = PREFIX + operation.path
    for each in operation.parameters:
        if each.in_path:
            path = path.replace(f"{{{each.name}}}", quote(str(parameters[each.name]), safe=""))
    asked = urlencode([*_pairs(operation, parameters)])
    return f"{path}?{asked}" if asked else path


def _pairs(operation: Operation, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if name in operation.query_names:
            for one in value if isinstance(value, list) else [value]:
                yield name, str(one).lower() if isinstance(one, bool) else str(one)
