"""A query with one of its words taken out, quoted or put otherwise; the rest stays as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache, partial
from typing import Final

from index.analysis import fold
from index.querytree import Field, Filter, Text, Zone
from search.language import MAX_LENGTH
from search.lexer import Kind, Token, tokenize
from web.asked import Asked

_BINDING = (Kind.NOT, Kind.NEAR, Kind.OR)
_AMBIGUOUS: Final = re.compile("[-:,]")
"""In a word: what is left of that may be read together with what stands beside it."""
_LONGEST_OPERATOR: Final = 5
_REMEMBERED: Final = 32  # texts: a page asks for the words of its query again and again


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
    for start, typed in _free_words(query):
        at = typed.find(word)
        if at >= 0:
            before, after = query[: start + at], query[start + at + len(word) :]
            return " ".join(filter(None, (before.strip(), by, after.strip())))
    return query


def taken_out(asked: Asked, words: Sequence[str]) -> tuple[Asked, list[bool]]:
    """(the search without the words, as if each was `reword`ed in turn; which of them it had)."""
    texts = [_Cut(text) for text in (asked.query, *asked.within)]
    taken = [any(text.take(word) for text in texts) for word in words]
    if any(text.is_ambiguous for text in texts):
        return taken_singly(asked, words)
    query, *within = (text.rest() for text in texts)
    kept = (now for now, text in zip(within, asked.within, strict=True) if now or now == text)
    return asked.but(query=query, within=(*kept,)), taken


def taken_singly(asked: Asked, words: Sequence[str]) -> tuple[Asked, list[bool]]:
    """The same where what is left must be read anew after each."""
    asked, taken = asked.but(), []
    for word in words:
        before, asked = asked, changed(asked, partial(reword, word=word))
        taken.append(asked != before)
    return asked, taken


class _Cut:
    """A text of a search that words are taken out of, while it is read only once."""

    def __init__(self, text: str) -> None:
        self.is_ambiguous = len(text) > MAX_LENGTH  # what follows moves up
        self._text = text
        self._left = [(at, at + len(word)) for at, word in _free_words(text)] if text else []
        self._taken: list[tuple[int, int]] = []

    def take(self, word: str) -> bool:
        """Whether it was there; it is taken out where it stands first."""
        for n, (start, end) in enumerate(self._left):
            at = self._text.find(word, start, end)
            if at >= 0:
                stop = at + len(word)
                self._taken.append((at, stop))
                left = [span for span in ((start, at), (stop, end)) if span[0] < span[1]]
                self._left[n : n + 1] = left
                self.is_ambiguous |= any(_is_ambiguous(self._text[a:b]) for a, b in left)
                return True
        return False

    def rest(self) -> str:
        """What is left."""
        if not self._taken:
            return self._text
        taken = sorted(self._taken)
        starts, ends = [0, *(b for _, b in taken)], [*(a for a, _ in taken), len(self._text)]
        kept = (self._text[a:b].strip() for a, b in zip(starts, ends, strict=True))
        return " ".join(filter(None, kept))


def _is_ambiguous(left: str) -> bool:
    """Whether what is left of a word may be more than a word of its own."""
    if _AMBIGUOUS.search(fold(left)):
        return True
    kinds = {token.kind for token in tokenize(left)} if len(left) <= _LONGEST_OPERATOR else set()
    return not kinds <= {Kind.OPERAND, Kind.STRAY}


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


@lru_cache(_REMEMBERED)
def _placed(query: str) -> tuple[tuple[int, Token], ...]:
    """The tokens, each with its place in the query."""
    placed, at = [], 0
    for token in tokenize(query[:MAX_LENGTH]):
        at = query.index(token.typed, at)
        placed.append((at, token))
        at += len(token.typed)
    return (*placed,)


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


def _free_words(query: str) -> tuple[tuple[int, str], ...]:
    """Unquoted words that stand free in a query, each with its place."""
    return tuple(
        (start, token.typed)
        for start, token in _free(query)
        if isinstance(node := token.node, Text) and not node.quoted and node.zone is Zone.ANYWHERE
    )


def _free(query: str) -> Iterator[tuple[int, Token]]:
    """The operands at the top level that no operator binds, each with its place."""
    placed, depth = _placed(query), 0
    kinds = [None, *(token.kind for _, token in placed), None]
    for n, (start, token) in enumerate(placed):
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        bound = depth > 0 or kinds[n] in _BINDING or kinds[n + 2] in _BINDING[1:]
        if token.kind is Kind.OPERAND and not bound:
            yield start, token
