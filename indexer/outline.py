"""What parsing gives: the structure of a source, before its year and place are known."""

from __future__ import annotations

from dataclasses import dataclass

from index.model import Furniture, Section


@dataclass(frozen=True, slots=True)
class Outline:
    """Sections and furniture of one source; together they cover all of it but white space.

    sections are in order of the source: "0" first when anything stands before the first heading,
    "end" last when the source closes with a sign-off. furniture is sorted and does not overlap;
    it may lie inside a section's text.
    """

    sections: tuple[Section, ...]
    furniture: tuple[Furniture, ...]
