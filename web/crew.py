"""Processes that answer beside this one: Python works on one core at a time.

A member is the same application without what every request passes first (gate, limits, log): it is
handed what a handler needs to know of a request, and gives back the whole answer. Only the quick
lane's work goes to members; each has an engine of its own, and the mapped files are shared.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from web.lanes import MOST_WAITING, PATIENCE_SECONDS, Busy
from web.live import Latest
from web.settings import Settings
from web.working import noted_work

ANSWER_SECONDS: Final = 60.0
"""A member that has not answered by then is replaced; what it may do is bounded to far less."""
STOP_SECONDS: Final = 10.0
Scope = MutableMapping[str, Any]
_TOLD: Final = ("method", "path", "raw_path", "query_string", "headers", "scheme", "server")


class Reply(NamedTuple):
    """An answer, and the number of the commit that is open where it was made."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    commit: int


class Crew:
    """Members that take turns; whoever has asked first is answered first."""

    def __init__(self, settings: Settings, latest: Latest) -> None:
        self.waiting = 0
        self._latest = latest
        self._settings = settings
        self._idle: SimpleQueue[Member] = SimpleQueue()
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="crew")

    @property
    def commit(self) -> int:
        """The number of the last commit that was answered from; 0 before the first answer."""
        return self._latest.commit

    def start(self) -> None:
        """Start the members; they can be asked at once, and answer once they are ready."""
        for _ in range(self._settings.workers):
            self._idle.put(Member(self._settings))

    async def answer(self, request: Request) -> Response:
        """A member's answer to a request without a body. Raises Busy."""
        if self.waiting >= MOST_WAITING:
            raise Busy
        self.waiting += 1
        try:
            told, asked = {name: request.scope[name] for name in _TOLD}, time.monotonic()
            # In the context of whoever asks: errors are told in the reader's language.
            loop, run = asyncio.get_running_loop(), copy_context().run
            ask = partial(self._ask, request, told, asked)
            reply = await loop.run_in_executor(self._threads, run, ask)
        finally:
            self.waiting -= 1
        self._latest.meet(reply.commit)
        response = Response(reply.body, reply.status)
        response.raw_headers = reply.headers
        return response

    def _ask(self, request: Request, told: Scope, asked: float) -> Reply:
        if time.monotonic() - asked > PATIENCE_SECONDS:
            raise Busy
        member = self._idle.get()
        try:
            with noted_work(request):
                return member.ask(told, self._latest.commit)
        except (OSError, EOFError):  # it has died, or was too slow: somebody else takes its place
            member.stop(now=True)
            member = Member(self._settings)
            raise Busy from None
        finally:
            self._idle.put(member)

    def close(self) -> None:
        """End the members when what they are at is done."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._settings.workers):
            self._idle.get().stop()


class Member:
    """A process that answers one request after the other; for one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(settings, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, told: Scope, least: int) -> Reply:
        """The answer, of that commit or a later one. Raises EOFError, OSError."""
        self._line.send((told, least))
        if not self._line.poll(ANSWER_SECONDS):
            raise TimeoutError
        reply: Reply = self._line.recv()
        return reply

    def stop(self, *, now: bool = False) -> None:
        """End the process."""
        if not now:
            with suppress(OSError):
                self._line.send(None)
            self.process.join(STOP_SECONDS)
        self.process.kill()
        self.process.join()
        self._line.close()


# In a member's process


def _work(settings: Settings, line: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who has started it tells it when to end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    from web.app import create_member
    from web.logs import set_up_logs

    set_up_logs()
    asyncio.run(_answer_all(create_member(settings), line))


async def _answer_all(app: Any, line: Connection) -> None:
    loop = asyncio.get_running_loop()
    async with app.router.lifespan_context(app):
        while True:
            try:
                asked = await loop.run_in_executor(None, line.recv)
            except EOFError:  # who has started it has gone
                return
            if asked is None:
                return
            told, least = asked
            line.send(await _reply(app, told, least))


async def _reply(app: Any, told: Scope, least: int) -> Reply:
    status, headers, pieces = 500, list[tuple[bytes, bytes]](), list[bytes]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            pieces.append(message.get("body", b""))

    live = app.state.quick.live
    live.latest.meet(least)
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "root_path": ""}
    await app({**scope, **told, "client": None}, receive, send)
    return Reply(status, headers, b"".join(pieces), live.commit)
