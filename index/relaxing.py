"""What to show when no section matches all of a query: reports that do, or partial matches.

Only unquoted words are ever relaxed; quotes, fields, filters, NOT and nearness stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from index.fillers import without_fillers
from index.matching import Matcher
from index.querytree import And, Node, Or, Text, Zone


def split(tree: Node) -> tuple[list[Node], list[Node]]:
    """(what must hold, what may be held in part) of a tree."""
    children = [*_operands(tree)]
    loose = [child for child in children if _is_loose(child)]
    return [child for child in children if not _is_loose(child)], loose


def _operands(tree: Node) -> Iterator[Node]:
    if isinstance(tree, And):
        for child in tree.children:
            yield from _operands(child)
    else:
        yield tree


def _is_loose(node: Node) -> bool:
    if isinstance(node, Or):
        return all(_is_loose(child) for child in node.children)
    return isinstance(node, Text) and not node.quoted and node.zone is Zone.ANYWHERE


def _units(loose: Iterable[Node]) -> list[Node]:
    """What a section is asked to hold some of: each word that a text is cut into, each OR."""
    units: dict[Node, None] = {}
    for node in loose:
        if isinstance(node, Text):
            words = node.words or (node.stream,)
            units.update((Text(word, word, quoted=True), None) for word in words)
        else:
            units[node] = None
    named = without_fillers(unit.stream for unit in units if isinstance(unit, Text))
    return [unit for unit in units if not isinstance(unit, Text) or unit.stream in named]


def partial(matcher: Matcher, tree: Node) -> set[int]:
    """Sections that hold at least one word of the query; fillers do not count.

    A single character alone is not enough where the query has longer words.
    """
    strict, loose = split(tree)
    units = _units(loose)
    longer = [unit for unit in units if not isinstance(unit, Text) or len(unit.stream) > 1]
    held = {section for unit in longer or units for section in matcher.match(unit)}
    return held & matcher.match(And(tuple(strict))).keys()


def by_report(matcher: Matcher, tree: Node, report_of: Callable[[int], int]) -> set[int]:
    """Sections that hold a part, of reports that hold each operand somewhere.

    Operands are what was typed apart. The words that a single one is cut into belong together:
    that a long report has all of 综治中心, 是, 做 and 什么 somewhere does not make it an answer.
    """
    strict, loose = split(tree)
    if len(loose) < 2:
        return set()
    allowed = matcher.match(And(tuple(strict)))
    reports: set[int] | None = None
    for operand in loose:
        holding = {report_of(s) for s in matcher.match(operand) if s in allowed}
        reports = holding if reports is None else reports & holding
        if not reports:
            return set()
    return {s for s in partial(matcher, tree) if reports and report_of(s) in reports}
