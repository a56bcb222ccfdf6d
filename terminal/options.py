"""Options that several commands share, and what completes them in a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.errors import LawsearchError
from index.i18n import gettext as _
from index.querytree import Field
from terminal.opening import HERE, opened


def complete_township(incomplete: str) -> list[str]:
    """Townships of the index that begin so."""
    return _complete(Field.TOWNSHIP, incomplete)


def complete_year(incomplete: str) -> list[str]:
    """Years of the index that begin so."""
    return _complete(Field.YEAR, incomplete)


def _complete(field: Field, incomplete: str) -> list[str]:
    try:
        with opened(HERE) as engine:
            values = [str(value) for value in engine.values(field) if value is not None]
    except LawsearchError:
        return []
    return sorted(value for value in values if value.startswith(incomplete))


IndexDir = Annotated[
    Path | None,
    typer.Option(
        metavar=_("FOLDER"),
        help=_("The index's folder; else $LAWSEARCH_INDEX, else your user data folder."),
        show_default=False,
    ),
]
EngineName = Annotated[
    str | None,
    typer.Option(
        metavar=_("ENGINE"),
        help=_("embedded, or opensearch for an index on a cluster; else $LAWSEARCH_ENGINE."),
        show_default=False,
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        metavar=_("URL"),
        help=_("The cluster's address, of several nodes with commas; else $LAWSEARCH_URL."),
        show_default=False,
    ),
]
IndexName = Annotated[
    str | None,
    typer.Option(
        metavar=_("NAME"),
        help=_("The index's name on the cluster; else $LAWSEARCH_INDEX, else lawsearch."),
        show_default=False,
    ),
]
Credentials = Annotated[
    Path | None,
    typer.Option(
        metavar=_("FILE"),
        help=_("Two lines, user and password for the cluster; else $LAWSEARCH_CREDENTIALS."),
        show_default=False,
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        metavar=_("FILE"),
        help=_("Certificates of your own authority; else $LAWSEARCH_CA_FILE."),
        show_default=False,
    ),
]
ON_AN_INDEX = {
    "index_dir": IndexDir,
    "engine": EngineName,
    "url": Url,
    "index": IndexName,
    "credentials": Credentials,
    "ca_file": CaFile,
}
"""The options of every command that works on an index, by the fields of Where."""
AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON, one object a line."))]
Years = Annotated[
    list[str] | None,
    typer.Option(
        "--year",
        metavar=_("YEAR"),
        help=_(
            "2024, 2021..2023, 2021.. or unknown. "
            "A filter that is repeated means any of its values."
        ),
        autocompletion=complete_year,
    ),
]
Townships = Annotated[
    list[str] | None,
    typer.Option(
        "--township",
        metavar=_("NAME"),
        help=_("A township's full name, or with its county: 青禾县荻溪镇."),
        autocompletion=complete_township,
    ),
]
Counties = Annotated[
    list[str] | None,
    typer.Option("--county", metavar=_("NAME"), help=_("A county's full name.")),
]
Cities = Annotated[
    list[str] | None,
    typer.Option("--city", metavar=_("NAME"), help=_("A city's full name.")),
]
Provinces = Annotated[
    list[str] | None,
    typer.Option("--province", metavar=_("NAME"), help=_("A province's full name.")),
]
Parts = Annotated[
    list[str] | None,
    typer.Option(
        "--part",
        metavar=_("PART"),
        help=_("achievements, problems, leadership, plans, other or unknown."),
    ),
]
Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar=_("TOPIC"), help=_("A topic's name, 行政执法 for example.")),
]
Levels = Annotated[
    list[str] | None,
    typer.Option(
        "--level",
        metavar=_("LEVEL"),
        help=_("township, county, city, province, department or other."),
    ),
]
Exact = Annotated[
    bool, typer.Option("--exact", help=_("Only sections that hold every word as it was typed."))
]
Literal = Annotated[
    bool,
    typer.Option("--literal", help=_("Search years and places as text; do not filter by them.")),
]
SynonymFile = Annotated[
    bool,
    typer.Option("--synonyms", help=_("Search other names of the same thing too (综治中心…).")),
]
Order = Annotated[str, typer.Option(metavar=_("ORDER"), help=_("relevance, year or township."))]
Most = Annotated[int, typer.Option(min=0, metavar=_("N"), help=_("How many to show; 0 is all."))]
Limit = Annotated[int, typer.Option(min=0, metavar=_("N"), help=_("Hits on a page; 0 is all."))]
Page = Annotated[int, typer.Option(min=1, metavar=_("N"), help=_("Which page."))]
Unit = Annotated[
    str,
    typer.Option(metavar=_("UNIT"), help=_("section; or report: each once, by its best section.")),
]
FacetList = Annotated[
    str | None,
    typer.Option(metavar=_("FIELDS"), help=_("What to count: year,township,county,part,…")),
]
AsCsv = Annotated[bool, typer.Option("--csv", help=_("Print CSV for a spreadsheet, a line a hit."))]
QueryFile = Annotated[
    str | None,
    typer.Option(
        "--from", metavar=_("FILE"), help=_("A file with a query a line; - is standard input.")
    ),
]
