"""Memory that numpy frees is kept for what it asks for next."""

from __future__ import annotations

from typing import Final

import numpy as np

_LARGEST_KEPT: Final = (32 << 20) - (1 << 16)  # bytes; glibc gives larger blocks back at once


def keep_freed_memory() -> None:
    """Have glibc keep what is freed, up to some 64 MB, instead of giving it back to the system.

    It keeps twice the largest block that was ever freed, of at most 32 MB; to be given new pages
    takes longer than most of what is then done with them. Other systems do not care.
    """
    np.empty(_LARGEST_KEPT, np.uint8)
