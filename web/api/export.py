"""All hits of a search as a file: CSV for a spreadsheet, or JSON, an object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from search import table
from search.results import Hit, hit_json
from search.streaming import stream_hits
from web.answer import answer_stream
from web.api.operations import CSV, LINES
from web.api.paths import shorten_paths
from web.asked import Asked, read_asked
from web.live import Held

Draw = Callable[[Held, tuple[Hit, ...]], str]
_UNFIT: Final = re.compile(r'[\s\\/:*?"<>|.;%]+')
"""What a file's name had better not hold on some system."""
_LONGEST_NAME: Final = 60
EXPORT_MS: Final = 20_000.0
"""What finding the hits may cost: others who ask for what takes long wait meanwhile."""


async def export_csv(request: Request) -> Response:
    """A line a hit, as `lawsearch query --csv --limit 0` prints them."""
    asked = read_asked(request.query_params)

    def draw(held: Held, hits: tuple[Hit, ...]) -> str:
        return "".join(table.rows(asked.query, hits, shown=held.shown))

    return await _export(request, asked, draw, CSV, "csv", head=table.header)


async def export_lines(request: Request) -> Response:
    """A Hit object a line."""
    asked = read_asked(request.query_params)

    def draw(held: Held, hits: tuple[Hit, ...]) -> str:
        found = (hit_json(hit, by_report=asked.by_report) for hit in hits)
        return "".join(
            json.dumps(shorten_paths(each, held.shown), ensure_ascii=False) + "\n" for each in found
        )

    return await _export(request, asked, draw, LINES, "ndjson")


async def _export(
    request: Request,
    asked: Asked,
    draw: Draw,
    media_type: str,
    ending: str,
    *,
    head: Callable[[], str] = str,
) -> Response:
    made = asked.request((), EXPORT_MS)

    def work(held: Held) -> Iterator[bytes]:
        hits = stream_hits(held.searcher, made)
        pieces = chain([head()], (draw(held, each) for each in hits))
        return (piece.encode("utf-8", "replace") for piece in pieces)

    headers = {"Content-Disposition": disposition(asked.query, ending)}
    return await answer_stream(request, work, media_type=media_type, headers=headers)


def disposition(query: str, ending: str) -> str:
    """The header that names the file after the query: in ASCII, and in UTF-8 for who reads it.

    Source: RFC 6266.
    """
    seen = "".join(c if c.isprintable() else " " for c in query)
    asked = _UNFIT.sub(" ", seen).strip()[:_LONGEST_NAME].strip()
    name = quote(f"lawsearch {asked}".strip() + f".{ending}", safe="")
    return f"attachment; filename=\"lawsearch.{ending}\"; filename*=UTF-8''{name}"
