"""A query's tokens as a tree.

The grammar takes any row of tokens: what stands where it cannot be read has a production of its
own, so that nothing is tried twice and the time is linear. It is drawn in
docs/decisions/0007-query-grammar.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from index.i18n import gettext as _
from index.querytree import Near, Node, Or, Text, Zone
from search.lexer import Kind, Token
from search.trees import conjoin, disjoin, negate

if TYPE_CHECKING:
    from parsy import Parser

MAX_DEPTH: Final = 50
"""Brackets inside brackets: nobody writes six, and who walks a tree wants it shallow."""


class Ignored(NamedTuple):
    """What was not read as it was typed: left out, or searched as text. why is for the user."""

    word: str
    why: str


class Piece(NamedTuple):
    """A part of the query: its tree (None when nothing is left of it) and what was ignored."""

    node: Node | None
    ignored: tuple[Ignored, ...] = ()


def parse_tokens(tokens: Sequence[Token]) -> Piece:
    """The tree of the tokens, and everything in them that was not read as it was typed.

    What stands in brackets is read when they close, and is an operand from then on: the parser
    never calls itself, however deep the brackets.
    """
    strays = [Ignored(token.typed, token.why) for token in tokens if token.kind is Kind.STRAY]
    levels: list[list[Piece | Token]] = [[Piece(None, tuple(strays))]]
    opened: list[Token] = []
    for token in (token for token in tokens if token.kind is not Kind.STRAY):
        if token.kind is Kind.CLOSE and opened:
            _close(levels, opened, token)
        elif token.kind is Kind.CLOSE:  # as if it had been opened where the query begins
            levels = [[_read(levels[0]), _dropped(token, _("a bracket that was never opened"))]]
        elif token.kind is Kind.OPEN and len(opened) < MAX_DEPTH:
            opened.append(token)
            levels.append([])
        else:
            levels[-1].append(_item(token))
    while opened:
        _close(levels, opened, None)
    return _read(levels[0])


def _close(levels: list[list[Piece | Token]], opened: list[Token], closed: Token | None) -> None:
    """Read the innermost bracket and make it an operand of the one around it."""
    inner = _read(levels.pop())
    levels[-1].append(_group(opened.pop(), inner, closed))


def _read(items: list[Piece | Token]) -> Piece:
    if all(_is_plain(item) for item in items):
        return _read_plain(items)
    piece: Piece = _disjunction().parse(items)
    return piece


def _is_plain(item: Piece | Token) -> bool:
    return isinstance(item, Piece) or item.kind in (Kind.AND, Kind.OR)


def _is_or(item: Piece | Token) -> bool:
    return isinstance(item, Token) and item.kind is Kind.OR


def _read_plain(items: list[Piece | Token]) -> Piece:
    """What the grammar makes of operands, AND and OR; most queries have no more, and it is slow."""
    joined: list[Piece | Token] = []
    for is_or, run in groupby(items, key=_is_or):
        row = [*run]
        joined += row if is_or else [_conjoin(row)]
    return _disjoin(joined)


@cache
def _disjunction() -> Parser:
    """The grammar of what stands in one bracket, or in none: every row of items fits it."""
    from parsy import seq, test_item

    operand = test_item(lambda item: isinstance(item, Piece), "operand")
    negation = seq(_a(Kind.NOT).at_least(1), operand.optional()).combine(_negate)
    factor = negation | operand
    near = seq(factor, seq(_a(Kind.NEAR), factor).many()).combine(_near)
    conjunction = (near | _a(Kind.AND) | _a(Kind.NEAR)).at_least(1).map(_conjoin)
    return (conjunction | _a(Kind.OR)).many().map(_disjoin)


def _a(kind: Kind) -> Parser:
    from parsy import test_item

    return test_item(lambda item: isinstance(item, Token) and item.kind is kind, kind.name)


def _item(token: Token) -> Piece | Token:
    """The token as the grammar sees it: an operand is a piece already."""
    match token.kind:
        case Kind.OPERAND:
            return Piece(token.node, (Ignored(token.typed, token.why),) if token.why else ())
        case Kind.OPEN:
            return _dropped(token, _("brackets are nested too deep"))
        case _:
            return token


def _dropped(token: Token, why: str) -> Piece:
    return Piece(None, (Ignored(token.typed, why),))


def _dangling(token: Token) -> Piece:
    return _dropped(token, _("an operator with nothing to join"))


def _group(opened: Token, inner: Piece, closed: Token | None) -> Piece:
    if closed is None:
        lost = Ignored(opened.typed, _("a bracket that was never closed"))
    elif inner.node is None and not inner.ignored:
        lost = Ignored(opened.typed + closed.typed, _("brackets with nothing in them"))
    else:
        return inner
    return Piece(inner.node, (lost, *inner.ignored))


def _negate(negations: list[Token], operand: Piece | None) -> Piece:
    """NOT binds to the operand right after it; two of them cancel out."""
    if operand is None or operand.node is None:
        dangling = _all_of([_dangling(token) for token in negations])
        return _all_of([dangling, operand]) if operand else dangling
    return Piece(negate(operand.node) if len(negations) % 2 else operand.node, operand.ignored)


def _near(first: Piece, others: list[tuple[Token, Piece]]) -> Piece:
    """Each operand near the one before it: a /s b /s c is a /s b and b /s c."""
    pieces, before = [Piece(None, first.ignored)], first.node
    if not others:
        return first
    for token, piece in others:
        pieces.append(_near_pair(before, token, piece.node))
        pieces.append(Piece(None, piece.ignored))
        before = piece.node
    return _all_of(pieces)


def _near_pair(left: Node | None, token: Token, right: Node | None) -> Piece:
    """Both near each other; where one is nothing that can be near, both anywhere, and told."""
    both = conjoin(node for node in (left, right) if node is not None)
    if left is None or right is None:
        return Piece(both, _dangling(token).ignored)
    if token.reach is None or not _can_be_near(left) or not _can_be_near(right):
        why = _("joins only words, quotes, and brackets of them with OR: read as AND")
        return Piece(both, (Ignored(token.typed, why),))
    return Piece(Near(left, right, *token.reach))


def _can_be_near(node: Node) -> TypeGuard[Text | Or]:
    """Whether the node has places in a section's stream: a text, or texts joined by OR."""
    if isinstance(node, Or):
        return all(isinstance(child, Text) and _can_be_near(child) for child in node.children)
    return isinstance(node, Text) and node.zone is not Zone.TITLE


