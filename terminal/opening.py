"""The index that a command works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.whoosh_engine import WhooshEngine


def index_folder(option: Path | None) -> Path:
    """The folder of the index: the option, else the environment's, else the user's data folder."""
    if option is not None:
        return option
    if named := os.environ.get("LAWSEARCH_INDEX"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("lawsearch", appauthor=False) / "index"


@contextmanager
def opened(index_dir: Path | None) -> Iterator[WhooshEngine]:
    """The engine over the last commit.

    Raises IndexMissing and its like; IndexDamaged also where what a damaged file gave to the engine
    makes something fail later.
    """
    from index.whoosh_engine import WhooshEngine

    engine = WhooshEngine(index_folder(index_dir))
    try:
        with engine.blamed():
            yield engine
    finally:
        engine.close()
