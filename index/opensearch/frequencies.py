"""In how many sections words stand, many words at once.

A filter for each word would look at every section for each of them; the words of every section are
looked at once instead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from index.opensearch.reading import Reader
from index.opensearch.spelling import term
from index.opensearch.translate import SECTIONS, section_field
from index.remembered import Remembered

_TOGETHER: Final = 10_000
"""Words that are counted in one request."""
_REMEMBERED_BYTES: Final = 16 << 20


class Frequencies:
    """Counts over one commit, each asked for once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known = Remembered(_REMEMBERED_BYTES)

    def of(self, words: Collection[str]) -> dict[str, int]:
        """In how many sections each word stands."""
        known: dict[str, int | None] = {word: self._known.get(word) for word in words}
        unknown = {word: term(word) for word, count in known.items() if count is None}
        spelled = sorted(set(unknown.values()))
        found: dict[str, int] = {}
        for at in range(0, len(spelled), _TOGETHER):
            found |= self._count(spelled[at : at + _TOGETHER])
        for word, key in unknown.items():
            known[word] = self._known.put(word, found.get(key, 0), 0)
        return {word: count or 0 for word, count in known.items()}

    def _count(self, words: Sequence[str]) -> dict[str, int]:
        """The same of terms; those that no section has are missing."""
        field = section_field("vocabulary")
        each = {"terms": {"field": field, "include": [*words], "size": len(words)}}
        aggs = {"sections": {"nested": {"path": SECTIONS}, "aggs": {"each": each}}}
        answer = self._reader.search({"size": 0, "track_total_hits": False, "aggs": aggs})
        buckets = answer["aggregations"]["sections"]["each"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}
