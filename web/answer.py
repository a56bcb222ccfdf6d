"""How every answer is made: from one commit, in the reader's language, and not twice the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from email.utils import format_datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from web.access import is_head
from web.lanes import Lane
from web.language import language_of
from web.live import Held
from web.templating import render
from web.working import noted_work

Context = Mapping[str, Any]
STALLED_SECONDS: Final = 30.0
"""A reader of a stream who takes nothing for so long has gone."""
_CACHING: Final = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language"}


def lane_of(request: Request, *, slow: bool) -> Lane:
    """The lane for short work, or that for what may take seconds."""
    state = request.app.state
    lane: Lane = state.slow if slow else state.quick
    return lane


async def answer_page(
    request: Request,
    template: str,
    work: Callable[[Held], Context],
    *,
    slow: bool = False,
    status: int = 200,
) -> Response:
    """The template filled with what the work tells, as a page; 304 where the reader has it."""

    def make(held: Held) -> Response:
        body = render(template, request, dict(work(held)) | {"held": held})
        return Response(body, status, media_type="text/html; charset=utf-8")

    return await answer(request, make, slow=slow)


async def answer_json(
    request: Request, work: Callable[[Held], object], *, slow: bool = False
) -> Response:
    """What the work gives as JSON; 304 where the reader has it."""

    def make(held: Held) -> Response:
        plain = json.dumps(work(held), ensure_ascii=False, separators=(",", ":"))
        return Response(plain.encode("utf-8", "replace"), media_type="application/json")

    return await answer(request, make, slow=slow)


async def answer(
    request: Request, make: Callable[[Held], Response], *, slow: bool = False
) -> Response:
    """The response that is made of the last commit, with what tells one version from the next."""
    if request.app.state.crew is not None and not slow:
        response: Response = await request.app.state.crew.answer(request)
        return response
    language = language_of(request)

    def job(held: Held) -> Response:
        headers = version_headers(held, language)
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        with noted_work(request):
            response = make(held)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Language", language)
        return response

    return await lane_of(request, slow=slow).run(job)


async def answer_stream(
    request: Request,
    work: Callable[[Held], Iterator[bytes]],
    *,
    media_type: str,
    headers: Mapping[str, str],
) -> Response:
    """Pieces of an answer as they are made, all of one commit, in the lane for slow work.

    The first piece is made before the answer begins, so that what is wrong can still be told. The
    work stops when the reader has gone. 304 where the reader has it, whoever waits in the lane.
    """
    lane, language = lane_of(request, slow=True), language_of(request)
    if (newest := lane.live.newest) is not None:
        known = version_headers(newest, language)
        if is_known(request, known["ETag"]):
            return Response(status_code=304, headers=known)

    def begin() -> tuple[Iterator[bytes], bytes, dict[str, str], Callable[[], None]]:
        with ExitStack() as opened:
            held = opened.enter_context(lane.live.hold())
            with noted_work(request):
                pieces = work(held)
                first = next(pieces, b"")
            return pieces, first, version_headers(held, language), opened.pop_all().close

    with ExitStack() as until_done:
        until_done.enter_context(lane.streaming())
        pieces, first, version, let_go = await lane.call(begin)
        until_done.callback(lane.release, let_go)
        release = until_done.pop_all().close

    def go_on() -> bytes | None:
        with noted_work(request):
            return next(pieces, None)

    async def body() -> AsyncIterator[bytes]:
        yield first
        if not is_head(request):
            while (piece := await lane.go_on(go_on)) is not None:
                yield piece

    return Stream(body(), release, {**version, **headers}, media_type)


class Stream(StreamingResponse):
    """A stream that lets go of what it is made from, wherever it ends, breaks off or stalls."""

    def __init__(
        self,
        body: AsyncIterator[bytes],
        release: Callable[[], None],
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(body, headers=headers, media_type=media_type)
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""

        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, send_soon)
        except TimeoutError:
            pass  # the server closes what is not complete
        finally:
            self._release()


def version_headers(held: Held, language: str) -> dict[str, str]:
    """What tells the answers of one commit and one language from those of the next."""
    return {
        "ETag": f'W/"{held.commit}-{held.digest}-{language}"',
        "Last-Modified": format_datetime(held.written, usegmt=True),
        **_CACHING,
    }


def is_known(request: Request, etag: str) -> bool:
    """Whether the reader has this very version. Source: RFC 9110, 13.1.

    If-Modified-Since is not enough to say so: the date is the commit's, and an answer of that day
    in another language, or of an older program, is another one. Whoever was sent a date was sent
    the tag with it.
    """
    given = request.headers.get("if-none-match")
    if given is None or request.method not in ("GET", "HEAD"):
        return False
    tags = {tag.strip().removeprefix("W/") for tag in given[:2000].split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
