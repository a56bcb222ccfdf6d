"""Putting query trees together: no And in an And, no Or in an Or, none with a single child."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from index.querytree import And, Field, Filter, Node, Not, Or, YearRange


def conjoin(nodes: Iterable[Node]) -> Node | None:
    """All of the nodes, or None when there are none.

    Plain values of one field are joined into one filter: a section has one year and one township,
    so that two of them asked for together can only mean either. Topics are several per section,
    and a range narrows; these stay apart.
    """
    children: list[Node] = []
    for node in nodes:
        children.extend(node.children if isinstance(node, And) else (node,))
    merged = _merge_filters(children)
    return merged[0] if len(merged) == 1 else And(tuple(merged)) if merged else None


def disjoin(nodes: Iterable[Node]) -> Node | None:
    """At least one of the nodes, or None when there are none; filters of one field become one."""
    children: list[Node] = []
    for node in nodes:
        children.extend(node.children if isinstance(node, Or) else (node,))
    filters = [node for node in children if isinstance(node, Filter)]
    if filters and len(filters) == len(children) and len({f.field for f in filters}) == 1:
        return _joined(filters)
    return children[0] if len(children) == 1 else Or(tuple(children)) if children else None


def negate(node: Node) -> Node:
    """Everything but the node."""
    return node.child if isinstance(node, Not) else Not(node)


def _merge_filters(nodes: list[Node]) -> list[Node]:
    mergeable: dict[Field, list[Filter]] = {}
    for node in nodes:
        if _is_plain(node):
            mergeable.setdefault(node.field, []).append(node)
    merged: list[Node] = []
    for node in nodes:
        if not _is_plain(node):
            merged.append(node)
        elif node is mergeable[node.field][0]:
            merged.append(_joined(mergeable[node.field]))
    return merged


def _joined(filters: list[Filter]) -> Filter:
    values = dict.fromkeys(value for node in filters for value in node.values)
    return Filter(filters[0].field, tuple(values))


def _is_plain(node: Node) -> TypeGuard[Filter]:
    return (
        isinstance(node, Filter)
        and node.field is not Field.TOPIC
        and not any(isinstance(value, YearRange) for value in node.values)
    )
