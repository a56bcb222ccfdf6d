"""The commands that compare reports: similar, copies, diff and spread."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import BadFilter, UserError
from index.i18n import gettext as _
from terminal.command import HITS, NO_HITS, command, given, print_json, print_styled, read_filters
from terminal.opening import HERE, Where, opened
from terminal.options import (
    AsJson,
    Cities,
    Counties,
    Levels,
    Most,
    Parts,
    Provinces,
    Topics,
    Townships,
    Years,
)

if TYPE_CHECKING:
    pass


@command(epilog=_("Example: lawsearch copies --county 青禾县 --between townships"))
def copies(
    id: Annotated[
        str | None,
        typer.Argument(
            metavar=_("ID"),
            help=_("A section's id, or a report's: look for its passages only."),
        ),
    ] = None,
    where: Where = HERE,
    year: Years = None,
    township: Townships = None,
    county: Counties = None,
    city: Cities = None,
    province: Provinces = None,
    part: Parts = None,
    topic: Topics = None,
    level: Levels = None,
    between: Annotated[
        str,
        typer.Option(
            metavar=_("WHOM"),
            help=_("townships: of different places; years: of the same place; or all."),
        ),
    ] = "all",
    limit: Most = 10,
    as_json: AsJson = False,
) -> int:
    """Show passages that stand in several reports, where, and what differs there.

    Filters choose the reports whose passages are looked for; the others may be any.
    Names of other places that were kept are shown too.
    """
    from search.copies import Between, CopiesRequest, copies_json, find_copies

    if between not in [*Between]:
        raise BadFilter("--between", between, [*Between])
    flags = given(
        year=year, township=township, county=county, city=city, province=province,
        part=part, topic=topic, level=level,
    )  # fmt: skip
    asked = CopiesRequest(read_filters(flags), Between(between), limit or None, id)
    with opened(where) as engine:
        found = find_copies(engine, asked)
    if as_json:
        print_json([copies_json(found)])
    else:
        from terminal.show_copies import show_copies

        print_styled(show_copies(found, limit=asked.limit))
    return HITS if found.groups or found.residue else NO_HITS


@command(epilog=_("Example: lawsearch diff 青禾县槿岭镇-2023 青禾县槿岭镇-2024 --html diff.html"))
def diff(
    first: Annotated[
        str, typer.Argument(metavar=_("REPORT"), help=_("A report's id: the earlier one first."))
    ],
    second: Annotated[
        str, typer.Argument(metavar=_("REPORT"), help=_("The id of the one to compare it with."))
    ],
    where: Where = HERE,
    html: Annotated[
        str | None,
        typer.Option(
            "--html",
            metavar=_("FILE"),
            help=_("Write it as a page to send; - is standard output."),
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Compare two reports: what stayed, changed, moved, is new and is gone."""
    from search.diff import diff_json, diff_reports

    if as_json and html is not None:
        raise UserError(_("--json and --html cannot go together."))
    with opened(where) as engine:
        found = diff_reports(engine, first, second)
    if html is not None:
        from terminal.page import diff_page

        _write(html, diff_page(found))
    elif as_json:
        print_json([diff_json(found)])
    else:
        from terminal.show_diff import show_diff

        print_styled(show_diff(found))
    return HITS if found.shares_text else NO_HITS


@command(epilog=_("Example: lawsearch similar 青禾县槿岭镇-2023#1.5-m2 --part achievements"))
def similar(
    id: Annotated[
        str | None,
        typer.Argument(metavar=_("ID"), help=_("A measure's id, or that of a section with some.")),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar=_("TEXT"), help=_("Look for the like of this text."))
    ] = None,
    where: Where = HERE,
    year: Years = None,
    township: Townships = None,
    county: Counties = None,
    city: Cities = None,
    province: Provinces = None,
    part: Parts = None,
    topic: Topics = None,
    level: Levels = None,
    same_township: Annotated[
        bool, typer.Option("--same-township", help=_("Other years of the same township too."))
    ] = False,
    limit: Most = 10,
    as_json: AsJson = False,
) -> int:
    """Find measures of other townships that say the same, in whatever words.

    Measures with the same text are one hit. What many reports of many places have does not count.
    """
    from search.alike import similar_json
    from search.similar import SimilarRequest, find_similar

    if (id is None) == (text is None):
        raise UserError(_("Give an id or --text, one of the two."))
    if text is not None and not text.strip():
        raise BadFilter("--text", text)
    flags = given(
        year=year, township=township, county=county, city=city, province=province,
        part=part, topic=topic, level=level,
    )  # fmt: skip
    asked = SimilarRequest(id, text, read_filters(flags), same_township, limit or None)
    with opened(where) as engine:
        found = find_similar(engine, asked)
    if as_json:
        print_json([similar_json(found)])
    else:
        from terminal.show_similar import show_similar

        print_styled(show_similar(found))
    return HITS if found.hits else NO_HITS


@command(epilog=_("Example: lawsearch spread 枫桥经验 --year 2019..2024 --svg spread.svg"))
def spread(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar=_("WORDS..."), help=_("A practice by its name; each word as it is typed.")
        ),
    ],
    where: Where = HERE,
    year: Years = None,
    township: Townships = None,
    county: Counties = None,
    city: Cities = None,
    province: Provinces = None,
    part: Parts = None,
    topic: Topics = None,
    svg: Annotated[
        str | None,
        typer.Option(
            "--svg", metavar=_("FILE"), help=_("Draw it to a file too; - is standard output.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Tell since when and where a practice stands in the reports, and where it does not."""
    from search.spread import SpreadRequest, find_spread, spread_json

    flags = given(
        year=year, township=township, county=county, city=city, province=province,
        part=part, topic=topic,
    )  # fmt: skip
    if svg == "-" and as_json:
        raise UserError(_("--json and --svg - cannot go together."))
    asked = SpreadRequest(" ".join(words), read_filters(flags))
    with opened(where) as engine:
        found = find_spread(engine, asked)
    if svg is not None:
        from search.chart import spread_chart

        _write(svg, spread_chart(found))
    if as_json:
        print_json([spread_json(found)])
    elif svg != "-":
        from terminal.show_spread import show_spread

        print_styled(show_spread(found))
    return HITS if found.reports else NO_HITS


def _write(file: str, text: str) -> None:
    """Write a whole file and say so, or to standard output."""
    from terminal.saving import save_text

    if file == "-":
        sys.stdout.write(text)
    else:
        save_text(Path(file), text)
        print(_("Written: {file}").format(file=file), file=sys.stderr)
