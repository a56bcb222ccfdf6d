"""What an index holds, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from index.engine import FileRow, Status
from search.results import Json


def status_json(status: Status, shown: Callable[[str], str]) -> Json:
    """The Status object of the JSON contract; shown tells what may be seen of a path."""
    refused = [_file_json(row, shown) for row in status.refused]
    return asdict(status) | {"where": shown(status.where), "refused": refused}


def _file_json(row: FileRow, shown: Callable[[str], str]) -> Json:
    path = shown(row.path)
    return row._asdict() | {"path": path, "refused": refusal(row, path)}


def refusal(row: FileRow, path: str) -> str:
    """Why the file was refused; where the reason names its path, then as it is shown."""
    return (row.refused or "").replace(row.path, path)
