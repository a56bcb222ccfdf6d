"""The OpenAPI document tells what the API takes and gives, no less and no more."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import TypeAdapter
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from index.location import Folder
from index.model import Place
from tests.conftest import ROOT
from tests.made import batch, make_report, write
from tests.served import served
from tools.api_examples import ASKED, make_examples
from web.api import routes
from web.api.openapi import EXAMPLES, examples, object_schemas, schema_of
from web.api.operations import JSON, OPERATIONS, PREFIX
from web.app import create_app
from web.settings import Settings

Json = dict[str, Any]
REPORT = "青禾县槿岭镇-2023"


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index) as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> Json:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == JSON
    found: Json = answer.json()
    return found


# --- addresses ------------------------------------------------------------------------------------


def test_every_address_that_is_served_is_told(document: Json) -> None:
    served = {route.path for route in routes.router.routes}  # type: ignore[attr-defined]
    assert served - {f"{PREFIX}/openapi.json"} == {*document["paths"]}


def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for operation in OPERATIONS.values()]
    assert len({*names}) == len(names)
    assert {*ASKED} == {*names}


def test_every_reference_leads_somewhere(document: Json) -> None:
    found = {*re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))}
    assert found
    for path in found:
        at = document
        for step in path.split("/"):
            at = at[step]


def test_the_docs_name_every_address_parameter_and_status(document: Json) -> None:
    named = {*re.findall("`([^` ]+)`", read("docs/api.md"))}
    for path, methods in document["paths"].items():
        parameters = {each["name"] for each in methods["get"]["parameters"]}
        assert {path, *parameters} - {"field"} <= named
    statuses = {*re.findall(r"(?m)^\| (\d+) \|", read("docs/api.md"))}
    assert statuses == {*document["components"]["responses"], "405"}


# --- objects --------------------------------------------------------------------------------------


def real(client: TestClient, address: str) -> Any:
    answer = client.get(PREFIX + address)
    assert answer.status_code == 200, answer.text
    return answer.json()


ANSWERS = [
    ("Results", "/query?q=枫桥经验 2024"),
    ("Results", "/query?q=枫桥经验&by=report&facets="),
    ("Results", "/query?q=法制宣传 OR&synonyms=1&facets=year,part"),
    ("Results", "/query?q=槿领镇"),
    ("Results", "/query?q=枫桥经验 year:2019"),
    ("Results", "/query?q=枫桥 经验 调解 没有这样的词"),
    ("Results", "/browse/year"),
    ("Results", "/browse/township?q=枫桥经验"),
    ("Suggestions", "/suggest?q=枫桥"),
    ("Suggestions", "/suggest?q=qinghe&at=3"),
    ("Report", f"/reports/{REPORT}"),
    ("Section", f"/show?id={REPORT}%231.5"),
    ("Measure", f"/show?id={REPORT}%231.5-m2"),
    ("Similar", f"/similar?id={REPORT}%231.5"),
    ("Similar", "/similar?text=读书班不设主席台，读原文、讲案例"),
    ("Copies", "/copies?limit=100"),
    ("Copies", "/copies?county=霁川市"),
    ("Diff", f"/diff?first={REPORT}&second=青禾县槿岭镇-2024"),
    ("Diff", "/diff?first=青禾县荻溪镇-2022&second=霁川市榛岭镇-2023"),
    ("Spread", "/spread?q=枫桥经验 青禾县 OR"),
    ("Spread", "/spread?q=元宇宙"),
    ("Matrix", "/matrix"),
    ("Matrix", "/matrix?county=青禾县"),
    ("Status", "/status"),
]


@pytest.mark.parametrize(("name", "address"), ANSWERS)
def test_answers_are_as_their_schemas_say(client: TestClient, name: str, address: str) -> None:
    plain = json.dumps(real(client, address))
    TypeAdapter(schema_of(name)).validate_json(plain, strict=True, extra="forbid")


def test_every_object_that_is_told_is_given(client: TestClient) -> None:
    operations = [name for each in OPERATIONS.values() for name in each.gives]
    assert {*operations} == {name for name, _ in ANSWERS}


def documented() -> dict[str, dict[str, str]]:
    """The types of each object's fields, as docs/json.md and docs/api.md have them."""
    found: dict[str, dict[str, str]] = {}
    heading, is_object = "", False
    for line in [*read("docs/json.md").splitlines(), *read("docs/api.md").splitlines()]:
        if line.startswith("#"):
            heading = line.strip("# ")
        elif line.startswith("| `") and is_object:
            name, type, *_ = (cell.strip() for cell in line.strip("| ").split("|"))
            found.setdefault(heading, {})[name.strip("`")] = type
        else:
            is_object = line.startswith("| Field | Type |") or (
                is_object and line.startswith("| ---")
            )
    return found


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


Alternatives = frozenset[Any]
"""What a value may be: names of types, ("array", what may be in it)."""


def documented_type(type: str) -> Alternatives:
    """What a type of docs/json.md allows; "array of" holds for all that follows."""
    if type.startswith("array of "):
        return frozenset({("array", documented_type(type.removeprefix("array of ")))})
    first, _or, rest = type.partition(" or ")
    return frozenset({first}) | (documented_type(rest) if rest else frozenset())


