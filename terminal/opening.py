"""The index that a command works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.location import Folder, Location

if TYPE_CHECKING:
    from index.location import AnyEngine


class Engines(StrEnum):
    """What holds an index."""

    EMBEDDED = "embedded"
    OPENSEARCH = "opensearch"


@dataclass(frozen=True, slots=True)
class Where:
    """The options that say where the index is, as they were typed."""

    index_dir: Path | None = None
    engine: str | None = None
    url: str | None = None
    index: str | None = None
    credentials: Path | None = None
    ca_file: Path | None = None

    def location(self) -> Location:
        """Where the index is. Raises UserError where the options do not fit together."""
        if self._engine() == Engines.EMBEDDED:
            return Folder(index_folder(self.index_dir))
        from terminal.cluster import cluster_at

        return cluster_at(self.url, self.index, self.credentials, self.ca_file)

    def _engine(self) -> Engines:
        """That of the options; where they name none, that of the environment."""
        of_cluster = {
            "--url": self.url,
            "--index": self.index,
            "--credentials": self.credentials,
            "--ca-file": self.ca_file,
        }
        typed = next((flag for flag, value in of_cluster.items() if value is not None), None)
        named = self.engine or (not typed and os.environ.get("LAWSEARCH_ENGINE")) or None
        if named is None:
            is_cluster = typed or os.environ.get("LAWSEARCH_URL")
            return Engines.OPENSEARCH if is_cluster else Engines.EMBEDDED
        from terminal.cluster import checked_engine

        return checked_engine(named, typed)


HERE: Final = Where()
"""Where no option says it."""


def index_folder(option: Path | None) -> Path:
    """The folder of the index: the option, else the environment's, else the user's data folder."""
    if option is not None:
        return option
    if named := os.environ.get("LAWSEARCH_INDEX"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("lawsearch", appauthor=False) / "index"


@contextmanager
def opened(where: Where) -> Iterator[AnyEngine]:
    """The engine over the last commit of the index that the options name: see `opened_at`."""
    with opened_at(where.location()) as engine:
        yield engine


@contextmanager
def opened_at(location: Location) -> Iterator[AnyEngine]:
    """The engine over the last commit there.

    Raises StoreError; IndexDamaged also where what a damaged file gave to the engine makes
    something fail later.
    """
    engine = location.engine()
    try:
        with engine.blamed():
            yield engine
    finally:
        engine.close()
