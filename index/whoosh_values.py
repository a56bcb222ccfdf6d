"""The values of a segment's sections as Whoosh wants them: texts, and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Final

import numpy as np

from index.segments.segment import Segment

_PLACES: Final = ("province", "city", "county", "township")  # as meta["places"] has them

Texts = tuple[str, ...]


class Values:
    """Fields with values: for each a number of every section, and what texts a number means.

    Made when they are first asked for. Several numbers may mean the same text: the township of
    two places that are one name in two counties.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._made: dict[str, _Field] = {}
        self._make: dict[str, Callable[[], tuple[Any, Sequence[Texts]]]] = {
            "year": self._years,
            "part": self._parts,
            "level": lambda: self._names("report.level", "levels"),
            "kind": lambda: self._names("report.kind", "kinds"),
            "topics": self._topics,
            "report": lambda: self._reports([(id,) for id in self._ids]),
            "title": lambda: self._reports(self._titles()),
            **{name: partial(self._places, at) for at, name in enumerate(_PLACES)},
        }

    @property
    def fields(self) -> Sequence[str]:
        """The names of the fields."""
        return [*self._make]

    def of(self, field: str, section: int) -> Texts:
        """The section's values; none where it is unknown."""
        found = self._field(field)
        return found.texts[int(found.numbers[section])]

    def column(self, field: str) -> Sequence[bytes]:
        """The values of every section in UTF-8, several joined by line breaks."""
        return self._field(field).column

    def terms(self, field: str) -> Sequence[bytes]:
        """The values that some section has, ascending."""
        return self._field(field).terms

    def sections(self, field: str, number: int) -> Any:
        """The sections, ascending, that have the term of this number: shape (n,), int64."""
        return self._field(field).sections(number)

    def _field(self, name: str) -> _Field:
        if name not in self._made:
            self._made[name] = _Field(*self._make[name]())
        return self._made[name]

    # What is in the arrays

    def _array(self, name: str) -> Any:
        return np.asarray(self._segment.array(name))

    def _reports(self, texts: Sequence[Texts]) -> tuple[Any, Sequence[Texts]]:
        """Each report has texts of its own."""
        return self._array("section.report"), texts

    def _years(self) -> tuple[Any, Sequence[Texts]]:
        years = [(str(year),) if year else () for year in self._segment.array("report.year")]
        return self._reports(years)

    def _names(self, array: str, names: str) -> tuple[Any, Sequence[Texts]]:
        of_report = self._array(array)
        return of_report[self._array("section.report")], [(n,) for n in self._segment.meta[names]]

    def _places(self, at: int) -> tuple[Any, Sequence[Texts]]:
        paths = self._segment.meta["places"]
        texts = [() if path[at] is None else (path[at],) for path in paths]
        return self._array("report.place")[self._array("section.report")], texts

    def _parts(self) -> tuple[Any, Sequence[Texts]]:
        return self._array("section.part"), [(), *((name,) for name in self._segment.meta["parts"])]

    def _topics(self) -> tuple[Any, Sequence[Texts]]:
        masks, numbers = np.unique(self._array("section.topics"), return_inverse=True)
        names = self._segment.meta["topics"]
        texts = [
            tuple(sorted(name for bit, name in enumerate(names) if mask >> bit & 1))
            for mask in masks.tolist()
        ]
        return numbers, texts

    @cached_property
    def _ids(self) -> list[str]:
        return [self._segment.card(report)[0] for report in range(self._segment.n_reports)]

    def _titles(self) -> list[Texts]:
        found = bytes(self._segment.array("titles")).decode("utf-8", "surrogatepass").split("\n")
        return [(title,) if title else () for title in found[:-1]]


class _Field:
    """One field. numbers has shape (n sections,) and indexes texts."""

    def __init__(self, numbers: Any, texts: Sequence[Texts]) -> None:
        self.numbers, self.texts = numbers, texts

    @cached_property
    def column(self) -> Sequence[bytes]:
        encoded = ["\n".join(texts).encode() for texts in self.texts]
        return [encoded[number] for number in self.numbers.tolist()]

    @cached_property
    def _meaning(self) -> dict[bytes, list[int]]:
        """Each text and the numbers that mean it, of those that some section has."""
        found: dict[bytes, list[int]] = {}
        for number in np.unique(self.numbers).tolist():
            for text in self.texts[number]:
                found.setdefault(text.encode(), []).append(number)
        return found

    @cached_property
    def terms(self) -> list[bytes]:
        return sorted(self._meaning)

    def sections(self, number: int) -> Any:
        return np.flatnonzero(np.isin(self.numbers, self._meaning[self.terms[number]]))
