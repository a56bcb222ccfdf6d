"""The command line: flags in, one call, lines or JSON out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import terminal.comparing
import terminal.serving  # noqa: F401 - both register their commands
from index.errors import BadFilter, LawsearchError, UserError, system_reason
from index.i18n import gettext as _
from index.i18n import ngettext
from index.location import Cluster, Location
from index.querytree import Field
from terminal.command import (
    FAILED,
    HITS,
    NO_HITS,
    command,
    given,
    print_json,
    print_styled,
    read_filters,
    say,
)
from terminal.opening import HERE, Where, opened, opened_at
from terminal.options import (
    AsCsv,
    AsJson,
    CaFile,
    Cities,
    Counties,
    Credentials,
    Exact,
    FacetList,
    Levels,
    Limit,
    Literal,
    Order,
    Page,
    Parts,
    Provinces,
    QueryFile,
    SynonymFile,
    Topics,
    Townships,
    Unit,
    Years,
)
from terminal.usage import Group

if TYPE_CHECKING:
    from index.engine import Engine
    from indexer.build import Summary
    from search.results import Results
    from search.run import Request
    from search.synonyms import Synonyms

SHOWN_FACETS = (Field.YEAR, Field.TOWNSHIP)
BROWSED = (Field.YEAR, Field.TOWNSHIP, Field.COUNTY, Field.PART, Field.TOPIC)

app = typer.Typer(
    name="lawsearch",
    cls=Group,
    subcommand_metavar=_("COMMAND [ARGS]..."),
    options_metavar=_("[OPTIONS]"),
    help=_("Search the rule-of-law annual reports of Chinese townships (法治政府建设年度报告)."),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@command(epilog=_("Example: lawsearch index reports/ --county 青禾县 --prune"))
def index(
    paths: Annotated[
        list[Path], typer.Argument(metavar=_("PATHS..."), help=_("Folders of reports, or files."))
    ],
    where: Where = HERE,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, metavar=_("N"), help=_("Processes to read with; else one for each core.")
        ),
    ] = None,
    county: Annotated[
        str | None,
        typer.Option(metavar=_("NAME"), help=_("The county of reports that do not name theirs.")),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar=_("NAME"),
            help=_("The encoding of the text files, big5 for example; else found."),
        ),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help=_("Build anew; reports keep their ids."))
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help=_("Take out reports whose files are gone."))
    ] = False,
) -> int:
    """Read reports and bring the index in step with them."""
    from indexer.build import build_index
    from indexer.prepare import Settings
    from terminal.progress import show_progress
    from terminal.summary import show_summary

    settings = Settings(county=county, encoding=_checked_encoding(encoding))
    with where.location().writing(rebuild=rebuild) as writer, show_progress() as on_progress:
        summary = build_index(
            paths, writer, settings=settings, jobs=jobs, prune=prune, on_progress=on_progress
        )
    print_styled(show_summary(summary))
    return _index_status(summary)


def _index_status(summary: Summary) -> int:
    """2 when nothing at all could be read."""
    return FAILED if summary.found and len(summary.refused) == summary.found else HITS


def _checked_encoding(name: str | None) -> str | None:
    import codecs

    if name is not None:
        try:
            codecs.lookup(name)
        except LookupError:
            raise BadFilter("--encoding", name, ("utf-8", "gb18030", "big5")) from None
    return name


@command(
    epilog=_(
        "Examples: lawsearch query 枫桥经验 2024 · "
        "lawsearch query '\"法律明白人\"' --part problems · "
        "lawsearch query '调解 /s 网格员' --by report --csv"
    )
)
def query(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("WORDS..."), help=_('Words, "exact phrases", filters, operators.')
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
    exact: Exact = False,
    literal: Literal = False,
    synonyms: SynonymFile = False,
    sort: Order = "relevance",
    limit: Limit = 10,
    page: Page = 1,
    by: Unit = "section",
    facets: FacetList = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    from_file: QueryFile = None,
) -> int:
    """Search sections: words, "exact phrases", years, places, operators."""
    flags = given(
        year=year, township=township, county=county, city=city, province=province,
        part=part, topic=topic, level=level,
    )  # fmt: skip
    request = _request(
        flags, exact=exact, literal=literal, synonyms=synonyms, sort=sort, limit=limit, page=page,
        by=by,
    )  # fmt: skip
    shown = _shown_facets(facets, SHOWN_FACETS)
    if not as_json:  # JSON holds all facets; nothing is counted that is not shown
        request = replace(request, facets=() if as_csv else shown)
    queries = _queries(words, from_file)
    printer = _printer(as_json=as_json, as_csv=as_csv, facets=shown, by_report=request.by_report)
    with opened(where) as engine:
        return _answer_all(engine, queries, request, printer)


def _request(
    flags: dict[Field, list[str]],
    *,
    exact: bool,
    literal: bool,
    synonyms: bool,
    sort: str = "relevance",
    limit: int = 10,
    page: int = 1,
    by: str = "section",
) -> Request:
    from index.engine import Sort
    from search.run import Request

    if sort not in [*Sort]:
        raise BadFilter("--sort", sort, [*Sort])
    if by not in ("section", "report"):
        raise BadFilter("--by", by, ("section", "report"))
    return Request(
        query="",
        filters=read_filters(flags),
        exact=exact,
        literal=literal,
        sort=Sort(sort),
        by_report=by == "report",
        limit=limit or None,
        page=page,
        synonyms=_load_synonyms() if synonyms else None,
    )


def _load_synonyms() -> Synonyms:
    from search.synonyms import load_synonyms

    return load_synonyms()


def _shown_facets(typed: str | None, default: tuple[Field, ...]) -> tuple[Field, ...]:
    if typed is None:
        return default
    from search.flags import read_facets

    return read_facets(typed)


def _queries(words: list[str] | None, from_file: str | None) -> list[str]:
    """The queries to answer: a line each of the file, or the words as one."""
    if from_file is None:
        return [_joined(words or [])]
    if words:
        raise UserError(_("Words and --from cannot go together."))
    try:
        data = sys.stdin.buffer.read() if from_file == "-" else Path(from_file).read_bytes()
        lines = data.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else _("it is not UTF-8 text")
        raise UserError(
            _("--from {file}: {reason}").format(file=from_file, reason=reason)
        ) from None
    return [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _joined(words: list[str]) -> str:
    """The words as one query. A word that the shell was given in quotes stays as it was typed."""
    return " ".join(words)


def _printer(
    *, as_json: bool, as_csv: bool, facets: tuple[Field, ...], by_report: bool
) -> Callable[[Iterable[Results]], None]:
    if as_json and as_csv:
        raise UserError(_("--json and --csv cannot go together."))
    if as_json:
        from search.results import results_json

        return lambda all: print_json(results_json(r, by_report=by_report) for r in all)
    if as_csv:
        return _print_csv
    return lambda all: _print_results(all, facets, by_report)


def _print_csv(all: Iterable[Results]) -> None:
    from search.table import header, rows

    # A csv line ends in \r\n by itself; the text layer must not add another \r on Windows.
    out = sys.stdout.buffer
    out.write(header().encode())
    for results in all:
        out.writelines(row.encode(errors="replace") for row in rows(results.query, results.hits))


def _print_results(all: Iterable[Results], facets: tuple[Field, ...], by_report: bool) -> None:
    from terminal.show import show_results

    for number, results in enumerate(all):
        if number:
            print()
        print_styled(show_results(results, facets, by_report=by_report))


def _answer_all(
    engine: Engine,
    queries: list[str],
    request: Request,
    printer: Callable[[Iterable[Results]], None],
) -> int:
    from search.run import Searcher

    searcher, found = Searcher(engine), False

    def answers() -> Iterator[Results]:
        nonlocal found
        for text in queries:
            results = searcher.run(replace(request, query=text))
            found = found or results.total_sections > 0
            yield results

    printer(answers())
    return HITS if found else NO_HITS


@command(epilog=_("Example: lawsearch browse township 枫桥经验 --year 2023..2024"))
def browse(
    field: Annotated[
        str, typer.Argument(metavar=_("FIELD"), help=_("year, township, county, part or topic."))
    ] = "year",
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar=_("WORDS..."), help=_("A query: count only its matches.")),
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
    exact: Exact = False,
    literal: Literal = False,
    as_json: AsJson = False,
) -> int:
    """Count sections and reports by year, place, part or topic."""
    from search.results import results_json
    from search.run import Searcher
    from terminal.show import show_facet

    if field not in BROWSED:
        raise BadFilter("browse", field, BROWSED)
    flags = given(
        year=year, township=township, county=county, city=city, province=province,
        part=part, topic=topic, level=level,
    )  # fmt: skip
    request = _request(flags, exact=exact, literal=literal, synonyms=False)
    with opened(where) as engine:
        asked = replace(request, query=_joined(words or []), limit=0, facets=(Field(field),))
        results = Searcher(engine).run(asked)
    if as_json:
        print_json([results_json(results)])
    else:
        print_styled(show_facet(Field(field), results.facets[Field(field)], limit=None))
    return HITS if results.total_sections else NO_HITS


@command(epilog=_("Example: lawsearch show 青禾县槿岭镇-2023#1.4"))
def show(
    id: Annotated[
        str,
        typer.Argument(
            metavar=_("ID"), help=_("Of a report, section or measure, as hits show it.")
        ),
    ],
    where: Where = HERE,
    as_json: AsJson = False,
) -> int:
    """Show a report, a section or a measure by its id."""
    from search.show import find
    from terminal.show import show_measure, show_report

    with opened(where) as engine:
        found = find(engine, id)
    if as_json:
        print_json([found.json()])
    elif found.measure is not None:
        print_styled(show_measure(found.report, found.measure))
    else:
        print_styled(show_report(found.report, found.section))
    return HITS


@command(epilog=_("Example: lawsearch parse report.docx --explain"))
def parse(
    files: Annotated[list[Path], typer.Argument(metavar=_("FILES..."), help=_("Files to read."))],
    county: Annotated[
        str | None,
        typer.Option(metavar=_("NAME"), help=_("The county of reports that do not name theirs.")),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar=_("NAME"), help=_("The encoding of the text files; else found.")),
    ] = None,
    as_json: AsJson = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Say why each field has its value."))
    ] = False,
) -> int:
    """Read files and show what is found in them, without an index."""
    from index.record import report_json
    from indexer.prepare import Settings
    from indexer.read import Reader
    from indexer.single import load_each
    from terminal.show import show_reasons, show_report

    settings, failed = Settings(county=county, encoding=_checked_encoding(encoding)), False
    with Reader(encoding=settings.encoding) as reader:
        for report in load_each(files, reader, settings):
            if isinstance(report, LawsearchError):
                say(report)
                failed = True
            elif as_json:
                print_json([report_json(report, explain=explain)])
            else:
                print_styled(show_reasons(report) if explain else show_report(report))
    return FAILED if failed else HITS


@command()
def status(where: Where = HERE, as_json: AsJson = False) -> int:
    """Tell what the index holds, and what could not be read."""
    from search.status import status_json
    from terminal.show import show_status

    with opened(where) as engine:
        found = engine.status()
    if as_json:
        print_json([status_json(found, str)])
    else:
        print_styled(show_status(found))
    return HITS


@command()
def verify(where: Where = HERE, as_json: AsJson = False) -> int:
    """Check that the index holds what was committed, all of it."""
    from index.engine import Remark
    from terminal.lines import BAD, GOOD, Piece, clean

    with opened(where) as engine:
        lines = list(engine.verify())
    remarks = [line for line in lines if isinstance(line, Remark)]
    problems = [line for line in lines if not isinstance(line, Remark)]
    if as_json:
        print_json([{"problems": problems, "remarks": remarks}])
    elif problems:
        print_styled([Piece(clean(problem), BAD)] for problem in problems)
    else:
        print_styled([[Piece(_("The index is as it was committed."), GOOD)]])
    if not as_json:
        print_styled([[Piece(clean(remark))] for remark in remarks])
    if problems:
        print(_cure(len(problems), where.location()), file=sys.stderr)
    return FAILED if problems else HITS


def _cure(n: int, location: Location) -> str:
    """How many problems an index has, and what to do."""
    how = _("lawsearch index REPORTS --rebuild {options}").format(options=location.options)
    if isinstance(location, Cluster):
        said = ngettext(
            "{n} problem. If no node is away, rebuild: {how}",
            "{n} problems. If no node is away, rebuild: {how}",
            n,
        )
    else:
        said = ngettext("{n} problem. Rebuild: {how}", "{n} problems. Rebuild: {how}", n)
    return said.format(n=n, how=how)


@command(
    epilog=_("Example: lawsearch copy --from ./index --to https://search.example:9200/reports")
)
def copy(
    source: Annotated[
        str,
        typer.Option("--from", metavar=_("PLACE"), help=_("The index to read: see --to.")),
    ],
    target: Annotated[
        str,
        typer.Option(
            "--to",
            metavar=_("PLACE"),
            help=_("The index to write: a folder, or a cluster's address with the index's name."),
        ),
    ],
    credentials: Credentials = None,
    ca_file: CaFile = None,
) -> int:
    """Copy an index to another place, without the files that it was made from.

    A copy that was interrupted goes on where it was.
    """
    from indexer.copying import copy_index
    from terminal.cluster import place_named
    from terminal.progress import COPYING, show_progress
    from terminal.summary import show_copied

    from_place = place_named("--from", source, credentials, ca_file)
    to_place = place_named("--to", target, credentials, ca_file)
    if from_place == to_place:
        raise UserError(_("--from and --to are the same index."))
    with (
        opened_at(from_place) as engine,
        to_place.writing() as writer,
        show_progress(COPYING) as on_progress,
    ):
        copied = copy_index(engine, writer, on_progress=on_progress)
    print_styled(show_copied(copied))
    return HITS


def _version(wanted: bool) -> None:
    if wanted:
        from lawsearch import __version__

        print(f"lawsearch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("The version."))
    ] = False,
) -> None:
    """Options of every command."""


def main() -> int:
    """Run the command line; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else HITS
    except BrokenPipeError:
        status = HITS
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep Python quiet about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = HITS
    return status


if __name__ == "__main__":
    raise SystemExit(main())
