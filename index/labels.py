"""What fields and their values are called on screen."""

from __future__ import annotations

from index.engine import Tier
from index.i18n import gettext as _
from index.model import Kind, Level, Part
from index.querytree import Field


def thousands(number: int) -> str:
    """The number for people, with a comma between thousands."""
    return f"{number:,}"


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


def kind_label(kind: str) -> str:
    """The kind's name."""
    return {Kind.ANNUAL_REPORT: _("annual report"), Kind.OTHER: _("other")}[Kind(kind)]


def tier_label(tier: str) -> str:
    """How a section matched, in a word."""
    return {
        Tier.LITERAL: _("literal"),
        Tier.WORDS: _("words"),
        Tier.PARTIAL: _("partial"),
    }[Tier(tier)]


def described_label(name: str) -> str:
    """The name of a field that a report is described by."""
    return {
        "title": _("title"),
        "year": _("year"),
        "issued": _("issued"),
        "document_number": _("document_number"),
        "issuer": _("issuer"),
        "township": _("township"),
        "county": _("county"),
        "city": _("city"),
        "province": _("province"),
        "level": _("level"),
        "kind": _("kind"),
    }.get(name, name)
