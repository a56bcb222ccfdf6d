"""Reading: from a file of any known format to its source text."""

from indexer.read.limits import DEFAULT_LIMITS, Limits
from indexer.read.reader import Reader, SourceText

__all__ = ["DEFAULT_LIMITS", "Limits", "Reader", "SourceText"]
