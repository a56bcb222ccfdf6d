"""Results, facets, reports and status as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from index.engine import FacetCount, Mode, Status, Tier
from index.i18n import gettext as _
from index.i18n import ngettext
from index.labels import described_label, field_label, kind_label, level_label, part_label
from index.model import Reason, Report, Section, Span
from index.querytree import Field
from search.language import Ignored
from search.results import Hit, Recognition, Results, Snippet, SynonymUse
from terminal.lines import BAD, FAINT, GOOD, MATCH, TITLE, Line, Piece, clean, pad, width

TOP_VALUES = 10


def show_results(results: Results, facets: Sequence[Field], *, by_report: bool) -> Iterator[Line]:
    """A page of results: what was understood, totals, hits, facets."""
    yield from show_understood(results.recognised, results.ignored, results.synonyms)
    yield _totals(results)
    by_report = by_report or results.mode is Mode.REPORT
    for hit in results.hits:
        yield []
        yield from _hit(hit, by_report=by_report)
    yield from _help(results)
    yield from _paging(results, results.total_reports if by_report else results.total_sections)
    for field in facets:
        if values := results.facets.get(field):
            yield []
            yield from show_facet(field, values, limit=TOP_VALUES)


def show_understood(
    recognised: Sequence[Recognition],
    ignored: Sequence[Ignored],
    synonyms: Sequence[SynonymUse] = (),
) -> Iterator[Line]:
    """How a query was read: filters, other names, and what could not be read."""
    for r in recognised:
        said = ngettext(
            "{field} {value} is a filter; as text, quoted, “{word}” is in {n} section",
            "{field} {value} is a filter; as text, quoted, “{word}” is in {n} sections",
            r.literal_sections,
        )
        text = said.format(
            field=field_label(r.field),
            value=clean(str(r.value)),
            n=r.literal_sections,
            word=clean(r.word),
        )
        yield [Piece(text, FAINT)]
    for s in synonyms:
        said = _("“{word}” also as: {others}")
        others = _(", ").join(map(clean, s.others))
        yield [Piece(said.format(word=clean(s.word), others=others), FAINT)]
    for i in ignored:
        yield [Piece(_("“{word}”: {why}").format(word=clean(i.word), why=i.why), BAD)]


def _totals(results: Results) -> Line:
    if not results.total_sections:
        return [Piece(_("Nothing found."), TITLE)]
    sections = ngettext("{n} section", "{n} sections", results.total_sections)
    reports = ngettext(" in {n} report", " in {n} reports", results.total_reports)
    line = [
        Piece(sections.format(n=results.total_sections), TITLE),
        Piece(reports.format(n=results.total_reports)),
    ]
    if results.total_occurrences:
        times = ngettext(", {n} occurrence", ", {n} occurrences", results.total_occurrences)
        line.append(Piece(times.format(n=results.total_occurrences)))
    if 0 < results.literal_sections < results.total_sections:
        literal = ngettext(
            "; {n} of them literally", "; {n} of them literally", results.literal_sections
        )
        line.append(Piece(literal.format(n=results.literal_sections)))
    if results.mode is Mode.REPORT:
        line.insert(0, Piece(_("No section holds all of it; these reports do. "), BAD))
    if results.mode is Mode.PARTIAL:
        line.insert(0, Piece(_("Nothing holds all of it; these hold a part. "), BAD))
    return line


def _hit(hit: Hit, *, by_report: bool) -> Iterator[Line]:
    passage, place = hit.passage, hit.passage.place
    where = clean(
        "".join(filter(None, (place.county, place.township))) or passage.title or passage.report_id
    )
    year = _("{year}").format(year=passage.year) if passage.year else _("year unknown")
    head = [Piece(f"{hit.rank}. ", FAINT), Piece(f"{where} {year}", TITLE)]
    if hit.tier is not Tier.LITERAL:
        how = _("(words apart)") if hit.tier is Tier.WORDS else _("(in part)")
        head.append(Piece(" " + how, BAD))
    if by_report:
        more = ngettext("{n} section", "{n} sections", hit.sections).format(n=hit.sections)
        head.append(Piece("  " + more, FAINT))
    head.append(Piece("  " + clean(hit.id), FAINT))
    yield head
    path = " › ".join(clean(h) for h in passage.heading_path if h)
    if path:
        yield [Piece("   "), Piece(path, GOOD)]
    for snippet in hit.snippets:
        yield [Piece("   "), *_snippet(snippet)]


def _snippet(snippet: Snippet) -> Line:
    line, at = [], 0
    for start, end in snippet.spans:
        line += [Piece(clean(snippet.text[at:start])), Piece(clean(snippet.text[start:end]), MATCH)]
        at = end
    return [*line, Piece(clean(snippet.text[at:]))]


def _help(results: Results) -> Iterator[Line]:
    if results.help is None:
        return
    for without in results.help.without:
        said = ngettext(
            "Without {part}: {n} section", "Without {part}: {n} sections", without.sections
        )
        yield [Piece(said.format(part=clean(without.text), n=without.sections), FAINT)]
    for word, meant in results.help.suggestions:
        said = _("“{word}” is not in the index. Did you mean: {meant}?")
        close = _(", ").join(map(clean, meant))
        yield [Piece(said.format(word=clean(word), meant=close), BAD)]


def _paging(results: Results, total: int) -> Iterator[Line]:
    last = results.hits[-1].rank if results.hits else 0
    if results.limit and results.hits and len(results.hits) == results.limit and last < total:
        yield []
        said = _("More: --page {page}, or --limit 0 for all")
        yield [Piece(said.format(page=results.page + 1), FAINT)]


def show_facet(field: Field, values: Sequence[FacetCount], *, limit: int | None) -> Iterator[Line]:
    """A facet's values with how many sections and reports have them, most first."""
    shown = values[:limit]
    sections, reports = _("sections"), _("reports")
    names = [facet_name(field, value) for value in shown]
    columns = max([width(field_label(field)), *map(width, names)])
    head = f"  {_right(sections)}  {_right(reports)}"
    yield [Piece(pad(field_label(field), columns), TITLE), Piece(head, FAINT)]
    for name, value in zip(names, shown, strict=True):
        mark = "*" if value.selected else " "
        yield [Piece(pad(name, columns)), Piece(f"{mark} {value.count:>8}  {value.reports:>8}")]
    if len(values) > len(shown):
        more = ngettext("… and {n} more", "… and {n} more", len(values) - len(shown))
        yield [Piece(more.format(n=len(values) - len(shown)), FAINT)]


