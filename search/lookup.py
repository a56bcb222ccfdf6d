"""Names by what is typed for them: their beginning as it is written or as it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from index.analysis import fold_stream
from search.readings import first_letters, spelt_length

_LETTERS: Final = re.compile("[a-z]")
_LEAST_LETTERS: Final = 2


class Typed(NamedTuple):
    """A name for which something was typed; start and end are the part of it that was.

    Sorted, the better ones come first: written before read, whole before begun.
    """

    is_read: bool
    is_inside: bool
    left: int  # characters of the form that are still to be typed
    name: str
    start: int
    end: int


class Lookup:
    """Names that do not change, to be asked at each key."""

    def __init__(self, names: Iterable[str], *, short_forms: bool = False) -> None:
        """short_forms: an autonomous county also answers to what people call it (彭水县)."""
        self._names = list(dict.fromkeys(names))
        self._forms = [
            (fold_stream(form), name)
            for name in self._names
            for form in (_forms_of(name) if short_forms else (name,))
        ]
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        for form in self._forms:
            first = form[0][:1]
            for letter in {first, *first_letters(first)} if first else ():
                self._by_first.setdefault(letter, []).append(form)

    def all(self) -> Iterator[Typed]:
        """Every name, each once, with nothing typed of it."""
        return (Typed(False, False, 0, name, 0, 0) for name in self._names)

    def begun(self, typed: str) -> Iterator[Typed]:
        """The names that begin with what was typed, folded; each once."""
        return self._first_of_each(typed, _begun)

    def written(self, typed: str) -> Iterator[Typed]:
        """Those of them that begin as it is written: far sooner told."""
        return self._first_of_each(typed, _written)

    def _first_of_each(
        self, typed: str, match: Callable[[str, str, str], Typed | None]
    ) -> Iterator[Typed]:
        seen = set()
        for form, name in self._by_first.get(typed[:1], ()):
            found = match(typed, form, name)
            if found is not None and name not in seen:
                seen.add(name)
                yield found

    def holding(self, typed: str) -> Iterator[Typed]:
        """The names that begin with what was typed or hold it as it is written."""
        begun = {found.name: found for found in self.begun(typed)}
        yield from begun.values()
        for form, name in self._forms:
            start = form.find(typed)
            if start > 0 and name not in begun:
                end = start + len(typed)
                yield Typed(False, True, len(form) - end, name, start, end)


def _written(typed: str, form: str, name: str) -> Typed | None:
    return _typed(form, name, len(typed), is_read=False) if form.startswith(typed) else None


def _begun(typed: str, form: str, name: str) -> Typed | None:
    found = _written(typed, form, name)
    if found is None and len(typed) >= _LEAST_LETTERS and _LETTERS.search(typed):
        length = spelt_length(typed, form)
        return None if length is None else _typed(form, name, length, is_read=True)
    return found


def _typed(form: str, name: str, length: int, *, is_read: bool) -> Typed:
    """So many characters of the form were typed."""
    pairs = zip(form[:length], fold_stream(name), strict=False)
    end = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return Typed(is_read, False, len(form) - length, name, 0, end)


def _forms_of(name: str) -> tuple[str, ...]:
    if "自治" not in name:
        return (name,)
    from index.gazetteer import short_forms

    return short_forms(name)
