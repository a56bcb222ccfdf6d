"""A crew answers as one process does, and whatever becomes of a member."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.location import Folder
from tests.made import batch, make_report, write
from tests.served import served, wait_until
from web.app import create_member
from web.crew import Crew, Member, _reply
from web.settings import Settings

PAGES = (
    "/",
    "/search?q=调解",
    "/search?q=没有这样的词",
    "/search?page=0",
    "/reports/青禾县槿岭镇-2024?q=枫桥经验",
    "/reports/nothing",
    "/similar?id=青禾县槿岭镇-2023%231.5",
    "/suggest?q=枫桥",
    "/api/v1/query?q=调解 2024",
    "/api/v1/show?id=nothing",
)


@pytest.fixture(scope="module")
def crewed(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index, workers=2, version="1") as client:
        yield client


def crew_of(client: TestClient) -> Crew:
    app: Any = client.app
    crew: Crew = app.state.crew
    return crew


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_answers_are_those_of_one_process(
    crewed: TestClient, samples_index: Path, page: str, language: str
) -> None:
    headers = {"Accept-Language": language}
    with served(samples_index, version="1") as alone:
        wanted = alone.get(page, headers=headers)
    found = crewed.get(page, headers=headers)
    assert found.status_code == wanted.status_code
    assert timeless(found.text) == timeless(wanted.text)
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Language", "Vary"):
        assert found.headers.get(name) == wanted.headers.get(name)
    if "ETag" in found.headers:
        again = crewed.get(page, headers={**headers, "If-None-Match": found.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def timeless(text: str) -> str:
    return re.sub(r'"took_ms":[\d.]+|[\d,.]+ (?:ms|毫秒)', "", text)


def test_long_work_and_exports_stay_in_this_process(crewed: TestClient) -> None:
    assert crewed.get("/browse").status_code == 200
    assert crewed.get("/api/v1/query.csv?q=调解").text.count("\n") > 20
    assert crewed.get("/healthz").text == "ok 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_member_that_dies_is_replaced(samples_index: Path) -> None:
    with served(samples_index, workers=2) as client:
        crew = crew_of(client)
        assert client.get("/").status_code == 200
        first = members(crew)
        for member in first:
            member.process.kill()
            member.process.join()
        statuses = [client.get("/").status_code for _ in range(4)]
        assert sorted(statuses) == [200, 200, 503, 503]
        assert not {m.process.pid for m in members(crew)} & {m.process.pid for m in first}


def members(crew: Crew) -> list[Member]:
    """All of them, which are idle."""
    found = [crew._idle.get(timeout=20) for _ in range(2)]
    for member in found:
        crew._idle.put(member)
    return found


def test_nobody_is_sent_back_behind_a_commit(tmp_path: Path) -> None:
    """Whichever member answers, and however late it looks for a new commit by itself."""
    write(tmp_path, batch(make_report("r0", [("一、调解", "调解员上门。")])))
    with served(tmp_path, workers=2) as client:
        for n in range(1, 4):
            write(tmp_path, batch(make_report(f"r{n}", [("一、调解", "调解员上门。")])))
            wait_until(partial(has, client, n + 1))
            assert [total(client) for _ in range(6)] == [n + 1] * 6


def test_members_are_told_of_what_any_lane_has_answered_from(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r0", [("一、调解", "调解员上门。")])))
    with served(tmp_path, workers=2) as client:
        crew = crew_of(client)
        assert crew.commit == 0
        assert [total(client) for _ in range(2)] == [1, 1]
        assert crew.commit == 1
        write(tmp_path, batch(make_report("r1", [("一、调解", "调解员上门。")])))
        client.app.state.slow.live.latest.meet(2)  # type: ignore[attr-defined]
        # At once: sooner than a member looks by itself.
        assert [total(client) for _ in range(2)] == [2, 2]


def test_a_member_looks_for_the_commit_that_another_has_answered_from(tmp_path: Path) -> None:
    """Without a thread that looks by itself: only who asks for a later commit gets it."""
    write(tmp_path, batch(make_report("r0", [("一、调解", "调解员上门。")])))
    app = create_member(Settings(Folder(tmp_path)))
    told = {
        "method": "GET", "path": "/api/v1/query", "raw_path": b"/api/v1/query",
        "query_string": b"", "headers": [], "scheme": "http", "server": ("127.0.0.1", 80),
    }  # fmt: skip

    def answered(least: int) -> int:
        return asyncio.run(_reply(app, told, least)).commit

    assert answered(0) == 1
    write(tmp_path, batch(make_report("r1", [("一、调解", "调解员上门。")])))
    assert answered(1) == 1
    assert answered(2) == 2
    app.state.quick.close()
    app.state.slow.close()


def has(client: TestClient, sections: int) -> bool:
    return total(client) == sections


def total(client: TestClient) -> int:
    return int(client.get("/api/v1/query?q=调解").json()["total_sections"])


def test_members_end_with_the_server(samples_index: Path) -> None:
    with served(samples_index, workers=2) as client:
        assert client.get("/").status_code == 200
        all = members(crew_of(client))
    assert [member.process.exitcode for member in all] == [0, 0]
