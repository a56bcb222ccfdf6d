"""Who may ask: by the name of the host where only this machine may, by token where there is one."""

from __future__ import annotations

import hashlib
import hmac
import re
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.i18n import gettext as _
from web.errors import make_error
from web.settings import LOOPBACK, Settings
from web.templating import render

LONGEST_ADDRESS: Final = 32_000
"""Bytes of a path with its parameters: a text of 3,500 Chinese characters, escaped."""
OPEN: Final = ("/healthz", "/login", "/static/")
"""Whatever has no word of a report is there for all."""
_COOKIE: Final = "lawsearch"
_LARGEST_FORM: Final = 16_384
_OURS: Final = re.compile(r"/(?![/\\])[!-~]{0,8000}")
_WEEK: Final = 7 * 24 * 3600

router = APIRouter(include_in_schema=False)


class Gate:
    """Lets in who may ask.

    A page elsewhere that has its name lead to this machine is not let in (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        refused = self._refuse(request)
        await (refused or self.app)(scope, receive, send)

    def _refuse(self, request: Request) -> Response | None:
        raw = request.scope.get("raw_path") or b""
        if len(raw) + len(request.scope["query_string"]) > LONGEST_ADDRESS:
            said, hint = _("The address is too long."), _("Ask for less at once.")
            return make_error(request, HTTPStatus.REQUEST_URI_TOO_LONG, said, hint)
        if self._settings.is_local and _host(request.headers) not in LOOPBACK:
            said = _("This server answers only to its own machine's name.")
            hint = _("Open it as http://127.0.0.1, or start it with --host.")
            return make_error(request, HTTPStatus.MISDIRECTED_REQUEST, said, hint)
        token = self._settings.token
        if token is None or request.scope["path"].startswith(OPEN) or is_let_in(request, token):
            return None
        if "text/html" in request.headers.get("accept", "") and request.method == "GET":
            return RedirectResponse(
                f"/login?{urlencode({'to': _address(request)})}",
                HTTPStatus.SEE_OTHER,
                {"Cache-Control": "no-store"},
            )
        said, hint = _("A token is needed."), _("Send it as “Authorization: Bearer TOKEN”.")
        return make_error(request, HTTPStatus.UNAUTHORIZED, said, hint)


def _host(headers: Headers) -> str:
    """The host that was asked for, without its port."""
    host = headers.get("host", "")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _address(request: Request) -> str:
    """What was asked for, without the host."""
    path = (request.scope.get("raw_path") or b"/").decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def leads_here(address: str) -> bool:
    """Whether an address is one of this server, whatever a browser makes of it."""
    return _OURS.fullmatch(address) is not None


def is_let_in(request: Request, token: str) -> bool:
    """Whether the request has the token, or the cookie that it is given for."""
    kind, _space, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and _is_same(given.strip(), token):
        return True
    return _is_same(request.cookies.get(_COOKIE, ""), pass_of(token))


def pass_of(token: str) -> str:
    """What a browser keeps instead of the token, which cannot be told from it."""
    return hmac.new(token.encode(), b"lawsearch cookie", hashlib.sha256).hexdigest()


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


@router.get("/login")
async def login_page(request: Request) -> Response:
    """The form that asks for the token."""
    return _login(request, request.query_params.get("to", ""), wrong=False)


@router.post("/login")
async def login(request: Request) -> Response:
    """A cookie for the token, and the page that was asked for; or the form again."""
    token: str | None = request.app.state.settings.token
    if token is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            break
    form = parse_qs(body[:_LARGEST_FORM].decode("utf-8", "replace"))
    given, to = (form.get(name, [""])[0] for name in ("token", "to"))
    if not _is_same(given.strip(), token):
        return _login(request, to, wrong=True)
    to = to if leads_here(to) else "/"
    response = RedirectResponse(to, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    response.set_cookie(
        _COOKIE, pass_of(token), max_age=_WEEK, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


def _login(request: Request, to: str, *, wrong: bool) -> Response:
    status = HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK
    page = render("login.html", request, {"wrong": wrong, "to": to if leads_here(to) else ""})
    headers = {"Cache-Control": "no-store"}
    return Response(page, status, headers, media_type="text/html; charset=utf-8")
