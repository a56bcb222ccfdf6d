"""Sections that were found: their reports, and where they stand in the postings of terms."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from index.vector.arrays import Arrays
from index.vector.sets import NO_ROWS, Rows, Sections, begins_run, located


class Found:
    """n ascending sections; a row is an index into them. Sections of one report stand together.

    Where a set of sections was looked up for some sections, it need not be for a part of these.
    """

    def __init__(
        self, arrays: Arrays, sections: Sections, part_of: tuple[Found, Rows] | None = None
    ) -> None:
        """part_of: (more sections, the rows of these among them)."""
        self.arrays = arrays
        self.sections = sections
        self._part_of = part_of
        self._within: dict[int, tuple[Sections, Rows, Rows]] = {}

    def __len__(self) -> int:
        return len(self.sections)

    def part(self, rows: Rows) -> Found:
        """Those of the sections that the rows tell."""
        if len(rows) == len(self):
            return self
        return Found(self.arrays, self.sections.take(rows), (self, rows))

    @cached_property
    def rows(self) -> Rows:
        """(n,) all rows."""
        return np.arange(len(self.sections))

    def within(self, others: Sections) -> tuple[Rows, Rows]:
        """(the rows that are in another set, their indexes in it)."""
        known = self._within.get(id(others))
        if known is None:
            known = (
                others,
                *self._look_up(others),
            )  # kept with the set, so that its id stays its own
            self._within[id(others)] = known
        return known[1], known[2]

    def _look_up(self, others: Sections) -> tuple[Rows, Rows]:
        if others is self.sections:
            return self.rows, self.rows
        if not len(others) or not len(self):
            return NO_ROWS, NO_ROWS
        if self._part_of is not None:
            whole, own_rows = self._part_of
            known = whole._within.get(id(others))
            if known is not None and len(known[1]) == len(whole):
                return self.rows, known[2].take(own_rows)
        at, held = located(self.sections, others, self.arrays.n_sections)
        if held.all():
            return self.rows, at
        return held.nonzero()[0], at.compress(held)

    @cached_property
    def reports_of(self) -> Rows:
        """(n,) the report of each section."""
        return self.arrays.report_of.take(self.sections)

    @cached_property
    def begins(self) -> Rows:
        """(r,) at which row each report begins."""
        found: Rows = begins_run(self.reports_of).nonzero()[0]
        return found

    @cached_property
    def reports(self) -> Rows:
        """(r,) the reports, each once."""
        return self.reports_of.take(self.begins)

    @cached_property
    def n_of_report(self) -> Rows:
        """(r,) how many of the sections each report has."""
        return np.diff(self.begins, append=len(self.sections))
