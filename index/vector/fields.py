"""Fields of reports and sections as codes, and which of them pass a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from index.facets import Value
from index.places import path_ends, spelled, value_matches
from index.querytree import Field, Filter, FilterValue, YearRange
from index.remembered import Remembered
from index.segments.snapshot import COLUMNS, SECTION_FIELDS
from index.vector.arrays import Arrays
from index.vector.sets import Mask, Rows, Sections

_REMEMBERED_BYTES: Final = 4 << 20


_Objects = npt.NDArray[np.object_]
_Named = dict[tuple[FilterValue, bool], list[int]]
"""Indexes of values by name (False), and by how a filter may name them otherwise (True)."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A field's different values, and which of them each report or section has.

    names, paths: (n_values,) objects, the values in the order in which equally frequent ones are
    shown, the n_unknown unknown ones last. codes: (r,) or (n,) intp. Of a report's field a code is
    an index into these. Of a section's field, which may have several values, it is a row of
    members: (n_codes, n_values) bool.
    """

    names: _Objects
    paths: _Objects
    n_unknown: int
    codes: Rows
    members: Mask | None


class Fields:
    """The fields of one commit."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._columns: dict[Field, Column] = {}
        self._named: dict[Field, _Named] = {}
        self._masks = Remembered(_REMEMBERED_BYTES)

    def column(self, field: Field) -> Column:
        """The column of a field."""
        if field not in self._columns:
            self._columns[field] = _make_column(self._arrays, field)
        return self._columns[field]

    def wanted(self, filter: Filter) -> Mask:
        """(n_values,) which of the field's values the filter asks for."""
        return self._masks.kept(("wanted", filter), lambda: self._wanted(filter), _n_bytes)

    def _wanted(self, filter: Filter) -> Mask:
        mask = np.zeros(len(self.column(filter.field).names), np.bool_)
        for value in filter.values:
            mask[self.asked_for(filter.field, value)] = True
        return mask

    def asked_for(self, field: Field, wanted: FilterValue) -> Rows:
        """The indexes of the field's values that one value of a filter asks for."""
        column = self.column(field)
        if isinstance(wanted, YearRange):
            names = enumerate(column.names)
            return np.array([n for n, name in names if value_matches(name, (), wanted)], np.intp)
        if field not in self._named:
            self._named[field] = _named(column)
        found = self._named[field].get((wanted, False), [])
        if isinstance(wanted, str):
            found = found + self._named[field].get((spelled(wanted), True), [])
        return np.array(found, np.intp)

    def passes(self, filter: Filter, sections: Sections) -> Mask:
        """(len(sections),) whether each section has one of the filter's values."""
        mask = self._masks.kept(("passes", filter), lambda: self._passing(filter), _n_bytes)
        if filter.field in SECTION_FIELDS:
            return mask.take(sections)
        return mask.take(self._arrays.report_of.take(sections))

    def share(self, filter: Filter) -> float:
        """What part of all sections has one of the filter's values, deleted ones as well."""
        return self._masks.kept(("share", filter), lambda: self._share(filter), lambda _share: 0)

    def _share(self, filter: Filter) -> float:
        passing = self.passes(filter, np.arange(self._arrays.n_sections, dtype=np.uint32))
        return float(passing.mean()) if len(passing) else 0.0

    def _passing(self, filter: Filter) -> Mask:
        """(r,) or (n,) whether each report, or section, has one of the filter's values."""
        column, wanted = self.column(filter.field), self.wanted(filter)
        passing = wanted if column.members is None else (column.members & wanted).any(axis=1)
        return passing.take(column.codes)


def _named(column: Column) -> _Named:
    """Where the values are: a filter may ask for hundreds, and there may be thousands."""
    found: _Named = {}
    for n, (name, path) in enumerate(zip(column.names, column.paths, strict=True)):
        found.setdefault((name, False), []).append(n)
        for end in path_ends(path) if name is not None else ():
            found.setdefault((end, True), []).append(n)
    return found


def _n_bytes(mask: Mask) -> int:
    return mask.nbytes


def _make_column(arrays: Arrays, field: Field) -> Column:
    rows: dict[tuple[Value, ...], int] = {}  # which values stand together
    codes = [np.empty(0, np.intp)]
    n_segments = len(arrays.segments)
    for at, segment in enumerate(arrays.segments):
        stored, inverse = np.unique(np.asarray(segment.array(COLUMNS[field])), return_inverse=True)
        found = (arrays.snapshot.decode(field, int(code) * n_segments + at) for code in stored)
        together = (tuple((value, path) for value in values) for values, path in found)
        own = [rows.setdefault(values, len(rows)) for values in together]
        codes.append(np.array(own, np.intp).take(inverse))
    return _ordered(field, [*rows], np.concatenate(codes))


def _ordered(field: Field, rows: list[tuple[Value, ...]], codes: Rows) -> Column:
    """The column of a field whose codes are indexes into rows of values."""
    values = tuple(sorted({value for row in rows for value in row}, key=_order(field)))
    index = {value: n for n, value in enumerate(values)}
    n_unknown = sum(value is None for value, _path in values)
    if field not in SECTION_FIELDS:
        ranks = np.array([index[row[0]] for row in rows], np.intp)
        return Column(*_objects(values), n_unknown, ranks.take(codes), None)
    members = np.zeros((len(rows), len(values)), np.bool_)
    for n, row in enumerate(rows):
        members[n, [index[value] for value in row]] = True
    return Column(*_objects(values), n_unknown, codes, members)


def _objects(values: Sequence[Value]) -> tuple[_Objects, _Objects]:
    """(names, paths) of values."""
    names, paths = np.empty(len(values), object), np.empty(len(values), object)
    for n, (name, path) in enumerate(values):
        names[n], paths[n] = name, path
    return names, paths


def _order(field: Field) -> Callable[[Value], tuple[Any, ...]]:
    """As `index.facets` sorts values of one count; years from the newest."""
    if field is Field.YEAR:
        return lambda v: (v[0] is None, -(v[0] if isinstance(v[0], int) else 0))
    return lambda v: (v[0] is None, tuple(part or "" for part in v[1]), str(v[0]))
