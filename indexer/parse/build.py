"""The outline of a source: headings, texts and furniture as spans that cover it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import fold, fold_source
from index.model import Furniture, Part, Section, Span
from indexer.outline import Outline
from indexer.parse.extent import MAX_HEADING, heading_text, opening_text
from indexer.parse.furniture import FurnitureKind, find_furniture
from indexer.parse.headings import Scanner
from indexer.parse.levels import Node
from indexer.parse.lines import Line, split_lines
from indexer.parse.measures import split_measures
from indexer.parse.numbers import Style
from indexer.parse.parts import inner_part, named_parts, top_parts
from indexer.parse.signoff import find_signoff
from indexer.parse.topics import topics_of_folded

_SENTENCE_LENGTH = 40
"""A heading without a stop and without a body that is longer than this is a sentence too."""


def parse_outline(source: str) -> Outline:
    """The outline of any text, in time linear in its length; never raises."""
    plain = fold_source(source)
    lines = split_lines(plain)
    kinds = find_furniture(plain, lines)
    nodes = Scanner(plain, lines, kinds).scan()
    furniture = _furniture(plain, lines, kinds, nodes)
    body = _Body(source, plain, furniture)
    after = nodes[-1].end if nodes else lines[0].end if lines else 0
    signoff = find_signoff(plain, lines, kinds, after)
    end = len(source) if signoff is None else signoff
    sections = [
        *body.plain_section("0", 0, nodes[0].start if nodes else end),
        *body.numbered_sections(nodes, end),
        *body.plain_section("end", end, len(source)),
    ]
    return Outline(tuple(sections), tuple(furniture))


def _furniture(
    plain: str, lines: Sequence[Line], kinds: dict[int, FurnitureKind], nodes: Sequence[Node]
) -> list[Furniture]:
    """Lines of furniture, and the Markdown marks and bullets that lead a heading in."""
    spans = [Furniture(lines[i].start, lines[i].end, kind.value) for i, kind in kinds.items()]
    for node in nodes:
        lead = plain[node.lead : node.start].rstrip()
        if lead:
            spans.append(Furniture(node.lead, node.lead + len(lead), FurnitureKind.SITE.value))
    return sorted(spans)


@dataclass(frozen=True, slots=True)
class _Content:
    """The text between heading and heading, before its part is known."""

    heading: str
    heading_span: Span
    text_span: Span


class _Body:
    """Cuts a source into sections."""

    def __init__(self, source: str, plain: str, furniture: Sequence[Furniture]) -> None:
        self._source, self._plain = source, plain
        self._ends = {f.start: f.end for f in furniture}
        self._starts = {f.end: f.start for f in furniture}

    def plain_section(self, key: str, start: int, end: int) -> list[Section]:
        """What stands before the first heading, or the sign-off; nothing where it is empty."""
        text = self._trim(start, end)
        if text.start == text.end:
            return []
        no_heading = Span(text.start, text.start)
        topics = self._topics("", text) if key == "0" else ()
        return [Section(key, (), "", Part.OTHER, topics, no_heading, text)]

    def numbered_sections(self, nodes: Sequence[Node], end: int) -> list[Section]:
        """One section a heading, its text up to the next heading or to `end`."""
        limits = [*(node.start for node in nodes), end][1:]
        contents = [self._content(n, limit) for n, limit in zip(nodes, limits, strict=True)]
        parts = _parts(nodes, [fold(content.heading) for content in contents])
        return [
            Section(
                key=node.key,
                number=node.number,
                heading=content.heading,
                part=part,
                topics=self._topics(content.heading, content.text_span),
                heading_span=content.heading_span,
                text_span=content.text_span,
                measures=self._measures(content.text_span, introduces=node.children > 0),
            )
            for node, content, part in zip(nodes, contents, parts, strict=True)
        ]

    def _content(self, node: Node, limit: int) -> _Content:
        """Heading and text of one section.

        A numbered paragraph of one sentence is text, or else its action would be no measure; the
        sentence still names the section. So does the opening of a sentence too long for a heading.
        """
        title = heading_text(self._source, node.mark_end, node.end)
        number = Span(node.start, node.mark_end)
        if len(title) > MAX_HEADING:
            opening = opening_text(self._source, node.mark_end, node.end)
            return _Content(opening, number, self._trim(node.mark_end, limit))
        text = self._trim(node.end, limit)
        if text.start == text.end and not node.children and self._is_sentence(node, title):
            return _Content(title, number, self._trim(node.mark_end, node.end))
        return _Content(title, Span(node.start, node.end), text)

    def _is_sentence(self, node: Node, title: str) -> bool:
        stopped = self._plain[node.end - 1] in "。;!"
        return node.mark_end > node.start and (stopped or len(title) > _SENTENCE_LENGTH)

    def _topics(self, heading: str, text: Span) -> tuple[str, ...]:
        found = topics_of_folded(fold(heading), self._plain[text.start : text.end])
        return tuple(cue.topic for cue in found)

    def _measures(self, text: Span, *, introduces: bool) -> tuple[Span, ...]:
        found = split_measures(self._plain, text, introduces=introduces)
        trimmed = (self._trim(*span) for span in found)
        return tuple(span for span in trimmed if span.start < span.end)

    def _trim(self, start: int, end: int) -> Span:
        """The span without white space and furniture at its ends."""
        while start < end:
            if start in self._ends:
                start = self._ends[start]
            elif self._plain[start].isspace():
                start += 1
            else:
                break
        while end > start:
            if end in self._starts:
                end = self._starts[end]
            elif self._plain[end - 1].isspace():
                end -= 1
            else:
                break
        return Span(start, max(start, end))


def _parts(nodes: Sequence[Node], headings: Sequence[str]) -> list[Part | None]:
    """The part of every section: its top-level heading's, or where that names two, its own."""
    tops = [i for i, node in enumerate(nodes) if node.depth == 0]
    of_top = top_parts(
        [headings[i] for i in tops], [nodes[i].style is not Style.TITLE for i in tops]
    )
    parts: list[Part | None] = []
    choices: tuple[Part, ...] = ()
    inner: Part | None = None
    turn = iter(of_top)
    top: Part | None = None
    for node, heading in zip(nodes, headings, strict=True):
        if node.depth == 0:
            top, choices, inner = next(turn), named_parts(heading), None
        elif top is None and node.depth == 1:
            inner = inner_part(heading, choices, inner)
        parts.append(top if top is not None or node.depth == 0 else inner)
    return parts
