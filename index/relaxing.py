"""What to show when no section matches all of a query: reports that do, or partial matches.

Only unquoted words are ever relaxed; quotes, fields, filters, NOT and nearness stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from index.matching import Matcher
from index.querytree import And, Node, Or, Text, Zone
from index.ranking import idf


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
    """What a section or a report is asked to hold: each word that a text is cut into, each OR."""
    units: list[Node] = []
    for node in loose:
        if isinstance(node, Text) and len(node.words) > 1:
            units += [Text(word, word, quoted=True) for word in node.words]
        else:
            units.append(node)
    return [*dict.fromkeys(units)]


def partial(matcher: Matcher, tree: Node) -> dict[int, float]:
    """Sections that hold at least one word of the query: {section: idf sum of what it holds}.

    A single character alone is not enough where the query has longer words.
    """
    strict, loose = split(tree)
    units = _units(loose)
    telling = [u for u in units if not isinstance(u, Text) or len(u.stream) > 1]
    allowed = matcher.match(And(tuple(strict)))
    held: dict[int, float] = {}
    entered: set[int] = set()
    for unit in units:
        found = matcher.match(unit)
        weight = idf(matcher.postings.n_sections, len(found))
        for section in found:
            if section in allowed:
                held[section] = held.get(section, 0.0) + weight
                if unit in telling or not telling:
                    entered.add(section)
    return {section: weight for section, weight in held.items() if section in entered}


def by_report(matcher: Matcher, tree: Node, report_of: Callable[[int], int]) -> dict[int, float]:
    """Sections that hold a part, of reports that hold all: {section: idf sum of what it holds}."""
    strict, loose = split(tree)
    units = _units(loose)
    if len(units) < 2:
        return {}
    allowed = matcher.match(And(tuple(strict)))
    reports: set[int] | None = None
    for unit in units:
        holding = {report_of(s) for s in matcher.match(unit) if s in allowed}
        reports = holding if reports is None else reports & holding
        if not reports:
            return {}
    return {
        section: weight
        for section, weight in partial(matcher, tree).items()
        if reports and report_of(section) in reports
    }
