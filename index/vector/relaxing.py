"""What to show when no section matches all of a query: `index.plain.relaxing` over arrays."""

from __future__ import annotations

from functools import reduce

import numpy as np

from index.plain.relaxing import split, units
from index.querytree import And, Node
from index.vector.arrays import Arrays
from index.vector.matching import Matcher
from index.vector.sets import NONE, Rows, Sections, common, distinct, intersection, union


def partial(matcher: Matcher, arrays: Arrays, tree: Node) -> Sections:
    """Sections that hold at least one word of the query."""
    strict, loose = split(tree)
    n_sections = arrays.n_sections
    found = (matcher.match(unit).sections for unit in units(loose))
    held = reduce(lambda some, more: union(some, more, n_sections), found, NONE)
    if not strict:
        return held
    return intersection(held, matcher.match(And(tuple(strict))).sections, n_sections)


def by_report(matcher: Matcher, arrays: Arrays, tree: Node) -> Sections:
    """Sections that hold a part, of reports that hold each operand somewhere."""
    strict, loose = split(tree)
    if len(loose) < 2:
        return NONE
    allowed = matcher.match(And(tuple(strict))).sections
    reports: Rows | None = None
    for operand in loose:
        found = intersection(matcher.match(operand).sections, allowed, arrays.n_sections)
        holding = distinct(arrays.report_of.take(found))
        if reports is not None:
            holding = common(reports, holding)
        reports = holding
        if not len(reports):
            return NONE
    held = partial(matcher, arrays, tree)
    has_all = np.zeros(arrays.n_reports, np.bool_)
    has_all[reports] = True
    return held.compress(has_all.take(arrays.report_of.take(held)))
