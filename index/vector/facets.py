"""How many sections and reports have each value of a field, by counting codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from index.engine import FacetCount
from index.facets import facet_counts
from index.querytree import Field, Filter
from index.vector.fields import Column, Fields
from index.vector.found import Found
from index.vector.sets import Mask, Rows

_Counts = npt.NDArray[np.intp]
_BITS: Final = 64
_LAST: Final = 1 << 62
_POWERS: Final = np.uint64(1) << np.arange(_BITS, dtype=np.uint64)


def count_facet(
    fields: Fields, field: Field, found: Found, filters: Sequence[Filter]
) -> tuple[FacetCount, ...]:
    """The values of a field over the sections; what the filters chose is marked."""
    column = fields.column(field)
    sections, reports = _counts(column, found)
    shown = _shown(column, field, sections)
    chosen = [value for f in filters if f.field is field for value in f.values]
    wanted = [fields.asked_for(field, value) for value in chosen]
    values = column.names.take(shown).tolist(), column.paths.take(shown).tolist()
    counts = sections.take(shown).tolist(), reports.take(shown).tolist()
    if not all(sections.take(rows).any() for rows in wanted):
        # What was chosen and nothing has is shown, too.
        pairs = zip(zip(*values, strict=True), zip(*counts, strict=True), strict=True)
        return facet_counts(field, dict(pairs), filters)
    selected: Iterable[bool] = repeat(False)
    if wanted:
        selected = np.isin(shown, np.concatenate(wanted)).tolist()
    rows = zip(*values, *counts, selected, strict=False)
    return tuple(map(tuple.__new__, repeat(FacetCount), rows))  # there may be thousands


def _shown(column: Column, field: Field, sections: _Counts) -> Rows:
    """The values that some section has, as they are shown: see `index.facets`."""
    held = sections.nonzero()[0]
    if field is Field.YEAR:
        return held
    is_known = held < len(column.names) - column.n_unknown
    keys = np.where(is_known, 0, _LAST) - sections.take(held)
    return held.take(np.argsort(keys, kind="stable"))


def _counts(column: Column, found: Found) -> tuple[_Counts, _Counts]:
    """((n_values,) sections, (n_values,) reports) that have each value."""
    if column.members is None:
        codes, size = column.codes.take(found.reports), len(column.names)
        # As float64, in which bincount adds, whole numbers below 2**53 are exact.
        sections = np.bincount(codes, found.n_of_report, size).astype(np.intp)
        return sections, np.bincount(codes, minlength=size)
    codes = column.codes.take(found.sections)
    sections = np.bincount(codes, minlength=len(column.members)) @ column.members
    return sections, _holding_reports(column.members, codes, found.begins)


def _holding_reports(members: Mask, codes: Rows, begins: Rows) -> _Counts:
    """(n_values,) how many reports have a section with each value."""
    counts: list[int] = []
    for first in range(0, members.shape[1] if len(begins) else 0, _BITS):
        bits = members[:, first : first + _BITS] @ _POWERS[: members.shape[1] - first]
        by_report = np.bitwise_or.reduceat(bits.take(codes), begins)
        powers = _POWERS[: members.shape[1] - first]
        counts += (int(np.count_nonzero(by_report & power)) for power in powers)
    return np.array(counts or [0] * members.shape[1], np.intp)
