"""How many sections and reports have each value of a field, by counting codes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from index.engine import FacetCount
from index.facets import facet_counts
from index.querytree import Field, Filter
from index.vector.fields import Column, Fields
from index.vector.found import Found
from index.vector.sets import Mask, Sections

_Counts = npt.NDArray[np.intp]
_BITS: Final = 64
_POWERS: Final = np.uint64(1) << np.arange(_BITS, dtype=np.uint64)


def count_facet(
    fields: Fields, field: Field, found: Found, filters: Sequence[Filter]
) -> tuple[FacetCount, ...]:
    """The values of a field over the sections; what the filters chose is marked."""
    column = fields.column(field)
    sections, reports = _counts(column, found)
    chosen = [Filter(field, (v,)) for f in filters if f.field is field for v in f.values]
    shown = _shown(column, field, sections)
    wanted = [fields.wanted(one).take(shown) for one in chosen]
    counted = sections.take(shown).tolist(), reports.take(shown).tolist()
    values = [column.values[n] for n in shown.tolist()]
    if not all(mask.any() for mask in wanted):  # what was chosen and nothing has is shown, too
        return facet_counts(
            field, dict(zip(values, zip(*counted, strict=True), strict=True)), filters
        )
    selected = np.any(wanted, axis=0).tolist() if wanted else repeat(False)
    names = (value for value, _path in values), (path for _value, path in values)
    return tuple(map(FacetCount, *names, *counted, selected))


def _shown(column: Column, field: Field, sections: _Counts) -> Sections:
    """The values that some section has, as they are shown: see `index.facets`."""
    if field is Field.YEAR:
        return sections.nonzero()[0]
    known = len(sections) - column.n_unknown
    order = np.append(
        np.argsort(-sections[:known], kind="stable"),
        np.argsort(-sections[known:], kind="stable") + known,
    )
    return order.compress(sections.take(order) > 0)


def _counts(column: Column, found: Found) -> tuple[_Counts, _Counts]:
    """((n_values,) sections, (n_values,) reports) that have each value."""
    if column.members is None:
        codes, size = column.codes.take(found.reports), len(column.values)
        # As float64, in which bincount adds, whole numbers below 2**53 are exact.
        sections = np.bincount(codes, found.n_of_report, size).astype(np.intp)
        return sections, np.bincount(codes, minlength=size)
    codes = column.codes.take(found.sections)
    sections = np.bincount(codes, minlength=len(column.members)) @ column.members
    return sections, _holding_reports(column.members, codes, found.begins)


def _holding_reports(members: Mask, codes: Sections, begins: Sections) -> _Counts:
    """(n_values,) how many reports have a section with each value."""
    counts: list[int] = []
    for first in range(0, members.shape[1] if len(begins) else 0, _BITS):
        bits = members[:, first : first + _BITS] @ _POWERS[: members.shape[1] - first]
        by_report = np.bitwise_or.reduceat(bits.take(codes), begins)
        powers = _POWERS[: members.shape[1] - first]
        counts += (int(np.count_nonzero(by_report & power)) for power in powers)
    return np.array(counts or [0] * members.shape[1], np.intp)
