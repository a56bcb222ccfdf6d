"""What the terms of an index depend on."""

from __future__ import annotations

from index.analysis import analysis_version
from index.segments.format import SCHEMA_VERSION


def term_versions() -> dict[str, str]:
    """What the terms of an index depend on; an index of another version cannot be read."""
    return {"schema": SCHEMA_VERSION, "analysis": analysis_version()}
