"""What to show when no section matches all of a query: reports that do, or partial matches.

Only unquoted words are ever relaxed; quotes, fields, filters, NOT and nearness stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from index.fillers import without_fillers
from index.plain.matching import Matcher
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


def units(loose: Iterable[Node]) -> list[Node]:
    """What a section is asked to hold some of: each word that a text is cut into, each OR.

    Fillers do not count, nor does a single character where the query has longer words.
    """
    found: dict[Node, None] = {}
    for node in loose:
        if isinstance(node, Text):
            words = node.words or (node.stream,)
            found.update((Text(word, word, quoted=True), None) for word in words)
        else:
            found[node] = None
    named = without_fillers(unit.stream for unit in found if isinstance(unit, Text))
    telling = [unit for unit in found if not isinstance(unit, Text) or unit.stream in named]
    return [u for u in telling if not isinstance(u, Text) or len(u.stream) > 1] or telling


def partial(matcher: Matcher, tree: Node) -> set[int]:
    """Sections that hold at least one word of the query."""
    strict, loose = split(tree)
    held = {section for unit in units(loose) for section in matcher.match(unit)}
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
