"""What is indexed, since when, and what was refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from index.analysis import fold_stream
from index.engine import FileRow
from index.i18n import gettext as _
from index.labels import kind_label, level_label
from index.model import Level
from index.querytree import Field
from search.run import Request as SearchRequest
from search.status import refusal
from web.answer import Context, answer_page
from web.asked import DEEPEST, Asked, read_number
from web.live import Held

router = APIRouter(include_in_schema=False)
ON_A_PAGE: Final = 100
MOST_REASONS: Final = 12
LONGEST: Final = 100


class Share(NamedTuple):
    """A value, how many reports have it, and the address of the search that lists them."""

    name: str
    reports: int
    url: str


class Refused(NamedTuple):
    """A file that could not be read, as anybody may see it.

    report_id is of the report that an earlier version of the file gave, and that stays.
    """

    file: str
    reason: str
    report_id: str | None


@router.get("/status")
async def status_page(request: Request) -> Response:
    """What the index holds; page and q are of the table of refused files."""
    params = request.query_params
    page = read_number(params, "page", 1, DEEPEST)
    wanted = params.get("q", "").strip()[:LONGEST]

    def work(held: Held) -> Context:
        status = held.engine.status()
        refused = sorted(_refused(status.refused, held.shown), key=lambda each: each[:2])
        found = [each for each in refused if _holds(each, wanted)]
        last = max(1, -(-len(found) // ON_A_PAGE))
        at = min(page, last)
        return {
            "status": status,
            "written": held.written,
            "here": _local(held.written),
            "size": _size(status.bytes),
            "levels": _shares(status.by_level, level_label, Field.LEVEL),
            "kinds": _shares(status.by_kind, kind_label),
            "years": [*_years(held)],
            "unknown": [*_unknown(held)],
            "reasons": Counter(each.reason for each in refused).most_common(MOST_REASONS),
            "q": wanted,
            "found": len(found),
            "refused": found[(at - 1) * ON_A_PAGE : at * ON_A_PAGE],
            "page": at,
            "last": last,
            "url": lambda n: Asked(query=wanted, page=n).url("/status") + "#refused",
        }

    return await answer_page(request, "status.html", work, slow=True)


def _refused(rows: Sequence[FileRow], shown: Callable[[str], str]) -> Iterator[Refused]:
    for row in rows:
        file = shown(row.path)
        yield Refused(file, refusal(row, file), row.report_id)


def _holds(refused: Refused, wanted: str) -> bool:
    """Whether all the words stand in the file's name or in the reason."""
    text = fold_stream(f"{refused.file}\n{refused.reason}")
    return all(fold_stream(word) in text for word in wanted.split())


def _shares(
    counts: Mapping[str, int], label: Callable[[str], str], field: Field | None = None
) -> list[Share]:
    """The values, most reports first."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [
        Share(label(value), n, Asked(chosen={field: (value,)}).url() if field else "")
        for value, n in ordered
    ]


def _years(held: Held) -> Iterator[Share]:
    """The years of all reports, the newest first; the unknown last."""
    values = held.engine.values(Field.YEAR)
    known = sorted((year for year in values if isinstance(year, int)), reverse=True)
    for year in known:
        yield Share(str(year), values[year], Asked(chosen={Field.YEAR: (str(year),)}).url())
    if None in values:
        url = Asked(chosen={Field.YEAR: ("unknown",)}).url()
        yield Share(_("unknown"), values[None], url)


def _unknown(held: Held) -> Iterator[Share]:
    """Reports of townships of which something is not known, as a search finds them."""
    told = {
        Field.YEAR: _("Year unknown"),
        Field.TOWNSHIP: _("Township unknown"),
        Field.COUNTY: _("County unknown"),
    }
    for field, name in told.items():
        asked = Asked(chosen={field: ("unknown",), Field.LEVEL: (Level.TOWNSHIP,)})
        results = held.searcher.run(SearchRequest("", filters=asked.filters, limit=0, facets=()))
        yield Share(name, results.total_reports, asked.url())


def _local(written: datetime) -> str:
    """The time where the server is; a script makes it that of the reader."""
    here = written.astimezone()
    said = _("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
    return said.format(
        year=here.year, month=here.month, day=here.day, hour=here.hour, minute=here.minute
    )


def _size(n: int) -> str:
    return f"{n / 1e6:.1f} MB" if n < 1e9 else f"{n / 1e9:.2f} GB"
