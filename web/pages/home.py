"""The home page: the box, what there is to search, and ways into it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from index.engine import FacetCount, Question
from index.i18n import gettext as _
from index.i18n import marked
from index.querytree import And, Field
from web.answer import Context, answer_page
from web.asked import Asked
from web.facetview import Row, year_bars
from web.live import Held

router = APIRouter(include_in_schema=False)

EXAMPLES: Final = (
    marked("枫桥经验"),
    marked("法律明白人 培训"),
    marked("“人民调解” 网格"),
    marked("part:problems 执法"),
    marked("heading:普法"),
)


@router.get("/")
async def home_page(request: Request) -> Response:
    """The box, and what is indexed."""
    return await answer_page(request, "home.html", _home)


def _home(held: Held) -> Context:
    asked = Question(And(()), limit=0, facets=(Field.YEAR, Field.COUNTY, Field.TOWNSHIP))
    everything = held.engine.search(asked)
    years = everything.facets[Field.YEAR]
    return {
        "reports": everything.total_reports,
        "sections": everything.total_sections,
        "townships": _known(everything.facets[Field.TOWNSHIP]),
        "counties": _known(everything.facets[Field.COUNTY]),
        "years": year_bars(years, [_row(each) for each in years]),
        "examples": [(typed, Asked(query=typed).url()) for typed in map(_, EXAMPLES)],
    }


def _known(places: Iterable[FacetCount]) -> int:
    return sum(place.value is not None for place in places)


def _row(found: FacetCount) -> Row:
    url = Asked(chosen={Field.YEAR: (str(found.value),)}).url()
    return Row(str(found.value), found.reports, found.reports, False, url, "")
