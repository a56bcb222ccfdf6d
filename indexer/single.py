"""Single files, read without an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import ReportError
from index.model import Report
from indexer.prepare import Settings, load_report
from indexer.read import Reader


def load_each(
    paths: Iterable[Path], reader: Reader, settings: Settings
) -> Iterator[Report | ReportError]:
    """What is in each file: a report under its base id, or why it cannot be read."""
    for path in paths:
        try:
            yield load_report(path, reader, settings)
        except ReportError as error:
            yield error
