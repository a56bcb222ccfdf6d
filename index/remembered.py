"""What was worked out about a commit and may be wanted again, up to so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Final, TypeVar, cast

_T = TypeVar("_T")
_ENTRY: Final = 400
_CHARACTER: Final = 4
"""About what an entry takes in bytes beside its value, and what a character of its key does."""


class Remembered:
    """The values used last; a commit never changes, so that they stay right."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __iter__(self) -> Iterator[Hashable]:
        """The keys, that which was not used for longest first."""
        return iter(self._values)

    def get(self, key: Hashable) -> Any | None:
        """The value of a key, None when it is not remembered."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: _T, n_bytes: int) -> _T:
        """The value; what was not used for longest is forgotten for it."""
        weight = n_bytes + _weight(key)
        if key in self._values:
            self.bytes -= self._values.pop(key)[1]
        if weight > self.limit_bytes:
            return value
        self._values[key] = value, weight
        self.bytes += weight
        while self.bytes > self.limit_bytes:
            self.bytes -= self._values.popitem(last=False)[1][1]
        return value

    def kept(self, key: Hashable, make: Callable[[], _T], n_bytes: Callable[[_T], int]) -> _T:
        """The value of a key, made where it is not remembered."""
        found = self.get(key)
        if found is not None:
            return cast(_T, found)
        made = make()
        return self.put(key, made, n_bytes(made))

    def is_asked_again(self, key: Hashable) -> bool:
        """Whether this was asked of the key before: what is wanted once is not worth keeping."""
        return self.get((key, "asked")) is not None or not self.put((key, "asked"), True, 0)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self.bytes = 0


def _weight(key: Hashable) -> int:
    """What an entry takes beside its value: somebody may look for a text of thousands."""
    return _ENTRY + _CHARACTER * len(key if isinstance(key, str) else repr(key))
