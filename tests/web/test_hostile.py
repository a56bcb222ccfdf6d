"""Reports, queries, addresses and headers that mean harm: nothing runs, nothing leaks, it goes on.

What a browser makes of the same reports is in tests/browser/test_hostile.py.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from tests import hostile
from tests.served import served
from tests.server_process import HOST, ServerProcess, server_process
from web.headers import HEADERS

BASE = "http://127.0.0.1"
SCHEMES = ("http", "https", "")
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset"}
MOST_PAGES = 250  # of the walk
CHART = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A chart has its styles in itself, and can run and load nothing."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of hostile reports."""
    return hostile.write_reports(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def index_dir(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of them."""
    return hostile.index_reports(reports, tmp_path_factory.mktemp("harm") / "index")


@pytest.fixture(scope="module")
def client(index_dir: Path) -> Iterator[TestClient]:
    """A client of their pages."""
    with served(index_dir) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="module")
def server(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server of the same."""
    with server_process(index_dir, tmp_path_factory.mktemp("log") / "log.txt") as server:
        yield server


# What holds of every answer


def check(client: TestClient, path: str, *, secrets: tuple[str, ...]) -> list[str]:
    """The addresses that an answer leads to, once it is seen that it does no harm."""
    response = client.get(path)
    assert response.status_code < 500, (path, response.status_code)
    kind = response.headers.get("content-type", "")
    is_chart = kind.startswith("image/svg")
    for name, value in (HEADERS | (CHART if is_chart else {})).items():
        assert response.headers[name] == value, (path, name)
    everything = f"{response.headers!r}\n{response.text}"
    for secret in secrets:
        assert secret not in everything, (path, secret)
    if "html" not in kind and not is_chart:
        return []
    page = LexborHTMLParser(response.text)
    nodes = [node for node in page.css("*") if not (is_chart and node.tag == "style")]
    found = [address for node in nodes for address in check_node(path, node)]
    assert is_chart or not TURNING.search(seen_text(page)), path
    return [urljoin(path, address) for address in found]


def check_node(path: str, node: LexborNode) -> Iterator[str]:
    """The addresses of an element that can run nothing and loads nothing from elsewhere."""
    if node.tag == "script":
        assert node.attributes.get("src"), (path, node.html)
        assert not (node.text() or "").strip(), (path, node.html)
    assert node.tag not in {"style", "iframe", "object", "embed", "base"}, (path, node.html)
    for name, value in node.attributes.items():
        assert not name.startswith("on"), (path, node.html)
        assert name not in {"style", "srcdoc", "hx-on", "hx-vals", "hx-vars"}, (path, node.html)
        if name.removeprefix("hx-") in ADDRESSES | {"get", "post"} and value:
            to = urlsplit(value.strip())
            assert to.scheme.lower() in SCHEMES, (path, node.html)
            assert to.netloc in ("", urlsplit(BASE).netloc), (path, node.html)
            if node.tag == "a" or name == "src":
                yield value


def seen_text(page: LexborHTMLParser) -> str:
    """The text between the tags, without what a reader has typed himself."""
    for node in page.css("input, textarea"):
        node.decompose()
    return page.body.text() if page.body else ""


def secrets_of(reports: Path, index_dir: Path) -> tuple[str, ...]:
    """What tells where on the machine the files are."""
    root = Path(__file__).resolve().parents[2]
    return (hostile.SECRET, str(reports.parent), str(index_dir.parent), str(root))


def test_nothing_harmful_is_reached_from_the_home_page(
    client: TestClient, reports: Path, index_dir: Path
) -> None:
    secrets = secrets_of(reports, index_dir)
    start = ["/", "/status", "/browse", "/api", *(search(bad) for bad in hostile.ALL)]
    waiting, known, kinds = deque(start), set(start), dict.fromkeys(map(kind_of, start), 0)
    for path in iter(lambda: waiting.popleft() if waiting else None, None):
        for address in check(client, path, secrets=secrets):
            to = urlsplit(address)._replace(fragment="").geturl()
            kinds.setdefault(kind_of(to), 0)
            if to not in known and kinds[kind_of(to)] < MOST_PAGES // 10:
                known.add(to)
                kinds[kind_of(to)] += 1
                waiting.append(to)
    assert {"reports", "search", "similar", "copies", "browse", "spread"} <= kinds.keys()


def kind_of(path: str) -> str:
    return urlsplit(path).path.split("/")[1]


def search(query: str, path: str = "/search") -> str:
    return f"{path}?{urlencode({'q': query[:500]})}"


# Words in an address

EVERYWHERE = [
    "/search?q={}", "/search?q=法治&within={}", "/search?township={}", "/search?not=county:{}",
    "/search?sort={}", "/search?page={}", "/search?not={}", "/suggest?q={}", "/reports/{}",
    "/reports/{}/files/0", "/reports/{}/source.txt", "/similar?id={}", "/similar?text={}",
    "/copies?id={}", "/copies?county={}", "/diff?first={}&second={}", "/spread?q={}",
    "/spread.svg?q={}", "/browse?county={}", "/static/{}", "/{}", "/api/v1/{}", "/login?next={}",
    "/api/v1/query?q={}", "/api/v1/query.csv?q={}", "/api/v1/query.ndjson?q={}",
    "/api/v1/suggest?q={}", "/api/v1/similar?text={}", "/api/v1/show?id={}",
    "/api/v1/browse/{}", "/api/v1/query?q=法治&{}=1",
]  # fmt: skip


@pytest.mark.parametrize("bad", hostile.ALL, ids=hostile.NAMES)
def test_hostile_words_in_any_address_do_nothing(
    client: TestClient, reports: Path, index_dir: Path, bad: str
) -> None:
    secrets = secrets_of(reports, index_dir)
    for form in EVERYWHERE:
        word = quote(bad[:800], safe="")
        check(client, form.replace("{}", word), secrets=secrets)


def test_what_is_typed_comes_back_as_it_was_typed(client: TestClient) -> None:
    for bad in (hostile.SCRIPT, hostile.IMAGE, hostile.TEMPLATE, hostile.CLOSING, hostile.ENTITY):
        page = LexborHTMLParser(client.get(search(bad)).text)
        box = page.css_first("input[name=q]")
        assert box is not None
        assert box.attributes["value"] == bad


def test_a_template_in_a_report_is_text(client: TestClient) -> None:
    page = LexborHTMLParser(client.get("/search?township=杉湾镇").text)
    assert page.body is not None
    assert hostile.TEMPLATE in page.body.text()
    assert str(7 * 191) not in page.body.text()


# Ways out of the folder

OUTSIDE = [
    "../../etc/passwd", "..%2f..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd",
    "..%252f..%252fetc%252fpasswd", "..\\..\\etc\\passwd", "..%5c..%5cetc%5cpasswd",
    "/etc/passwd", "%2fetc%2fpasswd", "....//....//etc/passwd", "..%c0%af..%c0%afetc/passwd",
    "app.css/../../templates/base.html", "..%2ftemplates%2fbase.html", "app.css%00.html",
    "C:%5cwindows%5cwin.ini", "file:///etc/passwd", "~root", ".", "..", "%00", "con",
    "app.css::$DATA",
]  # fmt: skip
INSIDE = ["/static/", "/reports/", "/reports/青禾县杉湾镇-2024/files/", "/api/v1/", "/"]
TELLTALE = re.compile(r"root:.*:0:0|\[fonts\]|block head|manifest\.json")


@pytest.mark.parametrize("prefix", INSIDE)
@pytest.mark.parametrize("way", OUTSIDE)
def test_no_address_leads_out_of_the_folder(server: ServerProcess, prefix: str, way: str) -> None:
    path = quote(prefix) + way
    answer = ask(server, path)
    assert status_of(answer) in (303, 400, 404, 421), answer[:200]
    assert not TELLTALE.search(answer.decode("utf-8", "replace")), answer


def ask(server: ServerProcess, path: str, *headers: str, method: str = "GET") -> bytes:
    """The answer to a request of these very characters."""
    host = [] if any(h.lower().startswith("host:") for h in headers) else [f"Host: {HOST}"]
    lines = [f"{method} {path} HTTP/1.1", *host, *headers, "Connection: close", "", ""]
    return server.send("\r\n".join(lines).encode("utf-8"))


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])


