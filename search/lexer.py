"""A query's characters as tokens: operands, operators, brackets, and what is none of these.

The grammar of one token is here, that of a whole query in `search.grammar`; both are drawn in
docs/decisions/0007-query-grammar.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from index.analysis import fold, fold_stream
from index.i18n import gettext as _
from index.querytree import Field, Filter, Node, Scope, Text, Zone

if TYPE_CHECKING:
    from parsy import Parser


class Kind(Enum):
    """What a token is to the grammar."""

    OPERAND = auto()
    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    NEAR = auto()
    AND = auto()
    OR = auto()
    STRAY = auto()  # no part of the query; the grammar never sees it


class Reach(NamedTuple):
    """How far apart the operands of a NEAR token may stand."""

    scope: Scope
    distance: int = 0


class Token(NamedTuple):
    """A piece of the query; typed is the piece as it was typed.

    node is set for an operand, reach for NEAR. why says what the user should know of it: that an
    operand was not read as its field, or why a stray is left out.
    """

    kind: Kind
    typed: str
    node: Node | None = None
    reach: Reach | None = None
    why: str = ""


_BREAK: Final = r"\s()|\"“”「」『』"  # what ends a word beside a comma
_PLAIN: Final = re.compile(rf"\"[^\"]*\"|“[^“”]*”|[()]|\|+|[^-:,，{_BREAK}]+")
"""Words that no other token could begin, pairs of quotation marks, brackets, bars."""
_SIGNS: Final = {"(": Kind.OPEN, ")": Kind.CLOSE, "|": Kind.OR}
_ASCII_OPERATORS: Final = {"and": Kind.AND, "or": Kind.OR, "not": Kind.NOT}
_REACHES: Final = {
    "/s": Reach(Scope.SENTENCE),
    "同句": Reach(Scope.SENTENCE),
    "/p": Reach(Scope.PARAGRAPH),
    "同段": Reach(Scope.PARAGRAPH),
}


_Lexeme = tuple[int, Callable[[str], Token], int]
"""What was found: its start and end in the query, between them what makes a token of its text."""


def tokenize(text: str) -> list[Token]:
    """The tokens of any text, strays among them; white space and commas between them are gone."""
    folded = fold(text)
    if not _PLAIN.sub("", folded).strip():  # as most are: the grammar need not be loaded
        return [_plain_token(text, found) for found in _PLAIN.finditer(folded)]
    if "，" in text:  # folds to a comma, but only an ASCII one goes on with a list of values
        pairs = zip(text, folded, strict=True)
        folded = "".join(raw if raw == "，" else c for raw, c in pairs)
    return [make(text[start:end]) for start, make, end in _lexer()(folded)]


def _plain_token(text: str, found: re.Match[str]) -> Token:
    typed, first = text[found.start() : found.end()], found[0][0]
    if first in _SIGNS:
        return Token(_SIGNS[first], typed)
    if first in '"“':
        return _quoted_token(typed, found[0][1:-1])
    return _word_token(typed, found[0])


@cache
def _lexer() -> Callable[[str], list[_Lexeme]]:
    """The grammar of tokens over a folded query: the first that fits is taken, one always does."""
    from parsy import alt, any_char, index, regex, seq, string

    quoted = alt(
        regex(r'"([^"]*)"', group=1),
        regex(r"“([^“”]*+(?:“[^“”]*+”[^“”]*+)*+)”", group=1),  # a quotation may hold another
        regex(r"「([^」]*)」", group=1),
        regex(r"『([^』]*)』", group=1),
        regex(r'["“”]([^"“”]*)["“”]', group=1),  # keyboards mix them up
    )
    word = regex(rf"(?:[^,，{_BREAK}]|(?<=[0-9]),(?=[0-9]))+")  # 1,000 is one word
    values = (quoted | regex(rf"[^,，、{_BREAK}]+")).sep_by(regex("[,、]"), min=1)
    token = alt(
        # Words that nothing else could begin, before all the rest is tried in vain.
        _as(_word_token, regex(rf"[^-:,，{_BREAK}]++(?![-:,，])")),
        _as(_kind_token(Kind.OPEN), string("(")),
        _as(_kind_token(Kind.CLOSE), string(")")),
        _as(_kind_token(Kind.OR), regex(r"\|+")),
        _as(_quoted_token, quoted),
        _as(_filter_token, seq(_field_name(Field), values)),
        _as(_zone_token, seq(_field_name(Zone), quoted.tag("quoted") | word.tag("word"))),
        _as(_valueless_token, _field_name(Field) | _field_name(Zone)),
        _as(_kind_token(Kind.NOT), regex(r"(?<![^,，(|\s])-(?=[^-,，)|\s])")),
        _as(_word_token, word),
        _as(_unpaired_token, any_char),
    )
    space = regex(r"[,，\s]+").optional()
    lexeme = seq(index, token, index << space)
    tokens: Callable[[str], list[_Lexeme]] = (space >> lexeme.many()).parse
    return tokens


def _as(make: Callable[[str, Any], Token], parser: Parser) -> Parser:
    """The parser; gives what makes a token of the text that it found."""
    return parser.map(lambda value: lambda typed: make(typed, value))


def _field_name(kind: type[Field] | type[Zone]) -> Parser:
    """A name and its colon; gives the field."""
    from parsy import regex

    from search.fields import FIELD_NAMES

    names = sorted(
        (n for n, f in FIELD_NAMES.items() if isinstance(f, kind)), key=len, reverse=True
    )
    return regex(f"({'|'.join(names)}):", group=1).map(FIELD_NAMES.__getitem__)


def _kind_token(kind: Kind) -> Callable[[str, Any], Token]:
    return lambda typed, _value: Token(kind, typed)


def _text_token(typed: str, content: str, *, quoted: bool, zone: Zone = Zone.ANYWHERE) -> Token:
    stream = fold_stream(content)
    if not stream:
        return Token(Kind.STRAY, typed, why=_("there is nothing in it to search for"))
    return Token(Kind.OPERAND, typed, Text(typed, stream, quoted, zone))


def _quoted_token(typed: str, content: str) -> Token:
    return _text_token(typed, content, quoted=True)


def _zone_token(typed: str, value: tuple[Zone, tuple[str, str]]) -> Token:
    zone, (form, content) = value
    return _text_token(typed, content, quoted=form == "quoted", zone=zone)


def _filter_token(typed: str, value: tuple[Field, list[str]]) -> Token:
    from search.fields import read_value

    field, texts = value
    values = [read_value(field, text) for text in texts]
    if all(values):
        joined = tuple(dict.fromkeys(v for found in values for v in found))
        return Token(Kind.OPERAND, typed, Filter(field, joined))
    why = _("{field} has no such value: searched as text").format(field=field)
    return Token(Kind.OPERAND, typed, Text(typed, fold_stream(typed), quoted=False), why=why)


def _valueless_token(typed: str, field: Field | Zone) -> Token:
    why = _("{field} has no value; write it right after the colon").format(field=field)
    return Token(Kind.STRAY, typed, why=why)


def _unpaired_token(typed: str, _value: str) -> Token:
    return Token(Kind.STRAY, typed, why=_("a quotation mark without its pair"))


def _word_token(typed: str, word: str) -> Token:
    """An operator where the whole word is one, else a text."""
    kind = _ASCII_OPERATORS.get(word)
    if kind is not None and typed.isupper():
        return Token(kind, typed)
    if word == "或":
        return Token(Kind.OR, typed)
    reach = _REACHES.get(word) or _within(word)
    if reach is not None:
        return Token(Kind.NEAR, typed, reach=reach)
    if not word.strip("-"):
        return Token(Kind.STRAY, typed, why=_("a minus excludes the word that it touches"))
    return _text_token(typed, word, quoted=False)


def _within(word: str) -> Reach | None:
    """Read /0 to /9999."""
    figures = word[1:]
    if word[0] != "/" or len(figures) > 4 or not (figures.isascii() and figures.isdigit()):
        return None
    return Reach(Scope.CHARACTERS, int(figures))
