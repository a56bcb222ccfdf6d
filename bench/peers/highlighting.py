"""Snippets for engines that make none. Standard library only: Xapian's Python runs it."""

from __future__ import annotations

import re
from collections.abc import Sequence

LENGTH = 100  # characters
BEFORE = 20


def highlight(text: str, terms: Sequence[str]) -> str:
    """The text around the first match, every match in it between <b> and </b>."""
    pattern = "|".join(map(re.escape, sorted(terms, key=len, reverse=True)))
    first = re.search(pattern, text)
    start = max(0, first.start() - BEFORE) if first else 0
    return re.sub(f"({pattern})", r"<b>\1</b>", text[start : start + LENGTH])
