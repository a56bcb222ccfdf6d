"""The engines on which the contract is tried. A new engine needs a line here and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest

from index.engine import Batch, Engine
from index.whoosh_engine import WhooshEngine
from tests.made import write


class Opener(Protocol):
    """Opens an engine over an index to which the batches were written one by one."""

    def __call__(self, *batches: Batch) -> AbstractContextManager[Engine]: ...


@contextmanager
def _open_whoosh(*batches: Batch) -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), *batches))
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _open_large(*batches: Batch) -> Iterator[Engine]:
    """The same engine as it answers when it has worked for a while: by numpy."""
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), *batches))
        engine._spent = inf
        try:
            yield engine
        finally:
            engine.close()


ENGINES = [pytest.param(_open_whoosh, id="whoosh"), pytest.param(_open_large, id="numpy")]


@pytest.fixture(scope="session", params=ENGINES)
def open_engine(request: pytest.FixtureRequest) -> Opener:
    """How to open the engine under test."""
    opener: Opener = request.param
    return opener
