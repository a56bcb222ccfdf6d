"""What was typed, as a query tree.

The language is described in docs/decisions/0007-query-grammar.md: tokens in `search.lexer`, their
order in `search.grammar`. Years and places inside the words are `search.recognise`'s.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from index.analysis import fold_stream
from index.i18n import gettext as _
from index.querytree import Node, Text
from search.grammar import Ignored, parse_tokens
from search.lexer import Kind, Token, tokenize

__all__ = ["MAX_LENGTH", "MAX_OPERANDS", "Ignored", "Parsed", "parse_query"]

MAX_LENGTH: Final = 4000
"""Characters of a query that are read; a whole report is 2,000 to 5,000."""


MAX_OPERANDS: Final = 64
"""Words, quotes and filters of a query that are read; each costs a look into the whole index."""


class Parsed(NamedTuple):
    """A query as a tree, None when there is nothing to search for, and what was ignored in it."""

    tree: Node | None
    ignored: tuple[Ignored, ...]


def parse_query(text: str) -> Parsed:
    """The tree of any text at all; never raises.

    What cannot be read is left out, or searched as text, and told. A query that is nothing but
    such (OR, 或, a bracket) is searched as the text it is.
    """
    tokens, left_out = _first_operands(tokenize(text[:MAX_LENGTH]))
    piece = parse_tokens(tokens)
    tree, ignored = piece.node, (*left_out, *piece.ignored)
    if tree is None and ignored and (stream := fold_stream(text[:MAX_LENGTH])):
        tree = Text(text[:MAX_LENGTH].strip(), stream, quoted=False)
        ignored = (Ignored(tree.typed, _("nothing but operators: searched as text")),)
    if len(text) > MAX_LENGTH:
        why = _("only the first {limit} characters were read").format(limit=MAX_LENGTH)
        ignored = (Ignored(text[MAX_LENGTH : MAX_LENGTH + 20], why), *ignored)
    return Parsed(tree, tuple(dict.fromkeys(ignored)))


def _first_operands(tokens: list[Token]) -> tuple[list[Token], tuple[Ignored, ...]]:
    """(the tokens up to the last operand that is read, the operands after it as ignored)."""
    places = [n for n, token in enumerate(tokens) if token.kind is Kind.OPERAND]
    if len(places) <= MAX_OPERANDS:
        return tokens, ()
    why = _("only the first {limit} words were read").format(limit=MAX_OPERANDS)
    return tokens[: places[MAX_OPERANDS - 1] + 1], (
        Ignored(tokens[places[MAX_OPERANDS]].typed[:20], why),
    )
