"""What an index on a cluster depends on, as its mapping tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from index.analysis import analysis_version
from index.errors import IndexOutdated
from index.i18n import gettext as _

SCHEMA: Final = "os2"
"""Of mapping and documents: another one where the same report could give another document."""


def index_versions() -> dict[str, str]:
    """What the documents of an index depend on; an index of another version cannot be read."""
    return {"schema": SCHEMA, "analysis": analysis_version()}


def check_versions(where: str, meta: Mapping[str, Any]) -> None:
    """Raises IndexOutdated unless a mapping's `_meta` tells the versions of this program."""
    for name, wanted in index_versions().items():
        found = meta.get(name)
        if found != wanted:
            error = IndexOutdated(where, f"{name} {found or 'none'}", f"{name} {wanted}")
            error.hint = _("Rebuild it: lawsearch index REPORTS --rebuild, as it was built.")
            raise error