def _right(text: str, columns: int = 8) -> str:
    """The text at the right end of its columns."""
    return pad("", columns - width(text)) + text


def facet_name(field: Field, found: FacetCount) -> str:
    """A facet's value in words; a township with its county, so that namesakes stay apart."""
    if found.value is None:
        return _("none") if field is Field.TOPIC else _("unknown")
    if field is Field.PART:
        return part_label(str(found.value))
    if field is Field.LEVEL:
        return level_label(str(found.value))
    if field is Field.TOWNSHIP and len(found.path) > 1:
        county = found.path[-2] or _("county unknown")
        return clean(_("{name} ({county})").format(name=found.value, county=county))
    return clean(str(found.value))


def show_report(report: Report, only: Section | None = None) -> Iterator[Line]:
    """A report, or one section of it, as text with its headings."""
    yield [Piece(clean(report.title or report.id), TITLE)]
    for name, value in _facts(report):
        yield [Piece(_("{name}: ").format(name=name), FAINT), Piece(clean(str(value)))]
    for section in report.sections:
        if only is not None and section != only:
            continue
        yield []
        heading = report.source[slice(*section.heading_span)]
        label = f"{clean(report.id)}#{section.key}"
        yield [Piece(clean(heading), TITLE), Piece(("  " if heading else "") + label, FAINT)]
        for line in report.section_text(section).splitlines():
            if line.strip():
                yield [Piece(clean(line))]


def show_measure(report: Report, measure: Span) -> Iterator[Line]:
    """One measure under its report's title."""
    yield [Piece(clean(report.title or report.id), TITLE)]
    yield [Piece(clean(report.source[measure.start : measure.end]))]


def _facts(report: Report) -> Iterator[tuple[str, object]]:
    place = report.place
    whole = " ".join(
        p for p in dict.fromkeys((place.province, place.city, place.county, place.township)) if p
    )
    facts: Mapping[str, object] = {
        _("Id"): report.id,
        _("Place"): whole or _("unknown"),
        _("Year"): report.year or _("unknown"),
        _("Issued"): report.issued,
        _("Issuer"): report.issuer,
        _("Document number"): report.document_number,
        _("Level"): level_label(report.level),
    }
    yield from ((name, value) for name, value in facts.items() if value is not None)
    yield from ((_("File"), file.path) for file in report.files)


def show_reasons(report: Report) -> Iterator[Line]:
    """Why each field of a report has its value."""
    yield [Piece(clean(report.file), TITLE)]
    for reason in report.reasons:
        field, value = described_label(reason.field), _shown_value(reason)
        yield [Piece(f"  {field} = {value}"), Piece(f"  {clean(reason.why)}", FAINT)]


def _shown_value(reason: Reason) -> str:
    if reason.value is None:
        return _("unknown")
    labels = {"level": level_label, "kind": kind_label}
    return labels.get(reason.field, clean)(str(reason.value))


def show_status(status: Status) -> Iterator[Line]:
    """What an index holds and what it could not read."""
    yield [Piece(_("Index"), TITLE), Piece(f" {clean(status.where)}")]
    rows = [
        (_("Commit"), f"{status.commit} ({status.written})"),
        (_("Reports"), str(status.reports)),
        (_("Sections"), str(status.sections)),
        (_("Files read of found"), f"{status.files - len(status.refused)} / {status.files}"),
        (_("Township reports without a year"), str(status.unknown_years)),
        (_("Township reports without a full place"), str(status.unknown_places)),
        (_("By level"), _counts({level_label(k): n for k, n in status.by_level.items()})),
        (_("By kind"), _counts({kind_label(k): n for k, n in status.by_kind.items()})),
        (_("Size"), f"{status.bytes / 1e6:.1f} MB"),
    ]
    columns = max(width(name) for name, _value in rows)
    for name, value in rows:
        yield [Piece(pad(name, columns) + "  ", FAINT), Piece(value)]
    for row in status.refused:
        said = _("{path}: {reason}")
        reason = clean(row.refused or "")
        yield [Piece(said.format(path=clean(row.path), reason=reason), BAD)]


def _counts(counts: Mapping[str, int]) -> str:
    return _(", ").join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda x: -x[1]))
