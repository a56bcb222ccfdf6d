"""A query with one of its words taken out, quoted or put otherwise; the rest stays as typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from index.querytree import Field, Filter, Text, Zone
from search.language import MAX_LENGTH
from search.lexer import Kind, Token, tokenize
from web.asked import Asked

_BINDING = (Kind.NOT, Kind.NEAR, Kind.OR)


def changed(asked: Asked, change: Callable[[str], str]) -> Asked:
    """The search with a change made to its query, or to the first text within that it changes."""
    query = change(asked.query)
    if query != asked.query:
        return asked.but(query=query)
    for n, text in enumerate(asked.within):
        if (other := change(text)) != text:
            between = (other,) if other else ()
            return asked.but(within=(*asked.within[:n], *between, *asked.within[n + 1 :]))
    return asked.but()


def reword(query: str, word: str, by: str = "") -> str:
    """The query with something else for a word, or a part of one, that stands free in it.

    Where the word is typed only in quotes, brackets or beside an operator, nothing changes.
    """
    for start, token in _free_words(query):
        at = token.typed.find(word)
        if at >= 0:
            before, after = query[: start + at], query[start + at + len(word) :]
            return " ".join(filter(None, (before.strip(), by, after.strip())))
    return query


def quote(query: str, word: str) -> str:
    """The query with the word in quotes: then it is text, and nothing else."""
    return reword(query, word, f'"{word}"')


def leave_out(query: str, piece: str) -> str:
    """The query without an operand as it was typed, or without a word that stands free in it."""
    sign = "-" if piece.startswith("-") else ""
    kind: Kind | None = None
    for start, token in _placed(query):
        is_it = token.kind is Kind.OPERAND and sign + token.typed == piece
        if is_it and (kind is Kind.NOT) == bool(sign):
            before = query[: start - len(sign)].rstrip()
            return " ".join(filter(None, (before, query[start + len(token.typed) :].lstrip())))
        kind = token.kind
    return reword(query, piece)


def _placed(query: str) -> Iterator[tuple[int, Token]]:
    """The tokens, each with its place in the query."""
    at = 0
    for token in tokenize(query[:MAX_LENGTH]):
        at = query.index(token.typed, at)
        yield at, token
        at += len(token.typed)


def take_filters(query: str, fields: Collection[Field]) -> tuple[str, list[Filter]]:
    """(the query without the filters on some fields that stand free in it, these filters)."""
    kept: list[str] = []
    taken: list[Filter] = []
    end = 0
    for start, token in _free(query):
        if isinstance(token.node, Filter) and token.node.field in fields:
            kept.append(query[end:start].strip())
            taken.append(token.node)
            end = start + len(token.typed)
    if not taken:
        return query, taken
    return " ".join(filter(None, [*kept, query[end:].strip()])), taken


def _free_words(query: str) -> Iterator[tuple[int, Token]]:
    """Unquoted words that stand free in a query, each with its place."""
    for start, token in _free(query):
        node = token.node
        if isinstance(node, Text) and not node.quoted and node.zone is Zone.ANYWHERE:
            yield start, token


def _free(query: str) -> Iterator[tuple[int, Token]]:
    """The operands at the top level that no operator binds, each with its place."""
    placed, depth = [*_placed(query)], 0
    kinds = [None, *(token.kind for _, token in placed), None]
    for n, (start, token) in enumerate(placed):
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        bound = depth > 0 or kinds[n] in _BINDING or kinds[n + 2] in _BINDING[1:]
        if token.kind is Kind.OPERAND and not bound:
            yield start, token
