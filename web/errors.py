"""What went wrong, as an answer: an object with error and hint for the API, else a page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from index.errors import (
    BadFilter,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    LawsearchError,
    NotFound,
    StoreError,
    TooCostly,
)
from index.i18n import gettext as _
from index.i18n import speaking
from web.headers import HEADERS
from web.lanes import Busy
from web.language import language_of
from web.templating import render, report_url

API: Final = "/api/"
_FILES: Final = "/reports/"  # files of reports are told by their addresses
_log = logging.getLogger("lawsearch.web")


class Told(LawsearchError):
    """Something that only a server says, with its status."""

    def __init__(self, status: HTTPStatus, said: str, hint: str = "") -> None:
        super().__init__(said)
        self.status, self.hint = status, hint


def status_of(error: LawsearchError) -> HTTPStatus:
    """The status of an answer that tells of the error."""
    match error:
        case Told():
            return error.status
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case Busy() | StoreError():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case TooCostly():
            return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.BAD_REQUEST


def told_to_strangers(error: LawsearchError) -> tuple[str, str]:
    """(what is said, what to do) without what only the machine's keeper may know: paths."""
    match error:
        case IndexMissing():
            return _("There is no index yet."), _("Whoever runs this server builds it.")
        case IndexOutdated():
            return _("The index is of another version."), _("Whoever runs this server rebuilds it.")
        case IndexDamaged():
            return _("The index is damaged."), _("Whoever runs this server rebuilds it.")
        case StoreError():
            return _("The index cannot be read."), _("Try again in some seconds.")
        case BadFilter():  # on the command line a parameter is an option
            return str(BadFilter(error.flag.removeprefix("--"), error.value)), error.hint
    return str(error), error.hint


def answer_error(request: Request, error: LawsearchError) -> Response:
    """The answer that tells of an error, in the reader's language."""
    status = status_of(error)
    if isinstance(error, StoreError):
        _log.error("%s %s", error, error.hint)
    with speaking(language_of(request)):
        said, hint = told_to_strangers(error)
    return make_error(request, status, said, hint, meant=[*_meant(error)])


def _meant(error: LawsearchError) -> Iterator[tuple[str, str]]:
    """(what may have been meant, its address)."""
    for id in error.close if isinstance(error, NotFound) else ():
        yield id, quote(id) if id.startswith(_FILES) else report_url(id)


def make_error(
    request: Request, status: int, said: str, hint: str, *, meant: Sequence[tuple[str, str]] = ()
) -> Response:
    """An answer with a status, what went wrong, and what to do."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["Retry-After"] = "5"
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="lawsearch"'
    if request.scope["path"].startswith(API):
        return JSONResponse({"error": said, "hint": hint}, status, headers)
    with speaking(language_of(request)):
        shown = {"status": status, "said": said, "hint": hint, "meant": meant}
        page = render("error.html", request, shown)
    return Response(page, status, headers, media_type="text/html; charset=utf-8")


def add_error_handlers(app: FastAPI) -> None:
    """Have every error answered in its shape."""

    async def lawsearch_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, LawsearchError)
        return answer_error(request, error)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = make_error(request, error.status_code, *_worded(request, error.status_code))
        response.headers.update(error.headers or {})
        return response

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        name = str(first["loc"][-1])
        with speaking(language_of(request)):
            said = _("{name}: this value is not taken.").format(name=name)
        return make_error(request, HTTPStatus.BAD_REQUEST, said, str(first["msg"]))

    async def failed(request: Request, error: Exception) -> Response:
        # Starlette answers this outside of all else; the server logs it, with its traceback.
        response = make_error(request, 500, *_worded(request, 500))
        response.headers.update(HEADERS)
        return response

    app.add_exception_handler(LawsearchError, lawsearch_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, failed)


def _worded(request: Request, status: int) -> tuple[str, str]:
    with speaking(language_of(request)):
        match status:
            case HTTPStatus.NOT_FOUND:
                return _("There is no such page."), _("Start at the search page: /")
            case HTTPStatus.METHOD_NOT_ALLOWED:
                return _("This address is only read."), _("Ask with GET.")
            case HTTPStatus.INTERNAL_SERVER_ERROR:
                return _("Something went wrong here."), _("It is in the server's log.")
    return HTTPStatus(status).phrase, ""