def _conjoin(items: list[Piece | Token]) -> Piece:
    """All of the pieces. AND between two of them says nothing more; elsewhere it dangles."""
    neighbours = zip([None, *items], items, [*items[1:], None], strict=False)
    pieces = []
    for before, item, after in neighbours:
        if isinstance(item, Piece):
            pieces.append(item)
        elif item.kind is not Kind.AND or not (_has_node(before) and _has_node(after)):
            pieces.append(_dangling(item))
    return _all_of(pieces)


def _disjoin(items: list[Piece | Token]) -> Piece:
    """At least one of the pieces. OR that is not between two of them dangles."""
    neighbours = zip([None, *items], items, [*items[1:], None], strict=False)
    ignored: list[Ignored] = []
    for before, item, after in neighbours:
        if isinstance(item, Piece):
            ignored.extend(item.ignored)
        elif not (_has_node(before) and _has_node(after)):
            ignored.extend(_dangling(item).ignored)
    nodes = [item.node for item in items if isinstance(item, Piece) and item.node is not None]
    return Piece(disjoin(nodes), tuple(ignored))


def _has_node(item: Piece | Token | None) -> bool:
    return isinstance(item, Piece) and item.node is not None


def _all_of(pieces: list[Piece]) -> Piece:
    node = conjoin(piece.node for piece in pieces if piece.node is not None)
    return Piece(node, tuple(told for piece in pieces for told in piece.ignored))
