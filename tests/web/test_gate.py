"""Who may ask, how errors are told, what is counted and logged: what every request passes."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from index.location import Folder
from tests.made import batch, make_report, write
from tests.served import wait_until
from web import lanes
from web.app import create_app
from web.headers import HEADERS
from web.security import LONGEST_ADDRESS, pass_of
from web.settings import Settings

TOKEN = "a-token-for-these-tests"
BROWSER = {"Accept": "text/html", "Accept-Language": "en"}


@contextmanager
def serving(settings: Settings, host: str = "127.0.0.1") -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, base_url=f"http://{host}:8000", follow_redirects=False) as client:
        client.headers["Accept-Language"] = "en"
        yield client


@pytest.fixture
def settings(samples_index: Path) -> Settings:
    return Settings(Folder(samples_index), rate=None, version="1")


# By the name of the host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_machine_is_answered(settings: Settings, host: str) -> None:
    with serving(settings) as client:
        assert client.get("/healthz", headers={"Host": f"{host}:8000"}).status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example", "", "[", "::1"])
def test_another_name_for_this_machine_is_not(settings: Settings, host: str) -> None:
    with serving(settings) as client:
        answer = client.get("/api/v1/status", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"] == "This server answers only to its own machine's name."


def test_a_server_for_others_answers_to_any_name(settings: Settings) -> None:
    with serving(replace(settings, host="0.0.0.0"), "office.example") as client:
        assert client.get("/healthz").status_code == 200


# By token


@pytest.mark.parametrize("path", ["/", "/search", "/status", "/metrics", "/api/v1/status", "/nope"])
def test_without_the_token_nothing_is_told(settings: Settings, path: str) -> None:
    with serving(replace(settings, token=TOKEN)) as client:
        answer = client.get(path)
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["WWW-Authenticate"]
        shown = client.get(path, headers=BROWSER)
        assert shown.headers["Location"] == f"/login?to={quote(path, safe='')}"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": f"Bearer {TOKEN}"}, 200, id="the token"),
        pytest.param({"Authorization": f"bearer  {TOKEN} "}, 200, id="as loosely as headers go"),
        pytest.param({"Authorization": f"Bearer {TOKEN}x"}, 401, id="another token"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, 401, id="another way"),
        pytest.param({"Cookie": f"lawsearch={pass_of(TOKEN)}"}, 200, id="the cookie"),
        pytest.param({"Cookie": f"lawsearch={TOKEN}"}, 401, id="the token as a cookie"),
        pytest.param({}, 401, id="nothing"),
    ],
)
def test_the_token_or_its_cookie_lets_in(
    settings: Settings, headers: dict[str, str], status: int
) -> None:
    with serving(replace(settings, token=TOKEN)) as client:
        assert client.get("/metrics", headers=headers).status_code == status


def test_a_browser_gives_the_token_once(settings: Settings) -> None:
    with serving(replace(settings, token=TOKEN)) as client:
        assert client.get("/login", headers=BROWSER).status_code == 200
        assert client.post("/login", data={"token": "wrong"}).status_code == 403
        assert client.get("/metrics").status_code == 401
        let_in = client.post("/login", data={"token": f" {TOKEN} "})
        assert (let_in.status_code, let_in.headers["Location"]) == (303, "/")
        cookie = let_in.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert TOKEN not in cookie
        assert "Secure" not in cookie
        assert client.get("/metrics").status_code == 200
        safely = client.post("https://127.0.0.1:8000/login", data={"token": TOKEN})
        assert "Secure" in safely.headers["Set-Cookie"]


def test_a_link_of_a_colleague_survives_the_token(settings: Settings) -> None:
    link = "/search?q=%E8%B0%83%E8%A7%A3&year=2024"
    with serving(replace(settings, token=TOKEN)) as client:
        form = client.get(client.get(link, headers=BROWSER).headers["Location"])
        hidden = LexborHTMLParser(form.text).css_first("input[name=to]")
        assert hidden is not None
        assert hidden.attributes["value"] == link
        again = client.post("/login", data={"token": "wrong", "to": link})
        assert link.replace("&", "&amp;") in again.text
        let_in = client.post("/login", data={"token": TOKEN, "to": link})
        assert let_in.headers["Location"] == link
        assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "to",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\telsewhere",
     "/\r\nX: 1", "javascript:alert(1)", "search", " /search", "/" + "x" * 9000],
)  # fmt: skip
def test_the_token_leads_nowhere_else(settings: Settings, to: str) -> None:
    with serving(replace(settings, token=TOKEN)) as client:
        assert 'name="to"' not in client.get("/login", params={"to": to}).text
        answer = client.post("/login", data={"token": TOKEN, "to": to})
        assert answer.headers["Location"] == "/"


def test_a_form_of_any_size_is_read_only_so_far(settings: Settings) -> None:
    with serving(replace(settings, token=TOKEN)) as client:
        body = "x=" + "y" * 100_000 + f"&token={TOKEN}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content=body, headers=headers).status_code == 403


# Errors


def test_what_browsers_ask_for_by_themselves_is_there(settings: Settings) -> None:
    with serving(settings) as client:
        answer = client.get("/favicon.ico")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")


def test_an_error_of_the_api_is_an_object(settings: Settings) -> None:
    with serving(settings) as client:
        for method, path, status in (
            ("GET", "/api/v1/nope", 404),
            ("POST", "/api/v1/status", 405),
            ("GET", "/api/v1/" + "x" * LONGEST_ADDRESS, 414),
        ):
            answer = client.request(method, path)
            assert (answer.status_code, set(answer.json())) == (status, {"error", "hint"})


def test_an_error_elsewhere_is_a_page_in_the_readers_language(settings: Settings) -> None:
    with serving(settings) as client:
        for language, tag in (("en", "en"), ("zh-CN", "zh-CN")):
            answer = client.get("/nope", headers={"Accept-Language": language})
            assert answer.status_code == 404
            assert f'<html lang="{tag}">' in answer.text


def test_a_report_that_is_not_there_leads_to_those_of_like_names(settings: Settings) -> None:
    with serving(settings) as client:
        answer = client.get("/reports/青禾县槿岭镇-2029")
        assert answer.status_code == 404
        meant = LexborHTMLParser(answer.text).css(".meant a")
        assert "青禾县槿岭镇-2024" in [link.text() for link in meant]
        for link in meant:
            assert client.get(link.attributes["href"] or "").status_code == 200
        (file,) = LexborHTMLParser(client.get("/reports/青禾县槿岭镇-2024/files/9").text).css(
            ".meant a"
        )
        assert client.get(file.attributes["href"] or "").status_code == 200


def test_a_search_that_failed_stands_in_the_box_again(settings: Settings) -> None:
    with serving(settings) as client:
        page = client.get("/search", params={"q": '调解 "2024', "year": "abc"})
        assert page.status_code == 400
        (box,) = LexborHTMLParser(page.text).css("#q")
        assert box.attributes["value"] == '调解 "2024'
        (box,) = LexborHTMLParser(client.get("/nope?q=调解").text).css("#q")
        assert not box.attributes["value"]


def test_no_index_yet_is_told_without_its_place(settings: Settings, tmp_path: Path) -> None:
    with serving(replace(settings, location=Folder(tmp_path / "none"))) as client:
        for path in ("/api/v1/status", "/"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "There is no index yet." in answer.text
            assert str(tmp_path) not in answer.text


def test_too_much_at_once_is_told_with_when_to_come_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_WAITING", 0)
    with serving(settings) as client:
        answer = client.get("/api/v1/status")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json() == {
            "error": "The server is busy.",
            "hint": "Try again in some seconds.",
        }
        page = LexborHTMLParser(client.get("/search?q=调解").text)
        again = [link.attributes["href"] for link in page.css("main .links a")]
        assert again == ["", "/"]  # this very address, then the start


def test_a_fault_of_ours_tells_nothing_and_is_as_safe_as_any_answer(settings: Settings) -> None:
    app = create_app(settings)

    def fail() -> None:
        raise RuntimeError("a secret of the machine")

    app.add_api_route("/api/v1/fail", fail)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/fail", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert answer.json()["error"] == "Something went wrong here."
    assert HEADERS.items() <= {**{k: answer.headers.get(k) for k in HEADERS}}.items()


# Headers


@pytest.mark.parametrize("path", ["/", "/nope", "/healthz", "/static/app.css", "/api/v1/status"])
def test_every_answer_forbids_the_browser_the_same(settings: Settings, path: str) -> None:
    with serving(settings) as client:
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "server" not in answer.headers


def test_head_is_get_without_its_body(settings: Settings) -> None:
    with serving(settings) as client:
        for path in ("/", "/api/v1/status", "/static/app.css"):
            got, head = client.get(path), client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers.get("ETag") == got.headers.get("ETag")


def test_what_is_sent_is_packed_where_the_reader_can_unpack_it(settings: Settings) -> None:
    with serving(settings) as client:
        for wanted, packed in (("gzip", "gzip"), ("identity", None)):
            answer = client.get("/", headers={"Accept-Encoding": wanted})
            assert answer.headers.get("Content-Encoding") == packed
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_server_that_does_not_keep_up_any_more_is_not_well(settings: Settings) -> None:
    with serving(settings) as client:
        assert client.get("/healthz").status_code == 200
        client.app.state.keeper = threading.Thread()  # type: ignore[attr-defined]
        assert client.get("/healthz").status_code == 503


# Versions


def test_what_the_reader_has_is_not_sent_again(tmp_path: Path) -> None:
    write(tmp_path, batch(make_report("甲镇-2023", [("一、调解", "调解员上门。")])))
    with serving(Settings(Folder(tmp_path), rate=None)) as client:
        first = client.get("/api/v1/status")
        tag, date = first.headers["ETag"], first.headers["Last-Modified"]
        for known in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"other", {tag}'},
            {"If-None-Match": tag.removeprefix("W/")},
            {"If-None-Match": "*"},
        ):
            again = client.get("/api/v1/status", headers=known)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == tag
        for unknown in (
            {"If-None-Match": '"other"', "If-Modified-Since": date},
            {"If-None-Match": tag, "Accept-Language": "zh-CN"},
            {"If-Modified-Since": date},  # of which language, by which version of the program?
        ):
            assert client.get("/api/v1/status", headers=unknown).status_code == 200
        write(tmp_path, batch(make_report("乙镇-2023", [("一、普法", "普法进村。")])))
        known = {"If-None-Match": tag}
        wait_until(lambda: client.get("/api/v1/status", headers=known).status_code == 200)


def test_another_version_of_the_program_answers_anew(settings: Settings) -> None:
    tags = set()
    for version in ("1", "2"):
        with serving(replace(settings, version=version)) as client:
            tags.add(client.get("/api/v1/status").headers["ETag"])
    assert len(tags) == 2


# Rate, log and metrics


def test_a_client_over_its_rate_waits(settings: Settings) -> None:
    with serving(replace(settings, rate=1)) as client:
        answers = [client.get("/api/v1/status") for _ in range(8)]
        assert [a.status_code for a in answers].count(200) in (5, 6)
        assert answers[-1].status_code == 429
        assert answers[-1].headers["Retry-After"] == "5"
        assert client.get("/static/app.css").status_code == 200
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("wanted", [False, True])
def test_the_log_holds_what_was_looked_for_only_when_that_is_wanted(
    settings: Settings, caplog: pytest.LogCaptureFixture, wanted: bool
) -> None:
    logging.getLogger("lawsearch.access").propagate = True
    with serving(replace(settings, log_queries=wanted)) as client:
        with caplog.at_level(logging.INFO, "lawsearch.access"):
            client.get("/api/v1/nope?q=secretwords", headers={"Referer": "/?q=secretwords"})
        (line,) = [r.getMessage() for r in caplog.records if r.name == "lawsearch.access"]
    told = json.loads(line)
    assert (told["path"], told["status"], told["method"]) == ("/api/v1/nope", 404, "GET")
    assert ("secretwords" in line) is wanted


@pytest.mark.parametrize(
    ("path", "line_has"),
    [
        pytest.param("/reports/青禾县-2023", "/reports/青禾县-2023", id="Chinese as it is"),
        pytest.param(
            "/a\n\x7f\x9b\u2028b", r"/a\n\u007f\u009b\u2028b", id="what ends or steers a line"
        ),
        pytest.param("/\u202e\ufeff\ue000", r"/\u202e\ufeff\ue000", id="what turns it around"),
        pytest.param('/"\\', r"/\"\\", id="what JSON escapes"),
        pytest.param("/𠮷", r"/\ud842\udfb7", id="beyond 16 bits"),
    ],
)
def test_a_line_of_the_log_can_be_read_and_does_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture, path: str, line_has: str
) -> None:
    logging.getLogger("lawsearch.access").propagate = True
    with serving(settings) as client:
        with caplog.at_level(logging.INFO, "lawsearch.access"):
            client.get(f"http://127.0.0.1:8000{quote(path)}")
        (line,) = [r.getMessage() for r in caplog.records if r.name == "lawsearch.access"]
    assert line_has in line
    assert line.isprintable()
    assert json.loads(line)["path"] == path
    # A stream in another encoding writes what it cannot hold as Python does, which JSON reads too.
    narrow = line.encode("ascii", "backslashreplace").decode()
    assert json.loads(narrow)["path"] == path


def test_requests_are_counted_by_route_and_not_by_what_was_typed(settings: Settings) -> None:
    with serving(settings) as client:
        client.get("/api/v1/status")
        client.get("/some/typed/path")
        client.get("/static/app.css")
        counted = client.get("/metrics").text
    assert 'lawsearch_requests_total{route="/api/v1/status",status="200"} 1.0' in counted
    assert 'lawsearch_requests_total{route="none",status="404"} 1.0' in counted
    assert 'lawsearch_requests_total{route="/static/{name}",status="200"} 1.0' in counted
    assert "typed" not in counted
    assert "lawsearch_index_commit" in counted
