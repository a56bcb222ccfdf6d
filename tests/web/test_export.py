"""All hits as a file: the rows of the command line, one commit, no more work than is read."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

import cli
from index.location import Folder
from search import streaming
from search.table import BOM
from tests.conftest import ROOT
from tests.made import batch, make_report, write
from tests.served import served
from web import answer as answering
from web import lanes
from web.api import export
from web.api.export import disposition
from web.app import create_app
from web.lanes import Lane
from web.live import Held
from web.settings import Settings

API = "/api/v1"


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index) as client:
        yield client


def printed(index_dir: Path, *arguments: str) -> str:
    typed = ["query", "--limit", "0", "--index-dir", str(index_dir), *arguments]
    result = CliRunner().invoke(cli.app, typed)
    assert result.exit_code in (0, 1), result.output
    return result.stdout_bytes.decode()


def with_short_paths(table: str) -> list[list[str]]:
    rows = [*csv.reader(io.StringIO(table, newline=""))]
    for row in rows[1:]:
        row[-1] = PurePath(row[-1]).relative_to(ROOT / "samples").as_posix()
    return rows


QUERIES = [
    pytest.param("枫桥经验", {}, id="words"),
    pytest.param("", {}, id="everything"),
    pytest.param("人", {"year": "2021.."}, id="filter"),
    pytest.param("调解", {"by": "report", "sort": "year"}, id="by report"),
    pytest.param("枫桥 经验 调解 没有这样的词", {}, id="nothing holds all"),
    pytest.param("没有这样的词", {}, id="nothing"),
    pytest.param("=1+1", {}, id="formula"),
]


@pytest.mark.parametrize(("query", "options"), QUERIES)
def test_rows_are_those_of_the_command_line(
    client: TestClient, samples_index: Path, query: str, options: dict[str, str]
) -> None:
    answer = client.get(f"{API}/query.csv", params={"q": query, **options})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    named = [word for name, value in options.items() for word in (f"--{name}", value)]
    wanted = printed(samples_index, "--csv", *named, "--", query)
    found = answer.content.decode()
    assert found.startswith(BOM)
    assert [*csv.reader(io.StringIO(found, newline=""))] == with_short_paths(wanted)
    assert found.count("\r\n") == found.count("\n")
    assert str(ROOT) not in found


@pytest.mark.parametrize(("query", "options"), QUERIES)
def test_lines_are_the_hits_of_the_command_line(
    client: TestClient, samples_index: Path, query: str, options: dict[str, str]
) -> None:
    answer = client.get(f"{API}/query.ndjson", params={"q": query, **options})
    assert answer.headers["content-type"] == "application/x-ndjson"
    named = [word for name, value in options.items() for word in (f"--{name}", value)]
    (wanted,) = printed(samples_index, "--json", *named, "--", query).splitlines()
    hits = json.loads(wanted)["hits"]
    for hit in hits:
        hit["file"] = PurePath(hit["file"]).relative_to(ROOT / "samples").as_posix()
    assert [json.loads(line) for line in answer.text.splitlines()] == hits


def test_hits_come_in_order_over_many_pieces(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get(f"{API}/query.ndjson?q=人").text
    monkeypatch.setattr(streaming, "CHUNK", 3)
    assert client.get(f"{API}/query.ndjson?q=人").text == whole
    ranks = [json.loads(line)["rank"] for line in whole.splitlines()]
    assert ranks == [*range(1, len(ranks) + 1)]
    assert len(ranks) > 3


def test_names_and_values_are_in_the_readers_language(client: TestClient) -> None:
    address = f"{API}/query.csv?q=枫桥经验"
    english, chinese = (
        client.get(address, headers={"Accept-Language": language}).text for language in ("en", "zh")
    )
    assert english.startswith("\ufeffquery,rank,id,year")
    assert not chinese.startswith("\ufeffquery")
    assert chinese.count("\r\n") == english.count("\r\n")


# --- the file's name ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "name"),
    [
        pytest.param("枫桥经验 2024", "lawsearch 枫桥经验 2024.csv", id="words"),
        pytest.param("", "lawsearch.csv", id="nothing"),
        pytest.param('"../../etc/passwd"', "lawsearch etc passwd.csv", id="a path"),
        pytest.param("a\r\nSet-Cookie: x", "lawsearch a Set-Cookie x.csv", id="a header"),
        pytest.param("调" * 100, f"lawsearch {'调' * 60}.csv", id="long"),
        pytest.param("\ud800", "lawsearch.csv", id="half a character"),
        pytest.param("\u202egnp.调解", "lawsearch gnp 调解.csv", id="turned around"),
        pytest.param(".", "lawsearch.csv", id="a point"),
    ],
)
def test_the_file_is_named_after_the_query(query: str, name: str) -> None:
    ascii_name, _semicolon, long_name = disposition(query, "csv").partition("; filename*=UTF-8''")
    assert ascii_name == 'attachment; filename="lawsearch.csv"'
    assert unquote(long_name) == name


@given(st.text())
def test_no_query_breaks_out_of_the_header(query: str) -> None:
    header = disposition(query, "ndjson")
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.count(";") == 2


# --- one commit, and no more work than is read ----------------------------------------------------


class Reader:
    """A client over ASGI that goes away after some pieces of the answer."""

    lane: Lane

    def __init__(self, pieces: int) -> None:
        self.left = pieces
        self.gone = anyio.Event()
        self.bodies: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.bodies.append(message["body"])
            self.left -= 1
            if self.left == 0:
                self.gone.set()
            await anyio.sleep(0.01)  # as a socket would: others get their turn


SCOPE = {
    "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
    "method": "GET", "scheme": "http", "path": f"{API}/query.ndjson",
    "raw_path": f"{API}/query.ndjson".encode(), "query_string": b"", "root_path": "",
    "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 5000),
    "server": ("127.0.0.1", 8000),
}  # fmt: skip


def test_the_work_ends_when_the_reader_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 1)
    reports = [make_report(f"r{n}", [("一、", f"调解第{n}件。")]) for n in range(60)]
    write(tmp_path, batch(*reports))
    assert 5 <= len(exported_to(Reader(5), tmp_path)) < 60


def exported_to(reader: Reader, index: Path) -> list[bytes]:
    """What the reader got of an export, for which nothing is held afterwards."""
    app = create_app(Settings(Folder(index), rate=None))

    async def go() -> Held:
        reader.lane = app.state.slow
        with anyio.fail_after(60):
            await app(SCOPE, reader.receive, reader.send)
        found: Held = await app.state.slow.run(lambda held: held)
        return found

    assert anyio.run(go).users == 0
    assert app.state.slow.streams == 0
    for lane in (app.state.quick, app.state.slow):
        lane.close()
    return reader.bodies


class Overtaken(Reader):
    """One for whom, after the first piece, the lane goes on to a new commit."""

    def __init__(self, index: Path) -> None:
        super().__init__(1000)
        self.index = index

    async def send(self, message: Any) -> None:
        await super().send(message)
        if len(self.bodies) == 1:
            write(self.index, batch(make_report("r9", [("一、", "调解。")]), remove=["r0", "r8"]))
            self.lane.live.refresh()
            assert await self.lane.run(lambda held: held.commit) == 2


def test_an_export_is_of_the_commit_that_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 2)
    reports = [make_report(f"r{n}", [("一、", f"调解第{n}件。")]) for n in range(9)]
    write(tmp_path, batch(*reports))
    lines = b"".join(exported_to(Overtaken(tmp_path), tmp_path)).splitlines()
    assert sorted(json.loads(line)["report"] for line in lines) == [f"r{n}" for n in range(9)]


class Stalled(Reader):
    """One that stays, and takes no more after some pieces."""

    async def send(self, message: Any) -> None:
        if self.left == 0:
            await anyio.sleep_forever()
        if message["type"] == "http.response.body":
            self.bodies.append(message["body"])
            self.left -= 1


def test_the_work_ends_when_the_reader_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 1)
    monkeypatch.setattr(answering, "STALLED_SECONDS", 0.2)
    write(tmp_path, batch(*(make_report(f"r{n}", [("一、", "调解。")]) for n in range(9))))
    assert len(exported_to(Stalled(3), tmp_path)) == 3


def test_only_so_many_exports_are_under_way_at_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_STREAMS", 1)
    address = f"{API}/query.ndjson?q=调解"
    lane = client.app.state.slow  # type: ignore[attr-defined]
    with lane.streaming():
        assert client.get(address).status_code == 503
    for _ in range(2):
        assert client.get(address).status_code == 200
    assert client.get(f"{API}/query.ndjson?sort=size").status_code == 400
    assert lane.streams == 0


def test_who_has_the_file_need_not_wait_for_room_in_the_lane(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{API}/query.csv?q=调解"
    known = {"If-None-Match": client.get(address).headers["ETag"]}
    monkeypatch.setattr(lanes, "MOST_STREAMS", 0)
    assert client.get(address, headers=known).status_code == 304
    assert client.get(address).status_code == 503
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 503
    assert client.get(f"{address}&sort=size", headers=known).status_code == 400


def test_a_commit_that_nobody_has_asked_yet_is_another_version(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r1", [("一、", "调解。")])))
    with served(tmp_path) as client:
        before = client.get(f"{API}/query.csv?q=调解")
        known = {"If-None-Match": before.headers["ETag"]}
        assert client.get(f"{API}/query.csv?q=调解", headers=known).status_code == 304
        write(tmp_path, batch(make_report("r2", [("一、", "调解。")])))
        live = client.app.state.slow.live  # type: ignore[attr-defined]
        live.refresh()
        assert live.commit == 1
        after = client.get(f"{API}/query.csv?q=调解", headers=known)
    assert (after.status_code, after.text.count("\n")) == (200, before.text.count("\n") + 1)


def test_an_index_that_is_damaged_is_told_before_an_export_begins(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r", [("一、", "调解。")])))
    with served(tmp_path) as client:
        assert client.get(f"{API}/query?q=调解").status_code == 200
        for file in tmp_path.rglob("*"):
            if file.is_file() and "manifest" not in file.name:
                file.write_bytes(b"x" * file.stat().st_size)
        answer = client.get(f"{API}/query.csv?q=调解")
    assert (answer.status_code, answer.json()["error"]) == (503, "The index is damaged.")


def test_an_export_may_end_after_the_server(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r", [("一、", "调解。")])))
    with served(tmp_path) as client:
        lane = client.app.state.slow  # type: ignore[attr-defined]
    lane.release(lambda: None)


def test_the_search_page_leads_to_all_of_its_hits(client: TestClient) -> None:
    page = client.get("/search?q=调解&limit=20&not=county:青禾县&by=report").text
    found = re.findall(r'href="(/api/v1/query\.[^"]+)"', page)
    assert len(found) == 2
    for link in found:
        answer = client.get(html.unescape(link))
        assert answer.status_code == 200, answer.text
        assert "青禾县" not in answer.text


def test_a_search_too_costly_for_a_page_can_still_be_exported(samples_index: Path) -> None:
    app = create_app(Settings(Folder(samples_index), rate=None, most_ms=0.01))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get(f"{API}/query", params={"q": "调解"}).status_code == 422
        assert client.get(f"{API}/query.csv", params={"q": "调解"}).text.count("\n") > 20


def test_what_an_export_may_cost_is_bounded_too(
    samples_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "EXPORT_MS", 0.01)
    with served(samples_index) as client:
        answer = client.get(f"{API}/query.csv", params={"q": "调解"})
    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "hint"}
