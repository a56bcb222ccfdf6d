"""What one comparison may cost in a server, by estimate; the command line has no such bounds."""

from __future__ import annotations

from typing import Final

COPIES_MS: Final = 5_000.0
"""Some 2,900 sections of a province (a county, all its years), or all of an index of 10,000."""
SPREAD_MS: Final = 2_000.0
DIFF_MS: Final = 2_500.0
"""Two reports of 500,000 characters together: a hundred times what two usually have."""
