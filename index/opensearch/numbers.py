"""Numbers for sections: a cluster has none, so they are handed out as sections are met."""

from __future__ import annotations

Where = tuple[str, int]
"""A report's id, and a section's place in it from 0."""


class Numbers:
    """The numbers handed out so far, from 0."""

    def __init__(self) -> None:
        self._numbers: dict[Where, int] = {}
        self._where: list[Where] = []

    def of(self, report_id: str, ordinal: int) -> int:
        """The number of a section."""
        where = report_id, ordinal
        number = self._numbers.setdefault(where, len(self._where))
        if number == len(self._where):
            self._where.append(where)
        return number

    def where(self, number: int) -> Where:
        """The section that a number was handed out for. Raises IndexError."""
        return self._where[number]
