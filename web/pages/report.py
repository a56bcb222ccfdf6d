"""A report's page: its whole text with the hits marked, what is known of it, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from index.engine import Engine, Question, Sort
from index.errors import NotFound
from index.i18n import gettext as _
from index.labels import level_label
from index.model import Kind, Place, Report, Section, SourceFile, Span
from index.passage import heading_label
from index.querytree import And, Field, Filter, Node, positive_texts
from index.record import section_id
from search import run
from search.citation import cite_measure, cite_passage, cite_report, cite_section
from search.language import Ignored
from search.marking import MOST_MARKS, Marks, mark_report, opening
from search.run import Searcher
from search.show import find
from search.synonyms import load_synonyms
from web.answer import Context, Stream, answer, answer_page, lane_of
from web.asked import read_flag
from web.files import HEADERS, attachment, open_original, pieces
from web.live import Held
from web.reading import Block, read_blocks

MOST_CHARACTERS: Final = 300_000
MOST_SECTIONS: Final = 1_000
"""What of a report one page shows; the stored text has all of it."""
MOST_CITED: Final = 300
"""Measures, or hits, up to which each has its citation on the page."""
MOST_YEARS: Final = 100
"""Reports of the same place that are named."""

router = APIRouter(include_in_schema=False)


@router.get("/reports/{report_id}")
async def report_page(request: Request, report_id: str) -> Response:
    """The whole report; with q its hits are marked."""

    def work(held: Held) -> Context:
        return _context(held, request, find(held.engine, report_id).report)

    return await answer_page(request, "report.html", work)


@router.get("/reports/{report_id}/source.txt")
async def report_source(request: Request, report_id: str) -> Response:
    """The report's source as it is stored: what spans count in."""

    def make(held: Held) -> Response:
        report = find(held.engine, report_id).report
        headers = HEADERS | {"Content-Disposition": attachment(f"{report.id}.txt")}
        body = report.source.encode("utf-8", "replace")
        return Response(body, headers=headers, media_type="text/plain; charset=utf-8")

    return await answer(request, make)


@router.get("/reports/{report_id}/files/{number}")
async def report_file(request: Request, report_id: str, number: str) -> Response:
    """One of the report's files, while it is what was indexed; files count from 1."""

    def named(held: Held) -> SourceFile:
        files = find(held.engine, report_id).report.files
        if number not in map(str, range(1, len(files) + 1)):
            known = [f"/reports/{report_id}/files/{n}" for n, _file in enumerate(files, 1)]
            raise NotFound(f"{report_id}/files/{number}", known)
        return files[int(number) - 1]

    file = await lane_of(request, slow=False).run(named)
    with ExitStack() as until_sent:
        until_sent.enter_context(lane_of(request, slow=True).streaming())
        copy = await run_in_threadpool(open_original, file)
        until_sent.callback(copy.close)
        release = until_sent.pop_all().close
    headers = HEADERS | {"Content-Disposition": attachment(file.path)}
    headers["Content-Length"] = str(file.size)
    return Stream(iterate_in_threadpool(pieces(copy)), release, headers, "application/octet-stream")


# What the template draws


class Cited(NamedTuple):
    """A citation, and the fragment of what it cites."""

    number: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A section with all that its place on the page offers."""

    block: Block
    id: str
    key: str
    label: str
    cite: str
    measures: Sequence[Cited]
    hits: Sequence[Cited]

    @property
    def level(self) -> int:
        """The heading's level: the page's own is 1."""
        return min(self.block.depth + 1, 6)

    def url(self, path: str) -> str:
        """The address of a page about this section."""
        return f"{path}?{urlencode({'id': self.id})}"


class OtherYear(NamedTuple):
    """A report of the same place."""

    id: str
    year: int | None
    title: str | None
    is_this: bool


class Original(NamedTuple):
    """One of the report's files as the page tells of it."""

    name: str
    url: str
    sha256: str
    size: int


def _context(held: Held, request: Request, report: Report) -> Context:
    asked = _asked(request)
    understood = _understood(held.searcher, asked)
    part = opening(report, MOST_CHARACTERS, MOST_SECTIONS)
    marks = mark_report(part, understood.tree)
    blocks = read_blocks(part, marks)
    years = same_place(held.engine, report)
    return {
        "report": report,
        "query": asked.query,
        "flags": _flags(asked),
        "ignored": _told(understood.ignored),
        "marks": marks,
        "most_marks": MOST_MARKS,
        "shown": _shown(report, part, blocks, marks),
        "blocks": blocks,
        "shown_length": len(part.source),
        "cite": cite_report(report),
        "places": [*_places(report.place)],
        "facts": [*_facts(report)],
        "files": [*_files(held, report)],
        "years": years,
        "neighbours": _neighbours(report, years),
        "all_years": _search_url(asked.query, report.place),
        "here": f"/reports/{quote(report.id, safe='')}",
    }


def _asked(request: Request) -> run.Request:
    params = request.query_params
    return run.Request(
        query=params.get("q", ""),
        exact=read_flag(params, "exact"),
        literal=read_flag(params, "literal"),
        synonyms=load_synonyms() if read_flag(params, "synonyms") else None,
        facets=(),
    )


def _flags(asked: run.Request) -> list[str]:
    """The parameters that are switched on."""
    on = {"exact": asked.exact, "literal": asked.literal, "synonyms": asked.synonyms is not None}
    return [name for name, is_on in on.items() if is_on]


