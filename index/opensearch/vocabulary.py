"""The words of an index, with in how many sections each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from index.opensearch.reading import Reader
from index.opensearch.translate import SECTIONS, section_field

Json = dict[str, Any]

_MOST: Final = 65_535
"""Words that a cluster gives out at once."""
_MORE: Final = 4
_RESERVED: Final = re.compile(r"(\W)")


def words_from(reader: Reader, prefix: str) -> Iterator[tuple[str, int]]:
    """The words that begin with a prefix, in order, with their document frequency."""
    parts = 1
    while (found := _words(reader, prefix, parts)) is None:
        parts *= _MORE
    yield from sorted(found.items())


def _words(reader: Reader, prefix: str, parts: int) -> dict[str, int] | None:
    """The words, asked for in so many parts; None where some were left out."""
    found: dict[str, int] = {}
    for part in range(parts):
        terms: Json = {"field": section_field("vocabulary"), "size": _MOST}
        if parts > 1:
            terms["include"] = {"partition": part, "num_partitions": parts}
        elif prefix:
            terms["include"] = _RESERVED.sub(r"\\\1", prefix) + ".*"
        answer = reader.search(_counting(terms))["aggregations"]["sections"]["words"]
        if answer["sum_other_doc_count"]:
            return None
        found |= {bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}
    return {word: count for word, count in found.items() if word.startswith(prefix)}


def _counting(terms: Json) -> Json:
    words = {"words": {"terms": terms}}
    aggs = {"sections": {"nested": {"path": SECTIONS}, "aggs": words}}
    return {"size": 0, "track_total_hits": False, "aggs": aggs}
