"""What fields and their values are called on screen."""

from __future__ import annotations

from index.i18n import gettext as _
from index.model import Level, Part
from index.querytree import Field


def field_label(field: Field) -> str:
    """The field's name."""
    return {
        Field.YEAR: _("Year"),
        Field.TOWNSHIP: _("Township"),
        Field.COUNTY: _("County"),
        Field.CITY: _("City"),
        Field.PROVINCE: _("Province"),
        Field.PART: _("Part"),
        Field.TOPIC: _("Topic"),
        Field.LEVEL: _("Level"),
    }[field]


def part_label(part: str) -> str:
    """The part's name."""
    return {
        Part.ACHIEVEMENTS: _("achievements"),
        Part.PROBLEMS: _("problems"),
        Part.LEADERSHIP: _("leadership"),
        Part.PLANS: _("plans"),
        Part.OTHER: _("other"),
    }[Part(part)]


def level_label(level: str) -> str:
    """The level's name."""
    return {
        Level.TOWNSHIP: _("township"),
        Level.COUNTY: _("county"),
        Level.CITY: _("city"),
        Level.PROVINCE: _("province"),
        Level.DEPARTMENT: _("department"),
        Level.OTHER: _("other"),
    }[Level(level)]