def _understood(searcher: Searcher, asked: run.Request) -> run.Understood:
    """What to mark; years and places too, where there is nothing else."""
    understood = searcher.understand(asked)
    if asked.query.strip() and not asked.literal and not _has_text(understood.tree):
        return searcher.understand(replace(asked, literal=True))
    return understood


def _has_text(tree: Node | None) -> bool:
    return tree is not None and any(positive_texts(tree))


def _told(ignored: Sequence[Ignored]) -> Sequence[Ignored]:
    return ignored[:5]


def _shown(
    report: Report, part: Report, blocks: Sequence[Block], marks: Marks
) -> Mapping[str, Shown]:
    """The sections on the page by their keys."""
    # What was cut off is cited whole.
    whole = {section.key: section for section in report.sections[: len(part.sections)]}
    hits = {s.key: spans for s, spans in zip(part.sections, marks.sections, strict=True)}
    n_measures = sum(len(section.measures) for section in part.sections)
    found: dict[str, Shown] = {}
    for block in blocks:
        if block.section is None:
            continue
        section = whole[block.section.key]
        found[section.key] = Shown(
            block=block,
            id=section_id(report.id, section),
            key=section.key,
            label=_label(section),
            cite=cite_section(report, section),
            measures=[*_measures(report, section)] if n_measures <= MOST_CITED else (),
            hits=[*_hits(report, section, block, hits[section.key])]
            if marks.total <= MOST_CITED
            else (),
        )
    return found


def _label(section: Section) -> str:
    label = heading_label(section)
    if label:
        return label
    return _("Signature") if section.key == "end" else _("Opening")


def _measures(report: Report, section: Section) -> Iterator[Cited]:
    """The citations of measures; a single one is about what the section is."""
    if len(section.measures) > 1:
        for n in range(1, len(section.measures) + 1):
            yield Cited(n, f"{section.key}-m{n}", cite_measure(report, section, n))


def _hits(report: Report, section: Section, block: Block, spans: Sequence[Span]) -> Iterator[Cited]:
    for n, span in zip(block.hits, spans, strict=True):
        yield Cited(n, f"hit-{n}", cite_passage(report, section, span))


def _facts(report: Report) -> Iterator[tuple[str, str, bool]]:
    """(what, as which, whether that is the report's own word); empty is unknown.

    Place and year are told apart from these.
    """
    yield _("Issuer"), report.issuer or "", True
    yield _("Document number"), report.document_number or "", True
    yield _("Issued"), report.issued or _("unknown"), False
    level = level_label(report.level)
    if report.kind is not Kind.ANNUAL_REPORT:
        level = _("{level}, no annual report").format(level=level)
    yield _("Level"), level, False
    yield _("Id"), report.id, True


def _places(place: Place) -> Iterator[tuple[str, str]]:
    """The places from the province down, each with the address that lists its reports."""
    path: list[str] = []
    for field in (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP):
        name: str | None = getattr(place, field)
        if name and name not in path:
            path.append(name)
            page = "/search" if field is Field.TOWNSHIP else "/browse"
            yield name, f"{page}?{urlencode([(field, '/'.join(path))])}"


def _names(place: Place) -> list[str]:
    names = (place.province, place.city, place.county, place.township)
    return [*dict.fromkeys(name for name in names if name)]


def _files(held: Held, report: Report) -> Iterator[Original]:
    for n, file in enumerate(report.files, 1):
        url = f"/reports/{quote(report.id, safe='')}/files/{n}"
        yield Original(held.shown(file.path), url, file.sha256, file.size)


def same_place(engine: Engine, report: Report) -> list[OtherYear]:
    """The reports of the same place and level, by year; empty where no place is known."""
    field = _place_field(report.place)
    if field is None:
        return []
    filters = (
        Filter(field, ("/".join(_names(report.place)),)),
        Filter(Field.LEVEL, (report.level,)),
    )
    question = Question(And(()), filters, sort=Sort.YEAR, by_report=True, limit=MOST_YEARS)
    hits = engine.search(question).hits
    found = [
        OtherYear(p.report_id, p.year, p.title, p.report_id == report.id)
        for p in engine.passages([hit.number for hit in hits])
        if p.place == report.place
    ]
    return sorted(found, key=lambda each: (each.year or 0, each.id))


def _search_url(query: str, place: Place) -> str:
    """The address of the same search in all reports of the place; empty where there is none."""
    field = _place_field(place)
    if field is None or not query.strip():
        return ""
    return f"/search?{urlencode([('q', query), (field, '/'.join(_names(place)))])}"


def _place_field(place: Place) -> Field | None:
    """The field that the place is a value of."""
    fields = {
        Field.TOWNSHIP: place.township, Field.COUNTY: place.county,
        Field.CITY: place.city, Field.PROVINCE: place.province,
    }  # fmt: skip
    return next((field for field, name in fields.items() if name), None)


def _neighbours(report: Report, years: Sequence[OtherYear]) -> list[tuple[OtherYear, str]]:
    """The reports of the years before and after, with the address that compares with each."""
    dated = [each for each in years if each.year is not None and report.year is not None]
    before = [each for each in dated if (each.year or 0) < (report.year or 0)][-1:]
    after = [each for each in dated if (each.year or 0) > (report.year or 0)][:1]
    found = []
    for each in [*before, *after]:
        first, second = (each.id, report.id) if each in before else (report.id, each.id)
        found.append((each, f"/diff?{urlencode({'first': first, 'second': second})}"))
    return found
