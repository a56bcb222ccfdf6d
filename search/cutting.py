"""The words of a query that may stand apart in a section, and how many of them are looked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from index.analysis import cut_words
from index.engine import Engine
from index.i18n import gettext as _
from index.querytree import And, Filter, Near, Node, Not, Or, Text
from search.grammar import Ignored

MOST_WORDS: Final = 128
"""Words of one query that are looked for apart, each a look into the index: some 400 characters."""


class Cutter:
    """Cuts the unquoted texts of one query; `ignored` tells what was not cut to its end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left = MOST_WORDS
        self.ignored: list[Ignored] = []

    def cut(self, node: Node) -> Node:
        """The tree with each unquoted text cut into the words that may stand apart."""
        match node:
            case Text(quoted=False):
                words = self._words(node)
                return replace(node, words=words) if len(words) > 1 else node
            case And(children):
                return And(tuple(map(self.cut, children)))
            case Or(children):
                return Or(tuple(map(self.cut, children)))
            case Not(child):
                return Not(self.cut(child))
            case Text() | Filter() | Near():
                return node

    def _words(self, text: Text) -> tuple[str, ...]:
        # Most words that people type are whole, and the index knows: no dictionary then.
        if self._engine.is_whole_word(text.stream):
            return ()
        words = cut_words(text.stream)
        if len(words) > self._left:
            why = _("too long: only the first {n} words of the query are looked for apart")
            self.ignored.append(Ignored(text.typed[:20], why.format(n=MOST_WORDS)))
        kept = words[: self._left]
        self._left -= len(kept)
        return kept
