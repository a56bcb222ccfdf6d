"""Writes the examples of the API's documentation: what it gives for the samples.

Run after a change of the samples or of what the API gives: ``python tools/api_examples.py``.
A test holds the file to what the API gives.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from starlette.testclient import TestClient  # noqa: E402 - the path comes first

from index.location import Folder  # noqa: E402
from web.api.openapi import EXAMPLES, address  # noqa: E402
from web.api.operations import JSON, OPERATIONS, Operation  # noqa: E402

ASKED: Final[Mapping[str, Mapping[str, Any]]] = {
    "query": {"q": "枫桥经验 2024", "limit": 1, "facets": "year"},
    "queryCsv": {"q": "枫桥经验", "year": ["2023", "2024"]},
    "queryLines": {"q": "枫桥经验", "by": "report"},
    "browse": {"field": "county", "q": "枫桥经验"},
    "suggest": {"q": "枫桥"},
    "show": {"id": "青禾县槿岭镇-2023#1.5"},
    "report": {"id": "青禾县槿岭镇-2023"},
    "similar": {"id": "青禾县槿岭镇-2023#1.5", "limit": 1},
    "copies": {"county": ["霁川市"], "limit": 1},
    "diff": {"first": "青禾县槿岭镇-2023", "second": "青禾县槿岭镇-2024"},
    "spread": {"q": "枫桥经验"},
    "matrix": {"county": ["青禾县"]},
    "status": {},
}
"""What each operation is asked for."""
_MOST: Final = 3
"""Values of an array that are kept; of objects one."""
_LONGEST: Final = 60


def main() -> None:
    """Write the file."""
    from index.whoosh_writer import WhooshWriter
    from indexer.build import build_index
    from indexer.prepare import Settings as Indexing
    from web.app import create_app
    from web.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        writer = WhooshWriter(index)
        build_index([ROOT / "samples"], writer, settings=Indexing(), jobs=1)
        writer.close()
        with TestClient(
            create_app(Settings(Folder(index), rate=None)), "http://127.0.0.1"
        ) as client:
            plain = json.dumps(make_examples(client), ensure_ascii=False, indent=1)
    EXAMPLES.write_text(plain + "\n", "utf-8", newline="\n")


def make_examples(client: TestClient) -> dict[str, Any]:
    """For each operation what it is asked for, and what it answers."""
    return {
        each.name: {"parameters": ASKED[each.name], "answer": _ask(client, each)}
        for each in OPERATIONS.values()
    }


def _ask(client: TestClient, operation: Operation) -> object:
    asked = address(operation, ASKED[operation.name])
    answer = client.get(asked, headers={"Accept-Language": "en"})
    answer.raise_for_status()
    if operation.media_type == JSON:
        return shortened(answer.json())
    return "".join(answer.text.splitlines(keepends=True)[:2])


def shortened(value: object) -> object:
    """The value with the beginnings of long arrays and long texts only."""
    match value:
        case dict():
            return {name: shortened(each) for name, each in value.items()}
        case [dict() as first, *_]:
            return [shortened(first)]
        case list():
            return [shortened(each) for each in value[:_MOST]]
        case str() if len(value) > _LONGEST:
            return value[:_LONGEST] + "…"
    return value


if __name__ == "__main__":
    main()