def head_of(answer: bytes) -> str:
    return answer.partition(b"\r\n\r\n")[0].decode("latin-1")


# Headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80@127.0.0.1", "",
             "127.0.0.1, evil.example", "<script>", "localhost.evil.example", "169.254.1.1"],
)  # fmt: skip
def test_another_name_of_this_machine_is_not_answered(server: ServerProcess, host: str) -> None:
    answer = ask(server, "/", f"Host: {host}")
    assert status_of(answer) in (400, 421)
    assert "evil" not in answer.decode("utf-8")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("X-Forwarded-For: <script>alert(1)</script>", id="forwarded for a script"),
        pytest.param(f"X-Forwarded-For: {'1.1.1.1, ' * 2000}1.1.1.1", id="through 2000 proxies"),
        pytest.param("X-Forwarded-Host: evil.example", id="forwarded host"),
        pytest.param("X-Forwarded-Proto: javascript", id="forwarded scheme"),
        pytest.param("X-Forwarded-Prefix: //evil.example", id="forwarded prefix"),
        pytest.param("Forwarded: host=evil.example;proto=x", id="forwarded"),
        pytest.param("X-Original-URL: /metrics", id="another address"),
        pytest.param("X-HTTP-Method-Override: DELETE", id="another method"),
        pytest.param("Accept-Language: ../../../etc/passwd;q=nan,zh;q=1e999,*;q=-1", id="language"),
        pytest.param(f"Accept-Language: {'zh;q=0.5,' * 5000}", id="many languages"),
        pytest.param("Accept-Encoding: gzip;q=nan, evil", id="encoding"),
        pytest.param("If-None-Match: " + 'W/"1",' * 5000, id="many tags"),
        pytest.param("If-Modified-Since: 99 Foo 99999 99:99:99", id="no date"),
        pytest.param("If-Modified-Since: Mon, 01 Jan 0001 00:00:00 +2359", id="first day"),
        pytest.param("Range: bytes=0-0,1-1,2-2,-99999999999", id="ranges"),
        pytest.param("Cookie: lawsearch=é\x85; a=b; =; ;;", id="cookie"),
        pytest.param("Authorization: Bearer \u4e2d\u6587", id="bearer in Chinese"),
        pytest.param("Authorization: Basic !!!!", id="basic"),
        pytest.param("Content-Type: multipart/form-data; boundary=x", id="form"),
        pytest.param("Expect: 100-continue", id="expect"),
        pytest.param("Upgrade: websocket", id="upgrade"),
        pytest.param("HX-Request: true\r\nHX-Target: <script>", id="htmx"),
    ],
)
def test_a_strange_header_changes_nothing(server: ServerProcess, header: str) -> None:
    answer = ask(server, "/search?q=%E6%B3%95%E6%B2%BB", header)
    assert status_of(answer) in (200, 400, 431), head_of(answer)
    text = answer.decode("utf-8", "replace")
    assert "evil" not in text
    assert "<script>" not in text
    assert "alert(1)" not in head_of(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=a%0d%0aSet-Cookie:%20x=1", "/reports/a%0d%0aX-Evil:%201",
        "/reports/%E9%9D%92%0d%0aX-Evil:%201/source.txt", "/login?next=%0d%0aX-Evil:%201",
        "/api/v1/query.csv?q=%0d%0aX-Evil:%201", "/%0d%0aX-Evil:%201", "//evil.example/%2f..",
        "/\\evil.example", "http://evil.example/",
    ],
)  # fmt: skip
def test_no_line_of_an_address_becomes_a_header(server: ServerProcess, path: str) -> None:
    head = head_of(ask(server, path)).lower()
    names = {line.partition(":")[0] for line in head.splitlines()}
    assert not {"x-evil", "set-cookie"} & names
    assert not re.search(r"location: *(https?:)?//evil", head)


