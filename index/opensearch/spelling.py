"""How values are written in documents, the same for a writer and for whoever looks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from index.opensearch.mapping import LONGEST_TERM
from index.places import Places, path_ends, place_key

UNKNOWN: Final = "\u200c"
"""Stands in a place's `_ends` where its name is not known; folding leaves it out of all others."""
_EXACT: Final = "\u200b"
_LOWEST: Final = "\u0000"
_LAST_YEAR: Final = 99_999
_MOST_YEARS: Final = 1 << 16
_DIGEST: Final = 65  # characters, with what stands before it
_LONGEST_NAME: Final = 1_000
"""Characters of a place in a path of four; as JSON one may take six bytes."""


def document_id(report_id: str) -> str:
    """The `_id` of a report's document: any id fits."""
    return sha256(report_id.encode("utf-8", "surrogatepass")).hexdigest()


def clean(text: str) -> str:
    """The text without halves of characters, which JSON holds and an index does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def term(text: str, longest: int = LONGEST_TERM) -> str:
    """The text as a term; a very long one is cut, and its digest tells it from others."""
    text = clean(text)
    if len(text) <= longest:
        return text
    return f"{text[: longest - _DIGEST]}…{sha256(text.encode()).hexdigest()}"


def exact_json(value: Any) -> str:
    """A value as JSON that comes back as it was, halves of characters included."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if clean(text) == text else json.dumps(value, separators=(",", ":"))


def known_year(year: int | None) -> int | None:
    """A year as it is filtered and counted: what cannot be one is unknown."""
    return year if year is not None and 0 < year < _MOST_YEARS else None


def browse_key(year: int | None, places: Places, report_id: str) -> str:
    """Sorts as reports are browsed: newest first, then place and id; unknown last."""
    keys = (f"{int(unknown)}{name}" for unknown, name in place_key(places))
    return term(_LOWEST.join([f"{_LAST_YEAR - (known_year(year) or 0)}", *keys, report_id]))


def path_value(path: Sequence[str | None]) -> str:
    """A place's path from the province down as one keyword; `path_of` reads it."""
    return exact_json([None if name is None else _name(name) for name in path])


def _name(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else term(name, _LONGEST_NAME)


def path_of(value: str) -> Places:
    """The path that `path_value` wrote."""
    return tuple(json.loads(value))


def ends_of(path: Sequence[str | None]) -> Iterator[str]:
    """What a filter may ask for to find the last place of a path: see `wanted_end`."""
    name = path[-1]
    if name is None:
        yield UNKNOWN
        return
    yield term(_EXACT + name)
    for end in dict.fromkeys(path_ends(path)):
        yield term(end)


def exact_end(name: str) -> str:
    """What stands among a place's ends for exactly this name."""
    return term(_EXACT + name)
