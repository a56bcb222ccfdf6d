"""The sections of a commit, as pairs of them are made by `index.vector.shared`."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.vector.arrays import Arrays
from index.vector.sets import Rows, Sections
from index.vector.shared import in_time
from index.vector.shingles import Hashes, Shingles


class CommitTexts:
    """All sections of one commit; implements `index.vector.shared.Texts`."""

    def __init__(self, arrays: Arrays, shingles: Shingles) -> None:
        self._arrays, self._shingles = arrays, shingles

    @property
    def hashes(self) -> Hashes:
        """(k,) all shingles, of deleted reports too."""
        return self._shingles.hashes

    @property
    def offsets(self) -> npt.NDArray[np.uint32]:
        """(k,) where each begins in its section's stream."""
        return self._shingles.offsets

    @property
    def sections(self) -> Sections:
        """(k,) the section of each."""
        return self._shingles.sections

    @property
    def first(self) -> Rows:
        """(n + 1,) the first shingle of each section."""
        return self._shingles.first

    @property
    def report_of(self) -> Rows:
        """(n,) the report of each section."""
        return self._arrays.report_of

    @property
    def place_numbers(self) -> Rows:
        """(r,) the place of each report."""
        return self._arrays.place_numbers

    @cached_property
    def order(self) -> Rows:
        """The live sections in the order of time; those of one time in browse order."""
        arrays = self._arrays
        issued = arrays.column("report.issued").astype(np.int64)
        live = arrays.live_sections.astype(np.intp)
        return in_time(live, arrays.report_of, arrays.years, issued, arrays.browse_ranks)

    @property
    def common_hashes(self) -> Hashes:
        """The shingles that are common form, ascending."""
        return self._shingles.common.hashes

    @property
    def common_limit(self) -> int:
        """The reports from which on a shingle may be common form."""
        return self._shingles.common_limit
