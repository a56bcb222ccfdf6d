"""Paths of files, as anybody may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from search.results import Json


def shorten_paths(found: Json, shown: Callable[[str], str]) -> Json:
    """The object with its paths as `shown` gives them, wherever they stand in it.

    Counts are left as they are: the `path` of a facet leads through places.
    """
    return {name: _shorten(name, value, shown) for name, value in found.items()}


def _shorten(name: str, value: Any, shown: Callable[[str], str]) -> Any:
    match name, value:
        case "file", str():
            return shown(value)
        case "files", list():
            return [shown(path) for path in value]
        case "facets", _:
            return value
        case _, dict():
            return shorten_paths(value, shown)
        case _, [dict(), *_]:
            return [shorten_paths(each, shown) for each in value]
    return value
