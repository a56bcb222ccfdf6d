"""What can be asked of the API: addresses, parameters, what they give. Plain data.

The routes refuse what is not told here, the OpenAPI document tells it, and the page /api lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from index.engine import Sort
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


_ANY_OF = "May be repeated: any of the values."
_PLACE = f"A name, or a path from the province down joined by /. {_ANY_OF}"
_Q = Parameter(
    "q",
    'Words, "exact phrases", filters (year:2024) and operators, as docs/query-language.md has them;'
    " at most 4,000 characters. Without it, all sections.",
)
_PLACES = (
    Parameter("township", _PLACE, _many()),
    Parameter("county", _PLACE, _many()),
    Parameter("city", _PLACE, _many()),
    Parameter("province", _PLACE, _many()),
)
_YEAR = Parameter("year", f"2024, 2021..2023, 2021.. or unknown. {_ANY_OF}", _many())
_PART = Parameter("part", f"One of the official contents. {_ANY_OF}", _many((*Part, "unknown")))
_TOPIC = Parameter("topic", f"A topic of a section. {_ANY_OF}", _many())
_LEVEL = Parameter("level", f"Whose report it is. {_ANY_OF}", _many((*Level,)))
_FILTERS = (_YEAR, *_PLACES, _PART, _TOPIC, _LEVEL)
_NARROWED = (
    _Q,
    *_FILTERS,
    Parameter("not", "field:value, for what is left out: county:青禾县. May be repeated.", _many()),
    Parameter("within", "A query to search for within what is found. May be repeated.", _many()),
    Parameter("exact", "Only sections that hold every word as it was typed.", _SWITCH),
    Parameter("literal", "Search years and places as text; do not filter by them.", _SWITCH),
    Parameter("synonyms", "Search other names of the same thing too.", _SWITCH),
)
_ORDERED = (
    *_NARROWED,
    Parameter("sort", "The order of hits.", _choice((*Sort,), Sort.RELEVANCE)),
    Parameter(
        "by", "section; or report: each once, by its best section.", _choice(UNITS, UNITS[0])
    ),
)
_LIMIT = Parameter("limit", "How many, at most.", _number(MOST, LIMIT))
_PAGE = Parameter(
    "page",
    f"Which page; up to hit {DEEPEST:,}: an export has them all.",
    _number(DEEPEST, 1),
)
_FACETS = Parameter("facets", "What to count, joined by commas: year,township; else all fields.")


def _id(says: str) -> Parameter:
    return Parameter("id", says, required=True)


_SHOWN = "of a report, a section (…#1.4) or a measure (…#1.4-m2). In an address # is written %23."

# Operations

_ALL: Final = (
    Operation(
        "/query",
        "query",
        "Search sections",
        "Sections that match, counted, with snippets and facets: `lawsearch query --json`.",
        (*_ORDERED, _LIMIT, _PAGE, _FACETS),
        ("Results",),
        fails=(422,),
    ),
    Operation(
        "/query.csv",
        "queryCsv",
        "Export all hits as CSV",
        "A line a hit, of all hits, for a spreadsheet: `lawsearch query --csv --limit 0`."
        " UTF-8 with a byte order mark; names of columns and values in the reader's language.",
        _ORDERED,
        media_type=CSV,
        fails=(422,),
    ),
    Operation(
        "/query.ndjson",
        "queryLines",
        "Export all hits as JSON",
        "A Hit object a line, of all hits.",
        _ORDERED,
        media_type=LINES,
        fails=(422,),
    ),
    Operation(
        "/browse/{field}",
        "browse",
        "Count by one field",
        "Results without hits: sections and reports by year, place, part or topic:"
        " `lawsearch browse --json`.",
        (
            Parameter(
                "field", "What to count by.", {"type": "string", "enum": [*BROWSED]}, True, True
            ),
            *_NARROWED,
        ),
        ("Results",),
        fails=(404, 422),
    ),
    Operation(
        "/suggest",
        "suggest",
        "Complete what is being typed",
        "Practices, words, years, places and fields that may be meant by the word at the cursor.",
        (
            Parameter("q", "What is typed so far."),
            Parameter(
                "at",
                "How many characters stand before the cursor; else all.",
                {"type": "integer", "minimum": 0, "maximum": 999_999},
            ),
        ),
        ("Suggestions",),
    ),
    Operation(
        "/show",
        "show",
        "A report, a section or a measure",
        "What an id names: `lawsearch show --json`.",
        (_id(f"The id {_SHOWN}"),),
        ("Report", "Section", "Measure"),
        fails=(404,),
    ),
    Operation(
        "/reports/{id}",
        "report",
        "A report",
        "A report with its sections and their texts.",
        (Parameter("id", "The report's id.", _TEXT, True, True),),
        ("Report",),
        fails=(404,),
    ),
    Operation(
        "/similar",
        "similar",
        "Measures that say the same",
        "Measures of other townships that say the same, in whatever words:"
        " `lawsearch similar --json`. Give an id or a text, one of the two.",
        (
            Parameter("id", "The id of a measure, or of a section with some."),
            Parameter("text", "Look for the like of this text."),
            *_FILTERS,
            Parameter("same_township", "Other years of the same township too.", _SWITCH),
            _LIMIT,
        ),
        ("Similar",),
        fails=(404,),
    ),
    Operation(
        "/copies",
        "copies",
        "Passages that stand in several reports",
        "Where they stand, and what differs there: `lawsearch copies --json`. Filters and the id"
        " choose the sections whose passages are looked for; the others may be any.",
        (
            Parameter("id", "The id of a report or a section."),
            *_FILTERS,
            Parameter(
                "between",
                "townships: of different places; years: of the same place; or all.",
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
        "Two reports compared",
        "What stayed, changed, moved, is new and is gone: `lawsearch diff --json`.",
        (
            Parameter("first", "A report's id: the earlier one.", required=True),
            Parameter("second", "The id of the one to compare it with.", required=True),
        ),
        ("Diff",),
        fails=(404, 422),
    ),
    Operation(
        "/spread",
        "spread",
        "How a practice spreads",
        "Since when and where it stands in the reports, and where it does not:"
        " `lawsearch spread --json`.",
        (
            Parameter("q", "A practice by its name; each word as it is typed.", required=True),
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
        "Townships by years",
        "Which annual reports of townships are there, and which are missing.",
        (_YEAR, *_PLACES, Parameter("name", "What the townships' names hold.")),
        ("Matrix",),
    ),
    Operation(
        "/status",
        "status",
        "What is indexed",
        "What the index holds, and what could not be read: `lawsearch status --json`.",
        gives=("Status",),
    ),
)

OPERATIONS: Final[Mapping[str, Operation]] = {each.path: each for each in _ALL}
"""By their paths."""
