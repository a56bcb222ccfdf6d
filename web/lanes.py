"""Lanes: work on the index goes one after the other, each lane in a thread of its own.

Two answers at once on one engine would share its caches, and two threads of Python only take
turns: in a row each is done sooner, and nobody waits longer than those before him need.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Final, TypeVar

from index.errors import LawsearchError
from index.i18n import gettext as _
from web.live import Held, Live

MOST_WAITING: Final = 128
"""Jobs in a lane's queue; who comes later is told to come again."""
MOST_STREAMS: Final = 8
"""Answers that may come in pieces at once: each holds all that it found until its end."""
PATIENCE_SECONDS: Final = 20.0
"""A job that has waited so long is not begun: whoever asked has gone, or asks again."""
T = TypeVar("T")


class Busy(LawsearchError):
    """More was asked at once than can be answered in good time."""

    def __init__(self) -> None:
        super().__init__(_("The server is busy."))
        self.hint = _("Try again in some seconds.")


class Lane:
    """A thread that works on the last commit of the index."""

    def __init__(self, name: str, live: Live) -> None:
        self.live = live
        self.waiting = 0
        self.streams = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    @property
    def commit(self) -> int:
        """The number of the open commit; 0 before the first is opened."""
        return self.live.commit

    async def run(self, work: Callable[[Held], T]) -> T:
        """What the work makes of the last commit.

        Raises Busy, and what opening the index and the work raise.
        """
        return await self.call(lambda: self._on_last(work))

    async def call(self, work: Callable[[], T]) -> T:
        """What the work makes in this lane's thread. Raises Busy, and what the work raises."""
        if self.waiting >= MOST_WAITING:
            raise Busy
        asked = time.monotonic()
        return await self.go_on(lambda: _in_time(work, asked))

    async def go_on(self, work: Callable[[], T]) -> T:
        """The same for a piece of what has begun: nobody is told to come again in the middle."""
        self.waiting += 1
        try:
            # In the context of whoever asks: errors are told in the reader's language.
            loop, run = asyncio.get_running_loop(), copy_context().run
            return await loop.run_in_executor(self._thread, lambda: run(work))
        finally:
            self.waiting -= 1

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Room for an answer in pieces, meanwhile. Raises Busy."""
        if self.streams >= MOST_STREAMS:
            raise Busy
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    def _on_last(self, work: Callable[[Held], T]) -> T:
        with self.live.hold() as held:
            return work(held)

    def release(self, work: Callable[[], object]) -> None:
        """Have the work done in this lane's thread, whoever has gone and however many wait."""
        with suppress(RuntimeError):  # the lane is closed: the process ends, and holds nothing
            self._thread.submit(work)

    def close(self) -> None:
        """End the work under way, drop what waits, let go of the index."""
        self._thread.submit(self.live.close)
        self._thread.shutdown(wait=True)


def _in_time(work: Callable[[], T], asked: float) -> T:
    if time.monotonic() - asked > PATIENCE_SECONDS:
        raise Busy
    return work()
