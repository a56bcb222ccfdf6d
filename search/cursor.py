"""The word of a query at which somebody is typing, and what may stand there."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from index.analysis import fold
from index.querytree import Field, Zone
from search.fields import FIELD_NAMES

_LOOKED_AT: Final = 100
"""Characters before the cursor; no name is longer."""
_PAIRS: Final = re.compile(r'"[^"]*"|“[^“”]*”|「[^「」]*」|『[^『』]*』')
_CLOSING: Final = {'"': '"', "“": "”", "「": "」", "『": "』"}
_OPENING: Final = re.compile(f"[{''.join(_CLOSING)}]")
BREAKS: Final = '()|,、:"“”「」『』'
"""What ends a word, beside white space."""
_BREAK: Final = r"\s()|,、\"“”「」『』"
_VALUES: Final = r"\s()|:\"“”「」『』"  # what ends a list of values
_WORD: Final = re.compile(
    rf"(?:(?P<field>[^{_BREAK}:-]+):(?:[^{_VALUES}]*[,、])?)?(?P<word>[^{_BREAK}:]*)$"
)
_FIELD: Final = re.compile(rf"([^{_BREAK}:-]+):$")
_REST: Final = re.compile(rf"[^{_BREAK}:]*")
_NESTED: Final = re.compile(r"[()|]|(?<!\S)(?:or|not|或|同句|同段|/s|/p|/[0-9]+)(?!\S)")


class Spot(NamedTuple):
    """Where a word stands in a query and what its surroundings are.

    typed is the word up to the cursor, folded; start and end are that of the whole word. field is
    what the word is a value of. quote closes the quotation in which it stands, and is empty
    outside; is_top: years and names of places are read as filters here.
    """

    start: int
    end: int
    typed: str
    field: Field | Zone | None
    quote: str
    is_top: bool


def spot_at(query: str, at: int) -> Spot:
    """The word that ends, or is cut, at the cursor; it may be empty."""
    folded = fold(query)
    head = _PAIRS.sub(_blank, folded[:at])
    opened = [*_OPENING.finditer(head)]
    if opened:
        return _quoted(folded, head, opened[-1].end())
    found = _WORD.search(head, max(at - _LOOKED_AT, 0))
    assert found is not None  # nothing at all would do
    start, named, field = found.start("word"), found["field"], None
    if named is None:
        start += len(found["word"]) - len(found["word"].lstrip("-"))
    elif (field := FIELD_NAMES.get(named)) is None:  # another word with a colon
        start = at
    rest = _REST.match(folded, at)
    assert rest is not None
    is_top = named is None and folded[start - 1 : start] != "-"
    is_top = is_top and not _NESTED.search(_PAIRS.sub(_blank, folded))
    return Spot(start, rest.end(), head[start:], field, "", is_top)


def _quoted(folded: str, head: str, start: int) -> Spot:
    """The words in a quotation that is not closed before the cursor."""
    named = _FIELD.search(head, max(start - _LOOKED_AT, 0), start - 1)
    field = FIELD_NAMES.get(named[1]) if named else None
    closing = _CLOSING[head[start - 1]]
    rest = re.compile(rf"[^\s{closing}]*{closing}").match(folded, len(head))
    end = rest.end() if rest else len(head)
    return Spot(start, end, head[start:], field, closing, False)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