@pytest.mark.parametrize(
    "request_", [
        pytest.param(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: " + b"a" * 300_000 + b"\r\n\r\n",
                     id="a header of 300,000 bytes"),
        pytest.param(b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                     id="an address of 300,000 bytes"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"".join(
            b"A%d: a\r\n" % n for n in range(20_000)) + b"\r\n", id="20,000 headers"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n",
                     id="a folded line"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="HTTP/9.9"),
        pytest.param(b"\x00" * 4096 + b"\r\n\r\n", id="zeros"),
        pytest.param(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
                     id="two lengths"),
        pytest.param(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
                     id="a length below nothing"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_and_the_server_goes_on(
    server: ServerProcess, request_: bytes
) -> None:
    connection = socket.create_connection((HOST, server.port), 20)
    # It may have hung up before it had read all.
    with connection, contextlib.suppress(OSError):
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(1 << 16)
        assert not answer or status_of(answer) in (303, 400, 404, 413, 414, 421, 431), answer
    assert status_of(ask(server, "/healthz")) == 200


def test_headers_without_end_are_not_read_on(server: ServerProcess) -> None:
    sent = 0
    with socket.create_connection((HOST, server.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: ")
        with contextlib.suppress(ConnectionError):
            while sent < 50_000_000 and not select.select([connection], [], [], 0)[0]:
                connection.sendall(b"a" * 100_000)
                sent += 100_000
    assert sent < 10_000_000, "what fits between the two, and not all"
    assert status_of(ask(server, "/healthz")) == 200


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]
)
@pytest.mark.parametrize("path", ["/", "/search", "/static/app.css", "/api/v1/query", "/metrics"])
def test_nothing_but_reading_is_answered(server: ServerProcess, method: str, path: str) -> None:
    answer = ask(server, path, "Content-Length: 0", method=method)
    assert status_of(answer) in (400, 404, 405), head_of(answer)


def test_the_log_is_whole_lines_whatever_is_asked(server: ServerProcess) -> None:
    ask(server, "/reports/a%0d%0a%7b%22path%22%3a%22forged%22%7d%1b[31m?q=secret")
    lines = [line for line in server.said().splitlines() if line.startswith("{")]
    told = [json.loads(line) for line in lines]
    assert all(set(each) >= {"client", "path", "status"} for each in told)
    assert not any(each["path"] == "forged" for each in told)
    assert "secret" not in server.said()
    assert "\x1b" not in server.said()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' files have no such names")
def test_a_hostile_file_is_given_under_its_name_and_not_run(client: TestClient) -> None:
    page = LexborHTMLParser(client.get("/search?county=青禾县&q=枫桥经验&limit=100").text)
    reports = {a.attributes["href"] for a in page.css(".hit h3 a")}
    assert reports
    for href in reports:
        assert href
        answer = client.get(f"{urlsplit(href).path}/files/0")
        if answer.status_code == 404:
            continue
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "\n" not in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
