"""What is like a measure, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.i18n import gettext as _
from index.i18n import ngettext
from index.passage import Passage
from search.agreeing import Side
from search.alike import Similar, SimilarHit, SimilarQuery
from search.measures import Measure
from terminal.lines import BAD, FAINT, GOOD, MATCH, TITLE, Line, Piece, clean

_LONGEST = 160
"""Characters of a text that are shown where no sentence of it agrees."""
_COPIES = 5


def show_similar(similar: Similar) -> Iterator[Line]:
    """What was looked for, and the measures that are like it, best first."""
    yield from _query(similar.query)
    if similar.nothing_beyond_common_form:
        yield [Piece(_("Nothing beyond common form: many reports of many places say this."), TITLE)]
        return
    if not similar.hits:
        yield [Piece(_("Nothing found."), TITLE)]
    for hit in similar.hits:
        yield []
        yield from _hit(hit)


def _query(query: SimilarQuery) -> Iterator[Line]:
    text = _cut(query.text)
    yield [Piece(_("Like: "), TITLE), *([Piece(clean(query.id))] if query.id else [])]
    line: Line = [Piece("   ")]
    at = query.start
    for start, end in (*query.common_form, (query.end, query.end)):
        for stop, style in ((start, ""), (end, FAINT)):
            piece = text[at - query.start : stop - query.start]
            line += [Piece(clean(piece), style)] if piece else []
            at = stop
    yield line
    if query.common_form:
        n = sum(end - start for start, end in query.common_form)
        said = ngettext(
            "{n} character of it is common form and does not count",
            "{n} characters of it are common form and do not count",
            n,
        )
        yield [Piece("   "), Piece(said.format(n=n), FAINT)]
    if query.left_out:
        said = ngettext(
            "{n} character more was not looked at",
            "{n} characters more were not looked at",
            query.left_out,
        )
        yield [Piece("   "), Piece(said.format(n=query.left_out), BAD)]


def _hit(hit: SimilarHit) -> Iterator[Line]:
    passage = hit.measure.passage
    yield [
        Piece(f"{hit.rank}. ", FAINT),
        Piece(_where(passage), TITLE),
        Piece("  " + clean(hit.measure.id), FAINT),
    ]
    path = " › ".join(clean(heading) for heading in passage.heading_path if heading)
    if path:
        yield [Piece("   "), Piece(path, GOOD)]
    for found, query in hit.agreements:
        yield [Piece("   "), *_marked(found)]
        yield [Piece("   "), Piece("≈ ", FAINT), *_marked(query, FAINT)]
    if not hit.agreements:
        text = passage.cut(*hit.measure.span)
        yield [Piece("   "), Piece(clean(_cut(text)))]
    yield [Piece("   "), Piece(_("By: "), FAINT), *_terms(hit)]
    if others := _others(hit):
        yield [Piece("   "), Piece(_same_text(others), BAD)]


def _where(passage: Passage) -> str:
    place = passage.place
    name = "".join(filter(None, (place.county, place.township)))
    year = _("{year}").format(year=passage.year) if passage.year else _("year unknown")
    return f"{clean(name or passage.title or passage.report_id)} {year}"


def _marked(side: Side, style: str = "") -> Line:
    line, at = [], 0
    for start, end in side.spans:
        line += [
            Piece(clean(side.text[at:start]), style),
            Piece(clean(side.text[start:end]), MATCH),
        ]
        at = end
    return [*line, Piece(clean(side.text[at:]), style)]


def _terms(hit: SimilarHit) -> Line:
    """What carried a hit; related words, which the query has not, are in brackets."""
    terms = (t.term if t.in_query else _("({term})").format(term=t.term) for t in hit.terms)
    return [Piece(clean(_(", ").join(terms)), FAINT)]


def _others(hit: SimilarHit) -> list[Measure]:
    """A copy of each other report that has one; a report may say the same in several measures."""
    first: dict[str, Measure] = {hit.measure.passage.report_id: hit.measure}
    for copy in hit.copies:
        first.setdefault(copy.passage.report_id, copy)
    return [*first.values()][1:]


def _same_text(others: Sequence[Measure]) -> str:
    n = len(others)
    said = ngettext("Same text in {n} more report: ", "Same text in {n} more reports: ", n)
    listed = _(", ").join(_named(copy) for copy in others[:_COPIES])
    more = _(" …") if n > _COPIES else ""
    return said.format(n=n) + listed + more


def _named(copy: Measure) -> str:
    return _where(copy.passage)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
