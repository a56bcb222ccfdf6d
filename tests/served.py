"""The server as tests ask it: in this process, without a socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from index.location import Folder
from web.app import create_app
from web.settings import Settings


@contextmanager
def served(index_dir: Path, **settings: Any) -> Iterator[TestClient]:
    """A client of a server over the index, which speaks English; no limit of requests."""
    app = create_app(Settings(Folder(index_dir), **{"rate": None, **settings}))
    with TestClient(app, "http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Return once it is so: a server opens a new commit beside its answers."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