def schema_type(schema: Json) -> Alternatives:
    """What a schema allows."""
    match schema:
        case {"anyOf": [*each]}:
            return frozenset[Any]().union(*map(schema_type, each))
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return frozenset({"string" if "enum" in object_schemas()[name] else name})
        case {"type": "array", "prefixItems": _}:
            return documented_type("array of integer")
        case {"type": "array", "items": items}:
            return frozenset({("array", schema_type(items))})
    return frozenset({schema["type"]})


# docs/json.md has in one object what depends on who asks; `parse` and `verify` are not served.
ELSEWHERE = {"Report": {"reasons"}}
NOT_SERVED = {"Reason", "Verification"}


def test_every_object_has_docs() -> None:
    objects = {name for name, schema in object_schemas().items() if "enum" not in schema}
    assert objects - {"Error", "Facets"} == documented().keys() - NOT_SERVED


def test_schemas_have_the_fields_that_the_docs_have() -> None:
    told = object_schemas()
    for name, fields in documented().items():
        if name not in NOT_SERVED:
            properties = told[name]["properties"]
            assert {*properties} == {*fields} - ELSEWHERE.get(name, set()), name
            for field, schema in properties.items():
                assert schema_type(schema) == documented_type(fields[field]), (name, field)


# --- examples -------------------------------------------------------------------------------------

VARYING = {"took_ms", "score", "weight", "written", "bytes", "mtime_ns", "versions", "commit"}


def without_varying(value: Any) -> Any:
    match value:
        case dict():
            return {n: None if n in VARYING else without_varying(v) for n, v in value.items()}
        case list():
            return [without_varying(each) for each in value]
    return value


def test_examples_are_what_the_api_gives(client: TestClient) -> None:
    made = json.loads(json.dumps(make_examples(client)))
    assert without_varying(made) == without_varying(examples()), "run tools/api_examples.py"


def test_examples_are_small() -> None:
    assert EXAMPLES.stat().st_size < 40_000


def test_examples_are_as_their_schemas_say() -> None:
    for each in OPERATIONS.values():
        answer = examples()[each.name]["answer"]
        if each.media_type == JSON:
            plain = json.dumps(answer)
            kinds = [TypeAdapter(schema_of(name)) for name in each.gives]
            fitting = []
            for kind in kinds:
                try:
                    fitting.append(kind.validate_json(plain, strict=True, extra="forbid"))
                except ValueError:
                    continue
            assert fitting, each.name


# --- the page -------------------------------------------------------------------------------------


def links(client: TestClient) -> list[str]:
    """The examples that the page has."""
    found = re.findall(r'<p class="api-example"><a href="([^"]+)">', client.get("/api").text)
    return [html.unescape(each) for each in found]


def test_the_page_lists_every_address_with_an_example_that_works(
    client: TestClient, document: Json
) -> None:
    page = client.get("/api").text
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        assert f'id="{methods["get"]["operationId"]}"' in page
    assert len(links(client)) == len(document["paths"])
    for link in links(client):
        assert client.get(link).status_code == 200, link


def test_examples_of_the_page_are_of_the_reports_that_are_there(tmp_path: Path) -> None:
    report = make_report("另一县甲镇-2023", [("一、", "调解。")], place=Place("甲镇", "另一县"))
    write(tmp_path, batch(report))
    with served(tmp_path) as client:
        found = links(client)
        assert any(unquote(link).endswith("/reports/另一县甲镇-2023") for link in found)
        statuses = {link: client.get(link).status_code for link in found}
        assert {link for link, status in statuses.items() if status != 200} <= {
            link
            for link in found
            if "/similar" in link  # it has no measure
        }


def test_the_page_of_an_empty_index_is_there(tmp_path: Path) -> None:
    write(tmp_path, batch())
    with served(tmp_path) as client:
        assert client.get("/api").status_code == 200


# --- any request at all ---------------------------------------------------------------------------

# An empty value is as if it were not there; and what a year is, a schema cannot say.
NOT_CHECKED: Any = [checks.positive_data_acceptance, checks.negative_data_rejection]
NO_WRONG_VALUES = {"/status", "/reports/{id}"}  # they take nothing, or any text
ASKED_ABOUT = [
    pytest.param(path, mode, id=f"{path} {mode.value}")
    for path in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or path not in NO_WRONG_VALUES
]


@pytest.fixture(scope="module")
def described(samples_index: Path) -> Iterator[BaseSchema]:
    """The document, over a server that is asked as schemathesis does: each time in a loop anew."""
    app = create_app(Settings(Folder(samples_index), host="0.0.0.0", rate=None))

    async def lasting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":  # the server goes on when one request is over
            return await app(scope, receive, send)
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})

    with TestClient(app):
        yield schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", lasting)


@pytest.mark.parametrize(("path", "mode"), ASKED_ABOUT)
def test_no_request_fails_and_every_answer_is_as_told(
    described: BaseSchema, path: str, mode: GenerationMode
) -> None:
    @given(described[PREFIX + path]["GET"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=15, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(excluded_checks=NOT_CHECKED)

    ask()
