"""Where an index is, and what opens it there: a folder of this machine, or a name on a cluster."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from index.i18n import gettext as _

if TYPE_CHECKING:
    from index.engine import Writer
    from index.opensearch.connection import Connection
    from index.opensearch.engine import OpenSearchEngine
    from index.whoosh_engine import WhooshEngine

    AnyEngine: TypeAlias = WhooshEngine | OpenSearchEngine

Watch: TypeAlias = Callable[[], Hashable]
"""Tells one commit from the next without opening it; None where there is none."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An index in a folder, for the embedded engine."""

    path: Path

    look_s: ClassVar[float] = 0.25
    """How often a server looks for a new commit."""
    idle_s: ClassVar[float] = math.inf
    """How long an open commit may be left without a question."""

    def __str__(self) -> str:
        return str(self.path)

    @property
    def options(self) -> str:
        """What names it on the command line."""
        return f'--index-dir "{self.path}"'

    def engine(self, *, resident: bool = False) -> WhooshEngine:
        """The last commit. Raises IndexMissing, IndexOutdated, IndexDamaged."""
        from index.whoosh_engine import WhooshEngine

        return WhooshEngine(self.path, resident=resident)

    @contextmanager
    def writing(self, *, rebuild: bool = False) -> Iterator[Writer]:
        """A writer. Raises IndexLocked, IndexOutdated, IndexDamaged, IndexFull."""
        from index.whoosh_writer import WhooshWriter

        writer = WhooshWriter(self.path, rebuild=rebuild)
        try:
            yield writer
        finally:
            writer.close()

    def watch(self) -> Watch:
        """What looks at the manifest: number of the file, its time in nanoseconds, its size."""
        from index.manifest import NAME

        manifest = self.path / NAME

        def look() -> Hashable:
            try:
                found = manifest.stat()
            except OSError:
                return None
            return found.st_ino, found.st_mtime_ns, found.st_size

        return look


@dataclass(frozen=True, slots=True)
class Cluster:
    """An index of a name on an OpenSearch cluster."""

    connection: Connection
    name: str
    shards: int | None = None
    """The parts of an index that is made anew; None: as many as usual."""

    look_s: ClassVar[float] = 2.0
    idle_s: ClassVar[float] = 240.0
    """Less than what a cluster holds a commit for after a request."""

    def __str__(self) -> str:
        return self.connection.index(self.name)

    @property
    def options(self) -> str:
        """What names it on the command line."""
        return f"--engine opensearch --url {self.connection.where} --index {self.name}"

    def engine(self, *, resident: bool = False) -> OpenSearchEngine:
        """The last commit. Raises IndexMissing, IndexOutdated, EngineUnavailable."""
        check_client()
        from index.opensearch.engine import OpenSearchEngine

        return OpenSearchEngine(self.connection, self.name)

    @contextmanager
    def writing(self, *, rebuild: bool = False) -> Iterator[Writer]:
        """A writer; a rebuild takes the name over when all of it went well.

        Raises IndexLocked, IndexOutdated, IndexDamaged, IndexFull, EngineUnavailable.
        """
        check_client()
        from index.opensearch.generations import Shape
        from index.opensearch.writer import OpenSearchWriter

        shape = Shape() if self.shards is None else Shape(self.shards)
        writer = OpenSearchWriter(self.connection, self.name, shape=shape, rebuild=rebuild)
        try:
            yield writer
            writer.finish()
        finally:
            writer.close()

    def watch(self) -> Watch:
        """What asks the cluster for the last commit. Raises EngineUnavailable."""
        check_client()
        from index.opensearch.watching import Watching

        return Watching(self.connection, self.name)


Location: TypeAlias = Folder | Cluster


def check_client() -> None:
    """Raises UserError where the package that speaks to a cluster is not installed."""
    from importlib.util import find_spec

    from index.errors import UserError

    if find_spec("opensearchpy") is None:
        error = UserError(_("To speak to a cluster the package opensearch-py is needed."))
        error.hint = _("Install it: pip install 'lawsearch[cluster]'")
        raise error
