"""What the API answers beside its objects: errors, versions, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.whoosh_writer import WhooshWriter
from tests.conftest import ROOT
from tests.made import batch, make_report, write
from tests.served import served, wait_until

API = "/api/v1"
REPORT = "青禾县槿岭镇-2023"


@pytest.fixture(scope="module")
def client(samples_index: Path) -> Iterator[TestClient]:
    with served(samples_index) as client:
        yield client


# --- errors ---------------------------------------------------------------------------------------

ERRORS = [
    pytest.param("/query?q=a&nope=1", 400, "'nope'", "One of: by, city", id="unknown name"),
    pytest.param("/query?q=a&Limit=5", 400, "'Limit'", "limit", id="name in capitals"),
    pytest.param("/status?q=a", 400, "'q'", "", id="no names at all"),
    pytest.param("/query?year=soon", 400, "year: 'soon'", "2024", id="year"),
    pytest.param("/query?part=x", 400, "part: 'x'", "achievements", id="part"),
    pytest.param("/query?level=x", 400, "level: 'x'", "township", id="level"),
    pytest.param("/query?sort=x", 400, "sort: 'x'", "relevance", id="sort"),
    pytest.param("/query?by=x", 400, "by: 'x'", "section", id="by"),
    pytest.param("/query?facets=x", 400, "facets: 'x'", "year", id="facets"),
    pytest.param("/query?exact=2", 400, "exact: '2'", "true", id="exact"),
    pytest.param("/query?not=x", 400, "not: 'x'", "year:", id="not"),
    pytest.param("/query?not=part:x", 400, "part: 'x'", "achievements", id="not a part"),
    pytest.param("/query?limit=0", 400, "limit: '0'", f"{API}/query.csv", id="limit 0"),
    pytest.param("/query?limit=101", 400, "limit: '101'", f"{API}/query.ndjson", id="limit"),
    pytest.param("/query?limit=x", 400, "limit: 'x'", "1..100", id="limit, no number"),
    pytest.param("/query?page=0", 400, "page: '0'", f"{API}/query.csv", id="page 0"),
    pytest.param("/query?page=1001", 400, "page: '1001'", f"{API}/query.csv", id="deep page"),
    pytest.param("/query?limit=100&page=101", 400, "'101'", "1..100", id="depth by limit"),
    pytest.param("/query.csv?limit=5", 400, "'limit'", "", id="an export has no limit"),
    pytest.param("/query.csv?page=2", 400, "'page'", "", id="an export has no page"),
    pytest.param("/query.ndjson?year=soon", 400, "year: 'soon'", "", id="year of an export"),
    pytest.param("/browse/month", 404, "'month'", "year", id="browse what"),
    pytest.param("/suggest?at=x", 400, "at: 'x'", "0..", id="no cursor"),
    pytest.param("/show", 400, "'id'", "", id="show nothing"),
    pytest.param("/show?id=%20", 400, "'id'", "", id="show blank"),
    pytest.param("/show?id=荻溪镇-2022", 404, "荻溪镇-2022", "青禾县荻溪镇-2022", id="near id"),
    pytest.param(f"/show?id={REPORT}%239", 404, "#9", "#1", id="no such section"),
    pytest.param(f"/reports/{REPORT}%231", 404, "#1", REPORT, id="a section is no report"),
    pytest.param("/reports/..%2f..%2fetc%2fpasswd", 404, "", "", id="a path"),
    pytest.param("/similar", 400, "one of the two", "", id="similar to nothing"),
    pytest.param(f"/similar?id={REPORT}&text=a", 400, "one of the two", "", id="to both"),
    pytest.param(f"/similar?id={REPORT}", 400, "no measure", "-m1", id="similar to a report"),
    pytest.param("/similar?id=x", 404, "'x'", "", id="similar to no id"),
    pytest.param("/copies?between=x", 400, "between: 'x'", "years", id="between"),
    pytest.param("/copies?id=x", 404, "'x'", "", id="copies of no id"),
    pytest.param("/diff?first=x", 400, "'second'", "", id="diff with nothing"),
    pytest.param(f"/diff?first={REPORT}&second=x", 404, "'x'", "", id="diff with no id"),
    pytest.param("/spread", 400, "'q'", "", id="spread of nothing"),
    pytest.param("/spread?q=2024", 400, "no word", "quotes", id="spread of a year"),
    pytest.param("/spread?q=调解&level=county", 400, "'level'", "", id="spread has no level"),
    pytest.param("/matrix?part=plans", 400, "'part'", "", id="matrix has no part"),
    pytest.param("", 404, "no such page", "", id="nothing asked"),
    pytest.param("/", 404, "no such page", "", id="nothing asked, with a slash"),
    pytest.param("/query/", 404, "no such page", "", id="slash at the end"),
    pytest.param("/nope", 404, "no such page", "", id="no such address"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "status", "said", "hint"), ERRORS)
def test_every_error_says_what_and_what_to_do(
    client: TestClient, address: str, status: int, said: str, hint: str
) -> None:
    answer = client.get(API + address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert {*found} == {"error", "hint"}
    assert said in found["error"]
    assert hint in found["hint"]
    assert str(ROOT) not in answer.text
    assert "--" not in found["error"]  # an option of the command line


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_is_only_read(client: TestClient, method: str) -> None:
    answer = client.request(method, f"{API}/query?q=a")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert {*answer.json()} == {"error", "hint"}


def test_errors_are_in_the_readers_language(client: TestClient) -> None:
    answer = client.get(f"{API}/show?id=x", headers={"Accept-Language": "zh-CN"})
    assert "索引" in answer.json()["error"]


def test_a_query_of_death_is_refused(samples_index: Path) -> None:
    with served(samples_index, most_ms=0.001) as client:
        for address in (
            "/query?q=调解 人 民 的",
            "/browse/year?q=人 民",
        ):
            answer = client.get(API + address)
            assert answer.status_code == 422, address
            assert {*answer.json()} == {"error", "hint"}


def test_who_asks_too_often_is_told(samples_index: Path) -> None:
    with served(samples_index, rate=0.2) as client:
        statuses = [client.get(f"{API}/status").status_code for _ in range(3)]
        assert statuses == [200, 429, 429]
        answer = client.get(f"{API}/status")
        assert {*answer.json()} == {"error", "hint"}
        assert int(answer.headers["retry-after"]) > 0


def test_without_an_index_it_says_so_and_no_path(tmp_path: Path) -> None:
    with served(tmp_path / "secret") as client:
        answer = client.get(f"{API}/query?q=a")
        assert answer.status_code == 503
        assert {*answer.json()} == {"error", "hint"}
        assert "secret" not in answer.text


def test_a_token_is_needed_where_there_is_one(samples_index: Path) -> None:
    with served(samples_index, host="0.0.0.0", token="geheim") as client:
        answer = client.get(f"{API}/status")
        assert answer.status_code == 401
        assert {*answer.json()} == {"error", "hint"}
        assert "geheim" not in answer.text
        let_in = client.get(f"{API}/status", headers={"Authorization": "Bearer geheim"})
        assert let_in.status_code == 200


# --- parameters that the command line does not have -----------------------------------------------


def test_facets_may_be_some_or_none(client: TestClient) -> None:
    def facets(asked: str) -> list[str]:
        return [*client.get(f"{API}/query?q=调解{asked}").json()["facets"]]

    assert facets("&facets=year,township") == ["year", "township"]
    assert facets("&facets=") == []
    assert len(facets("")) == 8


def test_what_is_left_out_is_left_out(client: TestClient) -> None:
    def found(asked: str) -> Any:
        return client.get(f"{API}/query?q=调解&limit=100&facets=county{asked}").json()

    counts = {each["value"]: each["count"] for each in found("")["facets"]["county"]}
    left = found("&not=county:青禾县")
    assert counts["青禾县"] > 0
    assert left["total_sections"] == sum(counts.values()) - counts["青禾县"]
    assert all(hit["county"] != "青禾县" for hit in left["hits"])


def test_searching_within_narrows(client: TestClient) -> None:
    def total(asked: str) -> Any:
        return client.get(f"{API}/query?q=调解{asked}").json()["total_sections"]

    assert 0 < total("&within=网格员") == total(" 网格员") < total("")


# --- versions -------------------------------------------------------------------------------------

ADDRESSES = ["/query?q=枫桥经验", f"/reports/{REPORT}", "/browse/year", "/status", "/copies"]
FILES = ["/query.csv?q=调解", "/query.ndjson?q=调解"]


@pytest.mark.parametrize("address", [*ADDRESSES, *FILES])
def test_who_has_this_version_is_not_sent_it_again(client: TestClient, address: str) -> None:
    first = client.get(API + address)
    etag, written = first.headers["etag"], first.headers["last-modified"]
    known = [
        {"If-None-Match": etag},
        {"If-None-Match": etag.removeprefix("W/")},
        {"If-None-Match": f'"a", W/"b,c" ,{etag}'},
        {"If-None-Match": "*"},
        {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ]
    for headers in known:
        answer = client.get(API + address, headers=headers)
        assert (answer.status_code, answer.content) == (304, b""), headers
        assert answer.headers["etag"] == etag
        assert answer.headers["last-modified"] == written


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"a"'},
        {"If-None-Match": ""},
        {"If-None-Match": '"*"'},
        {"If-None-Match": '"a"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"Range": "bytes=0-10"},
    ],
)
def test_who_has_another_version_is_sent_this_one(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get(f"{API}/query?q=枫桥经验", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["total_sections"] > 0


def test_versions_of_two_languages_differ(client: TestClient) -> None:
    english, chinese = (
        client.get(f"{API}/status", headers={"Accept-Language": language})
        for language in ("en", "zh")
    )
    assert english.headers["etag"] != chinese.headers["etag"]
    assert "accept-language" in english.headers["vary"].lower()


@pytest.mark.parametrize("address", [*ADDRESSES, *FILES, "/nope", "/query?limit=0"])
def test_head_has_the_headers_and_no_body(client: TestClient, address: str) -> None:
    got, head = client.get(API + address), client.head(API + address)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("content-type", "etag", "last-modified", "content-disposition"):
        assert head.headers.get(name) == got.headers.get(name), name


def test_a_new_commit_is_another_version(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("r1", [("一、", "调解网格。")])))
    with served(tmp_path) as client:
        before = client.get(f"{API}/query?q=调解")
        writer = WhooshWriter(tmp_path)
        writer.write(batch(make_report("r2", [("一、", "调解网格。")])))
        writer.close()
        known = {"If-None-Match": before.headers["etag"]}
        wait_until(lambda: client.get(f"{API}/query?q=调解", headers=known).status_code == 200)
        after = client.get(f"{API}/query?q=调解")
        assert after.headers["etag"] != before.headers["etag"]
        totals = [answer.json()["total_sections"] for answer in (before, after)]
        assert totals == [1, 2]
