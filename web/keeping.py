"""Keeps the lanes at the last commit of the index while the server runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.querytree import Field
from search.run import Request
from web.live import Held, Live


@contextmanager
def keep_up(*all: Live) -> Iterator[threading.Thread]:
    """A thread that looks for new commits meanwhile, and opens them."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(min(live.look_s for live in all)):
            for live in all:
                live.refresh()

    thread = threading.Thread(target=look, name="keep-up", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        ended.set()
        thread.join()


def warm_up(held: Held) -> None:
    """Read what the first questions need: vocabulary, columns of facets, where the files lie."""
    held.searcher.run(Request("法治", facets=tuple(Field), limit=1))
    held.searcher.vocabulary.warm()
    held.shown("")
