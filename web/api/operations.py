"""What can be asked of the API: addresses, parameters, what they give. Plain data.

The routes refuse what is not told here, the OpenAPI document tells it, and the page /api lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from index.engine import Sort
from index.i18n import marked
from index.model import Level, Part
from index.querytree import Field
from search.grouping import Between
from web.asked import DEEPEST, LIMIT, MOST, UNITS

PREFIX: Final = "/api/v1"
BROWSED: Final = (Field.YEAR, Field.TOWNSHIP, Field.COUNTY, Field.PART, Field.TOPIC)
JSON: Final = "application/json"
CSV: Final = "text/csv"
LINES: Final = "application/x-ndjson"
Json = dict[str, Any]
_TEXT: Final[Json] = {"type": "string"}
_SWITCH: Final[Json] = {"type": "boolean", "default": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may stand in an address. schema is JSON Schema."""

    name: str
    says: str
    schema: Mapping[str, Any] = field(default_factory=lambda: _TEXT)
    required: bool = False
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One address. gives names objects of the schemas: one of them is the answer, as JSON.

    fails: statuses of errors beside those that any operation may have.
    """

    path: str
    name: str
    title: str
    says: str
    parameters: tuple[Parameter, ...] = ()
    gives: tuple[str, ...] = ()
    media_type: str = JSON
    fails: tuple[int, ...] = ()

    @property
    def query_names(self) -> frozenset[str]:
        """The names that its address may have after the question mark."""
        return frozenset(each.name for each in self.parameters if not each.in_path)


# Parameters


def _choice(values: tuple[str, ...], default: str) -> Json:
    return {"type": "string", "enum": [*values], "default": default}


def _many(values: tuple[str, ...] = ()) -> Json:
    return {"type": "array", "items": {**_TEXT, **({"enum": [*values]} if values else {})}}


def _number(most: int, default: int) -> Json:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": default}


_PLACE = marked(
    "A name, or a path from the province down joined by /. May be repeated: any of the values."
)
_Q = Parameter(
    "q",
    marked(
        "Words, “exact phrases”, filters (year:2024) and operators, as docs/query-language.md has"
        " them; at most 1,000 characters. Without it, all sections."
    ),
)
_PLACES = (
    Parameter("township", _PLACE, _many()),
    Parameter("county", _PLACE, _many()),
    Parameter("city", _PLACE, _many()),
    Parameter("province", _PLACE, _many()),
)
_YEAR = Parameter(
    "year",
    marked("2024, 2021..2023, 2021.. or unknown. May be repeated: any of the values."),
    _many(),
)
_PART = Parameter(
    "part",
    marked("One of the official contents. May be repeated: any of the values."),
    _many((*Part, "unknown")),
)
_TOPIC = Parameter(
    "topic", marked("A topic of a section. May be repeated: any of the values."), _many()
)
_LEVEL = Parameter(
    "level", marked("Whose report it is. May be repeated: any of the values."), _many((*Level,))
)
_FILTERS = (_YEAR, *_PLACES, _PART, _TOPIC, _LEVEL)
_NARROWED = (
    _Q,
    *_FILTERS,
    Parameter(
        "not", marked("field:value, for what is left out: county:青禾县. May be repeated."), _many()
    ),
    Parameter(
        "within", marked("A query to search for within what is found. May be repeated."), _many()
    ),
    Parameter("exact", marked("Only sections that hold every word as it was typed."), _SWITCH),
    Parameter(
        "literal", marked("Search years and places as text; do not filter by them."), _SWITCH
    ),
    Parameter("synonyms", marked("Search other names of the same thing too."), _SWITCH),
)
_ORDERED = (
    *_NARROWED,
    Parameter("sort", marked("The order of hits."), _choice((*Sort,), Sort.RELEVANCE)),
    Parameter(
        "by",
        marked("section; or report: each once, by its best section."),
        _choice(UNITS, UNITS[0]),
    ),
)
_LIMIT = Parameter("limit", marked("How many, at most."), _number(MOST, LIMIT))
_PAGE = Parameter(
    "page",
    marked("Which page, of the first hits; an export has them all."),
    _number(DEEPEST, 1),
)
_FACETS = Parameter(
    "facets", marked("What to count, joined by commas: year,township; else all fields.")
)


def _id(says: str) -> Parameter:
    return Parameter("id", says, required=True)


# Operations

_ALL: Final = (
    Operation(
        "/query",
        "query",
        marked("Search sections"),
        marked("Sections that match, counted, with snippets and facets: `lawsearch query --json`."),
        (*_ORDERED, _LIMIT, _PAGE, _FACETS),
        ("Results",),
        fails=(422,),
    ),
    Operation(
        "/query.csv",
        "queryCsv",
        marked("Export all hits as CSV"),
        marked(
            "A line a hit, of all hits, for a spreadsheet: `lawsearch query --csv --limit 0`."
            " UTF-8 with a byte order mark; names of columns and values in the reader's language."
        ),
        _ORDERED,
        media_type=CSV,
        fails=(422,),
    ),
    Operation(
        "/query.ndjson",
        "queryLines",
        marked("Export all hits as JSON"),
        marked("A Hit object a line, of all hits."),
        _ORDERED,
        media_type=LINES,
        fails=(422,),
    ),
    Operation(
        "/browse/{field}",
        "browse",
        marked("Count by one field"),
        marked(
            "Results without hits: sections and reports by year, place, part or topic:"
            " `lawsearch browse --json`."
        ),
        (
            Parameter(
                "field",
                marked("What to count by."),
                {"type": "string", "enum": [*BROWSED]},
                True,
                True,
            ),
            *_NARROWED,
        ),
        ("Results",),
        fails=(404, 422),
    ),
    Operation(
        "/suggest",
        "suggest",
        marked("Complete what is being typed"),
        marked(
            "Practices, words, years, places and fields that may be meant by the word at the"
            " cursor."
        ),
        (
            Parameter("q", marked("What is typed so far.")),
            Parameter(
                "at",
                marked("How many characters stand before the cursor; else all."),
                {"type": "integer", "minimum": 0, "maximum": 999_999},
            ),
        ),
        ("Suggestions",),
    ),
    Operation(
        "/show",
        "show",
        marked("A report, a section or a measure"),
        marked("What an id names: `lawsearch show --json`."),
        (
            _id(
                marked(
                    "The id of a report, a section (…#1.4) or a measure (…#1.4-m2)."
                    " In an address # is written %23."
                )
            ),
        ),
        ("Report", "Section", "Measure"),
        fails=(404,),
    ),
    Operation(
        "/reports/{id}",
        "report",
        marked("A report"),
        marked("A report with its sections and their texts."),
        (Parameter("id", marked("The report's id."), _TEXT, True, True),),
        ("Report",),
        fails=(404,),
    ),
    Operation(
        "/similar",
        "similar",
        marked("Measures that say the same"),
        marked(
            "Measures of other townships that say the same, in whatever words:"
            " `lawsearch similar --json`. Give an id or a text, one of the two."
        ),
        (
            Parameter("id", marked("The id of a measure, or of a section with some.")),
            Parameter("text", marked("Look for the like of this text.")),
            *_FILTERS,
            Parameter("same_township", marked("Other years of the same township too."), _SWITCH),
            _LIMIT,
        ),
        ("Similar",),
        fails=(404,),
    ),
    Operation(
        "/copies",
        "copies",
        marked("Passages that stand in several reports"),
        marked(
            "Where they stand, and what differs there: `lawsearch copies --json`. Filters and the"
            " id choose the sections whose passages are looked for; the others may be any."
        ),
        (
            Parameter("id", marked("The id of a report or a section.")),
            *_FILTERS,
            Parameter(
                "between",
                marked("townships: of different places; years: of the same place; or all."),
                _choice((*Between,), Between.ALL),
            ),
            _LIMIT,
        ),
        ("Copies",),
        fails=(404, 422),
    ),
    Operation(
        "/diff",
        "diff",
        marked("Two reports compared"),
        marked("What stayed, changed, moved, is new and is gone: `lawsearch diff --json`."),
        (
            Parameter("first", marked("A report's id: the earlier one."), required=True),
            Parameter("second", marked("The id of the one to compare it with."), required=True),
        ),
        ("Diff",),
        fails=(404, 422),
    ),
    Operation(
        "/spread",
        "spread",
        marked("How a practice spreads"),
        marked(
            "Since when and where it stands in the reports, and where it does not:"
            " `lawsearch spread --json`."
        ),
        (
            Parameter(
                "q", marked("A practice by its name; each word as it is typed."), required=True
            ),
            _YEAR,
            *_PLACES,
            _PART,
            _TOPIC,
        ),
        ("Spread",),
    ),
    Operation(
        "/matrix",
        "matrix",
        marked("Townships by years"),
        marked("Which annual reports of townships are there, and which are missing."),
        (_YEAR, *_PLACES, Parameter("name", marked("What the townships' names hold."))),
        ("Matrix",),
    ),
    Operation(
        "/status",
        "status",
        marked("What is indexed"),
        marked("What the index holds, and what could not be read: `lawsearch status --json`."),
        gives=("Status",),
    ),
)

OPERATIONS: Final[Mapping[str, Operation]] = {each.path: each for each in _ALL}
"""By their paths."""
